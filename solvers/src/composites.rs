//! Least squares with any number of composite terms, each with a penalty of its own, as one call.
//!
//! > minimise ½‖Ax − b‖² + g₁(C₁x) + … + g_m(C_m x)
//!
//! A and the Cᵢ are linear operators, and the gᵢ have proximal operators. A constraint is a term with an
//! [`Indicator`](crate::prox::Indicator).
//!
//! ```
//! use admm::Status;
//! use admm::nalgebra::DMatrix;
//! use admm_solvers::composites::Composites;
//! use admm_solvers::operator::{Differences, Multiple};
//! use admm_solvers::prox::{Indicator, L1, Scaled};
//! use admm_solvers::set::Bounds;
//!
//! // A signal that jumps from 0 to 2, read with an offset: total variation, and no number below 0.
//! let b = DMatrix::from_fn(8, 1, |i, _| if i < 4 { -0.2 } else { 1.8 });
//! let solution = Composites::new(Multiple(1.0), b, (8, 1))?
//!     .with(Scaled { weight: 0.1, of: L1 }, Differences)?
//!     .with(Indicator(Bounds { lower: 0.0, upper: f64::INFINITY }), Multiple(1.0))?
//!     .solve()?;
//! assert_eq!(solution.status, Status::Converged);
//! let expected = DMatrix::from_fn(8, 1, |i, _| if i < 4 { 0.0 } else { 1.775 });
//! assert!((solution.x - expected).amax() < 1e-5);
//! # Ok::<(), admm::Error>(())
//! ```
//!
//! ADMM splits zᵢ = Cᵢx (Boyd et al., "Distributed optimization …", 2011, §7; Afonso, Bioucas-Dias and Figueiredo, "An
//! augmented Lagrangian approach to the constrained optimization formulation of imaging inverse problems", 2011). The x
//! block solves (AᵀA + Σ ρᵢCᵢᵀCᵢ)x = Aᵀb + ΣρᵢCᵢᵀ(zᵢ − uᵢ) exactly where it finds a way:
//!
//! | System | Solved by |
//! |---|---|
//! | diagonal in the Fourier or the cosine transform, which two products show | that transform (feature `fourier`) |
//! | at most 1,024 unknowns | Cholesky's factorisation |
//! | any other | conjugate gradients, as accurately as the residuals ask for |
//!
//! Each ρᵢ balances the relative residuals of its own term (Wohlberg, "ADMM penalty parameter selection by residual
//! balancing", 2017), so that neither the unit nor the size of a term matters to the others. They change five times, after
//! phases each of which is twice as long as the one before, and stay from iteration 310 on.

mod layout;
mod run;
mod system;

use crate::linalg;
use crate::scalar::Scalar;
use admm::operator::Operator;
use admm::{Error, Prox, Result, Status, Tolerance};
use layout::column;
use nalgebra::DMatrix;

/// The problem of minimising ½‖Ax − b‖² + Σ gᵢ(Cᵢx).
pub struct Composites<T: Scalar> {
    fit: Box<dyn Operator<T>>,
    b: DMatrix<T>,
    size: (usize, usize),
    functions: Vec<Box<dyn Prox<T>>>,
    operators: Vec<Box<dyn Operator<T>>>,
    sizes: Vec<(usize, usize)>,
    /// The tolerance of the stopping rule.
    pub tolerance: Tolerance,
    /// The most iterations.
    pub max_iterations: u64,
}

/// The end of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Solution<T: Scalar> {
    /// The status of the run.
    pub status: Status,
    /// The variable x.
    pub x: DMatrix<T>,
    /// The ends of the terms, in their order.
    pub terms: Vec<TermEnd<T>>,
    /// Iterations in all.
    pub iterations: u64,
}

/// The end of one term.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TermEnd<T: Scalar> {
    /// The copy zᵢ of Cᵢx, which is in the domain of gᵢ.
    pub z: DMatrix<T>,
    /// The multiplier yᵢ ∈ ∂gᵢ(zᵢ). At a solution Aᵀ(Ax − b) + Σ Cᵢᵀyᵢ = 0.
    pub multiplier: DMatrix<T>,
    /// The penalty ρᵢ.
    pub rho: T,
}

impl<T: Scalar> Composites<T> {
    /// ½‖Ax − b‖² for x of a size, without a term.
    ///
    /// # Errors
    /// [`Error::Size`] for an A that does not take x or does not give the size of b, and [`Error::NotFinite`] for a b that
    /// is not finite.
    pub fn new(fit: impl Operator<T> + 'static, b: DMatrix<T>, size: (usize, usize)) -> Result<Self> {
        if size.0 * size.1 == 0 {
            return Err(Error::parameter("size", format!("must have an entry, got {}×{}", size.0, size.1)));
        }
        Error::check_size("Ax of least squares", fit.range(size)?, b.shape())?;
        linalg::check(&b, "the right-hand side b")?;
        Ok(Composites {
            fit: Box::new(fit),
            b,
            size,
            functions: Vec::new(),
            operators: Vec::new(),
            sizes: Vec::new(),
            tolerance: Tolerance { absolute: 0.0, relative: 1e-6 },
            max_iterations: 10_000,
        })
    }

    /// The same problem with another term g(Cx).
    ///
    /// # Errors
    /// [`Error::Size`] for a C that does not take x.
    pub fn with(mut self, of: impl Prox<T> + 'static, operator: impl Operator<T> + 'static) -> Result<Self> {
        self.sizes.push(operator.range(self.size)?);
        self.functions.push(Box::new(of));
        self.operators.push(Box::new(operator));
        Ok(self)
    }

    /// Solves the problem. Whether the stopping rule was met is in the [status](Solution::status).
    ///
    /// # Errors
    /// [`Error::Parameters`] for a problem without a term and a tolerance out of range, and those of the functions.
    pub fn solve(self) -> Result<Solution<T>> {
        run::run(self)
    }
}
