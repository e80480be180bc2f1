//! Quadratic functions.

use super::{check, everywhere, scale_of, shifted::Shifted, sized};
use crate::linalg;
use crate::scalar::{Scalar, largest, norm};
use crate::view::product;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// ½⟨x, Px⟩ + ⟨q, x⟩ with a symmetric P (n×n), and q and x (n×k).
///
/// prox(v, ρ) = v − (P + ρI)⁻¹(Pv + q) (Parikh and Boyd, "Proximal Algorithms", 2014, §6.1.1) by Cholesky's factor,
/// which `retune` keeps for its penalty. P may be indefinite: then ρ must be above −λmin(P).
///
/// # Errors
/// `retune` and `prox` report [`Error::Unbounded`] for a smaller ρ, and [`Error::Numerical`] if P + ρI is singular
/// to rounding. `prox` reports [`Error::Size`] for a v that is not n×k.
#[derive(Debug, Clone)]
pub struct Quadratic<T: Scalar> {
    pub(crate) p: Shifted<T>,
    pub(crate) q: DMatrix<T>,
}

impl<T: Scalar> Quadratic<T> {
    /// Takes P (n×n) and q (n×k).
    ///
    /// # Errors
    /// [`Error::Size`] for a P that is not n×n, [`Error::NotFinite`] for an entry that is not finite and
    /// [`Error::Parameters`] for a P that is not symmetric to rounding.
    pub fn new(p: DMatrix<T>, q: DMatrix<T>) -> Result<Self> {
        let n = q.nrows();
        Error::check_size("P of a quadratic function", (n, n), p.shape())?;
        linalg::check(&p, "P of a quadratic function")?;
        linalg::check(&q, "q of a quadratic function")?;
        let (skew, size) = (largest((&p - p.transpose()).as_slice()), largest(p.as_slice()));
        if skew > T::of(4096.0) * T::EPSILON * size {
            return Err(Error::parameter("p", format!("must be symmetric, but entries differ by {skew}")));
        }
        Ok(Quadratic { p: Shifted::new(p), q })
    }
}

impl<T: Scalar> Prox<T> for Quadratic<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.q.shape(), || x.dot(&(product(&self.p.matrix, x) * T::of(0.5) + &self.q)))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a quadratic function", self.q.shape(), v.shape())?;
        let gradient = product(&self.p.matrix, v) + &self.q;
        Ok(v - self.p.factor(rho)?.solve(&gradient))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.p.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let violation = norm(product(&self.p.matrix, by).as_slice()) / scale_of(&self.p.matrix);
        Some(Recession { value: self.q.dot(by), violation, length: norm(by.as_slice()) })
    }
}
