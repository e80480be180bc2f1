//! The trait of a loss of logits and targets.

use crate::data::Targets;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;
use std::fmt;
use std::ops::Range;

/// A loss ℓ(z, y) of the logits z = BᵀVᵀx + b (c numbers) of a sample and of its target y (c numbers).
///
/// [`loss`](Self::loss) is all that a head of your own needs. It should be smooth by z. The other methods have defaults
/// that serve every loss, and better answers make a fit faster.
///
/// The targets are numbers or classes. For a class y has 1 at its place and 0 elsewhere, one class against the rest.
///
/// ```
/// use admm_solvers::loss::Head;
///
/// #[derive(Debug)]
/// struct LogCosh;
/// impl Head<f64> for LogCosh {
///     fn loss(&self, logits: &mut [f64], target: &[f64]) -> f64 {
///         let mut sum = 0.0;
///         for (z, y) in logits.iter_mut().zip(target) {
///             let gap = *z - y;
///             sum += gap.cosh().ln();
///             *z = gap.tanh();
///         }
///         sum
///     }
/// }
/// # let mut z = [0.5];
/// # assert!(LogCosh.loss(&mut z, &[0.5]) == 0.0 && z[0] == 0.0);
/// ```
pub trait Head<T: Scalar>: fmt::Debug + Send + Sync {
    /// Returns ℓ(z, y) of one sample and overwrites the logits z (c) with the gradient by z.
    fn loss(&self, logits: &mut [T], target: &[T]) -> T;

    /// Checks the targets of the samples that count. They have passed the checks of [`Targets`] itself.
    ///
    /// # Errors
    /// [`Error::Parameters`](admm::Error::Parameters) for targets of the wrong kind or out of range, with the first
    /// sample of such.
    fn check(&self, _targets: &Targets<T>) -> Result<()> {
        Ok(())
    }

    /// Returns Σᵢ wᵢℓ(zᵢ, yᵢ) over a block and overwrites the logits (c×b, column by column) with share·wᵢ times the
    /// gradients. A pass calls it once a block.
    fn block(&self, logits: &mut [T], of: &Block<'_, T>) -> T {
        sample_by_sample(self, logits, of)
    }

    /// Returns the mean Hessian Σᵢ wᵢ∇²ℓ(zᵢ, yᵢ) (c×c) by the logits (c×m) of m samples, or a symmetric, semidefinite
    /// stand-in for it. The default takes differences of gradients.
    fn curvature(&self, logits: &DMatrix<T>, targets: &Targets<T>, weights: &[T]) -> DMatrix<T> {
        by_differences(self, logits, targets, weights)
    }

    /// Returns the largest eigenvalue that ∇²ℓ can have anywhere, if there is one and it is known.
    fn largest_curvature(&self) -> Option<T> {
        None
    }

    /// Returns the logits (c×1) that predict best without features, and the curvature of the loss by each logit there
    /// (c×1), for targets with these means (c×1), which for classes are their shares. They tell the start alone, and need
    /// not be accurate.
    fn constant(&self, means: &DMatrix<T>) -> (DMatrix<T>, DMatrix<T>) {
        let c = means.len();
        (DMatrix::zeros(c, 1), DMatrix::from_element(c, 1, T::one()))
    }

    /// Returns true if a number that is added to all logits of a sample changes nothing.
    fn ignores_shifts(&self) -> bool {
        false
    }

    /// Returns the classes that the features must not separate, completely or in part, if without a ridge the loss is to
    /// have a minimiser.
    fn separations(&self, _targets: &Targets<T>) -> Vec<Targets<T>> {
        Vec::new()
    }

    /// Makes predictions (c×n) of logits (c×n): means of the targets, or probabilities of classes.
    fn predict(&self, logits: DMatrix<T>) -> DMatrix<T> {
        logits
    }

    /// Returns true if targets that are numbers are labels 0 and 1, of which 1 is predicted where the logit is positive. The
    /// error then is the share of wrong ones, and 1 − R² otherwise.
    fn predicts_labels(&self) -> bool {
        false
    }
}

/// The number of independent directions in which c logits move the loss.
pub(crate) fn directions<T: Scalar>(head: &dyn Head<T>, logits: usize) -> usize {
    if head.ignores_shifts() { logits.saturating_sub(1) } else { logits }
}

/// A block of samples.
#[derive(Debug, Clone)]
pub struct Block<'a, T: Scalar> {
    /// The targets of all samples.
    pub targets: &'a Targets<T>,
    /// The weights of all samples.
    pub weights: &'a [T],
    /// The numbers of the samples of the block.
    pub samples: Range<usize>,
    /// A factor of the gradients.
    pub share: T,
}

/// [`Head::block`] from [`Head::loss`].
pub(super) fn sample_by_sample<T: Scalar, H: Head<T> + ?Sized>(head: &H, logits: &mut [T], of: &Block<'_, T>) -> T {
    let mut target = vec![T::zero(); of.targets.width()];
    let mut total = T::zero();
    for (z, sample) in logits.chunks_exact_mut(target.len()).zip(of.samples.clone()) {
        let weight = of.weights[sample];
        of.targets.write(sample, &mut target);
        total += weight * head.loss(z, &target);
        z.iter_mut().for_each(|slope| *slope *= of.share * weight);
    }
    total
}

/// Σᵢ wᵢ∇²ℓ by central differences of ∇ℓ, made symmetric.
fn by_differences<T: Scalar, H: Head<T> + ?Sized>(
    head: &H,
    logits: &DMatrix<T>,
    targets: &Targets<T>,
    weights: &[T],
) -> DMatrix<T> {
    let c = logits.nrows();
    let (mut mean, mut target) = (DMatrix::zeros(c, c), vec![T::zero(); c]);
    for (sample, z) in logits.column_iter().enumerate() {
        targets.write(sample, &mut target);
        for j in 0..c {
            let length = T::EPSILON.cbrt() * (T::one() + z[j].abs());
            let slope = |length: T| {
                let mut there = z.clone_owned();
                there[j] += length;
                head.loss(there.as_mut_slice(), &target);
                there
            };
            let change = (slope(length) - slope(-length)) * (weights[sample] / (length + length));
            let mut column = mean.column_mut(j);
            column += change;
        }
    }
    (&mean + mean.transpose()) * T::of(0.5)
}
