//! Random numbers that a resumed run draws again.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The state of a generator of random numbers. It is part of the memory of a method, so that a checkpoint keeps it. The
/// numbers depend on the seed alone, and not on the platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generator(ChaCha8Rng);

/// Draws `count` numbers below n, uniform and independent. A generator that is `None` starts from the seed.
pub(crate) fn draw(generator: &mut Option<Generator>, seed: u64, n: usize, count: usize) -> Vec<usize> {
    let Generator(random) = generator.get_or_insert_with(|| Generator(ChaCha8Rng::seed_from_u64(seed)));
    (0..count).map(|_| random.random_range(0..n as u64) as usize).collect()
}
