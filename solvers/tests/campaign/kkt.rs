//! The relative residuals of the optimality conditions, in plain loops.
//!
//! They are those of OSQP: a residual is relative to the largest norm of the terms of its condition. All norms are largest
//! magnitudes. Where the terms of z are of several kinds, Kᵀy is the sum of as many terms.
//!
//! | Condition | Residual | Relative to |
//! |---|---|---|
//! | Kx = z, and z in the domain of g | ‖Kx − z‖, the distance of z from the domain | ‖Kx‖, ‖z‖, 1 if there is a logistic loss; where z = 0, ‖K‖ ‖q‖ / ‖P‖ |
//! | Px + q + Kᵀy = 0 | its norm | ‖Px‖, ‖q‖, ‖Kᵀy‖ over the rows of each kind |
//! | y in the domain of the conjugate g* | the distance | the size of the domain |
//! | ⟨x, Px⟩ + ⟨q, x⟩ + g(z) + g*(y) = 0 | its magnitude | each of the terms; where z = 0, ‖q‖² / ‖P‖ |

use super::problems::{Problem, Term};

/// x, z and the multiplier y of Kx = z.
#[derive(Debug, Clone)]
pub struct Point {
    pub x: Vec<f64>,
    pub z: Vec<f64>,
    pub y: Vec<f64>,
}

/// The relative residuals.
#[derive(Debug, Clone, Copy)]
pub struct Kkt {
    pub primal: f64,
    pub dual: f64,
    pub gap: f64,
}

impl Kkt {
    pub fn worst(&self) -> f64 {
        // NaN counts.
        [self.primal, self.dual, self.gap].into_iter().fold(0.0, |most, one| if one <= most { most } else { one })
    }

    pub fn of(problem: &Problem, at: &Point) -> Kkt {
        let (n, m) = (at.x.len(), at.z.len());
        let (mut primal, mut image) = (0.0_f64, 0.0_f64);
        for i in 0..m {
            let row: f64 = (0..n).map(|j| problem.k[(i, j)] * at.x[j]).sum();
            primal = primal.max((row - at.z[i]).abs()).max(problem.terms[i].outside(at.z[i]));
            image = image.max(row.abs()).max(at.z[i].abs()).max(problem.terms[i].unit());
        }
        // The size of an x that f alone would choose, where nothing is left of z.
        let free = problem.q.amax() / problem.p.amax();
        let free = if at.z.iter().all(|&z| z == 0.0) && free.is_finite() { free } else { 0.0 };
        image = image.max(problem.k.amax() * free);
        let (mut dual, mut force, mut curved, mut linear) = (0.0_f64, 0.0_f64, 0.0, 0.0);
        for j in 0..n {
            let px: f64 = (0..n).map(|i| problem.p[(j, i)] * at.x[i]).sum();
            curved += px * at.x[j];
            linear += problem.q[j] * at.x[j];
            let mut pulls = [0.0; 3];
            (0..m).for_each(|i| pulls[problem.terms[i].kind()] += problem.k[(i, j)] * at.y[i]);
            let parts = [px, problem.q[j], pulls[0], pulls[1], pulls[2]];
            dual = dual.max(parts.iter().sum::<f64>().abs());
            force = parts.iter().fold(force, |most, part| most.max(part.abs()));
        }
        let beyond = (0..m).map(|i| problem.terms[i].conjugate_outside(at.y[i])).fold(0.0, f64::max);
        let value: f64 = (0..m).map(|i| problem.terms[i].value(at.z[i])).sum();
        let conjugate: f64 = (0..m).map(|i| problem.terms[i].conjugate(at.y[i])).sum();
        let terms = [curved, linear, value, conjugate, free * problem.q.amax()];
        let gap = terms[..4].iter().sum::<f64>().abs();
        Kkt {
            primal: relative(primal, image),
            dual: relative(dual, force).max(beyond),
            gap: relative(gap, terms.iter().fold(0.0, |most, term| most.max(term.abs()))),
        }
    }
}

/// 0 beside 0 is none.
fn relative(residual: f64, size: f64) -> f64 {
    if residual == 0.0 { 0.0 } else { residual / size }
}

impl Term {
    /// The size of a z that matters: a probability follows from log-odds of 1.
    fn unit(self) -> f64 {
        f64::from(matches!(self, Term::Logistic(_)))
    }
    fn kind(self) -> usize {
        match self {
            Term::Bounds(..) => 0,
            Term::Magnitude(_) => 1,
            Term::Logistic(_) => 2,
        }
    }

    fn value(self, z: f64) -> f64 {
        match self {
            Term::Bounds(..) => 0.0,
            Term::Magnitude(weight) => weight * z.abs(),
            Term::Logistic(weight) => weight * ((-z).max(0.0) + (-z.abs()).exp().ln_1p()),
        }
    }

    /// The distance of z from the domain.
    fn outside(self, z: f64) -> f64 {
        match self {
            Term::Bounds(lower, upper) => (lower - z).max(z - upper).max(0.0),
            _ => 0.0,
        }
    }

    /// sup yz − g(z) at the point of its domain that is nearest to y.
    fn conjugate(self, y: f64) -> f64 {
        let entropy = |t: f64| if t > 0.0 { t * t.ln() } else { 0.0 };
        match self {
            Term::Bounds(..) if y == 0.0 => 0.0,
            Term::Bounds(lower, upper) => y * if y > 0.0 { upper } else { lower },
            Term::Magnitude(_) => 0.0,
            Term::Logistic(weight) => {
                let t = (-y / weight).clamp(0.0, 1.0);
                weight * (entropy(t) + entropy(1.0 - t))
            }
        }
    }

    /// The distance of y from the domain of the conjugate, relative to its size. A multiplier of a bound that is not there
    /// has an infinite conjugate.
    fn conjugate_outside(self, y: f64) -> f64 {
        match self {
            Term::Bounds(..) => 0.0,
            Term::Magnitude(weight) => (y.abs() / weight - 1.0).max(0.0),
            Term::Logistic(weight) => (y / weight).max(-1.0 - y / weight).max(0.0),
        }
    }
}
