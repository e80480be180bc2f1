//! The coordinator owns the dual, the penalty, the residuals and the verdict.

use crate::error::caught;
use crate::penalty::check_penalty;
use crate::{
    Accuracy, Adjoint, Balance, Error, Observer, Penalty, Real, Record, Result, Space, Status, Subproblem, Target,
    Tolerance, Work,
};
use serde::{Deserialize, Serialize};

/// All that changes in a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct State<T, X, Z, S> {
    /// The variable of the first block.
    pub x: X,
    /// The variable of the second block.
    pub z: Z,
    /// Bz.
    pub bz: S,
    /// The scaled dual u; the multiplier is y = ρu.
    pub u: S,
    /// The penalty ρ for the next iteration.
    pub penalty: T,
    /// What the last iteration measured.
    pub record: Record<T>,
}

/// The state type of a pair of blocks.
pub type StateOf<T, P, Q> = State<T, <P as Subproblem<T>>::Var, <Q as Subproblem<T>>::Var, <P as Subproblem<T>>::Image>;

/// What a run returns.
#[derive(Debug, Clone)]
pub struct Outcome<S> {
    /// How it ended.
    pub status: Status,
    /// The final state when converged, else the one with the smallest residuals.
    pub best: S,
}

/// minimise f(x) + g(z)  subject to  Ax + Bz = c, for two blocks that own f, A and g, B.
///
/// For nonconvex problems put the manifold or otherwise constrained block first and the smooth block last: the
/// convergence theory of Wang, Yin and Zeng (2019, theorem 1) asks for this order.
pub struct Coordinator<T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> {
    f: P,
    g: Q,
    c: P::Image,
    /// The stopping rule.
    pub tolerance: Tolerance,
    /// How accurately the blocks solve their problems.
    pub accuracy: Accuracy,
    /// The policy for ρ.
    pub penalty: Box<dyn Penalty<T>>,
    /// Over-relaxation α in (0, 2), Boyd et al. (2011, §3.4.3); 1 is none.
    pub relaxation: T,
    /// The most iterations that [`run`](Self::run) takes.
    pub max_iterations: u64,
    /// After so many iterations without smaller residuals a run has stalled.
    pub patience: u64,
    state: StateOf<T, P, Q>,
}

impl<T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> Coordinator<T, P, Q> {
    /// Ax + Bz = 0 from the start (x, z) with u = 0, for x − z = 0 wrap the second block in [`Minus`](crate::Minus).
    ///
    /// # Errors
    /// A penalty that is not positive and finite, images of different sizes, a start that is not finite, and whatever a
    /// block says when it is tuned to the penalty.
    pub fn new(mut f: P, mut g: Q, x: P::Var, z: Q::Var, penalty: T) -> Result<Self> {
        check_penalty(penalty)?;
        let (ax, bz) = (f.image(&x), g.image(&z));
        Error::check_size("images Ax and Bz", ax.shape(), bz.shape())?;
        if !ax.is_finite() || !bz.is_finite() {
            return Err(Error::NotFinite("the start".into()));
        }
        f.retune(penalty)?;
        g.retune(penalty)?;
        let zero = T::zero();
        let accuracy = Accuracy::Fixed(1e-10);
        let record = Record {
            iteration: 0,
            primal: ax.plus(T::one(), &bz).norm(),
            dual: zero,
            primal_bound: zero,
            dual_bound: zero,
            penalty,
            penalty_changes: 0,
            inner_tolerance: T::of(accuracy.first()),
            work: Work::default(),
        };
        Ok(Coordinator {
            c: bz.zero(),
            f,
            g,
            tolerance: Tolerance::default(),
            accuracy,
            penalty: Box::new(Balance::default()),
            relaxation: T::one(),
            max_iterations: 10_000,
            patience: 1_000,
            state: State { x, z, u: bz.zero(), bz, penalty, record },
        })
    }

    /// The right-hand side c of Ax + Bz = c.
    ///
    /// # Errors
    /// A size that differs from that of Ax, and entries that are not finite.
    pub fn with_offset(mut self, c: P::Image) -> Result<Self> {
        Error::check_size("offset c", self.c.shape(), c.shape())?;
        if !c.is_finite() {
            return Err(Error::NotFinite("the offset c".into()));
        }
        self.c = c;
        Ok(self)
    }

    /// The present state.
    pub fn state(&self) -> &StateOf<T, P, Q> {
        &self.state
    }

    /// Both blocks.
    pub fn blocks(&self) -> (&P, &Q) {
        (&self.f, &self.g)
    }

    /// One iteration. On an error the state is left as it was.
    pub fn step(&mut self) -> Result<Record<T>> {
        let next = self.next()?;
        self.advance(next)?;
        Ok(self.state.record)
    }

    /// The state after this one, Boyd et al. (2011, eqs. 3.5–3.7 with 3.19).
    fn next(&self) -> Result<StateOf<T, P, Q>> {
        let (one, alpha, c) = (T::one(), self.relaxation, &self.c);
        let mut next = self.state.clone();
        next.record = self.open_record();
        let mut work = next.record.work;

        // x ← argmin f(x) + ρ/2 ‖Ax + Bz − c + u‖²
        let v = c.plus(-one, &next.bz).plus(-one, &next.u);
        work += self.guarded("x", || self.f.argmin(&mut next.x, self.target(&v, &next.record)))?;
        let ax = self.checked_image("x", || self.f.image(&next.x))?;

        // Âx = αAx − (1 − α)(Bz − c)
        let mut relaxed = ax.clone();
        relaxed.scale(alpha);
        let relaxed = relaxed.plus(alpha - one, &next.bz).plus(one - alpha, c);

        // z ← argmin g(z) + ρ/2 ‖Âx + Bz − c + u‖²
        let v = c.plus(-one, &relaxed).plus(-one, &next.u);
        work += self.guarded("z", || self.g.argmin(&mut next.z, self.target(&v, &next.record)))?;
        next.bz = self.checked_image("z", || self.g.image(&next.z))?;

        // u ← u + Âx + Bz − c
        next.u = next.u.plus(one, &relaxed).plus(one, &next.bz).plus(-one, c);

        next.record.work = work;
        self.measure(&mut next, &ax)?;
        Ok(next)
    }

    /// Iterates until the stopping rule, a limit or the observer ends the run.
    ///
    /// # Errors
    /// Parameters out of range (all of them), and what [`step`](Self::step) reports; the last good state is kept.
    pub fn run(&mut self, mut observer: impl Observer<StateOf<T, P, Q>>) -> Result<Outcome<StateOf<T, P, Q>>> {
        self.check_parameters()?;
        let mut verdict = Verdict::new(self.patience);
        let last = self.state.record.iteration.saturating_add(self.max_iterations);
        loop {
            let next = self.next()?;
            let before = self.advance(next)?;
            let record = self.state.record;
            let stopped = observer.observe(&self.state).is_break();
            let mut status = verdict.judge(&record, self.converged(), before);
            if status.is_none() && stopped {
                status = Some(Status::Stopped);
            }
            if status.is_none() && record.iteration >= last {
                status = Some(Status::IterationLimit);
            }
            if let Some(status) = status {
                let best = verdict.best.take().filter(|_| status != Status::Converged);
                return Ok(Outcome { status, best: best.unwrap_or_else(|| self.state.clone()) });
            }
        }
    }

    /// The iterations as an iterator, which ends with convergence, the iteration limit or an error.
    pub fn iter(&mut self) -> impl Iterator<Item = Result<Record<T>>> + '_ {
        let last = self.state.record.iteration.saturating_add(self.max_iterations);
        let mut failed = false;
        std::iter::from_fn(move || {
            if failed || self.converged() || self.state.record.iteration >= last {
                return None;
            }
            let record = self.step();
            failed = record.is_err();
            Some(record)
        })
    }

    /// The bookkeeping that an iteration starts with.
    fn open_record(&self) -> Record<T> {
        let last = &self.state.record;
        let first = last.iteration == 0;
        let inner_tolerance = if first { T::of(self.accuracy.first()) } else { self.accuracy.next(last) };
        Record { iteration: last.iteration + 1, penalty: self.state.penalty, inner_tolerance, ..*last }
    }

    /// Residuals within their bounds prove nothing while the blocks may stop, or never start, further than that from
    /// their minima and are still to be asked for more.
    fn converged(&self) -> bool {
        let record = &self.state.record;
        let accurate = record.inner_tolerance <= record.dual_bound;
        record.converged() && (accurate || self.accuracy.next(record) >= record.inner_tolerance)
    }

    fn target<'a>(&self, v: &'a P::Image, record: &Record<T>) -> Target<'a, T, P::Image> {
        Target { v, penalty: record.penalty, tolerance: record.inner_tolerance }
    }

    fn guarded<R>(&self, block: &str, code: impl FnOnce() -> Result<R>) -> Result<R> {
        guard(block, self.state.record.iteration + 1, code)
    }

    fn checked_image(&self, block: &str, image: impl FnOnce() -> P::Image) -> Result<P::Image> {
        self.guarded(block, || {
            let image = image();
            Error::check_size("image", self.c.shape(), image.shape())?;
            if image.is_finite() { Ok(image) } else { Err(Error::NotFinite("the image of the new iterate".into())) }
        })
    }

    fn checked_adjoint(&self, y: &P::Image) -> Result<Adjoint<T>> {
        self.guarded("x", || {
            let adjoint = self.f.adjoint(y);
            if adjoint.norm.is_finite() { Ok(adjoint) } else { Err(Error::NotFinite("the norm of the adjoint".into())) }
        })
    }

    /// r = Ax + Bz − c, s = ρAᵀBΔz and their bounds, Boyd et al. (2011, §3.3.1).
    fn measure(&self, next: &mut StateOf<T, P, Q>, ax: &P::Image) -> Result<()> {
        let one = T::one();
        let (absolute, relative) = (T::of(self.tolerance.absolute), T::of(self.tolerance.relative));
        let record = &mut next.record;
        let step = self.checked_adjoint(&next.bz.plus(-one, &self.state.bz))?;
        let multiplier = self.checked_adjoint(&next.u)?.norm * record.penalty;
        let scale = ax.norm().max(next.bz.norm()).max(self.c.norm());
        let root = |count: usize| T::of((count as f64).sqrt());
        record.primal = ax.plus(one, &next.bz).plus(-one, &self.c).norm();
        record.dual = record.penalty * step.norm;
        record.primal_bound = root(self.c.shape().count()) * absolute + relative * scale;
        record.dual_bound = root(step.count) * absolute + relative * multiplier;
        Ok(())
    }

    /// Takes the next state, after the policy was asked for ρ, and returns the old one. The one place where the dual is
    /// rescaled (y = ρu stays) and the blocks are retuned.
    fn advance(&mut self, mut next: StateOf<T, P, Q>) -> Result<StateOf<T, P, Q>> {
        let record = next.record;
        let penalty = self.penalty.next(&record);
        if penalty != record.penalty && !record.converged() {
            check_penalty(penalty)?;
            if let Err(error) = self.retune(penalty) {
                // Back in tune with the state that stays; the first error is the one to report.
                let _ = self.retune(record.penalty);
                return Err(error);
            }
            next.u.scale(record.penalty / penalty);
            next.penalty = penalty;
            next.record.penalty_changes += 1;
        }
        Ok(std::mem::replace(&mut self.state, next))
    }

    fn retune(&mut self, penalty: T) -> Result<()> {
        let iteration = self.state.record.iteration + 1;
        guard("x", iteration, || self.f.retune(penalty))?;
        guard("z", iteration, || self.g.retune(penalty))
    }

    fn check_parameters(&self) -> Result<()> {
        let mut problems = self.tolerance.problems();
        problems.extend(self.accuracy.problems());
        problems.extend(self.penalty.problems());
        if !(self.relaxation > T::zero() && self.relaxation < T::of(2.0)) {
            problems.push(format!("the relaxation must lie between 0 and 2, got {}", self.relaxation));
        }
        if self.max_iterations == 0 {
            problems.push("the number of iterations must be at least 1".into());
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Parameters(problems)) }
    }
}

/// Runs user code: a panic or an error in it becomes an error that names the block and the iteration.
fn guard<R>(block: &str, iteration: u64, code: impl FnOnce() -> Result<R>) -> Result<R> {
    caught(code).map_err(|source| Error::Block { block: block.into(), iteration, source: Box::new(source) })
}

/// Follows the residuals of a run and keeps the best state seen.
struct Verdict<S> {
    patience: u64,
    lowest: Option<(f64, u64)>,
    best: Option<S>,
}

impl<S> Verdict<S> {
    /// Residuals so many times the smallest ones are a divergence.
    const GROWTH: f64 = 1e8;

    fn new(patience: u64) -> Self {
        Verdict { patience, lowest: None, best: None }
    }

    /// `before` is the state that the iteration started from: it is kept when the new one is worse.
    fn judge<T: Real>(&mut self, record: &Record<T>, converged: bool, before: S) -> Option<Status> {
        if record.converged() {
            self.best = None;
            return converged.then_some(Status::Converged);
        }
        let excess = record.excess().to_f64();
        match self.lowest {
            Some((lowest, at)) if excess >= lowest => {
                self.best.get_or_insert(before);
                if excess > lowest * Self::GROWTH {
                    return Some(Status::Diverged);
                }
                (record.iteration - at >= self.patience).then_some(Status::Stalled)
            }
            _ => {
                self.lowest = Some((excess, record.iteration));
                self.best = None;
                None
            }
        }
    }
}
