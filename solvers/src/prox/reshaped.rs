//! A function of the same entries in another shape.

use super::check;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::{DMatrix, Dyn};

/// f of the entries of x, column by column, as a matrix of the given size: a function of matrices for a variable that
/// is a column, or the other way round.
///
/// prox(v, ρ) is that of f in its size, as ‖x − v‖ does not depend on the shape.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v with another number of entries, and the errors of f.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{L1, Reshaped, SingularValues};
///
/// let nuclear = Reshaped { of: SingularValues(L1), size: (2, 2) };
/// let x = DMatrix::from_column_slice(4, 1, &[3.0, 0.0, 0.0, 4.0]);
/// assert!((nuclear.value(&x) - 7.0_f64).abs() < 1e-14);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reshaped<P> {
    /// The function f.
    pub of: P,
    /// The rows and columns of what f takes.
    pub size: (usize, usize),
}

fn shaped<T: Scalar>(x: DMatrix<T>, (rows, columns): (usize, usize)) -> DMatrix<T> {
    x.reshape_generic(Dyn(rows), Dyn(columns))
}

impl<P> Reshaped<P> {
    /// Returns x in the size of f, if it has as many entries.
    fn inside<T: Scalar>(&self, x: &DMatrix<T>) -> Option<DMatrix<T>> {
        (self.size.0.checked_mul(self.size.1) == Some(x.len())).then(|| shaped(x.clone(), self.size))
    }
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Reshaped<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        self.inside(x).map_or(T::of(f64::NAN), |x| self.of.value(&x))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let Some(inside) = self.inside(v) else {
            return Err(Error::Size {
                place: "the target of a reshaped function".into(),
                expected: self.size.into(),
                got: v.shape().into(),
            });
        };
        let x = self.of.prox(&inside, rho)?;
        Error::check_size("result of prox", self.size, x.shape())?;
        Ok(shaped(x, v.shape()))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.of.support(&self.inside(y)?)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.of.recession(&self.inside(by)?)
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
