//! The polish of a point: the equations that hold where the active rows are known.

use super::block::{SIGMA, column};
use super::products::{product, transposed};
use super::scaling::Scaled;
use super::system::System;
use admm::Result;
use nalgebra::DMatrix;

/// The steps of iterative refinement after the first solution.
const REFINEMENTS: usize = 3;
/// The weight 1/ρ of a row that is not active: no multiplier is left of it.
const FAR: f64 = 1e20;

/// The bound that holds a row at (z, y), if one does: always for an equation, and otherwise where y pulls more than z is
/// away, Stellato et al. (2020, §4).
fn active(z: f64, y: f64, lower: f64, upper: f64) -> Option<f64> {
    if lower == upper || z - lower < -y { Some(lower) } else { (upper - z < y).then_some(upper) }
}

/// Solves Px + q + Aᵀy = 0 with the active rows of Ax at their bounds and y = 0 elsewhere, by the factor of a regular system
/// with the same places, and iterative refinement. Returns x and y of the scaled program.
pub(super) fn polished(scaled: &Scaled, system: &System, [z, y]: [&DMatrix<f64>; 2]) -> Result<[DMatrix<f64>; 2]> {
    let Scaled { p, q, a, lower, upper, .. } = scaled;
    let rows: Vec<_> = (0..y.len()).map(|row| active(z[row], y[row], lower[row], upper[row])).collect();
    let factor = system.factorise(rows.iter().map(|bound| if bound.is_some() { SIGMA } else { FAR }))?;
    let (mut x, mut y) = (vec![0.0; q.len()], vec![0.0; rows.len()]);
    for _ in 0..=REFINEMENTS {
        let (px, ax, aty) = (product(p, &x), product(a, &x), transposed(a, &y));
        let above = px.iter().zip(&aty).zip(q.iter()).map(|((px, aty), q)| -(px + q + aty));
        let below = rows.iter().zip(&ax).map(|(bound, ax)| bound.map_or(0.0, |bound| bound - ax));
        let mut step: Vec<f64> = above.chain(below).collect();
        system.solve(&factor, &mut step);
        let (by_x, by_y) = step.split_at(x.len());
        x.iter_mut().zip(by_x).for_each(|(x, by)| *x += by);
        y.iter_mut().zip(by_y).zip(&rows).for_each(|((y, by), bound)| *y += if bound.is_some() { *by } else { 0.0 });
    }
    // A multiplier points at the bound that holds its row.
    for (row, y) in y.iter_mut().enumerate().filter(|(row, _)| lower[*row] < upper[*row]) {
        *y = if rows[row] == Some(lower[row]) { y.min(0.0) } else { y.max(0.0) };
    }
    Ok([column(x), column(y)])
}
