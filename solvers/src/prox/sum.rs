//! A sum of functions, and the intersection of sets.

use super::{check, positive, value_within};
use crate::scalar::{Scalar, norm};
use admm::infeasibility::Recession;
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// Passes over the functions that one call of `prox` makes at most.
const SWEEPS: usize = 10_000;

/// f₁(x) + f₂(x) + … of convex functions with a point in common: with indicators that of an intersection of sets.
///
/// prox(v, ρ) is found by Dykstra's algorithm (Bauschke and Combettes, "A Dykstra-like algorithm for two monotone
/// operators", 2008; for sets Boyle and Dykstra, 1986). From x = v and pᵢ = 0, each function in turn makes
/// x⁺ = prox_fᵢ(x + pᵢ, ρ) and pᵢ⁺ = x + pᵢ − x⁺. This is block coordinate ascent in the dual, so it converges for any
/// number of functions.
///
/// It ends at a sweep with √Σ‖Δpᵢ‖² ≤ accuracy·‖x‖, or that is within rounding of v and the pᵢ. As v = x + Σpᵢ holds
/// throughout, x is then the exact answer for functions that are moved: each fᵢ by at most √n·accuracy·‖x‖. This is the
/// rule of Birgin and Raydan ("Robust stopping criteria for Dykstra's algorithm", 2005), under which the algorithm
/// cannot stop while x rests and the pᵢ move. For polyhedral functions it takes few sweeps. For sets that touch in a
/// point it may take very many.
///
/// # Errors
/// `prox` reports [`Error::Parameters`] for an accuracy that is not a number above 0 and without a function, and
/// [`Error::Member`] with the place of a function that failed. It reports [`Error::Numerical`] if it does not end, such
/// as for sets without a point in common.
///
/// ```
/// use admm::Prox;
/// use admm::nalgebra::DMatrix;
/// use admm_solvers::prox::{Halfspace, Simplex, Sum};
///
/// let column = |entries: [f64; 2]| DMatrix::from_column_slice(2, 1, &entries);
/// let least = Halfspace { normal: column([-1.0, 0.0]), offset: -0.75 }; // x₁ ≥ 0.75
/// let both = Sum::<f64> { of: vec![Box::new(Simplex { total: 1.0 }), Box::new(least)], accuracy: 1e-12 };
/// let nearest = both.prox(&column([0.0, 5.0]), 1.0)?;
/// assert!((nearest - column([0.75, 0.25])).norm() < 1e-11);
/// # Ok::<(), admm::Error>(())
/// ```
#[doc(alias = "Intersection")]
#[doc(alias = "Dykstra")]
pub struct Sum<T: Scalar> {
    /// The functions.
    pub of: Vec<Box<dyn Prox<T>>>,
    /// The accuracy relative to ‖x‖. Below 64 ε it is taken for that.
    pub accuracy: f64,
}

impl<T: Scalar> Sum<T> {
    fn accuracy(&self) -> Result<T> {
        Ok(positive::<T>(self.accuracy, "accuracy")?.max(T::of(64.0) * T::EPSILON))
    }

    /// One sweep: x and the pᵢ move. Returns √Σ‖Δpᵢ‖² and √Σ‖pᵢ‖².
    fn sweep(&self, x: &mut DMatrix<T>, pulls: &mut [DMatrix<T>], rho: T) -> Result<(T, T)> {
        let (mut moved, mut size) = (T::zero(), T::zero());
        for (index, (part, pull)) in self.of.iter().zip(pulls).enumerate() {
            let target = &*x + &*pull;
            *x = part.prox(&target, rho).map_err(|error| Error::Member { index, source: Box::new(error) })?;
            Error::check_size("result of prox", target.shape(), x.shape())?;
            let rest = target - &*x;
            moved = moved.hypot(norm((&rest - &*pull).as_slice()));
            size = size.hypot(norm(rest.as_slice()));
            *pull = rest;
        }
        Ok((moved, size))
    }
}

impl<T: Scalar> Prox<T> for Sum<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let parts = T::of(self.of.len() as f64);
        self.accuracy().map_or(T::of(f64::NAN), |accuracy| {
            let room = T::of(2.0) * parts.sqrt() * accuracy * norm(x.as_slice());
            self.of.iter().map(|part| value_within(&**part, x, room)).sum()
        })
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let accuracy = self.accuracy()?;
        if self.of.is_empty() {
            return Err(Error::parameter("of", "must have a function, got none"));
        }
        let (mut x, mut pulls) = (v.clone(), vec![v * T::zero(); self.of.len()]);
        let start = norm(v.as_slice());
        for _ in 0..SWEEPS {
            let (moved, size) = self.sweep(&mut x, &mut pulls, rho)?;
            if moved <= accuracy * norm(x.as_slice()) || moved <= T::of(8.0) * T::EPSILON * (start + size) {
                return Ok(x);
            }
        }
        Err(Error::numerical("the sum of functions", format!("was not minimised in {SWEEPS} sweeps")))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.iter_mut().try_for_each(|part| part.retune(rho))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let none = Recession { value: T::zero(), violation: T::zero(), length: norm(by.as_slice()) };
        self.of.iter().try_fold(none, |sum, part| {
            let next = part.recession(by)?;
            Some(Recession { value: sum.value + next.value, violation: sum.violation.max(next.violation), ..sum })
        })
    }
    fn is_nonconvex(&self) -> bool {
        self.of.iter().any(|term| term.is_nonconvex())
    }
}
