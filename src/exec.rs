//! Threads for independent pieces of work. Results come back and are added in the order of the pieces, never in the
//! order in which threads finish, so a sum has the same bits for any number of threads.

use crate::{Error, Result};
use rayon::ThreadPool;
use std::collections::BTreeMap;
use std::iter;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

/// One thread, or a pool of them.
#[derive(Debug, Clone, Default)]
pub enum Exec {
    /// On the calling thread.
    #[default]
    Serial,
    /// On a pool of threads, which [`Exec::threads`] makes.
    Threads(Pool),
}

/// A pool of threads.
#[derive(Debug, Clone)]
pub struct Pool(Arc<ThreadPool>);

impl Exec {
    /// A pool of `count` threads; 1 is [`Exec::Serial`] and 0 the number of processors.
    ///
    /// # Errors
    /// [`Error::Threads`] where the system has no more threads.
    pub fn threads(count: usize) -> Result<Self> {
        if count == 1 {
            return Ok(Exec::Serial);
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build();
        pool.map(|pool| Exec::Threads(Pool(Arc::new(pool)))).map_err(|error| Error::Threads(error.to_string()))
    }

    /// Returns the number of pieces that run at once.
    pub fn width(&self) -> usize {
        match self {
            Exec::Serial => 1,
            Exec::Threads(Pool(pool)) => pool.current_num_threads(),
        }
    }

    /// `piece(0), …, piece(count − 1)`, in this order.
    pub fn map<R: Send>(&self, count: usize, piece: impl Fn(usize) -> R + Sync + Send) -> Vec<R> {
        let mut results = Vec::with_capacity(count);
        self.in_order(count, piece, |result| results.push(result));
        results
    }

    /// `piece(0) + … + piece(count − 1)`, added in this order, or `None` where there is no piece. A piece is added as
    /// soon as those before it are, so that few wait at once.
    pub fn sum<S: AddAssign + Send>(&self, count: usize, piece: impl Fn(usize) -> S + Sync + Send) -> Option<S> {
        let mut sum: Option<S> = None;
        self.in_order(count, piece, |piece| match &mut sum {
            Some(sum) => *sum += piece,
            None => sum = Some(piece),
        });
        sum
    }

    /// Hands over each result as soon as those before it were.
    fn in_order<R: Send>(
        &self,
        count: usize,
        piece: impl Fn(usize) -> R + Sync + Send,
        mut take: impl FnMut(R) + Send,
    ) {
        match self {
            Exec::Serial => (0..count).for_each(|i| take(piece(i))),
            Exec::Threads(Pool(pool)) => {
                let queue = Mutex::new(Queue { first: 0, waiting: BTreeMap::new(), take });
                in_turn(pool, count, &|i| {
                    let result = piece(i);
                    queue.lock().expect("no thread panics while it holds this").put(i, result);
                });
            }
        }
    }
}

/// Results that wait for those before them.
struct Queue<R, F> {
    first: usize,
    waiting: BTreeMap<usize, R>,
    take: F,
}

impl<R, F: FnMut(R)> Queue<R, F> {
    fn put(&mut self, i: usize, result: R) {
        self.waiting.insert(i, result);
        while let Some(result) = self.waiting.remove(&self.first) {
            (self.take)(result);
            self.first += 1;
        }
    }
}

/// The number of times that a calling thread outside the pool looks whether the others are done before it sleeps.
/// Falling asleep and being woken takes longer than a small piece.
const AWAKE: usize = 1_000;

/// Each thread takes the next piece when it has done one. The calling thread is one of them: it does not wait for
/// another to wake, which small pieces would feel.
fn in_turn(pool: &ThreadPool, count: usize, piece: &(impl Fn(usize) + Sync)) {
    let (next, over) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let take = || iter::repeat_with(|| next.fetch_add(1, Relaxed)).take_while(|&i| i < count).for_each(piece);
    let helpers = pool.current_num_threads().min(count).saturating_sub(1);
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
    fn pieces_are_added_in_their_order() {
        #[derive(Debug, PartialEq)]
        struct Text(String);
        impl AddAssign for Text {
            fn add_assign(&mut self, other: Self) {
                self.0 += &other.0;
            }
        }
        for threads in [1, 2, 8] {
            let exec = Exec::threads(threads).unwrap();
            let sum = exec.sum(9, |i| {
                thread::sleep(Duration::from_micros(100 * (i as u64 % 3)));
                Text(i.to_string())
            });
            assert_eq!(sum, Some(Text("012345678".into())));
            assert_eq!(exec.sum(0, |_| 0), None);
        }
    }

    #[test]
    fn a_piece_that_panics_neither_hangs_nor_is_lost() {
        for threads in [1, 2, 8] {
            let exec = Exec::threads(threads).unwrap();
            let panicked = catch_unwind(AssertUnwindSafe(|| exec.map(9, |i| assert_ne!(i, 4))));
            assert!(panicked.is_err());
            assert!(catch_unwind(AssertUnwindSafe(|| exec.sum(9, |i| 1 / (4 - i as i64)))).is_err());
            assert_eq!(exec.map(3, |i| i), [0, 1, 2], "the threads go on");
        }
    }
}
