//! A constraint set: its tangent projection, its retraction, its projection, and the laws of its kind.

use super::ladder::{DIRECTIONS, order};
use super::sample::Random;
use super::{Finding, Report, at, relative, rounding};
use crate::{ConstraintSet, Error, Geometry, Real, Result};
use nalgebra::DMatrix;

/// Checks that a set keeps the promises of [`ConstraintSet`] around its point x.
///
/// The laws of every set:
///
/// - the tangent projection is idempotent, and what it removes is orthogonal to what it keeps;
/// - every step lands, small, of the size of x or a thousand times larger, tangent or not, and no step is no move;
/// - x + step is met to first order (see [`retraction`]);
/// - the projection lands, leaves what it has projected, and no sampled point of the set is nearer. The samples include
///   moves from the projection down the gradient of the distance.
///
/// The laws of one [`Geometry`]:
///
/// - the tangent projection of a smooth set is linear, at x and at projections of points far from it;
/// - the projection on a convex set is firmly nonexpansive, the set contains the middle of any two of its points, and
///   what its tangent projection removes is normal to it;
/// - every point of the whole space is its own projection.
///
/// Check a set with a boundary twice, at a point inside and at one on the boundary. A tangent space that is too small
/// is not seen: that of a quotient manifold is smaller than that of the set.
///
/// # Errors
/// A point x that is not on the set, a result of the wrong size, and the errors of the set near x.
pub fn constraint_set<T: Real, M: ConstraintSet<T>>(m: &M, x: &DMatrix<T>) -> Result<Report> {
    let around = Around::new(m, x)?;
    let mut findings = around.tangents()?;
    findings.extend(around.landings()?);
    findings.extend(around.follows(2)?);
    findings.extend(around.projections()?);
    findings.extend(match m.geometry() {
        Geometry::Flat => vec![around.linear()?, around.whole()?],
        Geometry::Manifold => vec![around.linear()?],
        Geometry::Convex => around.convex()?,
        Geometry::General => vec![],
    });
    Ok(Report { check: "constraint_set", findings })
}

/// Checks the order of the retraction at x: that of R(x, tξ) − x − tξ in t along tangent directions ξ must be 2, or
/// more. Asked for the order 3, the tangent projection of the remainder must be of third order: a second-order
/// retraction, such as the polar one.
///
/// # Errors
/// Those of [`constraint_set`].
pub fn retraction<T: Real, M: ConstraintSet<T>>(m: &M, x: &DMatrix<T>, order: u8) -> Result<Report> {
    Ok(Report { check: "retraction", findings: Around::new(m, x)?.follows(order)? })
}

/// A point of the set, with random directions of its size.
struct Around<'a, T: Real, M> {
    m: &'a M,
    x: &'a DMatrix<T>,
    length: T,
    directions: Vec<DMatrix<T>>,
}

impl<'a, T: Real, M: ConstraintSet<T>> Around<'a, T, M> {
    fn new(m: &'a M, x: &'a DMatrix<T>) -> Result<Self> {
        let (length, residual) = (x.norm().max(T::one()), m.residual(x)?);
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
    fn tangent(&self, p: &DMatrix<T>, g: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.sized("tangent projection", self.m.tangent(p, g)?)
    }
    fn project(&self, y: &DMatrix<T>) -> Result<DMatrix<T>> {
        self.sized("projection", self.m.project(y)?)
    }

    fn tangents(&self) -> Result<Vec<Finding>> {
        let mut twice = Finding::rounding::<T>("relative gap of tangent(tangent(g)) = tangent(g)");
        let mut orthogonal = Finding::rounding::<T>("relative gap of ⟨tangent(g), g − tangent(g)⟩ = 0");
        for (i, g) in self.directions.iter().enumerate() {
            let tangent = self.tangent(self.x, g)?;
            let again = self.tangent(self.x, &tangent)?;
            twice.record(relative((again - &tangent).norm(), g.norm()), || at("direction", i));
            orthogonal.record(relative(tangent.dot(&(g - &tangent)), g.norm_squared()), || at("direction", i));
        }
        Ok(vec![twice, orthogonal])
    }

    fn landings(&self) -> Result<[Finding; 2]> {
        let mut lands = Finding::rounding::<T>("residual of retract(x, step), relative to x");
        let mut rests = Finding::rounding::<T>("relative gap of retract(x, 0) = x");
        let land = |step: &DMatrix<T>| -> Result<(T, T)> {
            let y = self.m.retract(self.x, step)?;
            Ok((self.m.residual(&y)?, (y - self.x).norm()))
        };
        let mut judge = |step: DMatrix<T>, witness: String| match land(&step) {
            Ok((residual, moved)) => {
                lands.record(relative(residual, self.length), || witness);
                moved
            }
            Err(error) => {
                lands.record(f64::NAN, || format!("{witness}: {error}"));
                T::of(f64::NAN)
            }
        };
        let rest = judge(self.x * T::zero(), "no step".into());
        rests.record(relative(rest, self.length), || "no step".into());
        for (i, g) in self.directions.iter().enumerate() {
            let downhill = -self.tangent(self.x, g)?;
            for size in [1e-3, 1.0, 1e3].map(T::of) {
                judge(&downhill * size, format!("tangent direction {i}, {size} times x"));
                judge(g * size, format!("direction {i}, {size} times x"));
            }
        }
        Ok([lands, rests])
    }

    fn follows(&self, expected: u8) -> Result<Vec<Finding>> {
        let steps = self.directions.iter().map(|g| Ok(-self.tangent(self.x, g)?)).collect::<Result<Vec<_>>>()?;
        let remainder = |i: usize, t: T| Some(self.m.retract(self.x, &(&steps[i] * t)).ok()? - self.x - &steps[i] * t);
        let noise = T::EPSILON * self.length;
        let whole = |i, t| Some(remainder(i, t)?.norm());
        let mut findings = vec![order("order of ‖retract(x, tξ) − x − tξ‖ in t", 2.0, noise, whole)];
        if expected > 2 {
            let tangent = |i, t| Some(self.m.tangent(self.x, &remainder(i, t)?).ok()?.norm());
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
            lands.record(relative(self.m.residual(&p)?, size), || at("point", i));
            twice.record(relative((self.project(&p)? - &p).norm(), size), || at("point", i));
            let slope = -self.tangent(&p, &(&p - &y))?;
            let moves = [1.0, 0.1, 1e-2, 1e-3].map(|t| self.m.retract(&p, &(&slope * T::of(t))));
            for (j, sample) in moves.into_iter().flatten().chain(others.iter().cloned()).enumerate() {
                // A retraction that does not land has its own finding.
                if self.m.residual(&sample)? <= rounding::<T>() * size {
                    let gain = (&y - &p).norm() - (&y - &sample).norm();
                    nearest.record(relative(gain.max(T::zero()), size), || format!("point {i}, sample {j}"));
                }
            }
        }
        Ok([lands, twice, nearest])
    }

    /// Points of the set: x, and projections of points far from it.
    fn points(&self) -> Result<Vec<DMatrix<T>>> {
        let far = self.directions.iter().map(|g| self.project(&(self.x + g * T::of(10.0))));
        std::iter::once(Ok(self.x.clone())).chain(far).collect()
    }

    fn linear(&self) -> Result<Finding> {
        let mut linear = Finding::rounding::<T>("relative gap of tangent(g − 2h) = tangent(g) − 2 tangent(h), smooth");
        for (i, p) in self.points()?.iter().enumerate() {
            for pair in self.directions.windows(2) {
                let (g, h, two) = (&pair[0], &pair[1], T::of(2.0));
                let apart = self.tangent(p, g)? - self.tangent(p, h)? * two;
                let gap = (self.tangent(p, &(g - h * two))? - apart).norm();
                linear.record(relative(gap, g.norm() + h.norm() * two), || at("point", i));
            }
        }
        Ok(linear)
    }

    fn whole(&self) -> Result<Finding> {
        let mut whole = Finding::rounding::<T>("relative gap of project(y) = y, the whole space");
        for (i, g) in self.directions.iter().enumerate() {
            let y = self.x + g;
            whole.record(relative((self.project(&y)? - &y).norm(), self.length), || at("direction", i));
        }
        Ok(whole)
    }

    fn convex(&self) -> Result<Vec<Finding>> {
        let mut middle = Finding::rounding::<T>("residual of (p + q)/2 for p and q of the set, relative, convex");
        let mut firm = Finding::rounding::<T>("relative excess of ‖P(a) − P(b)‖² over ⟨P(a) − P(b), a − b⟩, convex");
        let mut normal = Finding::rounding::<T>("how far ⟨g − tangent(g), q − p⟩ is below 0 at p, relative, convex");
        let points = self.points()?;
        let size = points.iter().fold(self.length, |size, p| size.max(p.norm()));
        for (i, p) in points.iter().enumerate() {
            for (j, q) in points.iter().enumerate().filter(|(j, _)| *j != i) {
                let witness = || format!("points {i} and {j}");
                middle.record(relative(self.m.residual(&((p + q) * T::of(0.5)))?, size), witness);
                let g = &self.directions[j % DIRECTIONS];
                let below = (self.tangent(p, g)? - g).dot(&(q - p)).max(T::zero());
                normal.record(relative(below, g.norm() * size), witness);
                // One point of the pair is on the set, and one is not.
                let away = q + g;
                let (gap, apart) = (self.project(&away)? - p, away - p);
                let excess = (gap.norm_squared() - gap.dot(&apart)).max(T::zero());
                firm.record(relative(excess, apart.norm_squared().max(size * size)), witness);
            }
        }
        Ok(vec![middle, firm, normal])
    }
}
