//! What the curves along which orthonormal columns and subspaces move have to do with each other.

use crate::data::{Captured, angle, matrix, minimised, orthonormal, with_spectrum};
use admm::{ConstraintSet, Real};
use admm_solvers::descent::Lbfgs;
use admm_solvers::set::{Grassmann, GreatCircles, Retraction, Stiefel};
use nalgebra::DMatrix;
use proptest::prelude::*;

type Matrix = DMatrix<f64>;

const ALL: [Retraction; 4] = [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential];

/// Rows and fewer columns.
fn sizes() -> impl Strategy<Value = (usize, usize)> {
    (1..5_usize).prop_flat_map(|k| (k + 1..12, Just(k)))
}

/// A point of the set and a tangent vector of length one there.
fn point_and_tangent(on: &dyn ConstraintSet<f64>, rows: usize, columns: usize, seed: u64) -> (Matrix, Matrix) {
    let x = on.project(&matrix(rows, columns, seed)).unwrap();
    let unit = on.tangent(&x, &matrix(rows, columns, !seed)).unwrap().normalize();
    let tangent = on.tangent(&x, &unit).unwrap();
    (x, tangent)
}

/// A point of the Stiefel manifold and a tangent vector of length one there.
fn frame(rows: usize, columns: usize, seed: u64) -> (Matrix, Matrix) {
    point_and_tangent(&Stiefel::default(), rows, columns, seed)
}

fn stiefel(retraction: Retraction, x: &Matrix, step: &Matrix) -> Matrix {
    Stiefel { retraction }.retract(x, step).unwrap()
}

/// Naive twin: [γ(t)  γ̇(t)] of the geodesic, as Edelman, Arias and Smith (1998) derive equation 2.42.
fn geodesic(x: &Matrix, xi: &Matrix, t: f64) -> (Matrix, Matrix) {
    let k = x.ncols();
    let a = x.transpose() * xi;
    let mut generator = Matrix::zeros(2 * k, 2 * k);
    generator.view_mut((0, 0), (k, k)).copy_from(&a);
    generator.view_mut((k, k), (k, k)).copy_from(&a);
    generator.view_mut((0, k), (k, k)).copy_from(&(-(xi.transpose() * xi)));
    generator.view_mut((k, 0), (k, k)).fill_with_identity();
    let both = Matrix::from_fn(x.nrows(), 2 * k, |i, j| if j < k { x[(i, j)] } else { xi[(i, j - k)] });
    let moved = both * (generator * t).exp();
    let back = (a * -t).exp();
    (moved.columns(0, k) * &back, moved.columns(k, k) * back)
}

/// W = PξXᵀ − XξᵀP with P = I − XXᵀ/2.
fn wen_yin(x: &Matrix, xi: &Matrix) -> Matrix {
    let half = xi - x * (x.transpose() * xi) * 0.5;
    &half * x.transpose() - x * half.transpose()
}

proptest! {
    #[test]
    fn all_curves_move_the_span_alike((d, k) in sizes(), seed: u64, halvings in 3..9) {
        let (x, xi) = frame(d, k, seed);
        let t = 0.5_f64.powi(halvings);
        let spans = ALL.map(|retraction| stiefel(retraction, &x, &(&xi * t)));
        for span in &spans {
            prop_assert!(angle(&spans[0], span) <= 2.0 * t * t);
        }
        let [qr, polar] = [Retraction::Qr, Retraction::Polar].map(|by| stiefel(by, &x, &(&xi * 3.0)));
        prop_assert!(angle(&qr, &polar) <= 1e-13);
    }

    #[test]
    fn a_span_moves_the_same_way_in_every_basis((d, k) in sizes(), seed: u64, size in 0.0..4.0_f64) {
        let (x, g) = (orthonormal(d, k, seed), matrix(d, k, !seed));
        let q = orthonormal(k, k, seed ^ 1);
        for retraction in ALL {
            let on = Grassmann { retraction };
            let xi = on.tangent(&x, &g).unwrap() * size;
            prop_assert!((on.tangent(&(&x * &q), &(&g * &q)).unwrap() * size - &xi * &q).norm() <= 1e-12);
            prop_assert!((x.transpose() * &xi).norm() <= 1e-13 * (1.0 + g.norm() * size));
            let (one, other) = (on.retract(&x, &xi).unwrap(), on.retract(&(&x * &q), &(&xi * &q)).unwrap());
            prop_assert!(angle(&one, &other) <= 1e-12);
            prop_assert!(retraction == Retraction::Qr || (one * &q - other).norm() <= 1e-12);
        }
    }

    #[test]
    fn the_exponential_is_the_geodesic((d, k) in sizes(), seed: u64, s in 0.0..2.0_f64, t in 0.0..2.0_f64) {
        let (x, xi) = frame(d, k, seed);
        let exponential = |x: &Matrix, xi: &Matrix, t: f64| stiefel(Retraction::Exponential, x, &(xi * t));
        let (there, velocity) = geodesic(&x, &xi, s);
        prop_assert!((exponential(&x, &xi, s) - &there).norm() <= 1e-12);
        prop_assert!((exponential(&there, &velocity, t) - exponential(&x, &xi, s + t)).norm() <= 1e-12);
        prop_assert!((exponential(&x, &xi, t) - &x).norm() <= t + 1e-13);
        let speed = (exponential(&x, &xi, s + 1e-4) - exponential(&x, &xi, s - 1e-4)).norm() / 2e-4;
        prop_assert!((speed - 1.0).abs() <= 1e-7);
        prop_assert!((velocity.norm() - 1.0).abs() <= 1e-12);
    }

    #[test]
    fn great_circles_are_geodesics(d in 2..10_usize, seed: u64, s in 0.0..3.0_f64, t in 0.0..3.0_f64) {
        let (x, xi) = point_and_tangent(&GreatCircles, d, 1, seed);
        let at = |t: f64| GreatCircles.retract(&x, &(&xi * t)).unwrap();
        let velocity = &xi * s.cos() - &x * s.sin();
        prop_assert!((GreatCircles.retract(&at(s), &(velocity * t)).unwrap() - at(s + t)).norm() <= 2e-14);
        prop_assert!((x.dot(&at(s)) - s.cos()).abs() <= 2e-14);
        prop_assert!((at(t) - stiefel(Retraction::Exponential, &x, &(&xi * t))).norm() <= 1e-13);
        prop_assert!((at(std::f64::consts::TAU) - &x).norm() <= 2e-14);
    }

    /// The transform as a d×d system, the low-rank form of Wen and Yin (2013, lemma 4), and the geodesic exp(W)X of the
    /// canonical metric, which the transform follows to second order.
    #[test]
    fn the_cayley_transform_agrees_with_its_twins((d, k) in sizes(), seed: u64, size in 0.1..4.0_f64) {
        let (x, xi) = frame(d, k, seed);
        let step = &xi * size;
        let moved = stiefel(Retraction::Cayley, &x, &step);
        let half = wen_yin(&x, &step) * 0.5;
        let identity = Matrix::identity(d, d);
        let dense = (&identity - &half).lu().solve(&((identity + half) * &x)).unwrap();
        prop_assert!((&moved - dense).norm() <= 1e-12);

        let p = &step - &x * (x.transpose() * &step) * 0.5;
        let u = Matrix::from_fn(d, 2 * k, |i, j| if j < k { p[(i, j)] } else { x[(i, j - k)] });
        let v = Matrix::from_fn(d, 2 * k, |i, j| if j < k { x[(i, j)] } else { -p[(i, j - k)] });
        let system = Matrix::identity(2 * k, 2 * k) - v.transpose() * &u * 0.5;
        let low_rank = &x + u * system.lu().solve(&(v.transpose() * &x)).unwrap();
        prop_assert!((moved - low_rank).norm() <= 1e-11);

        let t = 1.0 / 64.0;
        let canonical = wen_yin(&x, &(&xi * t)).exp() * &x;
        prop_assert!((stiefel(Retraction::Cayley, &x, &(&xi * t)) - canonical).norm() <= t.powi(3));
    }

    #[test]
    fn a_long_walk_does_not_drift_and_drift_is_repaired((d, k) in sizes(), seed: u64) {
        for retraction in ALL {
            let on = Stiefel { retraction };
            let mut x = orthonormal(d, k, seed);
            for step in 0..30 {
                x = on.retract(&x, &on.tangent(&x, &matrix(d, k, seed ^ step)).unwrap()).unwrap();
            }
            prop_assert!(on.residual(&x).unwrap() <= 2e-14 * k as f64);
            let drifted = &x * (1.0 + 1e-6) + matrix(d, k, !seed) * 1e-7;
            let drift = on.residual(&drifted).unwrap();
            prop_assert!(drift > 1e-7);
            let repaired = on.project(&drifted).unwrap();
            prop_assert!(on.residual(&repaired).unwrap() <= 2e-14 * k as f64);
            prop_assert!((&repaired - &drifted).norm() <= drift);
            prop_assert!(on.residual(&on.retract(&drifted, &(&x * 1e-3)).unwrap()).unwrap() <= 2e-14 * k as f64);
        }
    }
}

#[test]
fn descent_finds_the_leading_space_along_every_curve() {
    let (a, q) = with_spectrum(&[9.0, 6.0, 5.0, 2.0, 1.0, 0.5, 0.1], 5);
    let of = Captured(a);
    for retraction in ALL {
        let sets: [Box<dyn ConstraintSet<f64>>; 2] =
            [Box::new(Stiefel { retraction }), Box::new(Grassmann { retraction })];
        for on in sets {
            let by = Lbfgs { max_steps: 500, ..Lbfgs::default() };
            let found = minimised(&of, by, &*on, orthonormal(7, 2, 6));
            assert!(angle(&q.columns(0, 2).into_owned(), &found) <= 1e-8);
        }
    }
}

#[test]
fn both_precisions_take_the_same_steps() {
    let (x, xi) = frame(9, 3, 4);
    for retraction in ALL {
        let double = stiefel(retraction, &x, &xi);
        let single = Stiefel { retraction }.retract(&x.map(|e| e as f32), &xi.map(|e| e as f32)).unwrap();
        assert!((double - single.map(Real::to_f64)).norm() < 5e-6);
    }
}
