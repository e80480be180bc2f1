//! What may be chosen: constraints, rules, penalties and accelerations.

use super::*;
use crate::data::{classes, iris, wine};
use admm::certificate::Finding;
use admm::{Error, Status};
use admm_solvers::joint::{AccelerationChoice, Constraint, PenaltyChoice, Report, Rule};

const CONSTRAINTS: [Constraint; 6] = [
    Constraint::Orthonormal,
    Constraint::UnitNorm,
    Constraint::Ball,
    Constraint::None,
    Constraint::NormalisedColumns,
    Constraint::NormalisedQ,
];

const RULES: [Rule; 7] =
    [Rule::Majorize, Rule::Hebbian, Rule::Oja, Rule::Sanger, Rule::Krasulina, Rule::Power, Rule::Lbfgs];

/// The rules that need orthonormal columns, and the one that needs a manifold.
fn fits(rule: Rule, constraint: Constraint) -> bool {
    match rule {
        Rule::Oja | Rule::Sanger | Rule::Krasulina | Rule::Power => {
            matches!(constraint, Constraint::Orthonormal | Constraint::NormalisedQ)
        }
        Rule::Lbfgs => constraint != Constraint::Ball,
        _ => true,
    }
}

#[test]
fn a_rule_that_does_not_fit_the_constraint_is_refused() {
    for (constraint, rule) in CONSTRAINTS.into_iter().flat_map(|set| RULES.map(|rule| (set, rule))) {
        match default().constraint(constraint).rule(rule).build() {
            Ok(_) => assert!(fits(rule, constraint), "{constraint} {rule}"),
            Err(Error::Parameters(list)) => {
                assert!(!fits(rule, constraint), "{constraint} {rule}");
                assert_eq!(list.iter().map(|parameter| &*parameter.name).collect::<Vec<_>>(), ["rule"]);
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// Every combination that is not refused ends on its set, and reports the objective of plain loops. The descent on the
/// joint objective ends no higher than it started; the other methods make no such promise.
#[test]
fn every_combination_ends_on_its_set_with_the_objective_of_plain_loops() {
    let data = classes(5, 60, 3, 3);
    let all = CONSTRAINTS.into_iter().flat_map(|set| RULES.map(|rule| (set, rule)));
    for (constraint, rule) in all.filter(|&(constraint, rule)| fits(rule, constraint)) {
        for weight in [0.0, 0.5, 1.0] {
            // Without a constraint a shrinkage above 2λλ₁/tr Σ ≤ 2 bounds the loss.
            let shrinkage = if constraint == Constraint::None { 2.1 } else { 0.0 };
            let builder = || {
                let builder = default().constraint(constraint).rule(rule).weight(weight);
                builder.shrinkage(shrinkage).max_iterations(300)
            };
            let start = fit(builder().tolerance(10.0), &data, Method::Descent).report.objective;
            let prepared = prepare(builder(), &data);
            for method in Method::ALL {
                let fitted = run(&prepared, method);
                let report = &fitted.report;
                let place = format!("{constraint} {rule} {weight} {method}: {report:?}");
                assert!(report.feasibility <= 1e-12, "{place}");
                assert!((0.0..=1.0 + 1e-12).contains(&report.variance_explained), "{place}");
                let plain = objective_of(&fitted, &data, (weight, 0.01));
                let expected = plain + shrinkage / 2.0 * fitted.weights.v.norm_squared();
                assert!((report.objective - expected).abs() <= 1e-12, "{expected} {place}");
                assert!(method != Method::Descent || report.objective <= start + 1e-12, "{start} {place}");
            }
        }
    }
}

#[test]
fn the_rule_of_the_block_does_not_change_the_optimum() {
    for data in [iris(), wine(), classes(20, 12, 3, 3)] {
        for weight in [0.3, 0.9] {
            let best = |rule| fit(default().rule(rule).weight(weight), &data, Method::Admm).report;
            let expected = best(Rule::Majorize);
            for rule in [Rule::Hebbian, Rule::Lbfgs] {
                let report = best(rule);
                assert_eq!(report.status, Status::Converged, "{rule} {weight}");
                assert!((report.objective - expected.objective).abs() <= 1e-6, "{rule} {weight}");
            }
        }
    }
}

/// Spectral where each column moves by itself, balance elsewhere: the same run to the bit, if it is no long one.
#[test]
fn the_automatic_penalty_is_the_one_that_serves_the_set() {
    for (constraint, penalty, other) in [
        (Constraint::Orthonormal, PenaltyChoice::Balance, PenaltyChoice::Spectral),
        (Constraint::NormalisedQ, PenaltyChoice::Balance, PenaltyChoice::Spectral),
        (Constraint::UnitNorm, PenaltyChoice::Spectral, PenaltyChoice::Balance),
        (Constraint::Ball, PenaltyChoice::Spectral, PenaltyChoice::Balance),
        (Constraint::NormalisedColumns, PenaltyChoice::Spectral, PenaltyChoice::Balance),
    ] {
        let of = |builder: Builder| fit(builder.constraint(constraint).weight(0.1), &wine(), Method::Admm).model;
        let auto = of(default());
        assert_eq!(auto, of(default().penalty(penalty)), "{constraint}");
        assert_ne!(auto, of(default().penalty(other)), "{constraint}");
    }
}

/// Nor does it change nothing. The bound of the certificate is above every ρ here: what it vouches for is less than
/// what converges.
#[test]
fn the_coordination_does_not_change_the_optimum() {
    let penalties = [
        PenaltyChoice::Fixed,
        PenaltyChoice::Balance,
        PenaltyChoice::RelativeBalance,
        PenaltyChoice::Spectral,
        PenaltyChoice::SquareRoot,
    ];
    let accelerations = [AccelerationChoice::None, AccelerationChoice::Anderson, AccelerationChoice::Nesterov];
    for (data, weight) in [(iris(), 0.5), (iris(), 0.9), (wine(), 0.1), (wine(), 0.5), (wine(), 0.9)] {
        let of = |builder: Builder| fit(builder.weight(weight), &data, Method::Admm);
        let expected = fit(default().weight(weight), &data, Method::Descent).report.objective;
        for (penalty, acceleration) in penalties.into_iter().flat_map(|p| accelerations.map(|a| (p, a))) {
            for relaxation in [1.0, 1.6, 1.9] {
                let builder = default().penalty(penalty).acceleration(acceleration).relaxation(relaxation);
                if acceleration == AccelerationChoice::Nesterov && relaxation != 1.0 {
                    assert!(matches!(builder.build(), Err(Error::Parameters(_))));
                    continue;
                }
                let Fitted { report, history, .. } = of(builder);
                let Report { status, objective, rho, certificate, iterations, passes, .. } = report;
                let place = format!(
                    "{weight} {penalty} {acceleration} {relaxation}: {iterations} iterations, {passes} passes, ρ = {rho}"
                );
                println!("{place}");
                let (Finding::Holds(threshold) | Finding::Fails(threshold)) = &certificate.penalty else { panic!() };
                assert_eq!(threshold.bound, 2.0 * threshold.lipschitz / (2.0 - relaxation), "{place}");
                assert_eq!(status, Status::Converged, "{place}");
                assert!((objective - expected).abs() <= 1e-9, "{place}: {objective} {expected}");
                assert!(penalty != PenaltyChoice::Fixed || history.iter().all(|entry| entry.rho == rho), "{place}");
            }
        }
        let plain = of(default()).model;
        for builder in
            [default().penalty(PenaltyChoice::Spectral), default().acceleration(AccelerationChoice::Anderson)]
        {
            assert!(of(builder).model != plain);
        }
    }
}
