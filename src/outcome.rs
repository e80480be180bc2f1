//! What a run returns.

use crate::Status;
use crate::certificate::Certificate;

/// The status, the best state and the certificate of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome<S> {
    /// How it ended.
    pub status: Status,
    /// The final state when converged, else the one nearest to the stopping rule.
    pub best: S,
    /// What the run shows of the conditions for convergence. That the augmented Lagrangian falls is known where
    /// [`track_objective`](crate::Coordinator::track_objective) asks for the values.
    pub certificate: Certificate,
}
