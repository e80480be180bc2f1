//! Convolution with circular borders.

use super::check_domain;
use super::transform::Fourier;
use crate::linalg;
use crate::scalar::Scalar;
use admm::operator::Operator;
use admm::{Error, Result};
use nalgebra::DMatrix;
use realfft::num_complex::Complex;

/// The circular convolution x ↦ k ∗ x of images (h×w), by the Fourier transform. A signal is an image of one column.
///
/// The entry (i, j) of k ∗ x is Σ k(a, b) x(i + c − a, j + d − b), with indices modulo h and w. Here (c, d) is the centre
/// of the kernel k, whose size m×n gives c = ⌊m/2⌋ and d = ⌊n/2⌋. ‖K‖ is the largest absolute value of the transform of
/// k, at most Σ |k(a, b)|.
#[derive(Clone)]
pub struct CircularConvolution<T: Scalar> {
    size: (usize, usize),
    transform: Fourier<T>,
    /// The spectrum of the kernel, divided by hw.
    response: DMatrix<Complex<T>>,
}

impl<T: Scalar> CircularConvolution<T> {
    /// The convolution of images of the given size with a kernel that is no larger.
    ///
    /// # Errors
    /// [`Error::Size`] for a kernel that is larger than the image, [`Error::Numerical`] for one without entries, and
    /// [`Error::NotFinite`] for one with entries that are not finite.
    pub fn new(kernel: &DMatrix<T>, size: (usize, usize)) -> Result<Self> {
        let (m, n) = kernel.shape();
        linalg::check(kernel, "the kernel of a convolution")?;
        Error::check_size("the kernel of a convolution", (m.min(size.0), n.min(size.1)), (m, n))?;
        let mut first = DMatrix::zeros(size.0, size.1);
        for (a, b) in (0..m).flat_map(|a| (0..n).map(move |b| (a, b))) {
            first[((a + size.0 - m / 2) % size.0, (b + size.1 - n / 2) % size.1)] = kernel[(a, b)];
        }
        let transform = Fourier::new(size);
        let scale = T::of(1.0 / (size.0 * size.1) as f64);
        let response = transform.spectrum(&first).map(|entry| entry * scale);
        Ok(CircularConvolution { size, transform, response })
    }

    /// The transform of images, and the eigenvalues of KᵀK.
    pub(super) fn power(&self) -> (Fourier<T>, DMatrix<T>) {
        let count = T::of((self.size.0 * self.size.1) as f64);
        (self.transform.clone(), self.response.map(|entry| (entry * count).norm_sqr()))
    }
}

impl<T: Scalar> Operator<T> for CircularConvolution<T> {
    fn range(&self, domain: (usize, usize)) -> Result<(usize, usize)> {
        check_domain(self.size, domain)?;
        Ok(domain)
    }
    fn apply(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.transform.image(self.transform.spectrum(x).component_mul(&self.response))
    }
    fn transposed(&self, y: &DMatrix<T>) -> DMatrix<T> {
        let spectrum = self.transform.spectrum(y);
        self.transform.image(spectrum.zip_map(&self.response, |entry, response| entry * response.conj()))
    }
}
