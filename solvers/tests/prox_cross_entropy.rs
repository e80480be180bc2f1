//! The proximal operator of the softmax cross-entropy, for logits and penalties of every size.

use crate::functions::*;
use admm::*;
use admm_solvers::prox::{CrossEntropy, Logistic};
use proptest::prelude::*;

/// The entries of x with x_i + κ exp(x_i − s) = a_i, where s is the logarithm of the sum of all exp x_i: one bisection
/// in another.
fn twin(v: &[f64], label: usize, share: f64) -> Vec<f64> {
    let a: Vec<f64> = v.iter().enumerate().map(|(i, v)| if i == label { v + share } else { *v }).collect();
    let entry = |a: f64, s: f64| bisect(a - share, a, |x| x + share * (x - s).min(0.0).exp() - a);
    let excess = |s: f64| 1.0 - a.iter().map(|a| (entry(*a, s) - s).exp()).sum::<f64>();
    let highest = a.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let s = bisect(highest - share - 1.0, highest + (a.len() as f64).ln() + 1.0, excess);
    a.iter().map(|a| entry(*a, s)).collect()
}

fn bisect(mut low: f64, mut high: f64, slope: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// κ(p − e_y) + x − v relative to what it is a sum of, where 1 − p_y is the sum of the others.
fn residual(x: &[f64], v: &[f64], label: usize, share: f64) -> f64 {
    let highest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = x.iter().map(|x| (x - highest).exp()).collect();
    let total: f64 = powers.iter().sum();
    let others: f64 = powers.iter().enumerate().filter(|(i, _)| *i != label).map(|(_, p)| p).sum();
    let pull = |i: usize| share * if i == label { -others } else { powers[i] } / total;
    // A change of the logits by rounding moves the pull by that much of itself.
    let size = |i: usize| (1.0 + highest.abs() + x[i].abs()) * pull(i).abs() + x[i].abs() + v[i].abs();
    (0..x.len()).map(|i| (pull(i) + x[i] - v[i]).abs() / size(i)).fold(0.0, f64::max)
}

proptest! {
    #[test]
    fn stationary_to_rounding(c in 2..8_usize, seed: u64, size in -2.0..4.0_f64, power in -8.0..8.0_f64) {
        let (v, rho) = (random::<f64>(c, 3, seed) * 10_f64.powf(size), 10_f64.powf(power));
        let f = CrossEntropy::new(vec![0, 1, c - 1], vec![1.0; 3], c).unwrap();
        let x = f.prox(&v, rho).unwrap();
        for (j, label) in [0, 1, c - 1].into_iter().enumerate() {
            let (x, v) = (x.column(j), v.column(j));
            let gap = residual(x.as_slice(), v.as_slice(), label, 1.0 / rho);
            prop_assert!(gap <= 1e-12, "{gap:e} at {v} to {x}");
        }
    }

    #[test]
    fn agrees_with_bisection(c in 2..6_usize, seed: u64, size in -1.0..2.0_f64, power in -3.0..3.0_f64) {
        let (v, rho) = (random::<f64>(c, 1, seed) * 10_f64.powf(size), 10_f64.powf(power));
        let f = CrossEntropy::new(vec![1], vec![0.7], c).unwrap();
        let x = f.prox(&v, rho).unwrap();
        let twin = twin(v.as_slice(), 1, 0.7 / rho);
        let gap = x.iter().zip(&twin).map(|(x, twin)| (x - twin).abs()).fold(0.0, f64::max);
        prop_assert!(gap <= 1e-11 * (1.0 + v.amax() + 1.0 / rho), "{gap:e}");
    }

    /// Two classes are logistic regression on the difference of their logits, of which both move by half.
    #[test]
    fn two_classes_are_logistic(first in -1e2..1e2_f64, second in -1e2..1e2_f64, power in -8..9_i32) {
        let rho = 10_f64.powi(power);
        let f = CrossEntropy::new(vec![0], vec![1.0], 2).unwrap();
        let x = f.prox(&Matrix::from_column_slice(2, 1, &[first, second]), rho).unwrap();
        let margin = Logistic.prox(&Matrix::from_element(1, 1, first - second), rho / 2.0).unwrap()[0];
        prop_assert!((x[0] - x[1] - margin).abs() <= 1e-12 * (1.0 + first.abs() + second.abs()), "{margin} {x}");
        prop_assert!((x.sum() - first - second).abs() <= 1e-12 * (1.0 + first.abs() + second.abs()));
        let value = Logistic.value(&Matrix::from_element(1, 1, x[0] - x[1]));
        prop_assert!((f.value(&x) - value).abs() <= 1e-12 * value.max(1e-2), "{value}");
    }

    #[test]
    fn single_precision_too(c in 2..8_usize, seed: u64, size in -2.0..4.0_f64, power in -8.0..8.0_f64) {
        let v = random::<f64>(c, 1, seed).map(|entry| (entry * 10_f64.powf(size)) as f32);
        let f = CrossEntropy::new(vec![0], vec![1.0_f32], c).unwrap();
        let x = f.prox(&v, 10_f64.powf(power) as f32).unwrap().map(f64::from);
        let share = 1.0 / f64::from(10_f64.powf(power) as f32);
        let gap = residual(x.as_slice(), v.map(f64::from).as_slice(), 0, share);
        prop_assert!(gap <= 1e-4, "{gap:e}");
    }

    #[test]
    fn the_check_kit_passes(c in 2..4_usize, seed: u64, rho in 0.1..10.0_f64) {
        check::convex_prox(&cross_entropy::<f64>(c, 1, seed), &random::<f64>(c, 1, !seed), rho).unwrap().assert();
    }
}

/// The corners of what is promised: right and wrong logits of ±10⁴, and penalties from 10⁻⁸ to 10⁸.
#[test]
fn extreme_corners() {
    for power in -8..=8 {
        for correct in [-1e4, -1.0, 0.0, 1.0, 1e4] {
            for spread in [0.0, 1.0, 1e4] {
                let v = Matrix::from_column_slice(4, 1, &[correct, spread, -spread, 0.5 * spread]);
                let f = CrossEntropy::new(vec![0], vec![1.0], 4).unwrap();
                let x = f.prox(&v, 10_f64.powi(power)).unwrap();
                let gap = residual(x.as_slice(), v.as_slice(), 0, 10_f64.powi(-power));
                assert!(gap <= 1e-12, "{gap:e} for {v} at 1e{power}: {x}");
            }
        }
    }
}

#[test]
fn a_sample_without_weight_stays() {
    let v = random::<f64>(3, 2, 1);
    let x = CrossEntropy::new(vec![0, 2], vec![0.0, 1.0], 3).unwrap().prox(&v, 1.0).unwrap();
    assert!(x.column(0) == v.column(0) && x.column(1) != v.column(1));
}
