//! Random programs without a solution.

use super::Matrix;
use super::draw::Draw;
use super::problems::{Problem, Term};

const INFINITY: f64 = f64::INFINITY;

/// Bounds that no Kx satisfies.
pub fn primal(draw: &mut Draw) -> Problem {
    let problem = match draw.below(3) {
        0 => separated(draw),
        1 => contradiction(draw),
        _ => negative(draw),
    };
    in_any_units(draw, problem)
}

/// An objective that falls without end.
pub fn dual(draw: &mut Draw) -> Problem {
    let n = 1 + draw.below(12);
    let m = n + draw.below(12);
    let by = draw.vector(n).normalize();
    let rank = draw.below(n);
    let root = draw.matrix(rank, n);
    let root = &root - &root * &by * by.transpose();
    let p = root.tr_mul(&root);
    let mut k = draw.matrix(m, n);
    let mut terms = Vec::new();
    for row in 0..m {
        let slope = k.row(row).tr_dot(&by);
        let (below, above) = (-draw.number().abs(), draw.number().abs());
        // Along the direction a row moves away from its bound, or not at all.
        if draw.below(3) == 0 {
            let still = k.row(row) - by.transpose() * slope;
            k.set_row(row, &still);
            terms.push(if draw.below(2) == 0 { Term::Bounds(0.0, 0.0) } else { Term::Bounds(below, above) });
        } else {
            terms.push(if slope > 0.0 { Term::Bounds(below, INFINITY) } else { Term::Bounds(-INFINITY, above) });
        }
    }
    let q = draw.vector(n);
    let q = &q - &by * (q.dot(&by) + 0.2 + draw.number().abs());
    in_any_units(draw, Problem { p: (&p + p.transpose()) / 2.0, q, k, terms })
}

/// A bounded or unbounded objective over these rows.
fn over(draw: &mut Draw, k: Matrix, terms: Vec<Term>) -> Problem {
    let n = k.ncols();
    let rank = draw.below(n + 1);
    Problem { p: draw.gram(n, rank), q: draw.vector(n), k, terms }
}

/// Kᵀy = 0 for a y that separates the bounds from 0.
fn separated(draw: &mut Draw) -> Problem {
    let n = 1 + draw.below(12);
    let m = n + 1 + draw.below(12);
    let y = draw.vector(m).normalize();
    let mut k = draw.matrix(m, n);
    k -= &y * y.tr_mul(&k);
    let bounds = |(width, &y): (f64, &f64)| {
        let near = -0.1 * y;
        if y > 0.0 { Term::Bounds(near - width, near) } else { Term::Bounds(near, near + width) }
    };
    let widths: Vec<f64> = (0..m).map(|_| if draw.below(2) == 0 { INFINITY } else { draw.number().abs() }).collect();
    let terms = widths.into_iter().zip(&y).map(bounds).collect();
    over(draw, k, terms)
}

/// Two multiples of one row whose bounds leave a gap, among rows with a common point.
fn contradiction(draw: &mut Draw) -> Problem {
    let n = 1 + draw.below(12);
    let m = 1 + draw.below(12);
    let x = draw.vector(n);
    let mut k = Matrix::identity(n + m + 1, n);
    k.rows_mut(n, m).copy_from(&draw.matrix(m, n));
    let factor = 0.5 + draw.between(0.0, 2.0);
    let copy = k.row(n) * factor;
    k.set_row(n + m, &copy);
    let z = &k * x;
    let mut terms: Vec<Term> =
        z.iter().map(|&z| Term::Bounds(z - draw.number().abs(), z + draw.number().abs())).collect();
    let Term::Bounds(_, upper) = terms[n] else { unreachable!() };
    let gap = 0.1 + draw.number().abs();
    terms[n + m] =
        Term::Bounds((upper + gap) * factor, if draw.below(2) == 0 { INFINITY } else { (upper + 2.0 * gap) * factor });
    over(draw, k, terms)
}

/// x ≥ 0, and a positive row that must be negative.
fn negative(draw: &mut Draw) -> Problem {
    let n = 1 + draw.below(12);
    let m = draw.below(6);
    let mut k = Matrix::identity(n + m + 1, n);
    k.rows_mut(n, m).copy_from(&draw.matrix(m, n));
    let row = Matrix::from_fn(1, n, |_, _| 0.1 + draw.number().abs());
    k.row_mut(n + m).copy_from(&row);
    let mut terms = vec![Term::Bounds(0.0, INFINITY); n];
    terms.extend((0..m).map(|_| Term::Bounds(-draw.number().abs(), draw.number().abs())));
    let below = -0.1 - draw.number().abs();
    terms.push(if draw.below(2) == 0 { Term::Bounds(below, below) } else { Term::Bounds(-INFINITY, below) });
    over(draw, k, terms)
}

fn in_any_units(draw: &mut Draw, problem: Problem) -> Problem {
    let mut unit = || if draw.below(3) == 0 { 1.0 } else { 10_f64.powf(draw.between(-6.0, 6.0)) };
    let (objective, variable, row) = (unit(), unit(), unit());
    let rows = vec![row; problem.terms.len()];
    problem.in_units(objective, variable, &rows)
}
