//! Calls of L-BFGS that a model of f answers, without an evaluation.
//!
//! The model has the value and the gradient of f where f was last evaluated, and the model of the Hessian with the
//! pairs' corrections. It is trusted where its gradient changes little, and as long as the target still moves.

use super::LbfgsMemory;
use admm::method::{Evaluated, Search};
use admm::space::Space;
use admm::{Geometry, Iterate, Point, Real, Smooth, Target};
use nalgebra::DMatrix;

/// The largest change of ∇f in an answer, in units of the tolerance: while the iterates still move far the model is
/// poor, and a distant answer may lead to where no run returns from.
const REACH: f64 = 300.0;
/// The largest change of ∇f in an answer, in units of ‖∇f‖.
const SHARE: f64 = 0.5;
/// The model answers no further call where the target has changed the gradient by less than this share of what its
/// answers have.
const SETTLED: f64 = 0.2;

type Variable<T, P> = Iterate<P, LbfgsMemory<T, P>>;

/// Goes back from an answer to the point where f was last evaluated, and returns true if the model may answer this
/// call. It may answer a limited number of calls in a row, on flat space alone. It may not if the other blocks have
/// come to terms with the model.
pub(super) fn resume<T: Real, F: Smooth<T>>(
    x: &mut Variable<T, F::Point>,
    search: &Search<'_, T, F>,
    most: u64,
) -> bool {
    let settled = settled(x, &search.to);
    if let Some((point, there)) = x.memory.model.last_evaluated.take() {
        (x.point, x.memory.here) = (point, Some(there));
    }
    !settled && search.on.geometry() == Geometry::Flat && x.memory.here.is_some() && x.memory.model.answers < most
}

/// Returns whether the target hardly moves, compared with its moves since f was evaluated: the other blocks have come
/// to terms with the model.
fn settled<T: Real, P: Point<T>>(x: &Variable<T, P>, to: &Target<'_, T, DMatrix<T>>) -> bool {
    x.memory.model.last_evaluated.as_ref().zip(x.memory.here.as_ref()).is_some_and(|((_, there), here)| {
        let answered = here.gradient().plus(-T::one(), there.gradient()).euclidean_norm();
        here.total_gradient(&x.point, to).euclidean_norm() <= T::of(SETTLED) * answered
    })
}

/// f and ∇f that the model has at the end of d = −(H + ρ)⁻¹g, where the change Hd = −g − ρd of ∇f is within reach.
pub(super) fn foreseen<T: Real, F: Smooth<T>>(
    search: &Search<'_, T, F>,
    here: &Evaluated<T, F::Point>,
    gradient: &F::Point,
    direction: &F::Point,
) -> Option<Evaluated<T, F::Point>> {
    let mut change = gradient.clone();
    change.scale_by(-T::one());
    *change.coupled_mut() -= direction.coupled() * search.to.rho;
    let reach = (T::of(REACH) * search.to.tolerance).min(T::of(SHARE) * here.gradient().euclidean_norm());
    (change.euclidean_norm() <= reach).then(|| here.foreseen(direction, &change))
}

/// Answers x + step with what the model foresees there, and keeps x with its evaluation. Returns the change of ∇f that
/// the model foresees and no evaluation has tested: what may be left of the gradient at the answer.
pub(super) fn answer<T: Real, P: Point<T>>(
    x: &mut Variable<T, P>,
    here: Evaluated<T, P>,
    step: &P,
    foreseen: Evaluated<T, P>,
) -> T {
    let untested = foreseen.gradient().plus(-T::one(), here.gradient()).euclidean_norm();
    let answer = x.point.plus(T::one(), step);
    x.memory.model.last_evaluated = Some((std::mem::replace(&mut x.point, answer), here));
    x.memory.here = Some(foreseen);
    x.memory.model.answers += 1;
    untested
}
