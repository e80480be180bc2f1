//! Linear algebra: factorisations that report failure, the trust-region subproblem, and the inner loops of a pass.
//!
//! Every factorisation climbs the same ladder. The entries are checked, scaled by a power of two (which is exact) and
//! factorised by faer, and the result is measured. Where that fails, nalgebra takes over with a bound on its
//! iterations, and for singular values the eigenvectors of the Gram matrix; their results are measured too. Where all
//! fail, the result is [`Error::Numerical`](admm::Error::Numerical). So no NaN goes in or comes out, nothing loops for
//! ever, and entries of 1e±150 or below the smallest normal number cost no accuracy. All of it runs on one thread: the
//! same input gives the same bits.
//!
//! Signs are part of the result: R has a diagonal ≥ 0, and the entry of largest magnitude of an eigenvector or a right
//! singular vector (the first of several) is positive.

mod exponential;
mod factor;
mod inner;
pub mod secular;

pub(crate) use exponential::exponentiate;
pub use factor::{ThinSvd, polar, symmetric_eigen, thin_qr, thin_svd, top_eigen};
pub(crate) use factor::{
    beside, check, check_square, check_tall, cholesky, defect, lower_gram, orthonormal, scattered, top_eigen_of,
    without,
};
pub(crate) use inner::{FEW, inner_products};

#[cfg(test)]
pub(crate) use factor::tests::conditioned;
