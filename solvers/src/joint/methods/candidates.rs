//! The points that a run chooses from at its end, if it has not converged.

use crate::joint::Linear;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::space::Space;
use admm::{Error, Result, Smooth};
use serde::{Deserialize, Serialize};

/// The feasible points of a run that may be its best by the joint objective. They are a part of the state of the run.
///
/// Of iterates whose objective is known the lowest stays. Elsewhere it would take a pass an iteration. So a run is cut
/// where the number of its iterations doubles, and of each part the iterate with the lowest score stays. The objective
/// is evaluated at those few, and only where a run ends without convergence.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub(crate) struct Candidates<T: Scalar> {
    /// The lowest objective, and the last point that has it but for rounding.
    known: Option<(f64, Valued<T>)>,
    /// For each part that has such iterates: its number, its lowest score and the point.
    parts: Vec<(u32, Option<f64>, Predictor<T>)>,
}

/// A point and its joint objective.
type Valued<T> = (f64, Predictor<T>);

/// The point that a run chose, and the passes that the choice took.
pub(crate) struct Choice<T: Scalar> {
    pub point: Predictor<T>,
    pub passes: u64,
}

impl<T: Scalar> Default for Candidates<T> {
    fn default() -> Self {
        Candidates { known: None, parts: Vec::new() }
    }
}

/// The lowest objective with the next one, if that is below the lowest so far or no higher than rounding makes it.
fn lowered<T: Scalar>(lowest: f64, next: f64) -> Option<f64> {
    let rounding = 8.0 * T::EPSILON.to_f64() * lowest.abs();
    (next <= lowest + rounding).then_some(lowest.min(next))
}

impl<T: Scalar> Candidates<T> {
    /// Takes in the feasible point of an iteration, with its objective where that is known. The score orders the others:
    /// the lower the better.
    pub fn follow(&mut self, iteration: u64, (objective, score): (Option<f64>, Option<f64>), point: &Predictor<T>) {
        let point = || point.clone();
        let Some(objective) = objective else { return self.follow_by_score(iteration.max(1).ilog2(), score, point) };
        let lowest = match &self.known {
            None => objective.is_finite().then_some(objective),
            Some((lowest, _)) => lowered::<T>(*lowest, objective),
        };
        if let Some(lowest) = lowest {
            self.known = Some((lowest, (objective, point())));
        }
    }

    fn follow_by_score(&mut self, part: u32, score: Option<f64>, point: impl FnOnce() -> Predictor<T>) {
        match self.parts.last_mut().filter(|(last, ..)| *last == part) {
            Some((_, Some(lowest), _)) if score.is_some_and(|score| score > *lowest) => {}
            Some(last) => *last = (part, score, point()),
            None => self.parts.push((part, score, point())),
        }
    }

    /// Refuses candidates of another problem than that with this start.
    pub fn check(&self, start: &Predictor<T>) -> Result<()> {
        let known = self.known.iter().map(|(_, (_, point))| point);
        let mut points = known.chain(self.parts.iter().map(|(_, _, point)| point));
        points.try_for_each(|point| Error::check_size("state to continue from", start.sizes(), point.sizes()))
    }

    /// Returns the point with the lowest joint objective among the given points, the candidates and the start: the
    /// first of several that differ by rounding alone.
    pub fn choose(&self, prepared: &Linear<T>, given: Vec<Predictor<T>>) -> Result<Choice<T>> {
        let parts = self.parts.iter().rev().map(|(_, _, point)| point.clone());
        let mut points: Vec<Predictor<T>> = given.into_iter().chain(parts).collect();
        points.push(prepared.start.point.clone());
        let (mut passes, mut valued) = (0, Vec::from_iter(self.known.iter().map(|(_, known)| known.clone())));
        for point in points {
            if valued.iter().any(|(_, other)| *other == point) {
                continue;
            }
            let objective = prepared.objective.value_and_gradient(&point)?.0.to_f64();
            passes += prepared.objective.passes();
            valued.push((if objective.is_finite() { objective } else { f64::INFINITY }, point));
        }
        let lowest = valued.iter().fold(f64::INFINITY, |lowest, (objective, _)| lowest.min(*objective));
        let first = valued.iter().position(|(objective, _)| lowered::<T>(lowest, *objective).is_some());
        Ok(Choice { point: valued.swap_remove(first.unwrap_or(0)).1, passes })
    }
}
