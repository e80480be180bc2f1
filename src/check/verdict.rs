//! The verdict against a more accurate run.

use super::sample::Random;
use super::{Finding, Report, Sample};
use crate::space::Space;
use crate::{Coordinator, Real, Result, Status, Subproblem};

/// A `converged` run may be so many times its tolerance away from where a more accurate one ends.
const FAR: f64 = 100.0;
/// The more accurate run asks for this share of the tolerance.
const SHARE: f64 = 1e-3;
/// The penalties, which stand for units of the objective: with ρ in another unit the problem is the same.
const PENALTIES: [f64; 5] = [1e-6, 1e-3, 1.0, 1e3, 1e6];
/// The starts at every penalty.
const STARTS: usize = 3;

/// Checks that two blocks of yours, under a coordinator that `build` makes for a penalty ρ, are never called `converged`
/// far from where a run ends that goes on from there a thousand times as accurately.
///
/// Each of 15 runs starts with another ρ or from another dual. A run that does not converge is no false verdict, and
/// neither is one whose continuation does not; the second finding counts the runs that say nothing for these reasons. A
/// problem with many solutions may move along them and fail.
///
/// ```
/// use admm::*;
/// use admm::nalgebra::DMatrix;
///
/// struct Near(f64); // ½‖x − b‖²
/// impl Prox<f64> for Near {
///     fn value(&self, x: &DMatrix<f64>) -> f64 { x.add_scalar(-self.0).norm_squared() / 2.0 }
///     fn prox(&self, v: &DMatrix<f64>, rho: f64) -> Result<DMatrix<f64>> {
///         Ok((v * rho).add_scalar(self.0) / (1.0 + rho))
///     }
/// }
///
/// let start = DMatrix::zeros(3, 1);
/// check::verdict(|rho| {
///     Coordinator::new(Exact(Near(1.0)), Negated(Exact(Near(3.0))), start.clone(), start.clone(), rho)
/// })?
/// .assert();
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Those of `build`, and of the runs.
pub fn verdict<T: Real, P, Q>(build: impl Fn(T) -> Result<Coordinator<T, P, Q>>) -> Result<Report>
where
    P: Subproblem<T>,
    Q: Subproblem<T, Image = P::Image>,
    P::Image: Sample<T>,
{
    let mut far =
        Finding::at_most("distance of a converged run from a more accurate one, in units of its tolerance", FAR);
    let mut silent = Finding::at_most("share of the runs that did not converge, before or after", 0.99);
    let (mut random, mut said, mut runs) = (Random::new(), 0.0, 0.0);
    for rho in PENALTIES.map(T::of) {
        for start in 0..STARTS {
            let admm = build(rho)?;
            let like = admm.state().bz.clone();
            let dual = if start == 0 { like.zero_like() } else { random.normal(&like) };
            runs += 1.0;
            if let Some(distance) = distance(admm.with_dual(dual)?)? {
                said += 1.0;
                far.record(distance, || format!("ρ = {rho}, start {start}"));
            }
        }
    }
    silent.record(1.0 - said / runs, || format!("{said} of {runs} runs converged twice"));
    Ok(Report { check: "verdict", findings: vec![far, silent] })
}

/// How far a converged run is from its continuation, relative to the size of Bz and the tolerance.
fn distance<T: Real, P, Q>(mut admm: Coordinator<T, P, Q>) -> Result<Option<f64>>
where
    P: Subproblem<T>,
    Q: Subproblem<T, Image = P::Image>,
{
    let tolerance = admm.tolerance.relative.max(f64::EPSILON);
    let first = admm.run(())?;
    admm.tolerance.relative *= SHARE;
    admm.tolerance.absolute *= SHARE;
    let second = admm.run(())?;
    if [first.status, second.status].iter().any(|&status| status != Status::Converged) {
        return Ok(None);
    }
    let moved = second.best.bz.plus(-T::one(), &first.best.bz).euclidean_norm();
    let size = second.best.bz.euclidean_norm().max(first.best.bz.euclidean_norm());
    Ok(Some(if moved > T::zero() { (moved / size).to_f64() / tolerance } else { 0.0 }))
}
