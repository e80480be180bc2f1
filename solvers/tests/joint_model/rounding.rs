//! What rounding must not decide: which features vary, which sign a component has, and in which order they come.

use super::*;
use crate::data::{Random, classes, columns};
use admm_solvers::data::Scale;
use proptest::prelude::*;

/// The samples in another order.
fn shuffled((x, labels): &Labelled, seed: u64) -> Labelled {
    let order = Random::new(seed).order(labels.len());
    (columns(x, &order), order.iter().map(|&i| labels[i]).collect())
}

/// A column of a number that a few units of rounding tell apart, in other units and far from 0.
fn rounded(of: f64, n: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    (0..n).map(|_| of * (1.0 + f64::EPSILON * (random.below(9) as f64 - 4.0))).collect()
}

#[test]
fn a_spread_of_the_size_of_rounding_is_none() {
    let (mut x, labels) = classes(3, 60, 2, 1);
    let without = fit(default(), &(x.clone().remove_row(1), labels.clone()), Method::Descent);
    for (low, high) in [(0.3, 0.300_000_000_000_000_04), (293.25_f64.next_down(), 293.25_f64.next_up())] {
        (0..60).for_each(|j| x[(1, j)] = if j % 3 == 0 { low } else { high });
        let prepared = prepare(default(), &(x.clone(), labels.clone()));
        assert!(prepared.warnings()[0].contains("constant features"), "{:?}", prepared.warnings());
        let fitted = run(&prepared, Method::Descent);
        assert_eq!(fitted.scaler.scale[1], 1.0);
        assert!((fitted.report.objective - without.report.objective).abs() <= 1e-9);
        let mut other = x.columns(0, 1).into_owned();
        other[(1, 0)] = low * (1.0 + 1e-3);
        let moved = fitted.transform(&other).unwrap() - fitted.transform(&x.columns(0, 1).into_owned()).unwrap();
        assert!(moved.amax() <= 1e-6, "{moved}");
    }
    let all = DMatrix::from_fn(1, 60, |_, j| if j % 3 == 0 { 0.3 } else { 0.300_000_000_000_000_04 });
    let error = default().components(1).build().unwrap().fit(&all, &labels).unwrap_err().to_string();
    assert!(error.contains("no variance"), "{error}");
}

/// 1e8 ± 3 has no digits left in single precision, and at 1e5 few; in double precision all is well.
#[test]
fn single_precision_says_that_a_mean_far_from_zero_eats_the_digits() {
    let (x, labels) = classes(2, 80, 2, 3);
    let warnings = |offset: f64, single: bool| {
        let mut x = x.clone();
        x.row_mut(0).add_scalar_mut(offset);
        let model = default().components(1).build().unwrap();
        match single {
            true => model.prepare(x.map(|entry| entry as f32), &labels, 2, None).unwrap().warnings(),
            false => model.prepare(&x, &labels, 2, None).unwrap().warnings(),
        }
    };
    for (offset, words) in [(1e9, "constant features in 32-bit numbers"), (1e6, "leaves few digits")] {
        let said = warnings(offset, true);
        assert!(said.iter().any(|said| said.contains(words) && said.contains("--precision f64")), "{said:?}");
    }
    for (offset, single) in [(0.0, true), (1e3, true), (1e9, false)] {
        assert!(warnings(offset, single).is_empty(), "{offset} {single} {:?}", warnings(offset, single));
    }
    let alone = x.rows(0, 1).map(|entry| (entry + 1e10) as f32);
    let error = default().components(1).build().unwrap().fit(&alone, &labels).unwrap_err().to_string();
    assert!(error.contains("--precision f64"), "{error}");
}

/// Two standardised features have principal axes (1, ±1)/√2, a pair of one-hot columns has (1, −1)/√2, and a balanced
/// design has equal variances: there every entry, or every axis, is equal to another but for rounding.
#[test]
fn the_order_of_the_samples_flips_no_sign_and_turns_no_axis() {
    for seed in 0..40 {
        let two = classes(2, 50, 2, seed);
        let pair = (DMatrix::from_fn(2, 50, |i, j| f64::from(u8::from((j % 3 == 0) == (i == 0)))), two.1.clone());
        let design = (DMatrix::from_fn(3, 48, |i, j| 0.1 + 0.7 * f64::from(j as u32 >> i & 1)), two.1[..48].to_vec());
        for (data, k) in [(&two, 2), (&pair, 1), (&design, 3)] {
            for weight in [0.3, 1.0] {
                let of = |data: &Labelled| fit(default().components(k).weight(weight), data, Method::Descent);
                let (one, other) = (of(data), of(&shuffled(data, !seed)));
                let gap = (&one.weights.v - &other.weights.v).amax();
                assert!(gap <= 1e-6, "{seed} {k} {weight}: {} {}", one.weights.v, other.weights.v);
            }
        }
    }
}

proptest! {
    /// Whatever its size, a feature that varies by rounding alone leaves the others as they are without it.
    #[test]
    fn rounding_is_no_feature(seed: u64, size in prop::sample::select(vec![0.3, 293.25, 1e-12, -4e9]), at in 0..4_usize) {
        let (x, labels) = classes(3, 60, 2, seed);
        let mut wider = x.clone().insert_row(at, 0.0);
        rounded(size, 60, seed).into_iter().enumerate().for_each(|(j, value)| wider[(at, j)] = value);
        let builder = || default().weight(0.8).tolerance(1e-9);
        let without = fit(builder(), &(x, labels.clone()), Method::Descent);
        let with = fit(builder(), &(wider, labels), Method::Descent);
        prop_assert!((with.report.objective - without.report.objective).abs() <= 1e-9);
        prop_assert!((with.weights.v.clone().remove_row(at) - &without.weights.v).amax() <= 1e-5);
        // What the feature leaves once it is centred is as large as the rounding of its size, and its weight follows that.
        let (row, rounding) = (with.weights.v.row(at).amax(), f64::EPSILON * f64::abs(size));
        prop_assert!(row <= 1e-6_f64.max(4.0 * rounding), "{row}");
    }

    /// The order of the features, and where they begin to count, to the digits that an offset leaves.
    #[test]
    fn order_and_offset_of_features_do_not_matter(seed: u64, digits in 0..7) {
        let (x, labels) = classes(4, 60, 3, seed);
        let order = Random::new(seed).order(4);
        let offset = 10_f64.powi(digits);
        let moved = DMatrix::from_fn(4, 60, |i, j| x[(order[i], j)] + offset * order[i] as f64);
        for scale in [Scale::Standard, Scale::Center] {
            let builder = || default().scale(scale).weight(0.8).tolerance(1e-9);
            let one = fit(builder(), &(x.clone(), labels.clone()), Method::Descent);
            let other = fit(builder(), &(moved.clone(), labels.clone()), Method::Descent);
            prop_assert!((one.report.objective - other.report.objective).abs() <= 1e-8);
            let back = DMatrix::from_fn(4, 2, |i, j| other.weights.v[(order.iter().position(|&o| o == i).unwrap(), j)]);
            // The order of the features decides on a sign where two entries are equal but for a thousandth.
            let apart = |column: nalgebra::DVectorView<'_, f64>| {
                let mut sizes: Vec<f64> = column.iter().map(|entry| entry.abs()).collect();
                sizes.sort_by(f64::total_cmp);
                sizes[2] < 0.998 * sizes[3]
            };
            prop_assume!(one.weights.v.column_iter().all(apart));
            prop_assert!((back - &one.weights.v).amax() <= 1e-5);
        }
    }
}
