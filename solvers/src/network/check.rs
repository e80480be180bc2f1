//! The vector–Jacobian product of a network against Taylor's theorem.

use super::{Network, OutputLoss, value_and_gradient};
use crate::data::Features;
use crate::linalg::scattered;
use crate::scalar::Scalar;
use admm::check::{Report, gradient};
use admm::space::Shape;
use admm::{Error, Exec, Result, Smooth};
use nalgebra::DMatrix;
use std::ops::Range;

/// Checks the vector–Jacobian product of a network at θ: the gradient of ½ Σᵢ ‖hᵢ − yᵢ‖² + r(θ), for scattered targets
/// y and with the penalty r of the network, must be that of its value.
///
/// It is [`admm::check::gradient`] on that function, with its law and its accuracy. θ must not be on a kink. The
/// documentation of [`Network`] shows a call.
///
/// # Errors
/// Those of [`value_and_gradient`] at θ.
pub fn check_network<T: Scalar>(network: &dyn Network<T>, at: &[DMatrix<T>], x: &Features<T>) -> Result<Report> {
    let (sizes, got) = (Shape(network.sizes()), Shape(at.iter().map(DMatrix::shape).collect()));
    Error::check_size("the parameters of the network", sizes, got)?;
    let p = network.stages().last().copied().unwrap_or(0);
    let targets = scattered(p, x.ncols(), 1);
    let entries: Vec<T> = at.iter().flat_map(|part| part.iter().copied()).collect();
    gradient(&Distance { network, x, targets }, &DMatrix::from_vec(entries.len(), 1, entries))
}

/// ½ Σᵢ ‖h(xᵢ; θ) − yᵢ‖² + r(θ) for targets y (p×n), with all entries of θ in one column.
struct Distance<'a, T: Scalar> {
    network: &'a dyn Network<T>,
    x: &'a Features<T>,
    targets: DMatrix<T>,
}

impl<T: Scalar> Smooth<T> for Distance<'_, T> {
    type Point = DMatrix<T>;

    fn value_and_gradient(&self, at: &DMatrix<T>) -> Result<(T, DMatrix<T>)> {
        let (loss, mut entries) = (Gap(&self.targets), at.iter().copied());
        let sizes = self.network.sizes().into_iter();
        let theta: Vec<_> = sizes.map(|(m, p)| DMatrix::from_iterator(m, p, entries.by_ref().take(m * p))).collect();
        let (value, parts, _) = value_and_gradient(self.network, &theta, self.x, &loss, &Exec::Serial)?;
        let slopes: Vec<T> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        Ok((value, DMatrix::from_vec(slopes.len(), 1, slopes)))
    }
}

/// ½‖h − y‖² for each sample.
struct Gap<'a, T: Scalar>(&'a DMatrix<T>);

impl<T: Scalar> OutputLoss<T> for Gap<'_, T> {
    type Gradient = Vec<DMatrix<T>>;

    fn zero(&self, outputs: (usize, usize)) -> Result<Self::Gradient> {
        Error::check_size("the outputs", self.0.shape(), outputs)?;
        Ok(Vec::new())
    }
    fn block(&self, samples: Range<usize>, h: &DMatrix<T>, by_h: &mut DMatrix<T>, _: &mut Self::Gradient) -> T {
        by_h.copy_from(&(h - self.0.columns(samples.start, samples.len())));
        by_h.norm_squared() * T::of(0.5)
    }
}
