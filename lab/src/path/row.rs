//! The points of a path, with the Pareto front and the choices marked.

use serde::Serialize;

use super::choice::{Choice, front};
use super::cross_validation::Point;
use super::spread::Spread;

/// A point, and what it is on the path.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub components: usize,
    pub weight: f64,
    pub variance_explained: Spread,
    pub error: Spread,
    /// No other point keeps more variance with fewer errors.
    pub front: bool,
    pub lowest_error: bool,
    pub one_standard_error: bool,
}

/// One row a point.
pub fn rows(points: &[Point], choice: &Choice) -> Vec<Row> {
    let means: Vec<_> = points.iter().map(|point| (point.variance.mean, point.error.mean)).collect();
    let row = |(i, (point, front)): (usize, (&Point, bool))| Row {
        components: point.components,
        weight: point.weight,
        variance_explained: point.variance,
        error: point.error,
        front,
        lowest_error: i == choice.lowest,
        one_standard_error: i == choice.simpler,
    };
    points.iter().zip(front(&means)).enumerate().map(row).collect()
}
