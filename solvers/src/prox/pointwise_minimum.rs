//! The least of several functions.

use super::{check, value_near};
use crate::scalar::{Scalar, norm};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// min fᵢ(x) over several functions: with indicators that of a union of sets. It is not convex in general.
///
/// prox(v, ρ) is that of the fᵢ which has the least fᵢ(x) + ρ/2 ‖x − v‖² at it, and of several the first.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] without a function, and [`Error::Member`] with the place of one that failed.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{PointwiseMinimum, Singleton};
///
/// let number = |entry: f64| DMatrix::from_element(1, 1, entry);
/// let whole = PointwiseMinimum::<f64>(vec![Box::new(Singleton(number(0.0))), Box::new(Singleton(number(1.0)))]);
/// assert_eq!(whole.prox(&number(0.7), 1.0)?, number(1.0));
/// # Ok::<(), admm::Error>(())
/// ```
pub struct PointwiseMinimum<T: Scalar>(
    /// The functions fᵢ.
    pub Vec<Box<dyn Prox<T>>>,
);

impl<T: Scalar> Prox<T> for PointwiseMinimum<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let values = self.0.iter().map(|part| part.value(x));
        values.reduce(|least, value| if value < least { value } else { least }).unwrap_or(T::of(f64::NAN))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let mut best: Option<(T, DMatrix<T>)> = None;
        for (index, part) in self.0.iter().enumerate() {
            let x = part.prox(v, rho).map_err(|error| Error::Member { index, source: Box::new(error) })?;
            Error::check_size("result of prox", v.shape(), x.shape())?;
            let gap = norm((&x - v).as_slice());
            let cost = value_near(part, &x, norm(x.as_slice())) + rho * T::of(0.5) * gap * gap;
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                best = Some((cost, x));
            }
        }
        best.map(|(_, x)| x).ok_or_else(|| Error::parameter("of", "must have a function, got none"))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.iter_mut().try_for_each(|part| part.retune(rho))
    }
    fn is_nonconvex(&self) -> bool {
        true
    }
}
