//! Quadratic and linear programs as one call.
//!
//! > minimise ½⟨x, Px⟩ + ⟨q, x⟩ subject to l ≤ Ax ≤ u
//!
//! P (n×n) is symmetric and positive semidefinite, and A is m×n. Both are sparse. Equal bounds make a row an equation,
//! and a bound at or beyond ±10²⁰ is none. Bounds of x itself are rows of the identity in A. With P = 0 the program is
//! linear.
//!
//! ```
//! use admm::Status;
//! use admm::nalgebra::{DMatrix, DVector};
//! use admm_solvers::nalgebra_sparse::CscMatrix;
//! use admm_solvers::qp::Program;
//!
//! // minimise 2x₁² + x₂² + x₁x₂ + x₁ + x₂ subject to x₁ + x₂ = 1 and 0 ≤ x ≤ 0.7
//! let p = CscMatrix::from(&DMatrix::from_row_slice(2, 2, &[4.0, 1.0, 1.0, 2.0]));
//! let a = CscMatrix::from(&DMatrix::from_row_slice(3, 2, &[1.0, 1.0, 1.0, 0.0, 0.0, 1.0]));
//! let column = |entries: &[f64]| DVector::from_column_slice(entries);
//! let program = Program::new(p, column(&[1.0, 1.0]), a, column(&[1.0, 0.0, 0.0]), column(&[1.0, 0.7, 0.7]))?;
//!
//! let solution = program.solve()?;
//! assert_eq!(solution.status, Status::Converged);
//! assert!((solution.x - column(&[0.3, 0.7])).amax() < 1e-5);
//! assert!((solution.y - column(&[-2.9, 0.0, 0.2])).amax() < 1e-4);
//! # Ok::<(), admm::Error>(())
//! ```
//!
//! The program is solved as by OSQP (Stellato, Banjac, Goulart, Bemporad and Boyd, "OSQP: an operator splitting solver
//! for quadratic programs", 2020). The [`Coordinator`](admm::Coordinator) splits it into the quadratic function of x
//! and the box of Ax. What is special to quadratic programs is
//!
//! - the scaling of the data, after Ruiz (§5.1),
//! - a sparse factorisation of one quasi-definite system (§3.1), which is made anew when ρ changes,
//! - a larger penalty for equations (§5.2),
//! - residuals and the duality gap in the units of the program ([`Residuals`]),
//! - a polish: the equations of the rows that are held at their bounds (§4, [`Options::polish`]).
//!
//! [`Prepared`] solves a program again with other vectors q, l and u.
//!
//! A program without a solution ends as [`PrimalInfeasible`](admm::Status::PrimalInfeasible) or
//! [`DualInfeasible`](admm::Status::DualInfeasible), with the vector that proves it and the residuals of the proof in the units of
//! the program ([`Certificate`]).

mod block;
mod convex;
mod options;
mod polish;
mod prepared;
mod products;
mod program;
mod proof;
mod residuals;
mod scaling;
mod solution;
mod solve;
mod system;

pub use options::{Options, Start};
pub use prepared::Prepared;
pub use program::Program;
pub use proof::{Certificate, Proof};
pub use residuals::Residuals;
pub use solution::Solution;
