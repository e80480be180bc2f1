//! Systems with a multiple of the identity added.

use super::positive;
use crate::factor::symmetric_eigen;
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::{Cholesky, DMatrix, Dyn};
use std::borrow::Cow;

/// A symmetric S, and Cholesky's factor of S + ρI for one ρ.
#[derive(Debug, Clone)]
pub(super) struct Shifted<T: Scalar> {
    pub(super) matrix: DMatrix<T>,
    kept: Option<(T, Cholesky<T, Dyn>)>,
}

impl<T: Scalar> Shifted<T> {
    pub(super) fn new(matrix: DMatrix<T>) -> Self {
        Shifted { matrix, kept: None }
    }

    /// The factor that is kept, or for another ρ a new one.
    pub(super) fn factor(&self, penalty: T) -> Result<Cow<'_, Cholesky<T, Dyn>>> {
        match &self.kept {
            Some((tuned, factor)) if *tuned == penalty => Ok(Cow::Borrowed(factor)),
            _ => self.factorise(penalty).map(Cow::Owned),
        }
    }

    pub(super) fn retune(&mut self, penalty: T) -> Result<()> {
        if self.kept.as_ref().is_none_or(|(tuned, _)| *tuned != penalty) {
            self.kept = Some((penalty, self.factorise(penalty)?));
        }
        Ok(())
    }

    fn factorise(&self, penalty: T) -> Result<Cholesky<T, Dyn>> {
        positive::<T>(penalty.to_f64(), "the penalty")?;
        let mut shifted = self.matrix.clone();
        (0..shifted.nrows()).for_each(|i| shifted[(i, i)] += penalty);
        if let Some(factor) = shifted.cholesky() {
            return Ok(factor);
        }
        let (values, _) = symmetric_eigen(&self.matrix)?;
        let (largest, smallest) = (values[0], values[values.len() - 1]);
        if smallest < -largest.abs() * T::EPSILON.sqrt() && penalty <= -smallest {
            return Err(Error::Unbounded { penalty: penalty.to_f64(), smallest: -smallest.to_f64() });
        }
        Err(Error::Numerical(format!("a system is singular to rounding at the penalty {penalty}")))
    }
}
