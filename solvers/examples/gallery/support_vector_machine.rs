//! A linear support vector machine by consensus, minimise ½‖w‖² + C Σ max(1 − yⱼ⟨w, xⱼ⟩, 0), at the size of Boyd's
//! script: 200 samples of two features on 20 blocks, split as badly as possible: each block sees one class alone. The
//! block is written here from the ground up; its inner method, on all samples at once, is the specialised solver.

use crate::data;
use admm::patterns::{Consensus, Group};
use admm::{Coordinator, Cost, Exec, Negated, Result, Solved, Status, Subproblem, Target, Tolerance};
use admm_solvers::prox::SquaredL2;
use nalgebra::DMatrix;

const COST: f64 = 0.1;

/// C Σ max(1 − ⟨aⱼ, w⟩, 0), with a column aⱼ = yⱼ(xⱼ, 1) a sample.
struct Machine(DMatrix<f64>);

impl Subproblem<f64> for Machine {
    type Var = (DMatrix<f64>, DMatrix<f64>); // w, and the multipliers α of the samples
    type Image = DMatrix<f64>;
    fn value(&self, (w, _): &Self::Var) -> Result<f64> {
        Ok(COST * self.0.tr_mul(w).map(|margin| (1.0 - margin).max(0.0)).sum())
    }
    /// Dual coordinate ascent (Hsieh et al., 2008): w = v + Σ αⱼaⱼ/ρ with every αⱼ in [0, C].
    fn argmin(&self, (w, alpha): &mut Self::Var, to: Target<'_, f64, DMatrix<f64>>) -> Result<Solved<f64>> {
        to.check_size(w.shape())?;
        let (mut cost, mut moved) = (Cost::default(), f64::INFINITY);
        *w = to.v + &self.0 * &*alpha / to.rho;
        while moved > to.tolerance && cost.steps < 1000 {
            moved = 0.0; // all moves of a sweep: what the constraints still miss is at most their length
            for (a, alpha) in self.0.column_iter().zip(alpha.iter_mut()) {
                let change = (*alpha + to.rho * (1.0 - a.dot(w)) / a.norm_squared()).clamp(0.0, COST) - *alpha;
                *alpha += change;
                *w += a * (change / to.rho);
                moved += change.abs() * a.norm();
            }
            cost += Cost { steps: 1, passes: 1 };
        }
        Ok(Solved::within(moved, cost))
    }
    fn image(&self, (w, _): &Self::Var) -> DMatrix<f64> {
        w.clone()
    }
}

pub(crate) fn main() -> Result<()> {
    let (noise, class) = (data::normal(2, 200, 1), |j| if j < 100 { 1.0 } else { -1.0 });
    let samples = DMatrix::from_fn(3, 200, |i, j| if i < 2 { noise[(i, j)] + 1.5 } else { class(j) });
    let blocks = (0..20).map(|i| Machine(samples.columns(10 * i, 10).into())).collect();
    let (group, z) = (Group { blocks, exec: Exec::threads(0)? }, Negated(Consensus { of: SquaredL2, members: 20 }));
    let start = vec![(DMatrix::zeros(3, 1), DMatrix::zeros(10, 1)); 20];
    let mut admm = Coordinator::new(group, z, start, DMatrix::zeros(3, 1), 0.1)?;
    admm.tolerance = Tolerance { absolute: 1e-8, relative: 1e-8 };
    let outcome = admm.run(())?;
    let (w, whole) = (&outcome.best.z, Machine(samples));
    let alpha = DMatrix::from_iterator(200, 1, outcome.best.x.iter().flat_map(|(_, alpha)| alpha.iter().copied()));
    let primal = 0.5 * w.norm_squared() + whole.value(&(w.clone(), alpha.clone()))?;
    let dual = alpha.sum() - 0.5 * (&whole.0 * alpha).norm_squared();
    println!("objective {primal:.6}, duality gap {:.0e}, {} iterations", primal - dual, outcome.best.record.iteration);
    assert!(outcome.status == Status::Converged && (primal - dual).abs() < 1e-6 * primal);
    Ok(())
}
