//! The part of the samples that a rank holds.

use crate::chunks::chunks;
use admm::ranks::{self, Alone, Ranks, gather};
use admm::{Error, Exec, Result};
use serde::{Serialize, de::DeserializeOwned};
use std::ops::{AddAssign, Range};
use std::sync::Arc;

/// The samples of a rank: consecutive ones of all n that the ranks hold together, in the order of the ranks.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    ranks: Arc<dyn Ranks>,
    /// The number of the first sample of each rank, and n.
    bounds: Arc<[usize]>,
}

impl Part {
    /// All of n samples.
    pub fn alone(n: usize) -> Self {
        Part { ranks: Arc::new(Alone), bounds: Arc::new([0, n]) }
    }

    /// A part of so many samples, whatever the other ranks hold.
    ///
    /// # Errors
    /// Those of [`gather`], with the error of a rank that has no samples to offer.
    pub fn of_count(ranks: Arc<dyn Ranks>, count: Result<usize>) -> Result<Self> {
        let mut bounds = vec![0];
        gather(&*ranks, count)?.iter().for_each(|count| bounds.push(bounds[bounds.len() - 1] + count));
        Ok(Part { ranks, bounds: bounds.into() })
    }

    /// The part of the samples that are left where this rank keeps so many.
    ///
    /// # Errors
    /// Those of [`gather`].
    pub fn with_count(&self, count: usize) -> Result<Self> {
        Part::of_count(self.ranks.clone(), Ok(count))
    }

    /// The part of the same samples in which each rank has whole chunks, as many as the others.
    pub fn in_chunks(&self) -> Self {
        let chunks = chunks(self.total());
        let (size, n) = (self.ranks.size(), self.total());
        let first = |rank: usize| chunks.get(rank * chunks.len() / size).map_or(n, |chunk| chunk.start);
        Part { ranks: self.ranks.clone(), bounds: (0..=size).map(first).collect() }
    }

    /// Returns n, the number of samples of all ranks.
    pub fn total(&self) -> usize {
        self.bounds[self.bounds.len() - 1]
    }

    /// The numbers of the samples of this rank.
    pub fn own(&self) -> Range<usize> {
        self.of_rank(self.ranks.rank())
    }

    /// The numbers of the samples of each rank.
    pub fn of_ranks(&self) -> impl Iterator<Item = Range<usize>> {
        (0..self.ranks.size()).map(|rank| self.of_rank(rank))
    }

    fn of_rank(&self, rank: usize) -> Range<usize> {
        self.bounds[rank]..self.bounds[rank + 1]
    }

    /// Returns the number of the rank that holds a sample.
    pub fn holder(&self, sample: usize) -> usize {
        self.bounds.partition_point(|&first| first <= sample) - 1
    }

    /// Returns true if there are no other ranks.
    pub fn is_alone(&self) -> bool {
        self.ranks.size() == 1
    }

    /// The values of all ranks, see [`gather`].
    pub fn gather<V: Serialize + DeserializeOwned>(&self, mine: Result<V>) -> Result<Vec<V>> {
        gather(&*self.ranks, mine)
    }

    /// The samples of this rank in chunks, of which the first has the number that is returned. They are counted from the
    /// first sample of the rank.
    pub fn chunks(&self) -> (usize, Vec<Range<usize>>) {
        let (own, chunks) = (self.own(), chunks(self.total()));
        let first = chunks.partition_point(|chunk| chunk.start < own.start);
        let within = chunks[first..].iter().take_while(|chunk| chunk.end <= own.end);
        (first, within.map(|chunk| chunk.start - own.start..chunk.end - own.start).collect())
    }

    /// Σ over the chunks of all ranks, added in a fixed tree. It has the same bits for any number of ranks and threads.
    ///
    /// # Errors
    /// Those of [`ranks::sum`].
    pub fn sum<S>(&self, exec: &Exec, part: impl Fn(Range<usize>) -> S + Sync + Send) -> Result<S>
    where
        S: AddAssign + Send + Serialize + DeserializeOwned,
    {
        let (first, chunks) = self.chunks();
        let numbers = first..first + chunks.len();
        let sum = ranks::sum(&*self.ranks, exec, numbers, |i| part(chunks[i - first].clone()))?;
        sum.ok_or_else(no_samples)
    }

    /// The same sum of parts that may fail. In one process the error is that of the first part that has one.
    ///
    /// # Errors
    /// Those of the parts, and those of [`sum`](Self::sum).
    pub fn try_sum<S>(&self, exec: &Exec, part: impl Fn(Range<usize>) -> Result<S> + Sync + Send) -> Result<S>
    where
        S: AddAssign + Send + Serialize + DeserializeOwned,
    {
        if !self.is_alone() {
            return self.sum(exec, |range| part(range).unwrap_or_else(|error| error.unwind()));
        }
        let chunks = chunks(self.total());
        let sum = exec.sum(chunks.len(), |i| Partial(part(chunks[i].clone())));
        sum.map_or_else(|| Err(no_samples()), |sum| sum.0)
    }

    /// The same sum for large parts, few of which exist at once.
    ///
    /// # Errors
    /// Those of [`sum`](Self::sum).
    pub fn sum_sparingly<S>(&self, exec: &Exec, part: impl Fn(Range<usize>) -> S + Sync + Send) -> Result<S>
    where
        S: AddAssign + Send + Serialize + DeserializeOwned,
    {
        let (first, chunks) = self.chunks();
        let numbers = first..first + chunks.len();
        let sum = ranks::sum_sparingly(&*self.ranks, exec, numbers, |i| part(chunks[i - first].clone()))?;
        sum.ok_or_else(no_samples)
    }
}

/// The contribution of a chunk of samples to a sum, or the error of the first chunk that has one.
struct Partial<S>(Result<S>);

impl<S: AddAssign> AddAssign for Partial<S> {
    fn add_assign(&mut self, other: Self) {
        match (&mut self.0, other.0) {
            (Ok(sum), Ok(more)) => *sum += more,
            (Ok(_), failed) => self.0 = failed,
            (Err(_), _) => {}
        }
    }
}

fn no_samples() -> Error {
    Error::parameter("x", "has no samples")
}

/// The samples that a rank has to hold, of n samples that the ranks share: whole chunks, over which passes sum. A rank
/// that holds other ones gets these from the others when a problem is prepared.
///
/// ```
/// use admm::ranks::{Alone, ThreadRanks};
/// use admm_solvers::data::own_samples;
/// use std::time::Duration;
///
/// assert_eq!(own_samples(&Alone, 1000), 0..1000);
/// let shares = ThreadRanks::run(3, Duration::from_secs(10), |ranks| Ok(own_samples(&*ranks, 1000)));
/// assert_eq!(shares, [Ok(0..256), Ok(256..512), Ok(512..1000)]);
/// ```
pub fn own_samples(ranks: &dyn Ranks, n: usize) -> Range<usize> {
    let chunks = chunks(n);
    let first = |chunk: usize| chunks.get(chunk).map_or(n, |chunk| chunk.start);
    let own = ranks::own(ranks, chunks.len());
    first(own.start)..first(own.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use admm::ranks::ThreadRanks;
    use std::time::Duration;

    /// In one process the error is the part's own, on ranks that of the first rank that has one, on all of them.
    #[test]
    fn the_error_of_a_part_is_that_of_the_sum() {
        let failing = |own: usize| {
            move |range: Range<usize>| match own + range.start {
                start @ (256 | 768) => Err(Error::not_finite(format!("the output from sample {start} on"))),
                start => Ok(start as f64),
            }
        };
        let first = Error::not_finite("the output from sample 256 on");
        assert_eq!(Part::alone(1000).try_sum(&Exec::threads(2).unwrap(), failing(0)), Err(first.clone()));
        let found = ThreadRanks::run(4, Duration::from_secs(60), |ranks| {
            let count = if ranks.rank() == 0 { 1000 } else { 0 };
            let part = Part::of_count(ranks.clone(), Ok(count))?.in_chunks();
            part.try_sum(&Exec::Serial, failing(part.own().start))
        });
        let problem = first.to_string();
        assert!(found.iter().all(|sum| *sum == Err(Error::Rank { rank: 1, problem: problem.clone() })), "{found:?}");
    }

    #[test]
    fn ranks_hold_whole_chunks_and_sum_as_one_does() {
        for n in [1, 255, 257, 1000, 20_000] {
            let numbers: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
            let of = |range: Range<usize>| numbers[range].iter().fold(0.0, |sum, number| sum + number);
            let alone = Part::alone(n).sum(&Exec::Serial, of).unwrap();
            for size in [1, 2, 3, 7, 64] {
                let sums = ThreadRanks::run(size, Duration::from_secs(60), |ranks| {
                    let count = if ranks.rank() == 0 { n } else { 0 };
                    let part = Part::of_count(ranks.clone(), Ok(count))?.in_chunks();
                    let own = part.own();
                    assert_eq!(own, own_samples(&*ranks, n));
                    assert!(own.clone().all(|sample| part.holder(sample) == ranks.rank()));
                    part.sum_sparingly(&Exec::Serial, |range| of(own.start + range.start..own.start + range.end))
                });
                assert!(sums.iter().all(|sum| *sum == Ok(alone)), "{n} samples on {size} ranks");
            }
        }
    }
}
