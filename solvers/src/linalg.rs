//! Linear algebra: factorisations that report failure, the trust-region subproblem, and the inner loops of a pass.
//!
//! # The ladder of every factorisation
//!
//! 1. The entries are checked, and scaled by a power of two, which is exact.
//! 2. faer factorises, and the result is measured.
//! 3. If that fails, nalgebra takes over with a bound on its iterations. For singular values the eigenvectors of the
//!    Gram matrix come next. These results are measured too.
//! 4. If all fail, the result is [`Error::Numerical`](admm::Error::Numerical).
//!
//! No NaN goes in or comes out, and nothing loops for ever. Entries of 1e±150, or below the smallest normal number,
//! cost no accuracy. Each factorisation runs on one thread: the same input gives the same bits.
//!
//! # The signs of the result
//!
//! Signs are fixed. R has a diagonal ≥ 0. In an eigenvector or a right singular vector, the entry of largest magnitude
//! is positive, and of several such entries the first one. Magnitudes that differ by less than a thousandth are equal
//! here, so that rounding does not decide.

mod exponential;
mod factor;
mod hyperbolic;
mod inner;
pub mod secular;

pub(crate) use exponential::exponentiate;
pub use factor::{ThinSvd, polar, symmetric_eigen, thin_qr, thin_svd, top_eigen};
pub(crate) use factor::{
    beside, check, check_square, check_tall, cholesky, defect, leading, lower_gram, negative, orthonormal, scattered,
    top_eigen_of, without,
};
pub(crate) use hyperbolic::hyperbolic_tangents;
pub(crate) use inner::{FEW, inner_products};

#[cfg(test)]
pub(crate) use factor::tests::conditioned;
