//! The result of a run.

mod advice;

pub(crate) use advice::Ending;

use crate::Status;
use crate::certificate::Certificate;
use crate::infeasibility::Infeasibility;

/// The status, the best state and the certificate of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome<S> {
    /// The status with which the run ended.
    pub status: Status,
    /// The final state when converged, else the one nearest to the stopping rule.
    pub best: S,
    /// The advice: what was decisive, by how much, and what to change.
    pub advice: String,
    /// The findings of the run on the conditions for convergence. The one on the augmented Lagrangian needs the values
    /// that [`track_objective`](crate::Coordinator::track_objective) asks for.
    pub certificate: Certificate,
    /// The vector that shows why the problem has no solution, for a status that says so.
    pub infeasibility: Option<Infeasibility<S>>,
}
