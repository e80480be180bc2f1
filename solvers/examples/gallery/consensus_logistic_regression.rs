//! Sparse logistic regression where the samples lie on ranks (Boyd et al., 2011, §8.2.2): 300 samples of 20 features in
//! 6 blocks, on 1, 2 and 4 ranks. A rank that fails ends the run on all of them with its error.

use crate::data;
use crate::logistic_regression::Loss;
use admm::patterns::{Consensus, Spread};
use admm::ranks::{Ranks, ThreadRanks};
use admm::{Coordinator, Descent, Error, Exec, Flat, Iterate, Negated, Result, Smooth, Status, Tolerance};
use admm_solvers::descent::Lbfgs;
use admm_solvers::prox::{L1, Scaled};
use nalgebra::DMatrix;
use std::sync::Arc;
use std::time::Duration;

const SIZE: (usize, usize) = (300, 20);
const BLOCKS: usize = 6;
const WEIGHT: f64 = 2.0;

/// Samples times their labels ±1, so that the margin of sample i is ⟨x, aᵢ⟩.
fn samples() -> DMatrix<f64> {
    let (mut a, truth) = (data::normal(SIZE.0, SIZE.1, 1), data::sparse(SIZE.1, 1, 0.3, 2));
    let labels = (&a * &truth + data::normal(SIZE.0, 1, 3) * 0.3).map(f64::signum);
    a.row_iter_mut().zip(labels.iter()).for_each(|(mut row, label)| row *= *label);
    a
}

/// The program of a rank, which gets its samples from `read`.
fn solve(ranks: Arc<dyn Ranks>, read: impl Fn(usize) -> Result<DMatrix<f64>>) -> Result<DMatrix<f64>> {
    let zero = DMatrix::zeros(SIZE.1, 1);
    let part = |a: DMatrix<f64>| {
        let margins = DMatrix::zeros(a.nrows(), 1);
        Descent { of: Loss(a, margins), by: Lbfgs::default(), on: Flat }
    };
    let blocks = Spread::new(ranks, BLOCKS, Exec::Serial, |i| Ok(part(read(i)?)))?;
    let start = blocks.start(vec![Iterate::new(zero.clone()); BLOCKS])?;
    let agreement = Negated(Consensus { of: Scaled { weight: WEIGHT, of: L1 }, members: BLOCKS });
    let mut admm = Coordinator::new(blocks, agreement, start, zero, 1.0)?;
    admm.tolerance = Tolerance { absolute: 0.0, relative: 1e-7 };
    let outcome = admm.run(())?;
    assert_eq!(outcome.status, Status::Converged);
    Ok(outcome.best.z)
}

pub(crate) fn main() -> Result<()> {
    let (all, own) = (samples(), SIZE.0 / BLOCKS);
    let on = |size, failing: Option<usize>| {
        let read = |i| match failing {
            Some(member) if member == i => Err(Error::numerical("the file of the samples", "is missing")),
            _ => Ok(all.rows(i * own, own).into()),
        };
        ThreadRanks::run(size, Duration::from_secs(60), |ranks| solve(ranks, read))
    };
    let solutions = [1, 2, 4].into_iter().flat_map(|size| on(size, None)).collect::<Result<Vec<_>>>()?;
    let x = &solutions[0];
    let gradient = Loss(all.clone(), DMatrix::zeros(SIZE.0, 1)).value_and_gradient(x)?.1;
    let violation = data::violation(&gradient, x, WEIGHT);
    println!("{} of {} entries, optimal to {violation:.0e}", x.iter().filter(|x| **x != 0.0).count(), SIZE.1);
    assert!(violation < 1e-4);
    assert!(solutions.iter().all(|solution| solution == x), "other bits on other ranks");

    let expected = Error::Rank { rank: 1, problem: "the file of the samples is missing".into() };
    assert!(on(2, Some(4)).into_iter().all(|result| result == Err(expected.clone())));
    Ok(())
}
