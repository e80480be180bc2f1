//! How fits go: histories, bits, single precision, and starts of their own.

use super::*;
use crate::data::{classes, iris, orthonormal, wine};
use admm::{Error, Status};
use admm_solvers::joint::{Constraint, Progress};

/// A tolerance that the start satisfies shows the start: joint descent returns it, and every method has paid for it.
#[test]
fn histories_are_complete_and_the_observer_can_stop() {
    let data = wine();
    let prepared = prepare(default().trace(true), &data);
    let start = fit(default().tolerance(10.0), &data, Method::Descent).report;
    for method in Method::ALL {
        let mut seen: Vec<Progress> = Vec::new();
        let fitted = prepared.fit(method, &mut |progress| {
            seen.push(**progress);
            ControlFlow::Continue(())
        });
        let Fitted { report, history, .. } = fitted.unwrap();
        assert_eq!(seen, history, "{method}");
        let last = history.last().unwrap();
        assert_eq!((report.iterations, report.rho), (last.iteration, last.rho), "{method}");
        assert_eq!((report.primal_residual, report.dual_residual), (last.primal_residual, last.dual_residual));
        assert!(
            history.is_sorted_by(|a, b| a.iteration < b.iteration && a.passes <= b.passes && a.seconds <= b.seconds)
        );
        assert!(history.iter().all(|entry| entry.objective.is_some()), "{method}");
        if method != Method::TwoStage {
            assert_eq!(history.len() as u64, report.iterations, "{method}");
            assert!(history[0].passes >= start.passes && report.objective <= start.objective, "{method}");
        }
        if method != Method::Alternating {
            assert_eq!(report.passes, last.passes, "{method}");
            let objective = last.objective.unwrap();
            assert!((objective - report.objective).abs() <= 1e-12, "{method}");
        }
        if method == Method::TwoStage {
            continue;
        }
        let stopped = prepared.fit(method, &mut |progress| match progress.iteration {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        let Fitted { report, history, .. } = stopped.unwrap();
        assert_eq!((report.status, history.len()), (Status::Stopped, 3), "{method}");
        assert!(report.feasibility <= 1e-12 && report.objective.is_finite());
        let limited = run(&prepare(default().max_iterations(2), &data), method).report;
        assert_eq!((limited.status, limited.iterations), (Status::IterationLimit, 2), "{method}");
    }
}

/// The gradient by B and b falls to 64 ε, the least that is asked for, beside a large one by W, which stays.
#[test]
fn a_second_stage_says_how_it_ended() {
    for method in [Method::TwoStage, Method::Alternating] {
        let status = |tolerance| fit(default().tolerance(tolerance), &wine(), method).report.status;
        assert_eq!([1e-6, 0.0].map(status), [Status::Converged; 2], "{method}");
    }
}

#[test]
fn single_precision_agrees() {
    for data in [iris(), wine(), classes(20, 12, 3, 3)] {
        let single = data.0.map(|x| x as f32);
        for method in Method::ALL {
            let prepared = default().build().unwrap().prepare(&single, &data.1, 3, None).unwrap();
            let fitted = prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap();
            let (report, expected) = (&fitted.report, fit(default(), &data, method).report);
            assert!((report.objective - expected.objective).abs() <= 1e-4, "{report:?} {expected:?}");
            assert!(report.feasibility <= 1e-5 && report.iterations <= 5_000, "{report:?}");
            let ended = matches!(report.status, Status::Converged | Status::Stalled);
            assert!(ended, "{report:?}");
        }
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let data = classes(6, 1500, 4, 9);
    let single = data.0.map(|x| x as f32);
    let double = |exec, method| fit(default().exec(exec), &data, method);
    let half = |exec: Exec, method| {
        let prepared = default().exec(exec).build().unwrap().prepare(&single, &data.1, 4, None).unwrap();
        prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap()
    };
    for method in Method::ALL {
        let (expected, expected_half) = (double(Exec::Serial, method), half(Exec::Serial, method));
        for threads in [1, 2, 3, 8] {
            let exec = Exec::threads(threads).unwrap();
            assert_eq!(double(exec.clone(), method).model, expected.model, "{method}, {threads} threads");
            assert_eq!(half(exec, method).model, expected_half.model, "{method}, {threads} threads, single precision");
        }
    }
}

/// Iris has two minima at λ = 0.1, and the start decides which one is found.
#[test]
fn another_weight_is_the_model_of_that_weight() {
    for data in [iris(), classes(12, 9, 2, 5)] {
        let along = prepare(default().weight(1.0), &data);
        for weight in [0.9, 0.5, 0.1, 0.0] {
            let expected = fit(default().weight(weight), &data, Method::Descent).model;
            let from = [along.clone(), along.with_weight(0.4).unwrap()];
            for moved in from.map(|from| from.with_weight(weight).unwrap()) {
                assert_eq!(run(&moved, Method::Descent).model, expected, "{weight}");
            }
        }
        let back = along.with_weight(0.4).unwrap().with_weight(1.0).unwrap();
        assert_eq!(run(&back, Method::Descent).model, run(&along, Method::Descent).model);
        assert!(matches!(along.with_weight(1.5), Err(Error::Parameters(_))));
    }
    let shrunk = prepare(default().constraint(Constraint::None).shrinkage(0.3).weight(0.1), &wine());
    assert!(matches!(shrunk.with_weight(1.0), Err(Error::Unbounded { .. })));
}

#[test]
fn what_is_warned_of_is_true_of_the_weight() {
    let warned = |prepared: &Prepared<f64>| prepared.warnings().iter().any(|text| text.contains("leading eigenvector"));
    let without = prepare(default().constraint(Constraint::UnitNorm).weight(0.0), &wine());
    let with = without.with_weight(0.5).unwrap();
    assert_eq!([&without, &with, &with.with_weight(0.0).unwrap()].map(warned), [false, true, false]);
}

/// More features than samples too, where the fit runs in other coordinates than the model.
#[test]
fn a_fit_that_starts_from_its_own_answer_stays_there() {
    for data in [wine(), classes(12, 9, 2, 5)] {
        let prepared = prepare(default(), &data);
        for method in [Method::Admm, Method::Descent] {
            let first = run(&prepared, method);
            let again = run(&prepared.with_start(&first.weights).unwrap(), method);
            assert_eq!(again.report.status, Status::Converged);
            assert!((again.report.objective - first.report.objective).abs() <= 1e-10, "{method}");
            assert!(again.report.passes < first.report.passes, "{method}");
            if method == Method::Descent {
                assert!(again.report.iterations <= 1 && (&again.weights.v - &first.weights.v).norm() <= 1e-5);
            }
        }
        let start = Predictor::blank(orthonormal(data.0.nrows(), 2, 1), count(&data.1));
        let random = run(&prepared.with_start(&start).unwrap(), Method::Descent).report;
        assert!(random.feasibility <= 1e-12 && random.stationarity <= 1e-5, "{random:?}");
        let wrong = Predictor::blank(orthonormal(data.0.nrows(), 1, 1), count(&data.1));
        assert!(matches!(prepared.with_start(&wrong), Err(Error::Size { .. })));
        let nothing = Predictor::blank(start.v * f64::NAN, count(&data.1));
        assert!(matches!(prepared.with_start(&nothing), Err(Error::NotFinite { .. })));
    }
}
