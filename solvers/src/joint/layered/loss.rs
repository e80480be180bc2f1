//! The prediction loss of a network, with all that a pass over the data can tell.

use super::{Hidden, LayeredPoint};
use crate::loss::{PredictionLoss, Predictor, Scores};
use crate::network::{Network, OutputLoss, add_moments, centred, moments, outputs_on, value_and_gradient_on};
use crate::scalar::Scalar;
use crate::view::{multiply, view, view_mut};
use admm::space::{Shape, Space};
use admm::{Error, Result, Smooth};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// f(θ, V, B, b) = share·(mean loss of the logits BᵀVᵀh(x; θ) + b + μ/2 ‖B‖²) + r(θ), with the penalty r of
/// the network.
///
/// The pass that evaluates it also gives the covariance Σ of h, which is kept until the next one.
#[derive(Debug, Clone)]
pub(crate) struct LayeredLoss<T: Scalar> {
    pub network: Arc<dyn Network<T>>,
    /// The loss of the samples, with μ and the share.
    pub prediction: PredictionLoss<T>,
    last: Last<T>,
}

/// The parameters of the network at the last evaluation, and the moments of its outputs.
type Last<T> = Arc<Mutex<Option<(Vec<DMatrix<T>>, DMatrix<T>)>>>;

impl<T: Scalar> LayeredLoss<T> {
    pub fn new(network: Arc<dyn Network<T>>, prediction: PredictionLoss<T>) -> Self {
        LayeredLoss { network, prediction, last: Last::default() }
    }

    /// The moments of the outputs of the network. They take no pass at the parameters of the last evaluation.
    ///
    /// # Errors
    /// Those of the network, and of [`Hidden::of`].
    pub fn hidden(&self, at: &[DMatrix<T>]) -> Result<Hidden<T>> {
        let kept = self.last.lock().ok().and_then(|last| {
            let (_, moments) = last.as_ref().filter(|(of, _)| of == at)?;
            Some(moments.clone())
        });
        let samples = &self.prediction.samples;
        let moments = match kept {
            Some(moments) => moments,
            None => {
                let on = (&samples.exec, &samples.part);
                let fresh = moments(&*self.network, at, &samples.x, &samples.weights, on)?;
                self.keep(at, &fresh);
                fresh
            }
        };
        Hidden::of(centred(&moments))
    }

    /// The samples with the outputs of the network (p×n) in place of the features, and their loss.
    ///
    /// # Errors
    /// Those of the network.
    pub fn reduced(&self, at: &[DMatrix<T>]) -> Result<PredictionLoss<T>> {
        let PredictionLoss { samples, .. } = &self.prediction;
        let outputs = outputs_on((&samples.exec, &samples.part), &*self.network, at, &samples.x)?;
        Ok(PredictionLoss { samples: samples.with_features(outputs), ..self.prediction.clone() })
    }

    fn keep(&self, at: &[DMatrix<T>], moments: &DMatrix<T>) {
        if let Ok(mut last) = self.last.lock() {
            *last = Some((at.to_vec(), moments.clone()));
        }
    }

    fn check(&self, at: &LayeredPoint<T>) -> Result<()> {
        let p = self.network.stages().last().copied().unwrap_or(0);
        let (k, c) = (at.head.v.ncols(), self.prediction.samples.targets.width());
        Error::check_size("V, B and b", Shape(vec![(p, k), (k, c), (c, 1)]), at.head.sizes())
    }

    /// f, and its gradient with what a pull adds to that by θ, in one pass.
    pub fn evaluate(&self, at: &LayeredPoint<T>, pull: Option<Pull<'_, T>>) -> Result<(T, LayeredPoint<T>)> {
        self.check(at)?;
        let PredictionLoss { samples, head, ridge, share } = &self.prediction;
        let (b, k) = (&at.head.b, at.head.v.ncols());
        let scores = Scores::of(samples, &**head, *share, &at.head);
        let output = Output { scores, share: *share, v: &at.head.v, weights: &samples.weights, pull };
        let on = (&samples.exec, &samples.part);
        let (value, layers, (v, (by_b, moments))) =
            value_and_gradient_on(on, &*self.network, &at.layers, &samples.x, &output)?;
        self.keep(&at.layers, &moments);
        let value = value + *share * T::of(0.5) * *ridge * b.norm_squared();
        let b = by_b.rows(0, k) + b * (*share * *ridge);
        Ok((value, LayeredPoint { layers, head: Predictor { v, b, bias: by_b.rows(k, 1).transpose() } }))
    }
}

impl<T: Scalar> Smooth<T> for LayeredLoss<T> {
    type Point = LayeredPoint<T>;

    fn value_and_gradient(&self, at: &LayeredPoint<T>) -> Result<(T, LayeredPoint<T>)> {
        self.evaluate(at, None)
    }
}

/// The part of the PCA loss in the gradient by h of a sample: −q·w(VVᵀ − cI)(h − m).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pull<'a, T: Scalar> {
    /// The coefficient q = 2λ/tr Σ.
    pub strength: T,
    /// The share c of the variance that V captures.
    pub captured: T,
    /// The mean m of h, p×1.
    pub mean: &'a DMatrix<T>,
}

/// The loss behind the network.
struct Output<'a, T: Scalar> {
    scores: Scores<'a, T>,
    share: T,
    v: &'a DMatrix<T>,
    weights: &'a [T],
    pull: Option<Pull<'a, T>>,
}

impl<T: Scalar> OutputLoss<T> for Output<'_, T> {
    /// ∇V, ∇B̃ and the moments of h.
    type Gradient = (DMatrix<T>, (DMatrix<T>, DMatrix<T>));

    fn zero(&self, (p, _): (usize, usize)) -> Result<Self::Gradient> {
        let (k, logits) = (self.v.ncols(), self.scores.width());
        Ok((DMatrix::zeros(p, k), (DMatrix::zeros(k + 1, logits), DMatrix::zeros(p, p + 1))))
    }

    /// P = VᵀH, then what the [`Scores`] make of it, ∇V += H(BR)ᵀ and `by_h` = V(BR), for a block of samples.
    fn block(
        &self,
        samples: Range<usize>,
        h: &DMatrix<T>,
        by_h: &mut DMatrix<T>,
        (by_v, (by_b, moments)): &mut Self::Gradient,
    ) -> T {
        let (k, weights) = (self.v.ncols(), &self.weights[samples.clone()]);
        let mut buffers = self.scores.buffers(samples.len());
        let reduced = view_mut(&mut buffers.reduced).subrows_mut(0, k);
        matmul(reduced, Accum::Replace, view(self.v).transpose(), view(h), T::one(), Par::Seq);
        let loss = self.scores.block(samples, &mut buffers, by_b);
        multiply(by_v, Accum::Add, view(h), view(&buffers.back).transpose());
        add_moments(moments, h, weights);
        if let Some(pull) = &self.pull {
            pull.add_reduced(&mut buffers.back, &buffers.reduced, self.v, weights);
        }
        multiply(by_h, Accum::Replace, view(self.v), view(&buffers.back));
        if let Some(pull) = &self.pull {
            pull.add_rest(by_h, h, weights);
        }
        self.share * loss
    }
}

impl<T: Scalar> Pull<'_, T> {
    /// R ← R − qw(P − Vᵀm), of which V makes the first part of the pull.
    fn add_reduced(&self, r: &mut DMatrix<T>, p: &DMatrix<T>, v: &DMatrix<T>, weights: &[T]) {
        let (centre, k) = (v.tr_mul(self.mean), r.nrows());
        for ((mut r, p), &weight) in r.column_iter_mut().zip(p.column_iter()).zip(weights) {
            r.axpy(-self.strength * weight, &(p.rows(0, k) - &centre), T::one());
        }
    }

    /// G ← G + qcw(H − m1ᵀ), the second part of the pull.
    fn add_rest(&self, g: &mut DMatrix<T>, h: &DMatrix<T>, weights: &[T]) {
        for ((mut g, h), &weight) in g.column_iter_mut().zip(h.column_iter()).zip(weights) {
            g.axpy(self.strength * self.captured * weight, &(h - self.mean), T::one());
        }
    }
}
