//! The covariance, divided by its trace: a matrix without units, whose eigenvalues are shares of the variance.

use crate::chunks::blocks;
use crate::data::{BLOCK, Features, Folded, Products, Samples};
use crate::linalg::{inner_products, symmetric_eigen, thin_qr, top_eigen, top_eigen_of};
use crate::scalar::Scalar;
use crate::view::{lower_product, transposed_product_on, view, view_mut};
use admm::{Error, Exec, Result};
use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::{DMatrix, DVector};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// The largest d for which [`Covariance::of`] forms Σ: 4096² numbers take 128 MiB.
const LARGEST_DENSE: usize = 4096;

/// Σ/tr Σ (d×d) with Σ = Σᵢ wᵢ xᵢxᵢᵀ of centred samples: formed once, or applied by a pass over the samples each time.
#[derive(Debug, Clone)]
pub struct Covariance<T: Scalar> {
    form: Form<T>,
    trace: T,
}

/// The last W that a formed Σ was multiplied by, and ΣW: methods ask for the value and then for the gradient at one W.
type Last<T> = Arc<Mutex<Option<(DMatrix<T>, DMatrix<T>)>>>;

#[derive(Debug, Clone)]
enum Form<T: Scalar> {
    /// Σ/tr Σ, the threads of its products, and the last of them.
    Dense { normalised: DMatrix<T>, exec: Exec, last: Last<T> },
    /// ΣW = Σᵢ wᵢ xᵢ(xᵢᵀW).
    MatrixFree(Samples<T>),
}

impl<T: Scalar> Covariance<T> {
    /// Returns the covariance of centred samples: formed in one pass for d ≤ 4096, and
    /// [`matrix_free`](Self::matrix_free) for more features.
    ///
    /// # Errors
    /// [`Error::Numerical`] where all samples are equal: there is no variance to keep.
    pub fn of(samples: &Samples<T>) -> Result<Self> {
        if samples.x.nrows() > LARGEST_DENSE { Self::matrix_free(samples) } else { Self::dense(samples) }
    }

    /// Σ formed in one pass, whatever d: each product ΣW then takes 2d²k operations and no pass.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub fn dense(samples: &Samples<T>) -> Result<Self> {
        Covariance::formed_on(second_moment(samples), &samples.exec)
    }

    /// Σ never formed: each product ΣW takes a pass and 4ndk operations, its chunks added in a fixed tree.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub fn matrix_free(samples: &Samples<T>) -> Result<Self> {
        let trace = samples.sum(|range| {
            let squares = range.map(|i| samples.weights[i] * samples.x.squared_norm(i));
            DMatrix::from_element(1, 1, squares.fold(T::zero(), |sum, square| sum + square))
        })[0];
        check_trace(trace)?;
        Ok(Covariance { form: Form::MatrixFree(samples.clone()), trace })
    }

    /// A precomputed Σ (d×d).
    ///
    /// # Errors
    /// A matrix that is not square, not finite, or whose trace is not positive.
    pub fn from_matrix(sigma: DMatrix<T>) -> Result<Self> {
        Covariance::formed_on(sigma, &Exec::Serial)
    }
    fn formed_on(sigma: DMatrix<T>, exec: &Exec) -> Result<Self> {
        let (rows, columns) = sigma.shape();
        Error::check_size("covariance", (rows, rows), (rows, columns))?;
        let trace = sigma.trace();
        if sigma.iter().any(|entry| !entry.is_finite()) {
            return Err(Error::not_finite("the covariance"));
        }
        check_trace(trace)?;
        let symmetric = (&sigma + sigma.transpose()) * T::of(0.5);
        let form = Form::Dense { normalised: symmetric / trace, exec: exec.clone(), last: Last::default() };
        Ok(Covariance { form, trace })
    }

    /// Returns d, the number of features.
    pub fn dimension(&self) -> usize {
        match &self.form {
            Form::Dense { normalised, .. } => normalised.nrows(),
            Form::MatrixFree(samples) => samples.x.nrows(),
        }
    }
    /// tr Σ, the variance.
    pub fn trace(&self) -> T {
        self.trace
    }
    /// Passes over the data that a product takes.
    pub fn passes(&self) -> u64 {
        match self.form {
            Form::Dense { .. } => 0,
            Form::MatrixFree(_) => 1,
        }
    }
    /// Returns true if a product takes a pass over the given samples.
    pub(crate) fn reads(&self, samples: &Samples<T>) -> bool {
        matches!(&self.form, Form::MatrixFree(own) if own.is(samples))
    }
    /// Σ̃/tr Σ of a batch, where a product takes a pass.
    pub(crate) fn of_batch(&self, batch: &Samples<T>) -> Option<Self> {
        (self.passes() > 0).then(|| Covariance { form: Form::MatrixFree(batch.clone()), trace: self.trace })
    }
    /// Returns the product ΣW/tr Σ.
    ///
    /// # Panics
    /// If W does not have d rows.
    pub fn times(&self, w: &DMatrix<T>) -> DMatrix<T> {
        assert_eq!(w.nrows(), self.dimension(), "a row of W for each feature");
        match &self.form {
            Form::Dense { normalised, exec, last } => remembered(last, w, || symmetric_product(exec, normalised, w)),
            Form::MatrixFree(samples) => {
                let (x, w) = (&samples.x, samples.x.fold(w));
                samples.sum(|range| weighted_products(x, &samples.weights, &w, range)).unfold(x) / self.trace
            }
        }
    }
    /// tr(WᵀΣW)/tr Σ, which is a share of the variance only for orthonormal W.
    ///
    /// # Panics
    /// If W does not have d rows.
    pub fn captured(&self, w: &DMatrix<T>) -> T {
        w.dot(&self.times(w))
    }
    /// The share of the variance in the span of W (d×k).
    ///
    /// # Errors
    /// [`Error::Size`] if W does not have d rows, and the errors of [`thin_qr`].
    pub fn explained(&self, w: &DMatrix<T>) -> Result<T> {
        Error::check_size("W", (self.dimension(), w.ncols()), w.shape())?;
        Ok(self.captured(&thin_qr(w)?.0))
    }
    /// The k leading eigenvalues and eigenvectors.
    ///
    /// # Errors
    /// [`Error::Parameters`] for a k that is not between 1 and d, and [`Error::Numerical`] where no method converges.
    pub fn top(&self, k: usize) -> Result<(DVector<T>, DMatrix<T>)> {
        match &self.form {
            Form::Dense { normalised, .. } => top_eigen(normalised, k),
            Form::MatrixFree(samples) => top_eigen_of(samples.x.nrows(), k, |w| self.times(w), || self.formed()),
        }
    }
    /// All eigenvalues, descending, and their eigenvectors. Forms Σ, since that many vectors take as much memory.
    ///
    /// # Errors
    /// [`Error::Numerical`] where no method converges.
    pub fn eigen(&self) -> Result<(DVector<T>, DMatrix<T>)> {
        match &self.form {
            Form::Dense { normalised, .. } => symmetric_eigen(normalised),
            Form::MatrixFree(_) => symmetric_eigen(&self.formed()),
        }
    }
    fn formed(&self) -> DMatrix<T> {
        match &self.form {
            Form::Dense { normalised, .. } => normalised.clone(),
            Form::MatrixFree(samples) => second_moment(samples) / self.trace,
        }
    }
}

/// The product with W: the last one, if that was of the same W.
fn remembered<T: Scalar>(last: &Last<T>, w: &DMatrix<T>, product: impl FnOnce() -> DMatrix<T>) -> DMatrix<T> {
    let last = || last.lock().expect("no thread panics while it holds this");
    if let Some((_, product)) = last().as_ref().filter(|(of, _)| of == w) {
        return product.clone();
    }
    let product = product();
    *last() = Some((w.clone(), product.clone()));
    product
}

/// Up to so many columns of W a product with Σ takes as long as reading Σ does.
const NARROW: usize = 8;
/// Columns of Σ that one thread takes at once, and those that stay in its cache.
const STRIP: usize = 128;
const PANEL: usize = 32;

/// ΣW, strips of columns of Σ made on these threads and summed in their order. For few columns of W only the lower
/// triangle is read from memory.
fn symmetric_product<T: Scalar>(exec: &Exec, sigma: &DMatrix<T>, w: &DMatrix<T>) -> DMatrix<T> {
    let (d, k) = w.shape();
    if k > NARROW {
        return transposed_product_on(exec, sigma, w);
    }
    let strips: Vec<Range<usize>> = blocks(0..d, STRIP).collect();
    let parts = exec.map(strips.len(), |i| lower_strip(sigma, w, strips[i].clone()));
    let mut product = DMatrix::zeros(d, k);
    strips.iter().zip(parts).for_each(|(strip, part)| {
        let mut rows = product.rows_mut(strip.start, d - strip.start);
        rows += part;
    });
    product
}

/// Returns the part of ΣW that comes from a strip of columns of the lower triangle of Σ and from the same rows of the
/// upper triangle. It begins at the first row of the strip.
fn lower_strip<T: Scalar>(sigma: &DMatrix<T>, w: &DMatrix<T>, strip: Range<usize>) -> DMatrix<T> {
    let (d, k) = w.shape();
    let (first, w) = (strip.start, view(w));
    let mut part = DMatrix::zeros(d - first, k);
    let mut inner = DMatrix::zeros(k, PANEL);
    for panel in blocks(strip, PANEL) {
        let (start, end, width) = (panel.start, panel.end, panel.len());
        let columns = view(sigma).subcols(start, width);
        let of_panel = view_mut(&mut inner).subcols_mut(0, width);
        inner_products(of_panel, w.subrows(start, d - start), columns.subrows(start, d - start));
        (0..width).for_each(|j| (0..k).for_each(|q| part[(start - first + j, q)] += inner[(q, j)]));
        let below = view_mut(&mut part).subrows_mut(end - first, d - end);
        matmul(below, Accum::Add, columns.subrows(end, d - end), w.subrows(start, width), T::one(), Par::Seq);
    }
    part
}

fn check_trace<T: Scalar>(trace: T) -> Result<()> {
    if !trace.is_finite() {
        return Err(Error::not_finite("the covariance"));
    }
    if trace <= T::zero() {
        return Err(Error::numerical("the data", "have no variance: all samples are equal"));
    }
    Ok(())
}

/// Σᵢ wᵢ xᵢxᵢᵀ, its lower triangle computed and mirrored. Few partial sums exist at once, because each
/// has d² numbers.
fn second_moment<T: Scalar>(samples: &Samples<T>) -> DMatrix<T> {
    let Samples { x, weights, .. } = samples;
    let mut moment = if x.is_sparse() {
        let sums = samples.sum_sparingly(|range| sparse_moments(x, weights, range));
        x.centred_moment(sums, samples.total_weight())
    } else {
        samples.sum_sparingly(|range| dense_moment(x, weights, range))
    };
    moment.fill_upper_triangle_with_lower_triangle();
    moment
}

/// The lower triangle for dense samples, in copies of a few at a time.
fn dense_moment<T: Scalar>(x: &Features<T>, weights: &[T], range: Range<usize>) -> DMatrix<T> {
    let mut moment = DMatrix::zeros(x.nrows(), x.nrows());
    for block in blocks(range, 4 * BLOCK) {
        let z = x.dense(block.clone());
        let mut weighted = z.clone();
        weighted.column_iter_mut().zip(&weights[block]).for_each(|(mut column, &weight)| column *= weight);
        lower_product(&mut moment, &weighted, &z);
    }
    moment
}

/// The lower triangle of Σᵢ wᵢ xᵢxᵢᵀ for sparse samples before scaling, and to its right Σᵢ wᵢ xᵢ.
fn sparse_moments<T: Scalar>(x: &Features<T>, weights: &[T], range: Range<usize>) -> DMatrix<T> {
    let d = x.nrows();
    let mut moments = DMatrix::zeros(d, d + 1);
    for sample in range {
        x.visit(sample, |j, value| {
            let weighted = weights[sample] * value;
            moments[(j, d)] += weighted;
            x.visit(sample, |i, other| moments[(i, j)] += if i >= j { weighted * other } else { T::zero() });
        });
    }
    moments
}

/// Σᵢ wᵢ xᵢ(xᵢᵀW) over a range of samples.
pub(super) fn weighted_products<T: Scalar>(
    x: &Features<T>,
    weights: &[T],
    w: &Folded<T>,
    range: Range<usize>,
) -> Products<T> {
    let mut products = Products::zero(x, w.k());
    let mut reduced = DMatrix::zeros(w.k(), BLOCK);
    for block in blocks(range, BLOCK) {
        let samples = x.block(block.clone());
        samples.project(w, view_mut(&mut reduced).subcols_mut(0, block.len()));
        reduced.column_iter_mut().zip(&weights[block.clone()]).for_each(|(mut column, &weight)| column *= weight);
        samples.accumulate(view(&reduced).subcols(0, block.len()), &mut products);
    }
    products
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;

    #[test]
    fn products_are_the_naive_ones_at_one_w_after_another_and_have_the_same_bits_on_threads() {
        for (d, k) in [(1, 1), (5, 2), (300, 5), (300, 20)] {
            let x = scattered::<f64>(d, 40, 1);
            let on = |threads| {
                let exec = Exec::threads(threads).unwrap();
                Covariance::dense(&Samples::new(x.clone(), &[0; 40], vec![0.025; 40], 1, exec).unwrap()).unwrap()
            };
            let (sigma, covariance, other) = (&x * x.transpose() * 0.025, on(1), on(3));
            for seed in [2, 2, 3, 2] {
                let w = scattered::<f64>(d, k, seed);
                let naive = &sigma * &w / sigma.trace();
                assert!((covariance.times(&w) - &naive).norm() <= 1e-14 * d as f64 * naive.norm());
                assert_eq!(covariance.times(&w), other.times(&w));
            }
        }
    }
}
