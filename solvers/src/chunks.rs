//! The pieces into which n samples are cut.

use std::ops::Range;

/// The chunks over which passes sum, fixed by n alone. A chunk has at least 256 samples. The number of chunks grows to
/// 64, then their size to 4,096 samples, then their number to 4,096, and then their size again.
pub(crate) fn chunks(n: usize) -> Vec<Range<usize>> {
    let size = n.div_ceil(64).clamp(256, 4096).max(n.div_ceil(4096));
    blocks(0..n, size).collect()
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
        for n in [1, 255, 256, 257, 5_000, 60_000, 1_000_001, 20_000_001] {
            let chunks = chunks(n);
            assert!(chunks.len() <= 4096);
            assert!(chunks.iter().cloned().flatten().eq(0..n), "{n}");
        }
    }

    #[test]
    fn the_number_of_chunks_grows_to_64_and_beyond_a_quarter_of_a_million_samples_to_4096() {
        let counts = [256, 512, 16_384, 60_000, 1 << 18, 1 << 20, 1 << 24, 1 << 26].map(|n| chunks(n).len());
        assert_eq!(counts, [1, 2, 64, 64, 64, 256, 4096, 4096]);
    }
}
