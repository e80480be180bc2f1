//! The schedule of ADMM on the joint model: the work of the classifier's block in an iteration, and the start and the
//! bounds of ρ.

use crate::joint::{AccelerationChoice, Builder, Constraint, PenaltyChoice, Prepared, Rule};
use crate::linalg::symmetric_eigen;
use crate::scalar::Scalar;
use crate::view::{product_transposed, transposed_product};
use admm::{Result, Smooth};

/// The schedule of the second block, and the choices that follow from it.
pub(crate) struct Schedule {
    /// Steps of L-BFGS in a call.
    pub steps: u64,
    /// Calls in a row that its model answers.
    pub answers: u64,
    /// ρ at the start.
    pub rho: f64,
    /// The bounds of ρ.
    pub bounds: (f64, f64),
    /// μ of [`Balance`](admm::penalty::Balance).
    pub threshold: f64,
    /// The bound for the residuals, in units of the tolerance.
    pub accuracy: f64,
}

/// Solved: both losses are of order 1 and W has unit columns, so no scale of the data enters ρ.
pub(crate) const SOLVED: Schedule =
    Schedule { steps: 50, answers: 0, rho: 0.1, bounds: (1e-8, 1e8), threshold: 10.0, accuracy: 1.0 };

impl Schedule {
    /// Majorisation on orthonormal W is monotone and takes no pass where Σ is formed. There one step of the other block
    /// a call is enough: its curvature pairs outlive the call, and more steps would be spent on a target that moves on.
    /// In up to twelve further iterations its model of the loss answers, so that W fits the model before the data are
    /// read again. ρ starts at the curvature of the manifold. A block that takes one step moves less than one that
    /// solves its problem, so the dual residual is smaller than it should be. Hence the threshold for balancing ρ is
    /// larger, and the bound on the residuals smaller.
    ///
    /// Over-relaxation asks for 1/(2 − α) as much ρ, as in the bound 2L/(2 − α) of the certificate. With it, with
    /// accelerations and with other policies no model answers: that was measured for plain iterations alone.
    pub fn of<T: Scalar>(prepared: &Prepared<T>) -> Result<Self> {
        let options = &prepared.options;
        let curvature = 2.0 * options.weight * prepared.leading.to_f64() / (2.0 - options.relaxation);
        let lowest = (share(options) * curvature).max(SOLVED.bounds.0);
        if (options.constraint, options.rule) != (Constraint::Orthonormal, Rule::Majorize) {
            return Ok(Schedule { rho: SOLVED.rho.max(lowest), bounds: (lowest, SOLVED.bounds.1), ..SOLVED });
        }
        let balanced = options.penalty == PenaltyChoice::Balance;
        let plain = balanced && options.acceleration == AccelerationChoice::None && options.relaxation == 1.0;
        let answers = if plain && prepared.objective.variance.passes() == 0 { 12 } else { 0 };
        let started = (held(prepared)? / (2.0 - options.relaxation)).max(0.01);
        let rho = if balanced { started } else { SOLVED.rho.max(lowest) };
        Ok(Schedule { steps: 1, answers, rho, bounds: (lowest, SOLVED.bounds.1), threshold: 15.0, accuracy: 0.1 })
    }
}

/// The largest eigenvalue of 2λWᵀΣW/tr Σ + (1−λ)μBBᵀ at the start: how strongly the manifold curves where B is optimal,
/// as in [`Kronecker`](crate::descent::Kronecker).
fn held<T: Scalar>(prepared: &Prepared<T>) -> Result<f64> {
    let (at, objective) = (&prepared.start.point, &prepared.objective);
    let captured = transposed_product(&at.v, &objective.variance.of.covariance.times(&at.v));
    let ridge = product_transposed(&at.b, &at.b) * (objective.entropy.share * objective.entropy.ridge);
    Ok(symmetric_eigen(&(captured * T::of(2.0 * prepared.options.weight) + ridge))?.0[0].to_f64())
}

/// The lower bound of ρ in units of the curvature 2λλ₁/tr Σ of the PCA loss.
///
/// Orthonormal W moves from where it stands, and below half the curvature a run may go in circles for ever. Balancing
/// leads it out, as its residuals differ then; a policy that goes by other figures may not. Columns are minimised
/// globally, and while ρ is close to the curvature they may jump for ever between distant minimisers; from twice the
/// curvature on they do not. Without a constraint γ/2 ‖W‖² bounds the problem.
fn share(options: &Builder) -> f64 {
    match options.constraint {
        Constraint::Orthonormal if options.penalty == PenaltyChoice::Balance => 0.1,
        Constraint::Orthonormal => 0.5,
        Constraint::None => 0.0,
        _ => 2.0,
    }
}
