//! The two blocks: W lowers the PCA loss on its manifold, (V, B, b) the prediction loss, and W = V.

use super::curved::Curved;
use crate::descent::{Kronecker, Lbfgs, LbfgsMemory};
use crate::joint::Linear;
use crate::linalg::beside;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::{Descent, Flat, Iterate, Result, Solved, Subproblem, Target};
use nalgebra::DMatrix;

/// The block of the PCA loss.
pub(crate) struct FirstBlock<T: Scalar, P: Subproblem<T>> {
    pub block: P,
    /// The variable at the start.
    pub start: P::Var,
    /// W of the variable.
    pub w: fn(&P::Var) -> &DMatrix<T>,
}

/// A block of whose W (d×k) the other one sees the first columns alone.
pub(crate) struct Seen<P> {
    pub of: P,
    /// The number of those columns.
    pub columns: usize,
}

/// The pull of the other columns to where they are, in units of ρ: what nothing else holds stays.
const INERT: f64 = 1e-6;

impl<T: Scalar, P: Subproblem<T, Image = DMatrix<T>>> Subproblem<T> for Seen<P> {
    type Var = P::Var;
    type Image = DMatrix<T>;

    fn value(&self, w: &P::Var) -> Result<T> {
        self.of.value(w)
    }
    fn argmin(&self, w: &mut P::Var, to: Target<'_, T, DMatrix<T>>) -> Result<Solved<T>> {
        let unseen = self.of.image(w).columns_range(self.columns..) * T::of(INERT);
        self.of.argmin(w, Target { v: &beside(to.v.clone(), &unseen), ..to })
    }
    fn image(&self, w: &P::Var) -> DMatrix<T> {
        self.of.image(w).columns(0, self.columns).into_owned()
    }
    fn retune(&mut self, rho: T) -> Result<()> {
        self.of.retune(rho)
    }
    fn forget(&self, w: &mut P::Var) {
        self.of.forget(w);
    }
}

/// The block of the prediction loss.
pub(crate) type Predict<T> = Descent<Curved<T>, Lbfgs<Option<Kronecker<T>>>, Flat>;

/// The variable of the predictor's block.
pub(crate) type PredictVar<T> = Iterate<Predictor<T>, LbfgsMemory<T, Predictor<T>>>;

/// The block of the prediction loss.
pub(crate) fn predict<T: Scalar>(prepared: &Linear<T>, by: Lbfgs<Option<Kronecker<T>>>) -> Predict<T> {
    Descent { of: Curved::of(prepared), by, on: Flat }
}

/// The feasible W with the predictor of the other block, which gives no weight to the columns that it does not see.
pub(crate) fn feasible<T: Scalar>(w: &DMatrix<T>, z: &PredictVar<T>) -> Predictor<T> {
    let Predictor { b, bias, .. } = z.point.clone();
    Predictor { v: w.clone(), b: b.resize_vertically(w.ncols(), T::zero()), bias }
}

/// The joint objective at a feasible point, where it is traced.
pub(crate) fn traced<T: Scalar>(prepared: &Linear<T>, point: &Predictor<T>) -> Result<Option<f64>> {
    prepared.options.trace.then(|| prepared.objective_at(point)).transpose()
}
