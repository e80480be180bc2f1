//! Where independent pieces of work run. Results come back in the order of the pieces, never in the order in which
//! threads finish, so a sum over them has the same bits for any number of threads.

use crate::{Error, Result};
use rayon::prelude::*;
use std::sync::Arc;

/// One thread, or a pool of them.
#[derive(Debug, Clone, Default)]
pub enum Exec {
    /// On the calling thread.
    #[default]
    Serial,
    /// On a pool of threads.
    Threads(Arc<rayon::ThreadPool>),
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
            Exec::Threads(pool) => pool.install(|| (0..count).into_par_iter().with_max_len(1).map(piece).collect()),
        }
    }
}
