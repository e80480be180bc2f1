//! Functions of the singular values or the eigenvalues.

use super::check;
use crate::linalg::{symmetric_eigen, thin_svd};
use crate::scalar::{Scalar, norm};
use crate::view::product_transposed;
use admm::infeasibility::{Recession, Support};
use admm::{Prox, Result};
use nalgebra::{DMatrix, DVector};

/// f(σ(X)) of the singular values σ(X), for an f that depends on neither the order nor the signs of its entries.
///
/// prox(V, ρ) = A diag(prox_f(σ, ρ)) Bᵀ with V = A diag(σ) Bᵀ (Parikh and Boyd, "Proximal Algorithms", 2014, §6.7.2).
/// So `SingularValues(L1)` is the nuclear norm, `SingularValues(LInfinity)` the spectral norm and
/// `SingularValues(L0Ball { count })` the set of the matrices of rank `count` or below.
///
/// # Errors
/// `prox` reports the errors of f and of [`thin_svd`]. If the latter fails, the value is NaN.
#[doc(alias = "Nuclear")]
#[doc(alias = "Rank")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SingularValues<P>(
    /// The function f.
    pub P,
);

impl<T: Scalar, P: Prox<T>> Prox<T> for SingularValues<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        thin_svd(x).map_or(T::of(f64::NAN), |svd| self.0.value(&column(svd.values)))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        let svd = thin_svd(v)?;
        Ok(rebuilt(svd.left, &self.0.prox(&column(svd.values), rho)?, &svd.right))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.retune(rho)
    }
    /// That of f at σ(Y), by von Neumann's inequality ⟨Y, X⟩ ≤ ⟨σ(Y), σ(X)⟩ (Lewis, "The convex analysis of unitarily
    /// invariant matrix functions", 1995).
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        self.0.support(&column(thin_svd(y).ok()?.values))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        self.0.recession(&column(thin_svd(by).ok()?.values))
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}

/// f(λ(X)) of the eigenvalues λ(X) of a symmetric X, and ∞ for an X that is not symmetric. f may not depend on the
/// order of its entries.
///
/// prox(V, ρ) = Q diag(prox_f(λ, ρ)) Qᵀ with the symmetric part ½(V + Vᵀ) = Q diag(λ) Qᵀ (Parikh and Boyd, "Proximal
/// Algorithms", 2014, §6.7.1). So `Eigenvalues(Indicator(Bounds { lower: 0.0, upper: f64::INFINITY }))` is the cone of
/// the positive semidefinite matrices.
///
/// # Errors
/// `prox` reports the errors of f and of [`symmetric_eigen`]. If the latter fails, the value is NaN.
#[doc(alias = "PositiveSemidefinite")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Eigenvalues<P>(
    /// The function f.
    pub P,
);

impl<T: Scalar, P: Prox<T>> Prox<T> for Eigenvalues<P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        let Ok((values, _)) = symmetric_eigen(x) else { return T::of(f64::NAN) };
        super::indicator(x, Ok(symmetric(x))) + self.0.value(&column(values))
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        crate::linalg::check_square(v)?;
        let (values, vectors) = symmetric_eigen(&symmetric(v))?;
        Ok(symmetric(&rebuilt(vectors.clone(), &self.0.prox(&column(values), rho)?, &vectors)))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.0.retune(rho)
    }
    /// That of f at the eigenvalues of the symmetric part of Y, as the rest is orthogonal to every symmetric X.
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        crate::linalg::check_square(y).ok()?;
        self.0.support(&column(symmetric_eigen(&symmetric(y)).ok()?.0))
    }
    /// That of f at the eigenvalues of the symmetric part of the move; the rest leaves the symmetric matrices.
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        crate::linalg::check_square(by).ok()?;
        let within = symmetric(by);
        let recession = self.0.recession(&column(symmetric_eigen(&within).ok()?.0))?;
        let violation = recession.violation.hypot(norm((by - within).as_slice()));
        Some(Recession { violation, length: norm(by.as_slice()), ..recession })
    }
    fn is_nonconvex(&self) -> bool {
        self.0.is_nonconvex()
    }
}

fn column<T: Scalar>(values: DVector<T>) -> DMatrix<T> {
    DMatrix::from_column_slice(values.len(), 1, values.as_slice())
}

fn symmetric<T: Scalar>(x: &DMatrix<T>) -> DMatrix<T> {
    (x + x.transpose()) * T::of(0.5)
}

/// A diag(values) Bᵀ.
fn rebuilt<T: Scalar>(mut left: DMatrix<T>, values: &DMatrix<T>, right: &DMatrix<T>) -> DMatrix<T> {
    left.column_iter_mut().zip(values.iter()).for_each(|(mut column, &value)| column *= value);
    product_transposed(&left, right)
}
