//! The transforms of images that make their differences diagonal.

use crate::scalar::Scalar;
use nalgebra::DMatrix;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};
use std::f64::consts::PI;
use std::sync::Arc;

/// The transforms of a real vector of n ≥ 1 numbers, in scratch memory of their own.
#[derive(Clone)]
struct Line<T> {
    length: usize,
    forward: Arc<dyn RealToComplex<T>>,
    backward: Arc<dyn ComplexToReal<T>>,
}

impl<T: Scalar> Line<T> {
    fn new(length: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        Line { length, forward: planner.plan_fft_forward(length), backward: planner.plan_fft_inverse(length) }
    }

    /// The coefficients 0 to ⌊n/2⌋ of every column. The columns are overwritten.
    fn forward(&self, x: &mut DMatrix<T>) -> DMatrix<Complex<T>> {
        let (half, mut scratch) = (self.length / 2 + 1, self.forward.make_scratch_vec());
        let mut spectrum = DMatrix::from_element(half, x.ncols(), Complex::new(T::zero(), T::zero()));
        let columns = x.as_mut_slice().chunks_exact_mut(self.length);
        for (column, spectrum) in columns.zip(spectrum.as_mut_slice().chunks_exact_mut(half)) {
            self.forward.process_with_scratch(column, spectrum, &mut scratch).expect("the sizes are those of the plan");
        }
        spectrum
    }

    /// n times the columns that have these coefficients, which are overwritten.
    fn backward(&self, spectrum: &mut DMatrix<Complex<T>>) -> DMatrix<T> {
        let (half, mut scratch) = (self.length / 2 + 1, self.backward.make_scratch_vec());
        let mut x = DMatrix::zeros(self.length, spectrum.ncols());
        let spectra = spectrum.as_mut_slice().chunks_exact_mut(half);
        for (column, spectrum) in x.as_mut_slice().chunks_exact_mut(self.length).zip(spectra) {
            // Real to rounding, and the plan refuses what is not.
            spectrum[0].im = T::zero();
            if self.length.is_multiple_of(2) {
                spectrum[half - 1].im = T::zero();
            }
            self.backward
                .process_with_scratch(spectrum, column, &mut scratch)
                .expect("the sizes are those of the plan");
        }
        x
    }
}

/// A transform that makes some operators on images diagonal, with real eigenvalues.
#[derive(Clone)]
pub(crate) enum Transform<T> {
    /// Those that commute with circular shifts.
    Fourier(Fourier<T>),
    /// Those that do so on the image with its mirror images around it.
    Cosine(Cosine<T>),
}

impl<T: Scalar> Transform<T> {
    /// Both, for images of a size that is not 0.
    pub(crate) fn all(size: (usize, usize)) -> [Self; 2] {
        [Transform::Fourier(Fourier::new(size)), Transform::Cosine(Cosine::new(size))]
    }

    /// hw times the image of the coefficients of x times real numbers.
    pub(crate) fn filtered(&self, x: &DMatrix<T>, factors: &DMatrix<T>) -> DMatrix<T> {
        match self {
            Transform::Fourier(fourier) => fourier.filtered(x, factors),
            Transform::Cosine(cosine) => cosine.filtered(x, factors),
        }
    }

    /// The eigenvalues of a diagonal operator that makes `image` of an image x without a coefficient 0.
    pub(crate) fn eigenvalues(&self, image: &DMatrix<T>, x: &DMatrix<T>) -> DMatrix<T> {
        match self {
            Transform::Fourier(of) => of.spectrum(image).zip_map(&of.spectrum(x), |image, x| (image / x).re),
            Transform::Cosine(of) => of.coefficients(image).component_div(&of.coefficients(x)),
        }
    }
}

/// The discrete Fourier transform of real images (h×w).
///
/// A spectrum is w×(⌊h/2⌋ + 1): its rows are the frequencies along a row of the image, its columns those along a column,
/// of which the conjugates are left out.
#[derive(Clone)]
pub(crate) struct Fourier<T> {
    down: Line<T>,
    across: [Arc<dyn Fft<T>>; 2],
}

impl<T: Scalar> Fourier<T> {
    /// The transform of images of a size that is not 0.
    pub(crate) fn new((height, width): (usize, usize)) -> Self {
        let mut planner = FftPlanner::new();
        let across = [planner.plan_fft_forward(width), planner.plan_fft_inverse(width)];
        Fourier { down: Line::new(height), across }
    }

    pub(crate) fn spectrum(&self, x: &DMatrix<T>) -> DMatrix<Complex<T>> {
        let mut spectrum = self.down.forward(&mut x.clone()).transpose();
        self.across[0].process(spectrum.as_mut_slice());
        spectrum
    }

    /// hw times the image of this spectrum.
    pub(crate) fn image(&self, mut spectrum: DMatrix<Complex<T>>) -> DMatrix<T> {
        self.across[1].process(spectrum.as_mut_slice());
        self.down.backward(&mut spectrum.transpose())
    }

    /// The image of the spectrum of x times real numbers.
    pub(crate) fn filtered(&self, x: &DMatrix<T>, factors: &DMatrix<T>) -> DMatrix<T> {
        let mut spectrum = self.spectrum(x);
        spectrum.zip_apply(factors, |entry, factor| *entry *= factor);
        self.image(spectrum)
    }

    /// The eigenvalues 4 sin²(πi/h) + 4 sin²(πj/w) of DᵀD for circular differences D.
    pub(crate) fn differences(&self) -> DMatrix<T> {
        let (height, width) = (self.down.length, self.across[0].len());
        DMatrix::from_fn(width, height / 2 + 1, |j, i| T::of(curvature(i, height) + curvature(j, width)))
    }
}

/// The discrete cosine transform of images (h×w), of type II: Σ xₙ cos(πk(2n + 1)/2N) along both axes.
///
/// It is computed by a real Fourier transform of the same length, of the even entries followed by the odd ones backwards
/// (Makhoul, "A fast cosine transform in one and two dimensions", 1980). Coefficients are w×h.
#[derive(Clone)]
pub(crate) struct Cosine<T> {
    down: CosineLine<T>,
    across: CosineLine<T>,
}

#[derive(Clone)]
struct CosineLine<T> {
    line: Line<T>,
    /// The numbers exp(−iπk/2n) for k up to ⌊n/2⌋.
    turns: Vec<Complex<T>>,
}

impl<T: Scalar> CosineLine<T> {
    fn new(length: usize) -> Self {
        let angle = |k: usize| PI * k as f64 / (2 * length) as f64;
        let turns = (0..=length / 2).map(|k| Complex::new(T::of(angle(k).cos()), T::of(-angle(k).sin()))).collect();
        CosineLine { line: Line::new(length), turns }
    }

    /// The coefficients of every column.
    fn forward(&self, x: &DMatrix<T>) -> DMatrix<T> {
        let n = self.line.length;
        let mut folded = DMatrix::zeros(n, x.ncols());
        for (to, from) in folded.as_mut_slice().chunks_exact_mut(n).zip(x.as_slice().chunks_exact(n)) {
            let (even, odd) = to.split_at_mut(n.div_ceil(2));
            even.iter_mut().zip(from.iter().step_by(2)).for_each(|(to, from)| *to = *from);
            odd.iter_mut().rev().zip(from[1.min(n)..].iter().step_by(2)).for_each(|(to, from)| *to = *from);
        }
        let spectrum = self.line.forward(&mut folded);
        let half = self.turns.len();
        for (to, from) in folded.as_mut_slice().chunks_exact_mut(n).zip(spectrum.as_slice().chunks_exact(half)) {
            for (k, (&turn, &entry)) in self.turns.iter().zip(from).enumerate() {
                let turned = turn * entry;
                if k > 0 {
                    to[n - k] = -turned.im;
                }
                to[k] = turned.re;
            }
        }
        folded
    }

    /// n times the columns that have these coefficients.
    fn backward(&self, coefficients: &DMatrix<T>) -> DMatrix<T> {
        let (n, half) = (self.line.length, self.turns.len());
        let mut spectrum = DMatrix::from_element(half, coefficients.ncols(), Complex::new(T::zero(), T::zero()));
        let columns = coefficients.as_slice().chunks_exact(n);
        for (to, from) in spectrum.as_mut_slice().chunks_exact_mut(half).zip(columns) {
            for (k, (to, turn)) in to.iter_mut().zip(&self.turns).enumerate() {
                let opposite = if k > 0 { from[n - k] } else { T::zero() };
                *to = turn.conj() * Complex::new(from[k], -opposite);
            }
        }
        let folded = self.line.backward(&mut spectrum);
        let mut x = DMatrix::zeros(n, coefficients.ncols());
        for (to, from) in x.as_mut_slice().chunks_exact_mut(n).zip(folded.as_slice().chunks_exact(n)) {
            let (even, odd) = from.split_at(n.div_ceil(2));
            to.iter_mut().step_by(2).zip(even).for_each(|(to, from)| *to = *from);
            to[1.min(n)..].iter_mut().step_by(2).zip(odd.iter().rev()).for_each(|(to, from)| *to = *from);
        }
        x
    }
}

impl<T: Scalar> Cosine<T> {
    /// The transform of images of a size that is not 0.
    pub(crate) fn new((height, width): (usize, usize)) -> Self {
        Cosine { down: CosineLine::new(height), across: CosineLine::new(width) }
    }

    fn coefficients(&self, x: &DMatrix<T>) -> DMatrix<T> {
        self.across.forward(&self.down.forward(x).transpose())
    }

    /// hw times the image of the coefficients of x times real numbers.
    pub(crate) fn filtered(&self, x: &DMatrix<T>, factors: &DMatrix<T>) -> DMatrix<T> {
        let coefficients = self.coefficients(x).component_mul(factors);
        self.down.backward(&self.across.backward(&coefficients).transpose())
    }

    /// The eigenvalues 4 sin²(πi/2h) + 4 sin²(πj/2w) of DᵀD for differences D that are 0 across the border.
    pub(crate) fn differences(&self) -> DMatrix<T> {
        let (height, width) = (self.down.line.length, self.across.line.length);
        DMatrix::from_fn(width, height, |j, i| T::of(curvature(i, 2 * height) + curvature(j, 2 * width)))
    }
}

/// Returns 4 sin²(πk/n).
fn curvature(k: usize, n: usize) -> f64 {
    let sine = (PI * k as f64 / n as f64).sin();
    4.0 * sine * sine
}
