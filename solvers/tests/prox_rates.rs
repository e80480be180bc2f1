//! Losses of probabilities and rates against bisection, for arguments and penalties of every size.

use crate::functions::*;
use crate::prox_twins::{bisect, close, prox};
use admm::{Error, Prox};
use admm_solvers::prox::*;
use proptest::prelude::*;

fn one(entry: f64) -> Matrix {
    Matrix::from_element(1, 1, entry)
}

/// The derivatives of the losses, for x > 0.
fn divergence(x: f64, b: f64) -> f64 {
    1.0 - b / x
}

fn binary(x: f64, b: f64) -> f64 {
    (1.0 - b) / (1.0 - x) - b / x
}

fn entropy(x: f64) -> f64 {
    1.0 + x.ln()
}

/// Where the derivative changes its sign between two points close to x, or beyond the end of the domain.
fn is_root(x: f64, accuracy: f64, domain: (f64, f64), slope: impl Fn(f64) -> f64) -> bool {
    let (below, above) = (x * (1.0 - accuracy), x * (1.0 + accuracy));
    (below <= domain.0 || slope(below) <= 0.0) && (above >= domain.1 || slope(above) >= 0.0)
}

proptest! {
    #[test]
    fn twins(n in 1..5_usize, seed: u64, scale in 0.1..10.0_f64, rho in 0.01..10.0_f64) {
        let v = &(random::<f64>(n, 2, seed) * scale);
        let (share, far) = (random::<f64>(n, 2, seed ^ 1).map(|entry: f64| entry.abs().min(1.0)), 100.0 / rho);
        let rate = |v: f64, b: f64| bisect(0.0, scale * 10.0 + far, |x| divergence(x, b) + rho * (x - v));
        close(&prox(KullbackLeibler::new(share.clone()).unwrap(), v, rho), &v.zip_map(&share, rate), far)?;
        let probability = |v: f64, b: f64| bisect(0.0, 1.0, |x| binary(x, b) + rho * (x - v));
        close(&prox(BinaryCrossEntropy::new(share.clone()).unwrap(), v, rho), &v.zip_map(&share, probability), 1.0)?;
        let weight = |v: f64| bisect(0.0, scale * 10.0 + far, |x| entropy(x) + rho * (x - v));
        close(&prox(Entropy, v, rho), &v.map(weight), far)?;
    }

    #[test]
    fn roots_of_every_size(v in -1e6..1e6_f64, power in -8..9_i32, b in 0.0..1.0_f64, count in 1..100_usize) {
        let (rho, count) = (10_f64.powi(power), count as f64);
        let x = prox(KullbackLeibler::new(one(count)).unwrap(), &one(v), rho)[0];
        prop_assert!(is_root(x, 1e-13, (0.0, f64::INFINITY), |x| x - count / rho / x + 1.0 / rho - v), "{x}");
        let x = prox(Entropy, &one(v), rho)[0];
        // Among the subnormal numbers, and below them 0, nothing is accurate.
        let slope = |x: f64| entropy(x) / rho + x - v;
        prop_assert!(x < 1e-300 && rho * v < -680.0 || is_root(x, 1e-12, (0.0, f64::INFINITY), slope), "{x}");
        let x = prox(BinaryCrossEntropy::new(one(b)).unwrap(), &one(v), rho)[0];
        prop_assert!(is_root(x, 1e-13, (0.0, 1.0), |x| binary(x, b) / rho + x - v), "{x}");
        prop_assert!(BinaryCrossEntropy::new(one(b)).unwrap().value(&one(x)).is_finite(), "{x}");
    }

    /// A class and the other one: prox for 1 − b at 1 − v is 1 less prox for b at v.
    #[test]
    fn classes_can_be_exchanged(v in -3.0..3.0_f64, b in 0..5_usize, rho in 0.01..100.0_f64) {
        let b = b as f64 / 4.0;
        let x = prox(BinaryCrossEntropy::new(one(b)).unwrap(), &one(v), rho)[0];
        let other = prox(BinaryCrossEntropy::new(one(1.0 - b)).unwrap(), &one(1.0 - v), rho)[0];
        prop_assert!((x + other - 1.0).abs() <= 1e-14);
        prop_assert!((0.0..=1.0).contains(&x));
    }

    /// The divergence is a sum of logarithms and its own minimum, 0, at the counts.
    #[test]
    fn divergences_are_not_negative(x in 0.0..10.0_f64, count in 0..5_usize) {
        let count = count as f64;
        let f = KullbackLeibler::new(one(count)).unwrap();
        let log = if count > 0.0 { count * (count / x).ln() } else { 0.0 };
        prop_assert!(f.value(&one(x)) >= 0.0 && f.value(&one(count)) == 0.0);
        prop_assert!((f.value(&one(x)) - (x - count + log)).abs() <= 1e-12 * (1.0 + log.abs()));
    }
}

#[test]
fn ends_of_the_domain() {
    let infinite = |value: f64| value == f64::INFINITY;
    assert!(Entropy.value(&one(0.0)) == 0.0 && infinite(Entropy.value(&one(-1e-9))));
    let [none, all] = [0.0, 1.0].map(|b| BinaryCrossEntropy::new(one(b)).unwrap());
    assert!(none.value(&one(0.0)) == 0.0 && all.value(&one(1.0)) == 0.0);
    assert!(infinite(none.value(&one(1.0))) && infinite(all.value(&one(0.0))) && infinite(none.value(&one(-0.1))));
    // 1/(1 − x) + ρ(x − v) is 0 at 0 for v = 1/ρ.
    assert!(prox(none.clone(), &one(0.5), 2.0)[0] == 0.0 && prox(none, &one(0.6), 2.0)[0] > 0.0);
    assert_eq!(prox(all, &one(1.5), 1.0)[0], 1.0);
    let empty = KullbackLeibler::new(one(0.0)).unwrap();
    assert!(prox(empty.clone(), &one(0.5), 2.0)[0] == 0.0 && infinite(empty.value(&one(-1.0))));
}

#[test]
fn targets_out_of_range_are_refused() {
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(matches!(KullbackLeibler::new(one(bad)), Err(Error::Parameters(_))));
        assert!(matches!(BinaryCrossEntropy::new(one(bad)), Err(Error::Parameters(_))));
    }
    assert!(matches!(BinaryCrossEntropy::new(one(1.1)), Err(Error::Parameters(_))));
}
