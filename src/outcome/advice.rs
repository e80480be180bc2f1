//! The advice at the end of a run: what was decisive, and what to change.

use crate::certificate::{Certificate, Finding, short};
use crate::penalty::Limits;
use crate::state::{Quantity, Record, tiny};
use crate::{Real, Status, Stop};

/// The end of a run, with all that its advice is about.
pub(crate) struct Ending<'a, T> {
    /// The status with which the run ended.
    pub status: Status,
    /// The record of the best iterate.
    pub best: &'a Record<T>,
    /// The record of the last iterate.
    pub last: &'a Record<T>,
    /// The findings of the run.
    pub certificate: &'a Certificate,
    /// The stopping rule.
    pub stop: &'a Stop,
    /// The limits of ρ.
    pub limits: &'a Limits,
    /// The number of iterations of the run.
    pub length: u64,
    /// The number of the last of them that came no nearer to the stopping rule.
    pub idle: u64,
    /// True if both blocks state their support functions, and if both state their recession functions.
    pub known: [bool; 2],
    /// The value of the certificate that there is no solution, and its violation relative to the value.
    pub proof: Option<(f64, f64)>,
}

/// Both residuals this small beside their scales, in units of ε, are rounding.
const ROUNDING: f64 = 64.0;

impl<T: Real> Ending<'_, T> {
    /// Returns a few sentences.
    pub(crate) fn advice(&self) -> String {
        let sentences = match self.status {
            Status::Converged if self.certificate.by_absolute => vec![
                self.status.advice().into(),
                "Its relative part was not: the absolute tolerance decided, which has the units of the problem.".into(),
            ],
            Status::IterationLimit if 2 * self.idle < self.length && !self.blocks_fall_short() => vec![
                self.reached(),
                "It still came nearer: allow more iterations (max_iterations), or ask for less accuracy.".into(),
                self.penalty(),
            ],
            Status::IterationLimit | Status::Stalled => self.stuck(),
            Status::Diverged => vec![self.reached(), self.divergence(), self.unjudged()],
            Status::Stopped => vec![self.status.advice().into(), self.reached()],
            _ => vec![self.status.advice().into(), self.proof()],
        };
        sentences.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// What was decisive, and by which factor it missed its bound.
    fn reached(&self) -> String {
        if self.blocks_fall_short() {
            let (reached, bound) = (self.inner(), self.best.inner_bound);
            return format!(
                "The residuals are within their bounds, but the gradient that the blocks left, {}, is {} its bound.",
                short(reached.to_f64()),
                times(reached / bound.max(tiny()))
            );
        }
        let (what, factor) = self.stop.decisive(self.best);
        if factor <= T::one() {
            return String::new();
        }
        format!("At the best iterate {what} is {} its bound.", times(factor))
    }

    fn inner(&self) -> T {
        self.best.inner_residual.unwrap_or(T::zero())
    }

    /// The stopping rule is met, and the run goes on since the subproblems are not solved.
    fn blocks_fall_short(&self) -> bool {
        self.stop.met(self.best) && self.inner() > self.best.inner_bound
    }

    /// The advice for a run that came no nearer to its end.
    fn stuck(&self) -> Vec<String> {
        let nearer = format!("The last {} of {} iterations came no nearer.", self.idle, self.length);
        if self.blocks_fall_short() {
            let better = "Let the blocks solve their subproblems better, by more inner steps or another method.";
            return vec![self.reached(), better.into()];
        }
        let (primal, dual) = self.best.normalised();
        if primal.max(dual) <= T::of(ROUNDING) * T::EPSILON {
            let rounding = "Both residuals are of the size of rounding: loosen the tolerance.";
            return vec![self.reached(), rounding.into()];
        }
        let patience = match self.status {
            Status::Stalled => "A run that is only slow needs more patience.",
            _ => "",
        };
        vec![self.reached(), nearer, self.penalty(), patience.into(), self.unjudged()]
    }

    /// What the penalty can do, where it is not for the policy to do it.
    fn penalty(&self) -> String {
        let Limits { bounds: (lowest, highest), max_changes, .. } = *self.limits;
        let (changes, rho) = (self.last.penalty_changes, self.last.rho.to_f64());
        let (what, _) = self.stop.decisive(self.best);
        if changes >= max_changes && changes > 0 {
            return format!(
                "The policy has used up its {changes} changes of ρ: begin with another ρ than {}, damp the policy, or \
                 allow more (penalty_limits.max_changes).",
                short(rho)
            );
        }
        if rho <= lowest || rho >= highest {
            return format!("ρ = {} is at an end of its interval (penalty_limits.bounds).", short(rho));
        }
        match what {
            _ if changes > 0 => String::new(),
            Quantity::Primal => format!("ρ stayed at {}: a larger one weighs the constraint more.", short(rho)),
            Quantity::Dual => format!("ρ stayed at {}: a smaller one weighs the constraint less.", short(rho)),
            Quantity::Objective => String::new(),
        }
    }

    fn divergence(&self) -> String {
        if let Finding::Fails(threshold) = &self.certificate.penalty {
            let bound = short(threshold.bound);
            return format!("The iterates grow: raise ρ above {bound}, see the certificate, and keep it there.");
        }
        let order = matches!(self.certificate.order, Finding::Fails(_));
        let exchange = if order { "put the smooth block last, " } else { "" };
        format!("The iterates grow: {exchange}raise ρ, or check that the problem is convex and bounded below.")
    }

    fn proof(&self) -> String {
        let said = |(value, violation)| {
            let (value, violation) = (short(value), short(violation));
            format!("Its relative value is {value}, and it violates its conditions by {violation} of that.")
        };
        self.proof.map_or(String::new(), said)
    }

    /// What the run could not find out.
    fn unjudged(&self) -> String {
        let check = |what, by| {
            format!("{what}, the run cannot tell, since a block does not state its {by}: check it yourself.")
        };
        match self.known {
            [true, true] => String::new(),
            [false, true] => check("Whether the constraints can be met", "support function"),
            [true, false] => check("Whether the objective is bounded below", "recession function"),
            [false, false] => check("Whether there is a solution", "support and recession functions"),
        }
    }
}

/// A factor in words.
fn times<T: Real>(factor: T) -> String {
    format!("{} times", short(factor.to_f64()))
}
