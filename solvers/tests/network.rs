//! Layers before the reduction: plain loops, Taylor's theorem, symmetries, bits, starts and faults.

use crate::data::network::{Problem, RIDGE, Squared, problem, theta};
use crate::data::{Random, columns, matrix};
use admm::space::Space;
use admm::{Error, Exec};
use admm_solvers::Scalar;
use admm_solvers::data::{Features, Scaler};
use admm_solvers::network::{Activation, Layers, Network, outputs, value_and_gradient};
use nalgebra::{DMatrix, DVector};
use nalgebra_sparse::{CooMatrix, CscMatrix};
use proptest::prelude::*;

const ALL: [Activation; 3] = [Activation::Tanh, Activation::Relu, Activation::Softplus];
/// One layer and several, narrow and wide; 13 is beyond the widths that have a kernel of their own.
const WIDTHS: [&[usize]; 4] = [&[1], &[13], &[5, 2], &[4, 17, 3]];

type Gradient = (Vec<DMatrix<f64>>, DMatrix<f64>);

fn distance(a: &Gradient, b: &Gradient) -> f64 {
    a.plus(-1.0, b).euclidean_norm() / (1.0 + b.euclidean_norm())
}

#[test]
fn agrees_with_plain_loops_around_every_block_size() {
    for n in [1, 2, 63, 64, 65, 128, 255, 256, 257, 700] {
        for (widths, activation) in WIDTHS.into_iter().flat_map(|widths| ALL.map(|activation| (widths, activation))) {
            let problem = problem(6, widths, activation, n, n as u64);
            let ((fast, gradient), (slow, expected)) = (problem.evaluate(), problem.naive());
            assert!((fast - slow).abs() <= 1e-13 * (1.0 + slow), "{widths:?} {activation:?} n={n}: {fast} {slow}");
            let gap = distance(&gradient, &expected);
            assert!(gap <= 1e-13, "{widths:?} {activation:?} n={n}: the gradient is off by {gap}");
            let h = problem.outputs(&Exec::Serial).unwrap();
            assert!((h - problem.naive_outputs()).amax() <= 1e-13, "{widths:?} {activation:?} n={n}: outputs");
        }
    }
}

#[test]
fn features_of_every_storage_and_folded_scaling_give_the_same() {
    let mut dense = problem(6, &[5, 3], Activation::Tanh, 300, 4);
    dense.x.iter_mut().for_each(|x| *x = if *x < 0.4 { 0.0 } else { *x });
    let scaler = Scaler { mean: DVector::from_element(6, 0.3), scale: DVector::from_fn(6, |j, _| 0.5 + j as f64) };
    let shared = Features::shared(dense.x.as_slice().to_vec(), 6).unwrap();
    let sparse = Features::from(CscMatrix::from(&CooMatrix::from(&dense.x)));
    for scaled in [false, true] {
        let scale = |x: Features<f64>| if scaled { x.standardised(&scaler) } else { x };
        let mut reference = dense.clone();
        reference.x = scale(Features::from(&dense.x)).to_dense();
        let (value, gradient) = reference.naive();
        for (name, x) in [("owned", (&dense.x).into()), ("shared", shared.clone()), ("sparse", sparse.clone())] {
            let (found, by_layers, by_b) = dense.on(&scale(x), &Exec::Serial);
            assert!((found - value).abs() <= 1e-13 * (1.0 + value), "{name}, scaled: {scaled}");
            assert!(distance(&(by_layers, by_b), &gradient) <= 1e-12, "{name}, scaled: {scaled}");
        }
    }
}

fn bits<T: Scalar>(problem: &Problem<T>, exec: &Exec) -> Vec<u64> {
    let x = Features::from(&problem.x);
    let (value, by_layers, by_b) = problem.on(&x, exec);
    let h = problem.outputs(exec).unwrap();
    let all = by_layers.iter().flatten().chain(&by_b).chain(&h).chain([&value]);
    all.map(|number| number.to_f64().to_bits()).collect()
}

#[test]
fn the_bits_are_the_same_for_any_number_of_threads() {
    for (n, activation) in [(300, Activation::Tanh), (700, Activation::Relu), (20_000, Activation::Softplus)] {
        let wide = problem(6, &[14, 3], activation, n, 5);
        let narrow = wide.narrow();
        let on = |threads| {
            let exec = Exec::threads(threads).unwrap();
            (bits(&wide, &exec), bits(&narrow, &exec))
        };
        let one = on(1);
        for threads in [2, 3, 8] {
            assert!(on(threads) == one, "{activation:?}, n={n}, {threads} threads");
        }
    }
}

#[test]
fn single_precision_agrees_with_double() {
    for activation in ALL {
        let wide = problem(6, &[14, 3], activation, 500, 8);
        let ((f, gradient), (exact, expected)) = (wide.narrow().evaluate(), wide.evaluate());
        assert!((f64::from(f) - exact).abs() <= 1e-5 * (1.0 + exact), "{activation:?}");
        let wide = |m: &DMatrix<f32>| m.map(f64::from);
        let gradient = (gradient.0.iter().map(wide).collect(), wide(&gradient.1));
        assert!(distance(&gradient, &expected) <= 1e-5, "{activation:?}");
    }
}

/// f(x + tδ) − f(x) − t⟨g, δ⟩ for a random δ of norm 1.
fn rest(problem: &Problem<f64>, t: f64, seed: u64) -> f64 {
    let (start, gradient) = problem.evaluate();
    let along = direction(problem, seed);
    problem.moved(t, &along).evaluate().0 - start - t * gradient.inner_product(&along)
}

fn direction(problem: &Problem<f64>, seed: u64) -> Gradient {
    let widths: Vec<usize> = problem.at.chunks(2).map(|layer| layer[1].len()).collect();
    let mut along = (theta(problem.x.nrows(), &widths, seed), matrix(problem.loss.b.nrows(), 2, seed ^ 1));
    along.scale_by(1.0 / along.euclidean_norm());
    along
}

/// A kink between two points spoils their order: then the points are passed over, which must be rare.
#[test]
fn the_gradient_of_relu_is_that_of_the_value_away_from_kinks() {
    let t = 1e-5;
    let mut judged = 0;
    for seed in 0..40 {
        let problem = problem(4, &[5, 3], Activation::Relu, 20, seed);
        let moved = problem.moved(t, &direction(&problem, !seed));
        let pattern = |problem: &Problem<f64>, depth| {
            let prefix = Layers::new(4, &[5, 3][..depth], Activation::Relu, 0.0).unwrap();
            let h = outputs(&prefix, &problem.at[..2 * depth], &Features::from(&problem.x), &Exec::Serial).unwrap();
            h.map(|h| h > 0.0)
        };
        if (1..=2).all(|depth| pattern(&problem, depth) == pattern(&moved, depth)) {
            judged += 1;
            let (long, short) = (rest(&problem, t, !seed), rest(&problem, t / 2.0, !seed));
            assert!(long.abs() <= 1e3 * t * t, "seed {seed}: not of second order: {long}");
            assert!(short.abs() <= long.abs() / 3.0 + 1e-13, "seed {seed}: {long} {short}");
        }
    }
    assert!(judged >= 30, "{judged} of 40 points away from kinks");
}

/// Units of a layer in another order: its columns, and the rows that read them.
fn reordered(problem: &Problem<f64>, layer: usize, order: &[usize]) -> Problem<f64> {
    let mut other = problem.clone();
    (other.at, other.loss.b) = renamed(&(problem.at.clone(), problem.loss.b.clone()), layer, order);
    other
}

fn renamed((layers, b): &Gradient, layer: usize, order: &[usize]) -> Gradient {
    let (mut layers, mut b) = (layers.clone(), b.clone());
    let rows = |m: &DMatrix<f64>| m.select_rows(order);
    layers[2 * layer] = columns(&layers[2 * layer], order);
    layers[2 * layer + 1] = rows(&layers[2 * layer + 1]);
    match layers.get_mut(2 * layer + 2) {
        Some(next) => *next = rows(next),
        None => b = rows(&b),
    }
    (layers, b)
}

proptest! {
    /// The rest of the first-order expansion is of second order: it falls by 4 where t halves.
    #[test]
    fn the_gradient_is_that_of_the_value(
        widths in prop::collection::vec(1..6_usize, 1..4), d in 1..6_usize, n in 1..90_usize, smooth in 0..2_usize, seed: u64,
    ) {
        let activation = [Activation::Tanh, Activation::Softplus][smooth];
        let problem = problem(d, &widths, activation, n, seed);
        let (long, short) = (rest(&problem, 2e-4, !seed), rest(&problem, 1e-4, !seed));
        let start = problem.evaluate().0;
        prop_assert!(short.abs() <= 1e-5 * (1.0 + start), "not even of second order: {short}");
        let lost = short.abs() <= 3e-10 * (1.0 + start); // a curvature that does not stand out from the third order
        prop_assert!(lost || (3.7..4.3).contains(&(long / short)), "{}", long / short);
    }

    #[test]
    fn the_order_of_hidden_units_plays_no_part(
        widths in prop::collection::vec(1..9_usize, 1..4), kind in 0..3_usize, n in 1..90_usize, seed: u64,
    ) {
        let problem = problem(4, &widths, ALL[kind], n, seed);
        let (value, gradient) = problem.evaluate();
        for (layer, &width) in widths.iter().enumerate() {
            let order = Random::new(seed ^ 7).order(width);
            let (same, turned) = reordered(&problem, layer, &order).evaluate();
            prop_assert!((same - value).abs() <= 1e-12 * (1.0 + value));
            prop_assert!(distance(&turned, &renamed(&gradient, layer, &order)) <= 1e-12);
        }
    }

    /// A unit that is there twice, with half of the weight that reads it each, changes nothing but the ridge.
    #[test]
    fn duplicated_units_share_what_reads_them(width in 1..9_usize, kind in 0..3_usize, n in 1..90_usize, seed: u64) {
        let single = problem(4, &[width], ALL[kind], n, seed);
        let twice: Vec<usize> = (0..width).chain([width - 1]).collect();
        let weights = columns(&single.at[0], &twice);
        let bias = single.at[1].select_rows(&twice);
        let mut b = single.loss.b.select_rows(&twice);
        (width - 1..=width).for_each(|unit| b.row_mut(unit).scale_mut(0.5));
        let layers = Layers::new(4, &[width + 1], ALL[kind], RIDGE).unwrap();
        let loss = Squared { b, ..single.loss.clone() };
        let double = Problem { layers, at: vec![weights, bias], loss, ..single.clone() };
        let more = RIDGE / 2.0 * single.at[0].column(width - 1).norm_squared();
        let (value, same) = (single.evaluate().0, double.evaluate().0);
        prop_assert!((same - more - value).abs() <= 1e-12 * (1.0 + value));
    }
}

#[test]
fn layers_without_weights_see_nothing_of_x() {
    for activation in ALL {
        let mut blind = problem(4, &[5, 3], activation, 70, 3);
        blind.at[0].fill(0.0);
        let (value, gradient) = blind.evaluate();
        assert!((gradient.0[0].norm() > 1e-3) && gradient.1.norm() > 1e-3, "{activation:?}");
        blind.x = matrix(4, 70, 99);
        assert_eq!(blind.evaluate().0, value, "{activation:?}");
    }
}

#[test]
fn a_start_has_the_scale_of_its_papers_and_depends_on_the_seed_alone() {
    let (inputs, units) = (300, 200);
    let start =
        |activation, seed| Network::<f64>::initial(&Layers::new(inputs, &[units, 7], activation, 0.0).unwrap(), seed);
    for (activation, variance) in ALL.into_iter().zip([2.0 / 500.0, 2.0 / 300.0, 2.0 / 300.0_f64]) {
        let theta = start(activation, 1);
        let sizes: Vec<_> = theta.iter().map(DMatrix::shape).collect();
        assert_eq!(sizes, [(300, 200), (200, 1), (200, 7), (7, 1)]);
        assert!(theta[1].amax() == 0.0 && theta[3].amax() == 0.0);
        let (mean, found) = (theta[0].mean(), theta[0].variance());
        assert!(mean.abs() <= 5.0 * (variance / 60_000.0).sqrt(), "{activation:?}: mean {mean}");
        assert!((found / variance - 1.0).abs() <= 0.03, "{activation:?}: {found} against {variance}");
        assert_eq!(start(activation, 1), theta);
        assert_ne!(start(activation, 2), theta);
        let narrow = Network::<f32>::initial(&Layers::new(inputs, &[units, 7], activation, 0.0).unwrap(), 1);
        assert_eq!(narrow[2], theta[2].map(|entry| entry as f32));
    }
    let bound = (6.0 / 500.0_f64).sqrt();
    let widest = start(Activation::Tanh, 3)[0].amax();
    assert!(widest <= bound && widest >= 0.999 * bound, "uniform up to {bound}: {widest}");
}

#[test]
fn wrong_layers_are_refused_with_all_that_is_wrong() {
    let message =
        |inputs, widths: &[usize], ridge| Layers::new(inputs, widths, Activation::Tanh, ridge).unwrap_err().to_string();
    assert_eq!(message(3, &[4, 0], 0.0), "invalid parameters: widths must be at least 1, got 0 for layer 2");
    assert!(message(3, &[], 0.0).contains("widths must hold one number for each layer"));
    let all = message(0, &[0], -1.0);
    assert!(["inputs", "widths", "ridge"].iter().all(|name| all.contains(name)), "{all}");
    assert!([f64::NAN, f64::INFINITY].iter().all(|&ridge| message(3, &[4], ridge).contains("ridge")));
}

#[test]
fn wrong_sizes_are_named() {
    let good = problem(4, &[5, 3], Activation::Tanh, 10, 1);
    let error = |problem: &Problem<f64>| {
        let x = Features::from(&problem.x);
        value_and_gradient(&problem.layers, &problem.at, &x, &problem.loss, &Exec::Serial).unwrap_err().to_string()
    };
    let change = |edit: fn(&mut Problem<f64>)| {
        let mut bad = good.clone();
        edit(&mut bad);
        error(&bad)
    };
    assert_eq!(change(|bad| bad.x = matrix(3, 10, 1)), "x: expected size 4×10, got 3×10");
    assert_eq!(change(|bad| bad.x = matrix(4, 0, 1)), "x: expected size 4×1, got 4×0");
    let expected = "the parameters of the network: expected size 4×5 + 5×1 + 5×3 + 3×1, got 4×5 + 5×1";
    assert_eq!(change(|bad| bad.at.truncate(2)), expected);
    assert!(change(|bad| bad.at[3] = matrix(1, 3, 1)).ends_with("5×3 + 1×3"));
    assert_eq!(change(|bad| bad.loss.b = matrix(5, 2, 1)), "B: expected size 3×2, got 5×2");
    assert_eq!(change(|bad| bad.loss.y = matrix(2, 9, 1)), "targets: expected size 2×10, got 2×9");
}

#[test]
fn what_is_not_finite_is_named() {
    let place = |activation, edit: fn(&mut Problem<f64>)| {
        let mut bad = problem(4, &[5, 3], activation, 300, 1);
        edit(&mut bad);
        let x = Features::from(&bad.x);
        let on = |threads| {
            let exec = Exec::threads(threads).unwrap();
            match value_and_gradient(&bad.layers, &bad.at, &x, &bad.loss, &exec) {
                Err(Error::NotFinite { place }) => place,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(on(1), on(3));
        let outputs = bad.outputs(&Exec::Serial);
        (on(1), outputs.err().map(|error| error.to_string()))
    };
    for activation in ALL {
        let (found, outputs) = place(activation, |bad| bad.at[2][(4, 2)] = f64::NAN);
        assert_eq!(found, "the weight matrix of layer 2");
        assert_eq!(outputs.unwrap(), "the weight matrix of layer 2 is not finite");
        assert_eq!(place(activation, |bad| bad.at[1][1] = f64::INFINITY).0, "the bias of layer 1");
        let (found, outputs) = place(activation, |bad| bad.at[0].fill(f64::MAX));
        assert_eq!(found, "the output of layer 1");
        assert_eq!(outputs.unwrap(), "the output of layer 1 is not finite");
        assert_eq!(place(activation, |bad| bad.x[(2, 290)] = f64::NAN).0, "the output of layer 1");
    }
    let layer_2 = place(Activation::Relu, |bad| {
        bad.at[1].fill(1e200);
        bad.at[2].fill(-1e200);
    });
    assert_eq!(layer_2.0, "the output of layer 2");
    assert_eq!(place(Activation::Tanh, |bad| bad.loss.b.fill(1e200)), ("the loss after the network".into(), None));
    // h = 0, so that the residual is −y alone.
    let steep = place(Activation::Tanh, |bad| {
        bad.at[2..].iter_mut().for_each(|part| part.fill(0.0));
        bad.loss.y.fill(1e150);
        bad.loss.b.fill(1e170);
    });
    assert_eq!(steep.0, "the gradient of the loss after the network");
}
