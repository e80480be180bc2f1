//! Weights of samples and classes: a whole number stands for as many samples, and 0 for none.

use super::*;
use crate::data::{Random, classes, columns, matrix, orthonormal};
use admm::Smooth;
use admm_solvers::data::{ClassWeight, Scale, standardise};
use proptest::prelude::*;

/// Samples with weights that are whole numbers from 0 to 3, and the samples as often as these say.
fn pair(seed: u64) -> (Labelled, Vec<f64>, Labelled) {
    let (x, labels) = classes(4, 60, 3, seed);
    let mut random = Random::new(seed);
    let counts: Vec<usize> = (0..60).map(|i| if i < 6 { 1 } else { random.below(4) }).collect();
    let numbers: Vec<usize> = (0..60).flat_map(|i| vec![i; counts[i]]).collect();
    let repeated = (columns(&x, &numbers), numbers.iter().map(|&i| labels[i]).collect());
    ((x, labels), counts.into_iter().map(|count| count as f64).collect(), repeated)
}

fn with_weights(builder: Builder, (x, labels): &Labelled, weights: &[f64]) -> Fitted<f64> {
    run(&builder.build().unwrap().prepare(x, labels, 3, Some(weights)).unwrap(), Method::Descent)
}

/// Standardised samples, with the shares that weights are.
fn scaled((x, labels): &Labelled, weights: &[f64], scale: Scale) -> (JointObjective<f64>, Vec<f64>) {
    let (z, scaler, _) = standardise(x.into(), weights, scale, &Exec::Serial).unwrap();
    let total: f64 = weights.iter().sum();
    let shares = weights.iter().map(|weight| weight / total).collect();
    let samples = Samples::new(z, labels, shares, 3, Exec::Serial).unwrap();
    let variance = VarianceLoss { covariance: Arc::new(Covariance::of(&samples).unwrap()), weight: 0.3 };
    let moments = [scaler.mean.as_slice(), scaler.scale.as_slice(), &[variance.covariance.trace()]].concat();
    (JointObjective { variance, prediction: PredictionLoss::softmax(samples, 0.01, 0.7) }, moments)
}

proptest! {
    #[test]
    fn moments_objective_and_gradient_are_those_of_repeated_samples(seed: u64, standard: bool) {
        let scale = if standard { Scale::Standard } else { Scale::Center };
        let (data, weights, repeated) = pair(seed);
        let (weighted, moments) = scaled(&data, &weights, scale);
        let (expected, plain) = scaled(&repeated, &vec![1.0; repeated.1.len()], scale);
        for (one, other) in moments.iter().zip(&plain) {
            prop_assert!((one - other).abs() <= 1e-12 * other.abs().max(1.0));
        }
        let at = Predictor { v: orthonormal(4, 2, seed), b: matrix(2, 3, !seed), bias: matrix(3, 1, seed ^ 7) };
        let (value, gradient) = weighted.value_and_gradient(&at).unwrap();
        let (same, its) = expected.value_and_gradient(&at).unwrap();
        prop_assert!((value - same).abs() <= 1e-12 * same.abs().max(1.0));
        let gap = (gradient.v - its.v).amax().max((gradient.b - its.b).amax()).max((gradient.bias - its.bias).amax());
        prop_assert!(gap <= 1e-12, "{gap}");
        prop_assert!((weighted.prediction.error(&at).unwrap() - expected.prediction.error(&at).unwrap()).abs() <= 1e-12);
    }

    #[test]
    fn models_are_those_of_repeated_samples_and_of_absent_ones(seed: u64) {
        let (data, weights, repeated) = pair(seed);
        let builder = || default().weight(0.8).tolerance(1e-9);
        let weighted = with_weights(builder(), &data, &weights);
        let expected = fit(builder(), &repeated, Method::Descent);
        prop_assert!((weighted.report.objective - expected.report.objective).abs() <= 1e-9);
        prop_assert!((weighted.report.training_error - expected.report.training_error).abs() <= 0.02);
        prop_assert!((&weighted.weights.v - &expected.weights.v).amax() <= 1e-5);
        let (scored, same) = (
            weighted.weighted_score(&data.0, &data.1, &weights).unwrap(),
            weighted.score(&repeated.0, &repeated.1).unwrap(),
        );
        prop_assert!((scored - same).abs() <= 1e-12);

        let present: Vec<usize> = (0..60).filter(|&i| weights[i] > 0.0).collect();
        let left = (columns(&data.0, &present), present.iter().map(|&i| data.1[i]).collect());
        let rest: Vec<f64> = present.iter().map(|&i| weights[i]).collect();
        prop_assert_eq!(with_weights(builder(), &left, &rest).model, weighted.model);
    }

    /// Balanced weights are n/(c·nⱼ), for weighted samples as for repeated ones.
    #[test]
    fn balanced_classes_count_the_same(seed: u64) {
        let ((_, labels), weights, (_, repeated)) = pair(seed);
        let balanced = ClassWeight::Balanced.apply(&labels, weights.clone(), 3).unwrap();
        let of_each = ClassWeight::Balanced.apply(&repeated, vec![1.0; repeated.len()], 3).unwrap();
        for class in 0..3 {
            let count = repeated.iter().filter(|&&label| label == class).count();
            let factor = repeated.len() as f64 / (3 * count) as f64;
            let first = repeated.iter().position(|&label| label == class).unwrap();
            prop_assert!((of_each[first] - factor).abs() <= 1e-12 * factor);
            let total: f64 = labels.iter().zip(&balanced).filter(|(label, _)| **label == class).map(|(_, w)| w).sum();
            prop_assert!((total - repeated.len() as f64 / 3.0).abs() <= 1e-10);
        }
    }
}

/// The factors of the classes are weights of their samples: as a choice, and multiplied by hand.
#[test]
fn class_weights_are_weights_of_samples() {
    let (data, weights, _) = pair(3);
    let factors = vec![0.5, 2.0, 1.25];
    let by_hand: Vec<f64> = weights.iter().zip(&data.1).map(|(weight, &label)| weight * factors[label]).collect();
    let builder = || default().weight(0.3);
    let chosen = with_weights(builder().class_weight(ClassWeight::Factors(factors)), &data, &weights);
    assert_eq!(chosen.model, with_weights(builder(), &data, &by_hand).model);
    let plain = with_weights(builder(), &data, &weights);
    assert!((&plain.weights.bias - &chosen.weights.bias).amax() > 1e-2);
    for (wrong, said) in [(vec![1.0], "3 classes, got 1"), (vec![1.0, -1.0, 1.0], "got -1 for class 1")] {
        let model = default().class_weight(ClassWeight::Factors(wrong)).build().unwrap();
        let error = model.fit(&data.0, &data.1).unwrap_err().to_string();
        assert!(error.contains("class_weight") && error.contains(said), "{error}");
    }
    let none = default().class_weight(ClassWeight::Factors(vec![1.0, 0.0, 1.0])).build().unwrap();
    let error = none.fit(&data.0, &data.1).unwrap_err().to_string();
    assert!(error.contains("class 1 has no samples"), "{error}");
}
