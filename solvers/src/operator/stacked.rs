//! Operators one above the other.

use super::check_domain;
use crate::scalar::Scalar;
use admm::operator::Operator;
use admm::{Error, Result};
use nalgebra::DMatrix;

/// The operator x ↦ (K₁x, K₂x, …), whose results lie one above the other.
///
/// The other block is then a [`Separable`](crate::prox::Separable), with one function a part.
pub struct Stacked<T: Scalar> {
    parts: Vec<(Box<dyn Operator<T>>, usize)>,
    domain: (usize, usize),
    width: usize,
}

impl<T: Scalar> Stacked<T> {
    /// Stacks the operators, from top to bottom, for an x of the size `domain`.
    ///
    /// # Errors
    /// [`Error::Size`] for an x that an operator does not take, and for operators whose results have different numbers
    /// of columns.
    pub fn new(parts: Vec<Box<dyn Operator<T>>>, domain: (usize, usize)) -> Result<Self> {
        let sizes: Vec<_> = parts.iter().map(|part| part.range(domain)).collect::<Result<_>>()?;
        let width = sizes.first().map_or(domain.1, |size| size.1);
        for size in &sizes {
            Error::check_size("a part of a stack", (size.0, width), *size)?;
        }
        let parts = parts.into_iter().zip(sizes).map(|(part, (height, _))| (part, height)).collect();
        Ok(Stacked { parts, domain, width })
    }
}

impl<T: Scalar> Operator<T> for Stacked<T> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain(self.domain, domain)?;
        Ok((self.parts.iter().map(|(_, height)| height).sum(), self.width))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        let height = self.parts.iter().map(|(_, height)| height).sum();
        let mut y = DMatrix::zeros(height, self.width);
        let mut first = 0;
        for (part, height) in &self.parts {
            y.rows_mut(first, *height).copy_from(&part.apply(x));
            first += height;
        }
        y
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let mut x = DMatrix::zeros(self.domain.0, self.domain.1);
        let mut first = 0;
        for (part, height) in &self.parts {
            x += part.transposed(&y.rows(first, *height).into_owned());
            first += height;
        }
        x
    }
}
