//! The covariance as a model of a Hessian needs it: its leading part, and one number for the rest.

use super::Covariance;
use crate::linalg::{beside, scattered, symmetric_eigen, thin_qr};
use crate::scalar::Scalar;
use crate::view::{multiply, product, transposed_product, view};
use admm::Result;
use faer::Accum;
use nalgebra::{DMatrix, DVector};

/// The largest d for which all eigenvectors are computed, and the number of them beyond that.
const WHOLE: usize = 256;
const LEADING: usize = 128;
/// Products with Σ that turn a random basis towards the leading eigenvectors.
const TURNS: usize = 2;
/// The seed of the random part of the basis.
const SEED: u64 = 1;

/// Σ/tr Σ ≈ U diag(s)Uᵀ + s̄(I − UUᵀ), with approximate leading eigenvectors U (d×r) and the mean s̄ of what they
/// leave.
///
/// Exact for d ≤ 256. Beyond that r = 128, by subspace iteration (Golub and Van Loan, "Matrix Computations", 4th
/// edition, §8.2.4): three products with Σ.
#[derive(Debug, Clone)]
pub struct Spectrum<T: Scalar> {
    pub(crate) values: DVector<T>,
    pub(crate) vectors: DMatrix<T>,
    pub(crate) rest: T,
    pub(crate) trace: T,
}

impl<T: Scalar> Spectrum<T> {
    /// Finds the spectrum of the covariance in a basis that begins with the known eigenvectors (d×k, orthonormal).
    ///
    /// # Errors
    /// A factorisation that fails.
    pub fn of(covariance: &Covariance<T>, known: &DMatrix<T>) -> Result<Self> {
        let d = covariance.dimension();
        if d <= WHOLE {
            let (values, vectors) = covariance.eigen()?;
            return Ok(Spectrum { values, vectors, rest: T::zero(), trace: covariance.trace() });
        }
        let more = LEADING.saturating_sub(known.ncols());
        let mut basis = thin_qr(&beside(known.clone(), &scattered(d, more, SEED)))?.0;
        for _ in 0..TURNS {
            basis = thin_qr(&covariance.times(&basis))?.0;
        }
        let (values, rotation) = symmetric_eigen(&transposed_product(&basis, &covariance.times(&basis)))?;
        let rest = (T::one() - values.sum()).max(T::zero()) / T::of((d - values.len()).max(1) as f64);
        Ok(Spectrum { values, vectors: product(&basis, &rotation), rest, trace: covariance.trace() })
    }

    /// The k leading eigenvalues and eigenvectors, and the model with them: where it takes all of them, they are
    /// computed once.
    ///
    /// # Errors
    /// As for [`of`](Self::of).
    pub(crate) fn with_top(covariance: &Covariance<T>, k: usize) -> Result<(DVector<T>, DMatrix<T>, Self)> {
        if covariance.dimension() > WHOLE {
            let (values, vectors) = covariance.top(k)?;
            let spectrum = Spectrum::of(covariance, &vectors)?;
            return Ok((values, vectors, spectrum));
        }
        let spectrum = Spectrum::of(covariance, &DMatrix::zeros(covariance.dimension(), 0))?;
        let (values, vectors) = (spectrum.values.rows(0, k), spectrum.vectors.columns(0, k));
        Ok((values.into_owned(), vectors.into_owned(), spectrum))
    }

    /// Finds the spectrum of a covariance WᵀΣW/tr Σ (k×k) within a span, in the units of the whole covariance.
    ///
    /// # Errors
    /// An eigendecomposition that fails.
    pub(crate) fn within(captured: &DMatrix<T>, trace: T) -> Result<Self> {
        let (values, vectors) = symmetric_eigen(captured)?;
        Ok(Spectrum { values, vectors, rest: T::zero(), trace })
    }

    /// Passes over the data that making it took.
    pub(crate) fn passes(covariance: &Covariance<T>) -> u64 {
        if covariance.dimension() <= WHOLE { 0 } else { (TURNS + 1) as u64 * covariance.passes() }
    }

    /// The matrix whose column j is φⱼ(Σ/tr Σ)vⱼ, for functions φ of an eigenvalue.
    pub(crate) fn map(&self, v: &DMatrix<T>, phi: impl Fn(usize, T) -> T) -> DMatrix<T> {
        let (mut mapped, mut inner) = (v.clone(), transposed_product(&self.vectors, v));
        for j in 0..v.ncols() {
            let rest = phi(j, self.rest);
            mapped.column_mut(j).scale_mut(rest);
            inner.column_mut(j).zip_apply(&self.values, |entry, value| *entry *= phi(j, value) - rest);
        }
        multiply(&mut mapped, Accum::Add, view(&self.vectors), view(&inner));
        mapped
    }

    /// Returns the products of W that [`Shadow::quadratic`] needs.
    pub(crate) fn shadow(&self, w: &DMatrix<T>) -> Shadow<'_, T> {
        Shadow { spectrum: self, leading: transposed_product(&self.vectors, w), gram: transposed_product(w, w) }
    }
}

/// The products UᵀW and WᵀW.
pub(crate) struct Shadow<'a, T: Scalar> {
    spectrum: &'a Spectrum<T>,
    leading: DMatrix<T>,
    gram: DMatrix<T>,
}

impl<T: Scalar> Shadow<'_, T> {
    /// Returns Wᵀφ(Σ/tr Σ)W.
    pub fn quadratic(&self, phi: impl Fn(T) -> T) -> DMatrix<T> {
        let (rest, mut scaled) = (phi(self.spectrum.rest), self.leading.clone());
        let beyond = self.spectrum.values.map(|value| phi(value) - rest);
        scaled.column_iter_mut().for_each(|mut column| column.component_mul_assign(&beyond));
        let mut quadratic = &self.gram * rest;
        multiply(&mut quadratic, Accum::Add, view(&self.leading).transpose(), view(&scaled));
        quadratic
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;

    fn covariance(d: usize, decay: f64) -> Covariance<f64> {
        let q = thin_qr(&scattered::<f64>(d, d, 1)).unwrap().0;
        let values = DVector::from_fn(d, |i, _| decay.powi(i.min(100) as i32));
        Covariance::from_matrix(&q * DMatrix::from_diagonal(&values) * q.transpose()).unwrap()
    }

    /// φ(Σ/tr Σ) by all eigenvectors.
    fn naive(covariance: &Covariance<f64>, phi: impl Fn(f64) -> f64) -> DMatrix<f64> {
        let (values, vectors) = covariance.eigen().unwrap();
        &vectors * DMatrix::from_diagonal(&values.map(phi)) * vectors.transpose()
    }

    #[test]
    fn functions_of_a_covariance_are_those_of_its_eigenvalues() {
        // 300 dimensions with 100 eigenvalues and one for the rest: then the model is exact beyond 256 too.
        for (covariance, accuracy) in [(covariance(9, 0.5), 1e-12), (covariance(300, 0.9), 1e-6)] {
            let d = covariance.dimension();
            let (w, (values, known)) = (scattered::<f64>(d, 2, 2), covariance.top(2).unwrap());
            let spectrum = Spectrum::of(&covariance, &known).unwrap();
            let (found, leading, _) = Spectrum::with_top(&covariance, 2).unwrap();
            assert!((found - values).norm() <= 1e-14 && (leading - known).norm() <= 1e-12);
            let phi = |j: usize, value: f64| 1.0 / (0.1 * (j + 1) as f64 + value);
            let mapped = spectrum.map(&w, phi);
            for j in 0..2 {
                let expected = naive(&covariance, |value| phi(j, value)) * w.column(j);
                assert!((mapped.column(j) - expected).norm() <= accuracy * mapped.norm());
            }
            let quadratic = spectrum.shadow(&w).quadratic(|value| phi(0, value));
            let expected = w.transpose() * naive(&covariance, |value| phi(0, value)) * &w;
            assert!((quadratic - &expected).norm() <= accuracy * expected.norm());
        }
    }
}
