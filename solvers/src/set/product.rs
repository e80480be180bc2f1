//! Several sets side by side.

use super::check_alike;
use crate::scalar::{Scalar, worst};
use admm::infeasibility::{Recession, Support};
use admm::{ConstraintSet, Error, Geometry, Result};
use nalgebra::DMatrix;

/// The matrices [X₁ X₂ …] whose groups of columns each lie in a set of their own.
///
/// A part is the number of its columns and its set, from left to right. Each method works part by part.
///
/// - **Residual:** the largest of the parts.
/// - **Stationarity:** the root of the sum of the squares of the parts.
///
/// # Errors
/// All methods report [`Error::Size`] for a matrix with another number of columns, and [`Error::Member`] with the place
/// of a part that failed.
///
/// ```
/// use admm::nalgebra::DMatrix;
/// use admm::{ConstraintSet, Flat};
/// use admm_solvers::set::{Product, Stiefel};
///
/// // Two orthonormal columns beside one that is free.
/// let on = Product::<f64>(vec![(2, Box::new(Stiefel::default())), (1, Box::new(Flat))]);
/// let x = on.project(&DMatrix::from_fn(4, 3, |i, j| (i * i + j) as f64))?;
/// assert!(on.residual(&x)? < 1e-14);
/// assert_eq!(x.column(2).as_slice(), [2.0, 3.0, 6.0, 11.0]);
/// # Ok::<(), admm::Error>(())
/// ```
pub struct Product<T: Scalar>(
    /// The number of columns and the set of each part.
    pub Vec<(usize, Box<dyn ConstraintSet<T>>)>,
);

impl<T: Scalar> Product<T> {
    /// Applies `work` to the columns of both matrices that belong to each part.
    fn parts<R>(
        &self,
        x: &DMatrix<T>,
        y: &DMatrix<T>,
        work: impl Fn(&dyn ConstraintSet<T>, DMatrix<T>, DMatrix<T>) -> Result<R>,
    ) -> Result<Vec<R>> {
        let columns = self.0.iter().map(|(columns, _)| columns).sum();
        Error::check_size("a product of sets", (x.nrows(), columns), x.shape())?;
        check_alike(x, y)?;
        let mut first = 0;
        let parts = self.0.iter().enumerate().map(|(index, (columns, part))| {
            let of = |x: &DMatrix<T>| x.columns(first, *columns).into_owned();
            let result = work(&**part, of(x), of(y));
            first += columns;
            result.map_err(|error| Error::Member { index, source: Box::new(error) })
        });
        parts.collect()
    }

    /// Applies `work` to each part, and puts the results side by side.
    fn matrix(
        &self,
        x: &DMatrix<T>,
        y: &DMatrix<T>,
        work: impl Fn(&dyn ConstraintSet<T>, DMatrix<T>, DMatrix<T>) -> Result<DMatrix<T>>,
    ) -> Result<DMatrix<T>> {
        let entries: Vec<T> = self.parts(x, y, work)?.iter().flat_map(|part| part.iter().copied()).collect();
        Ok(DMatrix::from_vec(x.nrows(), x.ncols(), entries))
    }
}

impl<T: Scalar> ConstraintSet<T> for Product<T> {
    fn geometry(&self) -> Geometry {
        self.0.iter().fold(Geometry::Flat, |all, (_, part)| all.times(part.geometry()))
    }
    fn tangent(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.matrix(x, g, |part, x, g| part.tangent(&x, &g))
    }
    fn retract(&self, x: &DMatrix<T>, step: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.matrix(x, step, |part, x, step| part.retract(&x, &step))
    }
    fn project(&self, x: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.matrix(x, x, |part, x, _| part.project(&x))
    }
    fn residual(&self, x: &DMatrix<T>) -> Result<T> {
        Ok(worst(self.parts(x, x, |part, x, _| part.residual(&x))?))
    }
    fn stationarity(&self, x: &DMatrix<T>, g: &DMatrix<T>) -> Result<T> {
        let parts = self.parts(x, g, |part, x, g| part.stationarity(&x, &g))?;
        Ok(parts.into_iter().fold(T::zero(), |sum, part| sum.hypot(part)))
    }
    fn support(&self, y: &DMatrix<T>) -> Option<Support<T>> {
        let none = Support { value: T::zero(), violation: T::zero() };
        let parts = self.parts(y, y, |part, y, _| Ok(part.support(&y))).ok()?;
        parts.into_iter().try_fold(none, |sum, part| Some(sum.beside(part?)))
    }
    fn recession(&self, by: &DMatrix<T>) -> Option<Recession<T>> {
        let parts = self.parts(by, by, |part, by, _| Ok(part.recession(&by))).ok()?;
        parts.into_iter().try_fold(Recession::nowhere(T::zero()), |sum, part| Some(sum.beside(part?)))
    }
}
