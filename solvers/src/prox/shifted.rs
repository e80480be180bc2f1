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
    /// Makes the shifted matrix with G = I.
    pub(super) fn new(matrix: DMatrix<T>) -> Self {
        Shifted { matrix, by: None, kept: None }
    }

    pub(crate) fn by(matrix: DMatrix<T>, by: DMatrix<T>) -> Self {
        Shifted { matrix, by: Some(by), kept: None }
    }

    /// The factor that is kept, or for another ρ a new one.
    pub(crate) fn factor(&self, rho: T) -> Result<Cow<'_, Cholesky<T, Dyn>>> {
        match &self.kept {
            Some((tuned, factor)) if *tuned == rho => Ok(Cow::Borrowed(factor)),
            _ => self.factorise(rho).map(Cow::Owned),
        }
    }

    pub(crate) fn retune(&mut self, rho: T) -> Result<()> {
        if self.kept.as_ref().is_none_or(|(tuned, _)| *tuned != rho) {
            self.kept = Some((rho, self.factorise(rho)?));
        }
        Ok(())
    }

    fn factorise(&self, rho: T) -> Result<Cholesky<T, Dyn>> {
        positive::<T>(rho.to_f64(), "rho")?;
        let mut shifted = self.matrix.clone();
        match &self.by {
            Some(by) => shifted.zip_apply(by, |entry, by| *entry += rho * by),
            None => (0..shifted.nrows()).for_each(|i| shifted[(i, i)] += rho),
        }
        cholesky(shifted).map_or_else(|| Err(self.why(rho)), Ok)
    }

    /// The error for a matrix that has no factor: the function is unbounded, or the system is singular.
    fn why(&self, rho: T) -> Error {
        let singular = Error::numerical("a system", format!("is singular to rounding at the penalty {rho}"));
        let None = self.by else { return singular };
        let values = match symmetric_eigen(&self.matrix) {
            Ok((values, _)) => values,
            Err(error) => return error,
        };
        let (largest, smallest) = (values[0], values[values.len() - 1]);
        if smallest < -largest.abs() * T::EPSILON.sqrt() && rho <= -smallest {
            return Error::Unbounded { rho: rho.to_f64(), smallest: -smallest.to_f64() };
        }
        singular
    }
}
