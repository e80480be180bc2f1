//! The memory of L-BFGS: curvature pairs, and what is known of the model of f.

use super::InitialHessian;
use admm::method::{Evaluated, Search, Trial};
use admm::{Cost, Geometry, Point, Real, Result, Smooth};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// The memory of [`Lbfgs`](super::Lbfgs) between calls, with which a warm start costs nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real, P: Serialize", deserialize = "T: Real, P: DeserializeOwned"))]
pub struct LbfgsMemory<T, P> {
    /// f and ∇f at the current point: evaluated there, or foreseen by the model of f.
    pub here: Option<Evaluated<T, P>>,
    /// Curvature pairs: steps s and changes y of ∇f along them, oldest first.
    pub pairs: Vec<Arc<(P, P)>>,
    /// The memory of the model of f.
    pub model: ModelMemory<T, P>,
}

/// The memory of [`Lbfgs`](super::Lbfgs) about its model of f.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Real, P: Serialize", deserialize = "T: Real, P: DeserializeOwned"))]
pub struct ModelMemory<T, P> {
    /// The matrix that the model of the Hessian has looked up.
    pub known: Option<DMatrix<T>>,
    /// The length of the path from the point where it was looked up.
    pub moved: T,
    /// The number of times it looked something up: the passes that took are counted as they fill up.
    pub look_ups: u64,
    /// The curvature of f along the last steps, in units of what the model of the Hessian foresaw.
    pub stiffness: Option<T>,
    /// The point where f was last evaluated, with the evaluation, while the current point is an answer of the model.
    pub last_evaluated: Option<(P, Evaluated<T, P>)>,
    /// The number of calls in a row that the model has answered.
    pub answers: u64,
}

impl<T: Real, P> Default for LbfgsMemory<T, P> {
    fn default() -> Self {
        LbfgsMemory { here: None, pairs: Vec::new(), model: ModelMemory::default() }
    }
}

impl<T: Real, P> Default for ModelMemory<T, P> {
    fn default() -> Self {
        let moved = T::zero();
        ModelMemory { known: None, moved, look_ups: 0, stiffness: None, last_evaluated: None, answers: 0 }
    }
}

/// The most that a model of the Hessian is stiffened.
const STIFFEST: f64 = 2.0;

impl<T: Real, P: Point<T>> LbfgsMemory<T, P> {
    /// Carries the pairs to the end of a step and adds the pair of that step if its curvature is positive. No more than
    /// `limit` pairs are kept.
    pub(super) fn remember<F: Smooth<T, Point = P>>(
        &mut self,
        search: &Search<'_, T, F>,
        limit: usize,
        (from, here): (&P, &Evaluated<T, P>),
        direction: P,
        trial: &Trial<T, P>,
    ) -> Result<()> {
        let (pairs, rho) = (&mut self.pairs, search.to.rho);
        let carry = |vector: P| search.tangent(&trial.point, vector);
        if search.on.geometry() != Geometry::Flat {
            for pair in pairs.iter_mut() {
                *pair = Arc::new((carry(pair.0.clone())?, carry(pair.1.clone())?));
            }
        }
        let mut step = direction;
        step.scale_by(trial.length);
        let old = carry(search.tangent(from, here.gradient().clone())?)?;
        let pair = (carry(step)?, carry(trial.there.gradient().clone())?.plus(-T::one(), &old));
        let whole = turned(&pair, rho);
        if pair.0.inner_product(&whole) > T::of(1e-10) * pair.0.euclidean_norm() * whole.euclidean_norm() {
            pairs.push(Arc::new(pair));
        }
        let surplus = pairs.len().saturating_sub(limit);
        pairs.drain(..surplus);
        pairs.retain(|pair| pair.0.inner_product(&turned(pair, rho)) > T::zero());
        Ok(())
    }
}

/// y + ρs: the change of the whole gradient along s.
pub(super) fn turned<T: Real, P: Point<T>>((s, y): &(P, P), rho: T) -> P {
    let mut turned = y.clone();
    *turned.coupled_mut() += s.coupled() * rho;
    turned
}

impl<T: Real, P: Point<T>> ModelMemory<T, P> {
    /// Returns the matrix that a model of the Hessian knows near the point. It is looked up there unless it is kept.
    pub(crate) fn known<H: InitialHessian<T, P>>(&mut self, initial: &H, point: &P, cost: &mut Cost) -> &DMatrix<T> {
        self.known.get_or_insert_with(|| {
            let passes = |look_ups: u64| (initial.passes() * look_ups as f64).ceil() as u64;
            cost.passes += passes(self.look_ups + 1) - passes(self.look_ups);
            self.look_ups += 1;
            self.moved = T::zero();
            initial.look_up(point)
        })
    }

    /// Forgets what was looked up, if a step has left its neighbourhood. On flat space the step shows how stiff f is.
    pub(super) fn leave<F: Smooth<T, Point = P>>(
        &mut self,
        search: &Search<'_, T, F>,
        here: &Evaluated<T, P>,
        gradient: &P,
        direction: &P,
        trial: &Trial<T, P>,
        keeps: f64,
    ) {
        self.answers = 0;
        self.moved += trial.length * direction.euclidean_norm();
        if self.moved > T::of(keeps) * trial.point.euclidean_norm() {
            self.known = None;
        }
        if search.on.geometry() == Geometry::Flat {
            let mut change = trial.there.gradient().plus(-T::one(), here.gradient());
            change.scale_by(T::one() / trial.length);
            let found = change.inner_product(direction);
            let foreseen = -direction.inner_product(gradient) - search.to.rho * direction.coupled().norm_squared();
            self.stiffen(found, foreseen);
        }
    }

    /// Moves the stiffness a fifth of the way, on a logarithmic scale, to what a step d = −(H + ρ)⁻¹g showed: what it
    /// was times ⟨d, y⟩/⟨d, Hd⟩, with the change y of ∇f along d. Both must be positive.
    fn stiffen(&mut self, found: T, foreseen: T) {
        if foreseen > T::zero() && found > T::zero() {
            let shown = self.stiffness.unwrap_or(T::one()) * (found / foreseen).powf(T::of(0.2));
            self.stiffness = Some(shown.max(T::one()).min(T::of(STIFFEST)));
        }
    }
}
