//! Several starts of one fit.

use super::{Fitted, Method, Moment, Prepared, StartEnd};
use crate::scalar::Scalar;
use admm::random::SplitMix64;
use admm::ranks::any;
use admm::{Result, Status};
use std::ops::ControlFlow;

/// Objectives that differ by less than this share are those of one minimum.
const SAME: f64 = 1e-9;

/// So many fits are in memory at once.
const ROUND: usize = 64;

impl<T: Scalar> Prepared<T> {
    /// Fits from random starts too, as many as [`Builder::starts`](crate::joint::Builder::starts) says, and returns the
    /// fit with the lowest joint objective: the given one, if no other is below it by more than rounding.
    ///
    /// [`Report::starts`](crate::joint::Report::starts) then lists where each start ended. The starts run side by side on
    /// the threads of the problem. Their seeds follow from [`Builder::seed`](crate::joint::Builder::seed), so that the
    /// result depends on neither the threads nor the order in which they finish.
    ///
    /// As soon as `stops` returns true, the starts end that are under way. The list then ends before the first of them, and
    /// another call with the fit that came back goes on from there. The method [`TwoStage`](Method::TwoStage) has one
    /// start, and a fit by it comes back as it is.
    ///
    /// ```
    /// use admm_solvers::joint::{JointModel, Method};
    /// use admm::nalgebra::DMatrix;
    /// use std::ops::ControlFlow::Continue;
    ///
    /// let x = DMatrix::from_fn(3, 40, |i, j| ((3 * j + i) as f64).sin() + if i == j % 2 { 1.0 } else { 0.0 });
    /// let labels: Vec<usize> = (0..40).map(|sample| sample % 2).collect();
    /// let prepared = JointModel::builder().starts(4).build()?.prepare(&x, &labels, 2, None)?;
    /// let fitted = prepared.fit(Method::Admm, &mut |_| Continue(()))?;
    /// let best = prepared.other_starts(fitted, &|| false)?;
    /// assert_eq!(best.report.starts.len(), 5);
    /// assert!(best.report.starts.iter().all(|end| best.report.objective <= end.objective + 1e-8));
    /// # Ok::<(), admm::Error>(())
    /// ```
    ///
    /// # Errors
    /// A block that fails.
    pub fn other_starts(&self, fitted: Fitted<T>, stops: &(dyn Fn() -> bool + Sync)) -> Result<Fitted<T>> {
        let (method, count) = (fitted.report.method, self.options().starts);
        if count == 0 || method == Method::TwoStage {
            return Ok(fitted);
        }
        let (mut best, mut random) = (fitted, SplitMix64(self.options().seed));
        let mut ends = std::mem::take(&mut best.report.starts);
        if ends.is_empty() {
            ends.push(StartEnd::of(&best.report));
        }
        (1..ends.len()).for_each(|_| _ = random.bits());
        'rounds: while ends.len() <= count {
            let seeds: Vec<u64> = (ends.len()..=count).take(ROUND).map(|_| random.bits()).collect();
            for other in self.options().side_by_side().map(seeds.len(), |i| self.random_fit(method, seeds[i], stops)) {
                let Some(other) = other? else { break 'rounds };
                ends.push(StartEnd::of(&other.report));
                let lowest = best.report.objective;
                if other.report.objective < lowest - SAME * lowest.abs() {
                    best = other;
                }
            }
        }
        best.report.starts = ends;
        Ok(best)
    }

    /// The fit from one random start; nothing if it was stopped.
    fn random_fit(&self, method: Method, seed: u64, stops: &(dyn Fn() -> bool + Sync)) -> Result<Option<Fitted<T>>> {
        if any(&*self.options().ranks, Ok(stops()))? {
            return Ok(None);
        }
        let mut observer = |_: &Moment<'_>| if stops() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let fitted = self.at_random(seed)?.fit(method, &mut observer)?;
        Ok((fitted.report.status != Status::Stopped).then_some(fitted))
    }
}
