//! The check kit sees a fault in each quantity that it checks: one broken block a law, and the finding that must name
//! it.

use crate::common::{Interval, Matrix, Quadratic, column, l1};
use crate::data::{matrix, orthonormal, with_spectrum};
use admm::check::Report;
use admm::operator::Adjoint;
use admm::*;
use admm_solvers::pca::{Covariance, Hebbian, VarianceLoss};
use admm_solvers::set::{Ball, Retraction, Stiefel, UnitColumns};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};

/// That a law failed, among all that did, and that the report says so.
#[track_caller]
fn caught(report: Result<Report>, law: &str) {
    let report = report.unwrap();
    let failed = report.findings.iter().filter(|finding| !finding.passed());
    assert!(failed.clone().any(|finding| finding.law.contains(law)), "{law} is not among the failures of\n{report}");
    assert!(!report.passed() && report.to_string().contains("FAILED"));
    assert!(failed.into_iter().all(|finding| finding.trials > 0 && !finding.witness.is_empty()), "{report}");
}

/// Σ log cosh xᵢ with a closure that spoils its gradient tanh x.
struct LogCosh<F>(F);

impl<F: Fn(Matrix) -> Matrix + Send + Sync> Smooth<f64> for LogCosh<F> {
    type Point = Matrix;
    fn value_and_gradient(&self, x: &Matrix) -> Result<(f64, Matrix)> {
        Ok((x.map(|x| x.cosh().ln()).sum(), self.0(x.map(f64::tanh))))
    }
}

#[test]
fn a_wrong_gradient() {
    let order = "order of |f(x + th)";
    for seed in 0..20 {
        let x = matrix(4, 2, seed);
        check::gradient(&LogCosh(|g| g), &x).unwrap().assert();
        caught(check::gradient(&LogCosh(|g: Matrix| g * 1.001), &x), order);
        caught(check::gradient(&LogCosh(|g: Matrix| -g), &x), order);
        caught(check::gradient(&LogCosh(|g: Matrix| g * 0.0), &x), order);
        let one = |mut g: Matrix| {
            g[5] += 1e-3;
            g
        };
        let report = check::gradient(&LogCosh(one), &x).unwrap();
        assert!(report.to_string().contains("entry 5"), "{report}");
        caught(Ok(report), order);
    }
    let short = check::gradient(&LogCosh(|g: Matrix| g.remove_row(0)), &matrix(4, 2, 1));
    assert!(matches!(short, Err(Error::Size { .. })));
    let nan = check::gradient(&LogCosh(|g: Matrix| g * f64::NAN), &matrix(4, 2, 1));
    assert!(matches!(nan, Err(Error::NotFinite { .. })));
}

#[test]
fn a_wrong_product_with_the_hessian() {
    let curvature = |x: &Matrix| x.map(|x| x.cosh().powi(-2));
    let f = LogCosh(|g| g);
    for seed in 0..20 {
        let x = matrix(5, 1, seed);
        let good = |x: &Matrix, h: &Matrix| Ok(curvature(x).component_mul(h));
        check::hessian_vector(&f, &x, good).unwrap().assert();
        caught(check::hessian_vector(&f, &x, |x, h| Ok(good(x, h)? * 1.001)), "order");
        let turned = |x: &Matrix, h: &Matrix| Ok(good(x, h)? + column(&[1e-3 * h[1], 0.0, 0.0, 0.0, 0.0]));
        caught(check::hessian_vector(&f, &x, turned), "⟨∇²f h, k⟩");
        caught(check::hessian_vector(&f, &x, |x, h| Ok(good(x, h)?.map(f64::abs))), "2∇²f h");
    }
}

#[test]
fn a_wrong_adjoint() {
    let square = matrix(4, 4, 1);
    let x = matrix(4, 1, 2);
    caught(check::adjoint(|x: &Matrix| &square * x, |y| &square * y, &x, &x), "⟨Kx, y⟩");
    caught(check::adjoint(|x: &Matrix| &square * x, |y| square.tr_mul(y) * 1.0001, &x, &x), "⟨Kx, y⟩");
    let tall = matrix(5, 4, 1);
    assert!(check::adjoint(|x: &Matrix| &tall * x, Matrix::clone, &x, &x).is_err());
}

/// A quadratic with one fault.
struct Faulty {
    of: Quadratic,
    fault: Fault,
    calls: AtomicU64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    DefaultAdjoint,
    Count,
    Affine,
    Overshoots,
    Drifts,
    Counter,
    Memory,
    AcceptsAll,
    PanicsOnNan,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Remembering {
    x: Matrix,
    #[serde(skip)]
    calls: u64,
}

impl Subproblem<f64> for Faulty {
    type Var = Remembering;
    type Image = Matrix;

    fn value(&self, x: &Remembering) -> Result<f64> {
        self.of.value(&x.x)
    }
    fn argmin(&self, x: &mut Remembering, to: Target<'_, f64, Matrix>) -> Result<Solved<f64>> {
        assert!(self.fault != Fault::PanicsOnNan || to.v.iter().all(|v| v.is_finite()), "a bare assertion");
        if self.fault == Fault::AcceptsAll && to.v.nrows() != self.of.k.nrows() {
            return Ok(Solved::exactly(Cost::default()));
        }
        to.check_size(self.image(x).shape())?;
        let before = x.x.clone();
        let cost = self.of.argmin(&mut x.x, to)?;
        x.calls += 1;
        match self.fault {
            Fault::Overshoots => x.x = &x.x * 2.5 - before * 1.5,
            Fault::Drifts => x.x += matrix(x.x.nrows(), 1, 9) * 1e-3 * x.x[0].signum(),
            Fault::Counter => x.x *= 1.0 + 1e-15 * self.calls.fetch_add(1, Ordering::Relaxed) as f64,
            Fault::Memory => x.x *= 1.0 + 1e-15 * x.calls as f64,
            _ => {}
        }
        Ok(cost)
    }
    fn image(&self, x: &Remembering) -> Matrix {
        let image = self.of.image(&x.x);
        if self.fault == Fault::Affine { image.add_scalar(1e-3) } else { image }
    }
    fn adjoint(&self, y: &Matrix) -> Result<Adjoint<f64>> {
        let adjoint = self.of.adjoint(y)?;
        Ok(match self.fault {
            Fault::DefaultAdjoint => Adjoint { norm: y.norm(), ..adjoint },
            Fault::Count => Adjoint { count: y.len(), ..adjoint },
            _ => adjoint,
        })
    }
}

fn faulty(fault: Fault, seed: u64) -> Faulty {
    let d = matrix(4, 4, seed);
    let mut of = Quadratic::new(d.tr_mul(&d) + Matrix::identity(4, 4), matrix(4, 1, !seed), matrix(3, 4, seed ^ 7));
    of.retune(2.0).unwrap();
    Faulty { of, fault, calls: AtomicU64::new(0) }
}

#[test]
fn a_wrong_operator_of_a_block() {
    let operator = |fault, seed| {
        let variable = |x| Remembering { x, calls: 0 };
        check::operator(&faulty(fault, seed), &matrix(4, 1, 1), variable)
    };
    for seed in 0..20 {
        operator(Fault::None, seed).unwrap().assert();
        caught(operator(Fault::DefaultAdjoint, seed), "‖Kᵀy‖");
        caught(operator(Fault::Count, seed), "entries of Kᵀy");
        caught(operator(Fault::Affine, seed), "K(2x + y)");
    }
}

#[test]
fn a_wrong_block() {
    let laws = [
        (Fault::Overshoots, "argmin raises"),
        (Fault::Overshoots, "repetitions"),
        (Fault::Drifts, "argmin raises"),
        (Fault::Counter, "same input"),
        (Fault::Memory, "writing and reading"),
        (Fault::AcceptsAll, "another size"),
        (Fault::PanicsOnNan, "panics"),
    ];
    for seed in 0..20 {
        let v = matrix(3, 1, seed);
        let to = Target { v: &v, rho: 2.0, tolerance: 1e-10 };
        let start = Remembering { x: Matrix::zeros(4, 1), calls: 0 };
        check::subproblem(&faulty(Fault::None, seed), &start, to).unwrap().assert();
        for (fault, law) in laws {
            caught(check::subproblem(&faulty(fault, seed), &start, to), law);
        }
    }
    let (v, start) = (Matrix::zeros(2, 1), Remembering { x: Matrix::zeros(4, 1), calls: 0 });
    let to = Target { v: &v, rho: 2.0, tolerance: 1e-10 };
    assert!(matches!(check::subproblem(&faulty(Fault::None, 1), &start, to), Err(Error::Size { .. })));
}

/// QR is a first-order retraction of *tangent* steps. [`ScheduledSteps`] takes the whole step, so with QR it comes to
/// rest beside the minimiser, where with the polar factor it comes to rest on it.
#[test]
fn a_retraction_that_does_not_suit_the_rule() {
    let covariance = Covariance::from_matrix(with_spectrum(&[1.0, 0.3, 0.1, 0.05], 1).0).unwrap();
    let loss = VarianceLoss { covariance: covariance.into(), weight: 0.5 };
    let by = ScheduledSteps { rate: Rate::Lipschitz(loss.lipschitz().unwrap()), max_steps: 5000 };
    let (x, v) = (Iterate::new(orthonormal(4, 2, 2)), matrix(4, 2, 3));
    let to = Target { v: &v, rho: 0.5, tolerance: 1e-8 };
    let on = |retraction| Descent { of: Hebbian(loss.clone()), by, on: Stiefel { retraction } };
    check::subproblem(&on(Retraction::Polar), &x, to).unwrap().assert();
    caught(check::subproblem(&on(Retraction::Qr), &x, to), "argmin raises");
}

/// A proximal operator from closures.
struct By<F, G>(F, G);

impl<F, G> Prox<f64> for By<F, G>
where
    F: Fn(&Matrix) -> f64 + Send + Sync,
    G: Fn(&Matrix, f64) -> Matrix + Send + Sync,
{
    fn value(&self, x: &Matrix) -> f64 {
        (self.0)(x)
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok((self.1)(v, rho))
    }
}

fn soft(v: &Matrix, threshold: f64) -> Matrix {
    v.map(|v| v.signum() * (v.abs() - threshold).max(0.0))
}

#[test]
fn a_wrong_proximal_operator() {
    let (lower, slope) = ("brute force", "one-sided slope");
    let norm = |x: &Matrix| x.lp_norm(1);
    let box_of = |r: f64| move |v: &Matrix, _: f64| v.map(|v| v.clamp(-r, r));
    for seed in 0..20 {
        let v = matrix(4, 1, seed) * 3.0;
        check::convex_prox(&By(norm, |v: &Matrix, rho| soft(v, 1.0 / rho)), &v, 2.0).unwrap().assert();
        // The threshold λ instead of λ/ρ, the opposite sign, a prox that is 0, one that is v, one that is nearly right.
        caught(check::prox(&By(norm, |v: &Matrix, _| soft(v, 1.0)), &v, 2.0), lower);
        caught(check::prox(&By(norm, |v: &Matrix, rho| -soft(v, 1.0 / rho)), &v, 2.0), lower);
        caught(check::prox(&By(norm, |v: &Matrix, _| v * 0.0), &v, 2.0), lower);
        caught(check::prox(&By(norm, |v: &Matrix, _| v.clone()), &v, 2.0), lower);
        caught(check::prox(&By(norm, |v: &Matrix, rho| soft(v, 1.0 / rho + 1e-4)), &v, 2.0), slope);
        // Indicators: one that leaves the set, one whose set is too small, and one that is 0 everywhere and not
        // nearest.
        let set = |x: &Matrix| if x.amax() <= 1.0 { 0.0 } else { f64::INFINITY };
        check::convex_prox(&By(set, box_of(1.0)), &v, 2.0).unwrap().assert();
        caught(check::prox(&By(set, box_of(1.1)), &v, 2.0), lower);
        caught(check::prox(&By(set, box_of(0.9)), &v, 2.0), lower);
        let shrink = |v: &Matrix, _: f64| v / (1.0 + v.norm());
        caught(check::prox(&By(|_: &Matrix| 0.0, shrink), &v, 2.0), lower);
        caught(check::prox(&By(|_: &Matrix| 0.0, shrink), &v, 2.0), slope);
        // Right, but not convex.
        let count = |x: &Matrix| x.iter().filter(|x| **x != 0.0).count() as f64;
        let hard = |v: &Matrix, rho: f64| v.map(|v| if v * v > 2.0 / rho { v } else { 0.0 });
        check::prox(&By(count, hard), &v, 2.0).unwrap().assert();
        caught(check::convex_prox(&By(count, hard), &v, 2.0), "‖P(a) − P(b)‖²");
        // A conjugate with the wrong radius.
        let interval = |r: f64| Interval(Matrix::from_element(4, 1, -r), Matrix::from_element(4, 1, r));
        check::moreau(&l1(1.0), &interval(1.0), &v, 2.0).unwrap().assert();
        caught(check::moreau(&l1(1.0), &interval(1.001), &v, 2.0), "v = prox_f");
    }
    let calls = AtomicU64::new(0);
    let noisy = |v: &Matrix, rho| soft(v, 1.0 / rho + 1e-15 * calls.fetch_add(1, Ordering::Relaxed) as f64);
    caught(check::prox(&By(norm, noisy), &column(&[3.0, -2.0]), 2.0), "same input");
    assert!(check::prox(&By(norm, |v: &Matrix, _| v.transpose()), &column(&[3.0, -2.0]), 2.0).is_err());
}

/// Unit columns with one fault.
struct Spoiled(&'static str);

impl ConstraintSet<f64> for Spoiled {
    fn geometry(&self) -> Geometry {
        match self.0 {
            "they call themselves flat" => Geometry::Flat,
            "they call themselves convex" => Geometry::Convex,
            _ => Geometry::Manifold,
        }
    }
    fn tangent(&self, x: &Matrix, g: &Matrix) -> Result<Matrix> {
        let tangent = UnitColumns.tangent(x, g)?;
        Ok(match self.0 {
            "tangent is halfway" => g - (g - tangent) * 0.5,
            "tangent is oblique" => {
                let inner = x.column(0).dot(&g.column(0));
                let beside = UnitColumns.tangent(x, &DMatrix::from_element(x.nrows(), x.ncols(), 1.0))?;
                tangent + beside * (inner * 1e-3)
            }
            "tangent is all" => g.clone(),
            _ => tangent,
        })
    }
    fn retract(&self, x: &Matrix, step: &Matrix) -> Result<Matrix> {
        let moved = UnitColumns.retract(x, step)?;
        match self.0 {
            "retraction misses" => Ok(x + step),
            "retraction misses far away" if step.norm() > 100.0 => Ok(moved * 1.001),
            "retraction is slow" => UnitColumns.retract(x, &(step * 0.99)),
            "retraction moves at rest" => UnitColumns.retract(x, &step.add_scalar(1e-6)),
            _ => Ok(moved),
        }
    }
    fn project(&self, x: &Matrix) -> Result<Matrix> {
        match self.0 {
            "projection misses" => Ok(UnitColumns.project(x)? * 1.001),
            "projection is not nearest" => UnitColumns.project(&x.map(|x| x + 0.01 * x.powi(2))),
            _ => UnitColumns.project(x),
        }
    }
    fn residual(&self, x: &Matrix) -> Result<f64> {
        UnitColumns.residual(x)
    }
}

#[test]
fn a_wrong_manifold() {
    let laws = [
        ("tangent is halfway", "tangent(tangent(g))"),
        ("tangent is halfway", "⟨tangent(g), g"),
        ("tangent is oblique", "⟨tangent(g), g"),
        ("tangent is all", "order of ‖retract"),
        ("retraction misses", "residual of retract"),
        ("retraction misses far away", "residual of retract"),
        ("retraction is slow", "order of ‖retract"),
        ("retraction moves at rest", "retract(x, 0)"),
        ("projection misses", "residual of project"),
        ("projection is not nearest", "nearer than project(y)"),
        ("projection is not nearest", "project(project(y))"),
        ("they call themselves flat", "project(y) = y"),
        ("they call themselves convex", "(p + q)/2"),
        ("they call themselves convex", "‖P(a) − P(b)‖²"),
        ("they call themselves convex", "⟨g − tangent(g), q − p⟩"),
    ];
    for seed in 0..20 {
        let x = UnitColumns.project(&matrix(4, 3, seed)).unwrap();
        check::constraint_set(&Spoiled("nothing"), &x).unwrap().assert();
        for (fault, law) in laws {
            caught(check::constraint_set(&Spoiled(fault), &x), law);
        }
        let (x, qr) = (orthonormal(5, 2, seed), Stiefel { retraction: Retraction::Qr });
        check::retraction(&qr, &x, 2).unwrap().assert();
        caught(check::retraction(&qr, &x, 3), "tangent(retract");
    }
    assert!(matches!(check::constraint_set(&UnitColumns, &matrix(3, 2, 1)), Err(Error::Parameters(_))));
}

/// Columns of length 1 at most, with one fault.
struct SpoiledBall(&'static str);

impl ConstraintSet<f64> for SpoiledBall {
    fn geometry(&self) -> Geometry {
        match self.0 {
            "it calls itself smooth" => Geometry::Manifold,
            _ => Geometry::Convex,
        }
    }
    fn project(&self, x: &Matrix) -> Result<Matrix> {
        let nearest = BALL.project(x)?;
        let turned = || Matrix::from_fn(x.nrows(), x.ncols(), |i, j| nearest[(x.nrows() - 1 - i, j)]);
        Ok(if self.0 == "projection is turned" && nearest != *x { turned() } else { nearest })
    }
    fn residual(&self, x: &Matrix) -> Result<f64> {
        BALL.residual(x)
    }
    fn tangent(&self, x: &Matrix, g: &Matrix) -> Result<Matrix> {
        Ok(if self.0 == "tangent is nothing" { g * 0.0 } else { BALL.tangent(x, g)? })
    }
}

const BALL: Ball = Ball { radius: 1.0 };

#[test]
fn a_wrong_convex_set() {
    let laws = [
        ("it calls itself smooth", "tangent(g − 2h)"),
        ("projection is turned", "‖P(a) − P(b)‖²"),
        ("tangent is nothing", "⟨g − tangent(g), q − p⟩"),
    ];
    for seed in 0..20 {
        for size in [0.1, 3.0] {
            let x = BALL.project(&(matrix(4, 3, seed) * size)).unwrap();
            check::constraint_set(&SpoiledBall("nothing"), &x).unwrap().assert();
            for (fault, law) in laws {
                caught(check::constraint_set(&SpoiledBall(fault), &x), law);
            }
        }
    }
}

#[test]
#[should_panic(expected = "gradient: FAILED")]
fn assert_panics_with_the_report() {
    check::gradient(&LogCosh(|g: Matrix| -g), &matrix(2, 1, 1)).unwrap().assert();
}

#[test]
fn a_check_is_deterministic() {
    let report = |seed| check::constraint_set(&Stiefel::default(), &orthonormal(5, 2, seed)).unwrap();
    assert_eq!(report(1), report(1));
    assert_ne!(report(1), report(2));
}
