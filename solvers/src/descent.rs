//! Descent methods beside those of [`admm::method`]: L-BFGS, what it knows of the Hessian, and random batches for it.

mod kronecker;
mod lbfgs;
mod pencil;
mod variance_reduced;

pub use kronecker::Kronecker;
pub use lbfgs::{InitialHessian, Lbfgs, Near, Scaling};
pub use variance_reduced::{BatchMemory, VarianceReduced};
