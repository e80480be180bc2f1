//! Starts and parameters out of range.

use super::*;
use admm::penalty::Balance;
use nalgebra::DMatrix;

#[test]
fn fault_15_a_start_that_is_not_finite() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let start = |entry| DMatrix::from_column_slice(3, 1, &[0.0, entry, 1.0]);
        for (x, z) in [(bad, 0.0), (0.0, bad)] {
            let admm = Coordinator::new(Exact(l1(1.0)), partner(), start(x), start(z), 1.0);
            assert!(matches!(admm.err(), Some(Error::NotFinite { .. })), "x {x}, z {z}");
        }
    }
}

#[test]
fn fault_15_an_offset_or_a_dual_that_is_not_finite() {
    for bad in [f64::NAN, f64::INFINITY] {
        let column = || column(&[0.0, 0.0, 1.0, bad, 0.0]);
        let admm = || regression(l1(1.0), 1.0);
        for error in [admm().with_offset(column()).err(), admm().with_dual(column()).err()] {
            assert!(matches!(error, Some(Error::NotFinite { .. })), "{error:?}");
        }
    }
}

#[test]
fn fault_15_and_36_a_penalty_that_is_not_positive_and_finite() {
    for bad in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let start = Matrix::zeros(3, 1);
        match Coordinator::new(Exact(l1(1.0)), partner(), start.clone(), start, bad).err() {
            Some(Error::Parameters(problems)) => assert!(problems.len() == 1 && problems[0].name == "rho"),
            other => panic!("ρ = {bad}: {other:?}"),
        }
    }
}

fn problems(change: impl Fn(&mut Lasso)) -> Vec<Parameter> {
    let mut admm = regression(l1(1.0), 1.0);
    change(&mut admm);
    match admm.run(()) {
        Err(Error::Parameters(problems)) => {
            assert_eq!(admm.state().record.iteration, 0);
            problems
        }
        other => panic!("{:?}", other.map(|outcome| outcome.status)),
    }
}

#[test]
fn fault_36_each_parameter_is_checked() {
    for bad in [-1e-9, f64::NAN, f64::INFINITY] {
        let only = |name: &str, problems: Vec<Parameter>| {
            let [Parameter { name: found, problem }] = &problems[..] else { panic!("{problems:?}") };
            assert!(found == name && problem.contains(&bad.to_string()), "{problems:?}");
        };
        only("tolerance.absolute", problems(|admm| admm.tolerance.absolute = bad));
        only("tolerance.relative", problems(|admm| admm.tolerance.relative = bad));
        only("accuracy", problems(|admm| admm.accuracy = Accuracy::Fixed(bad)));
        let fields = ["accuracy.first", "accuracy.factor", "accuracy.floor"];
        for (name, (first, factor, floor)) in
            fields.into_iter().zip([(bad, 0.1, 0.1), (0.1, bad, 0.1), (0.1, 0.1, bad)])
        {
            only(name, problems(|admm| admm.accuracy = Accuracy::Relative { first, factor, floor }));
        }
    }
    let relative =
        |first, factor, floor| problems(move |admm| admm.accuracy = Accuracy::Relative { first, factor, floor });
    for bad in [0.0, 1.0, 1.5] {
        let found = relative(0.1, bad, 0.1);
        assert!(found.len() == 1 && found[0].name == "accuracy.factor", "{found:?}");
    }
    let crossed = relative(0.1, 0.5, 0.2);
    assert_eq!(crossed, [Parameter::new("accuracy.floor", "must be at most 0.1, the first tolerance, got 0.2")]);
    for bad in [0.0, 2.0, -1.0, 3.0, f64::NAN] {
        assert_eq!(problems(|admm| admm.relaxation = bad)[0].name, "relaxation");
    }
    assert_eq!(problems(|admm| admm.max_iterations = 0)[0].name, "max_iterations");
}

#[test]
fn fault_36_all_bad_parameters_are_reported_together() {
    let found = problems(|admm| {
        admm.tolerance = Tolerance { absolute: -1.0, relative: f64::NAN };
        admm.accuracy = Accuracy::Relative { first: -1.0, factor: f64::NAN, floor: f64::INFINITY };
        admm.penalty_policy = Box::new(Balance { threshold: 0.5, factor: f64::NAN });
        admm.relaxation = 2.0;
        admm.max_iterations = 0;
    });
    assert_eq!(found.len(), 9, "{found:#?}");
    let message = Error::Parameters(found.clone()).to_string();
    assert!(found.iter().all(|problem| message.contains(&problem.to_string())));
}
