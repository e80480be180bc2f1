//! Fisher's discriminants with the scatter within the classes as a constraint, minimise −½ tr(WᵀS_bW) + μ/2 ‖V‖² subject
//! to W = V and WᵀS_wW = I. The penalty prefers short directions. In closed form the answer has the leading vectors of
//! the pencil (S_b − μI, S_w).

use crate::data;
use admm::{ConstraintSet, Coordinator, Descent, Exact, Iterate, Negated, Result, Smooth, Status, Tolerance};
use admm_solvers::descent::Lbfgs;
use admm_solvers::prox::{Scaled, SquaredL2};
use admm_solvers::set::GeneralizedStiefel;
use nalgebra::DMatrix;

const FEATURES: usize = 8;
const PENALTY: f64 = 0.05;

/// −½ tr(WᵀSW).
struct Between(DMatrix<f64>);

impl Smooth<f64> for Between {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, w: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let gradient = -&self.0 * w;
        Ok((0.5 * w.dot(&gradient), gradient))
    }
}

/// The scatter between and within three classes of 300 samples.
fn scatters() -> (DMatrix<f64>, DMatrix<f64>) {
    let (centres, noise) = (data::normal(FEATURES, 3, 1), data::normal(FEATURES, 300, 2));
    let noise = DMatrix::from_fn(FEATURES, 300, |i, j| noise[(i, j)] * (1.0 + i as f64 / 4.0));
    let centred = |x: DMatrix<f64>| &x - x.column_mean() * DMatrix::from_element(1, x.ncols(), 1.0);
    let (between, within) = (centred(centres), noise);
    (&between * between.transpose() / 3.0, &within * within.transpose() / 300.0)
}

pub(crate) fn main() -> Result<()> {
    let (between, within) = scatters();
    let on = GeneralizedStiefel::new(within.clone())?;
    let start = on.project(&data::normal(FEATURES, 2, 3))?;
    let discriminate = Descent { of: Between(between.clone()), by: Lbfgs::default(), on };
    let penalty = Negated(Exact(Scaled { weight: PENALTY, of: SquaredL2 }));
    let mut admm = Coordinator::new(discriminate, penalty, Iterate::new(start.clone()), start, 1.0)?;
    admm.tolerance = Tolerance { absolute: 1e-9, relative: 1e-9 };
    let outcome = admm.run(())?;
    let w = &outcome.best.x.point;
    let objective = -0.5 * w.dot(&(&between * w)) + PENALTY / 2.0 * w.norm_squared();
    // The eigenvalues of L⁻¹(S_b − μI)L⁻ᵀ with S_w = LLᵀ.
    let factor = within.cholesky().unwrap().unpack();
    let half = factor.solve_lower_triangular(&(between - DMatrix::identity(FEATURES, FEATURES) * PENALTY)).unwrap();
    let mut values = factor.solve_lower_triangular(&half.transpose()).unwrap().symmetric_eigenvalues();
    values.as_mut_slice().sort_by(|a, b| b.total_cmp(a));
    let best = -0.5 * (values[0] + values[1]);
    println!("objective {objective:.9}, {} iterations", outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && (objective - best).abs() < 1e-8 * best.abs());
    Ok(())
}
