//! Problems without a solution, under every policy, relaxation and acceleration.

use crate::common::{Matrix, column};
use admm::accelerate::{Acceleration, Anderson, Nesterov, Plain};
use admm::infeasibility::{Recession, Support};
use admm::penalty::{Balance, Damped, Fixed, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::*;

/// The interval [lower, upper] of every entry, with a linear function ⟨slope, x⟩ on it.
#[derive(Clone)]
struct Interval {
    lower: Matrix,
    upper: Matrix,
    slope: Matrix,
}

impl Interval {
    fn of(bounds: &[(f64, f64)], slope: &[f64]) -> Self {
        let (lower, upper): (Vec<f64>, Vec<f64>) = bounds.iter().copied().unzip();
        Interval { lower: column(&lower), upper: column(&upper), slope: column(slope) }
    }
    /// The bound on the side of y.
    fn bound(&self, i: usize, y: f64) -> f64 {
        if y > 0.0 { self.upper[i] } else { self.lower[i] }
    }
    fn open(&self, y: &Matrix) -> f64 {
        let outside = |(i, y): (usize, &f64)| if self.bound(i, *y).is_finite() { 0.0 } else { y * y };
        y.iter().enumerate().map(outside).sum::<f64>().sqrt()
    }
}

impl Prox<f64> for Interval {
    fn value(&self, x: &Matrix) -> f64 {
        self.slope.dot(x)
    }
    fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
        Ok((v - &self.slope / rho).zip_zip_map(&self.lower, &self.upper, |v, lower, upper| v.max(lower).min(upper)))
    }
    fn support(&self, y: &Matrix) -> Option<Support<f64>> {
        let inside = (0..y.len()).filter(|&i| y[i] != 0.0 && self.bound(i, y[i]).is_finite());
        let value = inside.map(|i| y[i] * self.bound(i, y[i])).sum();
        Some(Support { value, violation: self.open(y) })
    }
    fn recession(&self, by: &Matrix) -> Option<Recession<f64>> {
        let outside = |(i, by): (usize, &f64)| if self.bound(i, *by).is_finite() { by * by } else { 0.0 };
        let violation = by.iter().enumerate().map(outside).sum::<f64>().sqrt();
        Some(Recession { value: self.slope.dot(by), violation, length: by.norm() })
    }
}

type Problem = Coordinator<f64, Exact<Interval>, Negated<Exact<Interval>>>;

/// f(x) + g(z) subject to x = z.
fn problem(f: Interval, g: Interval) -> Problem {
    let zero = Matrix::zeros(f.slope.len(), 1);
    Coordinator::new(Exact(f), Negated(Exact(g)), zero.clone(), zero, 1.0).unwrap()
}

fn policies() -> Vec<Box<dyn Penalty<f64, Matrix>>> {
    vec![
        Box::new(Fixed),
        Box::new(Balance::default()),
        Box::new(RelativeBalance::default()),
        Box::new(Spectral::default()),
        Box::new(SquareRoot::default()),
        Box::new(Damped(RelativeBalance::default())),
        Box::new(Damped(Spectral::default())),
    ]
}

fn accelerations() -> Vec<Box<dyn Acceleration<f64, Matrix>>> {
    vec![Box::new(Plain), Box::new(Nesterov::default()), Box::new(Anderson::default())]
}

/// Runs a problem in every way, and looks at its outcome.
fn in_every_way(
    fresh: impl Fn() -> Problem,
    look: impl Fn(&Problem, Outcome<state::StateOf<f64, Exact<Interval>, Negated<Exact<Interval>>>>),
) {
    for policy in 0..policies().len() {
        for acceleration in 0..accelerations().len() {
            for relaxation in [0.8, 1.0, 1.6] {
                let mut admm = fresh();
                admm.penalty_policy = policies().swap_remove(policy);
                admm.acceleration = accelerations().swap_remove(acceleration);
                admm.relaxation = relaxation;
                admm.max_iterations = 5_000;
                let outcome = admm.run(()).unwrap();
                look(&admm, outcome);
            }
        }
    }
}

/// Two boxes that are 0.5 apart in the second entry alone.
#[test]
fn boxes_apart_are_infeasible_in_every_way() {
    let fresh = || {
        let f = Interval::of(&[(-1.0, 2.0), (0.0, 1.0)], &[0.3, -0.1]);
        problem(f, Interval::of(&[(0.0, f64::INFINITY), (1.5, 3.0)], &[0.2, 0.4]))
    };
    in_every_way(fresh, |_, outcome| {
        assert_eq!(outcome.status, Status::PrimalInfeasible);
        let found = outcome.infeasibility.unwrap();
        let y = found.multiplier();
        // ⟨y, x − z⟩ > 0 for all x and z: x₂ < z₂.
        assert!(y[0].abs() < 1e-4 && (y[1] + 1.0).abs() < 1e-4, "{y}");
        assert!(found.violation <= 1e-5 && found.value > 0.0 && outcome.best.record.iteration < 1_000);
    });
}

/// Along the first entry the sum of the slopes is negative, and no bound stops it. Many of these runs diverge or stall
/// first: what they do as plain ADMM then tells why.
#[test]
fn a_slope_without_end_is_unbounded_in_every_way() {
    for (f, g) in [(-0.5, 0.2), (-1.0, 0.5), (-1e-3, 0.0), (-0.3, -40.0), (30.0, -31.0)] {
        let fresh = || {
            let first = Interval::of(&[(0.0, f64::INFINITY), (-1.0, 1.0)], &[f, 0.3]);
            problem(first, Interval::of(&[(-7.0, f64::INFINITY), (-1.0, 2.0)], &[g, 0.4]))
        };
        in_every_way(fresh, |admm, outcome| {
            assert_eq!(outcome.status, Status::DualInfeasible, "{f}, {g}: {:?}", admm.state().record);
            let found = outcome.infeasibility.unwrap();
            let by = (&found.to.x - &found.from.x).normalize();
            assert!((by[0] - 1.0).abs() < 1e-4, "{by}");
        });
    }
}

/// The boxes meet in a point far away, which the iterates take long to reach.
#[test]
fn what_is_feasible_is_never_named() {
    for far in [1.0, 30.0, 1e3] {
        let fresh = || {
            let f = Interval::of(&[(-far, f64::INFINITY), (0.0, 1.0)], &[0.5, -0.1]);
            problem(f, Interval::of(&[(-f64::INFINITY, 2.0 * far), (1.0, 3.0)], &[-0.2, 0.4]))
        };
        in_every_way(fresh, |_, outcome| {
            assert!(outcome.infeasibility.is_none(), "{far}: {}", outcome.status);
            assert!(![Status::PrimalInfeasible, Status::DualInfeasible].contains(&outcome.status));
        });
    }
}

/// A block that does not know its domain is never judged: the advice says so.
#[test]
fn blocks_that_do_not_answer_are_not_judged() {
    struct Silent(Interval);
    impl Prox<f64> for Silent {
        fn value(&self, x: &Matrix) -> f64 {
            self.0.value(x)
        }
        fn prox(&self, v: &Matrix, rho: f64) -> Result<Matrix> {
            self.0.prox(v, rho)
        }
    }
    let f = Silent(Interval::of(&[(0.0, 1.0)], &[0.0]));
    let g = Interval::of(&[(2.0, 3.0)], &[0.0]);
    let zero = Matrix::zeros(1, 1);
    let mut admm = Coordinator::new(Exact(f), Negated(Exact(g)), zero.clone(), zero, 1.0).unwrap();
    admm.max_iterations = 500;
    let outcome = admm.run(()).unwrap();
    assert!(outcome.infeasibility.is_none() && outcome.status == Status::IterationLimit);
    let doubt = "Whether there is a solution, the run cannot tell";
    assert!(outcome.advice.contains(doubt), "{}", outcome.advice);
    (admm.max_iterations, admm.patience) = (10_000, 100);
    let outcome = admm.run(()).unwrap();
    assert!(outcome.infeasibility.is_none(), "{}", outcome.status);
    assert!(outcome.advice.contains(doubt), "{}", outcome.advice);
}
