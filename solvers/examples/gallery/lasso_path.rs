//! The path of the lasso over thirty weights λ: one factor for all of them, each start where the last one ended.
//!
//! About a second in release. A path too is faster by coordinate descent with screening, the specialised method.

use crate::data;
use admm::penalty::Fixed;
use admm::{Coordinator, Exact, Negated, Result, Status, Tolerance};
use admm_solvers::prox::{L1, LeastSquares, Scaled};
use nalgebra::DMatrix;

type Lasso = Coordinator<f64, Exact<LeastSquares<f64>>, Negated<Exact<Scaled<L1>>>>;

fn problem(squares: &LeastSquares<f64>, weight: f64) -> Result<Lasso> {
    let (zero, norm) = (DMatrix::zeros(1000, 1), Scaled { weight, of: L1 });
    let mut admm = Coordinator::new(Exact(squares.clone()), Negated(Exact(norm)), zero.clone(), zero, 1.0)?;
    (admm.penalty_policy, admm.tolerance) = (Box::new(Fixed), Tolerance { absolute: 1e-8, relative: 1e-5 });
    Ok(admm)
}

pub(crate) fn main() -> Result<()> {
    let (a, b) = data::regression((300, 1000));
    let squares = LeastSquares::new(a.clone(), b.clone())?;
    let largest = a.tr_mul(&b).amax();
    let mut warm = problem(&squares, largest)?;
    let (mut warmly, mut coldly) = (0, 0);
    println!("  λ/λmax  entries  warm  cold");
    for i in 0..30 {
        let weight = largest * 100_f64.powf(-f64::from(i) / 29.0);
        let before = warm.state().record.iteration;
        warm.blocks_mut().1.0.0.weight = weight;
        let outcome = warm.run(())?;
        let (z, steps) = (&outcome.best.z, outcome.best.record.iteration - before);
        let cold = problem(&squares, weight)?.run(())?.best.record.iteration;
        (warmly, coldly) = (warmly + steps, coldly + cold);
        if i % 5 == 4 {
            let used = z.iter().filter(|entry| **entry != 0.0).count();
            println!("{:8.4} {used:8} {steps:5} {cold:5}", weight / largest);
        }
        let violation = data::violation(&a.tr_mul(&(&a * z - &b)), z, weight) / largest;
        assert!(outcome.status == Status::Converged && violation < 1e-3, "{violation} at {weight}");
    }
    println!("{warmly} iterations with warm starts, {coldly} from zero");
    assert!(warmly < coldly);
    Ok(())
}
