//! One pass over X: forward, loss and backward for a block of samples that stays in the cache.

use super::{Network, OutputLoss, add_moments};
use crate::chunks::blocks;
use crate::data::{BLOCK, Features, Folded, Part, Products};
use crate::scalar::Scalar;
use crate::view::{view, view_mut};
use admm::space::{Shape, Space};
use admm::{Error, Exec, Result};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::ops::{AddAssign, Range};

/// The quantities that are the same for all samples of a pass.
pub(super) struct Pass<'a, T: Scalar> {
    network: &'a dyn Network<T>,
    x: &'a Features<T>,
    /// The samples of X among those of all ranks.
    part: &'a Part,
    at: &'a [DMatrix<T>],
    /// The rows of the stages.
    rows: Vec<usize>,
    /// θ₀ with the scaling of X folded in, where the pass makes θ₀ᵀX.
    first: Option<Folded<T>>,
}

/// A chunk's part of the value and of the gradient. Threads and ranks exchange nothing else.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar, G: Serialize", deserialize = "T: Scalar, G: DeserializeOwned"))]
struct Gradients<T: Scalar, G> {
    value: T,
    /// The gradient by θ₀, where the pass makes the products with X.
    first: Option<Products<T>>,
    network: Vec<DMatrix<T>>,
    loss: G,
}

impl<T: Scalar, G: Space<T>> AddAssign for Gradients<T, G> {
    fn add_assign(&mut self, other: Self) {
        self.value += other.value;
        if let (Some(first), Some(other)) = (&mut self.first, other.first) {
            *first += other;
        }
        self.network.axpy(T::one(), &other.network);
        self.loss.axpy(T::one(), &other.loss);
    }
}

impl<'a, T: Scalar> Pass<'a, T> {
    /// A pass over X with a network, which must fit each other and have outputs.
    pub fn new(
        network: &'a dyn Network<T>,
        at: &'a [DMatrix<T>],
        (x, part): (&'a Features<T>, &'a Part),
    ) -> Result<Self> {
        let rows = network.stages();
        if network.inputs() == 0 || rows.is_empty() || rows.contains(&0) {
            return Err(Error::parameter("network", "must have inputs, and rows in each of its stages"));
        }
        let n = if part.total() == 0 { 1 } else { x.ncols() };
        Error::check_size("x", (network.inputs(), n), x.shape())?;
        let got = at.iter().map(DMatrix::shape).collect();
        Error::check_size("the parameters of the network", Shape(network.sizes()), Shape(got))?;
        if let Some(matrix) = at.iter().position(|part| !part.iter().all(|entry| entry.is_finite())) {
            return Err(Error::not_finite(network.name(matrix)));
        }
        let first = network.begins_with_product().then(|| at.first().map(|first| x.fold(first))).flatten();
        if first.as_ref().is_some_and(|first| first.k() != rows[0]) {
            return Err(Error::parameter("network", "begins with a product, which must be its first stage"));
        }
        Ok(Pass { network, x, part, at, rows, first })
    }

    /// h (p×n) for the samples of this rank.
    pub fn outputs(&self, exec: &Exec) -> Result<DMatrix<T>> {
        let n = self.x.ncols();
        let ranges: Vec<_> = self.part.chunks().1.into_iter().flat_map(|chunk| blocks(chunk, BLOCK)).collect();
        let parts = exec.map(ranges.len(), |i| {
            let mut stages = self.buffers(ranges[i].len());
            self.forward(ranges[i].clone(), &mut stages)?;
            Ok(stages.pop())
        });
        let mut h = Vec::with_capacity(self.outputs_of_a_sample() * n);
        let mut made = Ok(());
        for outputs in parts {
            match outputs {
                Ok(outputs) => h.extend_from_slice(outputs.as_ref().map_or(&[], DMatrix::as_slice)),
                Err(error) => made = made.and(Err(error)),
            }
        }
        self.part.gather(made)?;
        Ok(DMatrix::from_vec(self.outputs_of_a_sample(), n, h))
    }

    /// [Σᵢ wᵢ hᵢhᵢᵀ, Σᵢ wᵢ hᵢ] (p×(p+1)) for all samples.
    pub fn moments(&self, weights: &[T], exec: &Exec) -> Result<DMatrix<T>> {
        let (p, last) = (self.outputs_of_a_sample(), self.rows.len() - 1);
        self.part.try_sum(exec, |range: Range<usize>| {
            let (mut moments, mut stages) = (DMatrix::zeros(p, p + 1), Vec::new());
            for block in blocks(range, BLOCK) {
                self.forward(block.clone(), self.fitting(&mut stages, block.len()))?;
                add_moments(&mut moments, &stages[last], &weights[block]);
            }
            Ok(moments)
        })
    }

    /// Σᵢ ℓᵢ(hᵢ; φ) with its gradients by θ and by φ.
    pub fn sum<L: OutputLoss<T>>(&self, loss: &L, exec: &Exec) -> Result<(T, Vec<DMatrix<T>>, L::Gradient)> {
        let zero = loss.zero((self.outputs_of_a_sample(), self.x.ncols()))?;
        let total = self.part.try_sum(exec, |range| self.over(range, loss, &zero))?;
        let mut by_network = total.network;
        if let Some(first) = total.first {
            by_network[0] = first.unfold(self.x);
        }
        Ok((total.value, by_network, total.loss))
    }

    /// p, the rows of the last stage.
    fn outputs_of_a_sample(&self) -> usize {
        self.rows[self.rows.len() - 1]
    }

    /// A matrix for each stage of a block of so many samples.
    fn buffers(&self, width: usize) -> Vec<DMatrix<T>> {
        self.rows.iter().map(|&rows| DMatrix::zeros(rows, width)).collect()
    }

    /// The same matrices if they have this width, else new ones.
    fn fitting<'b>(&self, stages: &'b mut Vec<DMatrix<T>>, width: usize) -> &'b mut Vec<DMatrix<T>> {
        if stages.last().is_none_or(|last| last.ncols() != width) {
            *stages = self.buffers(width);
        }
        stages
    }

    /// The sum over a chunk of samples.
    fn over<L: OutputLoss<T>>(
        &self,
        range: Range<usize>,
        loss: &L,
        zero: &L::Gradient,
    ) -> Result<Gradients<T, L::Gradient>> {
        let first = self.first.as_ref().map(|first| Products::zero(self.x, first.k()));
        let mut network: Vec<_> = self.at.iter().map(|part| DMatrix::zeros(part.nrows(), part.ncols())).collect();
        if first.is_some() {
            network[0] = DMatrix::zeros(0, 0);
        }
        let sizes = network.sizes();
        let mut sum = Gradients { value: T::zero(), first, network, loss: zero.clone() };
        let (mut stages, mut slopes, last) = (Vec::new(), Vec::new(), self.rows.len() - 1);
        for block in blocks(range, BLOCK) {
            let width = block.len();
            let x = self.forward(block.clone(), self.fitting(&mut stages, width))?;
            self.fitting(&mut slopes, width);
            sum.value += loss.block(block.clone(), &stages[last], &mut slopes[last], &mut sum.loss);
            Error::check_size("the gradient by the outputs", stages[last].shape(), slopes[last].shape())?;
            self.network.backward(self.at, x.as_view(), &stages, &mut slopes, &mut sum.network);
            Error::check_size("the gradient by the parameters of the network", sizes.clone(), sum.network.sizes())?;
            if let Some(first) = &mut sum.first {
                Error::check_size("the first slope of the network", (self.rows[0], width), slopes[0].shape())?;
                self.x.block(block).accumulate(view(&slopes[0]), first);
            }
        }
        Ok(sum)
    }

    /// All stages of a block of samples. Returns the samples (d×b), or none where the pass makes θ₀ᵀX of them.
    fn forward(&self, block: Range<usize>, stages: &mut [DMatrix<T>]) -> Result<DMatrix<T>> {
        let width = block.len();
        let x = match &self.first {
            Some(first) => {
                self.x.block(block).project(first, view_mut(&mut stages[0]));
                DMatrix::zeros(0, width)
            }
            None => self.x.dense(block),
        };
        self.network.forward(self.at, x.as_view(), stages)?;
        for (stage, &rows) in stages.iter().zip(&self.rows) {
            Error::check_size("a stage of the network", (rows, width), stage.shape())?;
        }
        match stages.last() {
            Some(h) if !h.iter().fold(true, |finite, h| finite & h.is_finite()) => {
                Err(Error::not_finite("the output of the network"))
            }
            _ => Ok(x),
        }
    }
}
