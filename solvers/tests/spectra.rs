//! What a spectrum promises: inequalities of traces, errors of reconstruction, growth, and trade-offs of global optima.

use crate::data;
use crate::data::pca::{loss_on, samples_of};
use crate::data::{matrix, orthonormal, weights, with_spectrum};
use admm::*;
use admm_solvers::linalg::{polar, thin_qr, thin_svd};
use admm_solvers::pca::{ColumnSet, Columns, Covariance, Hebbian, VarianceLoss};
use admm_solvers::set::Stiefel;
use nalgebra::DMatrix;
use proptest::prelude::*;

type Matrix = DMatrix<f64>;

/// Eigenvalues in descending order that sum to 1.
fn spectrum(d: usize, seed: u64) -> Vec<f64> {
    let mut values = weights(d, seed);
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

fn single(x: &Matrix) -> DMatrix<f32> {
    x.map(|x| x as f32)
}

fn gap(a: &DMatrix<f32>, b: &Matrix) -> f64 {
    (a.map(f64::from) - b).norm() / (1.0 + b.norm())
}

proptest! {
    /// von Neumann (1937): tr(WᵀC) ≤ ‖C‖_* on orthonormal W, with equality at the polar factor.
    #[test]
    fn the_polar_factor_has_the_largest_inner_product(d in 1..9_usize, k in 1..5_usize, seed: u64, rank in 1..5_usize) {
        let d = d.max(k);
        let c = matrix(d, rank.min(k), seed) * matrix(rank.min(k), k, !seed);
        let nuclear = thin_svd(&c).unwrap().values.sum();
        prop_assert!((polar(&c).unwrap().dot(&c) - nuclear).abs() <= 1e-12 * (1.0 + nuclear));
        prop_assert!(orthonormal(d, k, seed ^ 5).dot(&c) <= nuclear + 1e-12);
        let near = Stiefel::default().retract(&polar(&c).unwrap(), &(matrix(d, k, seed ^ 6) * 1e-3)).unwrap();
        prop_assert!(near.dot(&c) <= nuclear * (1.0 + 1e-12), "a point nearby");
    }

    /// Two factors of X + tV: another basis, the same span.
    #[test]
    fn both_retractions_span_what_the_step_spans(d in 1..9_usize, k in 1..5_usize, seed: u64, t in -3.0..3.0_f64) {
        let d = d.max(k);
        let x = orthonormal(d, k, seed);
        let step = x.clone() + Stiefel::default().tangent(&x, &matrix(d, k, !seed)).unwrap() * t;
        let (q, w) = (thin_qr(&step).unwrap().0, polar(&step).unwrap());
        prop_assert!(data::angle(&q, &w) <= 1e-12 && data::angle(&w, &q) <= 1e-12);
        prop_assert!((&q * (q.transpose() * &step) - &step).norm() <= 1e-12 * step.norm());
    }

    /// Σw‖x − WWᵀx‖² = tr Σ − 2 tr(WᵀΣW) + tr(WᵀΣW WᵀW), which is total − captured exactly where WᵀW = I.
    #[test]
    fn the_reconstruction_loses_what_is_not_captured(d in 1..8_usize, k in 1..5_usize, n in 2..40_usize, seed: u64) {
        let d = d.max(k);
        let (x, shares) = (matrix(d, n, seed), weights(n, seed));
        let covariance = Covariance::of(&samples_of(x.clone(), shares.clone())).unwrap();
        let lost = |w: &Matrix| -> f64 {
            let rest = &x - w * (w.transpose() * &x);
            rest.column_iter().zip(&shares).map(|(column, share)| share * column.norm_squared()).sum::<f64>() / covariance.trace()
        };
        let w = matrix(d, k, !seed);
        let reduced = w.transpose() * covariance.times(&w);
        let general = 1.0 - 2.0 * reduced.trace() + (&reduced * (w.transpose() * &w)).trace();
        prop_assert!((lost(&w) - general).abs() <= 1e-12 * (1.0 + general), "{} {}", lost(&w), general);
        prop_assert!((covariance.captured(&w) - reduced.trace()).abs() <= 1e-12 * (1.0 + reduced.trace()));
        let w = orthonormal(d, k, !seed);
        prop_assert!((lost(&w) - (1.0 - covariance.captured(&w))).abs() <= 1e-12);
    }

    /// A free step W + ηΣW multiplies the part of W in the i-th eigendirection by 1 + 2ληλᵢ/tr Σ.
    #[test]
    fn a_free_step_grows_along_every_eigenvector(d in 1..8_usize, k in 1..4_usize, seed: u64, weight in 0.0..=1.0_f64, rate in 0.01..10.0_f64) {
        let values = spectrum(d, seed);
        let (sigma, q) = with_spectrum(&values, seed);
        let loss = VarianceLoss { covariance: Covariance::from_matrix(sigma).unwrap().into(), weight };
        let block = Descent { of: Hebbian(loss), by: ScheduledSteps { rate: Rate::Constant(rate), max_steps: 1 }, on: Flat };
        let (w, origin) = (matrix(d, k, !seed), Matrix::zeros(d, k));
        let mut iterate = Iterate::new(w.clone());
        block.argmin(&mut iterate, Target { v: &origin, rho: 0.0, tolerance: 0.0 }).unwrap();
        for (i, value) in values.iter().enumerate() {
            let expected = q.column(i).transpose() * &w * (1.0 + 2.0 * weight * rate * value);
            let found = q.column(i).transpose() * &iterate.point;
            prop_assert!((found - &expected).norm() <= 1e-11 * (1.0 + w.norm()) * (1.0 + rate), "direction {}", i);
        }
    }

    /// For global minimisers of λ·loss + ρ/2 ‖W − C‖² the loss falls and the distance grows along λ.
    #[test]
    fn global_optima_trade_one_loss_for_the_other(d in 1..7_usize, k in 1..4_usize, seed: u64, ball: bool, size in 0.1..3.0_f64) {
        let covariance: std::sync::Arc<_> = Covariance::from_matrix(with_spectrum(&spectrum(d, seed), seed).0).unwrap().into();
        let set = if ball { ColumnSet::Ball } else { ColumnSet::Sphere };
        let (target, mut w) = (matrix(d, k, !seed) * size, Matrix::zeros(d, k));
        let mut before = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for step in 0..=10 {
            let loss = VarianceLoss { covariance: covariance.clone(), weight: f64::from(step) / 10.0 };
            Columns::new(loss, set).unwrap().argmin(&mut w, Target { v: &target, rho: 0.7, tolerance: 0.0 }).unwrap();
            let after = (covariance.captured(&w), (&w - &target).norm_squared());
            prop_assert!(after.0 >= before.0 - 1e-10 && after.1 >= before.1 - 1e-10, "{} {:?} {:?}", step, before, after);
            before = after;
        }
    }

    /// Σ counts a sample as often as its weight says, in any order.
    #[test]
    fn the_covariance_knows_weights_not_order(d in 1..7_usize, n in 1..30_usize, seed: u64) {
        let mut random = data::Random::new(seed);
        let counts: Vec<usize> = (0..n).map(|_| 1 + random.below(3)).collect();
        let total: usize = counts.iter().sum();
        let x = matrix(d, n, seed);
        let shares = counts.iter().map(|&count| count as f64 / total as f64).collect();
        let weighted = loss_on(&samples_of(x.clone(), shares), 1.0);
        let repeated: Vec<usize> = (0..n).flat_map(|i| vec![i; counts[i]]).collect();
        let shuffled: Vec<usize> = random.order(total).into_iter().map(|i| repeated[i]).collect();
        let plain = loss_on(&samples_of(data::columns(&x, &shuffled), vec![1.0 / total as f64; total]), 1.0);
        let w = matrix(d, 2, !seed);
        prop_assert!((weighted.ascent(&w) - plain.ascent(&w)).norm() <= 1e-12 * (1.0 + w.norm()));
    }

    #[test]
    fn single_precision_agrees_to_its_accuracy(d in 2..9_usize, k in 1..4_usize, seed: u64) {
        let k = k.min(d);
        let x = matrix(d, 40, seed);
        let of = Covariance::of(&samples_of(x.clone(), vec![1.0 / 40.0; 40])).unwrap();
        let labels = vec![0; 40];
        let samples = admm_solvers::data::Samples::new(single(&x), &labels, vec![1.0 / 40.0; 40], 1, Exec::Serial).unwrap();
        let single_of = Covariance::of(&samples).unwrap();
        let w = orthonormal(d, k, !seed);
        prop_assert!(gap(&single_of.times(&single(&w)), &of.times(&w)) <= 1e-6);
        prop_assert!((f64::from(single_of.captured(&single(&w))) - of.captured(&w)).abs() <= 1e-6);
        let step = Stiefel::default().tangent(&w, &matrix(d, k, seed ^ 5)).unwrap();
        let stiefel = Stiefel::default();
        let moved = stiefel.retract(&single(&w), &single(&step)).unwrap();
        prop_assert!(gap(&moved, &stiefel.retract(&w, &step).unwrap()) <= 1e-5);
        prop_assert!(gap(&polar(&single(&(&w + &step))).unwrap(), &polar(&(&w + &step)).unwrap()) <= 1e-5);
    }
}
