//! Where independent pieces of work run. Results come back in the order of the pieces, never in the order in which
//! threads finish, so a sum over them has the same bits for any number of threads.

use crate::{Error, Result};
use rayon::ThreadPool;
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

/// One thread, or a pool of them.
#[derive(Debug, Clone, Default)]
pub enum Exec {
    /// On the calling thread.
    #[default]
    Serial,
    /// On a pool of threads.
    Threads(Arc<ThreadPool>),
}

impl Exec {
    /// A pool of `count` threads; 1 is [`Exec::Serial`] and 0 the number of processors.
    pub fn threads(count: usize) -> Result<Self> {
        if count == 1 {
            return Ok(Exec::Serial);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
        pool.map(|pool| Exec::Threads(Arc::new(pool))).map_err(|error| Error::Threads(error.to_string()))
    }

    /// How many pieces run at once.
    pub fn width(&self) -> usize {
        match self {
            Exec::Serial => 1,
            Exec::Threads(pool) => pool.current_num_threads(),
        }
    }

    /// `piece(0), …, piece(count − 1)`, in this order.
    pub fn map<R: Send>(&self, count: usize, piece: impl Fn(usize) -> R + Sync + Send) -> Vec<R> {
        match self {
            Exec::Serial => (0..count).map(piece).collect(),
            Exec::Threads(pool) => in_turn(pool, count, &piece),
        }
    }
}

/// So often a calling thread that is none of the pool looks whether the others are done before it sleeps: falling asleep and being
/// woken takes longer than a small piece.
const AWAKE: usize = 1_000;

/// Each thread takes the next piece when it has done one. The calling thread is one of them: it does not wait for another
/// to wake, which small pieces would feel.
fn in_turn<R: Send>(pool: &ThreadPool, count: usize, piece: &(impl Fn(usize) -> R + Sync)) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(count)));
    let take = || {
        let pieces = iter::repeat_with(|| next.fetch_add(1, Relaxed)).take_while(|&i| i < count);
        pieces.for_each(|i| {
            let result = piece(i);
            done.lock().expect("no thread panics while it holds this").push((i, result));
        });
    };
    let (helpers, over) = (pool.current_num_threads().min(count).saturating_sub(1), AtomicUsize::new(0));
    let help = || {
        take();
        over.fetch_add(1, Relaxed);
    };
    pool.in_place_scope(|scope| {
        (0..helpers).for_each(|_| scope.spawn(|_| help()));
        take();
        let awake = if pool.current_thread_index().is_none() { AWAKE } else { 0 };
        (0..awake).take_while(|_| over.load(Relaxed) < helpers).for_each(|_| thread::yield_now());
    });
    let mut done = done.into_inner().expect("no thread panics while it holds this");
    done.sort_unstable_by_key(|&(i, _)| i);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_pieces_however_long_each_takes_and_from_pieces_within_pieces() {
        for threads in [1, 2, 8] {
            let exec = Exec::threads(threads).unwrap();
            let found = exec.map(20, |i| {
                thread::sleep(Duration::from_micros(100 * (20 - i as u64)));
                exec.map(i, |j| i * j)
            });
            let expected: Vec<Vec<_>> = (0..20).map(|i| (0..i).map(|j| i * j).collect()).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_piece_that_panics_neither_hangs_nor_is_lost() {
        for threads in [1, 2, 8] {
            let exec = Exec::threads(threads).unwrap();
            let panicked = catch_unwind(AssertUnwindSafe(|| exec.map(9, |i| assert_ne!(i, 4))));
            assert!(panicked.is_err());
            assert_eq!(exec.map(3, |i| i), [0, 1, 2], "the threads go on");
        }
    }
}
