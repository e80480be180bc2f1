//! The two blocks: W lowers the PCA loss on its manifold, (V, B, b) the cross-entropy, and W = V.

use super::curved::Curved;
use crate::descent::{Kronecker, Lbfgs, LbfgsMemory};
use crate::joint::Prepared;
use crate::loss::Classifier;
use crate::scalar::Scalar;
use admm::{Descent, Flat, Iterate, Result, Subproblem};
use nalgebra::DMatrix;

/// The block of the PCA loss.
pub(crate) struct FirstBlock<T: Scalar, P: Subproblem<T>> {
    pub block: P,
    /// The variable at the start.
    pub start: P::Var,
    /// W of the variable.
    pub w: fn(&P::Var) -> &DMatrix<T>,
}

/// The block of the cross-entropy.
pub(crate) type Classify<T> = Descent<Curved<T>, Lbfgs<Option<Kronecker<T>>>, Flat>;

/// The variable of the classifier's block.
pub(crate) type ClassifyVar<T> = Iterate<Classifier<T>, LbfgsMemory<T, Classifier<T>>>;

/// The block of the cross-entropy, of at most so many steps a call, with so many answers of its model in a row.
pub(crate) fn classify<T: Scalar>(prepared: &Prepared<T>, max_steps: u64, answers: u64) -> Classify<T> {
    let leading = prepared.leading * prepared.objective.variance.of.covariance.trace();
    let by = Lbfgs { max_steps, answers, ..Lbfgs::from(prepared.model(None)) };
    Descent { of: Curved { entropy: prepared.objective.entropy.clone(), leading }, by, on: Flat }
}

/// The feasible W with the classifier of the other block.
pub(crate) fn feasible<T: Scalar>(w: &DMatrix<T>, z: &ClassifyVar<T>) -> Classifier<T> {
    Classifier { v: w.clone(), ..z.point.clone() }
}

/// The joint objective at the feasible W, where it is traced.
pub(crate) fn traced<T: Scalar>(prepared: &Prepared<T>, w: &DMatrix<T>, z: &ClassifyVar<T>) -> Result<Option<f64>> {
    prepared.options.trace.then(|| prepared.objective_at(w, &z.point)).transpose()
}
