//! The history of a fit, and what a method ends with.

use crate::joint::{Method, Moment, Position, Progress};
use admm::certificate::Certificate;
use admm::checkpoint::{from_bytes, to_bytes};
use admm::ranks::{Ranks, agree, any};
use admm::{Result, Status, caught};
use serde::{Serialize, de::DeserializeOwned};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// The end of a method: a feasible point and the last entry of its history.
pub(crate) struct Found<P> {
    pub point: P,
    pub status: Status,
    pub last: Progress,
    /// Passes of the polish.
    pub polish: u64,
    /// The certificate, for methods with a dual.
    pub certificate: Option<Certificate>,
}

/// The state of a fit is compared between ranks after every so many iterations.
const COMPARED: u64 = 50;

/// Records each outer iteration and shows it to the observer. The clock stands still meanwhile.
pub(crate) struct Log<'a> {
    observer: &'a mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
    ranks: &'a dyn Ranks,
    method: Method,
    state: Option<Vec<u8>>,
    /// What the first stage of a method has left, while the second one runs.
    pub first_stage: Option<Vec<u8>>,
    pub history: Vec<Progress>,
    earlier: f64,
    started: Instant,
    paused: Duration,
}

impl<'a> Log<'a> {
    /// # Errors
    /// A position that is not one.
    pub fn new(
        from: Position,
        earlier: f64,
        ranks: &'a dyn Ranks,
        observer: &'a mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>,
    ) -> Result<Self> {
        let Position { method, history, state } = from;
        let earlier = history.last().map_or(earlier, |last| last.seconds);
        let continued = (!history.is_empty()).then(|| from_bytes::<(Option<Vec<u8>>, Vec<u8>)>(&state)).transpose()?;
        let (first_stage, state) = continued.map_or((None, None), |(first, state)| (first, Some(state)));
        let (started, paused) = (Instant::now(), Duration::ZERO);
        Ok(Log { observer, ranks, method, state, first_stage, history, earlier, started, paused })
    }
    pub fn seconds(&self) -> f64 {
        self.earlier + (self.started.elapsed() - self.paused).as_secs_f64()
    }
    /// Returns the state of an earlier fit, if this fit continues it.
    pub fn state<S: DeserializeOwned>(&mut self) -> Result<Option<S>> {
        self.state.take().map(|bytes| from_bytes(&bytes)).transpose()
    }
    /// Runs the code while the clock stands still.
    pub fn aside<R>(&mut self, code: impl FnOnce() -> R) -> R {
        let entered = Instant::now();
        let result = code();
        self.paused += entered.elapsed();
        result
    }
    /// Adds an entry, with the seconds filled in and the ρ that a first stage has ended with, and tells how the fit has ended: as given, or because the observer
    /// stops it. From `state` it could be continued.
    pub fn add(&mut self, entry: Progress, state: &impl Serialize, ended: Option<Status>) -> Result<Option<Status>> {
        let (seconds, entered) = (self.seconds(), Instant::now());
        let rho = if self.first_stage.is_some() { self.last().rho } else { entry.rho };
        let progress = Progress { seconds, rho, ..entry };
        self.history.push(progress);
        let first_stage = &self.first_stage;
        if progress.iteration.is_multiple_of(COMPARED) {
            agree(self.ranks, "state of the fit", &(first_stage, state))?;
        }
        let state = || to_bytes(&(first_stage, to_bytes(state)?));
        let state = ended.is_none().then_some(&state as &dyn Fn() -> Result<Vec<u8>>);
        let moment = Moment { method: self.method, history: &self.history, progress, state };
        let stopped = any(self.ranks, caught(|| Ok((self.observer)(&moment).is_break())))?;
        self.paused += entered.elapsed();
        Ok(ended.or(stopped.then_some(Status::Stopped)))
    }
    /// The last entry, or that of the start.
    pub fn last(&self) -> Progress {
        self.history.last().copied().unwrap_or_default()
    }
}
