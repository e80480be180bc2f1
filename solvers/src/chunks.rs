//! The pieces into which n samples are cut, and sums over them in a fixed order.

use admm::Exec;
use std::ops::{AddAssign, Range};

/// At most 64 chunks of at least 256 samples, fixed by n alone.
pub(crate) fn chunks(n: usize) -> Vec<Range<usize>> {
    let size = n.div_ceil(64).max(256);
    blocks(0..n, size).collect()
}

/// Σ over fixed chunks of n samples, folded in their order: the same bits for any number of threads.
pub(crate) fn sum<S: AddAssign + Send>(exec: &Exec, n: usize, part: impl Fn(Range<usize>) -> S + Sync + Send) -> S {
    let chunks = chunks(n);
    exec.sum(chunks.len(), |i| part(chunks[i].clone())).expect("there is at least one sample")
}

/// A range in pieces of `size`, of which the last may be smaller.
pub(crate) fn blocks(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    range.clone().step_by(size).map(move |start| start..(start + size).min(range.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_sample_once_and_in_order() {
        for n in [1, 255, 256, 257, 5_000, 60_000, 1_000_001] {
            let chunks = chunks(n);
            assert!(chunks.len() <= 64);
            assert!(chunks.iter().cloned().flatten().eq(0..n), "{n}");
        }
    }
}
