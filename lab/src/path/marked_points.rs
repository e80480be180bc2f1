//! The points of a path, with the Pareto front and the choices marked.

use serde::Serialize;

use super::choice::{PathChoice, front};
use super::cross_validation::PathPoint;
use super::spread::Spread;

/// A point of a path, and what it is on the path.
#[derive(Debug, Clone, Serialize)]
pub struct MarkedPoint {
    pub components: usize,
    pub ridge: f64,
    pub weight: f64,
    pub variance_explained: Spread,
    pub error: Spread,
    /// No other point keeps more variance with fewer errors.
    pub front: bool,
    pub lowest_error: bool,
    pub one_standard_error: bool,
}

/// Marks the points of a path.
pub fn mark(points: &[PathPoint], choice: &PathChoice) -> Vec<MarkedPoint> {
    let means: Vec<_> = points.iter().map(|point| (point.variance.mean, point.error.mean)).collect();
    let row = |(i, (point, front)): (usize, (&PathPoint, bool))| MarkedPoint {
        components: point.components,
        ridge: point.ridge,
        weight: point.weight,
        variance_explained: point.variance,
        error: point.error,
        front,
        lowest_error: i == choice.lowest,
        one_standard_error: i == choice.simpler,
    };
    points.iter().zip(front(&means)).enumerate().map(row).collect()
}

/// Returns true if the points have more than one ridge.
pub fn several_ridges(rows: &[MarkedPoint]) -> bool {
    rows.windows(2).any(|pair| pair[0].ridge != pair[1].ridge)
}
