//! The end of a run: its verdict, its status, and what it found.

use super::Coordinator;
use crate::certificate::{Certificate, Tally};
use crate::infeasibility::{Infeasibility, Judgement, Move, Signs};
use crate::outcome::Ending;
use crate::state::{Record, Run, StateOf};
use crate::{Outcome, Real, Result, Status, Subproblem};

impl<T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> Coordinator<T, P, Q> {
    /// The verdict where the stopping rule holds. It counts only where the subproblems are solved: the gradient that the
    /// blocks reached is within its bound.
    pub(super) fn verdict(&self, record: &Record<T>) -> Option<Status> {
        match record.inner_residual {
            _ if !self.stop.met(record) => None,
            None => Some(Status::Unverified),
            Some(reached) => (reached <= record.inner_bound).then_some(Status::Converged),
        }
    }

    /// Returns the status of the run under way, if it has ended.
    pub(super) fn status(&self) -> Option<Status> {
        let (record, run) = (&self.state.record, self.state.run.as_ref()?);
        if let Some(verdict) = self.verdict(record) {
            return Some(verdict);
        }
        let limit = record.iteration - run.since >= self.max_iterations;
        run.hopeless(record, &self.stop, self.patience).or(limit.then_some(Status::IterationLimit))
    }

    /// A run that leads nowhere goes on as plain ADMM with a constant ρ for a while, if the blocks can tell then that the
    /// problem has no solution. Under a policy or an acceleration the iterates of such a problem may move in any way.
    pub(super) fn goes_on(&mut self, status: Status) -> Result<bool> {
        let hopeless = matches!(status, Status::Stalled | Status::Diverged);
        if !hopeless || self.known(&self.state)? == [false; 2] {
            return Ok(false);
        }
        let (record, limit) = (self.state.record, self.max_iterations);
        Ok(self.state.run.as_mut().is_some_and(|run| record.iteration - run.since < limit && run.is_on_trial(&record)))
    }

    /// Looks for the signs that the problem has no solution.
    pub(super) fn judge(&self, before: &StateOf<T, P, Q>) -> Result<Judgement<StateOf<T, P, Q>>> {
        let run = self.state.run.as_ref();
        let (signs, since) = run.map_or((Signs::default(), 0), |run| (run.signs, run.trial.unwrap_or(run.since)));
        if self.verdict(&self.state.record).is_some() {
            return Ok((signs, None));
        }
        Move { f: &self.f, g: &self.g, c: &self.c, from: before, to: &self.state }.judge(signs, since)
    }

    /// The outcome of a run that ends with this status, and with the certificate that there is no solution if it does.
    pub(super) fn end(
        &mut self,
        status: Status,
        infeasibility: Option<Infeasibility<StateOf<T, P, Q>>>,
    ) -> Result<Outcome<StateOf<T, P, Q>>> {
        let run = self.state.run.take();
        let last = self.state.record;
        let (tally, since, idle) =
            run.as_ref().map_or((Tally::default(), last.iteration, 0), |run| (run.tally, run.since, run.idle(&last)));
        let run = run.filter(|_| !matches!(status, Status::Converged | Status::Unverified));
        let best = run.and_then(Run::into_best).unwrap_or_else(|| self.state.clone());
        let smoothness = self.guarded("z", || Ok(self.g.smoothness(&best.z)))?;
        let nonconvex =
            self.guarded("x", || Ok(self.f.is_nonconvex()))? || self.guarded("z", || Ok(self.g.is_nonconvex()))?;
        let certificate = Certificate::new(status, smoothness, self.relaxation, &best.record, &tally, nonconvex);
        let advice = Ending {
            status,
            best: &best.record,
            last: &last,
            certificate: &certificate,
            stop: &self.stop,
            limits: &self.penalty_limits,
            length: last.iteration - since,
            idle,
            known: if status == Status::Converged { [true; 2] } else { self.known(&best)? },
            proof: infeasibility.as_ref().map(|found| (found.value, found.violation)),
        }
        .advice();
        Ok(Outcome { status, best, advice, certificate, infeasibility })
    }

    /// Returns whether both blocks state their support functions, and whether both state their recession functions.
    pub(super) fn known(&self, at: &StateOf<T, P, Q>) -> Result<[bool; 2]> {
        let f =
            self.guarded("x", || Ok([self.f.support(&at.u).is_some(), self.f.recession(&at.x, &at.x).is_some()]))?;
        let g =
            self.guarded("z", || Ok([self.g.support(&at.u).is_some(), self.g.recession(&at.z, &at.z).is_some()]))?;
        Ok([f[0] && g[0], f[1] && g[1]])
    }
}
