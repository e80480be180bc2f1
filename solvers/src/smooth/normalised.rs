//! A function of what is left of a matrix when its scale is divided out.

use crate::linalg::{check, check_tall, thin_qr};
use crate::scalar::{Scalar, norm, scaled_norm, set_length};
use crate::view::{product, product_transposed, transposed_product};
use admm::{Error, Point, Result, Smooth};
use nalgebra::DMatrix;

/// f(N(W)) for a free W (d×k), the coupled matrix of a point, and a normalisation N: "normalise before use".
///
/// As a block of ADMM it needs [`NormalisedDescent`](crate::descent::NormalisedDescent), which couples N(W).
///
/// The gradient is that by W, by the chain rule. It is orthogonal to every change of W that N undoes, so a gradient
/// step never shrinks W. It falls as 1/‖W‖: start with columns of a length near 1, which a tolerance and a first step
/// suit. f(N(W)) has no derivative where N has none.
///
/// # Errors
/// [`Error::Numerical`] where a column of W is 0, or for [`Normalisation::Orthonormal`] where W lacks rank; those of
/// [`thin_qr`]; [`Error::Size`] for k > d.
///
/// ```
/// use admm::{Result, Smooth};
/// use admm_solvers::smooth::{Normalisation, Normalised};
/// use admm::nalgebra::DMatrix;
///
/// struct Sum;
/// impl Smooth<f64> for Sum {
///     type Point = DMatrix<f64>;
///     fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
///         Ok((x.sum(), x.map(|_| 1.0)))
///     }
/// }
///
/// let f = Normalised { of: Sum, by: Normalisation::UnitColumns };
/// let (value, gradient) = f.value_and_gradient(&DMatrix::from_column_slice(2, 1, &[3.0, 4.0]))?;
/// assert!((value - 1.4).abs() < 1e-15);
/// assert!((gradient - DMatrix::from_column_slice(2, 1, &[0.032, -0.024])).norm() < 1e-15);
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Normalised<F> {
    /// The function f.
    pub of: F,
    /// The normalisation N.
    pub by: Normalisation,
}

/// The normalisation N(W) that f sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalisation {
    /// wⱼ/‖wⱼ‖, whose derivative is (I − wⱼwⱼᵀ/‖wⱼ‖²)/‖wⱼ‖.
    UnitColumns,
    /// The factor Q of W = QR. Its derivative along U is Qρ(QᵀUR⁻¹) + (I − QQᵀ)UR⁻¹, where ρ(M) is the skew-symmetric
    /// matrix with the lower triangle of M (Absil, Mahony and Sepulchre, "Optimization Algorithms on Matrix Manifolds",
    /// 2008, example 8.1.5).
    Orthonormal,
}

impl Normalisation {
    /// Returns N(W), the matrix that f sees.
    ///
    /// # Errors
    /// A W that has none, as for [`Normalised`].
    pub fn of<T: Scalar>(self, w: &DMatrix<T>) -> Result<DMatrix<T>> {
        match self {
            Normalisation::UnitColumns => unit_columns(w),
            Normalisation::Orthonormal => Ok(full_rank_qr(w)?.0),
        }
    }

    /// The gradient at N(W) of the one at W: GRᵀ for W = N(W)R. It is what both have in common but for the length of W.
    pub(crate) fn restored<T: Scalar>(self, w: &DMatrix<T>, gradient: &DMatrix<T>) -> Result<DMatrix<T>> {
        match self {
            Normalisation::UnitColumns => {
                let mut restored = gradient.clone();
                for (mut column, w) in restored.column_iter_mut().zip(w.column_iter()) {
                    column *= norm(w.as_slice());
                }
                Ok(restored)
            }
            Normalisation::Orthonormal => Ok(product_transposed(gradient, &full_rank_qr(w)?.1)),
        }
    }
}

impl<T: Scalar, F: Smooth<T>> Smooth<T> for Normalised<F> {
    type Point = F::Point;

    fn value_and_gradient(&self, x: &F::Point) -> Result<(T, F::Point)> {
        check(x.coupled(), "the matrix to normalise")?;
        let mut seen = x.clone();
        match self.by {
            Normalisation::UnitColumns => {
                *seen.coupled_mut() = unit_columns(x.coupled())?;
                let (value, mut gradient) = self.of.value_and_gradient(&seen)?;
                through_unit_columns(x.coupled(), seen.coupled(), gradient.coupled_mut());
                Ok((value, gradient))
            }
            Normalisation::Orthonormal => {
                let (q, r) = full_rank_qr(x.coupled())?;
                *seen.coupled_mut() = q;
                let (value, mut gradient) = self.of.value_and_gradient(&seen)?;
                *gradient.coupled_mut() = through_qr(seen.coupled(), &r, gradient.coupled())?;
                Ok((value, gradient))
            }
        }
    }
    fn passes(&self) -> u64 {
        self.of.passes()
    }
}

fn unit_columns<T: Scalar>(w: &DMatrix<T>) -> Result<DMatrix<T>> {
    let mut unit = w.clone();
    for (j, mut column) in unit.column_iter_mut().enumerate() {
        if !set_length(column.as_mut_slice(), T::one()) {
            return Err(Error::numerical(format!("column {j} of the matrix to normalise"), "is zero"));
        }
    }
    Ok(unit)
}

/// gⱼ ← (gⱼ − qⱼ(qⱼᵀgⱼ))/‖wⱼ‖.
fn through_unit_columns<T: Scalar>(w: &DMatrix<T>, q: &DMatrix<T>, g: &mut DMatrix<T>) {
    for ((w, q), mut g) in w.column_iter().zip(q.column_iter()).zip(g.column_iter_mut()) {
        let (scale, length) = scaled_norm(w.as_slice());
        let inner = q.dot(&g);
        g.axpy(-inner, &q, T::one());
        g /= length;
        g /= scale;
    }
}

/// W = QR where every column of W adds to the span of those before it by more than rounding.
fn full_rank_qr<T: Scalar>(w: &DMatrix<T>) -> Result<(DMatrix<T>, DMatrix<T>)> {
    check_tall(w, "the matrix to orthonormalise")?;
    let (q, r) = thin_qr(w)?;
    let rounding = T::of(8.0 * r.ncols() as f64) * T::EPSILON;
    for (j, column) in r.column_iter().enumerate() {
        if column[j] <= rounding * norm(column.as_slice()) {
            let place = format!("column {j} of the matrix to orthonormalise");
            return Err(Error::numerical(place, "depends on those before it"));
        }
    }
    Ok((q, r))
}

/// Returns (G − QU)R⁻ᵀ, the adjoint of the derivative of Q applied to G. Here U is the symmetric matrix with the upper
/// triangle of QᵀG. The reason: ⟨QᵀG, ρ(M)⟩ is the inner product of M with the lower triangle of QᵀG − GᵀQ, and QᵀG
/// less that triangle is U.
fn through_qr<T: Scalar>(q: &DMatrix<T>, r: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
    let mut upper = transposed_product(q, g);
    upper.fill_lower_triangle_with_upper_triangle();
    let free = g - product(q, &upper);
    let solved = r.solve_upper_triangular(&free.transpose());
    let solved = solved.ok_or_else(|| Error::numerical("the matrix to orthonormalise", "lacks rank"))?;
    Ok(solved.transpose())
}
