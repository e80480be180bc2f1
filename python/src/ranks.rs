//! The processes of a fit, which Python code connects.

use crate::framework::Stash;
use admm::ranks::{Alone, Ranks};
use admm::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Processes with a callable that gathers bytes. The threads of Rust call it one at a time.
#[derive(Debug)]
struct PythonRanks {
    gather: Py<PyAny>,
    rank: usize,
    size: usize,
    /// The place for an exception of the callable.
    stash: Stash,
    /// True after an exception. The callable is not called again then: the others may have gone on without this process.
    broken: AtomicBool,
}

/// The connection of this process with the others: a callable from bytes to the list of those of all, the number of this
/// process, and that of all. Without it the process is alone.
pub type Comm = Option<(Py<PyAny>, usize, usize)>;

/// The ranks of processes that are connected so. What the callable raises is kept in the stash.
pub fn ranks(comm: Comm, stash: &Stash) -> Arc<dyn Ranks> {
    match comm {
        Some((gather, rank, size)) => {
            Arc::new(PythonRanks { gather, rank, size, stash: stash.clone(), broken: AtomicBool::new(false) })
        }
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
        if self.broken.load(Relaxed) {
            return Err(broken());
        }
        Python::attach(|py| {
            let all = self.gather.bind(py).call1((PyBytes::new(py, mine),))?;
            let bytes = |of: PyResult<Bound<'_, PyAny>>| Ok(of?.cast::<PyBytes>()?.as_bytes().to_vec());
            all.try_iter()?.map(bytes).collect::<PyResult<_>>()
        })
        .map_err(|error| {
            self.stash.keep(error);
            self.broken.store(true, Relaxed);
            broken()
        })
    }
}
