//! The image of a function.

use super::precomposed::multiple_of_identity;
use super::{check, sized, value_near};
use crate::linalg;
use crate::scalar::{Scalar, norm};
use crate::view::{product, transposed_product};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// The image (Lf)(y) = min f(x) over the x with Lx = y, and ∞ without one, for an L (m×n) with LᵀL = αI and α > 0. L may
/// be some columns of a rotation, or copies of I below each other. The image is also called epi-composition, or infimal
/// postcomposition (Rockafellar and Wets, "Variational Analysis", 1998, §1.G and theorem 11.23).
///
/// prox(v, ρ) = L prox_f(Lᵀv/α, ρα), as the part of v outside the range of L costs the same for every x. The conjugate is
/// [`Precomposed`](super::Precomposed), f*(Lᵀy).
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that does not have m rows. `retune` and `prox` report the errors of f.
#[doc(alias = "InfimalPostcomposition")]
#[derive(Debug, Clone, PartialEq)]
pub struct Epicomposed<T: Scalar, P> {
    of: P,
    map: DMatrix<T>,
    /// The factor α of LᵀL = αI.
    square: T,
}

impl<T: Scalar, P: Prox<T>> Epicomposed<T, P> {
    /// Takes f and L (m×n), and finds α.
    ///
    /// # Errors
    /// [`Error::Parameters`] unless LᵀL = αI with α > 0, [`Error::NotFinite`] for an entry of L that is not finite and
    /// [`Error::Numerical`] for an empty L.
    pub fn new(of: P, map: DMatrix<T>) -> Result<Self> {
        linalg::check(&map, "the map of a function")?;
        let square = multiple_of_identity(transposed_product(&map, &map), "LᵀL")?;
        Ok(Epicomposed { of, map, square })
    }

    /// The x whose image is nearest to y.
    fn source(&self, y: &DMatrix<T>) -> DMatrix<T> {
        transposed_product(&self.map, y) / self.square
    }
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Epicomposed<T, P> {
    fn value(&self, y: &DMatrix<T>) -> T {
        sized(y, (self.map.nrows(), y.ncols()), || {
            let (x, size) = (self.source(y), norm(y.as_slice()));
            if norm((y - product(&self.map, &x)).as_slice()) > T::of(256.0) * T::EPSILON * size {
                return T::of(f64::INFINITY);
            }
            value_near(&self.of, &x, norm(x.as_slice()))
        })
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of an image", (self.map.nrows(), v.ncols()), v.shape())?;
        Ok(product(&self.map, &self.of.prox(&self.source(v), rho * self.square)?))
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho * self.square)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let support = self.of.support(&transposed_product(&self.map, y))?;
        Some(Support { violation: support.violation / self.square.sqrt(), ..support })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let source = self.source(by);
        let outside = norm((by - product(&self.map, &source)).as_slice());
        let recession = self.of.recession(&source)?;
        let violation = (recession.violation * self.square.sqrt()).hypot(outside);
        Some(Recession { violation, length: norm(by.as_slice()), ..recession })
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
