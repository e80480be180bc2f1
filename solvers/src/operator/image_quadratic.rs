//! Least squares on images, solved in the domain of a transform.

use super::transform::{Cosine, Transform};
use super::{CircularConvolution, CircularGradient, ImageGradient, Multiple};
use crate::linalg;
use crate::scalar::Scalar;
use admm::infeasibility::{Recession, Support};
use admm::operator::{Adjoint, Operator};
use admm::space::Space;
use admm::{Cost, Error, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of ½‖Kx − b‖² on images (h×w), coupled through their gradient D.
///
/// | Constructor | K | D | transform |
/// |---|---|---|---|
/// | [`denoising`](Self::denoising) | the identity | [`ImageGradient`], no step across the border | cosine (DCT-II) |
/// | [`deconvolution`](Self::deconvolution) | [`CircularConvolution`] | [`CircularGradient`] | Fourier |
///
/// The argmin solves (KᵀK + ρDᵀD)x = Kᵀb + ρDᵀv. The transform makes both products diagonal, so a call takes
/// O(hw log hw) and no matrix is formed. See Wang, Yang, Yin and Zhang, "A new alternating minimization algorithm for
/// total variation image reconstruction" (2008, §2.1), and for the cosine transform Ng, Chan and Tang, "A fast algorithm
/// for deblurring models with Neumann boundary conditions" (1999). A signal is an image of one column.
///
/// Against the 1-norm of the gradient it is anisotropic total variation, against the sum of the norms of its columns the
/// isotropic one.
///
/// # Errors
/// `argmin` reports [`Error::Size`] for a target or an image of another size, and [`Error::Numerical`] for a system that
/// is singular to rounding: a kernel whose entries sum to 0, or a penalty out of all proportion.
#[derive(Clone)]
pub struct ImageQuadratic<T: Scalar, K, D> {
    operator: K,
    gradient: D,
    b: DMatrix<T>,
    /// The product Kᵀb.
    right: DMatrix<T>,
    transform: Transform<T>,
    /// The eigenvalues of KᵀK and of DᵀD.
    eigenvalues: [DMatrix<T>; 2],
    /// ρ, and the inverse of the system for it.
    kept: Option<(T, DMatrix<T>)>,
}

impl<T: Scalar> ImageQuadratic<T, Multiple<T>, ImageGradient> {
    /// ½‖x − b‖² against the differences of neighbours within the image.
    ///
    /// # Errors
    /// [`Error::Numerical`] for an image without pixels, and [`Error::NotFinite`] for one that is not finite.
    pub fn denoising(b: DMatrix<T>) -> Result<Self> {
        linalg::check(&b, "an image")?;
        let transform = Cosine::new(b.shape());
        let differences = transform.differences();
        let ones = differences.map(|_| T::one());
        let gradient = ImageGradient { height: b.nrows(), width: b.ncols() };
        Ok(Self::of(Multiple(T::one()), gradient, b, Transform::Cosine(transform), [ones, differences]))
    }
}

impl<T: Scalar> ImageQuadratic<T, CircularConvolution<T>, CircularGradient> {
    /// ½‖k ∗ x − b‖² against the differences of neighbours, all circular.
    ///
    /// # Errors
    /// Those of [`CircularConvolution::new`], and [`Error::NotFinite`] for an image that is not finite.
    pub fn deconvolution(kernel: &DMatrix<T>, b: DMatrix<T>) -> Result<Self> {
        linalg::check(&b, "an image")?;
        let operator = CircularConvolution::new(kernel, b.shape())?;
        let (transform, power) = operator.power();
        let differences = transform.differences();
        let gradient = CircularGradient { height: b.nrows(), width: b.ncols() };
        Ok(Self::of(operator, gradient, b, Transform::Fourier(transform), [power, differences]))
    }
}

impl<T: Scalar, K: Operator<T>, D: Operator<T>> ImageQuadratic<T, K, D> {
    fn of(operator: K, gradient: D, b: DMatrix<T>, transform: Transform<T>, eigenvalues: [DMatrix<T>; 2]) -> Self {
        let right = operator.transposed(&b);
        ImageQuadratic { operator, gradient, b, right, transform, eigenvalues, kept: None }
    }

    /// 1/(κ + ρδ) for the eigenvalues κ of KᵀK and δ of DᵀD, over the pixels of the transform.
    fn inverse(&self, rho: T) -> Result<DMatrix<T>> {
        let [fit, differences] = &self.eigenvalues;
        let system = fit.zip_map(differences, |fit, difference| fit + rho * difference);
        let (least, largest) = (system.min(), system.max());
        if least > largest * T::EPSILON && largest.is_finite() {
            let count = T::of(self.b.len() as f64);
            return Ok(system.map(|entry| (entry * count).recip()));
        }
        Err(Error::numerical("the system of an image", format!("is singular to rounding at the penalty {rho}")))
    }
}

impl<T: Scalar, K: Operator<T>, D: Operator<T>> Subproblem<T> for ImageQuadratic<T, K, D> {
    type Var = DMatrix<T>;
    type Image = DMatrix<T>;

    fn value(&self, x: &DMatrix<T>) -> Result<T> {
        Error::check_size("the variable of an image", self.b.shape(), x.shape())?;
        Ok((self.operator.apply(x) - &self.b).norm_squared() * T::of(0.5))
    }
    fn argmin(&self, x: &mut DMatrix<T>, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        Error::check_size("the variable of an image", self.b.shape(), x.shape())?;
        to.check_size(self.gradient.range(self.b.shape())?)?;
        let fresh;
        let inverse = match &self.kept {
            Some((rho, inverse)) if *rho == to.rho => inverse,
            _ => {
                fresh = self.inverse(to.rho)?;
                &fresh
            }
        };
        let mut right = self.gradient.transposed(to.v);
        right.zip_apply(&self.right, |pull, fit| *pull = fit + to.rho * *pull);
        *x = self.transform.filtered(&right, inverse);
        if !x.is_finite() {
            return Err(Error::not_finite("the new image"));
        }
        Ok(Solved::exactly(Cost { steps: 1, passes: 0 }))
    }
    fn image(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.gradient.apply(x)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.kept = Some((rho, self.inverse(rho)?));
        Ok(())
    }
    fn adjoint(&self, y: &DMatrix<T>) -> Result<Adjoint<T>> {
        Ok(Adjoint::of(&self.gradient.transposed(y)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        Some(Support::everywhere(self.gradient.transposed(y).euclidean_norm() / norm(&self.eigenvalues[1])))
    }
    fn recession(&self, from: &DMatrix<T>, to: &DMatrix<T>) -> Option<Recession<T>> {
        let by = to - from;
        let violation = self.operator.apply(&by).euclidean_norm() / norm(&self.eigenvalues[0]);
        Some(Recession { value: T::zero(), violation, length: by.euclidean_norm() }.through(norm(&self.eigenvalues[1])))
    }
}

/// The norm of an operator with these eigenvalues of KᵀK, and 1 for the operator 0.
fn norm<T: Scalar>(eigenvalues: &DMatrix<T>) -> T {
    let norm = eigenvalues.max().sqrt();
    if norm > T::zero() { norm } else { T::one() }
}
