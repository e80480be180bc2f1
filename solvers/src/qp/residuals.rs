//! The residuals of a quadratic program, in its own units.

use super::products::{product, transposed};
use super::program::Program;
use crate::scalar::worst;
use admm::Tolerance;
use nalgebra::DVector;

/// The residuals of a point (x, y), with what each is relative to. All norms are largest magnitudes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Residuals {
    /// The largest distance of a row of Ax from its bounds.
    pub primal: f64,
    /// ‖Px + q + Aᵀy‖.
    pub dual: f64,
    /// |⟨x, Px⟩ + ⟨q, x⟩ + Σ uᵢ max(yᵢ, 0) + Σ lᵢ min(yᵢ, 0)|: the distance of the objective from that of the dual program.
    pub gap: f64,
    /// The largest of ‖Ax‖ and ‖z‖, where z is the point within the bounds nearest to Ax.
    pub primal_scale: f64,
    /// The largest of ‖Px‖, ‖q‖ and ‖Aᵀy‖.
    pub dual_scale: f64,
    /// The largest of |⟨x, Px⟩|, |⟨q, x⟩| and the sum over the rows.
    pub gap_scale: f64,
}

impl Residuals {
    pub(super) fn of(program: &Program, x: &DVector<f64>, y: &DVector<f64>) -> (Self, f64) {
        let Program { p, q, a, lower, upper } = program;
        let [px, ax, aty] =
            [product(p, x.as_slice()), product(a, x.as_slice()), transposed(a, y.as_slice())].map(DVector::from_vec);
        let z = ax.zip_zip_map(lower, upper, |row, lower, upper| row.max(lower).min(upper));
        let bound = |row: usize| if y[row] > 0.0 { upper[row] } else { lower[row] };
        let held: f64 = (0..y.len()).filter(|&row| y[row] != 0.0).map(|row| y[row] * bound(row)).sum();
        let (curved, linear) = (x.dot(&px), q.dot(x));
        let residuals = Residuals {
            primal: largest(&(&ax - &z)),
            dual: largest(&(&px + q + &aty)),
            gap: (curved + linear + held).abs(),
            primal_scale: largest(&ax).max(largest(&z)),
            dual_scale: largest(&px).max(largest(q)).max(largest(&aty)),
            gap_scale: curved.abs().max(linear.abs()).max(held.abs()),
        };
        (residuals, 0.5 * curved + linear)
    }

    /// Returns the largest residual in units of its bound: at most 1 at a solution. The units are those of the rows and of the
    /// objective, in which the absolute tolerance is given.
    pub(super) fn excess(&self, tolerance: &Tolerance, [row, unit]: [f64; 2]) -> f64 {
        let bound = |unit: f64, scale: f64| tolerance.absolute * unit + tolerance.relative * scale;
        let parts = [
            (self.primal, bound(row, self.primal_scale)),
            (self.dual, bound(unit, self.dual_scale)),
            (self.gap, bound(unit, self.gap_scale)),
        ];
        // An infinite gap, of a multiplier that points at a bound that there is not, has an infinite scale: NaN counts.
        worst(parts.map(|(residual, bound)| if residual == 0.0 { 0.0 } else { residual / bound }))
    }
}

pub(super) fn largest(vector: &DVector<f64>) -> f64 {
    vector.iter().fold(0.0, |most, entry| most.max(entry.abs()))
}
