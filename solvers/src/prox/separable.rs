//! Functions side by side.

use super::parts::{self, Part, Slice};
use super::sized;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f₁(X₁) + f₂(X₂) + … of groups of rows X₁, X₂, …
///
/// A part is the number of its rows and its function, from top to bottom. prox(v, ρ) applies the operator of each
/// function to its rows (Parikh and Boyd, "Proximal Algorithms", 2014, §2.1). [`Sliced`](super::Sliced) takes other
/// parts.
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
    fn rows(&self) -> usize {
        self.0.iter().map(|(rows, _)| rows).sum()
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_, T>> {
        self.0.iter().scan(0, |next, (rows, part)| {
            let first = *next;
            *next += rows;
            Some((Slice::Rows(first..*next), &**part))
        })
    }
}

impl<T: Scalar> Prox<T> for Separable<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, (self.rows(), x.ncols()), || parts::value(self.parts(), x))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        Error::check_size("the target of separate functions", (self.rows(), v.ncols()), v.shape())?;
        parts::prox(self.parts(), v, rho)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.iter_mut().try_for_each(|(_, part)| part.retune(rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        parts::support(self.parts(), y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        parts::recession(self.parts(), by)
    }
    fn is_nonconvex(&self) -> bool {
        self.0.iter().any(|(_, part)| part.is_nonconvex())
    }
}
