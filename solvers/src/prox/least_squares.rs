//! Squares of residuals.

use super::{check, everywhere, scale_of, shifted::Shifted, sized};
use crate::linalg::{self, lower_gram};
use crate::scalar::{Scalar, norm};
use crate::view::{product, product_on, transposed_product_on, view};
use admm::infeasibility::{Recession, Support};
use admm::space::Shape;
use admm::{Error, Exec, Prox, Result};
use nalgebra::DMatrix;

/// ½‖Ax − b‖² with A (m×n), b (m×k) and x (n×k).
///
/// prox(v, ρ) = v + (AᵀA + ρI)⁻¹Aᵀ(b − Av) (Parikh and Boyd, "Proximal Algorithms", 2014, §6.1.1). If A is wider than
/// tall, the matrix inversion lemma gives the same as v + Aᵀ(AAᵀ + ρI)⁻¹(b − Av) (Boyd et al., "Distributed
/// optimization …", 2011, §4.2.4). The Gram matrix is formed once; `retune` keeps the Cholesky factor for its ρ.
///
/// # Errors
/// `retune` and `prox` report [`Error::Numerical`] if ρ vanishes beside a singular Gram matrix. `prox` reports
/// [`Error::Size`] for a v that is not n×k.
#[derive(Debug, Clone)]
pub struct LeastSquares<T: Scalar> {
    a: DMatrix<T>,
    b: DMatrix<T>,
    gram: Shifted<T>,
    exec: Exec,
}

impl<T: Scalar> LeastSquares<T> {
    /// Forms the Gram matrix of A (m×n), for b (m×k).
    ///
    /// # Errors
    /// [`Error::Size`] for A and b with different numbers of rows, [`Error::NotFinite`] for an entry of A, b or the
    /// Gram matrix that is not finite.
    pub fn new(a: DMatrix<T>, b: DMatrix<T>) -> Result<Self> {
        Self::on(&Exec::Serial, a, b)
    }

    /// As [`new`](Self::new), with products on these threads: the same bits for any number of them.
    ///
    /// # Errors
    /// The errors of [`new`](Self::new).
    pub fn on(exec: &Exec, a: DMatrix<T>, b: DMatrix<T>) -> Result<Self> {
        Error::check_size("b of least squares", (a.nrows(), b.ncols()), b.shape())?;
        linalg::check(&a, "A of least squares")?;
        linalg::check(&b, "b of least squares")?;
        let mut gram = lower_gram(if wide(&a) { view(&a).transpose() } else { view(&a) }, exec);
        gram.fill_upper_triangle_with_lower_triangle();
        linalg::check(&gram, "the Gram matrix of least squares")?;
        Ok(LeastSquares { a, b, gram: Shifted::new(gram), exec: exec.clone() })
    }
}

impl<T: Scalar> Prox<T> for LeastSquares<T> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, (self.a.ncols(), self.b.ncols()), || (product(&self.a, x) - &self.b).norm_squared() / T::of(2.0))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let expected = Shape(vec![(self.a.ncols(), self.b.ncols())]);
        Error::check_size("the target of least squares", expected, v.shape())?;
        let factor = self.gram.factor(rho)?;
        let residual = &self.b - product_on(&self.exec, &self.a, v);
        let transposed = |x: &DMatrix<T>| transposed_product_on(&self.exec, &self.a, x);
        Ok(v + if wide(&self.a) { transposed(&factor.solve(&residual)) } else { factor.solve(&transposed(&residual)) })
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.gram.retune(rho)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        everywhere(y)
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let violation = norm(product(&self.a, by).as_slice()) / scale_of(&self.a);
        Some(Recession { value: T::zero(), violation, length: norm(by.as_slice()) })
    }
}

fn wide<T: Scalar>(a: &DMatrix<T>) -> bool {
    a.ncols() > a.nrows()
}
