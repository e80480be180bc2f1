//! Layers with a squared loss after them: a random problem, and its value and gradient by plain loops.

#![allow(clippy::needless_range_loop)]

use super::{Random, matrix};
use admm::space::Space;
use admm::{Error, Exec, Result};
use admm_solvers::Scalar;
use admm_solvers::data::Features;
use admm_solvers::network::{Activation, Layers, OutputLoss, outputs, value_and_gradient};
use nalgebra::DMatrix;
use std::ops::Range;

/// ½ Σᵢ wᵢ‖Bᵀhᵢ − yᵢ‖² with B (p×q), y (q×n) and wᵢ = i/n².
#[derive(Clone)]
pub struct Squared<T: Scalar> {
    pub b: DMatrix<T>,
    pub y: DMatrix<T>,
}

impl<T: Scalar> Squared<T> {
    fn weight(&self, sample: usize) -> T {
        let n = self.y.ncols() as f64;
        T::of((sample + 1) as f64 / (n * n))
    }
}

impl<T: Scalar> OutputLoss<T> for Squared<T> {
    type Gradient = DMatrix<T>;

    fn zero(&self, (p, n): (usize, usize)) -> Result<DMatrix<T>> {
        Error::check_size("B", (p, self.y.nrows()), self.b.shape())?;
        Error::check_size("targets", (self.y.nrows(), n), self.y.shape())?;
        Ok(DMatrix::zeros(p, self.y.nrows()))
    }
    fn block(&self, samples: Range<usize>, h: &DMatrix<T>, by_h: &mut DMatrix<T>, by_b: &mut DMatrix<T>) -> T {
        let residual = self.b.transpose() * h - self.y.columns(samples.start, samples.len());
        let mut weighted = residual.clone();
        weighted.column_iter_mut().zip(samples).for_each(|(mut r, sample)| r *= self.weight(sample));
        by_h.copy_from(&(&self.b * &weighted));
        *by_b += h * weighted.transpose();
        residual.dot(&weighted) * T::of(0.5)
    }
}

/// Layers, a point θ with its loss, and samples.
#[derive(Clone)]
pub struct Problem<T: Scalar> {
    pub layers: Layers,
    pub activation: Activation,
    /// Weights and biases by turns.
    pub at: Vec<DMatrix<T>>,
    pub x: DMatrix<T>,
    pub loss: Squared<T>,
}

pub const RIDGE: f64 = 0.3;

/// Two targets, standard normal features, and weights and biases of about ½.
pub fn problem(d: usize, widths: &[usize], activation: Activation, n: usize, seed: u64) -> Problem<f64> {
    let layers = Layers::new(d, widths, activation, RIDGE).unwrap();
    let p = widths[widths.len() - 1];
    let loss = Squared { b: matrix(p, 2, seed ^ 1), y: matrix(2, n, seed ^ 2) };
    Problem { at: theta(d, widths, seed), layers, activation, x: matrix(d, n, seed ^ 3), loss }
}

/// θ of independent normal entries.
pub fn theta(d: usize, widths: &[usize], seed: u64) -> Vec<DMatrix<f64>> {
    let mut random = Random::new(seed);
    let inputs = std::iter::once(&d).chain(widths);
    let mut draw = |rows, columns| DMatrix::from_fn(rows, columns, |_, _| 0.5 * random.normal());
    inputs.zip(widths).flat_map(|(&m, &p)| [draw(m, p), draw(p, 1)]).collect()
}

impl<T: Scalar> Problem<T> {
    pub fn on(&self, x: &Features<T>, exec: &Exec) -> (T, Vec<DMatrix<T>>, DMatrix<T>) {
        value_and_gradient(&self.layers, &self.at, x, &self.loss, exec).unwrap()
    }
    /// h (p×n) of the layers under test.
    pub fn outputs(&self, exec: &Exec) -> Result<DMatrix<T>> {
        outputs(&self.layers, &self.at, &Features::from(&self.x), exec)
    }
    /// f and its gradient by (θ, B).
    pub fn evaluate(&self) -> (T, (Vec<DMatrix<T>>, DMatrix<T>)) {
        let (value, by_layers, by_b) = self.on(&Features::from(&self.x), &Exec::Serial);
        (value, (by_layers, by_b))
    }
    /// The same problem at (θ, B) + t·(θ′, B′).
    pub fn moved(&self, t: T, along: &(Vec<DMatrix<T>>, DMatrix<T>)) -> Self {
        let mut moved = self.clone();
        moved.at.axpy(t, &along.0);
        Space::axpy(&mut moved.loss.b, t, &along.1);
        moved
    }
}

impl Problem<f64> {
    pub fn narrow(&self) -> Problem<f32> {
        let narrow = |m: &DMatrix<f64>| m.map(|entry| entry as f32);
        Problem {
            layers: self.layers.clone(),
            activation: self.activation,
            at: self.at.iter().map(narrow).collect(),
            x: narrow(&self.x),
            loss: Squared { b: narrow(&self.loss.b), y: narrow(&self.loss.y) },
        }
    }

    /// σ(z) and σ′(z) as they are defined.
    fn unit(&self, z: f64) -> (f64, f64) {
        match self.activation {
            Activation::Tanh => (z.tanh(), 1.0 / z.cosh().powi(2)),
            Activation::Relu => (z.max(0.0), f64::from(u8::from(z > 0.0))),
            Activation::Softplus => ((1.0 + z.exp()).ln(), 1.0 / (1.0 + (-z).exp())),
        }
    }

    /// z and h of every layer for a sample.
    fn forward(&self, sample: usize) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let (mut before, mut after) = (Vec::new(), vec![self.x.column(sample).iter().copied().collect::<Vec<_>>()]);
        for layer in self.at.chunks(2) {
            let (weights, bias) = (&layer[0], &layer[1]);
            let h = &after[after.len() - 1];
            let z: Vec<f64> = (0..weights.ncols())
                .map(|u| bias[u] + (0..weights.nrows()).map(|j| weights[(j, u)] * h[j]).sum::<f64>())
                .collect();
            after.push(z.iter().map(|&z| self.unit(z).0).collect());
            before.push(z);
        }
        (before, after)
    }

    /// h (p×n) by plain loops.
    pub fn naive_outputs(&self) -> DMatrix<f64> {
        let last = self.at.len() / 2;
        DMatrix::from_fn(self.loss.b.nrows(), self.x.ncols(), |u, i| self.forward(i).1[last][u])
    }

    /// The value and the gradient entry by entry, by the definition.
    pub fn naive(&self) -> (f64, (Vec<DMatrix<f64>>, DMatrix<f64>)) {
        let (mut value, mut by_layers, mut by_b) = (0.0, self.at.zero_like(), self.loss.b.zero_like());
        for i in 0..self.x.ncols() {
            let (z, h) = self.forward(i);
            let (last, weight) = (self.at.len() / 2, self.loss.weight(i));
            let mut pull = vec![0.0; by_b.nrows()];
            for target in 0..by_b.ncols() {
                let score: f64 = (0..pull.len()).map(|u| self.loss.b[(u, target)] * h[last][u]).sum();
                let miss = score - self.loss.y[(target, i)];
                value += 0.5 * weight * miss * miss;
                for u in 0..pull.len() {
                    pull[u] += weight * miss * self.loss.b[(u, target)];
                    by_b[(u, target)] += weight * miss * h[last][u];
                }
            }
            for l in (0..last).rev() {
                let weights = &self.at[2 * l];
                let mut next = vec![0.0; weights.nrows()];
                for u in 0..weights.ncols() {
                    let slope = pull[u] * self.unit(z[l][u]).1;
                    by_layers[2 * l + 1][u] += slope;
                    for j in 0..weights.nrows() {
                        by_layers[2 * l][(j, u)] += slope * h[l][j];
                        next[j] += slope * weights[(j, u)];
                    }
                }
                pull = next;
            }
        }
        for (gradient, weights) in by_layers.iter_mut().zip(&self.at).step_by(2) {
            value += RIDGE / 2.0 * weights.norm_squared();
            *gradient += RIDGE * weights;
        }
        (value, (by_layers, by_b))
    }
}
