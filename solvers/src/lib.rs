//! What plugs into [`admm`]: manifolds, PCA update rules, the softmax classifier, descent methods and the joint model.
//!
//! The joint model trains one matrix W (d×k) for two losses at once, variance and cross-entropy:
//!
//! > minimise λ·L₁(W) + (1−λ)·L₂(V, B, b) subject to W = V, W on a manifold
//! >
//! > L₁(W) = 1 − tr(WᵀΣW)/tr Σ, L₂(V, B, b) = mean cross-entropy of softmax(Bᵀ Vᵀ x + b) + μ/2 ‖B‖²
//!
//! Data matrices are d×n: **a sample is a column**.
//!
//! | Module | What is in it |
//! |---|---|
//! | [`joint`] | the joint model: build, fit, predict |
//! | [`manifold`] | the sets on which a variable moves |
//! | [`pca`] | the PCA loss and the rules that lower it |
//! | [`softmax`], [`classifier`] | the cross-entropy and its variable (V, B, b) |
//! | [`lbfgs`], [`variance_reduced`] | descent methods; [`kronecker`] is the model of the Hessian that L-BFGS can start from |
//! | [`prox`], [`operator`], [`smooth`] | proximal operators, linear operators, functions of a normalised or penalised matrix |
//! | [`features`], [`samples`] | where the numbers of X are, and what belongs to them |
//! | [`factor`], [`secular`] | factorisations that report failure, and the trust-region subproblem |

pub mod classifier;
mod exponential;
pub mod factor;
pub mod features;
mod inner;
pub mod joint;
pub mod kronecker;
pub mod lbfgs;
pub mod manifold;
pub mod operator;
pub mod pca;
pub mod prox;
pub mod samples;
mod scalar;
pub mod secular;
pub mod smooth;
pub mod softmax;
pub mod variance_reduced;
mod view;

pub use scalar::Scalar;

/// The pages of the book run as tests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../docs/start.md")]
    struct Start;
    #[doc = include_str!("../../docs/mathematics.md")]
    struct Mathematics;
    #[doc = include_str!("../../docs/choose.md")]
    struct Choose;
    #[doc = include_str!("../../docs/write-your-own-block.md")]
    struct WriteYourOwnBlock;
    #[doc = include_str!("../../docs/couplings.md")]
    struct Couplings;
    #[doc = include_str!("../../docs/promises.md")]
    struct Promises;
}

/// The library example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
