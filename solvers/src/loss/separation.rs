//! Separation: whether the loss of a linear classifier lacks a minimiser.

use super::PredictionLoss;
use crate::data::{Part, Samples};
use crate::linalg::symmetric_eigen;
use crate::scalar::Scalar;
use crate::view::{product, product_transposed, transposed_product};
use admm::{Exec, Result};
use nalgebra::DMatrix;
use std::ops::Range;

/// Returns true if a linear predictor of the reduced samples VᵀX (V is d×k) separates classes that it must not, see
/// [`Head::separations`](super::Head::separations).
pub(crate) fn separated<T: Scalar>(loss: &PredictionLoss<T>, v: &DMatrix<T>) -> Result<bool> {
    let mut found = false;
    for targets in loss.head.separations(&loss.samples.targets) {
        found = found || separates(&Samples { targets, ..loss.samples.clone() }, v)?;
    }
    Ok(found)
}

/// Returns true if a linear classifier of the reduced samples VᵀX (V is d×k) separates the classes, completely or in
/// part. Then some (B, b) gives no sample a larger logit for another class than for its own, and some samples a smaller
/// one. Such a (B, b) can be added again and again, and lowers the cross-entropy each time: without a ridge there is no
/// minimiser. Otherwise there is one (Albert and Anderson, "On the existence of maximum likelihood estimates in
/// logistic regression models", 1984).
///
/// Newton's method decides it. If D separates the classes, then at every point Newton's step s = −H⁻¹g changes the
/// difference of two logits of a sample by 1 at least. To see it, write mᵢⱼ(D) ≥ 0 for the margin of sample i over class
/// j, and rᵢ(s) for the range of the changes of its logits:
///
/// Σᵢ wᵢ Σⱼ pᵢⱼ mᵢⱼ(D) = −⟨g, D⟩ = ⟨D, Hs⟩ = Σᵢ wᵢ Cov(mᵢ(D), changes) ≤ maxᵢ rᵢ(s) · Σᵢ wᵢ Σⱼ pᵢⱼ mᵢⱼ(D).
///
/// So a shorter step proves that there is a minimiser, and near one the steps are short. Towards a minimum at infinity
/// the loss loses its curvature, by a factor e a step.
fn separates<T: Scalar>(samples: &Samples<T>, v: &DMatrix<T>) -> Result<bool> {
    let rounding = NOISE * T::EPSILON.to_f64();
    let problem = Whitened::of(samples, v)?;
    let mut theta = DMatrix::zeros(problem.x.nrows(), problem.classes);
    let mut here = problem.at(&theta)?;
    for _ in 0..STEPS {
        if here.margin > rounding * here.largest {
            return Ok(true);
        }
        let (values, vectors) = symmetric_eigen(&problem.curvature(&here)?)?;
        if values[values.len() - 1] <= rounding.max(FLAT) {
            return Ok(true);
        }
        let mut along = transposed_product(&vectors, &here.gradient);
        along.iter_mut().zip(values.iter()).for_each(|(entry, value)| *entry /= -value);
        let step = DMatrix::from_column_slice(theta.nrows(), theta.ncols(), product(&vectors, &along).as_slice());
        if problem.range(&step)? < SHORT {
            return Ok(false);
        }
        match problem.lower(&theta, &step, here.loss)? {
            Some(next) => (here, theta) = next,
            None => return Ok(false),
        }
    }
    Ok(false)
}

/// The range of changes that proves a minimiser: below the bound of 1, which rounding may miss.
const SHORT: f64 = 0.5;
/// The most steps of Newton's method. A problem whose minimum is at infinity loses its curvature in thirty.
const STEPS: u32 = 100;
/// The most halvings of a step.
const HALVINGS: i32 = 30;
/// The curvature in whitened coordinates below which a direction counts as flat.
const FLAT: f64 = 1e-12;
/// The rounding of reduced features, in units of ε.
const NOISE: f64 = 16.0;
/// The share of the variance below which a direction of the reduced features is rounding.
const NEGLIGIBLE: f64 = 1e-10;

/// Samples in coordinates in which their second moment is I, with the constant feature of the bias among them.
struct Whitened<'a> {
    exec: &'a Exec,
    part: &'a Part,
    /// The samples of this rank (r×n).
    x: DMatrix<f64>,
    labels: &'a [usize],
    weights: Vec<f64>,
    classes: usize,
}

/// The loss at a point Θ (r×c).
struct Evaluation {
    loss: f64,
    /// The gradient as one column (rc×1).
    gradient: DMatrix<f64>,
    /// The least by which the logit of a class exceeds the others, over all samples.
    margin: f64,
    /// The largest range of the logits of a sample.
    largest: f64,
    /// The probabilities of the samples of this rank (c×n).
    p: DMatrix<f64>,
    /// The probabilities of all other classes, each (c×n).
    rest: DMatrix<f64>,
}

impl<'a> Whitened<'a> {
    fn of<T: Scalar>(samples: &'a Samples<T>, v: &DMatrix<T>) -> Result<Self> {
        let weights: Vec<f64> = samples.weights.iter().map(|weight| weight.to_f64()).collect();
        let reduced = samples.project(v).map(|entry| entry.to_f64());
        let k = reduced.nrows();
        let x = reduced.insert_row(k, 1.0);
        let (labels, classes) = (samples.targets.labels().unwrap_or_default(), samples.targets.width());
        let mut problem = Whitened { exec: &samples.exec, part: &samples.part, x, labels, weights, classes };
        let sizes = problem.moment()?.diagonal().map(f64::sqrt);
        for (mut row, &size) in problem.x.row_iter_mut().zip(&sizes) {
            row.scale_mut(if size > 0.0 { size.recip() } else { 0.0 });
        }
        let (values, vectors) = symmetric_eigen(&problem.moment()?)?;
        let kept = values.iter().take_while(|&&value| value > NEGLIGIBLE * values[0]).count();
        let mut basis = vectors.columns(0, kept).into_owned();
        basis.column_iter_mut().zip(values.iter()).for_each(|(mut column, value)| column /= value.sqrt());
        problem.x = problem.products(&basis);
        Ok(problem)
    }

    /// The second moment Σᵢ wᵢ xᵢxᵢᵀ.
    fn moment(&self) -> Result<DMatrix<f64>> {
        self.part.sum(self.exec, |range| self.weighted_moment(range, |i| self.weights[i]))
    }

    /// Σᵢ w(i)·xᵢxᵢᵀ over a range of samples of this rank.
    fn weighted_moment(&self, range: Range<usize>, weight: impl Fn(usize) -> f64) -> DMatrix<f64> {
        let x = self.x.columns_range(range.clone()).into_owned();
        let mut weighted = x.clone();
        weighted.column_iter_mut().zip(range).for_each(|(mut column, i)| column *= weight(i));
        product_transposed(&weighted, &x)
    }

    /// The first of the points on the way from Θ that halve the step and have a lower loss.
    fn lower(
        &self,
        theta: &DMatrix<f64>,
        step: &DMatrix<f64>,
        loss: f64,
    ) -> Result<Option<(Evaluation, DMatrix<f64>)>> {
        for halved in 0..HALVINGS {
            let next = theta + step * 0.5_f64.powi(halved);
            let there = self.at(&next)?;
            if there.loss < loss {
                return Ok(Some((there, next)));
            }
        }
        Ok(None)
    }

    fn at(&self, theta: &DMatrix<f64>) -> Result<Evaluation> {
        let mut p = self.products(theta);
        let mut rest = p.clone();
        let (mut losses, mut margin, mut largest) = (vec![0.0; p.ncols()], f64::INFINITY, 0.0_f64);
        let mut residuals = p.clone();
        for (i, &label) in self.labels.iter().enumerate() {
            let (mut p, mut rest, mut residuals) = (p.column_mut(i), rest.column_mut(i), residuals.column_mut(i));
            let (highest, own) = (p.max(), p[label]);
            let others = (0..self.classes).filter(|&j| j != label).map(|j| p[j]).fold(f64::NEG_INFINITY, f64::max);
            margin = margin.min(own - others);
            largest = largest.max(highest - p.min());
            p.apply(|logit| *logit = (*logit - highest).exp());
            let total = p.sum();
            losses[i] = self.weights[i] * (total.ln() + highest - own);
            p /= total;
            for j in 0..self.classes {
                // Not 1 − p, whose digits cancel.
                rest[j] = (0..self.classes).filter(|&l| l != j).map(|l| p[l]).sum();
                residuals[j] = self.weights[i] * if j == label { -rest[j] } else { p[j] };
            }
        }
        let rc = self.x.nrows() * self.classes;
        // The loss stands behind the gradient.
        let sums = self.part.sum(self.exec, |range| {
            let x = self.x.columns_range(range.clone()).into_owned();
            let gradient = product_transposed(&x, &residuals.columns_range(range.clone()).into_owned());
            DMatrix::from_iterator(rc + 1, 1, gradient.iter().copied().chain([losses[range].iter().sum()]))
        })?;
        let extremes = self.part.gather(Ok((margin, largest)))?;
        let margin = extremes.iter().map(|(margin, _)| *margin).fold(f64::INFINITY, f64::min);
        let largest = extremes.iter().map(|(_, largest)| *largest).fold(0.0, f64::max);
        let (loss, gradient) = (sums[rc], sums.rows(0, rc).into_owned());
        Ok(Evaluation { loss, gradient, margin, largest, p, rest })
    }

    /// The Hessian (rc×rc), with I along the changes that add a number to all logits, which it does not see.
    fn curvature(&self, at: &Evaluation) -> Result<DMatrix<f64>> {
        let (r, c) = (self.x.nrows(), self.classes);
        let mut whole = self.part.sum_sparingly(self.exec, |range| {
            let mut whole = DMatrix::zeros(r * c, r * c);
            for (j, l) in (0..c).flat_map(|j| (0..=j).map(move |l| (j, l))) {
                let of = |i: usize| if j == l { at.p[(j, i)] * at.rest[(j, i)] } else { -at.p[(j, i)] * at.p[(l, i)] };
                let block = self.weighted_moment(range.clone(), |i| self.weights[i] * of(i));
                whole.view_mut((j * r, l * r), (r, r)).copy_from(&block);
            }
            whole
        })?;
        let shift = DMatrix::identity(r, r) / c as f64;
        for (j, l) in (0..c).flat_map(|j| (0..=j).map(move |l| (j, l))) {
            let block = whole.view((j * r, l * r), (r, r)) + &shift;
            whole.view_mut((l * r, j * r), (r, r)).copy_from(&block.transpose());
            whole.view_mut((j * r, l * r), (r, r)).copy_from(&block);
        }
        Ok(whole)
    }

    /// The largest range of the changes of the logits of a sample.
    fn range(&self, step: &DMatrix<f64>) -> Result<f64> {
        let changes = self.products(step);
        let range = changes.column_iter().map(|column| column.max() - column.min()).fold(0.0, f64::max);
        Ok(self.part.gather(Ok(range))?.into_iter().fold(0.0, f64::max))
    }

    /// Θᵀx of the samples of this rank (c×n).
    fn products(&self, theta: &DMatrix<f64>) -> DMatrix<f64> {
        let of = |chunk| transposed_product(theta, &self.x.columns_range(chunk).into_owned()).data.into();
        let products: Vec<Vec<f64>> = self.part.chunks().1.into_iter().map(of).collect();
        DMatrix::from_vec(theta.ncols(), self.x.ncols(), products.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parted(points: &[(i32, i32)], labels: &[usize], classes: usize) -> bool {
        let n = points.len();
        let x = DMatrix::from_fn(2, n, |i, j| f64::from(if i == 0 { points[j].0 } else { points[j].1 }));
        let samples = Samples::new(x, labels, vec![1.0 / n as f64; n], classes, Exec::Serial).unwrap();
        separates(&samples, &DMatrix::identity(2, 2)).unwrap()
    }

    /// Of two classes in the plane: a line through two of the points has no point on the wrong side, and some beside it.
    fn by_lines(points: &[(i32, i32)], labels: &[usize]) -> bool {
        let pairs = points.iter().flat_map(|a| points.iter().map(move |b| (a, b)));
        pairs.filter(|(a, b)| a != b).any(|(a, b)| {
            let side = |p: &(i32, i32)| (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0);
            let sides = || points.iter().zip(labels).map(|(p, &label)| side(p) * if label == 0 { 1 } else { -1 });
            sides().all(|side| side >= 0) && sides().any(|side| side > 0)
        })
    }

    proptest! {
        /// Points on a grid often lie on the line that separates them.
        #[test]
        fn two_classes_in_the_plane_are_separated_where_a_line_does(
            of in prop::collection::vec((-3..4_i32, -3..4_i32, 0..2_usize), 3..14)
        ) {
            let points: Vec<_> = of.iter().map(|&(x, y, _)| (x, y)).collect();
            let labels: Vec<_> = of.iter().map(|&(.., label)| label).collect();
            let (a, b) = (points[0], points.iter().find(|p| **p != points[0]));
            let in_line = |p: &(i32, i32)| {
                b.is_none_or(|b| (b.0 - a.0) * (p.1 - a.1) == (b.1 - a.1) * (p.0 - a.0))
            };
            prop_assume!(!points.iter().all(in_line));
            prop_assert_eq!(parted(&points, &labels, 2), by_lines(&points, &labels));
        }
    }

    /// The third class lies apart from two that overlap.
    #[test]
    fn one_class_apart_is_enough() {
        let points = [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0), (1, 0), (0, 1), (1, 1), (5, 5), (6, 5), (5, 7)];
        let labels = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2];
        assert!(parted(&points, &labels, 3));
        assert!(!parted(&points, &[0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 2], 3));
    }
}
