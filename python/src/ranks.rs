//! The processes of a fit, which Python code connects.

use crate::framework::Stash;
use admm::ranks::{Alone, Ranks};
use admm::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;

/// Processes with a callable that gathers bytes. The threads of Rust call it one at a time.
#[derive(Debug)]
struct PythonRanks {
    gather: Py<PyAny>,
    rank: usize,
    size: usize,
    /// The exception of the callable. It is not called again after one, since the others may have gone on without this
    /// process.
    stash: Stash,
}

/// The ranks of a callable from bytes to the list of those of all, with the number of this process and of all. Without
/// it the process is alone. What the callable raises is kept in the stash.
pub fn ranks(connected: Option<(Py<PyAny>, usize, usize)>, stash: &Stash) -> Arc<dyn Ranks> {
    match connected {
        Some((gather, rank, size)) => Arc::new(PythonRanks { gather, rank, size, stash: stash.clone() }),
        None => Arc::new(Alone),
    }
}

impl Ranks for PythonRanks {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let broken = || Error::Rank { rank: self.rank, problem: "its comm raised an exception".into() };
        if self.stash.is_full() {
            return Err(broken());
        }
        Python::attach(|py| {
            let all = self.gather.bind(py).call1((PyBytes::new(py, mine),))?;
            let bytes = |of: PyResult<Bound<'_, PyAny>>| Ok(of?.cast::<PyBytes>()?.as_bytes().to_vec());
            all.try_iter()?.map(bytes).collect::<PyResult<_>>()
        })
        .map_err(|error| {
            self.stash.keep(error);
            broken()
        })
    }
}
