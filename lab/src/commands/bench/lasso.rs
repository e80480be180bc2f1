//! Our ADMM for ½‖Ax − b‖² + λ‖x‖₁, as the monograph splits it.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use admm::penalty::Fixed;
use admm::state::StateOf;
use admm::{Coordinator, Exact, Exec, Negated, Prox, Tolerance};
use admm_solvers::prox::{L1, LeastSquares, Scaled};
use nalgebra::DMatrix;

use super::Trace;
use crate::data::{self, LabelColumn, ReadOptions};
use crate::failure::Failure;

type LeastSquaresBlock = Exact<LeastSquares<f64>>;
type NormBlock = Negated<Exact<Scaled<L1>>>;

/// Iterations, and ρ as in the peers' script.
const ITERATIONS: u64 = 60;
const PENALTY: f64 = 1.0;

/// The gap relative to the optimum, from the first factorisation on. Objectives are evaluated afterwards.
pub fn run(folder: &Path, best: f64) -> Result<Trace, Failure> {
    let options = ReadOptions { label: LabelColumn::None, ..ReadOptions::default() };
    let a = data::read(folder.join("L1_A.npy").as_os_str(), &options)?.x.transpose();
    let numbers = data::read_numbers(&folder.join("L1_b.npy"))?;
    if numbers.len() != a.nrows() {
        return Err(Failure::Other(format!("L1_b.npy has {} numbers for {} rows", numbers.len(), a.nrows())));
    }
    let b = DMatrix::from_vec(numbers.len(), 1, numbers);
    let weight = 0.1 * a.tr_mul(&b).amax();
    let zero = DMatrix::zeros(a.ncols(), 1);
    let (a_again, b_again) = (a.clone(), b.clone());

    let exec = Exec::threads(0).map_err(Failure::library("threads"))?;
    let clock = Instant::now();
    let solve = || -> admm::Result<Vec<(f64, DMatrix<f64>)>> {
        let (loss, norm) = (Exact(LeastSquares::on(&exec, a, b)?), Negated(Exact(Scaled { of: L1, weight })));
        let mut admm = Coordinator::new(loss, norm, zero.clone(), zero, PENALTY)?;
        (admm.penalty_policy, admm.max_iterations) = (Box::new(Fixed), ITERATIONS);
        admm.tolerance = Tolerance { absolute: 0.0, relative: 0.0 };
        let mut seen = Vec::new();
        admm.run(|state: &StateOf<f64, LeastSquaresBlock, NormBlock>| {
            seen.push((clock.elapsed().as_secs_f64(), state.z.clone()));
            ControlFlow::Continue(())
        })?;
        Ok(seen)
    };
    let seen = solve().map_err(Failure::library("lasso"))?;
    let norm = Scaled { of: L1, weight };
    let objective = |x: &DMatrix<f64>| (&a_again * x - &b_again).norm_squared() / 2.0 + norm.value(x);
    Ok(seen.iter().enumerate().map(|(i, (t, z))| (*t, (i + 1) as f64, (objective(z) - best) / best)).collect())
}
