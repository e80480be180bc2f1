//! The certificate of a fit.

use crate::joint::Method;
use admm::Status;
use admm::certificate::{Certificate, Finding, Stationarity};

/// The gradient of the joint objective at the feasible W may be so much larger than the tolerance, since W and V may be
/// the tolerance apart.
pub(crate) const SLACK: f64 = 10.0;

/// The certificate of ADMM, with the stationarity of the joint objective at the feasible W in place of that of the
/// Lagrangian. The other methods have nothing else to show.
pub(crate) fn certify(
    method: Method,
    status: Status,
    of_admm: Option<&Certificate>,
    tolerance: f64,
    figures: Stationarity,
) -> Certificate {
    let reached = status == Status::Converged && figures.gradient <= SLACK * tolerance;
    let stationarity = Finding::of(reached, figures);
    match of_admm {
        // The joint objective has a known scale, so its tolerance is absolute by choice.
        Some(certificate) => Certificate { stationarity, by_absolute: false, ..certificate.clone() },
        None => Certificate {
            order: unknown(method),
            penalty: unknown(method),
            descent: unknown(method),
            dual: unknown(method),
            stationarity,
            by_absolute: false,
        },
    }
}

fn unknown<F>(method: Method) -> Finding<F> {
    Finding::Unknown(format!("{method} has no dual"))
}
