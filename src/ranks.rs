//! Ranks: processes, or threads, that run one program side by side, each on its own part of the data.
//!
//! Every rank makes the same coordinator and takes the same iterations. Only the data differ. [`Ranks`] is all that they
//! need of each other: every rank hands out some bytes, and receives those of all. [`ThreadRanks`] are threads of one
//! process. [`Spread`](crate::patterns::Spread) is a group of blocks whose members live on ranks.
//!
//! The iterates are the same on all ranks. They have the same bits for any number of ranks, and so does a checkpoint: a
//! run goes on from it on another number of ranks. [`agree`] shows that ranks have not drifted apart.

mod counted;
mod threads;

pub use counted::{Counted, Traffic};
pub use threads::ThreadRanks;

use crate::checkpoint::{fingerprint, from_bytes, to_bytes};
use crate::tree::Roots;
use crate::{Error, Exec, Result, caught};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::ops::{AddAssign, Range};

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

/// A single rank, which has nobody to wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Alone;

impl Ranks for Alone {
    fn rank(&self) -> usize {
        0
    }
    fn size(&self) -> usize {
        1
    }
    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        Ok(vec![mine.to_vec()])
    }
}

/// The values of all ranks, in the order of their numbers. An error of one rank becomes an error of all.
///
/// # Errors
/// [`Error::Rank`] with the number of the first rank that has an error, and those of [`Ranks::all_gather`]. A single
/// rank has its error as it is.
pub fn gather<V: Serialize + DeserializeOwned>(ranks: &dyn Ranks, mine: Result<V>) -> Result<Vec<V>> {
    let mut values = Vec::with_capacity(ranks.size());
    gather_each(ranks, mine, |value| values.push(value))?;
    Ok(values)
}

/// The same, one value after the other: the bytes of a value are gone before the next is made of its bytes.
fn gather_each<V: Serialize + DeserializeOwned>(
    ranks: &dyn Ranks,
    mine: Result<V>,
    mut take: impl FnMut(V),
) -> Result<()> {
    if ranks.size() == 1 {
        take(mine?);
        return Ok(());
    }
    let mine = to_bytes(&mine.map_err(|error| error.to_string()))?;
    for (rank, bytes) in ranks.all_gather(&mine)?.into_iter().enumerate() {
        let value: Result<V, String> = from_bytes(&bytes)?;
        take(value.map_err(|problem| Error::Rank { rank, problem })?);
    }
    Ok(())
}

/// `Ok` where all ranks have the same value, such as the state or the options of a run. It is compared by a hash.
///
/// # Errors
/// [`Error::Rank`] with the number of the first rank whose value is not that of rank 0, and those of [`gather`].
pub fn agree(ranks: &dyn Ranks, name: &str, value: &impl Serialize) -> Result<()> {
    if ranks.size() == 1 {
        return Ok(());
    }
    let hashes = gather(ranks, fingerprint(value))?;
    match hashes.iter().position(|hash| *hash != hashes[0]) {
        Some(rank) => Err(Error::Rank { rank, problem: format!("has another {name} than rank 0") }),
        None => Ok(()),
    }
}

/// Returns true on all ranks if it holds on any of them.
///
/// # Errors
/// Those of [`gather`].
pub fn any(ranks: &dyn Ranks, holds: Result<bool>) -> Result<bool> {
    Ok(gather(ranks, holds)?.contains(&true))
}

/// The numbers that belong to a rank, of `count` numbers that the ranks share evenly and in order.
pub fn own(ranks: &dyn Ranks, count: usize) -> Range<usize> {
    let bound = |rank: usize| (count as u128 * rank as u128 / ranks.size() as u128) as usize;
    bound(ranks.rank())..bound(ranks.rank() + 1)
}

/// Σ of parts that the ranks share, or `None` where there is no part. Each rank makes the parts with its `own` numbers,
/// which follow on those of the rank before. They are added in a fixed tree over their numbers: the sum has the same bits
/// for any number of ranks and threads, and those of [`Exec::sum`] on a single one.
///
/// A rank hands out at most 2·log₂ m partial sums for its m ≥ 2 parts.
///
/// ```
/// use admm::Exec;
/// use admm::ranks::{ThreadRanks, own, sum};
/// use std::time::Duration;
///
/// let sums = ThreadRanks::run(3, Duration::from_secs(10), |ranks| {
///     sum(&*ranks, &Exec::Serial, own(&*ranks, 100), |i| 1.0 / (i + 1) as f64)
/// });
/// let alone = Exec::Serial.sum(100, |i| 1.0 / (i + 1) as f64);
/// assert!(sums.into_iter().all(|sum| sum.unwrap() == alone));
/// ```
///
/// # Errors
/// Those of [`gather`], also where a part panics.
pub fn sum<S: AddAssign + Send + Serialize + DeserializeOwned>(
    ranks: &dyn Ranks,
    exec: &Exec,
    own: Range<usize>,
    part: impl Fn(usize) -> S + Sync + Send,
) -> Result<Option<S>> {
    total(ranks, || exec.roots(own, usize::MAX, part))
}

/// The same sum as [`sum`], to the bit, of parts that take much memory: few of them exist at once, as in
/// [`Exec::sum_sparingly`].
///
/// # Errors
/// Those of [`sum`].
pub fn sum_sparingly<S: AddAssign + Send + Serialize + DeserializeOwned>(
    ranks: &dyn Ranks,
    exec: &Exec,
    own: Range<usize>,
    part: impl Fn(usize) -> S + Sync + Send,
) -> Result<Option<S>> {
    total(ranks, || exec.roots(own, exec.width(), part))
}

fn total<S: AddAssign + Serialize + DeserializeOwned>(
    ranks: &dyn Ranks,
    roots: impl FnOnce() -> Roots<S>,
) -> Result<Option<S>> {
    if ranks.size() == 1 {
        return Ok(roots().total());
    }
    let mut whole = Roots::new();
    gather_each(ranks, caught(|| Ok(roots())), |next| whole.append(next))?;
    Ok(whole.total())
}
