//! Several starts of one fit: the best end counts, whatever the number of threads.

use super::*;
use crate::data::{classes, digits, iris, wine};
use admm::Status;
use admm_solvers::joint::Constraint;

fn with_starts(builder: Builder, data: &Labelled, method: Method) -> Fitted<f64> {
    let prepared = prepare(builder, data);
    prepared.other_starts(run(&prepared, method), &|| false).unwrap()
}

fn objectives(fitted: &Fitted<f64>) -> Vec<f64> {
    fitted.report.starts.iter().map(|end| end.objective).collect()
}

#[test]
fn the_best_of_all_starts_is_never_worse_than_the_first() {
    let mut minima = 0;
    for (data, builder) in [
        (wine(), default().constraint(Constraint::Ball).weight(0.9)),
        (wine(), default().constraint(Constraint::UnitNorm).weight(0.9)),
        (iris(), default().weight(0.1)),
        (classes(8, 60, 3, 4), default().constraint(Constraint::None).shrinkage(2.1)),
    ] {
        for method in [Method::Admm, Method::Descent, Method::Alternating] {
            let builder = || builder.clone().starts(6).max_iterations(1_000);
            let single = fit(builder(), &data, method);
            let best = with_starts(builder(), &data, method);
            let (ends, report) = (objectives(&best), &best.report);
            assert_eq!(ends.len(), 7, "{method}");
            assert_eq!(ends[0], single.report.objective, "{method}");
            assert!(report.objective <= single.report.objective, "{method}: {report:?}");
            let lowest = ends.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(report.objective <= lowest + 1e-8 * lowest.abs(), "{method}: {report:?}");
            assert!(report.feasibility <= 1e-12 && ends.contains(&report.objective), "{report:?}");
            minima += usize::from(ends.iter().any(|end| end - lowest > 1e-3));
        }
    }
    assert!(minima > 0, "without a second minimum nothing is tested");
}

/// The principal components alone lead to a worse minimum of digits; of ten random starts some lead to the lowest known.
#[test]
fn random_starts_find_a_lower_minimum() {
    let data = digits();
    let prepared = prepare(default().weight(0.1).starts(10), &data);
    let principal = run(&prepared, Method::TwoStage);
    let prepared = prepared.with_start(&principal.weights).unwrap();
    let single = run(&prepared, Method::Descent);
    assert!(single.report.objective > 0.964, "{:?}", single.report);
    let best = prepared.other_starts(single, &|| false).unwrap();
    assert!((best.report.objective - 0.959005).abs() <= 1e-6, "{:?}", best.report.starts);
}

#[test]
fn threads_do_not_change_a_bit_and_seeds_do() {
    for method in [Method::Admm, Method::Descent] {
        let of = |threads: usize, seed: u64| {
            let builder = default().constraint(Constraint::UnitNorm).weight(0.9).starts(5).seed(seed);
            with_starts(builder.exec(Exec::threads(threads).unwrap()), &wine(), method)
        };
        let one = of(1, 3);
        for threads in [2, 3] {
            let other = of(threads, 3);
            assert_eq!(other.model, one.model);
            assert_eq!(other.report.starts, one.report.starts);
        }
        let (ends, others) = (objectives(&one), objectives(&of(1, 4)));
        assert!(ends[0] == others[0] && ends[1..] != others[1..]);
    }
}

#[test]
fn what_is_stopped_is_left_out() {
    let builder = || default().starts(4);
    let prepared = prepare(builder(), &iris());
    let stopped = prepared.other_starts(run(&prepared, Method::Admm), &|| true).unwrap();
    assert_eq!((stopped.report.starts.len(), stopped.report.status), (1, Status::Converged));
    let seen = std::sync::atomic::AtomicU64::new(0);
    let stops = || seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 40;
    let some = prepared.other_starts(run(&prepared, Method::Descent), &stops).unwrap();
    assert!((2..5).contains(&some.report.starts.len()), "{:?}", some.report.starts);
    assert!(some.report.starts.iter().all(|end| end.status == Status::Converged));
    let rest = prepared.other_starts(some, &|| false).unwrap();
    let whole = prepared.other_starts(run(&prepared, Method::Descent), &|| false).unwrap();
    assert_eq!((&rest.report.starts, &rest.model), (&whole.report.starts, &whole.model));
    let endless = prepare(default().starts(usize::MAX), &iris());
    let seen = std::sync::atomic::AtomicU64::new(0);
    let stops = || seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 40;
    assert!(endless.other_starts(run(&endless, Method::Descent), &stops).unwrap().report.starts.len() > 1);
    let two_stage = prepared.other_starts(run(&prepared, Method::TwoStage), &|| false).unwrap();
    assert!(two_stage.report.starts.is_empty());
    let whole = builder().build().unwrap().fit(&iris().0, &iris().1).unwrap();
    assert_eq!(whole.report.starts.len(), 5);
    assert!(default().build().unwrap().fit(&iris().0, &iris().1).unwrap().report.starts.is_empty());
}
