//! The loss of softmax classification.

use super::{along, check, everywhere, sized};
use crate::data::check_labels;
use crate::scalar::{Scalar, largest};
use admm::infeasibility::{Recession, Support};
use admm::space::Shape;
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The most Newton steps for one sample, and the most halvings of one step. A few are enough, but wrong logits of ±10⁴
/// with ρ = 10⁻⁸ take some 40.
const STEPS: usize = 200;

/// Σⱼ wⱼ (log Σᵢ exp xᵢⱼ − x_{yⱼ,j}) of logits X (c×n, a sample is a column) with labels yⱼ and weights wⱼ: the
/// cross-entropy of softmax probabilities.
///
/// With κ = w/ρ and p = softmax(x), the column of prox(v, ρ) is the root of κ(p − e_y) + x − v, found by Newton's
/// method with backtracking (Boyd and Vandenberghe, "Convex Optimization", 2004, §9.5.2). The Hessian D − κppᵀ with D =
/// I + κ diag(p) is solved in O(c) by the formula of Sherman and Morrison (1950); there 1 − κpᵀD⁻¹p = Σ pᵢ/(1 + κpᵢ),
/// which cannot cancel.
#[doc(alias = "softmax")]
#[derive(Debug, Clone, PartialEq)]
pub struct CrossEntropy<T: Scalar> {
    labels: Vec<usize>,
    weights: Vec<T>,
    classes: usize,
}

impl<T: Scalar> CrossEntropy<T> {
    /// Takes the label and the weight of each sample.
    ///
    /// # Errors
    /// [`Error::Size`] for another number of weights than of labels, [`Error::Parameters`] for a label that is not
    /// below `classes` and for a weight that is not a number from 0.
    pub fn new(labels: Vec<usize>, weights: Vec<T>, classes: usize) -> Result<Self> {
        let row = |count: usize| (1, count);
        Error::check_size("sample weights", row(labels.len()), row(weights.len()))?;
        check_labels(&labels, classes)?;
        if let Some(j) = weights.iter().position(|&weight| !(weight >= T::zero() && weight.is_finite())) {
            let problem = format!("must be finite and not negative, got {} for sample {}", weights[j], j + 1);
            return Err(Error::parameter("weights", problem));
        }
        Ok(CrossEntropy { labels, weights, classes })
    }
}

impl<T: Scalar> Prox<T> for CrossEntropy<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let losses = || x.column_iter().zip(&self.labels).map(|(x, &label)| Softmax::of(x.as_slice(), label).loss);
        sized(x, (self.classes, self.labels.len()), || {
            losses().zip(&self.weights).map(|(loss, &weight)| weight * loss).sum()
        })
    }
    /// # Errors
    /// [`Error::Size`] for a v that is not c×n.
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let expected = Shape(vec![(self.classes, self.labels.len())]);
        Error::check_size("logits", expected, v.shape())?;
        let mut x = v.clone();
        for (j, (mut x, v)) in x.column_iter_mut().zip(v.column_iter()).enumerate() {
            let sample = Sample { v: v.as_slice(), label: self.labels[j], share: self.weights[j] / rho };
            sample.minimise(x.as_mut_slice()).map_err(|error| Error::Member { index: j, source: Box::new(error) })?;
        }
        Ok(x)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    /// Σⱼ wⱼ (maxᵢ δᵢⱼ − δ_{yⱼ,j}).
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let slopes = by.column_iter().zip(&self.labels).map(|(by, &label)| by.max() - by[label]);
        along(by, slopes.zip(&self.weights).map(|(slope, &weight)| weight * slope).sum())
    }
}

/// The probabilities and the loss of one sample's logits.
struct Softmax<T> {
    probabilities: Vec<T>,
    /// 1 − p_y, summed up.
    others: T,
    /// The loss −log p_y of the label y.
    loss: T,
}

impl<T: Scalar> Softmax<T> {
    fn of(x: &[T], label: usize) -> Self {
        let highest = x.iter().fold(x[0], |highest, &logit| highest.max(logit));
        let mut probabilities: Vec<T> = x.iter().map(|&logit| (logit - highest).exp()).collect();
        let correct = probabilities[label];
        let rest = probabilities.iter().enumerate().filter(|(i, _)| *i != label).map(|(_, &p)| p).sum::<T>();
        let total = correct + rest;
        probabilities.iter_mut().for_each(|p| *p /= total);
        // log(1 + rest) keeps what is lost in log(total) where the label is nearly certain.
        let log = if correct == T::one() { rest.ln_1p() } else { total.ln() };
        Softmax { probabilities, others: rest / total, loss: log + (highest - x[label]) }
    }
}

/// minimise φ(x) = κ·(−log p_y) + ½‖x − v‖².
struct Sample<'a, T> {
    v: &'a [T],
    label: usize,
    /// The weight κ of the loss.
    share: T,
}

impl<T: Scalar> Sample<'_, T> {
    fn minimise(&self, x: &mut [T]) -> Result<()> {
        let mut at = Softmax::of(x, self.label);
        for _ in 0..STEPS {
            let (step, fall) = self.newton(x, &at);
            let size = largest(&step);
            let near = T::of(0.1) * T::EPSILON.sqrt() + T::of(64.0) * T::EPSILON * largest(x).max(largest(self.v));
            at = self.backtrack(x, &at, &step, fall)?;
            // The error after a Newton step is of the order of its square.
            if size <= near {
                return Ok(());
            }
        }
        Err(Error::numerical("the operator of the cross-entropy", format!("did not converge in {STEPS} Newton steps")))
    }

    /// −H⁻¹∇φ, and how fast φ falls along it.
    fn newton(&self, x: &[T], at: &Softmax<T>) -> (Vec<T>, T) {
        let p = &at.probabilities;
        let pull = |i: usize| if i == self.label { -at.others } else { p[i] };
        let gradient: Vec<T> = (0..x.len()).map(|i| self.share * pull(i) + (x[i] - self.v[i])).collect();
        let curvature = |i: usize| T::one() + self.share * p[i];
        let total: T = (0..x.len()).map(|i| p[i] / curvature(i)).sum();
        let mean = (0..x.len()).map(|i| p[i] / curvature(i) * gradient[i]).sum::<T>() / total;
        let step: Vec<T> = (0..x.len()).map(|i| -(gradient[i] + self.share * p[i] * mean) / curvature(i)).collect();
        let fall = gradient.iter().zip(&step).map(|(&g, &s)| -g * s).sum();
        (step, fall)
    }

    /// Moves x along the step, halved until φ falls enough or by no more than rounding can tell.
    fn backtrack(&self, x: &mut [T], at: &Softmax<T>, step: &[T], fall: T) -> Result<Softmax<T>> {
        let (here, start) = (self.value(x, at), x.to_vec());
        let rounding = T::of(16.0) * T::EPSILON * (here + self.share * largest(x));
        let mut length = T::one();
        for _ in 0..STEPS {
            x.iter_mut().zip(start.iter().zip(step)).for_each(|(x, (&start, &step))| *x = start + length * step);
            let there = Softmax::of(x, self.label);
            if self.value(x, &there) <= here - T::of(1e-4) * length * fall + rounding {
                return Ok(there);
            }
            length *= T::of(0.5);
        }
        Err(Error::numerical("no part of a Newton step", "lowers the cross-entropy"))
    }

    fn value(&self, x: &[T], at: &Softmax<T>) -> T {
        let square: T = x.iter().zip(self.v).map(|(&x, &v)| (x - v) * (x - v)).sum();
        self.share * at.loss + square / T::of(2.0)
    }
}
