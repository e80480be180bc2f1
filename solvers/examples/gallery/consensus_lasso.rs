//! The lasso where the samples lie on ranks, minimise ½ Σᵢ ‖Aᵢx − bᵢ‖² + λ‖x‖₁: each block has some of the samples, and
//! each rank some of the blocks (Boyd et al., 2011, §8.2.1). 600 samples of 200 features in 12 blocks, on 1, 3 and 5
//! ranks. The solution has the same bits on all of them.

use crate::data;
use admm::patterns::{Consensus, Spread};
use admm::ranks::{Ranks, ThreadRanks};
use admm::{Coordinator, Error, Exact, Exec, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{L1, LeastSquares, Scaled};
use nalgebra::DMatrix;
use std::sync::Arc;
use std::time::Duration;

const SIZE: (usize, usize) = (600, 200);
const BLOCKS: usize = 12;
/// λ = 0.1·‖Aᵀb‖∞, a tenth of the weight that makes x = 0.
const SHARE: f64 = 0.1;

/// Block i. A rank would read these samples from a file of its own.
fn block(i: usize) -> Result<Exact<LeastSquares<f64>>> {
    let (a, b) = data::regression(SIZE);
    let own = SIZE.0 / BLOCKS;
    Ok(Exact(LeastSquares::new(a.rows(i * own, own).into(), b.rows(i * own, own).into())?))
}

/// The program of a rank.
fn solve(ranks: Arc<dyn Ranks>, weight: f64) -> Result<(DMatrix<f64>, u64)> {
    let zero = DMatrix::zeros(SIZE.1, 1);
    let blocks = Spread::new(ranks, BLOCKS, Exec::Serial, block)?;
    let start = blocks.start(vec![zero.clone(); BLOCKS])?;
    let agreement = Negated(Consensus { of: Scaled { weight, of: L1 }, members: BLOCKS });
    let mut admm = Coordinator::new(blocks, agreement, start, zero, 1.0)?;
    admm.tolerance = Tolerance { absolute: 0.0, relative: 1e-8 };
    let outcome = admm.run(())?;
    assert_eq!(outcome.status, Status::Converged);
    Ok((outcome.best.z, outcome.best.record.iteration))
}

pub(crate) fn main() -> Result<()> {
    let (a, b) = data::regression(SIZE);
    let weight = SHARE * a.tr_mul(&b).amax();
    let mut solutions = Vec::new();
    for ranks in [1, 3, 5] {
        let results = ThreadRanks::run(ranks, Duration::from_secs(60), |ranks| solve(ranks, weight));
        solutions.extend(results.into_iter().collect::<Result<Vec<_>, Error>>()?);
    }
    let (x, iterations) = &solutions[0];
    let violation = data::violation(&a.tr_mul(&(&a * x - b)), x, weight) / weight;
    println!("{iterations} iterations, optimal to {violation:.0e}");
    assert!(violation < 1e-5);
    assert!(solutions.iter().all(|solution| *solution == solutions[0]), "other bits on other ranks");
    Ok(())
}
