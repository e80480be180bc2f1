//! Ranks that are threads of one process.

use super::Ranks;
use crate::error::caught;
use crate::{Error, Result};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

/// Threads of one process as ranks: for tests, and to try a program before it runs on many machines.
///
/// ```
/// use admm::ranks::{Ranks, ThreadRanks};
/// use std::time::Duration;
///
/// let results = ThreadRanks::run(3, Duration::from_secs(10), |ranks| {
///     let all = ranks.all_gather(&[ranks.rank() as u8])?;
///     Ok(all.concat())
/// });
/// assert!(results.into_iter().all(|bytes| bytes.unwrap() == [0, 1, 2]));
/// ```
#[derive(Debug, Clone)]
pub struct ThreadRanks {
    rank: usize,
    deadline: Duration,
    table: Arc<Table>,
}

/// The place where ranks meet.
#[derive(Debug)]
struct Table {
    round: Mutex<Round>,
    arrival: Condvar,
}

/// A round of gathering.
#[derive(Debug)]
struct Round {
    number: u64,
    /// The bytes of those that have arrived.
    handed: Vec<Option<Vec<u8>>>,
    /// The bytes of the last round that is complete.
    complete: Arc<Vec<Vec<u8>>>,
    ended: Vec<bool>,
    /// The error that ended all rounds.
    failure: Option<Error>,
}

impl ThreadRanks {
    /// Runs a program on `size` ranks, and returns their results in order. A gathering that takes longer than the
    /// deadline ends in an error on every rank.
    pub fn run<R: Send>(
        size: usize,
        deadline: Duration,
        program: impl Fn(Arc<dyn Ranks>) -> Result<R> + Sync,
    ) -> Vec<Result<R>> {
        let round = Round {
            number: 0,
            handed: vec![None; size],
            complete: Arc::default(),
            ended: vec![false; size],
            failure: None,
        };
        let table = Arc::new(Table { round: Mutex::new(round), arrival: Condvar::new() });
        let ranks = &|rank| ThreadRanks { rank, deadline, table: table.clone() };
        let run = &|rank| {
            let result = caught(|| program(Arc::new(ranks(rank))));
            ranks(rank).end();
            result
        };
        thread::scope(|scope| {
            let begin = |rank| {
                let started = thread::Builder::new().spawn_scoped(scope, move || run(rank));
                started.map_err(|error| {
                    ranks(rank).end();
                    Error::Threads(error.to_string())
                })
            };
            let threads: Vec<_> = (0..size).map(begin).collect();
            threads.into_iter().map(|thread| thread.and_then(joined)).collect()
        })
    }

    /// Tells the others that this rank hands out nothing more.
    fn end(&self) {
        self.round().ended[self.rank] = true;
        self.table.arrival.notify_all();
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        self.table.round.lock().expect("no thread panics while it holds this")
    }
}

fn joined<R>(thread: ScopedJoinHandle<'_, Result<R>>) -> Result<R> {
    thread.join().unwrap_or_else(|_| Err(Error::Threads("a thread ended without a result".into())))
}

impl Ranks for ThreadRanks {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.round().handed.len()
    }

    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let until = Instant::now() + self.deadline;
        let mut round = self.round();
        let number = round.number;
        round.handed[self.rank] = Some(mine.to_vec());
        round.complete_if_all_are_there();
        self.table.arrival.notify_all();
        while round.number == number {
            let left = until.saturating_duration_since(Instant::now());
            if let Some(error) = round.failed(left, self.deadline) {
                self.table.arrival.notify_all();
                return Err(error);
            }
            let waited = self.table.arrival.wait_timeout(round, left);
            round = waited.expect("no thread panics while it holds this").0;
        }
        // The next round needs this rank, so it cannot have replaced these.
        let complete = round.complete.clone();
        drop(round);
        Ok(complete.to_vec())
    }
}

impl Round {
    fn complete_if_all_are_there(&mut self) {
        if self.failure.is_none() && self.handed.iter().all(Option::is_some) {
            self.complete = Arc::new(self.handed.iter_mut().flat_map(Option::take).collect());
            self.number += 1;
        }
    }

    /// The error of a round that cannot become complete, the same one for every rank.
    fn failed(&mut self, left: Duration, deadline: Duration) -> Option<Error> {
        if self.failure.is_none() {
            let missing = |rank: &usize| self.handed[*rank].is_none();
            let ended = (0..self.handed.len()).filter(missing).find(|&rank| self.ended[rank]);
            let late = (0..self.handed.len()).find(missing).filter(|_| left.is_zero());
            let seconds = deadline.as_secs_f64();
            let ended = ended.map(|rank| (rank, "has ended".to_string()));
            let late = late.map(|rank| (rank, format!("has not answered within {seconds} seconds")));
            self.failure = ended.or(late).map(|(rank, problem)| Error::Rank { rank, problem });
        }
        self.failure.clone()
    }
}
