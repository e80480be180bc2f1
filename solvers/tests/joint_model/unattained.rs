//! Problems without a minimiser: a status of their own, the same from all methods, and never where there is one.

use super::*;
use crate::data::{classes, iris, labels, matrix, wine};
use admm::Status;
use admm_solvers::Scalar;
use admm_solvers::joint::{Constraint, Report};
use proptest::prelude::*;

/// The reports of all methods.
fn reports<T: Scalar>(builder: &Builder, (x, labels): &Labelled) -> [Report; 4] {
    let x = x.map(|entry| T::of(entry));
    let prepared = builder.clone().build().unwrap().prepare(&x, labels, count(labels), None).unwrap();
    Method::ALL.map(|method| prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap().report)
}

/// The status of each method, in either precision.
fn assert_statuses(builder: &Builder, data: &Labelled, expected: [Status; 4]) {
    for reports in [reports::<f64>(builder, data), reports::<f32>(builder, data)] {
        assert_eq!(reports.each_ref().map(|report| report.status), expected, "{reports:#?}");
        assert!(reports.iter().all(|report| report.objective.is_finite() && report.iterations <= 1_024));
    }
}

/// Two features, the second of which is 1 in some samples of one class alone, and random ones.
fn of_one_class(features: usize) -> Labelled {
    let (mut x, labels) = (matrix(features, 90, 5), labels(90, 2, 6));
    (0..90).for_each(|i| x[(1, i)] = f64::from(u8::from(labels[i] == 1 && i % 3 == 0)));
    (x, labels)
}

#[test]
fn components_that_separate_the_classes_leave_b_without_bound() {
    let (x, labels) = classes(3, 60, 3, 4);
    let apart = DMatrix::from_fn(3, 60, |i, j| x[(i, j)] * 0.1 + if labels[j] == i { 3.0 } else { 0.0 });
    for constraint in [Constraint::Orthonormal, Constraint::UnitNorm, Constraint::Ball] {
        let builder = default().ridge(0.0).components(3).constraint(constraint).weight(0.2);
        assert_statuses(&builder, &(apart.clone(), labels.clone()), [Status::Unattained; 4]);
    }
}

/// One of three classes lies apart, and the others overlap.
#[test]
fn so_do_components_that_separate_one_class() {
    assert_statuses(&default().ridge(0.0), &iris(), [Status::Unattained; 4]);
}

#[test]
fn so_does_a_feature_that_only_one_class_has() {
    assert_statuses(&default().ridge(0.0), &of_one_class(2), [Status::Unattained; 4]);
    let [admm, joint, alternating, _] = reports::<f64>(&default().ridge(0.0).weight(0.0), &of_one_class(4));
    for report in [admm, joint, alternating] {
        assert_eq!(report.status, Status::Unattained, "{report:?}");
    }
}

/// The same logits with a longer W and a shorter B, or the other way round. Two stages leave W where it is.
#[test]
fn a_ridge_or_a_shrinkage_alone_is_evaded() {
    let free = || default().constraint(Constraint::None);
    let (overlapping, unattained) = (classes(4, 90, 3, 2), Status::Unattained);
    for builder in [free().weight(0.0), free().weight(0.3).shrinkage(2.1).ridge(0.0)] {
        assert_statuses(&builder, &overlapping, [unattained, unattained, unattained, Status::Converged]);
        let prepared = prepare(builder, &overlapping);
        assert!(prepared.warnings().iter().any(|warning| warning.contains("evades")), "{:?}", prepared.warnings());
    }
    let both = prepare(free().weight(0.3).shrinkage(2.1), &overlapping);
    assert!(both.warnings().is_empty());
    assert_ne!(run(&both, Method::Descent).report.status, unattained);
}

/// Columns that need not be orthogonal come ever closer to the leading eigenvector, and a B that grows tells them apart.
#[test]
fn columns_that_come_closer_evade_their_constraint() {
    let (data, unattained) = (classes(4, 90, 3, 2), Status::Unattained);
    for constraint in [Constraint::UnitNorm, Constraint::Ball] {
        let builder = default().ridge(0.0).weight(0.5).constraint(constraint);
        assert_statuses(&builder, &data, [unattained, unattained, unattained, Status::Converged]);
        for attained in [builder.clone().components(1), builder.clone().ridge(1e-2), builder.weight(0.0)] {
            assert!(reports::<f64>(&attained, &data).iter().all(|report| report.status != unattained));
        }
    }
}

/// Where the cross-entropy does not count, B may be anything.
#[test]
fn the_components_alone_have_a_minimiser() {
    for (builder, data) in [(default().ridge(0.0).weight(1.0), wine()), (default(), wine()), (default(), iris())] {
        let [admm, joint, ..] = reports::<f64>(&builder, &data);
        assert_eq!([admm.status, joint.status], [Status::Converged; 2]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Labels that the features know nothing of cannot be separated.
    #[test]
    fn overlapping_classes_need_no_ridge(
        d in 2..5_usize, c in 2..4_usize, n in 80..160_usize, weight in prop::sample::select(vec![0.0, 0.3, 0.8]),
        seed in any::<u64>()
    ) {
        let data = (matrix(d, n, seed), labels(n, c, !seed));
        let builder = default().ridge(0.0).weight(weight).components(2);
        prop_assert!(prepare(builder.clone(), &data).warnings().is_empty());
        for report in reports::<f64>(&builder, &data).iter().chain(&reports::<f32>(&builder, &data)) {
            prop_assert!(report.status != Status::Unattained, "{report:?}");
            let exact = matches!(report.method, Method::Descent | Method::TwoStage);
            prop_assert!(!exact || report.status == Status::Converged, "{report:?}");
        }
    }
}
