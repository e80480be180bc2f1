//! The joint descent on features without a common scale, where the Hessian is badly conditioned.

use super::*;
use crate::data::{iris, wine};
use admm::Status;
use admm_solvers::data::Scale;
use admm_solvers::joint::{Constraint, Moment};

fn on(scale: Scale, constraint: Constraint, weight: f64) -> Builder {
    default().scale(scale).constraint(constraint).weight(weight)
}

/// The first four values are those of another program, which descends by a model of the Hessian of its own. Plain L-BFGS
/// takes two to five times the passes, and ends at −0.4170 in the place of the second.
#[test]
fn joint_converges_in_few_passes() {
    let (none, center) = (Scale::None, Scale::Center);
    for (data, builder, lowest, most) in [
        (wine(), on(none, Constraint::UnitNorm, 0.9), -0.849426954, 600),
        (wine(), on(center, Constraint::UnitNorm, 0.5).ridge(1e-4), -0.428755772, 900),
        (iris(), on(none, Constraint::UnitNorm, 0.1).ridge(1e-4), -0.005883132, 300),
        (wine(), on(center, Constraint::UnitNorm, 0.9).components(10), -8.036028450, 2_500),
        (wine(), on(none, Constraint::Ball, 0.9), -0.849426954, 600),
        (wine(), on(none, Constraint::NormalisedColumns, 0.9), -0.849426954, 600),
        (wine(), on(none, Constraint::NormalisedQ, 0.01).ridge(1e-3), 0.037623626, 500),
    ] {
        let report = fit(builder, &data, Method::Descent).report;
        assert_eq!(report.status, Status::Converged, "{report:?}");
        assert!(report.objective <= lowest + 1e-8 && report.passes <= most, "{lowest} {report:?}");
        assert!(report.stationarity <= 1e-6 && report.feasibility <= 1e-14, "{report:?}");
    }
}

/// A fit that is continued from any of its iterations returns the point of the fit that was not interrupted.
#[test]
fn what_the_model_knows_is_a_part_of_the_position() {
    for constraint in [Constraint::UnitNorm, Constraint::Ball, Constraint::NormalisedColumns] {
        let prepared = prepare(on(Scale::None, constraint, 0.1).ridge(1e-4), &iris());
        let mut positions = Vec::new();
        let keep = |moment: &Moment<'_>| {
            positions.extend(moment.position().unwrap());
            ControlFlow::Continue(())
        };
        let whole = prepared.fit(Method::Descent, &mut { keep }).unwrap();
        assert!(positions.len() > 30 && whole.report.status == Status::Converged, "{:?}", whole.report);
        for position in positions.into_iter().step_by(5) {
            let resumed = prepared.resume(position, &mut |_| ControlFlow::Continue(())).unwrap();
            assert_eq!(resumed.model, whole.model, "{constraint}");
            assert_eq!(resumed.report.passes, whole.report.passes, "{constraint}");
        }
    }
}
