//! A penalty of its own for each block of a group.

use super::{Consensus, check_members};
use crate::parameter::positive;
use crate::space::{Shape, Space};
use crate::subproblem::{Adjoint, Recession, Smoothness, Support, forward, prox_of};
use crate::{Cost, Error, Prox, Real, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// A block whose penalty is wρ: the same function with the coupling operator σK, where σ = √w.
///
/// Both sides of a constraint times σ have the penalty σ²ρ on the constraint as it was, whose multiplier is σρu. So the
/// blocks of a [`Group`](crate::patterns::Group), each with a weight, have penalties of their own against a group with
/// the same weights, member by member, or against a [`Consensus`] with all of them.
///
/// # Errors
/// When it is tuned, which is at the start: a weight that is not positive and finite; not one for each member of a
/// consensus.
#[derive(Debug, Clone)]
pub struct Weighted<P, W = f64> {
    /// The block to weight.
    pub of: P,
    /// w > 0; for a [`Consensus`] a vector with one for each member.
    pub weight: W,
}

impl<T: Real, P: Subproblem<T>> Subproblem<T> for Weighted<P> {
    type Var = P::Var;
    type Image = P::Image;

    forward!(self.of: value, forget, is_nonconvex);

    /// f(x) + ρ/2 ‖σKx − v‖² = f(x) + wρ/2 ‖Kx − v/σ‖².
    fn argmin(&self, x: &mut P::Var, to: Target<'_, T, P::Image>) -> Result<Solved<T>> {
        let mut v = to.v.clone();
        v.scale_by(T::of(self.weight).sqrt().recip());
        self.of.argmin(x, Target { v: &v, rho: to.rho * T::of(self.weight), ..to })
    }
    fn image(&self, x: &P::Var) -> P::Image {
        let mut image = self.of.image(x);
        image.scale_by(T::of(self.weight).sqrt());
        image
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        check_weights(&[self.weight])?;
        self.of.retune(rho * T::of(self.weight))
    }
    fn adjoint(&self, y: &P::Image) -> Result<Adjoint<T>> {
        Ok(self.of.adjoint(y)?.times(T::of(self.weight).sqrt()))
    }
    /// As a function of σKx: L/w.
    fn smoothness(&self, x: &P::Var) -> Smoothness<T> {
        match self.of.smoothness(x) {
            Smoothness::Smooth { lipschitz: Some(lipschitz) } => {
                Smoothness::Smooth { lipschitz: Some(lipschitz / T::of(self.weight)) }
            }
            other => other,
        }
    }
    /// sup ⟨y, σKx⟩ = sup ⟨σy, Kx⟩.
    fn support(&self, y: &P::Image) -> Option<Support<T>> {
        let sigma = T::of(self.weight).sqrt();
        let mut scaled = y.clone();
        scaled.scale_by(sigma);
        let support = self.of.support(&scaled)?;
        Some(Support { violation: support.violation / sigma, ..support })
    }
    fn recession(&self, from: &P::Var, to: &P::Var) -> Option<Recession<T>> {
        Some(self.of.recession(from, to)?.through(T::of(self.weight).sqrt()))
    }
}

/// z ↦ (σ₁z, …, σ_N z).
impl<T: Real, P: Prox<T>> Subproblem<T> for Weighted<Consensus<P>, Vec<f64>> {
    type Var = DMatrix<T>;
    type Image = Vec<DMatrix<T>>;

    fn value(&self, z: &DMatrix<T>) -> Result<T> {
        self.of.value(z)
    }
    /// The proximal operator at Σ σᵢvᵢ / Σ wᵢ, with penalty ρ Σ wᵢ.
    fn argmin(&self, z: &mut DMatrix<T>, to: Target<'_, T, Self::Image>) -> Result<Solved<T>> {
        to.check_size(Shape(vec![z.shape(); self.weight.len()]))?;
        let mut mean = self.transposed(to.v);
        mean /= self.total();
        *z = prox_of(&self.of.of, &mean, to.rho * self.total())?;
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, z: &DMatrix<T>) -> Self::Image {
        self.weight.iter().map(|&weight| z * T::of(weight).sqrt()).collect()
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        check_members(self.of.members)?;
        check_weights(&self.weight)?;
        Error::check_size("weights", (self.of.members, 1), (self.weight.len(), 1))?;
        let rho = rho * self.total();
        self.of.of.retune(rho)
    }
    fn adjoint(&self, y: &Self::Image) -> Result<Adjoint<T>> {
        let sum = self.transposed(y);
        Ok(Adjoint::of(&sum))
    }
    fn support(&self, y: &Self::Image) -> Option<Support<T>> {
        let support = self.of.of.support(&self.transposed(y))?;
        Some(Support { violation: support.violation / self.total::<T>().sqrt(), ..support })
    }
    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        Some(self.of.of.recession(&(to - from))?.through(self.total::<T>().sqrt()))
    }

    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}

impl<P> Weighted<Consensus<P>, Vec<f64>> {
    /// Returns the sum Σ wᵢ of the weights.
    fn total<T: Real>(&self) -> T {
        self.weight.iter().map(|&weight| T::of(weight)).sum()
    }
    /// Returns Σ σᵢyᵢ.
    fn transposed<T: Real>(&self, y: &[DMatrix<T>]) -> DMatrix<T> {
        let mut sum = y[0].zero_like();
        self.weight.iter().zip(y).for_each(|(&weight, y)| sum.axpy(T::of(weight).sqrt(), y));
        sum
    }
}

fn check_weights(weights: &[f64]) -> Result<()> {
    Error::check_parameters(weights.iter().flat_map(|&weight| positive(&[("weight", weight)])).collect())
}
