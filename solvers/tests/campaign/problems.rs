//! Random convex problems with a solution.

use super::draw::Draw;
use super::{Matrix, Vector};

const INFINITY: f64 = f64::INFINITY;

/// minimise ½⟨x, Px⟩ + ⟨q, x⟩ + Σ gᵢ(zᵢ) subject to Kx = z.
#[derive(Debug, Clone)]
pub struct Problem {
    pub p: Matrix,
    pub q: Vector,
    pub k: Matrix,
    pub terms: Vec<Term>,
}

/// A function g of one entry of z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Term {
    /// The indicator of l ≤ z ≤ u.
    Bounds(f64, f64),
    /// λ|z|.
    Magnitude(f64),
    /// w log(1 + exp(−z)).
    Logistic(f64),
}

impl Term {
    /// The bounds of a term of a program.
    pub fn bounds(&self) -> (f64, f64) {
        match *self {
            Term::Bounds(lower, upper) => (lower, upper),
            _ => panic!("{self:?} is no bound"),
        }
    }
}

/// The kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Quadratic,
    Linear,
    Lasso,
    Logistic,
    Variation,
    /// z or y is 0 at the solution.
    Vanishing,
}

pub const KINDS: [Kind; 6] =
    [Kind::Quadratic, Kind::Linear, Kind::Lasso, Kind::Logistic, Kind::Variation, Kind::Vanishing];

impl Kind {
    /// A problem of this kind, in units that are powers of ten from 10⁻⁶ to 10⁶.
    pub fn draw(self, draw: &mut Draw) -> Problem {
        let problem = match self {
            Kind::Quadratic => quadratic(draw),
            Kind::Linear => linear(draw),
            Kind::Lasso => lasso(draw),
            Kind::Logistic => logistic(draw),
            Kind::Variation => variation(draw),
            Kind::Vanishing => vanishing(draw),
        };
        let unit = |draw: &mut Draw| if draw.below(3) == 0 { 1.0 } else { 10_f64.powf(draw.between(-6.0, 6.0)) };
        let (objective, variable) = (unit(draw), unit(draw));
        // One ρ serves all rows, so they are in one unit: that of a logistic loss is given.
        let row = match self {
            Kind::Quadratic | Kind::Linear => unit(draw),
            Kind::Logistic => 1.0,
            Kind::Lasso | Kind::Variation | Kind::Vanishing => variable,
        };
        let rows = vec![row; problem.terms.len()];
        problem.in_units(objective, variable, &rows)
    }

    /// True for programs with bounds alone, which `qp` solves as well.
    pub fn is_program(self) -> bool {
        matches!(self, Kind::Quadratic | Kind::Linear)
    }
}

impl Problem {
    /// The same problem with its objective, its variables and all its rows but those of a logistic loss in other units:
    /// so many of the new unit are one of the old.
    pub fn in_units(mut self, objective: f64, variable: f64, rows: &[f64]) -> Self {
        self.p *= objective / (variable * variable);
        self.q *= objective / variable;
        self.k /= variable;
        for (i, (term, &row)) in self.terms.iter_mut().zip(rows).enumerate() {
            let row = if matches!(term, Term::Logistic(_)) { 1.0 } else { row };
            self.k.row_mut(i).scale_mut(row);
            *term = match *term {
                Term::Bounds(l, u) => Term::Bounds(scaled(l, row), scaled(u, row)),
                Term::Magnitude(weight) => Term::Magnitude(weight * objective / row),
                Term::Logistic(weight) => Term::Logistic(weight * objective),
            };
        }
        self
    }
}

/// A bound in other units. One that stands for none stays.
fn scaled(bound: f64, unit: f64) -> f64 {
    if bound.abs() >= 1e20 { bound } else { bound * unit }
}

/// Bounds with which z and y are complementary: those at which y ≠ 0 are met.
fn bounds(draw: &mut Draw, z: f64, y: f64) -> Term {
    let none = [INFINITY, 1e20, 1e9 * (1.0 + z.abs())][draw.below(3)];
    let other = if draw.below(2) == 0 { none } else { 0.1 + draw.number().abs() };
    match (y > 0.0, y < 0.0) {
        (true, _) => Term::Bounds(z - other, z),
        (_, true) => Term::Bounds(z, z + other),
        _ => Term::Bounds(z - 0.1 - draw.number().abs(), z + other),
    }
}

/// The program that x and y solve, with a row for each entry of y.
fn solved(draw: &mut Draw, p: Matrix, k: Matrix, x: &Vector, y: &Vector) -> Problem {
    let z = &k * x;
    let terms = z.iter().zip(y).map(|(&z, &y)| bounds(draw, z, y)).collect();
    let q = -(&p * x) - k.tr_mul(y);
    Problem { p, q, k, terms }
}

/// Quadratic programs: P of any rank, bounds of x, equations, rows that repeat others.
fn quadratic(draw: &mut Draw) -> Problem {
    let (n, m) = (1 + draw.below(20), draw.below(20));
    let rank = draw.below(n + 1);
    let p = draw.gram(n, rank);
    let mut k = Matrix::identity(n + m, n);
    k.rows_mut(n, m).copy_from(&draw.matrix(m, n));
    let held = 1 + draw.below(n);
    let mut y = Vector::zeros(n + m);
    for _ in 0..held {
        y[draw.below(n + m)] = draw.number();
    }
    let x = draw.vector(n);
    let mut problem = solved(draw, p, k, &x, &y);
    let z = &problem.k * x;
    for row in n..n + draw.below(m + 1).min(n / 2) {
        problem.terms[row] = Term::Bounds(z[row], z[row]);
    }
    for row in n..(n + m).saturating_sub(1) {
        if draw.below(8) == 0 {
            repeat(draw, &mut problem, row);
        }
    }
    problem
}

/// Makes the next row a multiple of a row of A. Its multiplier was 0, or q would not fit.
fn repeat(draw: &mut Draw, problem: &mut Problem, row: usize) {
    let Term::Bounds(lower, upper) = problem.terms[row] else { return };
    let factor = 0.5 + draw.between(0.0, 2.0);
    let copy = problem.k.row(row) * factor;
    let at = problem.terms.len();
    problem.k = problem.k.clone().insert_row(at, 0.0);
    problem.k.set_row(at, &copy);
    problem.terms.push(Term::Bounds(scaled(lower, factor), scaled(upper, factor)));
}

/// Linear programs: in standard form with Ax = b and x ≥ 0, or with inequalities alone.
fn linear(draw: &mut Draw) -> Problem {
    let n = 2 + draw.below(29);
    let m = 1 + draw.below(n / 2);
    let mut k = Matrix::identity(n + m, n);
    k.rows_mut(n, m).copy_from(&draw.matrix(m, n));
    let mut y = Vector::zeros(n + m);
    if draw.below(2) == 0 {
        // m basic variables, and reduced costs of the others.
        let x = Vector::from_fn(n, |i, _| if i < m { 0.1 + draw.number().abs() } else { 0.0 });
        (0..n).for_each(|i| y[i] = if i < m { 0.0 } else { -0.1 - draw.number().abs() });
        (n..n + m).for_each(|i| y[i] = draw.number());
        let mut problem = solved(draw, Matrix::zeros(n, n), k, &x, &y);
        let b = &problem.k * x;
        (0..n).for_each(|i| problem.terms[i] = Term::Bounds(0.0, INFINITY));
        (n..n + m).for_each(|i| problem.terms[i] = Term::Bounds(b[i], b[i]));
        return problem;
    }
    // A vertex: n rows are met.
    let mut order: Vec<usize> = (0..n + m).collect();
    (0..n).for_each(|i| order.swap(i, i + draw.below(n + m - i)));
    order[..n].iter().for_each(|&row| y[row] = draw.sign() * (0.1 + draw.number().abs()));
    let x = draw.vector(n);
    solved(draw, Matrix::zeros(n, n), k, &x, &y)
}

/// ½‖Ax − b‖² + λ‖x‖₁.
fn lasso(draw: &mut Draw) -> Problem {
    let (m, n) = (2 + draw.below(30), 1 + draw.below(30));
    let (a, noise) = (draw.matrix(m, n), draw.vector(m));
    let x = Vector::from_fn(n, |_, _| if draw.below(4) == 0 { draw.number() } else { 0.0 });
    let q = -a.tr_mul(&(&a * x + noise * 0.1));
    let weight = q.amax() * draw.between(0.02, 0.5);
    Problem { p: a.tr_mul(&a), q, k: Matrix::identity(n, n), terms: vec![Term::Magnitude(weight); n] }
}

/// Σ log(1 + exp(−⟨aᵢ, x⟩)) with a ridge or with λ‖x‖₁.
fn logistic(draw: &mut Draw) -> Problem {
    let (m, n) = (5 + draw.below(40), 1 + draw.below(10));
    let truth = draw.vector(n);
    let mut a = draw.matrix(m, n);
    for mut row in a.row_iter_mut() {
        let score = row.tr_dot(&truth) + draw.number();
        row.scale_mut(score.signum());
    }
    let (ridge, q, losses) = (draw.between(0.01, 1.0), Vector::zeros(n), vec![Term::Logistic(1.0); m]);
    if draw.below(2) == 0 {
        return Problem { p: Matrix::identity(n, n) * ridge, q, k: a, terms: losses };
    }
    let mut k = Matrix::identity(m + n, n);
    k.rows_mut(m, n).fill_with_identity();
    k.rows_mut(0, m).copy_from(&a);
    let terms = [losses, vec![Term::Magnitude(ridge); n]].concat();
    Problem { p: Matrix::zeros(n, n), q, k, terms }
}

/// ½‖x − b‖² + λ Σ |xᵢ₊₁ − xᵢ|.
fn variation(draw: &mut Draw) -> Problem {
    let n = 2 + draw.below(50);
    let mut level = 0.0;
    let b = Vector::from_fn(n, |_, _| {
        if draw.below(8) == 0 {
            level = 3.0 * draw.number();
        }
        level + 0.3 * draw.number()
    });
    let k = Matrix::from_fn(n - 1, n, |i, j| f64::from(i8::from(j == i + 1) - i8::from(j == i)));
    let weight = draw.between(0.05, 3.0);
    Problem { p: Matrix::identity(n, n), q: -b, k, terms: vec![Term::Magnitude(weight); n - 1] }
}

/// A lasso or a total variation of which the weight leaves nothing, or bounds that hold nothing back.
fn vanishing(draw: &mut Draw) -> Problem {
    let mut problem = match draw.below(3) {
        0 => variation(draw),
        1 => lasso(draw),
        _ => return free(draw),
    };
    // No subgradient of the terms is larger than these: Kᵀy = −q − Px, and P is I where x is not 0.
    let most = problem.q.iter().map(|q| q.abs()).sum::<f64>() * draw.between(1.1, 3.0);
    problem.terms.iter_mut().for_each(|term| *term = Term::Magnitude(most));
    problem
}

/// A strictly convex quadratic within bounds that its minimiser does not meet.
fn free(draw: &mut Draw) -> Problem {
    let n = 1 + draw.below(20);
    let p = draw.gram(n, n) + Matrix::identity(n, n) * 0.1;
    let x = draw.vector(n);
    let q = -(&p * &x);
    let terms = x.iter().map(|&x| Term::Bounds(x - 0.1 - draw.number().abs(), x + 0.1 + draw.number().abs())).collect();
    Problem { p, q, k: Matrix::identity(n, n), terms }
}
