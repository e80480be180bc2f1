//! A constraint set: its tangent spaces, its retraction, its projection.

use super::ladder::{DIRECTIONS, order};
use super::sample::Random;
use super::{Finding, Report, at, relative, rounding};
use crate::{Error, Manifold, Real, Result};
use nalgebra::DMatrix;

/// Checks that a set keeps the promises of [`Manifold`] around its point x:
///
/// - the tangent part is an orthogonal projection: doing it twice changes nothing, and what it removes is orthogonal to
///   what it keeps (for a linear map that is self-adjointness; a cone of feasible directions keeps it too);
/// - every step lands, small, of the size of x or a thousand times larger, tangent or not, and no step is no move;
/// - x + step is met to first order (see [`retraction`]);
/// - the projection lands, leaves what it has projected, and no sampled point of the set is nearer. The samples include
///   moves from the projection down the gradient of the distance.
///
/// A tangent space that is too small is not seen: that of a quotient manifold is smaller than that of the set.
///
/// # Errors
/// A point x that is not on the set, a result of the wrong size, and what `project` says near x.
pub fn manifold<T: Real, M: Manifold<T>>(m: &M, x: &DMatrix<T>) -> Result<Report> {
    let around = Around::new(m, x)?;
    let mut findings = around.tangents()?;
    findings.extend(around.landings());
    findings.extend(around.follows(2)?);
    findings.extend(around.projections()?);
    Ok(Report { check: "manifold", findings })
}

/// The order of the retraction at x: that of R(x, tξ) − x − tξ in t along tangent directions ξ must be 2, or more.
/// Asked for the order 3, the tangent part of the remainder must be of third order: a second-order retraction, such as
/// the polar one.
///
/// # Errors
/// Those of [`manifold`].
pub fn retraction<T: Real, M: Manifold<T>>(m: &M, x: &DMatrix<T>, order: u8) -> Result<Report> {
    Ok(Report { check: "retraction", findings: Around::new(m, x)?.follows(order)? })
}

/// A point of the set, with random directions of its size.
struct Around<'a, T: Real, M> {
    m: &'a M,
    x: &'a DMatrix<T>,
    length: T,
    directions: Vec<DMatrix<T>>,
}

impl<'a, T: Real, M: Manifold<T>> Around<'a, T, M> {
    fn new(m: &'a M, x: &'a DMatrix<T>) -> Result<Self> {
        let (length, residual) = (x.norm().max(T::one()), m.residual(x));
        if residual > rounding::<T>() * length || !residual.is_finite() {
            return Err(Error::parameter("x", format!("must be on the set to check, but its residual is {residual}")));
        }
        let mut random = Random::new();
        let directions = (0..DIRECTIONS).map(|_| random.direction(x, length)).collect();
        Ok(Around { m, x, length, directions })
    }

    fn sized(&self, place: &str, result: DMatrix<T>) -> Result<DMatrix<T>> {
        Error::check_size(place, self.x.shape(), result.shape())?;
        Ok(result)
    }
    /// A direction in which to leave p: minus the tangent part of a gradient g.
    fn downhill(&self, p: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        Ok(-self.sized("tangent part", self.m.tangent(p, g))?)
    }
    fn project(&self, y: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.sized("projection", self.m.project(y)?)
    }

    fn tangents(&self) -> Result<Vec<Finding>> {
        let mut twice = Finding::rounding::<T>("relative gap of tangent(tangent(g)) = tangent(g)");
        let mut orthogonal = Finding::rounding::<T>("relative gap of ⟨tangent(g), g − tangent(g)⟩ = 0");
        for (i, g) in self.directions.iter().enumerate() {
            let tangent = self.sized("tangent part", self.m.tangent(self.x, g))?;
            let again = self.m.tangent(self.x, &tangent);
            twice.record(relative((again - &tangent).norm(), g.norm()), || at("direction", i));
            orthogonal.record(relative(tangent.dot(&(g - &tangent)), g.norm_squared()), || at("direction", i));
        }
        Ok(vec![twice, orthogonal])
    }

    fn landings(&self) -> [Finding; 2] {
        let mut lands = Finding::rounding::<T>("residual of retract(x, step), relative to x");
        let mut rests = Finding::rounding::<T>("relative gap of retract(x, 0) = x");
        let mut judge = |step: DMatrix<T>, witness: String| match self.m.retract(self.x, &step) {
            Ok(y) => {
                let residual = relative(self.m.residual(&y), self.length);
                lands.record(residual, || witness);
                (y - self.x).norm()
            }
            Err(error) => {
                lands.record(f64::NAN, || format!("{witness}: {error}"));
                T::of(f64::NAN)
            }
        };
        let rest = judge(self.x * T::zero(), "no step".into());
        rests.record(relative(rest, self.length), || "no step".into());
        for (i, g) in self.directions.iter().enumerate() {
            for size in [1e-3, 1.0, 1e3].map(T::of) {
                judge(-self.m.tangent(self.x, g) * size, format!("tangent direction {i}, {size} times x"));
                judge(g * size, format!("direction {i}, {size} times x"));
            }
        }
        [lands, rests]
    }

    fn follows(&self, expected: u8) -> Result<Vec<Finding>> {
        let steps = self.directions.iter().map(|g| self.downhill(self.x, g)).collect::<Result<Vec<_>>>()?;
        let remainder = |i: usize, t: T| Some(self.m.retract(self.x, &(&steps[i] * t)).ok()? - self.x - &steps[i] * t);
        let noise = T::EPSILON * self.length;
        let whole = |i, t| Some(remainder(i, t)?.norm());
        let mut findings = vec![order("order of ‖retract(x, tξ) − x − tξ‖ in t", 2.0, noise, whole)];
        if expected > 2 {
            let tangent = |i, t| Some(self.m.tangent(self.x, &remainder(i, t)?).norm());
            let law = "order of ‖tangent(retract(x, tξ) − x − tξ)‖ in t";
            findings.push(order(law, expected.into(), noise, tangent));
        }
        Ok(findings)
    }

    fn projections(&self) -> Result<[Finding; 3]> {
        let mut lands = Finding::rounding::<T>("residual of project(y), relative to y");
        let mut twice = Finding::rounding::<T>("relative gap of project(project(y)) = project(y)");
        let mut nearest = Finding::rounding::<T>("how much nearer than project(y) a sample is, relative to y");
        let others = self.directions.iter().map(|g| self.project(g)).collect::<Result<Vec<_>>>()?;
        for (i, g) in self.directions.iter().enumerate() {
            let y = self.x + g * T::of([0.1, 1.0, 10.0][i % 3]);
            let (p, size) = (self.project(&y)?, y.norm().max(self.length));
            lands.record(relative(self.m.residual(&p), size), || at("point", i));
            twice.record(relative((self.project(&p)? - &p).norm(), size), || at("point", i));
            let slope = self.downhill(&p, &(&p - &y))?;
            let moves = [1.0, 0.1, 1e-2, 1e-3].map(|t| self.m.retract(&p, &(&slope * T::of(t))));
            for (j, sample) in moves.into_iter().flatten().chain(others.iter().cloned()).enumerate() {
                // A retraction that does not land has its own finding.
                if self.m.residual(&sample) <= rounding::<T>() * size {
                    let gain = (&y - &p).norm() - (&y - &sample).norm();
                    nearest.record(relative(gain.max(T::zero()), size), || format!("point {i}, sample {j}"));
                }
            }
        }
        Ok([lands, twice, nearest])
    }
}
