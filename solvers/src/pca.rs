//! The first loss of the joint model, λ(1 − tr(WᵀΣW)/tr Σ), and the rules that lower it.
//!
//! The loss is the share of the variance that a reduction by W loses. A rule is an update of W.
//!
//! | Rule | Update of W, or direction G | Reads | Use it |
//! |---|---|---|---|
//! | [`Majorize`] | P(ΣW + C) | Σ | on a set with the projection P: monotone, no step size |
//! | [`Columns`] | the secular equation | Σ | on columns of norm 1, or at most 1: the global minimiser |
//! | [`Unconstrained`] | ρ((ρ + γ)I − 2λΣ/tr Σ)⁻¹C | Σ | without a constraint: exact where it is bounded |
//! | [`Power`] | qf(ΣW + C) | Σ | for the plain power method, in its own basis |
//! | [`Hebbian`] | G = ΣW | Σ | for the users' rule, on any set |
//! | [`Minibatch`] | G = Σ̃W | b samples | where a pass is dear and three digits are enough |
//! | [`VrPca`] | G = Σ̃(W − W̃R) + ΣW̃R | b samples, Σ once an epoch | where a pass is dear and accuracy counts |
//! | [`Oja`] of a G | G − WWᵀG | as G | without a constraint: W becomes orthonormal |
//! | [`Sanger`] of a G | G − W upper(WᵀG) | as G | for components in order |
//! | [`Krasulina`] of a G | G − W(WᵀW)⁻¹WᵀG | as G | near the solution, where its noise vanishes with the residual |
//! | [`Custom`] | yours | | for a rule that is nobody's gradient |
//! | [`Lbfgs`](crate::descent::Lbfgs) on [`VarianceLoss`] | a quasi-Newton step | Σ | for twelve digits in few products |
//!
//! [`Descent`](admm::Descent) makes a block of a direction, with [`ScheduledSteps`](admm::ScheduledSteps) whose
//! [`Rate`](admm::Rate) is constant or decays. It also makes a block of [`VarianceLoss`] itself, with
//! [`Gradient`](admm::Gradient), which searches along a line.

mod columns;
mod covariance;
mod custom;
mod hebbian;
mod krasulina;
mod majorize;
mod minibatch;
mod oja;
mod power;
mod sanger;
mod spectrum;
mod unconstrained;
mod vr_pca;

pub use columns::{ColumnSet, Columns};
pub use covariance::Covariance;
pub use custom::{Custom, Overridden};
pub use hebbian::Hebbian;
pub use krasulina::Krasulina;
pub use majorize::Majorize;
pub use minibatch::{Batches, Minibatch};
pub use oja::Oja;
pub use power::Power;
pub use sanger::Sanger;
pub(crate) use spectrum::Shadow;
pub use spectrum::Spectrum;
pub use unconstrained::Unconstrained;
pub use vr_pca::{Anchor, VrMemory, VrPca};

use crate::scalar::Scalar;
use admm::space::Shape;
use admm::{Error, Result, Smooth};
use nalgebra::DMatrix;
use std::sync::Arc;

/// f(W) = λ(1 − tr(WᵀΣW)/tr Σ). Without a constraint on W it is unbounded below.
#[derive(Debug, Clone)]
pub struct VarianceLoss<T: Scalar> {
    /// The covariance Σ/tr Σ, of trace 1.
    pub covariance: Arc<Covariance<T>>,
    /// The weight λ in [0, 1].
    pub weight: T,
}

impl<T: Scalar> VarianceLoss<T> {
    /// Returns the value f(W).
    ///
    /// # Panics
    /// If W does not have d rows.
    pub fn value(&self, w: &DMatrix<T>) -> T {
        self.weight * (T::one() - self.covariance.captured(w))
    }
    /// −∇f(W) = 2λΣW/tr Σ.
    ///
    /// # Panics
    /// If W does not have d rows.
    pub fn ascent(&self, w: &DMatrix<T>) -> DMatrix<T> {
        self.covariance.times(w) * (T::of(2.0) * self.weight)
    }
    /// f and −∇f from one product with Σ: f = λ − ½⟨W, −∇f⟩.
    ///
    /// # Panics
    /// If W does not have d rows.
    pub fn value_and_ascent(&self, w: &DMatrix<T>) -> (T, DMatrix<T>) {
        let ascent = self.ascent(w);
        (self.weight - T::of(0.5) * w.dot(&ascent), ascent)
    }
    /// Returns f(W), or an error if W does not have as many rows as Σ.
    pub(crate) fn checked_value(&self, w: &DMatrix<T>) -> Result<T> {
        self.check(w)?;
        Ok(self.value(w))
    }
    /// Checks that W has as many rows as Σ.
    pub(crate) fn check(&self, w: &DMatrix<T>) -> Result<()> {
        let shape = |rows: usize| Shape(vec![(rows, w.ncols())]);
        Error::check_size("W of the PCA loss", shape(self.covariance.dimension()), shape(w.nrows()))
    }
    /// L = 2λλ₁/tr Σ, the Lipschitz constant of ∇f. Without a constraint f(W) + ρ/2 ‖W − C‖² is bounded below for every
    /// C exactly where ρ > L, since its Hessian is ρI − 2λΣ/tr Σ: [`Unconstrained`] refuses any other ρ.
    ///
    /// # Errors
    /// An eigendecomposition that fails.
    pub fn lipschitz(&self) -> Result<T> {
        Ok(T::of(2.0) * self.weight * self.covariance.top(1)?.0[0])
    }
    /// The guard of a W without a constraint.
    ///
    /// # Errors
    /// [`Error::Unbounded`] for ρ ≤ [`lipschitz`](Self::lipschitz), which it names; an eigendecomposition that fails.
    ///
    /// ```
    /// use admm_solvers::pca::{Covariance, VarianceLoss};
    /// use admm::nalgebra::DMatrix;
    ///
    /// let sigma = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![3.0, 1.0]));
    /// let loss = VarianceLoss { covariance: Covariance::from_matrix(sigma)?.into(), weight: 0.5 };
    /// let refused = loss.check_rho(0.7).unwrap_err().to_string();
    /// assert_eq!(refused, "the problem is unbounded below for the penalty 0.7: it must be above 0.75");
    /// # Ok::<(), admm::Error>(())
    /// ```
    pub fn check_rho(&self, rho: T) -> Result<()> {
        above(rho, self.lipschitz()?)
    }
}

/// Checks that a penalty bounds the problem from below.
fn above<T: Scalar>(rho: T, smallest: T) -> Result<()> {
    if rho > smallest {
        return Ok(());
    }
    Err(Error::Unbounded { rho: rho.to_f64(), smallest: smallest.to_f64() })
}

impl<T: Scalar> Smooth<T> for VarianceLoss<T> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, w: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        self.check(w)?;
        let (value, ascent) = self.value_and_ascent(w);
        Ok((value, -ascent))
    }
    fn passes(&self) -> u64 {
        self.covariance.passes()
    }
}
