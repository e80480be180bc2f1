//! The softmax loss against plain loops, its symmetries, and its bits.

use crate::data::softmax::{naive, point};
use crate::data::{Random, columns, labels, matrix, orthonormal, weights};
use admm::space::Space;
use admm::{Error, Exec, Smooth};
use admm_solvers::data::{Samples, Targets};
use admm_solvers::loss::{PredictionLoss, Predictor, probabilities};
use nalgebra::DMatrix;
use proptest::prelude::*;

fn problem(d: usize, n: usize, c: usize, seed: u64) -> PredictionLoss<f64> {
    let samples = Samples::new(matrix(d, n, seed), &labels(n, c, !seed), weights(n, seed), c, Exec::Serial);
    PredictionLoss::softmax(samples.unwrap(), 0.3, 0.7)
}

fn value(softmax: &PredictionLoss<f64>, at: &Predictor<f64>) -> f64 {
    softmax.value_and_gradient(at).unwrap().0
}

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + a.abs())
}

#[test]
fn agrees_with_plain_loops_around_every_block_size() {
    for n in [1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512, 513, 700] {
        for (d, k, c) in [(5, 2, 3), (1, 1, 2), (7, 7, 2), (3, 1, 10), (20, 13, 3)] {
            let (softmax, at) = (problem(d, n, c.min(n.max(2)), n as u64), point(d, k, c.min(n.max(2)), 77));
            let ((fast, gradient), (slow, expected)) = (softmax.value_and_gradient(&at).unwrap(), naive(&softmax, &at));
            assert!(close(slow, fast, 1e-13), "n={n}: {fast} against {slow}");
            for (part, got, asked) in [
                ("V", &gradient.v, &expected.v),
                ("B", &gradient.b, &expected.b),
                ("b", &gradient.bias, &expected.bias),
            ] {
                let gap = (got - asked).amax();
                assert!(gap <= 1e-13 * (1.0 + asked.amax()), "n={n} d={d} k={k} c={c}: {part} is off by {gap}");
            }
            let ridge = softmax.ridge / 2.0 * at.b.norm_squared();
            assert!(close(softmax.mean_loss(&at).unwrap() + ridge, slow / softmax.share, 1e-13));
            assert!(close(value(&softmax.alone(), &at), slow / softmax.share, 1e-13));
        }
    }
}

#[test]
fn enormous_logits_are_safe() {
    for size in [1e4, -1e4, 1e150] {
        let (softmax, mut at) = (problem(4, 100, 3, 5), point(4, 2, 3, 6));
        at.b *= size;
        let softmax = PredictionLoss { ridge: 0.0, ..softmax };
        let (fast, gradient) = softmax.value_and_gradient(&at).unwrap();
        let (slow, expected) = naive(&softmax, &at);
        assert!(fast.is_finite() && gradient.is_finite());
        assert!(((fast - slow) / slow).abs() <= 1e-12, "{fast} {slow}");
        assert!((&gradient.v - &expected.v).amax() <= 1e-9 * expected.v.amax());
        let sums = probabilities(at.b.transpose() * at.v.transpose() * softmax.samples.x.to_dense());
        assert!(sums.column_iter().all(|column| (column.sum() - 1.0).abs() <= 1e-15 * 3.0));
    }
    let logits = DMatrix::from_column_slice(3, 3, &[1e4, -1e4, 0.0, -1e4, -1e4, -1e4, 0.0, 3_f64.ln(), -1e4]);
    let expected = [1.0, 0.0, 0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.25, 0.75, 0.0];
    let gaps = probabilities(logits).iter().zip(expected).map(|(p, q)| (p - q).abs()).fold(0.0, f64::max);
    assert!(gaps <= 1e-15, "{gaps}");
}

#[test]
fn wrong_sizes_are_named() {
    let softmax = problem(4, 10, 3, 5);
    let good = point(4, 2, 3, 6);
    assert!(softmax.value_and_gradient(&good).is_ok());
    let bad = [
        Predictor { v: matrix(5, 2, 1), ..good.clone() },
        Predictor { v: matrix(4, 3, 1), ..good.clone() },
        Predictor { b: matrix(3, 3, 1), ..good.clone() },
        Predictor { b: matrix(2, 2, 1), ..good.clone() },
        Predictor { b: matrix(3, 2, 1), ..good.clone() },
        Predictor { bias: matrix(2, 1, 1), ..good.clone() },
        Predictor { bias: matrix(1, 3, 1), ..good.clone() },
    ];
    for at in bad {
        let errors = [softmax.value_and_gradient(&at).unwrap_err(), softmax.mean_loss(&at).unwrap_err()];
        assert!(errors.iter().all(|error| matches!(error, Error::Size { place, .. } if place == "V, B and b")));
        assert!(errors[0].to_string().contains("4×"), "{}", errors[0]);
    }
    let new = |labels: &[usize], weights: usize, classes| {
        Samples::new(matrix(2, 3, 1), labels, vec![1.0 / 3.0; weights], classes, Exec::Serial).map(|_| ())
    };
    assert_eq!(new(&[0, 1, 0], 3, 2), Ok(()));
    assert_eq!(new(&[0, 1], 3, 2).unwrap_err().to_string(), "labels: expected size 1×3, got 1×2");
    assert_eq!(new(&[0, 1, 0], 4, 2).unwrap_err().to_string(), "sample weights: expected size 1×3, got 1×4");
    let none = Samples::new(DMatrix::<f64>::zeros(2, 0), &[], Vec::new(), 2, Exec::Serial).unwrap_err();
    assert!(none.to_string().contains("x has no samples"), "{none}");
    let message = new(&[0, 1, 2], 3, 2).unwrap_err().to_string();
    assert!(message.contains("label 2 of sample 3 is not below 2"), "{message}");
}

#[test]
fn the_bits_are_the_same_for_any_number_of_threads() {
    for n in [300, 700, 20_000] {
        let (x, labels, weights) = (matrix(6, n, 1), labels(n, 4, 2), weights(n, 3));
        let at = point(6, 2, 4, 4);
        let narrow = |m: &DMatrix<f64>| m.map(|entry| entry as f32);
        let mut wide_bits = Vec::new();
        let mut narrow_bits = Vec::new();
        for threads in [1, 2, 3, 8] {
            let exec = Exec::threads(threads).unwrap();
            let samples = Samples::new(x.clone(), &labels, weights.clone(), 4, exec.clone()).unwrap();
            let (f, g) = PredictionLoss::softmax(samples, 0.1, 0.4).value_and_gradient(&at).unwrap();
            let all = g.v.iter().chain(g.b.iter()).chain(g.bias.iter()).chain([&f]);
            wide_bits.push(all.map(|number| number.to_bits()).collect::<Vec<_>>());

            let light = weights.iter().map(|&weight| weight as f32).collect();
            let samples = Samples::new(narrow(&x), &labels, light, 4, exec).unwrap();
            let at = Predictor { v: narrow(&at.v), b: narrow(&at.b), bias: narrow(&at.bias) };
            let (f, g) = PredictionLoss::softmax(samples, 0.1, 0.4).value_and_gradient(&at).unwrap();
            let all = g.v.iter().chain(g.b.iter()).chain(g.bias.iter()).chain([&f]);
            narrow_bits.push(all.map(|number| number.to_bits()).collect::<Vec<_>>());
        }
        assert!(wide_bits.windows(2).all(|pair| pair[0] == pair[1]), "f64, n={n}");
        assert!(narrow_bits.windows(2).all(|pair| pair[0] == pair[1]), "f32, n={n}");
    }
}

#[test]
fn single_precision_agrees_with_double() {
    let (wide, at) = (problem(6, 500, 3, 8), point(6, 2, 3, 9));
    let narrow = |m: &DMatrix<f64>| m.map(|entry| entry as f32);
    let light = wide.samples.weights.iter().map(|&weight| weight as f32).collect();
    let samples = Samples::new(
        narrow(&wide.samples.x.to_dense()),
        wide.samples.targets.labels().unwrap(),
        light,
        3,
        Exec::Serial,
    )
    .unwrap();
    let small = PredictionLoss::softmax(samples, 0.3, 0.7);
    let there = Predictor { v: narrow(&at.v), b: narrow(&at.b), bias: narrow(&at.bias) };
    let ((f, g), (exact, gradient)) =
        (small.value_and_gradient(&there).unwrap(), wide.value_and_gradient(&at).unwrap());
    assert!(close(exact, f.into(), 1e-5));
    assert!((g.v.map(f64::from) - &gradient.v).amax() <= 1e-5 * (1.0 + gradient.v.amax()));
}

proptest! {
    /// f(x + tδ) − f(x) − t⟨g, δ⟩ is of second order: it falls by 4 where t halves.
    #[test]
    fn the_gradient_is_that_of_the_value(d in 1..8_usize, n in 2..90_usize, k in 1..4_usize, c in 2..5_usize, seed: u64) {
        let (softmax, at) = (problem(d, n.max(c), c, seed), point(d, k, c, seed ^ 9));
        let mut along = point(d, k, c, seed ^ 10);
        along.scale_by(1.0 / along.euclidean_norm());
        let (start, gradient) = softmax.value_and_gradient(&at).unwrap();
        let rest = |t: f64| value(&softmax, &at.plus(t, &along)) - start - t * gradient.inner_product(&along);
        let (long, short) = (rest(2e-4), rest(1e-4));
        prop_assert!(short.abs() <= 1e-6 * (1.0 + start), "not even of second order: {short}");
        let lost = short.abs() <= 1e-10 * (1.0 + start); // a curvature that does not stand out from the third order
        prop_assert!(lost || (3.8..4.2).contains(&(long / short)), "{}", long / short);
    }

    #[test]
    fn symmetries(d in 1..8_usize, n in 5..90_usize, k in 1..4_usize, c in 2..5_usize, seed: u64, shift in -50.0..50.0_f64) {
        let (softmax, at) = (problem(d, n, c, seed), point(d, k, c, seed ^ 9));
        let base = value(&softmax, &at);

        let shifted = Predictor { bias: at.bias.add_scalar(shift), ..at.clone() };
        prop_assert!(close(base, value(&softmax, &shifted), 1e-12));
        let steep = softmax.value_and_gradient(&at).unwrap().1;
        prop_assert!(steep.bias.sum().abs() <= 1e-14, "the bias gradient is orthogonal to shifts");

        let q = orthonormal(k, k, seed);
        let turned = Predictor { v: &at.v * &q, b: q.transpose() * &at.b, bias: at.bias.clone() };
        prop_assert!(close(base, value(&softmax, &turned), 1e-12));

        let mut random = Random::new(seed);
        let names = random.order(c);
        let renamed: Vec<usize> = softmax.samples.targets.labels().unwrap().iter().map(|&label| names[label]).collect();
        let mut other = at.clone();
        for (class, &name) in names.iter().enumerate() {
            other.b.set_column(name, &at.b.column(class));
            other.bias[name] = at.bias[class];
        }
        let targets = Targets::classes(&renamed, softmax.samples.targets.width()).unwrap();
        let mut samples = softmax.samples.clone();
        samples.targets = targets;
        let same = value(&PredictionLoss { samples, ..softmax.clone() }, &other);
        prop_assert!(close(base, same, 1e-12));

        let order = random.order(n);
        let pick = |i: &usize| (softmax.samples.targets.labels().unwrap()[*i], softmax.samples.weights[*i]);
        let (labels, weights): (Vec<usize>, Vec<f64>) = order.iter().map(pick).unzip();
        let samples = Samples::new(columns(&softmax.samples.x.to_dense(), &order), &labels, weights, c, Exec::Serial).unwrap();
        let (f, g) = PredictionLoss { samples, ..softmax.clone() }.value_and_gradient(&at).unwrap();
        prop_assert!(close(base, f, 1e-12));
        prop_assert!(g.plus(-1.0, &steep).euclidean_norm() <= 1e-12 * (1.0 + steep.euclidean_norm()));
    }

    #[test]
    fn repeated_samples_are_weights(n in 3..40_usize, seed: u64) {
        let mut random = Random::new(seed);
        let counts: Vec<usize> = (0..n).map(|_| random.below(4)).collect();
        let total: usize = counts.iter().sum();
        prop_assume!(total > 0);
        let (x, labels, at) = (matrix(4, n, seed), labels(n, 3, seed), point(4, 2, 3, !seed));
        let shares = counts.iter().map(|&count| count as f64 / total as f64).collect();
        let weighted = Samples::new(x.clone(), &labels, shares, 3, Exec::Serial).unwrap();
        let rows: Vec<usize> = (0..n).flat_map(|i| vec![i; counts[i]]).collect();
        let repeated: Vec<usize> = rows.iter().map(|&i| labels[i]).collect();
        let even = vec![1.0 / total as f64; total];
        let plain = Samples::new(columns(&x, &rows), &repeated, even, 3, Exec::Serial).unwrap();
        let of = |samples| PredictionLoss::softmax(samples, 0.1, 0.5).value_and_gradient(&at).unwrap();
        let ((f, g), (expected, gradient)) = (of(weighted), of(plain));
        prop_assert!(close(expected, f, 1e-13));
        prop_assert!(g.plus(-1.0, &gradient).euclidean_norm() <= 1e-12 * (1.0 + gradient.euclidean_norm()));
    }
}

#[test]
#[should_panic = "features of another number of samples"]
fn features_of_other_samples_are_refused() {
    problem(2, 4, 2, 1).samples.with_features(matrix(2, 3, 1));
}
