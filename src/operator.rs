//! Linear operators that couple a block to the other one, and the blocks seen through them.
//!
//! | Type | Content |
//! |---|---|
//! | [`Operator`] | the trait: K, its transpose, and the sizes |
//! | [`Selection`] | the operator that chooses some rows |
//! | [`Linearized`] | the block of a function with a proximal operator, seen through K |
//! | [`Composed`] | the block of a function with a gradient, seen through K |

mod composed;
mod linearized;

pub use crate::subproblem::Adjoint;
pub use composed::{Composed, Pulled};
pub use linearized::Linearized;

use crate::check::Random;
use crate::space::Space;
use crate::{Error, Real, Result, Target};
use nalgebra::DMatrix;

/// A linear operator K from matrices to matrices, with its adjoint.
///
/// A [`DMatrix`] is one: x ↦ Kx. Of your own one, [`check::adjoint`](crate::check::adjoint) checks that ⟨Kx, y⟩ = ⟨x,
/// Kᵀy⟩:
///
/// ```
/// use admm::operator::Operator;
/// use admm::check;
/// use admm::nalgebra::DMatrix;
///
/// let k = DMatrix::from_row_slice(1, 2, &[3.0, -1.0]);
/// let (x, y) = (DMatrix::zeros(2, 1), DMatrix::zeros(1, 1));
/// check::adjoint(|x| k.apply(x), |y| k.transposed(y), &x, &y)?.assert();
/// # Ok::<(), admm::Error>(())
/// ```
pub trait Operator<T: Real>: Send + Sync {
    /// The size of Kx for an x of the given size.
    ///
    /// # Errors
    /// [`Error::Size`] for a size that K does not take.
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)>;
    /// Kx. May panic for an x that [`range`](Self::range) refuses.
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T>;
    /// Kᵀy. May panic for a y that is no Kx.
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T>;
}

impl<T: Real, K: Operator<T> + ?Sized> Operator<T> for Box<K> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        (**self).range(domain)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        (**self).apply(x)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        (**self).transposed(y)
    }
}

impl<T: Real> Operator<T> for DMatrix<T> {
    fn range(&self, (rows, columns): (usize, usize)) -> Result<(usize, usize)> {
        Error::check_size("x of Kx", (self.ncols(), columns), (rows, columns))?;
        Ok((self.nrows(), columns))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self * x
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        self.tr_mul(y)
    }
}

/// Some rows of x (n×k), in a given order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    rows: Vec<usize>,
    of: usize,
}

impl Selection {
    /// The given rows of `of` rows.
    ///
    /// # Errors
    /// [`Error::Parameters`] for a row that there is not.
    pub fn new(rows: Vec<usize>, of: usize) -> Result<Self> {
        match rows.iter().find(|&&row| row >= of) {
            Some(row) => Err(Error::parameter("rows", format!("must be below {of}, counted from 0, got {row}"))),
            None => Ok(Selection { rows, of }),
        }
    }
    /// Returns the selected rows.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
    /// Returns the number of rows of x.
    pub fn of(&self) -> usize {
        self.of
    }
}

impl<T: Real> Operator<T> for Selection {
    fn range(&self, (rows, columns): (usize, usize)) -> Result<(usize, usize)> {
        Error::check_size("x of a selection", (self.of, columns), (rows, columns))?;
        Ok((self.rows.len(), columns))
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        x.select_rows(&self.rows)
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let mut x = DMatrix::zeros(self.of, y.ncols());
        for (from, &to) in y.row_iter().zip(&self.rows) {
            let mut row = x.row_mut(to);
            row += from;
        }
        x
    }
}

/// Checks that v has the size of Kx.
fn check_target<T: Real>(k: &impl Operator<T>, x: &DMatrix<T>, to: &Target<'_, T, DMatrix<T>>) -> Result<()> {
    to.check_size(k.range(x.shape())?)
}

/// ‖Kᵀy‖ and its number of entries, for [`Subproblem::adjoint`](crate::Subproblem::adjoint).
fn adjoint<T: Real>(k: &impl Operator<T>, y: &DMatrix<T>) -> Adjoint<T> {
    let x = k.transposed(y);
    Adjoint::of(&x)
}

/// Steps of the power method, and what its result is divided by.
const POWER: (usize, f64) = (100, 0.9);

/// An upper bound of ‖K‖² on x of the given size, for [`Linearized`]: at most 1.12 times too large.
///
/// The method is a hundred steps of the power method for KᵀK from a random start, always the same one. Their result is
/// divided by 0.9. For x of n entries they end below 0.9‖K‖² with a probability under 4·10⁻⁶√n (Kuczyński and
/// Woźniakowski, "Estimating the largest eigenvalue by the power and Lanczos algorithms with a random start", 1992).
///
/// # Errors
/// A size that K does not take, and [`Error::NotFinite`] where Kx is not finite.
///
/// ```
/// use admm::nalgebra::DMatrix;
///
/// let k = DMatrix::from_row_slice(2, 2, &[3.0, 0.0, 0.0, 1.0]);
/// let bound = admm::operator::norm_squared(&k, (2, 1))?;
/// assert!((9.0..10.1).contains(&bound));
/// # Ok::<(), admm::Error>(())
/// ```
pub fn norm_squared<T: Real>(k: &impl Operator<T>, domain: (usize, usize)) -> Result<T> {
    k.range(domain)?;
    let (steps, share) = POWER;
    let mut x = Random::new().normal(&DMatrix::zeros(domain.0, domain.1));
    let mut square = T::zero();
    for _ in 0..steps {
        let length = x.euclidean_norm();
        if length == T::zero() {
            break;
        }
        x /= length;
        let image = k.apply(&x);
        square = image.norm_squared();
        if !square.is_finite() {
            return Err(Error::not_finite("Kx of a unit vector"));
        }
        x = k.transposed(&image);
    }
    Ok(square / T::of(share))
}
