//! Ctrl-C: the first asks the run to stop and keep what it has, the second aborts at once.

use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Takes over Ctrl-C, and the polite signals to terminate.
pub fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            process::exit(130);
        }
        let _ = writeln!(io::stderr(), "\nstopping after this iteration; once more to abort at once");
    })
}

/// Whether the user wants to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
