//! The lasso, minimise ½‖Ax − b‖² + λ‖x‖₁, at the size of Boyd's script: 1500 samples of 5000 features, 100 of them in
//! use.
//!
//! About a second in release. Where the lasso is all you want, take coordinate descent:
//! it is the specialised method, and faster. Here any regulariser with a proximal operator takes the place of the norm.

use crate::data;
use admm::penalty::Fixed;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{L1, LeastSquares, Scaled};
use nalgebra::DMatrix;

type Lasso = Coordinator<f64, Exact<LeastSquares<f64>>, Negated<Exact<Scaled<L1>>>>;

/// λ = 0.1·‖Aᵀb‖∞, a tenth of the weight that makes x = 0.
pub(crate) fn problem(size: (usize, usize), rho: f64) -> Result<Lasso> {
    let (a, b) = data::regression(size);
    let (norm, zero) = (Scaled { weight: 0.1 * a.tr_mul(&b).amax(), of: L1 }, DMatrix::zeros(size.1, 1));
    let mut admm = Coordinator::new(Exact(LeastSquares::new(a, b)?), Negated(Exact(norm)), zero.clone(), zero, rho)?;
    admm.penalty_policy = Box::new(Fixed);
    Ok(admm)
}

pub(crate) fn main() -> Result<()> {
    let size = (1500, 5000);
    let mut admm = problem(size, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-4, relative: 1e-2 };
    println!("Boyd's tolerance: {} iterations", admm.run(())?.best.record.iteration);

    admm.tolerance = Tolerance { absolute: 1e-8, relative: 1e-6 };
    let outcome = admm.run(())?;
    let (z, (a, b)) = (&outcome.best.z, data::regression(size));
    let weight = admm.blocks().1.0.0.weight;
    let violation = data::violation(&a.tr_mul(&(&a * z - b)), z, weight) / weight;
    let used = z.iter().filter(|entry| **entry != 0.0).count();
    println!("1e-6: {} iterations, {used} entries, optimal to {violation:.0e}", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && violation < 1e-4);
    Ok(())
}
