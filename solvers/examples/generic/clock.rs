//! The time that a run takes to come near an optimum, without the time in which it is looked at.

use admm::state::StateOf;
use admm::{Coordinator, Result, Subproblem, Tolerance};
use std::ops::ControlFlow;
use std::time::Instant;

/// The relative gaps that are waited for.
pub(crate) const GAPS: [f64; 3] = [1e-3, 1e-6, 1e-9];

/// The most iterations of a run.
const ITERATIONS: u64 = 100_000;

/// What a run has reached, and when.
pub(crate) struct Clock {
    optimum: f64,
    gaps: &'static [f64],
    /// The most CPU seconds.
    budget: f64,
    /// The CPU time at which the run began, and the time since that does not count.
    begun: f64,
    /// The next iteration that is looked at: all of the first 20, then every twentieth part.
    next: u64,
    /// The smallest gap so far.
    pub(crate) best: f64,
    /// The CPU seconds and the iterations to each gap.
    pub(crate) reached: Vec<(f64, u64)>,
    /// The same at the end.
    pub(crate) end: (f64, u64),
}

impl Clock {
    pub(crate) fn new(optimum: f64, gaps: &'static [f64], budget: f64) -> Self {
        Clock { optimum, gaps, budget, begun: cpu(), next: 1, best: f64::INFINITY, reached: Vec::new(), end: (0.0, 0) }
    }

    /// Begins to count: the data are there, and the problem is stated from here on.
    pub(crate) fn start(&mut self) {
        self.begun = cpu();
    }

    /// Runs until the last gap is reached, or the budget is spent. `value` is the objective at a feasible point made of the
    /// iterates.
    pub(crate) fn run<P, Q>(
        &mut self,
        mut admm: Coordinator<f64, P, Q>,
        value: impl Fn(&StateOf<f64, P, Q>) -> f64,
    ) -> Result<()>
    where
        P: Subproblem<f64>,
        Q: Subproblem<f64, Image = P::Image>,
    {
        admm.tolerance = Tolerance { absolute: 0.0, relative: 1e-13 };
        (admm.max_iterations, admm.patience) = (ITERATIONS, ITERATIONS);
        admm.run(|state: &StateOf<f64, P, Q>| self.look(state.record.iteration, || value(state)))?;
        Ok(())
    }

    fn look(&mut self, iteration: u64, value: impl FnOnce() -> f64) -> ControlFlow<()> {
        let now = cpu();
        self.end = (now - self.begun, iteration);
        if iteration >= self.next {
            self.next = iteration + (iteration / 20).max(1);
            let gap = (value() - self.optimum).abs() / self.optimum.abs();
            self.best = self.best.min(gap);
            let reached = self.gaps.iter().take_while(|level| gap <= **level).count();
            self.reached.resize(reached.max(self.reached.len()), self.end);
        }
        self.begun += cpu() - now;
        let over = self.reached.len() == self.gaps.len() || self.end.0 > self.budget;
        if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The CPU seconds of the first thread, which does all the work; the seconds of a clock where Linux does not tell them.
pub(crate) fn cpu() -> f64 {
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let nanoseconds = || std::fs::read_to_string("/proc/self/schedstat").ok()?.split(' ').next()?.parse::<f64>().ok();
    nanoseconds().map_or_else(|| BEGUN.get_or_init(Instant::now).elapsed().as_secs_f64(), |time| time * 1e-9)
}
