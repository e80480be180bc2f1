//! The same function of every column.

use super::check;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// Σⱼ f(xⱼ) over the columns xⱼ. `Columnwise(L2)` is the norm of the group lasso, ‖X‖₂,₁ (Yuan and Lin, 2006).
///
/// prox(v, ρ) has the columns prox_f(vⱼ, ρ) (Parikh and Boyd, "Proximal Algorithms", 2014, §2.1).
///
/// # Errors
/// `prox` reports [`Error::Member`] with the place of a column on which f failed.
#[doc(alias = "GroupL21")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Columnwise<P>(
    /// The function f.
    pub P,
);

impl<T: Scalar, P: Prox<T>> Prox<T> for Columnwise<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        (0..x.ncols()).map(|j| self.0.value(&x.columns(j, 1).into_owned())).sum()
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let mut x = v.clone();
        for index in 0..v.ncols() {
            let column = v.columns(index, 1).into_owned();
            let part = self.0.prox(&column, rho);
            let part = part.map_err(|error| Error::Member { index, source: Box::new(error) })?;
            Error::check_size("result of prox", column.shape(), part.shape())?;
            x.columns_mut(index, 1).copy_from(&part);
        }
        Ok(x)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let none = Support { value: T::zero(), violation: T::zero() };
        (0..y.ncols()).try_fold(none, |sum, j| Some(sum.beside(self.0.support(&y.columns(j, 1).into_owned())?)))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let none = Recession::nowhere(T::zero());
        (0..by.ncols()).try_fold(none, |sum, j| Some(sum.beside(self.0.recession(&by.columns(j, 1).into_owned())?)))
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}
