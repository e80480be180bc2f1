use super::*;
use crate::linalg::{scattered, symmetric_eigen};
use proptest::prelude::*;

/// A quadratic with its eigenvectors, made from its coordinates in their basis.
struct Quadratic {
    a: DMatrix<f64>,
    values: Vec<f64>,
    vectors: DMatrix<f64>,
    c: DVector<f64>,
    rho: f64,
}

impl Quadratic {
    fn new(values: &[f64], coordinates: &[f64], rho: f64, vectors: DMatrix<f64>) -> Self {
        let a = &vectors * DMatrix::from_diagonal(&DVector::from_column_slice(values)) * vectors.transpose();
        let c = &vectors * DVector::from_column_slice(coordinates);
        Self { a, values: values.to_vec(), vectors, c, rho }
    }

    fn random(d: usize, rho: f64, seed: u64) -> Self {
        let a = scattered::<f64>(d, d, seed);
        let (values, vectors) = symmetric_eigen(&(&a + a.transpose())).unwrap();
        Self::new(values.as_slice(), scattered::<f64>(d, 1, !seed).as_slice(), rho, vectors)
    }

    fn q(&self, w: &DVector<f64>) -> f64 {
        self.rho / 2.0 * w.norm_squared() - w.dot(&(&self.a * w)) / 2.0 - self.rho * self.c.dot(w)
    }

    fn on_sphere(&self) -> DVector<f64> {
        minimise_on_sphere(&self.values, &self.vectors, self.c.as_slice(), self.rho).unwrap()
    }

    fn in_ball(&self, radius: f64) -> DVector<f64> {
        minimise_in_ball(&self.values, &self.vectors, self.c.as_slice(), self.rho, radius).unwrap()
    }

    fn size(&self) -> f64 {
        self.values.iter().fold(self.rho, |most, value| most.max(value.abs())) + self.rho * self.c.norm()
    }

    fn top(&self) -> f64 {
        self.values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// The certificate of a global minimiser over ‖w‖ = r: Aw + ρc = μw with μ ≥ λ₁. Returns μ.
    fn certify(&self, w: &DVector<f64>, radius: f64) -> f64 {
        assert!((w.norm() / radius - 1.0).abs() <= 4e-16 * self.values.len() as f64, "length {}", w.norm());
        let image = &self.a * w + &self.c * self.rho;
        let mu = image.dot(w) / (radius * radius);
        let tolerance = 1e-13 * self.size() * radius.max(1.0);
        assert!((image - w * mu).norm() <= tolerance, "not stationary");
        assert!(mu >= self.top() - tolerance, "not global: {mu} below {}", self.top());
        mu
    }

    /// Projected gradient descent over ‖w‖ = r, or over ‖w‖ ≤ r for a ball, from many starts.
    fn descend(&self, radius: f64, ball: bool) -> f64 {
        let step = 0.5 / self.size();
        let ends = (0..20).map(|start| {
            let mut w: DVector<f64> = scattered::<f64>(self.values.len(), 1, start).column(0).normalize() * radius;
            for _ in 0..2000 {
                w += (&self.a * &w + &self.c * self.rho - &w * self.rho) * step;
                if !ball || w.norm() > radius {
                    w *= radius / w.norm();
                }
            }
            self.q(&w)
        });
        ends.fold(f64::INFINITY, f64::min)
    }
}

#[test]
fn golden() {
    let identity = DMatrix::<f64>::identity(2, 2);
    let hard = minimise_on_sphere(&[2.0, 1.0], &identity, &[0.0, 0.5], 1.0).unwrap();
    assert!((hard - DVector::from_column_slice(&[0.75_f64.sqrt(), 0.5])).norm() < 1e-15);
    let order = minimise_on_sphere(&[1.0, 2.0], &identity, &[0.5, 0.0], 1.0).unwrap();
    assert!((order - DVector::from_column_slice(&[0.5, 0.75_f64.sqrt()])).norm() < 1e-15);
    let pulled = minimise_on_sphere(&[2.0, 1.0], &identity, &[0.6, 1.6], 1.0).unwrap();
    assert!((pulled - DVector::from_column_slice(&[0.6, 0.8])).norm() < 1e-15);
    let inside = minimise_in_ball(&[1.0, 0.0], &identity, &[0.1, 0.2], 2.0, 1.0).unwrap();
    assert!((inside - DVector::from_column_slice(&[0.2, 0.2])).norm() < 1e-15);
}

#[test]
fn one_variable() {
    let one = DMatrix::<f64>::identity(1, 1);
    for (value, c, rho, expected) in
        [(3.0, 0.0, 1.0, 1.0), (3.0, -1e-300, 1e-200, -1.0), (-3.0, 2.0, 1.0, 1.0), (0.0, -5e-324, 1e-300, -1.0)]
    {
        assert_eq!(minimise_on_sphere(&[value], &one, &[c], rho).unwrap()[0], expected);
    }
    assert_eq!(minimise_in_ball(&[1.0], &one, &[1.0], 2.0, 7.0).unwrap()[0], 2.0);
    assert_eq!(minimise_in_ball(&[1.0], &one, &[-1.0], 2.0, 1.5).unwrap()[0], -1.5);
    assert_eq!(minimise_in_ball(&[3.0], &one, &[0.0], 2.0, 1e-150).unwrap()[0], 1e-150);
}

#[test]
fn no_pull_gives_the_first_leading_eigenvector() {
    let vectors = scattered::<f64>(4, 4, 3).qr().q();
    let w = minimise_on_sphere(&[2.0, 2.0, 1.0, 0.0], &vectors, &[0.0; 4], 1.0).unwrap();
    assert!((w - vectors.column(0)).norm() < 1e-15);
}

#[test]
fn the_hard_case_and_all_that_is_near_it() {
    let vectors = DMatrix::<f64>::identity(4, 4);
    for leading in [0.0, 5e-324, 1e-300, 1e-100, 1e-30, 1e-17, 1e-9, 1e-3] {
        for rest in [0.0, 1e-200, 0.3, 1.0 - 1e-16, 1.0, 1.0 + 1e-15, 1.1, 1e3] {
            for sign in [1.0, -1.0] {
                let values = [3.0, 3.0, 2.0, -1.0];
                let problem = Quadratic::new(&values, &[sign * leading, 0.0, rest, 0.0], 1.0, vectors.clone());
                let w = problem.on_sphere();
                problem.certify(&w, 1.0);
                let expected = if leading > 0.0 { sign } else { 1.0 };
                assert!(w[0] * expected > 0.0 || (w[0] == 0.0 && rest >= 1.0), "{leading} {rest} {sign}: {w}");
            }
        }
    }
}

#[test]
fn a_grid_of_the_circle_finds_nothing_lower() {
    for seed in 0..40 {
        let problem = Quadratic::random(2, 0.1 + seed as f64 / 10.0, seed);
        let found = problem.q(&problem.on_sphere());
        let grid = (0..20_000).map(|i| std::f64::consts::TAU * i as f64 / 20_000.0);
        let best = grid.map(|angle| problem.q(&DVector::from_column_slice(&[angle.cos(), angle.sin()])));
        let best = best.fold(f64::INFINITY, f64::min);
        assert!(found <= best + 1e-14 && best - found < 1e-6);
    }
}

#[test]
fn descent_from_many_starts_finds_nothing_lower_and_often_the_same() {
    for seed in 0..12 {
        let problem = Quadratic::random(5, 0.2 + seed as f64 / 3.0, seed);
        let (sphere, ball) = (problem.q(&problem.on_sphere()), problem.q(&problem.in_ball(0.7)));
        let gaps = [problem.descend(1.0, false) - sphere, problem.descend(0.7, true) - ball];
        assert!(gaps.iter().all(|gap| (-1e-13..1e-6).contains(gap)), "{seed}: {gaps:?}");
    }
}

#[test]
fn what_is_no_problem_is_refused() {
    let identity = DMatrix::<f64>::identity(2, 2);
    assert!(minimise_on_sphere(&[1.0, 2.0], &identity, &[1.0, 0.0], 0.0).is_err());
    assert!(minimise_on_sphere(&[1.0, 2.0], &identity, &[1.0], 1.0).is_err());
    assert!(minimise_on_sphere(&[1.0], &identity, &[1.0], 1.0).is_err());
    assert!(minimise_on_sphere(&[1.0, f64::NAN], &identity, &[1.0, 0.0], 1.0).is_err());
    assert!(minimise_on_sphere(&[1.0, 2.0], &identity, &[f64::INFINITY, 0.0], 1.0).is_err());
    assert!(minimise_on_sphere::<f64>(&[], &DMatrix::zeros(0, 0), &[], 1.0).is_err());
    assert!(minimise_in_ball(&[1.0, 2.0], &identity, &[1.0, 0.0], 1.0, -1.0).is_err());
}

proptest! {
    #[test]
    fn the_sphere_has_its_certificate(values in prop::collection::vec(prop::sample::select(vec![-2.0, 0.0, 1.0, 1.0 + 1e-15, 3.0]), 1..9),
                                      pulls in prop::collection::vec(prop::sample::select(vec![0.0, 1e-18, 0.1, -1.0, 50.0]), 9),
                                      exponent in -12..5, seed: u64) {
        let d = values.len();
        let vectors = scattered::<f64>(d, d, seed).qr().q();
        let problem = Quadratic::new(&values, &pulls[..d], 10_f64.powi(exponent), vectors);
        let w = problem.on_sphere();
        problem.certify(&w, 1.0);
        prop_assert_eq!(w, problem.on_sphere());
    }

    #[test]
    fn the_ball_has_its_certificate(d in 1..9_usize, exponent in -4..4, radius in 0.01..5.0_f64, seed: u64) {
        let problem = Quadratic::random(d, 10_f64.powi(exponent), seed);
        let w = problem.in_ball(radius);
        if w.norm() < radius * (1.0 - 1e-12) {
            let gradient = &w * problem.rho - &problem.a * &w - &problem.c * problem.rho;
            prop_assert!(gradient.norm() <= 1e-13 * problem.size() * (1.0 + w.norm()));
            prop_assert!(problem.rho >= problem.top());
        } else {
            let mu = problem.certify(&w, radius);
            prop_assert!(mu >= problem.rho - 1e-11 * problem.size());
        }
    }

    /// The minimiser is that of every positive multiple of q, and moves in proportion to the radius and to c.
    #[test]
    fn no_scale_is_special(d in 1..7_usize, seed: u64, exponent in prop::sample::select(vec![-490, -300, 300, 490])) {
        let problem = Quadratic::random(d, 0.7, seed);
        let factor = 2.0_f64.powi(exponent);
        let values: Vec<f64> = problem.values.iter().map(|value| value * factor).collect();
        let c = problem.c.as_slice();
        let scaled = minimise_on_sphere(&values, &problem.vectors, c, 0.7 * factor).unwrap();
        prop_assert!((scaled - problem.on_sphere()).norm() <= 1e-15);
        let c: Vec<f64> = c.iter().map(|c| c * factor).collect();
        let scaled = minimise_in_ball(&problem.values, &problem.vectors, &c, 0.7, factor * 1.3).unwrap();
        prop_assert!((scaled / factor - problem.in_ball(1.3)).norm() <= 1e-14);
    }

    #[test]
    fn single_precision_too(d in 1..7_usize, seed: u64) {
        let problem = Quadratic::random(d, 0.7, seed);
        let values: Vec<f32> = problem.values.iter().map(|&value| value as f32).collect();
        let c = problem.c.map(|c| c as f32);
        let w = minimise_on_sphere(&values, &problem.vectors.map(|v| v as f32), c.as_slice(), 0.7).unwrap();
        prop_assert!((w.norm() - 1.0).abs() <= 1e-6);
        prop_assert!((problem.q(&w.map(f64::from)) - problem.q(&problem.on_sphere())).abs() <= 1e-5);
    }
}
