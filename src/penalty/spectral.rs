//! Spectral stepsizes of the dual problem.

use super::Penalty;
use crate::parameter::fraction;
use crate::space::Space;
use crate::state::{Memory, Step};
use crate::{Parameter, Real};
use std::sync::Arc;

/// Adaptive ADMM, Xu, Figueiredo and Goldstein (2017). ADMM is Douglas–Rachford splitting of the dual problem. The two
/// terms of the dual have the curvatures α and β along the last moves of the duals, estimated as Barzilai and Borwein
/// do. The policy is ρ ← √(αβ).
///
/// An estimate counts only where images and duals moved together, which is the safeguard.
#[derive(Debug, Clone, Copy)]
pub struct Spectral {
    /// The correlation from which on an estimate counts, between 0 and 1.
    pub correlation: f64,
    /// Moves over so many iterations; 0 is 1.
    pub every: u64,
}

impl Default for Spectral {
    /// A correlation of 0.2 over 2 iterations, as in the paper.
    fn default() -> Self {
        Spectral { correlation: 0.2, every: 2 }
    }
}

impl<T: Real, S: Space<T>> Penalty<T, S> for Spectral {
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, S>) -> T {
        let rho = step.record.rho;
        if !memory.elements.is_empty() && !step.record.iteration.is_multiple_of(self.every.max(1)) {
            return rho;
        }
        let now = images_and_duals(step).into_iter().map(Arc::new).collect();
        let before = std::mem::replace(&mut memory.elements, now);
        let moves: Vec<S> =
            memory.elements.iter().zip(&before).map(|(now, before)| now.plus(-T::one(), before)).collect();
        let [ax, ŷ, bz, y] = &moves[..] else { return rho };
        match (self.curvature(ax, ŷ), self.curvature(bz, y)) {
            (Some(alpha), Some(beta)) => (alpha * beta).sqrt(),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => rho,
        }
    }

    fn problems(&self) -> Vec<Parameter> {
        fraction(&[("correlation", self.correlation)])
    }
}

/// Returns Ax, ŷ, Bz and y. Here ŷ = ρ(Ax + Bz − c + u) with the Bz and u that the iteration started from, and y = ρu
/// after it. −Aᵀŷ is a subgradient of f at x, and −Bᵀy is one of g at z.
fn images_and_duals<T: Real, S: Space<T>>(step: &Step<'_, T, S>) -> Vec<S> {
    let (one, (bz, u)) = (T::one(), step.from);
    let mut intermediate = u.plus(one, step.ax).and_plus(one, bz).and_plus(-one, step.c);
    let mut dual = step.to.1.clone();
    intermediate.scale_by(step.record.rho);
    dual.scale_by(step.record.rho);
    vec![step.ax.clone(), intermediate, step.to.0.clone(), dual]
}

impl Spectral {
    /// The hybrid of the steepest-descent and the minimum-gradient stepsize for the move of an image and its dual.
    fn curvature<T: Real, S: Space<T>>(&self, image: &S, dual: &S) -> Option<T> {
        let product = -image.inner_product(dual);
        let (image, dual) = (image.euclidean_norm(), dual.euclidean_norm());
        if !product.is_finite() || product <= T::of(self.correlation) * image * dual {
            return None;
        }
        let (steepest, minimum) = (dual * dual / product, product / (image * image));
        let two = T::of(2.0);
        Some(if two * minimum > steepest { minimum } else { steepest - minimum / two })
    }
}
