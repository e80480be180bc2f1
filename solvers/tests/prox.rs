//! What every proximal operator promises.

use crate::functions::*;
use admm::*;
use admm_solvers::prox::*;
use admm_solvers::set::{Ball, Bounds, Whole};
use nalgebra::DMatrix;
use proptest::prelude::*;

/// Brute force finds nothing lower, no direction leads down, and convex operators are firmly non-expansive.
#[test]
fn the_check_kit_passes() {
    for seed in 0..4 {
        for (scale, rho) in [(1.0, 0.7), (3.0, 2.5)] {
            let v = random::<f64>(2, 2, !seed) * scale;
            for Function { name, convex, f } in all::<f64>(2, seed) {
                assert_eq!(f.is_nonconvex(), !convex, "{name}");
                let check = if convex { check::convex_prox(&f, &v, rho) } else { check::prox(&f, &v, rho) };
                let report = check.unwrap();
                assert!(report.passed(), "{name}, seed {seed}: {report}");
            }
        }
    }
}

#[test]
fn the_check_kit_passes_in_single_precision() {
    for seed in 0..2 {
        let v = random::<f32>(2, 2, !seed);
        for Function { name, convex, f } in all::<f32>(2, seed) {
            let check = if convex { check::convex_prox(&f, &v, 0.7) } else { check::prox(&f, &v, 0.7) };
            let report = check.unwrap();
            assert!(report.passed(), "{name}, seed {seed}: {report}");
        }
    }
}

fn pair_passes(f: impl Prox<f64>, conjugate: impl Prox<f64>, v: &Matrix, rho: f64) {
    check::moreau(&f, &conjugate, v, rho).unwrap().assert();
    check::moreau(&conjugate, &f, v, rho).unwrap().assert();
}

fn negative<P: Prox<f64>>(of: P, n: usize) -> Precomposed<f64, P> {
    Precomposed::new(of, -Matrix::identity(n, n)).unwrap()
}

proptest! {
    #[test]
    fn conjugate_pairs(n in 1..6_usize, k in 1..4_usize, seed: u64, scale in 0.1..10.0_f64, rho in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, k, seed) * scale);
        pair_passes(L1, UNIT_BOX, v, rho);
        pair_passes(L2, UNIT_BALL, v, rho);
        pair_passes(LInfinity, L1Ball { radius: 1.0 }, v, rho);
        pair_passes(SquaredL2, SquaredL2, v, rho);
        pair_passes(SingularValues(L1), SingularValues(UNIT_BOX), v, rho);
        pair_passes(SingularValues(LInfinity), SingularValues(L1Ball { radius: 1.0 }), v, rho);
        pair_passes(Columnwise(L2), Columnwise(UNIT_BALL), v, rho);
        pair_passes(SecondOrderCone, negative(SecondOrderCone, n), v, rho);
        pair_passes(NON_NEGATIVE, Indicator(Bounds { lower: f64::NEG_INFINITY, upper: 0.0 }), v, rho);
        let square = &(random::<f64>(n, n, seed) * scale);
        // Off the symmetric matrices the polar cone of the semidefinite ones is larger.
        let square = &(square + square.transpose());
        let (cone, polar) = (Eigenvalues(NON_NEGATIVE), negative(Eigenvalues(NON_NEGATIVE), n));
        let parts = cone.prox(square, rho).unwrap() + polar.prox(square, rho).unwrap();
        prop_assert!((parts - square).norm() <= 1e-12 * square.norm());
        let (delta, b) = (1.3, random::<f64>(n, k, !seed));
        let huber = Separable::<f64>(vec![(n, Box::new(Huber { delta }))]);
        pair_passes(huber, Sum { radius: delta }, v, rho);
        pair_passes(Singleton(b.clone()), Linear(b), v, rho);
        pair_passes(Simplex { total: 1.0 }, Maximum, v, rho);
    }

    /// prox(v) is in the domain, whatever the exponents; sizes stay, and so does a point of a set.
    #[test]
    fn every_exponent_is_answered(seed: u64, exponent in -100..101_i32, power in -8..9_i32) {
        let (v, rho) = (random::<f64>(3, 3, seed) * 10_f64.powi(exponent), 10_f64.powi(power));
        for Function { name, f, .. } in all::<f64>(3, seed) {
            let x = f.prox(&v, rho).unwrap();
            prop_assert_eq!(x.shape(), v.shape());
            prop_assert!(x.iter().all(|entry| entry.is_finite()), "{} at 1e{}", name, exponent);
            let value = f.value(&x);
            prop_assert!(value.is_finite(), "{} at 1e{}: {}", name, exponent, value);
        }
    }

    /// Factors of another penalty are not used.
    #[test]
    fn a_tuned_operator_is_right_for_every_penalty(seed: u64, tuned in 0.01..10.0_f64, rho in 0.01..10.0_f64) {
        let v = random::<f64>(3, 3, !seed);
        for Function { name, mut f, .. } in all::<f64>(3, seed) {
            let (other, same) = (f.prox(&v, rho).unwrap(), f.prox(&v, tuned).unwrap());
            f.retune(tuned).unwrap();
            prop_assert_eq!(&f.prox(&v, rho).unwrap(), &other, "{}", name);
            prop_assert_eq!(&f.prox(&v, tuned).unwrap(), &same, "{}", name);
        }
    }
}

#[test]
fn a_moreau_envelope_states_its_lipschitz_constant() {
    let of = |mu| Smooth::<f64>::lipschitz(&MoreauEnvelope { of: L1, mu }, &Matrix::zeros(1, 1));
    assert_eq!([of(2.5), of(0.0), of(f64::NAN)], [Some(2.5), None, None]);
}

/// δ-box + ½‖y‖²: the conjugate of the Huber loss.
struct Sum {
    radius: f64,
}

impl Prox<f64> for Sum {
    fn value(&self, x: &Matrix) -> f64 {
        SquaredL2.value(x) + Indicator(Bounds { lower: -self.radius, upper: self.radius }).value(x)
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v.map(|v| (rho * v / (rho + 1.0)).clamp(-self.radius, self.radius)))
    }
}

struct Linear(Matrix);

impl Prox<f64> for Linear {
    fn value(&self, x: &Matrix) -> f64 {
        self.0.dot(x)
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok(v - &self.0 / rho)
    }
}

/// max xᵢ, by bisection on its value: the entries are cut where the cut adds up to 1/ρ.
struct Maximum;

impl Prox<f64> for Maximum {
    fn value(&self, x: &Matrix) -> f64 {
        x.max()
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        let cut = |most: f64| v.iter().map(|v| (v - most).max(0.0)).sum::<f64>() * rho > 1.0;
        let (mut low, mut high) = (v.max() - 1.0 / rho, v.max());
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if cut(middle) { low = middle } else { high = middle }
        }
        Ok(v.map(|v| v.min(high)))
    }
}

#[test]
fn what_cannot_be_moved_is_refused() {
    let v = random::<f64>(3, 3, 1);
    for Function { name, mut f, .. } in all::<f64>(3, 1) {
        for rho in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(f.prox(&v, rho), Err(Error::Parameters(_))), "{name}, penalty {rho}");
        }
        let nan = f.prox(&(&v * f64::NAN), 1.0);
        let inner = |error| if let Error::Member { source, .. } = error { *source } else { error };
        assert!(matches!(nan.map_err(inner), Err(Error::NotFinite { .. })), "{name}");
        assert!(f.prox(&DMatrix::zeros(0, 0), 1.0).is_err(), "{name}");
        assert!(f.retune(1.0).is_ok(), "{name}");
    }
}

#[test]
fn another_size_is_refused() {
    let sized = ["point", "halfspace", "affine", "quadratic", "least squares", "wide least squares", "cross-entropy"];
    let more = ["hyperslab", "graph", "binary cross-entropy", "kullback-leibler"];
    let wrapped = ["translated", "tilted", "labelled", "separable", "precomposed", "regularised", "stretched", "image"];
    let wrapped = wrapped.iter().chain(&["reshaped", "sliced"]);
    let functions = all::<f64>(3, 1);
    for name in sized.iter().chain(&more).chain(wrapped) {
        let f = functions.iter().find(|function| function.name == *name).unwrap();
        assert!(matches!(f.f.prox(&Matrix::zeros(4, 3), 1.0), Err(Error::Size { .. })), "{name}");
        let value = f.f.value(&Matrix::zeros(4, 3));
        assert!(value.is_nan() || value == f64::INFINITY, "{name}: {value}");
    }
    let square = Eigenvalues(NON_NEGATIVE);
    assert!(matches!(square.prox(&Matrix::zeros(3, 2), 1.0), Err(Error::Size { .. })));
    assert!(square.value(&Matrix::zeros(3, 2)).is_nan());
    assert!(matches!(Affine::new(&Matrix::zeros(2, 3), &Matrix::zeros(3, 1)), Err(Error::Size { .. })));
    assert!(matches!(LeastSquares::new(Matrix::zeros(2, 3), Matrix::zeros(3, 1)), Err(Error::Size { .. })));
    assert!(matches!(Quadratic::new(Matrix::zeros(2, 3), Matrix::zeros(3, 1)), Err(Error::Size { .. })));
    assert!(matches!(CrossEntropy::new(vec![0, 1], vec![1.0], 2), Err(Error::Size { .. })));
}

fn parameter<R>(result: Result<R>) -> bool {
    matches!(result, Err(Error::Parameters(messages)) if messages.len() == 1)
}

#[test]
fn parameters_out_of_range_are_refused() {
    let v = &random::<f64>(2, 2, 1);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(parameter(Simplex { total: bad }.prox(v, 1.0)));
        assert!(parameter(L1Ball { radius: bad }.prox(v, 1.0)));
        assert!(parameter(Indicator(Whole(admm_solvers::set::Ball { radius: bad })).prox(v, 1.0)));
        assert!(parameter(Huber { delta: bad }.prox(v, 1.0)));
        assert!(parameter(Quantile { level: bad }.prox(v, 1.0)));
        assert!(parameter(Scaled { weight: bad, of: L1 }.prox(v, 1.0)));
        assert!(parameter(Scaled { weight: bad, of: L1 }.retune(1.0)));
        assert!(parameter(MoreauEnvelope { of: L1, mu: bad }.prox(v, 1.0)));
        assert!(parameter(MoreauEnvelope { of: L1, mu: bad }.value_and_gradient(v)));
        assert!(bad == 0.0 || parameter(ElasticNet { l1: 1.0, l2: bad }.prox(v, 1.0)));
        assert!(bad == 0.0 || parameter(CrossEntropy::new(vec![0], vec![bad], 2)));
        assert!(bad == 0.0 || bad == -1.0 || Halfspace { normal: v.clone(), offset: bad }.prox(v, 1.0).is_err());
        assert!(parameter(Margins { of: Hinge, labels: Matrix::from_element(2, 2, bad * 0.5) }.prox(v, 1.0)));
    }
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let towards = v.clone();
        assert!(parameter(Regularised { of: L1, mu: bad, towards: towards.clone() }.prox(v, 1.0)));
        assert!(parameter(Regularised { of: L1, mu: bad, towards }.retune(1.0)));
        assert!(parameter(admm_solvers::prox::Sum { of: vec![Box::new(L1)], accuracy: bad }.prox(v, 1.0)));
        assert!(bad.is_finite() || parameter(Stretched { of: L1, by: v * bad }.prox(v, 1.0)));
    }
    assert!(parameter(admm_solvers::prox::Sum::<f64> { of: vec![], accuracy: 1e-9 }.prox(v, 1.0)));
    assert!(parameter(PointwiseMinimum::<f64>(vec![]).prox(v, 1.0)));
    assert!(parameter(Epicomposed::new(L1, v.clone())) && parameter(Epicomposed::new(L1, v * 0.0)));
    assert!(parameter(Quantile { level: 1.0 }.prox(v, 1.0)));
    assert!(parameter(Halfspace { normal: v * 0.0, offset: 1.0 }.prox(v, 1.0)));
    assert!(parameter(CrossEntropy::new(vec![2], vec![1.0], 2)));
    assert!(parameter(Precomposed::new(L1, v.clone())) && parameter(Precomposed::new(L1, v * 0.0)));
    assert!(parameter(Quadratic::new(v.clone(), v.clone())));
    assert!(Indicator(Bounds { lower: 1.0, upper: 0.0 }).prox(v, 1.0).is_err());
    let singular = Matrix::from_element(2, 2, 1.0);
    let unsolvable = Affine::new(&singular, &Matrix::from_column_slice(2, 1, &[1.0, 2.0]));
    assert_eq!(unsolvable, Err(Error::numerical("the equations Ax = b", "have no solution")));
}

/// ½xᵀPx with λmin(P) = −3 has no minimum for a ρ of 3 and below.
#[test]
fn a_nonconvex_quadratic_names_the_smallest_penalty() {
    let p = Matrix::from_row_slice(2, 2, &[-1.0, 2.0, 2.0, -1.0]);
    let mut f = Quadratic::new(p, Matrix::zeros(2, 1)).unwrap();
    let v = random::<f64>(2, 1, 1);
    for rho in [1.0, 2.9] {
        for failure in [f.prox(&v, rho).unwrap_err(), f.retune(rho).unwrap_err()] {
            let Error::Unbounded { rho: named, smallest } = failure else { panic!("{failure}") };
            assert!(named == rho && (smallest - 3.0).abs() < 1e-14);
        }
    }
    check::prox(&f, &v, 3.1).unwrap().assert();
}

#[test]
fn points_off_a_set_have_an_infinite_value() {
    let x = Matrix::from_row_slice(2, 2, &[5.0, -4.0, 3.0, -2.0]);
    let sets = ["box", "non-negative", "l2 ball", "simplex", "l1 ball", "affine", "second-order cone", "semidefinite"];
    let others = ["point", "probabilities", "l0 ball", "rank", "sphere", "orthonormal"];
    let functions = all::<f64>(2, 1);
    for name in sets.iter().chain(&others) {
        let f = &functions.iter().find(|function| function.name == *name).unwrap().f;
        assert_eq!(f.value(&x), f64::INFINITY, "{name}");
        assert_eq!(f.value(&f.prox(&x, 1.0).unwrap()), 0.0, "{name}");
    }
}

/// Wherever v is: the indicator inside a translation, and inside a rotation with a long v, is 0 at its own prox.
#[test]
fn fault_76_an_indicator_is_zero_at_its_own_prox_inside_every_wrapper() {
    for seed in 0..200 {
        let q = random::<f64>(5, 5, seed).qr().q();
        let v = random::<f64>(5, 1, seed + 1_000);
        for size in [1e-3, 1.0, 1e3, 1e6] {
            let rotated = Precomposed::new(Indicator(Bounds { lower: -0.01, upper: 0.02 }), q.clone()).unwrap();
            let x = rotated.prox(&(&v * size), 1.0).unwrap();
            assert_eq!(rotated.value(&x), 0.0, "a rotated box, ‖v‖ ~ {size}");
            let ball = Translated { of: Indicator(Ball { radius: 1.0 }), by: &v * size };
            let x = ball.prox(&(&v * (2.0 * size)), 1.0).unwrap();
            assert_eq!(ball.value(&x), 0.0, "a ball moved by {size}");
            assert_eq!(ball.value(&x.add_scalar(3.0)), f64::INFINITY, "and not elsewhere");
        }
    }
}
