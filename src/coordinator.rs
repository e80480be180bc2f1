//! The coordinator owns the dual, the penalty, the residuals and the verdict.

mod end;

use crate::accelerate::{Acceleration, Anderson, Phased};
use crate::error::caught;
use crate::observe::{Observer, Phases};
use crate::penalty::{Damped, Limits, Penalty, RelativeBalance, check_rho};
use crate::residuals::Images;
use crate::space::Space;
use crate::state::{Memory, Record, Run, Start, State, StateOf, Step, tiny};
use crate::subproblem::Adjoint;
use crate::{Accuracy, Error, Outcome, Parameter, Real, Result, Status, Stop, Subproblem, Target, Tolerance};
use std::time::{Duration, Instant};

/// minimise f(x) + g(z)  subject to  Ax + Bz = c, for two blocks that own f, A and g, B.
///
/// If the problem is not convex, put the manifold or otherwise constrained block first and the smooth block last: the
/// convergence theory of Wang, Yin and Zeng (2019, theorem 1) asks for this order.
pub struct Coordinator<T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> {
    f: P,
    g: Q,
    c: P::Image,
    /// The bounds of the residuals.
    pub tolerance: Tolerance,
    /// The stopping rule.
    pub stop: Stop,
    /// The accuracy to which the blocks solve their subproblems.
    pub accuracy: Accuracy,
    /// The policy for ρ.
    pub penalty_policy: Box<dyn Penalty<T, P::Image>>,
    /// The limits of ρ under any policy: its interval and the number of its changes.
    pub penalty_limits: Limits,
    /// Over-relaxation α in (0, 2), Boyd et al. (2011, §3.4.3); 1 is none.
    pub relaxation: T,
    /// The rule for the point that an iteration starts from.
    pub acceleration: Box<dyn Acceleration<T, P::Image>>,
    /// True if f(x) + g(z) is recorded in every iteration, even where the stopping rule does not need it.
    pub track_objective: bool,
    /// The most iterations that [`run`](Self::run) takes.
    pub max_iterations: u64,
    /// After so many iterations that come no nearer to the stopping rule, and half of the run, it has stalled.
    pub patience: u64,
    phases: Phases,
    state: StateOf<T, P, Q>,
}

impl<T: Real, P: Subproblem<T>, Q: Subproblem<T, Image = P::Image>> Coordinator<T, P, Q> {
    /// Ax + Bz = 0, from the start (x, z) with u = 0. For x − z = 0 wrap the second block in
    /// [`Negated`](crate::Negated). A first block with an argmin in closed form does not read x: what it starts from is z
    /// and the dual, see [`with_start`](Self::with_start).
    ///
    /// # Errors
    /// A penalty that is not positive and finite, images of different sizes, a start that is not finite, and whatever a
    /// block says when it is tuned to the penalty.
    pub fn new(mut f: P, mut g: Q, x: P::Var, z: Q::Var, rho: T) -> Result<Self> {
        check_rho(rho)?;
        let (ax, bz) = caught(|| Ok((f.image(&x), g.image(&z))))?;
        Error::check_size("images Ax and Bz", ax.sizes(), bz.sizes())?;
        if !ax.is_finite() || !bz.is_finite() {
            return Err(Error::not_finite("the start"));
        }
        caught(|| f.retune(rho).and_then(|()| g.retune(rho)))?;
        Ok(Coordinator {
            c: bz.zero_like(),
            f,
            g,
            tolerance: Tolerance::default(),
            stop: Stop::default(),
            accuracy: Accuracy::default(),
            penalty_policy: Box::new(Damped(RelativeBalance::default())),
            penalty_limits: Limits::default(),
            relaxation: T::one(),
            acceleration: Box::new(Phased { plain: 100, accelerated: 200, of: Anderson::default() }),
            track_objective: false,
            max_iterations: 10_000,
            patience: 1_000,
            phases: Phases::default(),
            state: State::new(x, z, bz, rho),
        })
    }

    /// The right-hand side c of Ax + Bz = c.
    ///
    /// # Errors
    /// A size that differs from that of Ax, and entries that are not finite.
    pub fn with_offset(mut self, c: P::Image) -> Result<Self> {
        Error::check_size("offset c", self.c.sizes(), c.sizes())?;
        if !c.is_finite() {
            return Err(Error::not_finite("the offset c"));
        }
        self.c = c;
        Ok(self)
    }

    /// Starts from this z and this scaled dual u, the two that an iteration reads: all that an [exact](crate::Exact)
    /// first block knows of a start, since it finds x anew. The solution z and u = y/ρ of a similar problem are a good
    /// one.
    ///
    /// # Errors
    /// Sizes that differ from those of Ax, entries that are not finite, and a failure of the second block.
    pub fn with_start(mut self, z: Q::Var, u: P::Image) -> Result<Self> {
        let bz = guard("z", self.state.record.iteration + 1, || Ok(self.g.image(&z)))?;
        Error::check_size("image of the start z", self.c.sizes(), bz.sizes())?;
        if !bz.is_finite() {
            return Err(Error::not_finite("the start z"));
        }
        (self.state.z, self.state.bz) = (z, bz);
        self.with_dual(u)
    }

    /// A first scaled dual u other than 0: y/ρ for the multiplier y of a similar problem, or ∇g(z)/ρ for a smooth g
    /// against x − z = 0, which leaves z where it is.
    ///
    /// # Errors
    /// A size that differs from that of Ax, and entries that are not finite.
    pub fn with_dual(mut self, u: P::Image) -> Result<Self> {
        Error::check_size("dual u", self.c.sizes(), u.sizes())?;
        if !u.is_finite() {
            return Err(Error::not_finite("the dual u"));
        }
        self.state.u = u;
        Ok(self)
    }

    /// Continues from a state of another coordinator for the same blocks: what follows has the same bits.
    ///
    /// # Errors
    /// A state of other sizes or with entries that are not finite, a penalty that is not positive and finite, and
    /// whatever a block says when it is tuned to that.
    pub fn resume(mut self, state: StateOf<T, P, Q>) -> Result<Self> {
        check_rho(state.rho)?;
        let iteration = state.record.iteration + 1;
        let ax = guard("x", iteration, || Ok(self.f.image(&state.x)))?;
        let bz = guard("z", iteration, || Ok(self.g.image(&state.z)))?;
        let (from_bz, from_u) = state.start();
        for image in [&ax, &bz, &state.bz, &state.u, from_bz, from_u] {
            Error::check_size("state to continue from", self.c.sizes(), image.sizes())?;
            if !image.is_finite() {
                return Err(Error::not_finite("the state to continue from"));
            }
        }
        self.state = state;
        self.retune(self.state.rho)?;
        Ok(self)
    }

    /// The present state.
    pub fn state(&self) -> &StateOf<T, P, Q> {
        &self.state
    }

    /// Returns both blocks.
    pub fn blocks(&self) -> (&P, &Q) {
        (&self.f, &self.g)
    }

    /// Both blocks, to go on from here with other parameters: the next weight of a path. Iterates, dual and penalty
    /// stay; what is known of the old functions goes, that which the variables [remember](Subproblem::forget) and what
    /// the penalty policy, the acceleration and the [record](State::record) do, whose count of changes of ρ begins
    /// anew. A block that is replaced must have been [tuned](Subproblem::retune) to the penalty of the
    /// [state](Self::state).
    pub fn blocks_mut(&mut self) -> (&mut P, &mut Q) {
        self.f.forget(&mut self.state.x);
        self.g.forget(&mut self.state.z);
        self.state.forget(T::of(self.accuracy.first()));
        (&mut self.f, &mut self.g)
    }

    /// The first block, whose function is to change a little: it follows the iterates, and has moved with the last one.
    /// What the first variable [remembers](Subproblem::forget) of the old function goes. All else stays, since the
    /// second function is the same and the policies go on with what they have seen.
    ///
    /// ADMM then aims at a fixed point, where each block has minimised the function that it has there. No theorem says
    /// that it arrives; the residuals together with the change of the function say where it has.
    pub fn first_mut(&mut self) -> &mut P {
        self.f.forget(&mut self.state.x);
        &mut self.f
    }

    /// Returns the time that each part of the iterations took so far.
    pub fn phases(&self) -> &Phases {
        &self.phases
    }

    /// One iteration. On an error the state is left as it was.
    ///
    /// # Errors
    /// [`Error::Block`] where a block fails or panics, [`Error::NotFinite`] and [`Error::Parameters`] where the penalty
    /// policy has no usable answer.
    pub fn step(&mut self) -> Result<Record<T>> {
        self.iterate()?;
        Ok(self.state.record)
    }

    /// Iterates until the stopping rule, a limit or the observer ends the run.
    ///
    /// # Errors
    /// Parameters out of range (all of them), and what [`step`](Self::step) reports; the last good state is kept.
    pub fn run(&mut self, mut observer: impl Observer<StateOf<T, P, Q>>) -> Result<Outcome<StateOf<T, P, Q>>> {
        self.check_parameters()?;
        let tracked = self.track_objective;
        self.track_objective |= observer.wants_objective();
        let outcome = self.until_the_end(&mut observer);
        self.track_objective = tracked;
        outcome
    }

    fn until_the_end(&mut self, observer: &mut impl Observer<StateOf<T, P, Q>>) -> Result<Outcome<StateOf<T, P, Q>>> {
        loop {
            if let Some(status) = self.status()
                && !self.goes_on(status)?
            {
                return self.end(status, None);
            }
            let before = State { run: None, ..self.iterate()? };
            let since = before.record.iteration;
            let (signs, infeasibility) = self.judge(&before)?;
            let State { run, record, start, .. } = &mut self.state;
            let run = run.get_or_insert_with(|| Run::new(since));
            run.signs = signs;
            run.follow(record, start.is_back(), &self.stop, before);
            let entered = Instant::now();
            let stopped = observer.observe_timed(&self.state, &self.phases).is_break();
            self.phases.observers += entered.elapsed();
            if stopped {
                return self.end(self.status().unwrap_or(Status::Stopped), None);
            }
            if let Some(found) = infeasibility {
                return self.end(found.status, Some(found));
            }
        }
    }

    /// The iterations as an iterator, one at least, which ends with convergence, the iteration limit or an error.
    pub fn iter(&mut self) -> impl Iterator<Item = Result<Record<T>>> + '_ {
        let last = self.state.record.iteration.saturating_add(self.max_iterations);
        let (mut unchecked, mut over) = (true, false);
        std::iter::from_fn(move || {
            if over || self.state.record.iteration >= last {
                return None;
            }
            let checked = if std::mem::take(&mut unchecked) { self.check_parameters() } else { Ok(()) };
            let record = checked.and_then(|()| self.step());
            over = record.is_err() || self.verdict(&self.state.record).is_some();
            Some(record)
        })
    }

    /// The state after this one: Boyd et al. (2011, eqs. 3.5–3.7, with the over-relaxation of eq. 3.19).
    fn next(&self, phases: &mut Phases) -> Result<StateOf<T, P, Q>> {
        let (one, alpha, c) = (T::one(), self.relaxation, &self.c);
        let State { x, z, .. } = &self.state;
        let (mut x, mut z, mut record) = (x.clone(), z.clone(), self.open_record());
        let (bz, u) = self.state.start();

        // x ← argmin f(x) + ρ/2 ‖Ax + Bz − c + u‖²
        let v = c.plus(-one, bz).and_plus(-one, u);
        let ax = timed(&mut phases.x, || self.solve("x", &self.f, &mut x, &v, &mut record))?;

        // Âx = αAx − (1 − α)(Bz − c)
        let mut relaxed = ax.clone();
        relaxed.scale_by(alpha);
        let relaxed = relaxed.and_plus(alpha - one, bz).and_plus(one - alpha, c);

        // z ← argmin g(z) + ρ/2 ‖Âx + Bz − c + u‖²
        let v = c.plus(-one, &relaxed).and_plus(-one, u);
        let new_bz = timed(&mut phases.z, || self.solve("z", &self.g, &mut z, &v, &mut record))?;

        // u ← u + Âx + Bz − c
        let u = u.plus(one, &relaxed).and_plus(one, &new_bz).and_plus(-one, c);

        let mut next = self.state.followed_by(x, z, new_bz, u, record);
        self.measure(&mut next, &ax)?;
        self.plan(&mut next, &ax)?;
        Ok(next)
    }

    /// The bookkeeping that an iteration starts with.
    fn open_record(&self) -> Record<T> {
        let last = &self.state.record;
        let first = last.iteration == 0;
        let inner_tolerance = if first { T::of(self.accuracy.first()) } else { self.accuracy.next(last) };
        let inner_residual = Some(T::zero());
        Record { iteration: last.iteration + 1, rho: self.state.rho, inner_tolerance, inner_residual, ..*last }
    }

    /// x ← argmin f(x) + ρ/2 ‖Kx − v‖² for either block, and Kx.
    fn solve<B: Subproblem<T, Image = P::Image>>(
        &self,
        name: &str,
        block: &B,
        x: &mut B::Var,
        v: &P::Image,
        record: &mut Record<T>,
    ) -> Result<P::Image> {
        let target = Target { v, rho: record.rho, tolerance: record.inner_tolerance };
        self.guarded(name, || {
            let solved = block.argmin(x, target)?;
            record.cost += solved.cost;
            record.inner_residual = record.inner_residual.zip(checked(solved.residual)?).map(|(a, b)| a.hypot(b));
            let image = block.image(x);
            Error::check_size("image", self.c.sizes(), image.sizes())?;
            if image.is_finite() { Ok(image) } else { Err(Error::not_finite("the image of the new iterate")) }
        })
    }

    /// Completes the record of an iteration: what the blocks know of their moves and values, then the residuals.
    fn measure(&self, next: &mut StateOf<T, P, Q>, ax: &P::Image) -> Result<()> {
        let objective = self.objective(next)?;
        let State { record, scales, bz, u, .. } = next;
        let size = objective.map(|now| scales.objective(now).max(tiny()));
        record.objective_change =
            objective.zip(record.objective).zip(size).map(|((now, last), size)| (now - last).abs() / size);
        record.objective = objective;
        let images = Images { c: &self.c, before: self.state.start().0, ax, bz, u, relaxation: self.relaxation };
        let adjoint = |y: &P::Image| self.checked_adjoint(y);
        images.measure((record, scales), &self.tolerance, adjoint)?;
        record.by_absolute = false;
        if self.tolerance.absolute > 0.0 && self.verdict(record).is_some() {
            let mut relative = *record;
            let (mut scales, tolerance) = (self.state.scales.clone(), Tolerance { absolute: 0.0, ..self.tolerance });
            images.measure((&mut relative, &mut scales), &tolerance, adjoint)?;
            record.by_absolute = self.verdict(&relative).is_none();
        }
        Ok(())
    }

    /// The start of the next iteration and its penalty, as the policies have it. The one place where the dual is
    /// rescaled: y = ρu stays, and what an acceleration knows under one ρ it does not know under another. An iteration
    /// that is taken back has nothing to say about ρ.
    fn plan(&self, next: &mut StateOf<T, P, Q>, ax: &P::Image) -> Result<()> {
        if self.stop.met(&next.record) || self.state.run.as_ref().is_some_and(Run::is_plain) {
            return Ok(());
        }
        let (record, extrapolated) = (next.record, self.state.start.is_ahead());
        let to = (&next.bz, &next.u);
        let step = Step { record: &record, from: self.state.start(), extrapolated, ax, to, c: &self.c };
        next.start = self.acceleration.next(&step, &mut next.acceleration_memory);
        if next.start.is_back() {
            next.record.rejected += 1;
            return Ok(());
        }
        next.record.accepted += u64::from(extrapolated);
        let wanted = self.penalty_policy.next(&step, &mut next.penalty_memory);
        next.rho = self.penalty_limits.allow(wanted, &mut next.record)?;
        if next.rho != record.rho {
            next.u.scale_by(record.rho / next.rho);
            (next.start, next.acceleration_memory) = (Start::Here, Memory::default());
        }
        Ok(())
    }

    /// Takes the next state and returns the old one. The one place where the blocks are retuned.
    fn iterate(&mut self) -> Result<StateOf<T, P, Q>> {
        let (entered, mut phases) = (Instant::now(), Phases::default());
        let next = self.next(&mut phases)?;
        if next.rho != self.state.rho
            && let Err(error) = self.retune(next.rho)
        {
            // Back in tune with the state that stays; the first error is the one to report.
            let _ = self.retune(self.state.rho);
            return Err(error);
        }
        self.phases.x += phases.x;
        self.phases.z += phases.z;
        self.phases.dual += entered.elapsed().saturating_sub(phases.x + phases.z);
        Ok(std::mem::replace(&mut self.state, next))
    }

    fn retune(&mut self, rho: T) -> Result<()> {
        let iteration = self.state.record.iteration + 1;
        guard("x", iteration, || self.f.retune(rho))?;
        guard("z", iteration, || self.g.retune(rho))
    }

    /// f(x) + g(z), where it is wanted and finite.
    fn objective(&self, state: &StateOf<T, P, Q>) -> Result<Option<T>> {
        if !self.track_objective && !self.stop.wants_objective() {
            return Ok(None);
        }
        let f = self.guarded("x", || known(self.f.value(&state.x)?))?;
        let g = self.guarded("z", || known(self.g.value(&state.z)?))?;
        Ok(Some(f + g).filter(|value| value.is_finite()))
    }

    fn checked_adjoint(&self, y: &P::Image) -> Result<Adjoint<T>> {
        self.guarded("x", || {
            let adjoint = self.f.adjoint(y)?;
            if adjoint.norm.is_finite() { Ok(adjoint) } else { Err(Error::not_finite("the norm of the adjoint")) }
        })
    }

    fn guarded<R>(&self, block: &str, code: impl FnOnce() -> Result<R>) -> Result<R> {
        guard(block, self.state.record.iteration + 1, code)
    }

    fn check_parameters(&self) -> Result<()> {
        let mut problems = self.tolerance.problems();
        problems.extend(self.stop.problems());
        problems.extend(self.accuracy.problems());
        problems.extend(self.penalty_policy.problems().into_iter().map(|problem| problem.of("penalty_policy")));
        problems.extend(self.penalty_limits.problems());
        problems.extend(self.acceleration.problems().into_iter().map(|problem| problem.of("acceleration")));
        if !(self.relaxation > T::zero() && self.relaxation < T::of(2.0)) {
            let problem = format!("must lie between 0 and 2, got {}", self.relaxation);
            problems.push(Parameter::new("relaxation", problem));
        }
        if self.max_iterations == 0 {
            problems.push(Parameter::new("max_iterations", "must be at least 1, got 0"));
        }
        Error::check_parameters(problems)
    }
}

/// The value of a function, which may be infinite.
fn known<T: Real>(value: T) -> Result<T> {
    if value.partial_cmp(&value).is_some() { Ok(value) } else { Err(Error::not_finite("the value of the function")) }
}

/// What a block says that it reached.
fn checked<T: Real>(residual: Option<T>) -> Result<Option<T>> {
    if residual.is_none_or(|reached| reached >= T::zero() && reached.is_finite()) {
        return Ok(residual);
    }
    Err(Error::not_finite("the residual of the subproblem"))
}

/// Runs user code: a panic or an error in it becomes an error that names the block and the iteration.
fn guard<R>(block: &str, iteration: u64, code: impl FnOnce() -> Result<R>) -> Result<R> {
    caught(code).map_err(|source| source.of_block(block, iteration))
}

fn timed<R>(phase: &mut Duration, code: impl FnOnce() -> R) -> R {
    let entered = Instant::now();
    let result = code();
    *phase += entered.elapsed();
    result
}
