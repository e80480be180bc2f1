//! What holds for every head, whatever the data.

use super::{own, point, prediction, problem};
use admm::{Exec, Smooth, check};
use admm_solvers::data::{Samples, Targets};
use admm_solvers::loss::{Head, Loss, PredictionLoss};
use nalgebra::DMatrix;
use proptest::prelude::*;

fn losses() -> impl Strategy<Value = Loss> {
    prop::sample::select(Loss::ALL.to_vec())
}

/// Differences of gradients, as the default of the trait takes them.
#[derive(Debug)]
struct ByDifferences(std::sync::Arc<dyn Head<f64>>);

impl Head<f64> for ByDifferences {
    fn loss(&self, logits: &mut [f64], target: &[f64]) -> f64 {
        self.0.loss(logits, target)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gradients_pass_the_check_kit(loss in losses(), q in 2..4_usize, seed: u64) {
        let at = point((4, 2, q), seed);
        check::gradient(&prediction(loss, (4, 40, q), seed), &at).unwrap().assert();
        check::gradient(&own((4, 40, q), seed), &at).unwrap().assert();
    }

    /// What a head does with a block is what it says of each sample.
    #[test]
    fn a_block_is_the_sum_of_its_samples(loss in losses(), seed: u64) {
        let f = prediction(loss, (4, 30, 3), seed);
        let slow = PredictionLoss { head: std::sync::Arc::new(ByDifferences(f.head.clone())), ..f.clone() };
        let at = point((4, 2, 3), seed);
        let ((value, gradient), (expected, slope)) =
            (f.value_and_gradient(&at).unwrap(), slow.value_and_gradient(&at).unwrap());
        prop_assert!((value - expected).abs() <= 1e-12 * expected.abs().max(1.0));
        prop_assert!((gradient.v - &slope.v).norm() <= 1e-12 * slope.v.norm().max(1.0));
    }

    /// Except for Huber, whose model is a parabola that touches from above, and at the kinks of the squared hinge.
    #[test]
    fn curvatures_are_those_of_differences(loss in losses(), seed: u64) {
        let (_, targets) = problem(loss, (4, 30, 3), seed);
        let (logits, weights) = (crate::data::matrix(3, 30, seed ^ 5), vec![1.0 / 30.0; 30]);
        let head = loss.head::<f64>();
        let stated = head.curvature(&logits, &targets, &weights);
        let found = ByDifferences(head.clone()).curvature(&logits, &targets, &weights);
        match loss {
            Loss::Huber => prop_assert!((&stated - found).symmetric_eigenvalues().min() >= -1e-8),
            _ => prop_assert!((&stated - &found).amax() <= 1e-6 * (1.0 + found.amax()), "{stated} {found}"),
        }
        if let Some(largest) = head.largest_curvature() {
            prop_assert!(stated.symmetric_eigenvalues().max() <= largest + 1e-12);
        }
    }

    /// A sample of weight 2 is two samples.
    #[test]
    fn weights_are_repetitions(loss in losses(), seed: u64) {
        let (x, targets) = problem(loss, (3, 20, 2), seed);
        let twice: Vec<usize> = (0..20).chain(0..5).collect();
        let weights: Vec<f64> = (0..20).map(|j| if j < 5 { 2.0 / 25.0 } else { 1.0 / 25.0 }).collect();
        let repeated: Targets<f64> = match &targets {
            Targets::Classes { labels, count } => {
                Targets::classes(&twice.iter().map(|&j| labels[j]).collect::<Vec<_>>(), *count).unwrap()
            }
            Targets::Numbers(y) => y.select_columns(&twice).into(),
        };
        let of = |x: DMatrix<f64>, targets, weights| {
            let samples = Samples::with_targets(x, targets, weights, Exec::Serial).unwrap();
            let loss = PredictionLoss { samples, head: loss.head(), ridge: 0.1, share: 0.5 };
            loss.value_and_gradient(&point((3, 2, 2), seed)).unwrap()
        };
        let long = x.select_columns(&twice);
        let (one, other) = (of(x, targets, weights), of(long, repeated, vec![1.0 / 25.0; 25]));
        prop_assert!((one.0 - other.0).abs() <= 1e-12 * one.0.abs().max(1.0));
        prop_assert!((one.1.v - &other.1.v).norm() <= 1e-12 * other.1.v.norm().max(1.0));
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    for loss in Loss::ALL {
        let f = prediction(loss, (30, 3_000, 3), 4);
        let at = point((30, 2, 3), 8);
        let mut samples = f.samples.clone();
        samples.exec = Exec::threads(3).unwrap();
        let threaded = PredictionLoss { samples, ..f.clone() };
        assert_eq!(f.value_and_gradient(&at).unwrap(), threaded.value_and_gradient(&at).unwrap(), "{loss}");
    }
}

/// Logits of ±10⁴ neither overflow nor lose the loss, but for the rates of Poisson, which are then infinite.
#[test]
fn large_logits_are_safe() {
    for loss in Loss::ALL.into_iter().filter(|loss| *loss != Loss::Poisson) {
        for size in [1e4, -1e4] {
            let mut z = [size, -size];
            let value = loss.head::<f64>().loss(&mut z, &[1.0, 0.0]);
            assert!(value.is_finite() && z.iter().all(|slope| slope.is_finite()), "{loss} {size}: {value} {z:?}");
        }
    }
}
