//! Where the update rules of the PCA loss converge and how fast, by themselves and in a fit.

use crate::data::pca::{VALUES, loss_on, minibatch, samples_with};
use crate::data::{angle, matrix, orthonormal, wine};
use admm::{Descent, Direction, Error, Flat, Iterate, Rate, ScheduledSteps, Status, Subproblem, Target};
use admm_solvers::descent::Lbfgs;
use admm_solvers::joint::{Constraint, JointModel, Method as JointMethod, Rule};
use admm_solvers::pca::{Hebbian, Krasulina, Majorize, Oja, Power, Sanger, VrPca};
use admm_solvers::set::Stiefel;
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::ops::ControlFlow;

/// golden.md: 1 − wᵀΣw/λ₁ below 1e-4, 1e-8 and 1e-12 after about 4, 8 and 12 epochs.
#[test]
fn vr_pca_converges_linearly() {
    let (d, n, gap) = (50, 2000_usize, 0.16);
    let small = matrix(d, 1, 1).map(|value| value.abs() / d as f64);
    let mut values: Vec<f64> = small.iter().copied().collect();
    values[0] = 1.0;
    (0..5).for_each(|i| values[i + 1] = 1.0 - gap * (1.0 + 0.1 * i as f64));
    for seed in 0..3 {
        let (samples, q) = samples_with(&values, n, seed);
        let batch = minibatch(&samples, 1.0, 1, seed);
        let leading = batch.loss.covariance.top(1).unwrap().0[0];
        let by = ScheduledSteps { rate: Rate::Constant(1.0 / (2.0 * (n as f64).sqrt())), max_steps: n as u64 };
        let block = Descent { of: VrPca { batch, epoch: n as u64 }, by, on: Stiefel::default() };
        let mut iterate = Iterate::new(orthonormal(d, 1, seed ^ 7));
        let to = Target { v: &DMatrix::zeros(d, 1), rho: 0.0, tolerance: 0.0 };
        let suboptimality = (0..14).map(|_| {
            block.argmin(&mut iterate, to).unwrap();
            1.0 - block.of.batch.loss.covariance.captured(&iterate.point) / leading
        });
        let errors: Vec<f64> = suboptimality.collect();
        let epochs = |below: f64| 1 + errors.iter().position(|&error| error <= below).unwrap_or(99);
        println!("seed {seed}: {} {} {} epochs, {errors:?}", epochs(1e-4), epochs(1e-8), epochs(1e-12));
        assert!((2..=6).contains(&epochs(1e-4)) && (5..=10).contains(&epochs(1e-8)), "{errors:?}");
        assert!((8..=14).contains(&epochs(1e-12)), "{errors:?}");
        assert!(angle(&q.columns(0, 1).into_owned(), &iterate.point) <= 1e-5);
    }
}

fn settled<P: Subproblem<f64, Image = DMatrix<f64>>>(block: &P, mut x: P::Var) -> DMatrix<f64> {
    let zero = DMatrix::zeros(8, 3);
    block.argmin(&mut x, Target { v: &zero, rho: 0.0, tolerance: 1e-12 }).unwrap();
    block.image(&x)
}

fn free<D: Direction<f64>>(of: D, rate: Rate<f64>, max_steps: u64, seed: u64) -> DMatrix<f64> {
    settled(
        &Descent { of, by: ScheduledSteps { rate, max_steps }, on: Flat },
        Iterate::new(orthonormal(8, 3, seed) * 0.5),
    )
}

fn orthonormalised<D: Direction<f64>>(of: D, rate: Rate<f64>, max_steps: u64, seed: u64) -> DMatrix<f64> {
    let block = Descent { of, by: ScheduledSteps { rate, max_steps }, on: Stiefel::default() };
    settled(&block, Iterate::new(orthonormal(8, 3, seed)))
}

fn ordered(w: &DMatrix<f64>, q: &DMatrix<f64>) -> f64 {
    let cosines = (0..w.ncols()).map(|j| w.column(j).dot(&q.column(j)).abs());
    cosines.fold(0.0, |worst: f64, cosine| worst.max((1.0 - cosine).abs()))
}

proptest! {
    #[test]
    fn rules_with_the_full_covariance_reach_the_leading_space(seed: u64, weight in 0.1..1.0_f64) {
        let (samples, q) = samples_with(&VALUES, 30, seed);
        let top = q.columns(0, 3).into_owned();
        let loss = loss_on(&samples, weight);
        let (rate, half) = (Rate::Lipschitz(loss.lipschitz().unwrap()), Rate::Lipschitz(2.0 * loss.lipschitz().unwrap()));
        let start = orthonormal(8, 3, seed ^ 1);
        let hebbian = || Hebbian(loss.clone());
        let found = [
            ("hebbian", orthonormalised(hebbian(), rate, 5_000, seed ^ 1)),
            ("oja", free(Oja(hebbian()), half, 5_000, seed ^ 1)),
            ("oja on the manifold", orthonormalised(Oja(hebbian()), rate, 5_000, seed ^ 1)),
            ("sanger", free(Sanger(hebbian()), half, 5_000, seed ^ 1)),
            ("krasulina", orthonormalised(Krasulina(hebbian()), rate, 5_000, seed ^ 1)),
            ("majorize", settled(&Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 500 }, start.clone())),
            ("power", settled(&Power { loss: loss.clone(), max_steps: 500 }, start.clone())),
            ("lbfgs", settled(&Descent { of: loss.clone(), by: Lbfgs { max_steps: 500, ..Lbfgs::default() }, on: Stiefel::default() }, Iterate::new(start))),
        ];
        for (name, w) in found {
            prop_assert!((w.transpose() * &w - DMatrix::identity(3, 3)).norm() <= 1e-9, "{name}");
            prop_assert!(angle(&top, &w) <= 1e-6, "{name}: {}", angle(&top, &w));
        }
    }

    #[test]
    fn sanger_and_power_put_the_components_in_order(seed: u64) {
        let (samples, q) = samples_with(&VALUES, 30, seed);
        let loss = loss_on(&samples, 0.5);
        let rate = Rate::Lipschitz(2.0 * loss.lipschitz().unwrap());
        let sanger = free(Sanger(Hebbian(loss.clone())), rate, 20_000, seed ^ 1);
        prop_assert!(ordered(&sanger, &q) <= 1e-9, "sanger: {}", ordered(&sanger, &q));
        let batch = minibatch(&samples, 0.5, 6, seed);
        let vr = VrPca { batch, epoch: 10 };
        let reduced = orthonormalised(Sanger(vr), Rate::Constant(0.2), 20_000, seed ^ 1);
        prop_assert!(ordered(&reduced, &q) <= 1e-9, "sanger with reduced variance: {}", ordered(&reduced, &q));
        let power = settled(&Power { loss: loss.clone(), max_steps: 2_000 }, orthonormal(8, 3, seed ^ 1));
        prop_assert!(ordered(&power, &q) <= 1e-9, "power: {}", ordered(&power, &q));
        let oja = free(Oja(Hebbian(loss)), rate, 20_000, seed ^ 1);
        prop_assert!(ordered(&oja, &q) > 1e-6, "Oja's subspace rule keeps a basis of its own");
    }

    #[test]
    fn rules_on_batches_reach_the_leading_space(seed: u64) {
        let (samples, q) = samples_with(&VALUES, 60, seed);
        let top = q.columns(0, 3).into_owned();
        let batch = || minibatch(&samples, 0.5, 10, seed);
        let vr = || VrPca { batch: batch(), epoch: 6 };
        let exact = [
            ("vr-pca", orthonormalised(vr(), Rate::Constant(0.3), 6_000, seed ^ 1)),
            ("oja", free(Oja(vr()), Rate::Constant(0.3), 12_000, seed ^ 1)),
            ("krasulina", orthonormalised(Krasulina(vr()), Rate::Constant(0.3), 6_000, seed ^ 1)),
        ];
        for (name, w) in exact {
            prop_assert!(angle(&top, &w) <= 1e-6, "{name}: {}", angle(&top, &w));
        }
        let decaying = Rate::Decaying { lipschitz: 1.0, horizon: 30.0 };
        let noisy = [
            ("minibatch", orthonormalised(batch(), decaying, 2_000, seed ^ 1)),
            ("oja", free(Oja(batch()), decaying, 2_000, seed ^ 1)),
            ("sanger", free(Sanger(batch()), decaying, 2_000, seed ^ 1)),
        ];
        for (name, w) in noisy {
            prop_assert!(angle(&top, &w) <= 0.06, "{name}: {}", angle(&top, &w));
        }
    }

    /// On data of rank k Krasulina's noise vanishes with the error: batches and a constant step reach rounding.
    #[test]
    fn krasulina_is_exact_on_data_of_low_rank(seed: u64) {
        let (samples, q) = samples_with(&[5.0, 4.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0], 60, seed);
        let top = q.columns(0, 3).into_owned();
        let found = orthonormalised(Krasulina(minibatch(&samples, 0.5, 4, seed)), Rate::Constant(0.5), 3_000, seed ^ 1);
        prop_assert!(angle(&top, &found) <= 1e-9, "{}", angle(&top, &found));
    }
}

const RULES: [Rule; 9] = [
    Rule::Majorize,
    Rule::Hebbian,
    Rule::Minibatch,
    Rule::VrPca,
    Rule::Oja,
    Rule::Sanger,
    Rule::Krasulina,
    Rule::Power,
    Rule::Lbfgs,
];

/// Whether a rule minimises the loss on a set: those that make columns orthonormal do on orthonormal W alone.
fn fits(rule: Rule, constraint: Constraint) -> bool {
    match rule {
        Rule::Majorize | Rule::Hebbian | Rule::Minibatch | Rule::VrPca => true,
        Rule::Lbfgs => constraint != Constraint::Ball,
        _ => constraint == Constraint::Orthonormal,
    }
}

#[test]
fn every_rule_fits_or_says_why_not() {
    let (x, labels) = wine();
    let model = |rule, constraint, tolerance| {
        let shrinkage = if constraint == Constraint::None { 0.5 } else { 0.0 };
        let builder = JointModel::builder().rule(rule).constraint(constraint).shrinkage(shrinkage);
        builder.tolerance(tolerance).max_iterations(300).build()
    };
    for constraint in [Constraint::Orthonormal, Constraint::UnitNorm, Constraint::Ball, Constraint::None] {
        // The joint objective has no slope where ADMM ends, and one where alternation does: there a gap is of first
        // order.
        for (method, tolerance) in [(JointMethod::Admm, 1e-6), (JointMethod::Alternating, 1e-8)] {
            let run = |rule| {
                let prepared = model(rule, constraint, tolerance).unwrap().prepare(&x, &labels, 3, None).unwrap();
                prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap().report
            };
            let best = run(Rule::Majorize).objective;
            for rule in RULES.into_iter().filter(|rule| fits(*rule, constraint)) {
                let report = run(rule);
                let gap = (report.objective - best).abs();
                let name = format!("{rule} {constraint} {method}: {gap:e} {report:?}");
                assert!(report.feasibility <= 1e-12, "{name}");
                if rule == Rule::Minibatch {
                    assert!(gap <= 5e-2 && report.status == Status::IterationLimit, "{name}");
                } else {
                    assert!(gap <= 1e-8 && report.status == Status::Converged, "{name}");
                    assert!(method == JointMethod::Alternating || report.stationarity <= 1e-5, "{name}");
                }
            }
        }
        for rule in RULES.into_iter().filter(|rule| !fits(*rule, constraint)) {
            let refused = model(rule, constraint, 1e-6).map(|_| ()).unwrap_err();
            assert!(matches!(refused, Error::Parameters(_)));
            let expected = format!("invalid parameters: rule {rule} does not fit the constraint {constraint}: ");
            assert!(refused.to_string().starts_with(&expected), "{refused}");
        }
    }
}
