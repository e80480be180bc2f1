//! Threads for independent pieces of work. Results come back in the order of the pieces and are added in a fixed tree.
//! The order in which threads finish plays no part, so a sum has the same bits for any number of threads.

use crate::tree::{Node, Roots};
use crate::{Error, Result};
use rayon::ThreadPool;
use std::collections::BTreeMap;
use std::iter;
use std::ops::{AddAssign, Range};
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
    /// A pool of `count` threads. A count of 1 gives [`Exec::Serial`], and 0 takes a thread for each processor.
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

    /// Returns the number of pieces that can run at once, which is 1 or the number of threads of the pool.
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

    /// `piece(0) + … + piece(count − 1)`, or `None` where there is no piece. The pieces are added in a fixed binary tree
    /// over their numbers, where each takes part in at most ⌈log₂ count⌉ additions.
    pub fn sum<S: AddAssign + Send>(&self, count: usize, piece: impl Fn(usize) -> S + Sync + Send) -> Option<S> {
        self.roots(0..count, usize::MAX, piece).total()
    }

    /// The same sum as [`sum`](Self::sum), to the bit, for pieces that take much memory. The number of
    /// pieces that exist at once is at most [`width`](Self::width) plus log₂ `count`. In return, threads wait for each
    /// other now and then.
    pub fn sum_sparingly<S: AddAssign + Send>(
        &self,
        count: usize,
        piece: impl Fn(usize) -> S + Sync + Send,
    ) -> Option<S> {
        self.roots(0..count, self.width(), piece).total()
    }

    /// The roots of the pieces with these numbers, which run in waves of `size`. A wave begins when all pieces before it
    /// have been added.
    pub(crate) fn roots<S: AddAssign + Send>(
        &self,
        numbers: Range<usize>,
        size: usize,
        piece: impl Fn(usize) -> S + Sync + Send,
    ) -> Roots<S> {
        let mut roots = Roots::new();
        for first in numbers.clone().step_by(size) {
            let part = |i| Node::part(first + i, piece(first + i));
            self.in_order(size.min(numbers.end - first), part, |part| roots.push(part));
        }
        roots
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
    use crate::random::SplitMix64;
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
    fn few_pieces_exist_at_once_where_they_are_added_sparingly() {
        static HELD: AtomicUsize = AtomicUsize::new(0);
        #[derive(Debug)]
        struct Large(u64);
        impl AddAssign for Large {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl Drop for Large {
            fn drop(&mut self) {
                HELD.fetch_sub(1, Relaxed);
            }
        }
        for (threads, count) in [(1, 64), (2, 63), (3, 100), (8, 7)] {
            let exec = Exec::threads(threads).unwrap();
            let most = AtomicUsize::new(0);
            let sum = exec.sum_sparingly(count, |i| {
                most.fetch_max(HELD.fetch_add(1, Relaxed) + 1, Relaxed);
                thread::sleep(Duration::from_micros(if i % 5 == 0 { 500 } else { 10 }));
                Large(i as u64)
            });
            assert_eq!(sum.map(|sum| sum.0), Some((0..count as u64).sum()));
            let most = most.into_inner();
            assert!(most <= threads + count.ilog2() as usize, "{most} of {count} pieces on {threads} threads");
        }
    }

    /// Two lists of parts. In the first, a sum from left to right loses all parts but the first. The second has parts of
    /// many sizes and both signs. All are whole numbers, and 128 bits hold their sums.
    fn parts(count: usize) -> [Vec<f64>; 2] {
        let mut random = SplitMix64(count as u64);
        let mut any = |_| (random.bits() as i64 >> 10) as f64 * (1_u64 << (random.bits() % 40)) as f64;
        let hard = (0..count).map(|i| if i == 0 { 2_f64.powi(53) } else { 1.0 }).collect();
        [hard, (0..count).map(&mut any).collect()]
    }

    /// (sum − Σ parts)·2⁵³/Σ|parts|, the error in units of one rounding of Σ|parts|.
    fn roundings(sum: f64, parts: &[f64]) -> f64 {
        let exact = |parts: &mut dyn Iterator<Item = f64>| parts.map(|part| part as i128).sum::<i128>();
        let error = sum as i128 - exact(&mut parts.iter().copied());
        error as f64 * 2_f64.powi(53) / exact(&mut parts.iter().map(|part| part.abs())) as f64
    }

    #[test]
    fn a_sum_is_as_exact_as_its_tree_is_deep_and_has_the_same_bits_for_any_number_of_threads() {
        for count in [64_usize, 100, 4096] {
            let depth = count.next_power_of_two().ilog2() as f64;
            let [hard, any] = parts(count);
            for parts in [&hard, &any] {
                let on = |threads| Exec::threads(threads).unwrap().sum(count, |i| parts[i]).unwrap();
                let sum = on(1);
                assert!(roundings(sum, parts).abs() <= depth, "{} for {count} parts", roundings(sum, parts));
                for threads in [2, 3, 8] {
                    assert_eq!(on(threads).to_bits(), sum.to_bits(), "{threads} threads");
                    let sparingly = Exec::threads(threads).unwrap().sum_sparingly(count, |i| parts[i]).unwrap();
                    assert_eq!(sparingly.to_bits(), sum.to_bits(), "{threads} threads, sparingly");
                }
            }
            let from_the_left = hard.iter().fold(0.0, |sum, part| sum + part);
            assert!(roundings(from_the_left, &hard).abs() > 5.0 * depth, "the parts tell the two orders apart");
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
