//! The choice of a point of a path.

use super::cross_validation::PathPoint;

/// Places in a list of points. Of two points the simpler one has fewer components, then the larger weight λ, then the
/// larger ridge μ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathChoice {
    /// The lowest mean error; of several the simplest.
    pub lowest: usize,
    /// The simplest whose mean error is within one standard error of the lowest (Breiman et al., "Classification and
    /// Regression Trees", 1984, §3.4.3).
    pub simpler: usize,
}

impl PathChoice {
    /// Chooses among the points of a cross-validation. The standard error is sd/√folds: repeats share their samples and
    /// do not lower it.
    pub fn of(points: &[PathPoint], folds: usize) -> Self {
        let error = |i: usize| points[i].error.mean;
        let mut simplest_first: Vec<usize> = (0..points.len()).collect();
        simplest_first.sort_by(|&i, &j| {
            let (a, b) = (&points[i], &points[j]);
            let by_weight = || b.weight.total_cmp(&a.weight).then_with(|| b.ridge.total_cmp(&a.ridge));
            a.components.cmp(&b.components).then_with(by_weight)
        });
        let better = |best: usize, &i: &usize| if error(i) < error(best) { i } else { best };
        let lowest = simplest_first.iter().fold(simplest_first[0], better);
        let bound = error(lowest) + points[lowest].error.sd / (folds as f64).sqrt();
        let simpler = simplest_first.into_iter().find(|&i| error(i) <= bound).unwrap_or(lowest);
        Self { lowest, simpler }
    }
}

/// Returns, for each point, true if it lies on the Pareto front: no other point is as good in both and better in one.
pub fn front(points: &[(f64, f64)]) -> Vec<bool> {
    let beats = |other: &(f64, f64), point: &(f64, f64)| other.0 >= point.0 && other.1 <= point.1 && other != point;
    points.iter().map(|point| !points.iter().any(|other| beats(other, point))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::spread::Spread;
    use super::*;

    fn points(errors: &[f64], sd: f64) -> Vec<PathPoint> {
        let spread = |mean| Spread { mean, sd };
        let variance = spread(0.5);
        let point = |&error| PathPoint { components: 2, ridge: 0.1, weight: 0.5, error: spread(error), variance };
        errors.iter().map(point).collect()
    }

    #[test]
    fn the_lowest_and_the_simplest_within_a_standard_error() {
        let choice = |sd, folds| PathChoice::of(&points(&[0.4, 0.3, 0.22, 0.2, 0.2, 0.25], sd), folds);
        assert_eq!(choice(0.0, 10), PathChoice { lowest: 3, simpler: 3 });
        assert_eq!(choice(0.09, 9), PathChoice { lowest: 3, simpler: 2 });
        assert_eq!(choice(0.3001, 9), PathChoice { lowest: 3, simpler: 1 });
        assert_eq!(choice(9.0, 9), PathChoice { lowest: 3, simpler: 0 });
    }

    /// A larger λ before a larger μ, and fewer components before both; whatever the order of the list.
    #[test]
    fn the_simplest_of_those_with_the_lowest_error() {
        let (error, variance) = (Spread { mean: 0.2, sd: 0.0 }, Spread { mean: 0.5, sd: 0.0 });
        let point = |(components, ridge, weight)| PathPoint { components, ridge, weight, error, variance };
        let mut of = [(2, 0.1, 1.0), (1, 1e-4, 0.5), (1, 0.1, 0.3), (1, 0.01, 0.5)];
        for _ in 0..4 {
            of.rotate_left(1);
            let points: Vec<_> = of.iter().copied().map(point).collect();
            let PathChoice { lowest, simpler } = PathChoice::of(&points, 5);
            assert_eq!((of[lowest], of[simpler]), ((1, 0.01, 0.5), (1, 0.01, 0.5)));
        }
    }

    #[test]
    fn the_front_is_what_nothing_beats() {
        let points = [(0.9, 0.5), (0.8, 0.3), (0.7, 0.3), (0.8, 0.3), (0.5, 0.1), (0.6, 0.2), (0.5, 0.2)];
        assert_eq!(front(&points), [true, true, false, true, true, true, false]);
    }
}
