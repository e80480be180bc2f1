//! One pass over X: forward, loss and backward for a block of samples that stays in the cache.

use super::{Activation, Dense, OutputLoss, add_moments};
use crate::chunks::blocks;
use crate::data::{BLOCK, Features, Folded, Part, Products};
use crate::scalar::Scalar;
use crate::view::{multiply, view, view_mut};
use admm::space::Space;
use admm::{Error, Exec, Result};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::ops::{AddAssign, Range};

/// The quantities that are the same for all samples of a pass.
pub(super) struct Pass<'a, T: Scalar> {
    activation: Activation,
    x: &'a Features<T>,
    at: &'a [Dense<T>],
    /// The weights of the first layer, with the scaling of X folded in.
    first: Folded<T>,
}

/// The contribution of a chunk of samples to the value and to the gradient. Threads and ranks exchange nothing else.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar, G: Serialize", deserialize = "T: Scalar, G: DeserializeOwned"))]
struct Partial<T: Scalar, G> {
    value: T,
    /// The gradient by the weights of the first layer.
    first: Products<T>,
    /// The gradients by the weights of the other layers.
    others: Vec<DMatrix<T>>,
    biases: Vec<DMatrix<T>>,
    by_parameters: G,
    overflow: Overflow,
}

/// A sum over all samples, with its gradients by θ and by φ.
pub(super) type Sum<T, G> = (T, Vec<Dense<T>>, G);

/// The first layer with an output that is not finite, counted from 0, if there is one.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Overflow(Option<usize>);

impl AddAssign for Overflow {
    fn add_assign(&mut self, other: Self) {
        self.0 = self.0.into_iter().chain(other.0).min();
    }
}

/// The contribution of a chunk of samples to the moments.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
struct MomentSum<T: Scalar> {
    moments: DMatrix<T>,
    overflow: Overflow,
}

impl<T: Scalar> AddAssign for MomentSum<T> {
    fn add_assign(&mut self, other: Self) {
        self.moments += other.moments;
        self.overflow += other.overflow;
    }
}

impl Overflow {
    fn check(self) -> Result<()> {
        match self.0 {
            Some(layer) => Err(Error::not_finite(format!("the output of layer {}", layer + 1))),
            None => Ok(()),
        }
    }
}

impl<T: Scalar, G: Space<T>> AddAssign for Partial<T, G> {
    fn add_assign(&mut self, other: Self) {
        self.value += other.value;
        self.first += other.first;
        self.others.axpy(T::one(), &other.others);
        self.biases.axpy(T::one(), &other.biases);
        self.by_parameters.axpy(T::one(), &other.by_parameters);
        self.overflow += other.overflow;
    }
}

impl<'a, T: Scalar> Pass<'a, T> {
    /// A pass over X with layers whose sizes fit.
    pub fn new(activation: Activation, x: &'a Features<T>, at: &'a [Dense<T>]) -> Self {
        Pass { activation, x, at, first: x.fold(&at[0].weights) }
    }

    /// h (p×n) for the samples of this rank.
    pub fn outputs(&self, exec: &Exec, part: &Part) -> Result<DMatrix<T>> {
        let n = self.x.ncols();
        let starts: Vec<_> = part.chunks().1.into_iter().flat_map(|chunk| blocks(chunk, BLOCK)).collect();
        let parts = exec.map(starts.len(), |i| {
            let mut outputs = self.buffers(starts[i].len());
            let overflow = self.forward(starts[i].clone(), &mut outputs);
            (outputs.pop().expect("there is a layer"), overflow)
        });
        let (mut h, mut overflow) = (Vec::with_capacity(self.units() * n), Overflow(None));
        for (part, of_part) in parts {
            overflow += of_part;
            h.extend_from_slice(part.as_slice());
        }
        part.gather(overflow.check())?;
        Ok(DMatrix::from_vec(self.units(), n, h))
    }

    /// [Σᵢ wᵢ hᵢhᵢᵀ, Σᵢ wᵢ hᵢ] (p×(p+1)) for all samples.
    pub fn moments(&self, weights: &[T], exec: &Exec, part: &Part) -> Result<DMatrix<T>> {
        let (units, last) = (self.units(), self.at.len() - 1);
        let total = part.sum(exec, |range| {
            let (mut moments, mut overflow) = (DMatrix::zeros(units, units + 1), Overflow(None));
            let mut outputs = self.buffers(BLOCK.min(range.len()));
            for block in blocks(range, BLOCK) {
                overflow += self.forward(block.clone(), &mut outputs);
                add_moments(&mut moments, &outputs[last].columns(0, block.len()).into_owned(), &weights[block]);
            }
            MomentSum { moments, overflow }
        })?;
        total.overflow.check()?;
        Ok(total.moments)
    }

    /// Σᵢ ℓᵢ(hᵢ; φ) with its gradients by θ and by φ.
    pub fn sum<L: OutputLoss<T>>(&self, loss: &L, exec: &Exec, part: &Part) -> Result<Sum<T, L::Gradient>> {
        let zero = loss.zero((self.units(), self.x.ncols()))?;
        let total = part.sum(exec, |range| self.over(range, loss, &zero))?;
        total.overflow.check()?;
        let weights = std::iter::once(total.first.unfold(self.x)).chain(total.others);
        let by_layers = weights.zip(total.biases).map(|(weights, bias)| Dense { weights, bias }).collect();
        Ok((total.value, by_layers, total.by_parameters))
    }

    /// p, the number of outputs of the last layer.
    fn units(&self) -> usize {
        self.at[self.at.len() - 1].bias.len()
    }

    /// For each layer a matrix with a row for each unit.
    fn buffers(&self, width: usize) -> Vec<DMatrix<T>> {
        self.at.iter().map(|layer| DMatrix::zeros(layer.bias.len(), width)).collect()
    }

    /// The sum over a chunk of samples.
    fn over<L: OutputLoss<T>>(&self, range: Range<usize>, loss: &L, zero: &L::Gradient) -> Partial<T, L::Gradient> {
        let mut sum = Partial {
            value: T::zero(),
            first: Products::zero(self.x, self.first.k()),
            others: self.at[1..].iter().map(|layer| layer.weights.zero_like()).collect(),
            biases: self.at.iter().map(|layer| layer.bias.zero_like()).collect(),
            by_parameters: zero.clone(),
            overflow: Overflow(None),
        };
        let widest = BLOCK.min(range.len());
        let (mut outputs, mut back) = (self.buffers(widest), self.buffers(widest));
        let last = self.at.len() - 1;
        for block in blocks(range, BLOCK) {
            let width = block.len();
            sum.overflow += self.forward(block.clone(), &mut outputs);
            let (h, by_h) = (outputs[last].columns(0, width), back[last].columns_mut(0, width));
            sum.value += loss.block(block.clone(), h, by_h, &mut sum.by_parameters);
            self.backward(block, &outputs, &mut back, &mut sum);
        }
        sum
    }

    /// Hₗ = σ(WₗᵀHₗ₋₁ + bₗ1ᵀ) layer by layer, with H₀ = X, for a block of samples.
    fn forward(&self, block: Range<usize>, outputs: &mut [DMatrix<T>]) -> Overflow {
        let (width, mut overflow) = (block.len(), Overflow(None));
        for (l, Dense { weights, bias }) in self.at.iter().enumerate() {
            let (before, rest) = outputs.split_at_mut(l);
            let out = view_mut(&mut rest[0]).subcols_mut(0, width);
            match before.last() {
                None => self.x.block(block.clone()).project(&self.first, out),
                Some(h) => {
                    let h = view(h).subcols(0, width);
                    matmul(out, Accum::Replace, view(weights).transpose(), h, T::one(), Par::Seq);
                }
            }
            let z = &mut rest[0].as_mut_slice()[..bias.len() * width];
            for column in z.chunks_exact_mut(bias.len()) {
                column.iter_mut().zip(bias.as_slice()).for_each(|(z, &bias)| *z += bias);
            }
            // Before σ: tanh would make a number of an infinity, and so would ReLU.
            if !z.iter().fold(true, |finite, z| finite & z.is_finite()) {
                overflow += Overflow(Some(l));
            }
            self.activation.apply(z);
        }
        overflow
    }

    /// Reverse accumulation (Rumelhart, Hinton and Williams 1986) for a block of samples, from G = ∂ℓ/∂H of the last
    /// layer on: G ← G∘σ′, ∇Wₗ += Hₗ₋₁Gᵀ and ∇bₗ += G1, and then WₗG for the layer before.
    fn backward<G>(
        &self,
        block: Range<usize>,
        outputs: &[DMatrix<T>],
        back: &mut [DMatrix<T>],
        sum: &mut Partial<T, G>,
    ) {
        let width = block.len();
        for l in (0..self.at.len()).rev() {
            let (before, rest) = back.split_at_mut(l);
            let (units, bias) = (rest[0].nrows(), sum.biases[l].as_mut_slice());
            let g = &mut rest[0].as_mut_slice()[..units * width];
            self.activation.chain(&outputs[l].as_slice()[..units * width], g);
            for column in g.chunks_exact(units) {
                bias.iter_mut().zip(column).for_each(|(bias, &g)| *bias += g);
            }
            let g = view(&rest[0]).subcols(0, width);
            match before.last_mut() {
                None => self.x.block(block.clone()).accumulate(g, &mut sum.first),
                Some(pull) => {
                    let h = view(&outputs[l - 1]).subcols(0, width);
                    multiply(&mut sum.others[l - 1], Accum::Add, h, g.transpose());
                    let pull = view_mut(pull).subcols_mut(0, width);
                    matmul(pull, Accum::Replace, view(&self.at[l].weights), g, T::one(), Par::Seq);
                }
            }
        }
    }
}
