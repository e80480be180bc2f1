//! The joint objective of a network, and the field that moves it.

use super::loss::Pull;
use super::{Hidden, LayeredLoss, LayeredPoint};
use crate::joint::Reach;
use crate::pca::VarianceLoss;
use crate::scalar::Scalar;
use admm::{Result, Smooth};

/// f(θ, W, B, b) = λ(1 − tr(WᵀΣW)/tr Σ) + g(θ, W, B, b), with the covariance Σ of h(x; θ) and the loss g of the
/// predictor, [`LayeredLoss`].
///
/// Its field is ∇f where the PCA loss reaches through the layers. Stopped, its part by θ is that of g alone, and the
/// field is the gradient of no function.
#[derive(Debug, Clone)]
pub(crate) struct LayeredObjective<T: Scalar> {
    pub predictor: LayeredLoss<T>,
    /// The weight λ of the PCA loss.
    pub weight: T,
    pub reach: Reach,
}

impl<T: Scalar> LayeredObjective<T> {
    /// The PCA loss of W for these outputs.
    pub fn variance(&self, hidden: &Hidden<T>) -> VarianceLoss<T> {
        VarianceLoss { covariance: hidden.covariance.clone(), weight: self.weight }
    }

    /// f and its field. Stopped, it takes one pass. Through, the moments of h have to be known first, which takes a pass
    /// forward.
    ///
    /// # Errors
    /// Those of the layers, and of hidden units without variance where λ > 0.
    pub fn value_and_field(&self, at: &LayeredPoint<T>) -> Result<(T, LayeredPoint<T>)> {
        if self.weight == T::zero() {
            return self.predictor.value_and_gradient(at);
        }
        let w = &at.head.v;
        let (predictor, hidden) = match self.reach {
            Reach::Stopped => {
                let predictor = self.predictor.value_and_gradient(at)?;
                (predictor, self.predictor.hidden(&at.layers)?)
            }
            Reach::Through => {
                let hidden = self.predictor.hidden(&at.layers)?;
                let strength = T::of(2.0) * self.weight / hidden.covariance.trace();
                let captured = hidden.covariance.captured(w);
                (self.predictor.evaluate(at, Some(Pull { strength, captured, mean: &hidden.mean }))?, hidden)
            }
        };
        let (mut value, mut field) = predictor;
        let (variance, ascent) = self.variance(&hidden).value_and_ascent(w);
        value += variance;
        field.head.v -= ascent;
        Ok((value, field))
    }
}

/// f as a smooth function, where its field is its gradient.
#[derive(Debug, Clone)]
pub(crate) struct ThroughObjective<T: Scalar>(pub LayeredObjective<T>);

impl<T: Scalar> Smooth<T> for ThroughObjective<T> {
    type Point = LayeredPoint<T>;

    fn value_and_gradient(&self, at: &LayeredPoint<T>) -> Result<(T, LayeredPoint<T>)> {
        self.0.value_and_field(at)
    }
    fn passes(&self) -> u64 {
        if self.0.weight == T::zero() { 1 } else { 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Samples;
    use crate::joint::layered::LayeredLoss;
    use crate::linalg::{polar, scattered};
    use crate::loss::{PredictionLoss, Predictor};
    use crate::network::{Activation, Layers, Network, outputs};
    use admm::Exec;
    use admm::space::Space;
    use nalgebra::DMatrix;
    use std::sync::Arc;

    /// An objective for 40 samples of 5 features in 3 classes behind layers of 4 and 6 units, and a point with k = 2.
    fn problem(reach: Reach, activation: Activation) -> (LayeredObjective<f64>, LayeredPoint<f64>) {
        let labels: Vec<usize> = (0..40).map(|sample| sample % 3).collect();
        let x = DMatrix::from_fn(5, 40, |i, j| scattered::<f64>(5, 40, 1)[(i, j)] + (labels[j] * i) as f64 * 0.3);
        let weights: Vec<f64> = (0..40).map(|sample| (sample + 1) as f64 / 820.0).collect();
        let samples = Samples::new(x, &labels, weights, 3, Exec::Serial).unwrap();
        let layers = Layers::new(5, &[4, 6], activation, 0.01).unwrap();
        let theta = Network::<f64>::initial(&layers, 3);
        let head =
            Predictor { v: polar(&scattered(6, 2, 4)).unwrap(), b: scattered(2, 3, 5), bias: scattered(3, 1, 6) };
        let predictor = LayeredLoss::new(Arc::new(layers), PredictionLoss::softmax(samples, 0.05, 0.7));
        (LayeredObjective { predictor, weight: 0.3, reach }, LayeredPoint { layers: theta, head })
    }

    /// The objective, written as it is defined.
    fn naive(of: &LayeredObjective<f64>, at: &LayeredPoint<f64>) -> f64 {
        let PredictionLoss { samples, ridge, share, .. } = &of.predictor.prediction;
        let h = outputs(&*of.predictor.network, &at.layers, &samples.x, &Exec::Serial).unwrap();
        let weights = nalgebra::DVector::from_column_slice(&samples.weights);
        let mean = &h * &weights;
        let centred = DMatrix::from_fn(h.nrows(), h.ncols(), |i, j| h[(i, j)] - mean[i]);
        let sigma = &centred * DMatrix::from_diagonal(&weights) * centred.transpose();
        let Predictor { v, b, bias } = &at.head;
        let mut prediction = 0.0;
        for (j, &label) in samples.targets.labels().unwrap().iter().enumerate() {
            let logits = b.transpose() * v.transpose() * h.column(j) + bias;
            prediction += weights[j] * (logits.map(f64::exp).sum().ln() - logits[label]);
        }
        let layers: f64 = at.layers.iter().step_by(2).map(|weights| weights.norm_squared()).sum();
        of.weight * (1.0 - (v.transpose() * &sigma * v).trace() / sigma.trace())
            + share * (prediction + ridge / 2.0 * b.norm_squared())
            + 0.005 * layers
    }

    #[test]
    fn the_objective_is_the_one_of_its_definition() {
        for reach in [Reach::Stopped, Reach::Through] {
            let (of, at) = problem(reach, Activation::Tanh);
            let value = of.value_and_field(&at).unwrap().0;
            assert!((value - naive(&of, &at)).abs() <= 1e-13, "{reach}");
        }
    }

    /// Along any direction: through, the field is the gradient. Stopped, its part by θ is that of the predictor alone, and
    /// the rest is the gradient.
    #[test]
    fn the_field_is_the_gradient_but_for_what_is_stopped() {
        for activation in [Activation::Tanh, Activation::Softplus] {
            for reach in [Reach::Stopped, Reach::Through] {
                let (of, at) = problem(reach, activation);
                let blind = LayeredObjective { weight: 0.0, ..of.clone() };
                let field = of.value_and_field(&at).unwrap().1;
                for (seed, moves_layers) in [(1, false), (2, true)] {
                    let mut step = at.zero_like();
                    step.head.v = scattered(6, 2, seed + 10);
                    step.head.b = scattered(2, 3, seed + 20);
                    step.head.bias = scattered(3, 1, seed + 30);
                    if moves_layers {
                        step.layers = of.predictor.network.initial(seed);
                        step.layers[1] = scattered(4, 1, seed + 40);
                    }
                    let length = 1e-5;
                    let slope = |of: &LayeredObjective<f64>, step: &LayeredPoint<f64>| {
                        (naive(of, &at.plus(length, step)) - naive(of, &at.plus(-length, step))) / (2.0 * length)
                    };
                    let expected = if moves_layers && reach == Reach::Stopped {
                        let layers = LayeredPoint { layers: step.layers.clone(), head: step.head.zero_like() };
                        let head = LayeredPoint { layers: step.layers.zero_like(), head: step.head.clone() };
                        slope(&blind, &layers) + slope(&of, &head)
                    } else {
                        slope(&of, &step)
                    };
                    let found = field.inner_product(&step);
                    assert!(
                        (found - expected).abs() <= 1e-8,
                        "{activation} {reach} {moves_layers}: {found} {expected}"
                    );
                }
            }
        }
    }

    /// The moments that an evaluation keeps are those of a pass of their own, bit by bit.
    #[test]
    fn kept_moments_are_those_of_a_pass() {
        let (of, at) = problem(Reach::Stopped, Activation::Relu);
        let fresh = of.predictor.hidden(&at.layers).unwrap();
        let other = problem(Reach::Stopped, Activation::Relu).0.predictor;
        other.value_and_gradient(&at).unwrap();
        let kept = other.hidden(&at.layers).unwrap();
        let w = scattered(6, 2, 9);
        assert_eq!(kept.covariance.times(&w), fresh.covariance.times(&w));
        assert_eq!((kept.participation, &kept.mean), (fresh.participation, &fresh.mean));
    }

    #[test]
    fn units_that_never_vary_are_an_error_where_their_variance_counts() {
        let (of, mut at) = problem(Reach::Stopped, Activation::Tanh);
        at.layers.iter_mut().step_by(2).for_each(|weights| weights.fill(0.0));
        let error = of.value_and_field(&at).unwrap_err().to_string();
        assert!(error.contains("hidden units") && error.contains("no variance"), "{error}");
        assert!(LayeredObjective { weight: 0.0, ..of }.value_and_field(&at).is_ok());
    }
}
