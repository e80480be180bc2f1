//! The ladder of methods that every factorisation climbs.

mod cholesky;
mod eigen;
mod polar;
mod qr;
mod svd;

pub(crate) use cholesky::{cholesky, lower_gram};
pub(crate) use eigen::{check_square, top_eigen_of};
pub use eigen::{symmetric_eigen, top_eigen};
pub use polar::polar;
pub use qr::thin_qr;
pub use svd::{ThinSvd, thin_svd};

use crate::scalar::{Scalar, binade, largest};
use crate::view::{multiply, transposed_product, view};
use admm::random::SplitMix64;
use admm::{Error, Result};
use faer::Accum;
use nalgebra::DMatrix;

/// Steps that nalgebra may take for one eigenvalue or singular value.
const FALLBACK_STEPS: usize = 100;

/// Checks that a matrix has entries and that all of them are finite.
pub(crate) fn check<T: Scalar>(a: &DMatrix<T>, name: &str) -> Result<()> {
    if a.is_empty() {
        return Err(Error::numerical(name, format!("is empty: {}×{}", a.nrows(), a.ncols())));
    }
    if a.iter().all(|entry| entry.is_finite()) { Ok(()) } else { Err(Error::not_finite(name)) }
}

/// Checks that a matrix is not wider than tall: orthonormal columns need as many rows as columns.
pub(crate) fn check_tall<T: Scalar>(a: &DMatrix<T>, name: &str) -> Result<()> {
    let (rows, columns) = a.shape();
    Error::check_size(name, (rows, columns.min(rows)), (rows, columns))
}

/// A / scale and the scale, a power of two that leaves the largest entry in [1, 2).
fn scaled<T: Scalar>(a: &DMatrix<T>) -> (DMatrix<T>, T) {
    let scale = binade(largest(a.as_slice()));
    (a.map(|entry| entry / scale), scale)
}

/// One way to factorise, which may fail.
type Attempt<T, R> = fn(&DMatrix<T>) -> Option<R>;

/// The result of the first method that has a sound one.
fn climb<T: Scalar, R>(a: &DMatrix<T>, methods: &[Attempt<T, R>], sound: impl Fn(&R) -> bool, name: &str) -> Result<R> {
    let mut results = methods.iter().filter_map(|method| method(a));
    results.find(sound).ok_or_else(|| Error::numerical(name, "was not found by any method"))
}

/// ‖QᵀQ − I‖, which is 0 for orthonormal columns.
pub(crate) fn defect<T: Scalar>(q: &DMatrix<T>) -> T {
    let mut gram = transposed_product(q, q);
    (0..gram.nrows()).for_each(|i| gram[(i, i)] -= T::one());
    gram.norm()
}

/// Returns true if Q is orthonormal up to the rounding error of a backward stable method, and false for NaN.
pub(crate) fn orthonormal<T: Scalar>(q: &DMatrix<T>) -> bool {
    let allowed = (64.0 + (q.nrows() as f64).sqrt()) * q.ncols() as f64;
    defect(q) <= T::of(allowed) * T::EPSILON
}

/// Returns X − V(VᵀX), the part of X outside the span of the basis V.
pub(crate) fn without<T: Scalar>(basis: &DMatrix<T>, mut x: DMatrix<T>) -> DMatrix<T> {
    let share = -transposed_product(basis, &x);
    multiply(&mut x, Accum::Add, view(basis), view(&share));
    x
}

/// Returns the matrix [A B], with B to the right of A.
pub(crate) fn beside<T: Scalar>(a: DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let (columns, more) = (a.ncols(), b.ncols());
    let mut out = a.resize_horizontally(columns + more, T::zero());
    out.columns_mut(columns, more).copy_from(b);
    out
}

/// Magnitudes that differ by a smaller share count as equal: rounding, and the accuracy of a fit, do not decide on one.
pub(crate) const TIED: f64 = 1e-3;

/// The place of the first entry whose magnitude is the largest, or equal to it but for a share of [`TIED`].
pub(crate) fn leading<T: Scalar>(vector: &[T]) -> Option<usize> {
    let least = T::of(1.0 - TIED) * largest(vector);
    vector.iter().position(|entry| entry.abs() >= least)
}

/// Returns true if the sign rule asks to flip a vector: its leading entry is negative.
pub(crate) fn negative<T: Scalar>(vector: &[T]) -> bool {
    leading(vector).is_some_and(|place| vector[place] < T::zero())
}

/// A matrix of numbers in [−1, 1) that depend on the place and the seed alone, drawn in column-major order.
pub(crate) fn scattered<T: Scalar>(rows: usize, columns: usize, seed: u64) -> DMatrix<T> {
    let mut random = SplitMix64(seed);
    DMatrix::from_fn(rows, columns, |_, _| T::of((random.bits() >> 11) as f64 * 2.0_f64.powi(-52) - 1.0))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A rows×columns matrix with the given condition number: singular values spaced evenly in the logarithm.
    pub(crate) fn conditioned(rows: usize, columns: usize, condition: f64, seed: u64) -> DMatrix<f64> {
        let mut left = scattered::<f64>(rows, columns, seed).qr().q();
        let right = scattered::<f64>(columns, columns, seed + 1).qr().q();
        for (j, mut column) in left.column_iter_mut().enumerate() {
            column *= condition.powf(-(j as f64) / (columns.max(2) - 1) as f64);
        }
        left * right
    }

    #[test]
    fn the_scattered_numbers_are_fixed() {
        let published = [0xE220_A839_7B1D_CDAF_u64, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F];
        let expected = published.map(|bits| (bits >> 11) as f64 / 2.0_f64.powi(52) - 1.0);
        assert_eq!(scattered::<f64>(3, 1, 0).as_slice(), expected);
    }

    #[test]
    fn what_cannot_be_factorised_is_named() {
        let nan = DMatrix::from_element(2, 2, f64::NAN);
        let infinite = DMatrix::from_row_slice(2, 1, &[1.0, f64::INFINITY]);
        let messages = [
            thin_qr(&nan).unwrap_err().to_string(),
            polar(&infinite).unwrap_err().to_string(),
            thin_svd(&DMatrix::<f64>::zeros(0, 3)).unwrap_err().to_string(),
            symmetric_eigen(&DMatrix::<f64>::zeros(2, 3)).unwrap_err().to_string(),
            polar(&DMatrix::<f64>::zeros(2, 3)).unwrap_err().to_string(),
            top_eigen(&DMatrix::<f64>::identity(2, 2), 3).unwrap_err().to_string(),
        ];
        let expected = [
            "the matrix of a QR factorisation is not finite",
            "the matrix of a polar factor is not finite",
            "the matrix of a singular value decomposition is empty: 0×3",
            "the matrix of an eigendecomposition: expected size 2×2, got 2×3",
            "the matrix of a polar factor: expected size 2×2, got 2×3",
            "invalid parameters: k must be a number of eigenvectors between 1 and 2, got 3",
        ];
        assert_eq!(messages, expected);
    }

    #[test]
    fn fault_43_the_next_method_takes_over_and_after_the_last_there_is_an_error() {
        let a = DMatrix::<f64>::identity(2, 2);
        let fails: Attempt<f64, i32> = |_| None;
        let (unsound, sound): (Attempt<f64, i32>, Attempt<f64, i32>) = (|_| Some(-1), |_| Some(7));
        let climb = |methods: &[_]| climb(&a, methods, |&found| found > 0, "a factor");
        assert_eq!(climb(&[fails, unsound, sound, unsound]), Ok(7));
        let error = Error::numerical("a factor", "was not found by any method");
        assert_eq!(climb(&[unsound, fails]), Err(error));
    }

    #[test]
    fn the_largest_entry_decides_the_sign() {
        assert!(negative(&[0.5, -2.0, 1.0]));
        assert!(!negative(&[2.0, -2.0]));
        assert!(!negative(&[2.0, -2.001]) && negative(&[2.0, -2.01]), "nearly the largest is the largest");
        assert!(!negative(&[0.0, 0.0]));
    }
}
