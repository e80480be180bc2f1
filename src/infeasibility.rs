//! Problems without a solution, and the vectors that show it.
//!
//! The iterates of a convex problem without a solution move on for ever, and their moves tend to a certificate
//! (Banjac, Goulart, Stellato and Boyd, "Infeasibility detection in the alternating direction method of multipliers for
//! convex optimization", 2019):
//!
//! - **Primal infeasible:** the multiplier moves by a y with sup ⟨−y, Ax + Bz⟩ + ⟨y, c⟩ < 0 over the domains of f and
//!   g. So y separates c from all Ax + Bz.
//! - **Dual infeasible:** the variables move by (δx, δz) with Aδx + Bδz = 0 along which f + g falls without end.
//!
//! A block takes part by [`support`](Subproblem::support) and [`recession`](Subproblem::recession). If both blocks know
//! theirs, [`Coordinator::run`](crate::Coordinator::run) looks at the moves of every tenth iteration, and ends with
//! [`Status::PrimalInfeasible`] or [`Status::DualInfeasible`] where they are certificates time and again. Otherwise the [advice](crate::Outcome::advice)
//! of a run that leads nowhere says what it could not tell.
//!
//! Their theorem is about plain ADMM with a constant penalty. Under a policy or an acceleration the iterates of a problem
//! without a solution may diverge in any way, or stall. So a run of such blocks that has diverged or stalled goes on as
//! plain ADMM with the last ρ for 300 iterations. Only then does it end, if no certificate is found.
//!
//! A vector computed in rounded numbers satisfies none of the conditions exactly. But a y that violates them little
//! still proves that no solution is small: none with ‖x‖ and ‖z‖ below the value divided by the violation. A
//! certificate is accepted only if this excludes everything up to 10⁵ times the size of the iterates. A run that
//! converges therefore never has one near its solution, even if its problem is not convex.

mod signs;

pub use crate::subproblem::{Recession, Support};
pub use signs::{Signs, Streak};

use crate::error::caught;
use crate::space::Space;
use crate::state::{State, StateOf};
use crate::{Real, Result, Status, Subproblem};

/// Moves are looked at once in so many iterations.
const EVERY: u64 = 10;
/// The largest violation, relative to the value.
const ACCURACY: f64 = 1e-5;
/// The smallest value, relative to the sizes of what it was computed from.
const LEAST: f64 = 1e-6;

/// The certificate that a problem has no solution: the move of one iteration.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Infeasibility<S> {
    /// [`Status::PrimalInfeasible`] or [`Status::DualInfeasible`].
    pub status: Status,
    /// The state before the iteration.
    pub from: S,
    /// The state after the iteration. The variables of dual infeasibility move from `from.x` to `to.x` and from `from.z`
    /// to `to.z`.
    pub to: S,
    /// The distance of c from all Ax + Bz, or the fall of the objective, relative to the iterates: above 0.
    pub value: f64,
    /// The violation of the conditions, relative to the value.
    pub violation: f64,
}

impl<T: Real, X, Z, S: Space<T>> Infeasibility<State<T, X, Z, S>> {
    /// Returns the move y of the multiplier, of norm 1: the certificate of primal infeasibility.
    pub fn multiplier(&self) -> S {
        let mut y = moved(&self.from, &self.to);
        let norm = y.euclidean_norm();
        if norm > T::zero() {
            y.scale_by(norm.recip());
        }
        y
    }
}

/// The move of the multiplier y = ρu in an iteration, from the point that it started from.
fn moved<T: Real, X, Z, S: Space<T>>(from: &State<T, X, Z, S>, to: &State<T, X, Z, S>) -> S {
    let mut before = from.start().1.clone();
    before.scale_by(from.rho);
    to.multiplier().plus(-T::one(), &before)
}

/// The signs that go on, and the certificate if there is one at last, of a run through states of type `S`.
pub(crate) type Judgement<S> = (Signs, Option<Infeasibility<S>>);

/// The move of one iteration between two states.
pub(crate) struct Move<'a, T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> {
    pub f: &'a P,
    pub g: &'a Q,
    pub c: &'a P::Image,
    pub from: &'a StateOf<T, P, Q>,
    pub to: &'a StateOf<T, P, Q>,
}

/// What a certificate measures, and the size of the move, which ρ does not change.
struct Sign {
    value: f64,
    violation: f64,
    size: f64,
}

/// A certificate, if the value is far enough below 0 and the violation is small beside it. The value is relative to the
/// length of the move times the size of what it is multiplied by, the images or the multiplier.
fn sign<T: Real>(value: T, violation: T, (length, other): (T, T), size: T) -> Option<Sign> {
    let fall = -value;
    let reach = other.max(fall / length);
    let (value, violation) = (fall / (length * reach), violation * reach / fall);
    let holds = value >= T::of(LEAST) && violation <= T::of(ACCURACY) && size.is_finite();
    holds.then(|| Sign { value: value.to_f64(), violation: violation.to_f64(), size: size.to_f64() })
}

impl<T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> Move<'_, T, P, Q> {
    /// Takes the move in, in the iterations that are due. Returns the signs that go on, and the certificate if there is
    /// one at last. An iteration that is taken back shows nothing.
    pub fn judge(&self, signs: Signs, since: u64) -> Result<Judgement<StateOf<T, P, Q>>> {
        let record = &self.to.record;
        if !record.iteration.is_multiple_of(EVERY) || self.to.start.is_back() {
            return Ok((signs, None));
        }
        let follow = |last, sign: &Option<Sign>| {
            Streak::follow(last, record.iteration - since, sign.as_ref().map(|sign| sign.size))
        };
        let (primal_sign, dual_sign) = (self.primal()?, self.dual()?);
        let (primal, infeasible) = follow(signs.primal, &primal_sign);
        let (dual, unbounded) = follow(signs.dual, &dual_sign);
        let found = match (primal_sign.filter(|_| infeasible), dual_sign.filter(|_| unbounded)) {
            (Some(sign), _) => Some(self.certificate(Status::PrimalInfeasible, sign)),
            (None, Some(sign)) => Some(self.certificate(Status::DualInfeasible, sign)),
            (None, None) => None,
        };
        Ok((Signs { primal, dual }, found))
    }

    fn certificate(&self, status: Status, sign: Sign) -> Infeasibility<StateOf<T, P, Q>> {
        let Sign { value, violation, .. } = sign;
        let without_run = |state: &StateOf<T, P, Q>| State { run: None, ..state.clone() };
        Infeasibility { status, from: without_run(self.from), to: without_run(self.to), value, violation }
    }

    /// For a feasible problem, σ_f(−y) + σ_g(−y) + ⟨y, c⟩ is at least −‖x‖ or −‖z‖ times the violation.
    fn primal(&self) -> Result<Option<Sign>> {
        let y = moved(self.from, self.to);
        let length = y.euclidean_norm();
        if length <= T::EPSILON * T::of(16.0) * self.to.multiplier().euclidean_norm() {
            return Ok(None);
        }
        let mut opposite = y.clone();
        opposite.scale_by(-T::one());
        let f = self.ask("x", || self.f.support(&opposite))?;
        let g = if f.is_some() { self.ask("z", || self.g.support(&opposite))? } else { None };
        Ok(f.zip(g).and_then(|(f, g)| {
            let all = f.beside(g);
            let scales = (length, self.to.record.primal_scale);
            sign(all.value + y.inner_product(self.c), all.violation, scales, length / self.from.rho)
        }))
    }

    /// For a problem with a feasible dual, f∞(δx) + g∞(δz) is at least −‖y‖ times the violation.
    fn dual(&self) -> Result<Option<Sign>> {
        let f = self.ask("x", || self.f.recession(&self.from.x, &self.to.x))?;
        let g = if f.is_some() { self.ask("z", || self.g.recession(&self.from.z, &self.to.z))? } else { None };
        let Some((f, g)) = f.zip(g) else { return Ok(None) };
        let all = f.beside(g);
        let scales = (all.length, self.to.multiplier().euclidean_norm());
        let size = all.length * self.from.rho;
        if sign(all.value, all.violation, scales, size).is_none() {
            return Ok(None);
        }
        let ax = self.ask("x", || self.f.image(&self.to.x).plus(-T::one(), &self.f.image(&self.from.x)))?;
        let gap = ax.plus(T::one(), &self.to.bz).plus(-T::one(), &self.from.bz).euclidean_norm();
        Ok(sign(all.value, all.violation + gap, scales, size))
    }

    fn ask<R>(&self, block: &str, answer: impl FnOnce() -> R) -> Result<R> {
        caught(|| Ok(answer())).map_err(|source| source.of_block(block, self.to.record.iteration))
    }
}
