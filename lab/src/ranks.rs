//! The processes that share the samples of a fit: this one alone, or those that `mpirun` has started.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use admm::ranks::{self, Alone, Ranks, gather};
#[cfg(feature = "mpi")]
use admm_mpi::{Mpi, is_launched};
use serde::{Serialize, de::DeserializeOwned};

use crate::failure::Failure;
#[cfg(feature = "mpi")]
use crate::failure::INTERRUPTED;

static RANKS: OnceLock<Arc<dyn Ranks>> = OnceLock::new();

/// The longest time after which the first process has ended all others, if it fails as well: a process that is asked to
/// end stops after an iteration, and `mpirun` kills it soon.
const PATIENCE: Duration = Duration::from_secs(5);

/// The processes of the job, from their start to their end.
pub struct Job {
    #[cfg(feature = "mpi")]
    mpi: Option<Mpi>,
}

impl Job {
    /// Joins the other processes, if there are any.
    ///
    /// # Errors
    /// MPI that does not start.
    #[cfg(feature = "mpi")]
    pub fn join() -> Result<Self, Failure> {
        let mpi = is_launched().then(Mpi::start).transpose().map_err(Failure::library("MPI"))?;
        mpi.iter().for_each(|mpi| _ = RANKS.set(mpi.ranks()));
        Ok(Job { mpi })
    }

    /// Joins no other process.
    ///
    /// # Errors
    /// No failure is possible.
    #[cfg(not(feature = "mpi"))]
    pub fn join() -> Result<Self, Failure> {
        Ok(Job {})
    }

    /// Ends with an exit code. A failure ends the other processes too, which may wait for this one.
    pub fn end(self, code: u8) -> ExitCode {
        #[cfg(feature = "mpi")]
        if let Some(mpi) = self.mpi.as_ref().filter(|_| ![0, INTERRUPTED].contains(&code)) {
            mpi.abort(code.into());
        }
        ExitCode::from(code)
    }
}

/// All processes of the job.
pub fn all() -> Arc<dyn Ranks> {
    RANKS.get().cloned().unwrap_or_else(|| Arc::new(Alone))
}

/// Returns true for the process that prints and writes.
pub fn is_first() -> bool {
    all().rank() == 0
}

/// Returns true in all processes if it holds in any of them. All have to ask. The error of another process
/// [unwinds](admm::Error::unwind).
pub fn any(holds: bool) -> bool {
    ranks::any(&*all(), Ok(holds)).unwrap_or_else(|error| error.unwind())
}

/// The value of the first process, in all of them.
///
/// # Errors
/// A process that has ended.
pub fn of_first<V: Serialize + DeserializeOwned>(mine: V) -> Result<V, Failure> {
    Ok(gather(&*all(), Ok(mine))?.swap_remove(0))
}

/// The values of so many pieces of work, each of which is done as a whole by one of the processes, in all of them. A
/// process is given the numbers of its pieces, and returns a value for each.
///
/// # Errors
/// The error of a process, and a process that has ended.
pub fn spread<V: Serialize + DeserializeOwned>(
    count: usize,
    work: impl FnOnce(&[usize]) -> admm::Result<Vec<V>>,
) -> admm::Result<Vec<V>> {
    let ranks = all();
    let own: Vec<usize> = (ranks.rank()..count).step_by(ranks.size()).collect();
    let values = gather(&*ranks, work(&own))?;
    let mut of_rank: Vec<_> = values.into_iter().map(Vec::into_iter).collect();
    Ok((0..count).filter_map(|piece| of_rank[piece % ranks.size()].next()).collect())
}

/// Prints a failure. One that all processes have is told by the first, which ends the others.
pub fn print(failure: &Failure, how: impl FnOnce()) {
    match all().rank() {
        0 => how(),
        _ if matches!(failure, Failure::Interrupted) => {}
        rank => {
            thread::sleep(PATIENCE);
            eprintln!("rank {rank}:");
            how();
        }
    }
}
