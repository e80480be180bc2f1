//! The samples of one process among several.

use std::ops::Range;

use admm::checkpoint::fingerprint;
use admm::ranks::{Ranks, gather};
use admm_solvers::Scalar;
use admm_solvers::data::{Features, own_samples};
use nalgebra::DMatrix;

use super::labelled::Labelled;

/// Copies of samples: X, their labels, and their targets and weights if they have some.
type Copies<T> = (DMatrix<T>, Vec<usize>, Option<DMatrix<f64>>, Option<Vec<f64>>);

impl<T: Scalar> Labelled<Features<T>> {
    /// The samples of a process, of those that all of them hold.
    pub fn share(self, ranks: &dyn Ranks) -> Self {
        if ranks.size() == 1 {
            return self;
        }
        fn of<N: Copy>(all: &[N], own: &Range<usize>) -> Vec<N> {
            all[own.clone()].to_vec()
        }
        let own = own_samples(ranks, self.labels.len());
        Self {
            x: self.x.range(own.clone()),
            labels: of(&self.labels, &own),
            numbers: self.numbers.map(|y| y.columns_range(own.clone()).into_owned()),
            weights: self.weights.map(|weights| of(&weights, &own)),
            groups: self.groups.map(|groups| of(&groups, &own)),
        }
    }

    /// The numbers of the samples of this process among those of all, and how many these are.
    ///
    /// # Errors
    /// A process that has ended.
    pub fn own_numbers(&self, ranks: &dyn Ranks) -> admm::Result<(Range<usize>, usize)> {
        let counts = gather(ranks, Ok(self.labels.len()))?;
        let first = counts[..ranks.rank()].iter().sum();
        Ok((first..first + self.labels.len(), counts.iter().sum()))
    }

    /// Copies of every so many samples of all processes, from the first on, in each of them.
    ///
    /// # Errors
    /// A process that has ended.
    pub fn every(&self, step: usize, ranks: &dyn Ranks) -> admm::Result<Labelled<DMatrix<T>>> {
        let (own, _) = self.own_numbers(ranks)?;
        let chosen: Vec<usize> =
            own.clone().filter(|number| number.is_multiple_of(step)).map(|number| number - own.start).collect();
        let Labelled { x, labels, numbers, weights, .. } = self.select(&chosen).into_dense();
        let copies: Vec<Copies<T>> = gather(ranks, Ok((x, labels, numbers, weights)))?;
        let (x, y): (Vec<_>, Vec<_>) = copies.iter().map(|(x, _, y, _)| (x, y)).unzip();
        let y: Option<Vec<_>> = y.into_iter().map(Option::as_ref).collect();
        let weights: Option<Vec<_>> = copies.iter().map(|(_, _, _, weights)| weights.as_deref()).collect();
        Ok(Labelled {
            x: beside_each_other(&x),
            labels: copies.iter().flat_map(|(_, labels, ..)| labels).copied().collect(),
            numbers: y.map(|y| beside_each_other(&y)),
            weights: weights.map(|weights| weights.concat()),
            groups: None,
        })
    }

    /// A hash of the samples of all processes, however these share them: the sum of a hash for each sample with its number.
    ///
    /// # Errors
    /// A process that has ended.
    pub fn fingerprint(&self, ranks: &dyn Ranks) -> admm::Result<u128> {
        let (own, total) = self.own_numbers(ranks)?;
        let of_sample = |sum: admm::Result<u128>, sample: usize| {
            let y = self.numbers.as_ref().map(|y| y.column(sample).into_owned());
            let weight = self.weights.as_ref().map(|weights| weights[sample]);
            let x = self.x.dense(sample..sample + 1);
            let hash = fingerprint(&(own.start + sample, x, self.labels[sample], y, weight))?;
            Ok(sum?.wrapping_add(hash))
        };
        let sums = gather(ranks, (0..own.len()).fold(Ok(0), of_sample))?;
        fingerprint(&(total, sums.into_iter().fold(0, u128::wrapping_add)))
    }
}

fn beside_each_other<N: Scalar>(parts: &[&DMatrix<N>]) -> DMatrix<N> {
    let (rows, columns) = (parts.iter().map(|part| part.nrows()).max(), parts.iter().map(|part| part.ncols()).sum());
    let numbers = parts.iter().flat_map(|part| part.iter().copied());
    DMatrix::from_iterator(rows.unwrap_or(0), columns, numbers)
}
