//! The certificate of a fit.

use crate::joint::methods::{Curved, Found};
use crate::joint::{Linear, Method};
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::certificate::{Certificate, Finding, Stationarity, Threshold};
use admm::{Smooth, Status};

/// The gradient of a second stage on all features, which rounds differently from that on the components, may be so much
/// larger than the tolerance.
pub(crate) const SLACK: f64 = 10.0;

/// The certificate of ADMM, with its penalty beside the curvature at the point that is returned, and the stationarity of
/// the joint objective in place of that of the Lagrangian. The other methods have nothing else to show.
pub(crate) fn certify<T: Scalar>(
    prepared: &Linear<T>,
    method: Method,
    found: &Found<Predictor<T>>,
    figures: Stationarity,
) -> Certificate {
    let reached = found.status == Status::Converged && figures.gradient <= prepared.tolerance();
    let stationarity = Finding::of(reached, figures);
    match &found.certificate {
        // The joint objective has a known scale, so its tolerance is absolute by choice.
        Some(certificate) => {
            let penalty = penalty(prepared, found);
            Certificate { penalty, stationarity, by_absolute: false, ..certificate.clone() }
        }
        None => Certificate {
            order: unknown(method),
            penalty: unknown(method),
            descent: unknown(method),
            dual: unknown(method),
            stationarity,
            by_absolute: false,
            nonconvex: false,
        },
    }
}

/// ρ at the end of the run, and the L of the cross-entropy at the point that is returned.
fn penalty<T: Scalar>(prepared: &Linear<T>, found: &Found<Predictor<T>>) -> Finding<Threshold> {
    let curved = Curved::of(prepared);
    let Some(lipschitz) = curved.lipschitz(&found.point) else {
        return Finding::Unknown("B has no singular values".into());
    };
    let (rho, lipschitz) = (found.last.rho, lipschitz.to_f64());
    let bound = 2.0 * lipschitz / (2.0 - prepared.options.relaxation);
    Finding::of(rho > bound, Threshold { rho, lipschitz, bound })
}

/// The certificate of a model with hidden layers. The theory asks for functions that stay: where the PCA loss is stopped
/// before the layers, the covariance that it aims at moves with them.
pub(crate) fn certify_layered(tolerance: f64, method: Method, status: Status, figures: Stationarity) -> Certificate {
    let reached = status == Status::Converged && figures.gradient <= tolerance;
    let moves = || "the covariance that the PCA loss aims at moves with the hidden layers".to_string();
    let reason = || if method == Method::Admm { moves() } else { format!("{method} has no dual") };
    Certificate {
        order: Finding::Unknown(reason()),
        penalty: Finding::Unknown(reason()),
        descent: Finding::Unknown(reason()),
        dual: Finding::Unknown(reason()),
        stationarity: Finding::of(reached, figures),
        by_absolute: false,
        nonconvex: false,
    }
}

fn unknown<F>(method: Method) -> Finding<F> {
    Finding::Unknown(format!("{method} has no dual"))
}
