//! A matrix of rank 3 from half of its entries, minimise the nuclear norm ‖X‖* subject to the known entries, 60×40.
//!
//! The set of the matrices with the known entries is written here: a proximal operator is two functions.

use crate::data;
use admm::{Coordinator, Exact, Negated, Prox, Result, Status, Tolerance};
use admm_solvers::prox::{L1, SingularValues};
use nalgebra::DMatrix;

/// The indicator of the matrices that have these entries; NaN is unknown.
struct Known(DMatrix<f64>);

impl Prox<f64> for Known {
    fn value(&self, x: &DMatrix<f64>) -> f64 {
        let fits = self.0.iter().zip(x).all(|(known, entry)| known.is_nan() || known == entry);
        if fits { 0.0 } else { f64::INFINITY }
    }
    fn prox(&self, v: &DMatrix<f64>, _rho: f64) -> Result<DMatrix<f64>> {
        Ok(v.zip_map(&self.0, |free, known| if known.is_nan() { free } else { known }))
    }
}

pub(crate) fn main() -> Result<()> {
    let truth = data::normal(60, 3, 1) * data::normal(3, 40, 2);
    let seen = data::sparse(60, 40, 0.5, 3);
    let known = Known(truth.zip_map(&seen, |entry, seen| if seen == 0.0 { f64::NAN } else { entry }));
    let zero = DMatrix::zeros(60, 40);
    let mut admm = Coordinator::new(Exact(SingularValues(L1)), Negated(Exact(known)), zero.clone(), zero, 0.1)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-8 };
    let outcome = admm.run(())?;
    let (x, z) = (&outcome.best.x, &outcome.best.z);
    let gap = (z - &truth).norm() / truth.norm();
    let rank = x.singular_values().iter().filter(|value| **value > 1e-6).count();
    println!("rank {rank}, {gap:.0e} off the truth, {} iterations", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && rank == 3 && gap < 1e-5);
    Ok(())
}
