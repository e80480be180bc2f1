//! Quadratic programs of the kinds by which OSQP is measured, Stellato et al. (2020, Appendix A), and linear programs.

use super::draw::Draw;
use super::problems::{Problem, Term};
use super::{Matrix, Vector};

const INFINITY: f64 = f64::INFINITY;

/// 30 quadratic programs, of six kinds in turn, and 20 linear programs of 12 rows and 30 columns.
pub fn programs() -> Vec<Problem> {
    let kinds = [random, equalities, portfolio, lasso, support_vectors, control];
    let quadratic = (0..30).map(|i| kinds[i % 6](&mut Draw::new(7_000 + i as u64)));
    quadratic.chain((0..20).map(|i| linear(&mut Draw::new(8_000 + i)))).collect()
}

/// A matrix of which this share of the entries is not 0.
fn sparse(draw: &mut Draw, rows: usize, columns: usize, share: f64) -> Matrix {
    Matrix::from_fn(rows, columns, |_, _| if draw.between(0.0, 1.0) < share { draw.number() } else { 0.0 })
}

fn equal(value: f64) -> Term {
    Term::Bounds(value, value)
}

/// P = MMᵀ + 10⁻² I, l ≤ Ax ≤ u with normal A.
fn random(draw: &mut Draw) -> Problem {
    let (n, m) = (20, 40);
    let root = sparse(draw, n, n, 0.15);
    let p = &root * root.transpose() + Matrix::identity(n, n) * 1e-2;
    let terms = (0..m).map(|_| Term::Bounds(-draw.between(0.0, 1.0), draw.between(0.0, 1.0))).collect();
    Problem { p, q: draw.vector(n), k: sparse(draw, m, n, 0.15), terms }
}

/// The same with equations alone, half as many as unknowns.
fn equalities(draw: &mut Draw) -> Problem {
    let (n, m) = (20, 10);
    let root = sparse(draw, n, n, 0.15);
    let p = &root * root.transpose() + Matrix::identity(n, n) * 1e-2;
    let k = sparse(draw, m, n, 0.5);
    let terms = (&k * draw.vector(n)).iter().map(|&b| equal(b)).collect();
    Problem { p, q: draw.vector(n), k, terms }
}

/// The largest return at a risk, with a factor model of the covariance: xᵀDx + yᵀy − μᵀx / γ, y = Fᵀx, 1ᵀx = 1, x ≥ 0.
fn portfolio(draw: &mut Draw) -> Problem {
    let (n, factors) = (20, 2);
    let f = sparse(draw, n, factors, 0.5);
    let mut p = Matrix::identity(n + factors, n + factors) * 2.0;
    (0..n).for_each(|i| p[(i, i)] = 2.0 * draw.between(0.0, (factors as f64).sqrt()));
    let q = Vector::from_fn(n + factors, |i, _| if i < n { -draw.number() } else { 0.0 });
    let mut k = Matrix::zeros(factors + 1 + n, n + factors);
    k.view_mut((0, 0), (factors, n)).copy_from(&f.transpose());
    (0..factors).for_each(|i| k[(i, n + i)] = -1.0);
    (0..n).for_each(|i| (k[(factors, i)], k[(factors + 1 + i, i)]) = (1.0, 1.0));
    let terms = [vec![equal(0.0); factors], vec![equal(1.0)], vec![Term::Bounds(0.0, INFINITY); n]].concat();
    Problem { p, q, k, terms }
}

/// yᵀy + λ1ᵀt with y = Ax − b and −t ≤ x ≤ t.
fn lasso(draw: &mut Draw) -> Problem {
    let (n, m) = (8, 24);
    let a = sparse(draw, m, n, 0.5);
    let x = Vector::from_fn(n, |_, _| if draw.below(2) == 0 { 0.0 } else { draw.number() / (n as f64).sqrt() });
    let b = &a * x + draw.vector(m);
    let mut p = Matrix::zeros(2 * n + m, 2 * n + m);
    (n..n + m).for_each(|i| p[(i, i)] = 2.0);
    let weight = a.tr_mul(&b).amax() / 5.0;
    let q = Vector::from_fn(2 * n + m, |i, _| if i < n + m { 0.0 } else { weight });
    let mut k = Matrix::zeros(m + 2 * n, 2 * n + m);
    k.view_mut((0, 0), (m, n)).copy_from(&a);
    (0..m).for_each(|i| k[(i, n + i)] = -1.0);
    for i in 0..n {
        (k[(m + i, i)], k[(m + i, n + m + i)]) = (1.0, -1.0);
        (k[(m + n + i, i)], k[(m + n + i, n + m + i)]) = (1.0, 1.0);
    }
    let mut terms: Vec<Term> = b.iter().map(|&b| equal(b)).collect();
    terms.extend((0..n).map(|_| Term::Bounds(-INFINITY, 0.0)));
    terms.extend((0..n).map(|_| Term::Bounds(0.0, INFINITY)));
    Problem { p, q, k, terms }
}

/// xᵀx + λ1ᵀt with t ≥ diag(b)Ax + 1 and t ≥ 0.
fn support_vectors(draw: &mut Draw) -> Problem {
    let (n, m) = (6, 30);
    let mut a = sparse(draw, m, n, 0.5);
    for (i, mut row) in a.row_iter_mut().enumerate() {
        let side = if i < m / 2 { 1.0 } else { -1.0 };
        row.iter_mut().filter(|entry| **entry != 0.0).for_each(|entry| *entry = side * (*entry + side / n as f64));
    }
    let mut p = Matrix::zeros(n + m, n + m);
    (0..n).for_each(|i| p[(i, i)] = 2.0);
    let q = Vector::from_fn(n + m, |i, _| if i < n { 0.0 } else { 1.0 });
    let mut k = Matrix::zeros(2 * m, n + m);
    k.view_mut((0, 0), (m, n)).copy_from(&(-a));
    (0..m).for_each(|i| (k[(i, n + i)], k[(m + i, n + i)]) = (-1.0, 1.0));
    let terms = [vec![Term::Bounds(-INFINITY, -1.0); m], vec![Term::Bounds(0.0, INFINITY); m]].concat();
    Problem { p, q, k, terms }
}

/// Steps x₊ = Ax + Bu from a state to 0, with bounds of both.
fn control(draw: &mut Draw) -> Problem {
    let (states, inputs, steps) = (4, 2, 6);
    let a = Matrix::identity(states, states) + draw.matrix(states, states) * 0.05;
    let b = draw.matrix(states, inputs);
    let (stage, start) = (states + inputs, draw.vector(states).map(|x| x.clamp(-0.5, 0.5)));
    let n = steps * stage;
    // Of each step the input u and the next state.
    let p = Matrix::from_fn(n, n, |i, j| f64::from(i == j) * if i % stage < inputs { 0.1 } else { 1.0 });
    let mut k = Matrix::zeros(steps * states + n, n);
    let mut terms = Vec::new();
    for step in 0..steps {
        let (row, at) = (step * states, step * stage);
        k.view_mut((row, at), (states, inputs)).copy_from(&b);
        (0..states).for_each(|i| k[(row + i, at + inputs + i)] = -1.0);
        if step > 0 {
            k.view_mut((row, at - states), (states, states)).copy_from(&a);
        }
        let moved = if step == 0 { -(&a * &start) } else { Vector::zeros(states) };
        terms.extend(moved.iter().map(|&b| equal(b)));
    }
    k.view_mut((steps * states, 0), (n, n)).fill_with_identity();
    terms.extend((0..n).map(|i| if i % stage < inputs { Term::Bounds(-0.4, 0.4) } else { Term::Bounds(-2.0, 2.0) }));
    Problem { p, q: Vector::zeros(n), k, terms }
}

/// Ax = b and x ≥ 0, with a solution that is known by its complementary slacks.
fn linear(draw: &mut Draw) -> Problem {
    let (m, n) = (12, 30);
    let a = draw.matrix(m, n);
    let basic = |i: usize| i < m;
    let x = Vector::from_fn(n, |i, _| if basic(i) { draw.between(0.0, 1.0) } else { 0.0 });
    let slack = Vector::from_fn(n, |i, _| if basic(i) { 0.0 } else { draw.between(0.0, 1.0) });
    let q = slack + a.tr_mul(&draw.vector(m));
    let mut k = Matrix::identity(m + n, n);
    k.rows_mut(0, m).copy_from(&a);
    k.rows_mut(m, n).fill_with_identity();
    let mut terms: Vec<Term> = (&a * x).iter().map(|&b| equal(b)).collect();
    terms.extend(vec![Term::Bounds(0.0, INFINITY); n]);
    Problem { p: Matrix::zeros(n, n), q, k, terms }
}
