//! The blocks and parts that plug into [`admm`]: data, losses, sets, update rules, descent methods and the joint model.
//!
//! This crate is for users who solve a concrete problem by ADMM. They take a ready part, or combine ready parts with a
//! block of their own.
//!
//! # The joint model
//!
//! The joint model trains one matrix W (d×k) for two losses at once, variance and prediction:
//!
//! > minimise λ·L₁(W) + (1−λ)·L₂(V, B, b) subject to W = V, W on a manifold
//! >
//! > L₁(W) = 1 − tr(WᵀΣW)/tr Σ, L₂(V, B, b) = mean loss of the logits Bᵀ Vᵀ x + b + μ/2 ‖B‖²
//!
//! Data matrices are d×n: **a sample is a column**.
//!
//! # The modules
//!
//! | Module | Content |
//! |---|---|
//! | [`joint`] | the joint model: build, fit, predict |
//! | [`descent`] | descent methods, and the model of the Hessian that L-BFGS can start from |
//! | [`composites`] | least squares with any number of terms g(Cx), each with its own penalty |
//! | [`qp`] | quadratic and linear programs as one call: the feature `qp`, which is on by default |
//! | [`second_order`] | the certificate that a stationary point is a local minimum |
//! | [`pca`] | the PCA loss and the rules that lower it |
//! | [`loss`] | the loss of the predictions, one of several heads or yours, and its variable (V, B, b) |
//! | [`network`] | dense layers between X and a loss of any kind |
//! | [`smooth`] | functions of a normalised or penalised matrix |
//! | [`operator`] | linear operators that couple blocks; some need the feature `fourier`, which is on by default |
//! | [`prox`] | proximal operators |
//! | [`set`] | the sets on which a variable moves |
//! | [`data`] | X with its labels, weights and scale |
//! | [`linalg`] | factorisations that report failure, and the trust-region subproblem |
//!
//! A module uses those below it, and never one above.

mod chunks;
pub mod composites;
pub mod data;
pub mod descent;
mod generator;
pub mod joint;
pub mod linalg;
pub mod loss;
pub mod network;
pub mod operator;
pub mod pca;
pub mod prox;
#[cfg(feature = "qp")]
pub mod qp;
mod scalar;
pub mod second_order;
pub mod set;
pub mod smooth;
mod view;

pub use generator::Generator;
pub use scalar::Scalar;

/// The crate of the sparse matrices that [`Features`](data::Features) can be made of.
pub use nalgebra_sparse;

/// The pages of the book run as tests.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../../docs/start.md")]
    struct Start;
    #[doc = include_str!("../../docs/mathematics.md")]
    struct Mathematics;
    #[doc = include_str!("../../docs/choose.md")]
    struct Choose;
    #[doc = include_str!("../../docs/network.md")]
    struct Network;
    #[doc = include_str!("../../docs/losses.md")]
    struct Losses;
    #[doc = include_str!("../../docs/write-your-own-block.md")]
    struct WriteYourOwnBlock;
    #[doc = include_str!("../../docs/couplings.md")]
    struct Couplings;
    #[doc = include_str!("../../docs/programs.md")]
    struct Programs;
    #[doc = include_str!("../../docs/parity.md")]
    struct Parity;
    #[doc = include_str!("../../docs/promises.md")]
    struct Promises;
    #[doc = include_str!("../../docs/ranks.md")]
    struct Ranks;
}

/// The library example of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
