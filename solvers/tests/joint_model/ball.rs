//! The joint descent on columns in a ball.

use super::*;
use crate::data::{classes, iris, parse, wine};
use admm::{ConstraintSet, Status};
use admm_solvers::data::Scale;
use admm_solvers::joint::{Constraint, Moment};
use admm_solvers::set::Ball;
use proptest::prelude::*;

fn in_ball(weight: f64) -> Builder {
    default().constraint(Constraint::Ball).weight(weight)
}

/// Projected gradient took thousands of steps, or ended at its limit: at 0.018 on breast-cancer.
#[test]
fn joint_converges_in_few_passes_where_projected_gradient_did_not() {
    let breast_cancer = parse(include_str!("../../../lab/data/breast-cancer.csv"));
    for (data, builder, lowest, most) in [
        (&breast_cancer, in_ball(0.9).scale(Scale::None), -0.8700246912, 800),
        (&wine(), in_ball(0.02), 0.1002171880, 150),
        (&wine(), in_ball(0.05), 0.1136279238, 150),
        (&wine(), in_ball(0.1), 0.1341883915, 150),
        (&iris(), in_ball(0.05), 0.1815895213, 150),
    ] {
        let report = fit(builder, data, Method::Descent).report;
        assert_eq!(report.status, Status::Converged, "{report:?}");
        assert!(report.objective <= lowest + 1e-9 && report.passes <= most, "{lowest} {report:?}");
        assert!(report.stationarity <= 1e-6 && report.feasibility <= 1e-14, "{report:?}");
    }
}

/// A fit that is continued from any of its iterations returns the point of the fit that was not interrupted.
#[test]
fn slacks_are_a_part_of_the_position() {
    let prepared = prepare(in_ball(0.3), &wine());
    let mut positions = Vec::new();
    let keep = |moment: &Moment<'_>| {
        positions.extend(moment.position().unwrap());
        ControlFlow::Continue(())
    };
    let whole = prepared.fit(Method::Descent, &mut { keep }).unwrap();
    assert!(positions.len() > 9 && whole.report.status == Status::Converged);
    for position in positions.into_iter().step_by(4) {
        let resumed = prepared.resume(position, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(resumed.model, whole.model);
        assert_eq!(resumed.report.passes, whole.report.passes);
    }
}

proptest! {
    /// One component has no other local minimum close by: both methods end in the same.
    #[test]
    fn joint_and_admm_end_in_the_same_objective(d in 2..7_usize, n in 30..80_usize, seed: u64, weight in 0.1..0.9_f64) {
        let prepared = prepare(in_ball(weight).components(1), &classes(d, n, 3, seed));
        let [admm, joint] = [Method::Admm, Method::Descent].map(|method| run(&prepared, method));
        let gap = (admm.report.objective - joint.report.objective).abs();
        prop_assert_eq!(joint.report.status, Status::Converged);
        prop_assert!(gap <= 1e-6, "{:?} {:?}", admm.report, joint.report);
        let outside = Ball { radius: 1.0 }.residual(&joint.weights.v).unwrap();
        prop_assert!(outside <= 1e-14);
    }

    /// From any start, several columns too, the end is stationary in the ball, and no higher than the start.
    #[test]
    fn joint_converges_from_anywhere(
        d in 2..7_usize, n in 30..80_usize, k in 1..4_usize, seed: u64, weight in 0.0..=1.0_f64, inside in 0.0..=1.0_f64
    ) {
        let k = k.min(d);
        let mut v = crate::data::orthonormal(d, k, seed);
        v *= inside;
        let start = Predictor::blank(v, 3);
        let prepared = prepare(in_ball(weight).components(k).tolerance(1e-5), &classes(d, n, 3, seed));
        let report = run(&prepared.with_start(&start).unwrap(), Method::Descent).report;
        prop_assert!(report.status == Status::Converged && report.stationarity <= 1e-5, "{report:?}");
    }
}
