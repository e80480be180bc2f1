//! Sparse logistic regression by consensus, minimise Σ log(1 + exp(−(Ax − b)ᵢ)) + λ‖x‖₁, the samples spread over
//! blocks: four samples whose answer is known, and 100 features with 500 samples on 10 blocks.

use crate::data;
use admm::patterns::{Consensus, Group};
use admm::{Accuracy, Coordinator, Descent, Exec, Flat, Iterate, Negated, Prox, Result, Smooth};
use admm::{Status, Tolerance};
use admm_solvers::descent::Lbfgs;
use admm_solvers::prox::{self, L1, Scaled};
use nalgebra::DMatrix;

const SOLUTION: [f64; 5] = [0.0, 0.0, 0.2114635341704963, 0.0, 2.845881348733116];

/// Σ log(1 + exp(−(Ax − b)ᵢ)), as A and b.
pub(crate) struct Loss(pub DMatrix<f64>, pub DMatrix<f64>);

impl Smooth<f64> for Loss {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let margins = &self.0 * x - &self.1;
        let weights = margins.map(|margin| -1.0 / (1.0 + margin.exp()));
        Ok((prox::Logistic.value(&margins), self.0.tr_mul(&weights)))
    }
}

/// x, from so many blocks of as many samples each.
fn solve(a: &DMatrix<f64>, b: &DMatrix<f64>, members: usize, weight: f64) -> Result<DMatrix<f64>> {
    let (n, own) = (a.ncols(), a.nrows() / members);
    let rows = |matrix: &DMatrix<f64>, i| matrix.rows(i * own, own).into();
    let part = |i| Descent { of: Loss(rows(a, i), rows(b, i)), by: Lbfgs::default(), on: Flat };
    let group = Group { blocks: (0..members).map(part).collect(), exec: Exec::threads(0)? };
    let consensus = Negated(Consensus { of: Scaled { weight, of: L1 }, members });
    let start = (vec![Iterate::new(DMatrix::zeros(n, 1)); members], DMatrix::zeros(n, 1));
    let mut admm = Coordinator::new(group, consensus, start.0, start.1, 1.0)?;
    admm.accuracy = Accuracy::Relative { first: 0.1, factor: 0.1, floor: 1e-12 };
    admm.tolerance = Tolerance { absolute: 1e-10, relative: 1e-9 };
    let outcome = admm.run(())?;
    println!("{members} blocks: {} iterations", outcome.best.record.iteration);
    assert_eq!(outcome.status, Status::Converged);
    Ok(outcome.best.z)
}

pub(crate) fn main() -> Result<()> {
    let (a, b) = data::small();
    let gap = (solve(&a, &b, 4, 0.1)? - DMatrix::from_column_slice(5, 1, &SOLUTION)).amax();
    println!("{gap:.0e} off the known solution");
    assert!(gap < 1e-7);

    // Rows times their labels, so that a margin is ⟨x, aᵢ⟩ yᵢ.
    let (mut a, truth, noise) = (data::normal(500, 100, 1), data::sparse(100, 1, 0.1, 2), data::normal(500, 1, 3));
    let labels = (&a * &truth + noise * 0.3).map(f64::signum);
    a.row_iter_mut().zip(labels.iter()).for_each(|(mut row, label)| row *= *label);
    let (b, weight) = (DMatrix::zeros(500, 1), 5.0);
    let x = solve(&a, &b, 10, weight)?;
    let violation = data::violation(&Loss(a, b).value_and_gradient(&x)?.1, &x, weight);
    println!("{} of 100 entries, optimal to {violation:.0e}", x.iter().filter(|entry| **entry != 0.0).count());
    assert!(violation < 1e-5);
    Ok(())
}
