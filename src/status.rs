//! The status with which a run ends.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The status with which a run ends. Only failures are errors; every status comes with the best iterate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Status {
    /// The stopping rule is met.
    Converged,
    /// The stopping rule is met, but a block does not say how well it [solved](crate::Solved) its subproblem: the
    /// residuals are small, and the point may not be optimal.
    Unverified,
    /// The iterations ran out.
    IterationLimit,
    /// The iterates have not come nearer to the stopping rule for a long time.
    Stalled,
    /// The residuals grew without bound.
    Diverged,
    /// No x and z satisfy the constraint within the domains of the blocks, as the
    /// [certificate](crate::infeasibility::Infeasibility) of the outcome shows.
    PrimalInfeasible,
    /// The objective has no lower bound, or would have none if the problem were feasible, as the
    /// [certificate](crate::infeasibility::Infeasibility) of the outcome shows.
    DualInfeasible,
    /// The problem has no minimiser: its infimum is approached only where a variable grows without bound or vanishes.
    /// The joint model tells this of the choices and of the data.
    Unattained,
    /// An observer ended the run.
    Stopped,
}

impl Status {
    /// Returns advice in a sentence.
    pub fn advice(self) -> &'static str {
        match self {
            Status::Converged => "The stopping rule is met.",
            Status::Unverified => {
                "The iterates have settled, but a block does not measure how well its subproblem is solved: have it say so."
            }
            Status::IterationLimit => "Allow more iterations, or ask for less accuracy.",
            Status::Stalled => {
                "No progress: solve the inner problems more accurately, change the penalty, loosen the tolerance, or check \
                 that the constraints can be met."
            }
            Status::Diverged => {
                "The residuals grow: raise the penalty, put the smooth block last, or check that the problem is bounded."
            }
            Status::PrimalInfeasible => {
                "No point satisfies all constraints: loosen those on which the certificate has its largest entries."
            }
            Status::DualInfeasible => {
                "The objective falls without end along the direction of the certificate: bound it, or add a constraint."
            }
            Status::Unattained => {
                "No point attains the infimum, so the returned one depends on when the run ends: bound each variable."
            }
            Status::Stopped => "Stopped on request; the best iterate so far is kept.",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Status::Converged => "converged",
            Status::Unverified => "unverified",
            Status::IterationLimit => "iteration-limit",
            Status::Stalled => "stalled",
            Status::Diverged => "diverged",
            Status::PrimalInfeasible => "primal-infeasible",
            Status::DualInfeasible => "dual-infeasible",
            Status::Unattained => "unattained",
            Status::Stopped => "stopped",
        })
    }
}
