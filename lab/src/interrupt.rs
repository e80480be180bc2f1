//! Ctrl-C and the time limit. The first Ctrl-C asks the run to stop and keep what it has, the second aborts at once.

use std::io::{self, Write};
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::ranks;

static REQUESTED: AtomicBool = AtomicBool::new(false);
static DEADLINE: OnceLock<Instant> = OnceLock::new();

/// Takes over Ctrl-C, and the polite signals to terminate.
pub fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            process::exit(130);
        }
        if ranks::is_first() {
            let _ = writeln!(io::stderr(), "\nstopping after this iteration; once more to abort at once");
        }
    })
}

/// Sets the time limit; the seconds count from now on.
pub fn limit(seconds: f64) {
    let limit = Duration::try_from_secs_f64(seconds).ok();
    if let Some(deadline) = limit.and_then(|limit| Instant::now().checked_add(limit)) {
        DEADLINE.get_or_init(|| deadline);
    }
}

/// Returns true if the user or the time limit has asked to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst) || DEADLINE.get().is_some_and(|deadline| Instant::now() >= *deadline)
}
