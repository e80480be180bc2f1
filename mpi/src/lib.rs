//! Ranks over MPI: the processes that `mpirun` has started.
//!
//! It compiles where an MPI and libclang are installed. On Debian that is
//! `apt-get install libopenmpi-dev openmpi-bin libclang-dev pkg-config`.
//!
//! ```no_run
//! use admm::ranks::gather;
//! use admm_mpi::Mpi;
//!
//! let mpi = Mpi::start()?;
//! let ranks = mpi.ranks();
//! let squares = gather(&*ranks, Ok(ranks.rank() * ranks.rank()))?;
//! assert_eq!(squares.len(), ranks.size());
//! # Ok::<(), admm::Error>(())
//! ```
//!
//! MPI has no way to lose a process and go on. So a process that fails where the others do not ends the job by
//! [`Mpi::abort`], and a process that is killed ends it by `mpirun`.

use admm::ranks::Ranks;
use admm::{Error, Result};
use mpi::Threading;
use mpi::datatype::PartitionMut;
use mpi::environment::Universe;
use mpi::topology::SimpleCommunicator;
use mpi::traits::{Communicator, CommunicatorCollectives};
use std::env;
use std::sync::Arc;

/// The most bytes of all ranks together in one call of MPI, which counts them in 32 bits.
const AT_ONCE: usize = 1 << 30;

/// MPI, from its start to its end. When this is dropped, MPI waits for the other processes and ends.
pub struct Mpi(Universe);

impl Mpi {
    /// Starts MPI, once in a process.
    ///
    /// # Errors
    /// [`Error::Numerical`] where MPI has been started before, or serves one thread alone.
    pub fn start() -> Result<Self> {
        let failed = |problem: &str| Error::numerical("MPI", problem);
        // The passes run on threads. One of them at a time talks to the other processes.
        let (universe, threading) =
            mpi::initialize_with_threading(Threading::Serialized).ok_or_else(|| failed("has been started before"))?;
        match threading {
            Threading::Single | Threading::Funneled => Err(failed("does not serve a process of several threads")),
            Threading::Serialized | Threading::Multiple => Ok(Mpi(universe)),
        }
    }

    /// All processes of the job as ranks. They are of use as long as MPI runs.
    pub fn ranks(&self) -> Arc<dyn Ranks> {
        let world = self.0.world();
        Arc::new(MpiRanks { rank: world.rank() as usize, size: world.size() as usize })
    }

    /// Ends all processes of the job at once, with this exit code.
    pub fn abort(&self, code: i32) -> ! {
        self.0.world().abort(code)
    }
}

/// Returns true if the process was started by `mpirun`, `mpiexec` or `srun`, as one of several or alone.
pub fn is_launched() -> bool {
    ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "MPI_LOCALNRANKS"].iter().any(|name| env::var_os(name).is_some())
}

/// The processes of `MPI_COMM_WORLD`.
#[derive(Debug)]
struct MpiRanks {
    rank: usize,
    size: usize,
}

impl Ranks for MpiRanks {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    /// Gathers the lengths, and then the bytes in as many rounds as their number takes. An error of MPI itself ends the
    /// job.
    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let world = SimpleCommunicator::world();
        let mut lengths = vec![0_u64; self.size];
        world.all_gather_into(&(mine.len() as u64), &mut lengths[..]);
        let share = AT_ONCE / self.size;
        let length = |rank: usize, round: usize| (lengths[rank] as usize).saturating_sub(round * share).min(share);
        let mut all: Vec<Vec<u8>> = lengths.iter().map(|&length| Vec::with_capacity(length as usize)).collect();
        let longest = lengths.iter().max().map_or(0, |&length| length as usize);
        for round in 0..longest.div_ceil(share) {
            let counts: Vec<i32> = (0..self.size).map(|rank| length(rank, round) as i32).collect();
            let places: Vec<i32> = (0..self.size).map(|rank| counts[..rank].iter().sum()).collect();
            let mut bytes = vec![0_u8; counts.iter().sum::<i32>() as usize];
            let own = &mine[(round * share).min(mine.len())..][..length(self.rank, round)];
            world.all_gather_varcount_into(own, &mut PartitionMut::new(&mut bytes[..], &counts[..], &places[..]));
            for ((all, &count), &place) in all.iter_mut().zip(&counts).zip(&places) {
                all.extend_from_slice(&bytes[place as usize..][..count as usize]);
            }
        }
        Ok(all)
    }
}
