//! A function of an orthogonal map.

use super::{check, sized, value_near};
use crate::linalg;
use crate::scalar::{Scalar, largest, norm};
use crate::view::{product, product_transposed, transposed_product};
use admm::infeasibility::{Recession, Support};
use admm::{Error, Prox, Result};
use nalgebra::DMatrix;

/// f(Lx) for an L (m×n) with LLᵀ = αI and α > 0, such as a rotation, some rows of one, or a multiple. With a
/// `Translated` f it is f(Lx + b).
///
/// prox(v, ρ) = v + 1/α·Lᵀ(prox_f(Lv, ρ/α) − Lv) (Beck, "First-Order Methods in Optimization", 2017, theorem 6.15).
///
/// # Errors
/// `prox` reports [`Error::Size`] for a v that does not have n rows. `retune` and `prox` report the errors of f.
#[derive(Debug, Clone, PartialEq)]
pub struct Precomposed<T: Scalar, P> {
    of: P,
    map: DMatrix<T>,
    /// The factor α of LLᵀ = αI.
    square: T,
}

impl<T: Scalar, P: Prox<T>> Precomposed<T, P> {
    /// Composes f with L (m×n), and finds α.
    ///
    /// # Errors
    /// [`Error::Parameters`] unless LLᵀ = αI with α > 0, [`Error::NotFinite`] for an entry of L that is not finite and
    /// [`Error::Numerical`] for an empty L.
    pub fn new(of: P, map: DMatrix<T>) -> Result<Self> {
        linalg::check(&map, "the map of a function")?;
        let square = multiple_of_identity(product_transposed(&map, &map), "LLᵀ")?;
        Ok(Precomposed { of, map, square })
    }
}

/// The α of a product αI of a map and its transpose.
pub(super) fn multiple_of_identity<T: Scalar>(gram: DMatrix<T>, product: &str) -> Result<T> {
    let n = gram.nrows();
    let square = gram.trace() / T::of(n as f64);
    let defect = largest((gram - DMatrix::from_diagonal_element(n, n, square)).as_slice());
    if square > T::zero() && defect <= T::of(4096.0) * T::EPSILON * square {
        return Ok(square);
    }
    let problem = format!("must be a multiple of an orthogonal one, but {product} is {defect} off {square}·I");
    Err(Error::parameter("map", problem))
}

impl<T: Scalar, P: Prox<T>> Prox<T> for Precomposed<T, P> {
    fn value(&self, x: &DMatrix<T>) -> T {
        sized(x, (self.map.ncols(), x.ncols()), || {
            value_near(&self.of, &product(&self.map, x), self.square.sqrt() * norm(x.as_slice()))
        })
    }
    fn prox(&self, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
        check(v, rho)?;
        Error::check_size("the target of a mapped function", (self.map.ncols(), v.ncols()), v.shape())?;
        let image = product(&self.map, v);
        let answer = self.of.prox(&image, rho / self.square)?;
        let x = v + transposed_product(&self.map, &(&answer - image)) / self.square;
        // Once more, for what rounding of a long v has left of the image of a short x.
        let rest = answer - product(&self.map, &x);
        Ok(x + transposed_product(&self.map, &rest) / self.square)
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho / self.square)
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let image = product(&self.map, y) / self.square;
        let outside = y - transposed_product(&self.map, &image);
        let support = self.of.support(&image)?;
        let violation = (support.violation * self.square.sqrt()).hypot(norm(outside.as_slice()));
        Some(Support { violation, ..support })
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let recession = self.of.recession(&product(&self.map, by))?;
        let violation = recession.violation / self.square.sqrt();
        Some(Recession { violation, length: norm(by.as_slice()), ..recession })
    }
    fn is_nonconvex(&self) -> bool {
        self.of.is_nonconvex()
    }
}
