//! Samples that go from one rank to another.

use super::{Part, Samples, Stored, Targets};
use crate::scalar::Scalar;
use admm::{Error, Result};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most numbers that are gathered on every rank: 2 GiB in double precision.
const MOST: usize = 1 << 28;

/// The samples that a rank hands out.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
struct Parcel<T: Scalar> {
    x: Stored<T>,
    targets: Targets<T>,
    weights: Arc<[T]>,
}

impl<T: Scalar> Samples<T> {
    /// Copies of the samples with the given numbers, in this order and on every rank. The error of a rank
    /// [unwinds](Error::unwind).
    pub(crate) fn gathered(&self, numbers: &[usize]) -> Self {
        if self.part.is_alone() {
            return self.select(numbers);
        }
        let own = self.part.own();
        let mine: Vec<usize> = numbers.iter().filter(|n| own.contains(n)).map(|n| n - own.start).collect();
        let holders: Vec<usize> = numbers.iter().map(|&number| self.part.holder(number)).collect();
        // What a rank hands out stands behind that of the ranks before it, in the order of the numbers.
        let mut next = vec![0; self.part.of_ranks().count() + 1];
        holders.iter().for_each(|&holder| next[holder + 1] += 1);
        (1..next.len()).for_each(|rank| next[rank] += next[rank - 1]);
        let mut place = |&holder: &usize| {
            next[holder] += 1;
            next[holder] - 1
        };
        let order: Vec<usize> = holders.iter().map(&mut place).collect();
        self.select(&mine).of_all(&self.part).unwrap_or_else(|error| error.unwind()).select(&order)
    }

    /// All samples on every rank.
    ///
    /// # Errors
    /// [`Error::Parameters`] where a rank cannot be expected to hold them, with the reason why it would have to.
    pub(crate) fn everywhere(self, reason: &str) -> Result<Self> {
        if self.part.is_alone() {
            return Ok(self);
        }
        let (d, n) = (self.x.nrows(), self.total());
        if d.saturating_mul(n) > MOST {
            let problem =
                format!("must be on one rank, or smaller: {reason}, and {n} samples of {d} features are too many");
            return Err(Error::parameter("x", problem));
        }
        self.of_all(&self.part)
    }

    /// The same samples where each rank holds whole chunks of them. Those that another rank should hold go there.
    pub(crate) fn in_chunks(self) -> Result<Self> {
        let (own, part) = (self.part.own(), self.part.in_chunks());
        if part.of_ranks().eq(self.part.of_ranks()) {
            return Ok(self);
        }
        let to = part.own();
        let leave = self.part.of_ranks().zip(part.of_ranks());
        let leave = leave.flat_map(|(from, to)| from.filter(move |sample| !to.contains(sample)));
        let leave: Vec<usize> = leave.collect();
        let mine: Vec<usize> = own.clone().filter(|sample| !to.contains(sample)).map(|n| n - own.start).collect();
        let moved = self.select(&mine).of_all(&self.part)?;
        let among = |taken: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..leave.len()).filter(|&i| to.contains(&leave[i]) && taken(leave[i])).collect()
        };
        let before = moved.select(&among(&|sample| sample < own.start));
        let behind = moved.select(&among(&|sample| sample >= own.end));
        let kept: Vec<usize> = own.clone().filter(|sample| to.contains(sample)).map(|n| n - own.start).collect();
        let parcels = [before, self.select(&kept), behind].iter().map(Self::parcel).collect();
        Ok(Samples { part, ..self.joined(parcels)? })
    }

    /// What all ranks hold of some samples, one rank after the other.
    fn of_all(&self, part: &Part) -> Result<Self> {
        self.joined(part.gather(Ok(self.parcel()))?)
    }

    fn parcel(&self) -> Parcel<T> {
        Parcel { x: self.x.to_stored(), targets: self.targets.clone(), weights: self.weights.clone() }
    }

    fn joined(&self, parcels: Vec<Parcel<T>>) -> Result<Self> {
        let (mut x, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        for parcel in parcels {
            x.push(parcel.x);
            targets.push(parcel.targets);
            weights.extend_from_slice(&parcel.weights);
        }
        let part = Part::alone(weights.len());
        let (x, exec) = (self.x.joined(x), self.exec.clone());
        Ok(Samples { x, targets: Targets::joined(&targets)?, weights: weights.into(), exec, part })
    }
}
