//! Both blocks, with the dual and without it.

use std::ops::ControlFlow;

use admm::state::State;
use admm::{
    Coordinator, Descent, Error, Flat, Iterate, Negated, Rate, Result, ScheduledSteps, Status, Subproblem, Target,
};
use admm_solvers::descent::{Lbfgs, LbfgsMemory};
use admm_solvers::joint::{JointObjective, set_tolerance};
use admm_solvers::loss::{PredictionLoss, Predictor};
use admm_solvers::pca::Hebbian;
use admm_solvers::smooth::Ridge;
use nalgebra::DMatrix;

use super::super::losses::Losses;
use super::{Ended, Free, How, is_far};

/// ρ, as the joint model begins with.
const RHO: f64 = 0.1;

/// The block of the classifier.
type Predict = Descent<PredictionLoss<f64>, Lbfgs, Flat>;

/// The variable of that block.
type Var = Iterate<Predictor<f64>, LbfgsMemory<f64, Predictor<f64>>>;

impl Free {
    /// The custom rule as the first block, the classifier as the second.
    pub(super) fn two_blocks(&self, losses: &Losses) -> Result<Ended> {
        let Losses { objective: JointObjective { variance, prediction }, start, .. } = losses;
        let rate = Rate::Lipschitz(variance.of.lipschitz()? + self.shrinkage);
        let of = Ridge { of: Hebbian(variance.of.clone()), weight: self.shrinkage };
        let reduce = Descent { of, by: ScheduledSteps { rate, max_steps: 500 }, on: Flat };
        let classify = Descent { of: prediction.clone(), by: Lbfgs::default(), on: Flat };
        let (w, z) = (Iterate::new(start.v.clone()), Iterate::new(start.clone()));
        match self.method {
            How::Admm => self.admm(reduce, classify, w, z),
            _ => self.alternate(&reduce, &classify, w, z),
        }
    }

    fn admm<P>(&self, reduce: P, classify: Predict, w: P::Var, z: Var) -> Result<Ended>
    where
        P: Subproblem<f64, Image = DMatrix<f64>>,
    {
        let mut admm = Coordinator::new(reduce, Negated(classify), w, z, RHO)?;
        set_tolerance(&mut admm, self.tolerance);
        admm.max_iterations = self.max_iterations;
        let ended = admm.run(
            |state: &State<f64, P::Var, Var, DMatrix<f64>>| {
                if is_far(&state.bz) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        );
        let (status, best) = match ended {
            Ok(outcome) if outcome.status == Status::Stopped => (Status::Diverged, outcome.best),
            Ok(outcome) => (outcome.status, outcome.best),
            Err(Error::Block { source, .. }) if matches!(*source, Error::NotFinite { .. }) => {
                (Status::Diverged, admm.state().clone())
            }
            Err(error) => return Err(error),
        };
        let v = admm.blocks().0.image(&best.x);
        Ok(Ended { status, point: Predictor { v, ..best.z.point }, iterations: admm.state().record.iteration })
    }

    /// Each block pulled towards the other, without the dual.
    fn alternate<P>(&self, reduce: &P, classify: &Predict, mut w: P::Var, mut z: Var) -> Result<Ended>
    where
        P: Subproblem<f64, Image = DMatrix<f64>>,
    {
        let tolerance = 0.1 * self.tolerance;
        for iteration in 1..=self.max_iterations {
            let (before, v) = (reduce.image(&w), z.point.v.clone());
            let moved = reduce
                .argmin(&mut w, Target { v: &v, rho: RHO, tolerance })
                .and_then(|_| classify.argmin(&mut z, Target { v: &reduce.image(&w), rho: RHO, tolerance }));
            let now = reduce.image(&w);
            let change = RHO * (&now - &before).norm().max((&z.point.v - &v).norm());
            let status = match moved {
                Err(Error::NotFinite { .. }) => Status::Diverged,
                Err(error) => return Err(error),
                Ok(_) if is_far(&now) => Status::Diverged,
                Ok(_) if change <= self.tolerance => Status::Converged,
                Ok(_) => continue,
            };
            return Ok(Ended { status, point: Predictor { v: now, ..z.point }, iterations: iteration });
        }
        let v = reduce.image(&w);
        Ok(Ended { status: Status::IterationLimit, point: Predictor { v, ..z.point }, iterations: self.max_iterations })
    }
}
