//! The same function of every column.

use super::parts::{self, Part, Slice};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;

/// Σⱼ f(xⱼ) over the columns xⱼ. `Columnwise(L2)` is the norm of the group lasso, ‖X‖₂,₁ (Yuan and Lin, 2006).
///
/// prox(v, ρ) has the columns prox_f(vⱼ, ρ) (Parikh and Boyd, "Proximal Algorithms", 2014, §2.1).
///
/// # Errors
/// `prox` reports [`Error::Member`](admm::Error::Member) with the place of a column on which f failed.
#[doc(alias = "GroupL21")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columnwise<P>(
    /// The function f.
    pub P,
);

impl<P> Columnwise<P> {
    fn parts<T: Scalar>(&self, columns: usize) -> impl Iterator<Item = Part<'_, T>>
    where
        P: Prox<T>,
    {
        (0..columns).map(|j| (Slice::Columns(j..j + 1), &self.0 as &dyn Prox<T>))
    }
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Columnwise<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        parts::value(self.parts(x.ncols()), x)
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        parts::prox(self.parts(v.ncols()), v, rho)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        parts::support(self.parts(y.ncols()), y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        parts::recession(self.parts(by.ncols()), by)
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}
