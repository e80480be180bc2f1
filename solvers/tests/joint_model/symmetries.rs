//! What may be turned, reordered and renamed.

use super::*;
use crate::data::{Random, angle, classes, columns, matrix, orthonormal, weights};
use admm::Smooth;
use admm_solvers::data::Scale;
use proptest::prelude::*;

fn random_point(d: usize, k: usize, c: usize, seed: u64) -> Predictor<f64> {
    Predictor { v: orthonormal(d, k, seed), b: matrix(k, c, !seed), bias: matrix(c, 1, seed ^ 7) }
}

fn turned(at: &Predictor<f64>, q: &DMatrix<f64>) -> Predictor<f64> {
    Predictor { v: &at.v * q, b: q.transpose() * &at.b, bias: at.bias.clone() }
}

proptest! {
    #[test]
    fn the_objective_is_that_of_plain_loops_and_invariant_to_rotations(
        (d, k) in (1_usize..8).prop_flat_map(|d| (Just(d), 1..=d)), c in 2_usize..5, weight in 0.0..1.0, seed in 0_u64..1000,
    ) {
        let (x, labels) = classes(d, 30, c, seed);
        let weights = weights(30, seed);
        let at = random_point(d, k, c, seed);
        let f = objective(x.clone(), &labels, weights.clone(), weight);
        let (value, gradient) = f.value_and_gradient(&at).unwrap();
        let expected = naive(&x, &labels, &weights, (weight, 0.01), &at);
        prop_assert!((value - expected).abs() <= 1e-12 * expected.abs().max(1.0));
        let q = orthonormal(k, k, seed + 1);
        let (same, its_gradient) = f.value_and_gradient(&turned(&at, &q)).unwrap();
        prop_assert!((value - same).abs() <= 1e-12 * value.abs().max(1.0));
        let expected = turned(&gradient, &q);
        prop_assert!((its_gradient.v - expected.v).amax() + (its_gradient.b - expected.b).amax() <= 1e-11);
    }

    /// x → Rx + t turns W into RW; nothing that the model says about a sample changes.
    #[test]
    fn rotated_samples_rotate_the_solution(seed in 0_u64..1000) {
        let (x, labels) = classes(4, 80, 3, seed);
        let rotation = orthonormal(4, 4, seed);
        let moved = (&rotation * &x).add_scalar(3.0);
        let builder = || default().scale(Scale::Center).weight(0.8).tolerance(1e-9);
        let (before, after) = (
            fit(builder(), &(x.clone(), labels.clone()), Method::Descent),
            fit(builder(), &(moved.clone(), labels), Method::Descent),
        );
        prop_assert!((before.report.objective - after.report.objective).abs() <= 1e-9);
        prop_assert!(angle(&(rotation * &before.weights.v), &after.weights.v) <= 1e-5);
        prop_assert!((before.predict_proba(&x).unwrap() - after.predict_proba(&moved).unwrap()).amax() <= 1e-5);
    }

    /// The order of the samples, the names of the classes and, standardised, the units of the features.
    #[test]
    fn order_names_and_units_do_not_matter(seed in 0_u64..1000) {
        let (x, labels) = classes(4, 60, 3, seed);
        let mut random = Random::new(seed);
        let (order, names) = (random.order(60), random.order(3));
        let builder = || default().weight(0.8).tolerance(1e-9);
        let expected = fit(builder(), &(x.clone(), labels.clone()), Method::Descent);
        let shuffled = (columns(&x, &order), order.iter().map(|&i| names[labels[i]]).collect());
        let mut other = shuffled.clone();
        other.0.row_iter_mut().enumerate().for_each(|(i, mut row)| row.apply(|x| *x = (*x - 7.0) * 10_f64.powi(i as i32)));
        for data in [shuffled, other] {
            let fitted = fit(builder(), &data, Method::Descent);
            prop_assert!((fitted.report.objective - expected.report.objective).abs() <= 1e-9);
            prop_assert!((&fitted.weights.v - &expected.weights.v).amax() <= 1e-5);
            for (class, &name) in names.iter().enumerate() {
                prop_assert!((fitted.weights.b.column(name) - expected.weights.b.column(class)).amax() <= 1e-5);
                prop_assert!((fitted.weights.bias[name] - expected.weights.bias[class]).abs() <= 1e-5);
            }
        }
    }
}
