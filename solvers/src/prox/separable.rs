//! Functions side by side.

use super::{check, sized};
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f₁(X₁) + f₂(X₂) + … of groups of rows X₁, X₂, …
///
/// A part is the number of its rows and its function, from top to bottom. prox(v, ρ) applies the operator of each
/// function to its rows (Parikh and Boyd, "Proximal Algorithms", 2014, §2.1).
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v with another number of rows, and [`Error::Member`] with the place of a
/// function that failed.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{L1, L2, Separable};
///
/// let f = Separable::<f64>(vec![(2, Box::new(L2)), (1, Box::new(L1))]);
/// let x = DMatrix::from_column_slice(3, 1, &[3.0, 4.0, -2.0]);
/// assert_eq!(f.value(&x), 7.0);
/// # Ok::<(), admm::Error>(())
/// ```
pub struct Separable<T: Scalar>(
    /// The rows and the function of each part.
    pub Vec<(usize, Box<dyn Prox<T>>)>,
);

impl<T: Scalar> Separable<T> {
    /// The parts with their rows of x.
    fn parts(&self, x: &DMatrix<T>) -> impl Iterator<Item = (usize, &dyn Prox<T>, DMatrix<T>)> {
        self.0.iter().scan(0, move |next, (rows, part)| {
            let first = *next;
            *next += rows;
            Some((first, &**part, x.rows(first, *rows).into_owned()))
        })
    }
}

impl<T: Scalar> Prox<T> for Separable<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, (self.0.iter().map(|(rows, _)| rows).sum(), x.ncols()), || {
            self.parts(x).map(|(_, part, x)| part.value(&x)).sum()
        })
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let rows = self.0.iter().map(|(rows, _)| rows).sum();
        Error::check_size("the target of separate functions", (rows, v.ncols()), v.shape())?;
        let mut x = v.clone();
        for (index, (first, part, v)) in self.parts(v).enumerate() {
            let part = part.prox(&v, rho).map_err(|error| Error::Member { index, source: Box::new(error) })?;
            Error::check_size("result of prox", v.shape(), part.shape())?;
            x.rows_mut(first, part.nrows()).copy_from(&part);
        }
        Ok(x)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.iter_mut().try_for_each(|(_, part)| part.retune(rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let none = Support { value: T::zero(), violation: T::zero() };
        self.parts(y).try_fold(none, |sum, (_, part, y)| Some(sum.beside(part.support(&y)?)))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let none = Recession::nowhere(T::zero());
        self.parts(by).try_fold(none, |sum, (_, part, by)| Some(sum.beside(part.recession(&by)?)))
    }
    fn is_nonconvex(&self) -> bool {
        self.0.iter().any(|(_, part)| part.is_nonconvex())
    }
}
