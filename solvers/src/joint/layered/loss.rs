//! The prediction loss of a network, with all that a pass over the data can tell.

use super::{Hidden, Network};
use crate::loss::{Classifier, PredictionLoss, Scores};
use crate::network::{Dense, Layers, OutputLoss, add_moments, centred};
use crate::scalar::Scalar;
use crate::view::{multiply, product, view, view_mut};
use admm::space::{Shape, Space};
use admm::{Error, Result, Smooth};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// f(θ, V, B, b) = share·(mean loss of the logits BᵀVᵀh(x; θ) + b + μ/2 ‖B‖²) + ν/2 Σₗ ‖Wₗ‖², with the ridge ν
/// of the layers.
///
/// The pass that evaluates it also gives the covariance Σ of h, which is kept until the next one.
#[derive(Debug, Clone)]
pub(crate) struct LayeredLoss<T: Scalar> {
    pub layers: Layers,
    /// The loss of the samples, with μ and the share.
    pub entropy: PredictionLoss<T>,
    last: Last<T>,
}

/// The layers of the last evaluation, and the moments of their outputs.
type Last<T> = Arc<Mutex<Option<(Vec<Dense<T>>, DMatrix<T>)>>>;

impl<T: Scalar> LayeredLoss<T> {
    pub fn new(layers: Layers, entropy: PredictionLoss<T>) -> Self {
        LayeredLoss { layers, entropy, last: Last::default() }
    }

    /// The moments of the outputs of the layers. They take no pass at the layers of the last evaluation.
    ///
    /// # Errors
    /// Those of the layers, and of [`Hidden::of`].
    pub fn hidden(&self, at: &[Dense<T>]) -> Result<Hidden<T>> {
        let kept = self.last.lock().ok().and_then(|last| {
            let (_, moments) = last.as_ref().filter(|(of, _)| of == at)?;
            Some(moments.clone())
        });
        let samples = &self.entropy.samples;
        let moments = match kept {
            Some(moments) => moments,
            None => {
                let fresh = self.layers.moments(at, &samples.x, &samples.weights, (&samples.exec, &samples.part))?;
                self.keep(at, &fresh);
                fresh
            }
        };
        Hidden::of(centred(&moments))
    }

    /// The samples with the outputs of the layers (p×n) in place of the features, and their loss.
    ///
    /// # Errors
    /// Those of the layers.
    pub fn reduced(&self, at: &[Dense<T>]) -> Result<PredictionLoss<T>> {
        let PredictionLoss { samples, .. } = &self.entropy;
        let outputs = self.layers.outputs_on((&samples.exec, &samples.part), at, &samples.x)?;
        Ok(PredictionLoss { samples: samples.with_features(outputs), ..self.entropy.clone() })
    }

    fn keep(&self, at: &[Dense<T>], moments: &DMatrix<T>) {
        if let Ok(mut last) = self.last.lock() {
            *last = Some((at.to_vec(), moments.clone()));
        }
    }

    fn check(&self, at: &Network<T>) -> Result<()> {
        let (p, k, c) = (self.layers.width(), at.head.v.ncols(), self.entropy.samples.targets.width());
        Error::check_size("V, B and b", Shape(vec![(p, k), (k, c), (c, 1)]), at.head.sizes())
    }

    /// f, and its gradient with what a pull adds to that by θ, in one pass.
    pub fn evaluate(&self, at: &Network<T>, pull: Option<Pull<'_, T>>) -> Result<(T, Network<T>)> {
        self.check(at)?;
        let PredictionLoss { samples, head, ridge, share } = &self.entropy;
        let (b, k) = (&at.head.b, at.head.v.ncols());
        let scores = Scores::of(samples, &**head, *share, &at.head);
        let output = Output { scores, share: *share, v: &at.head.v, weights: &samples.weights, pull };
        let on = (&samples.exec, &samples.part);
        let (value, layers, (v, (by_b, moments))) =
            self.layers.value_and_gradient_on(on, &at.layers, &samples.x, &output)?;
        self.keep(&at.layers, &moments);
        let value = value + *share * T::of(0.5) * *ridge * b.norm_squared();
        let b = by_b.rows(0, k) + b * (*share * *ridge);
        Ok((value, Network { layers, head: Classifier { v, b, bias: by_b.rows(k, 1).transpose() } }))
    }
}

impl<T: Scalar> Smooth<T> for LayeredLoss<T> {
    type Point = Network<T>;

    fn value_and_gradient(&self, at: &Network<T>) -> Result<(T, Network<T>)> {
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

/// The loss behind the layers.
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
        h: DMatrixView<'_, T>,
        mut by_h: DMatrixViewMut<'_, T>,
        (by_v, (by_b, moments)): &mut Self::Gradient,
    ) -> T {
        let (h, k, weights) = (h.into_owned(), self.v.ncols(), &self.weights[samples.clone()]);
        let mut buffers = self.scores.buffers(samples.len());
        let reduced = view_mut(&mut buffers.reduced).subrows_mut(0, k);
        matmul(reduced, Accum::Replace, view(self.v).transpose(), view(&h), T::one(), Par::Seq);
        let loss = self.scores.block(samples, &mut buffers, by_b);
        multiply(by_v, Accum::Add, view(&h), view(&buffers.back).transpose());
        add_moments(moments, &h, weights);
        if let Some(pull) = &self.pull {
            pull.add_reduced(&mut buffers.back, &buffers.reduced, self.v, weights);
        }
        let mut back = product(self.v, &buffers.back);
        if let Some(pull) = &self.pull {
            pull.add_rest(&mut back, &h, weights);
        }
        by_h.copy_from(&back);
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
