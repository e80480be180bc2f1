//! The trait of what can stand between the features and the reduction.

use super::start::uniform;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::{DMatrix, DMatrixView};
use std::fmt;

/// A parametric map h(x; θ) from d features to p outputs, for a block of b samples at a time.
///
/// The parameters θ are a list of matrices. [`Layers`](super::Layers) are the networks of this library. For one of your
/// own write what it computes and its vector–Jacobian product, for both precisions at once, and give it to
/// [`Builder::network`](crate::joint::Builder::network). [`check_network`](super::check_network) holds the product
/// against Taylor's theorem.
///
/// ```
/// use admm::nalgebra::{DMatrix, DMatrixView};
/// use admm::{Exec, Result};
/// use admm_solvers::Scalar;
/// use admm_solvers::network::{Network, check_network};
///
/// /// hⱼ = θⱼxⱼ², one output a feature.
/// #[derive(Debug)]
/// struct Squares(usize);
/// impl<T: Scalar> Network<T> for Squares {
///     fn inputs(&self) -> usize {
///         self.0
///     }
///     fn sizes(&self) -> Vec<(usize, usize)> {
///         vec![(self.0, 1)]
///     }
///     fn stages(&self) -> Vec<usize> {
///         vec![self.0]
///     }
///     fn forward(&self, at: &[DMatrix<T>], x: DMatrixView<'_, T>, stages: &mut [DMatrix<T>]) -> Result<()> {
///         stages[0] = DMatrix::from_fn(self.0, x.ncols(), |j, i| at[0][j] * x[(j, i)] * x[(j, i)]);
///         Ok(())
///     }
///     fn backward(
///         &self,
///         _: &[DMatrix<T>],
///         x: DMatrixView<'_, T>,
///         _: &[DMatrix<T>],
///         slopes: &mut [DMatrix<T>],
///         gradient: &mut [DMatrix<T>],
///     ) {
///         for (slope, x) in slopes[0].column_iter().zip(x.column_iter()) {
///             gradient[0] += slope.component_mul(&x.component_mul(&x));
///         }
///     }
/// }
///
/// let x = DMatrix::from_fn(3, 20, |j, i| ((i + 2 * j) as f64).sin()).into();
/// check_network(&Squares(3), &[DMatrix::from_element(3, 1, 0.5)], &x)?.assert();
/// # Ok::<(), admm::Error>(())
/// ```
pub trait Network<T: Scalar>: fmt::Debug + Send + Sync {
    /// Returns d, the number of features that it takes.
    fn inputs(&self) -> usize;

    /// Returns the sizes of the matrices of θ.
    fn sizes(&self) -> Vec<(usize, usize)>;

    /// Returns the rows of the matrices that [`forward`](Self::forward) leaves for [`backward`](Self::backward). The
    /// last matrix is h (p×b).
    fn stages(&self) -> Vec<usize>;

    /// Computes all stages for a block of samples x (d×b). They come with numbers of another block in them.
    ///
    /// # Errors
    /// Any error ends the evaluation. Outputs that are not finite need none.
    fn forward(&self, at: &[DMatrix<T>], x: DMatrixView<'_, T>, stages: &mut [DMatrix<T>]) -> Result<()>;

    /// Adds the gradient by θ of a loss ℓ of the outputs for the same block.
    ///
    /// The matrices `slopes` have the sizes of the stages. The last one is ∂ℓ/∂h (p×b), the others are memory to work in.
    fn backward(
        &self,
        at: &[DMatrix<T>],
        x: DMatrixView<'_, T>,
        stages: &[DMatrix<T>],
        slopes: &mut [DMatrix<T>],
        gradient: &mut [DMatrix<T>],
    );

    /// Draws θ for a start. The default is uniform in ±√(6/(m + p)) for a matrix of size m×p (Glorot and Bengio,
    /// "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16).
    fn initial(&self, seed: u64) -> Vec<DMatrix<T>> {
        uniform(&self.sizes(), seed)
    }

    /// Returns a penalty of θ, such as a ridge, and adds its gradient. None by default.
    fn penalty(&self, _at: &[DMatrix<T>], _gradient: &mut [DMatrix<T>]) -> T {
        T::zero()
    }

    /// Returns true if x enters by θ₀ᵀx alone. Then the pass makes that product, for features of every storage and
    /// without a copy. `forward` finds it in the first stage, and `backward` leaves ∂ℓ/∂(θ₀ᵀx) in the first slope. The
    /// gradient by θ₀ is the pass's, and x has no rows. False by default.
    fn begins_with_product(&self) -> bool {
        false
    }

    /// Names a matrix of θ for errors, counted from 0.
    fn name(&self, matrix: usize) -> String {
        format!("matrix {} of the network", matrix + 1)
    }
}
