//! Sharing: N blocks have a common function of the sum of their images.

use super::{check_members, sum};
use crate::space::Shape;
use crate::subproblem::{Recession, Support, prox_of};
use crate::{Cost, Prox, Real, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// g(z₁ + … + z_N), a cost of what N blocks contribute. Boyd et al. (2011, §7.3).
///
/// Against [`Negated`](crate::Negated) of it, a [`Group`](crate::patterns::Group) minimises Σ fᵢ(xᵢ) + g(Σ Kᵢxᵢ). With
/// the indicator of {0} for g it is exchange (§7.3.2). Exchange is the form for three and more blocks in one equation
/// K₁x₁ + … + K_N x_N = c. The blocks move side by side. One after the other they may diverge (Chen, He, Ye and Yuan,
/// "The direct extension of ADMM for multi-block convex minimization problems is not necessarily convergent", 2016).
///
/// The argmin is zᵢ = vᵢ + (s − Σ vⱼ)/N with s = prox_g(Σ vⱼ, ρ/N).
#[derive(Debug, Clone)]
pub struct Sharing<P> {
    /// The function g.
    pub of: P,
    /// The number N ≥ 1 of members.
    pub members: usize,
}

impl<T: Real, P: Prox<T>> Subproblem<T> for Sharing<P> {
    type Var = Vec<DMatrix<T>>;
    type Image = Vec<DMatrix<T>>;

    fn value(&self, z: &Self::Var) -> Result<T> {
        Ok(self.of.value(&sum(z)))
    }

    fn argmin(&self, z: &mut Self::Var, to: Target<'_, T, Self::Image>) -> Result<Solved<T>> {
        to.check_size(Shape(vec![z.first().map_or((0, 0), DMatrix::shape); self.members]))?;
        let (members, total) = (T::of(self.members as f64), sum(to.v));
        let shared = prox_of(&self.of, &total, to.rho / members)?;
        let each = (shared - total) / members;
        *z = to.v.iter().map(|v| v + &each).collect();
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }

    fn image(&self, z: &Self::Var) -> Self::Image {
        z.clone()
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        check_members(self.members)?;
        self.of.retune(rho / T::of(self.members as f64))
    }

    /// It is infinite unless all yᵢ are equal, and then that of g at one of them.
    fn support(&self, y: &Self::Image) -> Option<Support<T>> {
        let members = T::of(self.members as f64);
        let mean = sum(y) / members;
        let apart: T = y.iter().map(|y| (y - &mean).norm_squared()).sum();
        let Support { value, violation } = self.of.support(&mean)?;
        Some(Support { value, violation: (violation * violation * members + apart).sqrt() })
    }

    fn recession(&self, from: &Self::Var, to: &Self::Var) -> Option<Recession<T>> {
        let shared = self.of.recession(&(sum(to) - sum(from)))?;
        let length = from.iter().zip(to).map(|(from, to)| (to - from).norm_squared()).sum::<T>().sqrt();
        Some(Recession { length, violation: shared.violation / T::of(self.members as f64).sqrt(), ..shared })
    }

    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
