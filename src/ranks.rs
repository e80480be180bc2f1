//! Ranks: processes, or threads, that run one program side by side, each on its own part of the data.
//!
//! Every rank makes the same coordinator and takes the same iterations. Only the data differ. [`Ranks`] is all that they
//! need of each other: every rank hands out some bytes, and receives those of all. [`ThreadRanks`] are threads of one
//! process. [`Spread`](crate::patterns::Spread) is a group of blocks whose members live on ranks.
//!
//! The iterates are the same on all ranks. They have the same bits for any number of ranks, and so does a checkpoint: a
//! run goes on from it on another number of ranks. [`agree`] shows that ranks have not drifted apart.

mod threads;

pub use threads::ThreadRanks;

use crate::checkpoint::{fingerprint, from_bytes, to_bytes};
use crate::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::ops::Range;

/// The ranks of a run, as one of them sees them.
///
/// Implement it for whatever connects your processes: it is one call of `MPI_Allgatherv`, and of `allgather` in most
/// other libraries.
pub trait Ranks: Debug + Send + Sync {
    /// Returns the number of this rank, counted from 0.
    fn rank(&self) -> usize;
    /// Returns the number of ranks, at least 1.
    fn size(&self) -> usize;
    /// Hands `mine` to every rank, and returns what each of them handed out, in the order of their numbers. All ranks
    /// have to call it, the same number of times.
    ///
    /// # Errors
    /// [`Error::Rank`] where a rank has ended, or does not answer.
    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>>;
}

/// The values of all ranks, in the order of their numbers. An error of one rank becomes an error of all.
///
/// # Errors
/// [`Error::Rank`] with the number of the first rank that has an error, and those of [`Ranks::all_gather`].
pub fn gather<V: Serialize + DeserializeOwned>(ranks: &dyn Ranks, mine: Result<V>) -> Result<Vec<V>> {
    let mine = to_bytes(&mine.map_err(|error| error.to_string()))?;
    let mut values = Vec::with_capacity(ranks.size());
    for (rank, bytes) in ranks.all_gather(&mine)?.iter().enumerate() {
        let value: Result<V, String> = from_bytes(bytes)?;
        values.push(value.map_err(|problem| Error::Rank { rank, problem })?);
    }
    Ok(values)
}

/// `Ok` where all ranks have the same value, such as the state or the options of a run. It is compared by a hash.
///
/// # Errors
/// [`Error::Rank`] with the number of the first rank whose value is not that of rank 0, and those of [`gather`].
pub fn agree(ranks: &dyn Ranks, name: &str, value: &impl Serialize) -> Result<()> {
    let hashes = gather(ranks, fingerprint(value))?;
    match hashes.iter().position(|hash| *hash != hashes[0]) {
        Some(rank) => Err(Error::Rank { rank, problem: format!("has another {name} than rank 0") }),
        None => Ok(()),
    }
}

/// The numbers that belong to a rank, of `count` numbers that the ranks share evenly and in order.
pub fn own(ranks: &dyn Ranks, count: usize) -> Range<usize> {
    let bound = |rank: usize| (count as u128 * rank as u128 / ranks.size() as u128) as usize;
    bound(ranks.rank())..bound(ranks.rank() + 1)
}
