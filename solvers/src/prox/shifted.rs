//! Systems with a multiple of the identity, or of another matrix, added.

use super::positive;
use crate::linalg::{cholesky, symmetric_eigen};
use crate::scalar::Scalar;
use admm::{Error, Result};
use nalgebra::{Cholesky, DMatrix, Dyn};
use std::borrow::Cow;

/// A symmetric S, and Cholesky's factor of S + ρG for one ρ, with a positive semidefinite G.
#[derive(Debug, Clone)]
pub(crate) struct Shifted<T: Scalar> {
    pub(crate) matrix: DMatrix<T>,
    /// G, or none for the identity.
    by: Option<DMatrix<T>>,
    kept: Option<(T, Cholesky<T, Dyn>)>,
}

impl<T: Scalar> Shifted<T> {
    /// With G = I.
    pub(super) fn new(matrix: DMatrix<T>) -> Self {
        Shifted { matrix, by: None, kept: None }
    }

    pub(crate) fn by(matrix: DMatrix<T>, by: DMatrix<T>) -> Self {
        Shifted { matrix, by: Some(by), kept: None }
    }

    /// The factor that is kept, or for another ρ a new one.
    pub(crate) fn factor(&self, penalty: T) -> Result<Cow<'_, Cholesky<T, Dyn>>> {
        match &self.kept {
            Some((tuned, factor)) if *tuned == penalty => Ok(Cow::Borrowed(factor)),
            _ => self.factorise(penalty).map(Cow::Owned),
        }
    }

    pub(crate) fn retune(&mut self, penalty: T) -> Result<()> {
        if self.kept.as_ref().is_none_or(|(tuned, _)| *tuned != penalty) {
            self.kept = Some((penalty, self.factorise(penalty)?));
        }
        Ok(())
    }

    fn factorise(&self, penalty: T) -> Result<Cholesky<T, Dyn>> {
        positive::<T>(penalty.to_f64(), "rho")?;
        let mut shifted = self.matrix.clone();
        match &self.by {
            Some(by) => shifted.zip_apply(by, |entry, by| *entry += penalty * by),
            None => (0..shifted.nrows()).for_each(|i| shifted[(i, i)] += penalty),
        }
        cholesky(shifted).map_or_else(|| Err(self.why(penalty)), Ok)
    }

    /// Why there is no factor.
    fn why(&self, penalty: T) -> Error {
        let singular = Error::numerical("a system", format!("is singular to rounding at the penalty {penalty}"));
        let None = self.by else { return singular };
        let values = match symmetric_eigen(&self.matrix) {
            Ok((values, _)) => values,
            Err(error) => return error,
        };
        let (largest, smallest) = (values[0], values[values.len() - 1]);
        if smallest < -largest.abs() * T::EPSILON.sqrt() && penalty <= -smallest {
            return Error::Unbounded { penalty: penalty.to_f64(), smallest: -smallest.to_f64() };
        }
        singular
    }
}
