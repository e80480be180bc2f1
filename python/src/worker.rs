//! Long work in a thread of its own, while the calling thread waits for it and for the signals of Python.
//!
//! Python delivers Ctrl-C to its main thread alone, and only when that thread asks for it. The work never asks, so
//! any part of it may take long. The calling thread asks many times a second, and calls the observer.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The calling thread asks for signals once in this time.
const TICK: Duration = Duration::from_millis(20);
/// After a signal the work may take so long to end with what it has. Then it is left alone, and its result is lost.
const GRACE: Duration = Duration::from_millis(200);

/// The questions that the work may ask of the thread that waits for it.
pub struct Asks {
    over: Arc<AtomicBool>,
    /// Shows an entry to the observer, and returns true if that ends the work.
    show: Box<dyn Fn(String) -> bool + Send>,
}

impl Asks {
    /// Returns true once the work is to end.
    pub fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }

    /// The flag that says so, for other threads.
    pub fn over(&self) -> Arc<AtomicBool> {
        self.over.clone()
    }

    /// Shows an entry to the observer, if there is one, and says whether to go on.
    pub fn goes_on(&self, entry: Option<String>) -> ControlFlow<()> {
        if entry.is_some_and(&self.show) {
            self.over.store(true, Relaxed);
        }
        if self.is_over() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

enum Said<R> {
    Entry(String),
    Result(R),
}

/// The result of the work, and the exception that ended it, if one did: a signal, or an error of the observer.
///
/// # Errors
/// The exception, where the work did not end soon after it.
pub fn work<R: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Asks) -> R + Send + 'static,
    mut observe: impl FnMut(String) -> PyResult<bool>,
) -> PyResult<(R, Option<PyErr>)> {
    let over = Arc::new(AtomicBool::new(false));
    let (sender, mut said) = channel();
    let (answer, answers) = channel();
    let entries = sender.clone();
    let show = move |entry| entries.send(Said::Entry(entry)).is_err() || answers.recv() != Ok(false);
    let asks = Asks { over: over.clone(), show: Box::new(show) };
    // The result is of no use to anyone if the receiver is gone.
    let run = move || _ = sender.send(Said::Result(work(&asks)));
    thread::Builder::new().name("admm".into()).spawn(run)?;
    let mut ended: Option<(PyErr, Instant)> = None;
    let end = |error| {
        over.store(true, Relaxed);
        Some((error, Instant::now()))
    };
    loop {
        let heard = {
            let said = &mut said;
            py.detach(move || said.recv_timeout(TICK))
        };
        if ended.is_none()
            && let Err(error) = py.check_signals()
        {
            ended = end(error);
        }
        match heard {
            Ok(Said::Result(result)) => return Ok((result, ended.map(|(error, _)| error))),
            Ok(Said::Entry(entry)) => {
                let stops = if ended.is_some() { Ok(true) } else { observe(entry) };
                _ = answer.send(!matches!(stops, Ok(false)));
                if let Err(error) = stops {
                    ended = end(error);
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some((error, _)) = ended.take_if(|(_, since)| since.elapsed() > GRACE) {
                    return Err(error);
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the fit panicked: this is a defect of admm-learn"));
            }
        }
    }
}
