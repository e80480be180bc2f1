//! The method that descends on a joint model's variables.

use crate::descent::{Kronecker, Lbfgs};
use crate::joint::Constraint;
use crate::loss::Classifier;
use crate::scalar::Scalar;
use admm::method::DescentMemory;
use admm::{Gradient, Smooth};

/// A gradient method, chosen by the constraint: L-BFGS moves on manifolds, projected gradient on convex sets.
pub(crate) type BoxedMethod<T, F> = Box<
    dyn admm::method::DescentMethod<
            T,
            F,
            Point = <F as Smooth<T>>::Point,
            Memory = DescentMemory<T, <F as Smooth<T>>::Point>,
        >,
>;

pub(crate) fn descent_method<T: Scalar, F: Smooth<T, Point = Classifier<T>>>(
    constraint: Constraint,
    max_steps: u64,
    initial: Option<Kronecker<T>>,
) -> BoxedMethod<T, F> {
    match constraint {
        Constraint::Ball => Box::new(Gradient { max_steps }),
        _ => Box::new(Lbfgs { max_steps, ..Lbfgs::from(initial) }),
    }
}
