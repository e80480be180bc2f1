//! Functions of any parts of a matrix.

use super::parts::{self, Part, Slice};
use super::sized;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f₁(X₁) + f₂(X₂) + … of parts X₁, X₂, … of a matrix, such as rows, columns or a choice of entries. No two parts have an
/// entry in common, and an entry in none is free.
///
/// prox(v, ρ) applies the operator of each function to its part (Parikh and Boyd, "Proximal Algorithms", 2014, §2.1).
/// [`Separable`](super::Separable) and [`Columnwise`](super::Columnwise) are short for parts that are all rows, and all
/// columns with one function.
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v of another size, and [`Error::Member`] with the place of a function that
/// failed.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{L1, L2, Slice, Sliced};
///
/// // The norm of a diagonal, and the absolute value of one other entry.
/// let parts = vec![(Slice::Entries(vec![0, 3]), Box::new(L2) as _), (Slice::Entries(vec![1]), Box::new(L1) as _)];
/// let f = Sliced::<f64>::new((2, 2), parts)?;
/// assert_eq!(f.value(&DMatrix::from_row_slice(2, 2, &[3.0, 7.0, -2.0, 4.0])), 7.0);
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "SlicedSeparableSum")]
pub struct Sliced<T: Scalar> {
    size: (usize, usize),
    parts: Vec<(Slice, Box<dyn Prox<T>>)>,
    /// The entries that are in no part.
    free: Slice,
}

impl<T: Scalar> Sliced<T> {
    /// Takes the size of the matrix, and the parts with their functions.
    ///
    /// # Errors
    /// [`Error::Parameters`] for a part that is empty, that the matrix does not have, or that has an entry of another one.
    pub fn new(size: (usize, usize), parts: Vec<(Slice, Box<dyn Prox<T>>)>) -> Result<Self> {
        let numbers = DMatrix::from_fn(size.0, size.1, |i, j| i + j * size.0);
        let mut taken = vec![false; numbers.len()];
        for (index, (slice, _)) in parts.iter().enumerate() {
            if !slice.fits(size) {
                let problem = format!("part {index} must be some of a matrix of {}×{}, got {slice:?}", size.0, size.1);
                return Err(Error::parameter("parts", problem));
            }
            for &entry in &slice.of(&numbers) {
                if std::mem::replace(&mut taken[entry], true) {
                    let problem = format!("part {index} must have entries of its own, but shares the entry {entry}");
                    return Err(Error::parameter("parts", problem));
                }
            }
        }
        let free = Slice::Entries((0..taken.len()).filter(|&entry| !taken[entry]).collect());
        Ok(Sliced { size, parts, free })
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_, T>> {
        self.parts.iter().map(|(slice, part)| (slice.clone(), &**part))
    }
}

impl<T: Scalar> Prox<T> for Sliced<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, self.size, || parts::value(self.parts(), x))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        Error::check_size("the target of sliced functions", self.size, v.shape())?;
        parts::prox(self.parts(), v, rho)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.parts.iter_mut().try_for_each(|(_, part)| part.retune(rho))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(parts::support(self.parts(), y)?.beside(Support::everywhere(self.free.of(y).norm())))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        parts::recession(self.parts(), by)
    }
    fn is_nonconvex(&self) -> bool {
        self.parts.iter().any(|(_, part)| part.is_nonconvex())
    }
}
