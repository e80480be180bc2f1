//! The PCA loss and the rules that lower it: naive twins, optimality conditions, eigenvectors, rates.

use crate::data::{Random, angle, matrix, orthonormal, weights, with_spectrum};
use admm::method::GradientMemory;
use admm::space::Space;
use admm::{
    ConstraintSet, Cost, Descent, Error, Exec, Flat, Gradient, Iterate, Rate, Result, ScheduledSteps, Smooth,
    Subproblem, Target,
};
use admm_solvers::data::Samples;
use admm_solvers::pca::{ColumnSet, Columns, Covariance, Hebbian, Majorize, VarianceLoss};
use admm_solvers::set::{Ball, Retraction, Stiefel, UnitColumns};
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::sync::Arc;

fn loss_of(sigma: &DMatrix<f64>, weight: f64) -> VarianceLoss<f64> {
    VarianceLoss { covariance: Arc::new(Covariance::from_matrix(sigma.clone()).unwrap()), weight }
}

/// λ(1 − tr(WᵀΣW)/tr Σ) + ρ/2 ‖W − C‖².
fn pulled(loss: &VarianceLoss<f64>, w: &DMatrix<f64>, to: Target<'_, f64, DMatrix<f64>>) -> f64 {
    loss.value(w) + to.rho / 2.0 * (w - to.v).norm_squared()
}

/// The loss as a function with a gradient.
struct Plain(VarianceLoss<f64>);

impl Smooth<f64> for Plain {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, w: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let (value, ascent) = self.0.value_and_ascent(w);
        Ok((value, -ascent))
    }
}

/// One step of the users' rule with the given η.
fn hebbian<M: ConstraintSet<f64>>(
    loss: &VarianceLoss<f64>,
    rate: f64,
    on: M,
) -> Descent<Hebbian<f64>, ScheduledSteps<f64>, M> {
    Descent { of: Hebbian(loss.clone()), by: ScheduledSteps { rate: Rate::Constant(rate), max_steps: 1 }, on }
}

#[test]
fn the_covariance_is_that_of_plain_loops() {
    for (d, n) in [(1, 2), (4, 3), (5, 255), (5, 256), (5, 257), (3, 700)] {
        let (x, weights) = (matrix(d, n, 1), weights(n, 2));
        let mut sigma = DMatrix::<f64>::zeros(d, d);
        for i in 0..n {
            for (row, column) in (0..d).flat_map(|row| (0..d).map(move |column| (row, column))) {
                sigma[(row, column)] += weights[i] * x[(row, i)] * x[(column, i)];
            }
        }
        let trace: f64 = (0..d).map(|i| sigma[(i, i)]).sum();
        let samples = Samples::new(x, &vec![0; n], weights, 1, Exec::Serial).unwrap();
        let covariance = Covariance::of(&samples).unwrap();
        let identity = DMatrix::identity(d, d);
        assert!((covariance.times(&identity) - &sigma / trace).amax() <= 1e-14, "{d}×{n}");
        assert!((covariance.captured(&identity) - 1.0).abs() <= 1e-14);
        assert_eq!(covariance.dimension(), d);
        let w = matrix(d, 1, 3);
        let naive = (w.transpose() * &sigma * &w)[0] / trace;
        assert!((covariance.captured(&w) - naive).abs() <= 1e-13 * naive);
        let bits = [1, 2, 3, 8].map(|threads| {
            let mut samples = samples.clone();
            samples.exec = Exec::threads(threads).unwrap();
            Covariance::of(&samples).unwrap().times(&identity).map(f64::to_bits)
        });
        assert!(bits.iter().all(|other| *other == bits[0]));
    }
}

#[test]
fn what_is_no_covariance_is_refused() {
    let of = |sigma: DMatrix<f64>| Covariance::from_matrix(sigma).map(|_| ()).unwrap_err();
    assert!(matches!(of(matrix(3, 2, 1)), Error::Size { .. }));
    assert!(matches!(of(DMatrix::zeros(3, 3)), Error::Numerical { .. }));
    assert!(matches!(of(DMatrix::identity(3, 3) * -1.0), Error::Numerical { .. }));
    let mut sigma = DMatrix::identity(3, 3);
    sigma[(2, 0)] = f64::NAN;
    assert!(matches!(of(sigma), Error::NotFinite { .. }));
    assert!(matches!(of(DMatrix::identity(3, 3) * f64::MAX), Error::NotFinite { .. }));
}

#[test]
fn a_w_with_other_rows_is_refused() {
    let sized = |error: Error| matches!(error, Error::Size { .. });
    let (loss, w) = (loss_of(&with_spectrum(&[3.0, 2.0, 1.0], 1).0, 0.5), orthonormal(4, 2, 2));
    let to = Target { v: &w, rho: 1.0, tolerance: 1e-6 };
    let majorize = Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1 };
    assert!(sized(majorize.value(&w).unwrap_err()));
    assert!(sized(majorize.argmin(&mut w.clone(), to).unwrap_err()));
    let columns = Columns::new(loss.clone(), ColumnSet::Ball).unwrap();
    assert!(sized(columns.value(&w).unwrap_err()));
    assert!(sized(columns.argmin(&mut w.clone(), to).unwrap_err()));
    assert!(sized(admm::Direction::value(&Hebbian(loss.clone()), &w).unwrap_err()));
    assert!(sized(loss.covariance.explained(&w).unwrap_err()));
}

#[test]
#[should_panic = "a row of W for each feature"]
fn a_product_with_other_rows_panics() {
    loss_of(&DMatrix::identity(3, 3), 0.5).covariance.times(&matrix(4, 2, 1));
}

#[test]
fn majorisation_reaches_the_principal_components_where_the_pull_is_tiny() {
    let (sigma, q) = with_spectrum(&[5.0, 4.0, 3.0, 1.0, 0.5, 0.2, 0.1, 0.0], 3);
    let (loss, c) = (loss_of(&sigma, 0.7), matrix(8, 3, 4));
    let top = q.columns(0, 3).into_owned();
    let to = Target { v: &c, rho: 1e-13, tolerance: 1e-11 };
    let mut w = orthonormal(8, 3, 5);
    let cost =
        Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1_000 }.argmin(&mut w, to).unwrap().cost;
    assert!(cost.steps < 1_000 && cost.passes == 0, "{cost:?}");
    assert!(angle(&top, &w) <= 1e-9, "{}", angle(&top, &w));
    assert!((loss.value(&w) - 0.7 * (1.0 - 12.0 / 13.8)).abs() <= 1e-13);
    assert!((loss.covariance.explained(&(&w * matrix(3, 3, 6))).unwrap() - 12.0 / 13.8).abs() <= 1e-12);

    let rate = Rate::Lipschitz(2.0 * 0.7 * 5.0 / 13.8);
    for on in [Stiefel { retraction: Retraction::Qr }, Stiefel { retraction: Retraction::Polar }] {
        let block = Descent { of: Hebbian(loss.clone()), by: ScheduledSteps { rate, max_steps: 2_000 }, on };
        let mut iterate = Iterate::new(orthonormal(8, 3, 7));
        let cost = block.argmin(&mut iterate, to).unwrap().cost;
        assert!(angle(&top, &iterate.point) <= 1e-8, "{} after {cost:?}", angle(&top, &iterate.point));
    }
}

#[test]
fn both_rules_agree_under_a_pull() {
    let (sigma, _) = with_spectrum(&[5.0, 4.0, 3.0, 1.0, 0.5], 8);
    let loss = loss_of(&sigma, 0.6);
    for rho in [0.05, 0.5, 5.0] {
        let c = orthonormal(5, 2, 9) + matrix(5, 2, 10) * 0.1;
        let to = Target { v: &c, rho, tolerance: 1e-12 };
        let mut w = c.clone().qr().q();
        let mut iterate = Iterate::new(w.clone());
        Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 5_000 }.argmin(&mut w, to).unwrap();
        let by = ScheduledSteps { rate: Rate::Lipschitz(2.0 * 0.6 * 5.0 / 13.5), max_steps: 20_000 };
        Descent { of: Hebbian(loss.clone()), by, on: Stiefel::default() }.argmin(&mut iterate, to).unwrap();
        let gap = (&w - &iterate.point).norm();
        assert!(gap <= 1e-9, "ρ={rho}: {gap}, {} {}", pulled(&loss, &w, to), pulled(&loss, &iterate.point, to));
    }
}

#[test]
fn a_hebbian_step_is_the_users_rule() {
    let (sigma, _) = with_spectrum(&[3.0, 2.0, 0.5, 0.1], 11);
    let (loss, w, v) = (loss_of(&sigma, 0.8), orthonormal(4, 2, 12), matrix(4, 2, 13));
    let (rate, rho) = (0.3, 0.9);
    let moved = &w + (&sigma / sigma.trace() * 2.0 * 0.8 * &w - (&w - &v) * rho) * rate;
    let svd = moved.clone().svd(true, true);
    let polar = svd.u.unwrap() * svd.v_t.unwrap();
    let to = Target { v: &v, rho, tolerance: 0.0 };
    let step = |on: Box<dyn ConstraintSet<f64>>| {
        let mut iterate = Iterate::new(w.clone());
        assert_eq!(
            hebbian(&loss, rate, on).argmin(&mut iterate, to).map(|solved| solved.cost),
            Ok(Cost { steps: 1, passes: 0 })
        );
        iterate.point
    };
    assert!((step(Box::new(Flat)) - &moved).norm() <= 1e-14);
    assert!((step(Box::new(Stiefel { retraction: Retraction::Polar })) - polar).norm() <= 1e-14);
}

/// Without a constraint and a pull every eigendirection i of the covariance grows by 1 + 2ληλᵢ/tr Σ a step.
#[test]
fn without_a_constraint_the_norm_explodes() {
    let values = [3.0, 2.0, 0.5, 0.1];
    let (sigma, q) = with_spectrum(&values, 14);
    let (loss, rate) = (loss_of(&sigma, 0.8), 0.7);
    let block = hebbian(&loss, rate, Flat);
    let origin = DMatrix::zeros(4, 4);
    let mut iterate = Iterate::new(q.clone());
    for step in 1..=40 {
        block.argmin(&mut iterate, Target { v: &origin, rho: 0.0, tolerance: 0.0 }).unwrap();
        let shown = if step <= 3 { 4 } else { 1 }; // what rounding leaves of the first direction overtakes the others
        for (i, value) in values.iter().enumerate().take(shown) {
            let factor = 1.0 + rate * 2.0 * 0.8 * value / 5.6;
            let expected = q.column(i) * factor.powi(step);
            let gap = (iterate.point.column(i) - &expected).norm() / expected.norm();
            assert!(gap <= 1e-10, "direction {i}, step {step}: {gap}");
        }
    }
    assert!(loss.value(&iterate.point) < -1e6, "unbounded below");
}

/// W ← qf((I + ηΣ)W) turns towards the principal components by the factor (1 + ηλₖ₊₁)/(1 + ηλₖ) a step.
#[test]
fn the_rate_is_that_of_orthogonal_iteration() {
    let values = [5.0, 4.0, 3.0, 2.0, 0.5, 0.2];
    let (sigma, q) = with_spectrum(&values, 15);
    let (top, rest) = (q.columns(0, 3), q.columns(3, 3));
    for (rate, steps) in [(0.5, 400), (3.0, 100)] {
        let block = hebbian(&loss_of(&sigma, 0.5), rate, Stiefel { retraction: Retraction::Qr });
        let mut iterate = Iterate::new(orthonormal(6, 3, 16));
        let origin = DMatrix::zeros(6, 3);
        let mut step = || {
            block.argmin(&mut iterate, Target { v: &origin, rho: 0.0, tolerance: 0.0 }).unwrap();
            let inside = (top.transpose() * &iterate.point).try_inverse().unwrap();
            (rest.transpose() * &iterate.point * inside).norm() // the tangents of the angles
        };
        let tangents: Vec<f64> = (0..steps).map(|_| step()).collect();
        let eta = rate / values.iter().sum::<f64>();
        let expected = (1.0 + eta * 2.0) / (1.0 + eta * 3.0);
        let measured = tangents[steps - 1] / tangents[steps - 2];
        assert!((measured - expected).abs() <= 1e-6, "η={rate}: {measured} against {expected}");
        assert!(tangents[steps - 1] > 1e-8, "measured above rounding");
    }
}

fn feasible(set: ColumnSet, d: usize, k: usize, seed: u64) -> DMatrix<f64> {
    let unit = UnitColumns.project(&matrix(d, k, seed)).unwrap();
    match set {
        ColumnSet::Sphere => unit,
        ColumnSet::Ball => {
            let mut random = Random::new(seed);
            DMatrix::from_columns(&unit.column_iter().map(|w| w * random.uniform().powf(0.2)).collect::<Vec<_>>())
        }
    }
}

fn descended(loss: &VarianceLoss<f64>, set: ColumnSet, from: DMatrix<f64>, v: &DMatrix<f64>, rho: f64) -> DMatrix<f64> {
    let on: Box<dyn ConstraintSet<f64>> = match set {
        ColumnSet::Sphere => Box::new(UnitColumns),
        ColumnSet::Ball => Box::new(Ball { radius: 1.0 }),
    };
    let block = Descent { of: Plain(loss.clone()), by: Gradient { max_steps: 3_000 }, on };
    let mut iterate = Iterate { point: from, memory: GradientMemory::default() };
    block.argmin(&mut iterate, Target { v, rho, tolerance: 1e-10 }).unwrap();
    iterate.point
}

#[test]
fn columns_are_minimised_globally() {
    let (sigma, _) = with_spectrum(&[3.0, 2.0, 1.5, 0.4, 0.1], 17);
    let loss = loss_of(&sigma, 0.9);
    for set in [ColumnSet::Sphere, ColumnSet::Ball] {
        let block = Columns::new(loss.clone(), set).unwrap();
        for (rho, size) in [(0.01, 1.0), (0.3, 0.2), (0.3, 2.0), (4.0, 0.3), (4.0, 3.0)] {
            let v = matrix(5, 3, 18) * size;
            let to = Target { v: &v, rho, tolerance: 1e-10 };
            let mut w = DMatrix::zeros(5, 3);
            block.argmin(&mut w, to).unwrap();
            let residual = match set {
                ColumnSet::Sphere => UnitColumns.residual(&w).unwrap(),
                ColumnSet::Ball => Ball { radius: 1.0 }.residual(&w).unwrap(),
            };
            assert!(residual <= 1e-12, "{set:?} ρ={rho}: {residual}");
            let best = pulled(&loss, &w, to);
            for seed in 0..200 {
                let other = pulled(&loss, &feasible(set, 5, 3, seed), to);
                assert!(best <= other, "{set:?} ρ={rho} size={size}: {best} against {other}");
            }
            let starts = (0..15).map(|seed| descended(&loss, set, feasible(set, 5, 3, seed), &v, rho));
            let found = starts.chain([descended(&loss, set, w.clone(), &v, rho)]);
            let lowest = found.map(|point| pulled(&loss, &point, to)).fold(f64::INFINITY, f64::min);
            assert!((best - lowest).abs() <= 1e-9, "{set:?} ρ={rho} size={size}: {best} against {lowest}");
            if rho == 4.0 && set == ColumnSet::Ball {
                let other = descended(&loss, set, feasible(set, 5, 3, 3), &v, rho); // convex: one minimiser
                assert!((&w - other).norm() <= 1e-7, "{set:?} ρ={rho} size={size}");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_ascent_is_minus_the_gradient(d in 1..9_usize, k in 1..4_usize, seed: u64, weight in 0.0..=1.0_f64) {
        let half = matrix(d, d + 1, seed);
        let loss = loss_of(&(&half * half.transpose()), weight);
        let (w, along) = (matrix(d, k, !seed), matrix(d, k, seed ^ 5));
        let slope = (loss.value(&(&w + &along)) - loss.value(&(&w - &along))) / 2.0; // exact for a quadratic
        let (value, ascent) = loss.value_and_ascent(&w);
        prop_assert!((slope + ascent.dot(&along)).abs() <= 1e-11 * (1.0 + slope.abs()));
        prop_assert!((value - loss.value(&w)).abs() <= 1e-12 * (1.0 + value.abs()));
        prop_assert!((ascent - loss.ascent(&w)).norm() == 0.0);
    }

    /// Ky Fan (1949): on orthonormal W the captured variance lies between the sums of the k extreme eigenvalues.
    #[test]
    fn orthonormal_columns_capture_what_the_spectrum_allows(d in 1..9_usize, k in 1..9_usize, seed: u64) {
        let k = k.min(d);
        let half = matrix(d, d + 2, seed);
        let sigma = &half * half.transpose();
        let mut values: Vec<f64> = sigma.clone().symmetric_eigenvalues().iter().map(|v| v / sigma.trace()).collect();
        values.sort_by(f64::total_cmp);
        let loss = loss_of(&sigma, 1.0);
        let captured = loss.covariance.captured(&orthonormal(d, k, !seed));
        prop_assert!(captured >= values[..k].iter().sum::<f64>() - 1e-12);
        prop_assert!(captured <= values[d - k..].iter().sum::<f64>() + 1e-12);
        let (top, vectors) = loss.covariance.top(k).unwrap();
        prop_assert!((loss.covariance.captured(&vectors) - values[d - k..].iter().sum::<f64>()).abs() <= 1e-12);
        prop_assert!((top.sum() - loss.covariance.captured(&vectors)).abs() <= 1e-12);
    }

    /// Every step lowers the pulled loss, and where the steps end no first-order change is left.
    #[test]
    fn majorisation_is_monotone_and_ends_stationary(d in 2..9_usize, k in 1..4_usize, seed: u64, exponent in -3..2_i32) {
        let k = k.min(d);
        let half = matrix(d, d + 2, seed);
        let loss = loss_of(&(&half * half.transpose()), 0.6);
        let (c, rho) = (matrix(d, k, seed ^ 5), 10_f64.powi(exponent));
        let to = Target { v: &c, rho, tolerance: 0.0 };
        let one = Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 1 };
        let mut w = orthonormal(d, k, !seed);
        let mut before = pulled(&loss, &w, to);
        for _ in 0..40 {
            one.argmin(&mut w, to).unwrap();
            let after = pulled(&loss, &w, to);
            prop_assert!(after <= before + 1e-14 * (1.0 + before.abs()), "{before} to {after}");
            before = after;
        }
        let many = Majorize { loss: loss.clone(), on: Stiefel::default(), max_steps: 20_000 };
        let cost = many.argmin(&mut w, Target { tolerance: 1e-9, ..to }).unwrap().cost;
        prop_assume!(cost.steps < 20_000);
        let gradient = -loss.ascent(&w) + (&w - &c) * rho;
        prop_assert!(Stiefel::default().tangent(&w, &gradient).unwrap().norm() <= 1e-8);
        let polar = w.transpose() * (loss.ascent(&w) + &c * rho);
        prop_assert!((&polar - polar.transpose()).norm() <= 1e-8, "WᵀG is symmetric");
        let lowest = ((&polar + polar.transpose()) * 0.5).symmetric_eigenvalues().min();
        prop_assert!(lowest >= -1e-8, "and positive semidefinite: {lowest}");
        prop_assert!(w.is_finite());
    }
}
