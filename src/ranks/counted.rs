//! Ranks that count what they hand out.

use super::Ranks;
use crate::Result;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Ranks that count what this rank hands out, and the time that it waits for the others.
///
/// ```
/// use admm::ranks::{Alone, Counted, Ranks};
///
/// let ranks = Counted::new(std::sync::Arc::new(Alone));
/// ranks.all_gather(b"seven")?;
/// ranks.all_gather(b"and five")?;
/// let traffic = ranks.traffic();
/// assert_eq!((traffic.messages, traffic.bytes, traffic.longest), (2, 13, 8));
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug)]
pub struct Counted {
    of: Arc<dyn Ranks>,
    traffic: Mutex<Traffic>,
}

/// The messages that a rank has handed out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The number of messages, each to all ranks.
    pub messages: u64,
    /// The bytes of all messages.
    pub bytes: u64,
    /// The bytes of the longest message.
    pub longest: u64,
    /// The time from handing out to having received, of all messages.
    pub time: Duration,
}

impl Counted {
    /// Counts from now on.
    pub fn new(ranks: Arc<dyn Ranks>) -> Self {
        Counted { of: ranks, traffic: Mutex::default() }
    }

    /// Returns what was counted so far.
    pub fn traffic(&self) -> Traffic {
        *self.count()
    }

    /// Sets all counts to 0.
    pub fn reset(&self) {
        *self.count() = Traffic::default();
    }

    fn count(&self) -> MutexGuard<'_, Traffic> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ranks for Counted {
    fn rank(&self) -> usize {
        self.of.rank()
    }

    fn size(&self) -> usize {
        self.of.size()
    }

    fn all_gather(&self, mine: &[u8]) -> Result<Vec<Vec<u8>>> {
        let (begun, bytes) = (Instant::now(), mine.len() as u64);
        let all = self.of.all_gather(mine);
        let mut traffic = self.count();
        traffic.messages += 1;
        traffic.bytes += bytes;
        traffic.longest = traffic.longest.max(bytes);
        traffic.time += begun.elapsed();
        all
    }
}
