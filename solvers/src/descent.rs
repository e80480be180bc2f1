//! Descent methods for smooth blocks, beside those of [`admm::method`].
//!
//! | Type | Use |
//! |---|---|
//! | [`Lbfgs`] | L-BFGS on flat space or a manifold. It stores curvature pairs of f alone, so they outlive every new target and every new ρ |
//! | [`Kronecker`] | the model of the Hessian of the cross-entropy that L-BFGS can start from |
//! | [`NormalisedDescent`] | a block of a free W that is normalised before use: L-BFGS, with a pull on what the loss sees |
//! | [`VarianceReduced`] | L-BFGS on random batches between two full passes, for far more samples than features |

mod ball;
mod kronecker;
mod lbfgs;
mod normalised;
mod pencil;
mod spheres;
mod variance_reduced;

pub(crate) use ball::BallLbfgs;
pub use kronecker::Kronecker;
pub use lbfgs::{InitialHessian, Lbfgs, LbfgsMemory, ModelMemory, Near, Scaling};
pub use normalised::NormalisedDescent;
pub(crate) use spheres::Spheres;
pub use variance_reduced::{BatchMemory, VarianceReduced};
