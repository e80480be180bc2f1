//! The total variation of signals.

use super::{along, check, everywhere};
use crate::scalar::{Scalar, binade, largest};
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::DMatrix;
use std::collections::VecDeque;

/// Σⱼ Σᵢ |xᵢ₊₁,ⱼ − xᵢ,ⱼ|, the variation down each column.
///
/// prox(v, ρ) is computed column by column in O(n) steps by dynamic programming (Johnson, "A dynamic programming
/// algorithm for the fused lasso and L0-segmentation", 2013).
///
/// ```
/// use admm::{Prox, nalgebra::DMatrix};
/// use admm_solvers::prox::TotalVariation;
///
/// let step = DMatrix::from_column_slice(4, 1, &[0.1, -0.1, 5.1, 4.9]);
/// let x = TotalVariation.prox(&step, 1.0)?;
/// assert!((x - DMatrix::from_column_slice(4, 1, &[0.5, 0.5, 4.5, 4.5])).amax() < 1e-15);
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "fused lasso")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TotalVariation;

impl<T: Scalar> Prox<T> for TotalVariation {
    fn value(&self, x: &DMatrix<T>) -> T {
        x.column_iter().flat_map(|x| (1..x.len()).map(move |i| (x[i] - x[i - 1]).abs())).sum()
    }
    /// A column is centred and scaled by a power of two, and a weight that makes it constant is lowered to one that
    /// still does: Σ|vᵢ − mean| bounds all sums of vᵢ − mean. So neither a far origin nor a small ρ costs accuracy.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let mut x = v.clone();
        for mut column in x.column_iter_mut() {
            let scale = binade(largest(column.as_slice()));
            column /= scale;
            let mean = column.mean();
            column.add_scalar_mut(-mean);
            let weight = (T::one() / rho / scale).min(column.lp_norm(1));
            denoise(column.as_mut_slice(), weight);
            column.add_scalar_mut(mean);
            column *= scale;
        }
        Ok(x)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        along(by, self.value(by))
    }
}

/// The line slope·x + offset.
#[derive(Clone, Copy)]
struct Line<T> {
    slope: T,
    offset: T,
}

impl<T: Scalar> Line<T> {
    fn at(self, x: T) -> T {
        self.slope * x + self.offset
    }
    /// The x at which the line has this height.
    fn reach(self, height: T) -> T {
        (height - self.offset) / self.slope
    }
    fn plus(self, other: Self, sign: T) -> Self {
        Line { slope: self.slope + sign * other.slope, offset: self.offset + sign * other.offset }
    }
}

/// A place where a piecewise linear function bends, and the line that is added there.
struct Knot<T> {
    at: T,
    bend: Line<T>,
}

/// x ← argmin ½‖y − x‖² + w Σ|yᵢ₊₁ − yᵢ| over y.
///
/// Let bᵢ(y) be the least value of the terms up to yᵢ = y. The derivative of bᵢ is increasing and piecewise linear. That
/// of the least value with w|yᵢ₊₁ − yᵢ| is the same, cut off at −w and w: where it is cut, yᵢ has its bounds. Each xᵢ adds
/// two knots, and each knot is removed once.
fn denoise<T: Scalar>(x: &mut [T], weight: T) {
    let (last, mut knots, mut bounds) = (x.len() - 1, VecDeque::new(), Vec::new());
    let (mut left, mut right) = (Line { slope: T::one(), offset: -x[0] }, Line { slope: T::one(), offset: -x[0] });
    for &next in &x[1..] {
        let low = cut_left(&mut knots, &mut left, -weight);
        let high = cut_right(&mut knots, &mut right, weight).max(low);
        knots.push_front(Knot { at: low, bend: Line { slope: left.slope, offset: left.offset + weight } });
        knots.push_back(Knot { at: high, bend: Line { slope: -right.slope, offset: weight - right.offset } });
        bounds.push((low, high));
        left = Line { slope: T::one(), offset: -weight - next };
        right = Line { slope: T::one(), offset: weight - next };
    }
    x[last] = cut_left(&mut knots, &mut left, T::zero());
    for (i, (low, high)) in bounds.into_iter().enumerate().rev() {
        x[i] = x[i + 1].max(low).min(high);
    }
}

/// Removes the knots at which the function is at most this high. The line becomes the one after them; the answer is the
/// place where it has the height.
fn cut_left<T: Scalar>(knots: &mut VecDeque<Knot<T>>, line: &mut Line<T>, height: T) -> T {
    while let Some(knot) = knots.front().filter(|knot| line.at(knot.at) <= height) {
        *line = line.plus(knot.bend, T::one());
        knots.pop_front();
    }
    line.reach(height)
}

/// The same from the other side, for knots at which the function is at least this high.
fn cut_right<T: Scalar>(knots: &mut VecDeque<Knot<T>>, line: &mut Line<T>, height: T) -> T {
    while let Some(knot) = knots.back().filter(|knot| line.at(knot.at) >= height) {
        *line = line.plus(knot.bend, -T::one());
        knots.pop_back();
    }
    line.reach(height)
}
