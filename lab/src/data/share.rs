//! The samples of one process among several.

use std::ops::Range;

use admm::ranks::Ranks;
use admm_solvers::Scalar;
use admm_solvers::data::{Features, own_samples};

use super::labelled::Labelled;
use super::npy::MAPPED_FROM;

impl<T: Scalar> Labelled<Features<T>> {
    /// The samples of a process. Those that a single process would read, and not map, are in memory here as well: then
    /// they are scaled in the same way.
    pub fn share(self, ranks: &dyn Ranks) -> Self {
        if ranks.size() == 1 {
            return self;
        }
        fn of<N: Copy>(all: &[N], own: &Range<usize>) -> Vec<N> {
            all[own.clone()].to_vec()
        }
        let own = own_samples(ranks, self.labels.len());
        let is_small = ((self.x.nrows() * self.x.ncols() * size_of::<T>()) as u64) < MAPPED_FROM;
        let x = match self.x.range(own.clone()) {
            x if x.is_shared() && is_small => x.to_dense().into(),
            x => x,
        };
        Self {
            x,
            labels: of(&self.labels, &own),
            numbers: self.numbers.map(|y| y.columns_range(own.clone()).into_owned()),
            weights: self.weights.map(|weights| of(&weights, &own)),
            groups: self.groups.map(|groups| of(&groups, &own)),
        }
    }
}
