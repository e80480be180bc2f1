//! A block whose function sees a normalised matrix, and whose pull acts on what the function sees.

use super::{Lbfgs, LbfgsMemory};
use crate::scalar::Scalar;
use crate::smooth::{Normalisation, Normalised};
use admm::method::{DescentMethod, stationarity};
use admm::{Error, Flat, Iterate, Point, Result, Smooth, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of f(N(W)) for a free W (d×k), the coupled matrix of a point: "normalise before use" between two blocks.
///
/// - **Image:** N(W), which f sees. So a call lowers f(N(W)) + ρ/2 ‖N(W) − v‖². A [`Descent`](admm::Descent) of
///   [`Normalised`] couples W itself. No loss sees the length of its columns, but the pull does, and both blocks shorten
///   them until they agree at 0.
/// - **Move:** by L-BFGS on the free W, along the gradient of f and of the pull through N.
/// - **Variable:** after each call W is N(W). A longer W stands for the same point, with a smaller gradient.
///
/// ```
/// use admm::nalgebra::DMatrix;
/// use admm::{Iterate, Result, Smooth, Subproblem, Target};
/// use admm_solvers::descent::{Lbfgs, NormalisedDescent};
/// use admm_solvers::smooth::Normalisation;
///
/// /// The sum of the entries, which a unit vector makes least where all are −1/√d.
/// struct Sum;
/// impl Smooth<f64> for Sum {
///     type Point = DMatrix<f64>;
///     fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
///         Ok((x.sum(), x.map(|_| 1.0)))
///     }
/// }
///
/// let block = NormalisedDescent { of: Sum, by: Lbfgs::default(), normalisation: Normalisation::UnitColumns };
/// let mut w = Iterate::new(DMatrix::from_column_slice(2, 1, &[-3.0, 4.0]));
/// let v = DMatrix::zeros(2, 1);
/// block.argmin(&mut w, Target { v: &v, rho: 1.0, tolerance: 1e-9 })?;
/// assert!((block.image(&w) + DMatrix::from_element(2, 1, 0.5_f64.sqrt())).norm() < 1e-8);
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// Those of [`Normalised`].
#[derive(Debug, Clone, Copy)]
pub struct NormalisedDescent<F> {
    /// The function f.
    pub of: F,
    /// The method that moves W.
    pub by: Lbfgs,
    /// The normalisation N.
    pub normalisation: Normalisation,
}

impl<T: Scalar, F: Smooth<T>> Subproblem<T> for NormalisedDescent<F> {
    type Var = Iterate<F::Point, LbfgsMemory<T, F::Point>>;
    type Image = DMatrix<T>;

    fn value(&self, x: &Self::Var) -> Result<T> {
        let mut seen = x.point.clone();
        *seen.coupled_mut() = self.image(x);
        Ok(self.of.value_and_gradient(&seen)?.0)
    }
    fn argmin(&self, x: &mut Self::Var, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        to.check_size(x.point.coupled().shape())?;
        let f = Normalised { of: Pulled { of: &self.of, to }, by: self.normalisation };
        let origin = DMatrix::zeros(to.v.nrows(), to.v.ncols());
        x.memory.here = None; // it was evaluated with another pull
        let solved = self.by.minimise(&f, &Flat, x, Target { v: &origin, rho: T::zero(), ..to })?;
        let here = x.memory.here.take().ok_or_else(|| Error::numerical("the last evaluation", "is missing"))?;
        let mut gradient = here.gradient().clone();
        *gradient.coupled_mut() = self.normalisation.restored(x.point.coupled(), gradient.coupled())?;
        *x.point.coupled_mut() = self.normalisation.of(x.point.coupled())?;
        Ok(Solved::within(stationarity(&Flat, &x.point, &gradient)?, solved.cost))
    }
    /// Returns W where that is no N(W) yet, as before the first call, only if N(W) does not exist.
    fn image(&self, x: &Self::Var) -> DMatrix<T> {
        let w = x.point.coupled();
        self.normalisation.of(w).unwrap_or_else(|_| w.clone())
    }
    fn forget(&self, x: &mut Self::Var) {
        x.memory = LbfgsMemory::default();
    }
}

/// f(x) + ρ/2 ‖x_coupled − v‖² as a function.
struct Pulled<'a, T, F> {
    of: &'a F,
    to: Target<'a, T, DMatrix<T>>,
}

impl<T: Scalar, F: Smooth<T>> Smooth<T> for Pulled<'_, T, F> {
    type Point = F::Point;

    fn value_and_gradient(&self, x: &F::Point) -> Result<(T, F::Point)> {
        let (value, mut gradient) = self.of.value_and_gradient(x)?;
        let (gap, rho) = (x.coupled() - self.to.v, self.to.rho);
        *gradient.coupled_mut() += &gap * rho;
        Ok((value + rho * T::of(0.5) * gap.norm_squared(), gradient))
    }
    fn passes(&self) -> u64 {
        self.of.passes()
    }
}
