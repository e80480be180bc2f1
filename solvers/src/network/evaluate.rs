//! The outputs of a network, and the value and the gradient of a loss of them.

use super::pass::Pass;
use super::{Network, OutputLoss};
use crate::data::{Features, Part};
use crate::scalar::Scalar;
use admm::space::Space;
use admm::{Error, Exec, Result};
use nalgebra::DMatrix;

/// h(x; θ) of all samples, p×n, in one pass over X (d×n).
///
/// # Errors
/// [`Error::Size`] where X or θ do not fit the network. [`Error::NotFinite`] for parameters and for outputs that are not
/// finite.
pub fn outputs<T: Scalar>(
    network: &dyn Network<T>,
    at: &[DMatrix<T>],
    x: &Features<T>,
    exec: &Exec,
) -> Result<DMatrix<T>> {
    outputs_on((exec, &Part::alone(x.ncols())), network, at, x)
}

/// The same for the samples of this rank.
pub(crate) fn outputs_on<T: Scalar>(
    (exec, part): (&Exec, &Part),
    network: &dyn Network<T>,
    at: &[DMatrix<T>],
    x: &Features<T>,
) -> Result<DMatrix<T>> {
    Pass::new(network, at, (x, part))?.outputs(exec)
}

/// [Σᵢ wᵢ hᵢhᵢᵀ, Σᵢ wᵢ hᵢ] of the outputs, p×(p+1), in one pass over X (d×n).
///
/// # Errors
/// Those of [`outputs`].
pub(crate) fn moments<T: Scalar>(
    network: &dyn Network<T>,
    at: &[DMatrix<T>],
    x: &Features<T>,
    weights: &[T],
    (exec, part): (&Exec, &Part),
) -> Result<DMatrix<T>> {
    Pass::new(network, at, (x, part))?.moments(weights, exec)
}

/// f(θ, φ) = Σᵢ ℓᵢ(h(xᵢ; θ); φ) + r(θ) with ∇θ f and ∇φ f, in one pass over X (d×n), with the penalty r of the network.
///
/// The sum is made in a fixed tree: it has the same bits for any number of threads.
///
/// # Errors
/// [`Error::Size`] where X or θ do not fit the network, or its outputs the loss. [`Error::NotFinite`] for parameters and
/// outputs that are not finite, and for such a value and gradient.
pub fn value_and_gradient<T: Scalar, L: OutputLoss<T>>(
    network: &dyn Network<T>,
    at: &[DMatrix<T>],
    x: &Features<T>,
    loss: &L,
    exec: &Exec,
) -> Result<(T, Vec<DMatrix<T>>, L::Gradient)> {
    value_and_gradient_on((exec, &Part::alone(x.ncols())), network, at, x, loss)
}

/// The same over the samples of all ranks, of which X and the loss have a part.
pub(crate) fn value_and_gradient_on<T: Scalar, L: OutputLoss<T>>(
    (exec, part): (&Exec, &Part),
    network: &dyn Network<T>,
    at: &[DMatrix<T>],
    x: &Features<T>,
    loss: &L,
) -> Result<(T, Vec<DMatrix<T>>, L::Gradient)> {
    let (mut value, mut gradient, by_parameters) = Pass::new(network, at, (x, part))?.sum(loss, exec)?;
    value += network.penalty(at, &mut gradient);
    Error::check_size("the gradient of the penalty of the network", at.to_vec().sizes(), gradient.sizes())?;
    if !value.is_finite() {
        return Err(Error::not_finite("the loss after the network"));
    }
    if !gradient.is_finite() || !by_parameters.is_finite() {
        return Err(Error::not_finite("the gradient of the loss after the network"));
    }
    Ok((value, gradient, by_parameters))
}
