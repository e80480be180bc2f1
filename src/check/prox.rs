//! A proximal operator against brute force and the laws of convex analysis.

use super::sample::{Random, unit};
use super::search::descend;
use super::{Finding, Report, at, relative};
use crate::{Error, Prox, Real, Result};
use nalgebra::DMatrix;

/// Targets that are tried: the one given and random ones around it.
const TARGETS: usize = 4;

/// Checks that `p.prox(v, ρ)` minimises φ(x) = f(x) + ρ/2 ‖x − v‖², at v and at random targets around it:
///
/// - a compass search from the origin, from v and from a random point finds nothing lower, neither among all points nor
///   among other answers of the operator, which are in the domain of f;
/// - no one-sided difference of φ at the answer is negative, along the axes and random directions: 0 ∈ ∂φ(x);
/// - two calls give the same bits.
///
/// f must be +∞ (or NaN) off its domain, with room for rounding of 10⁻¹² at most. An indicator may instead be 0
/// everywhere: then points of its set are known from its prox alone, and only those are compared. Gaps are relative to
/// |f(x)| + ρ(‖x‖² + ‖v‖²), so choose a v in whose neighbourhood f matters. An operator with [`retune`](Prox::retune) must have been tuned to the penalty.
///
/// # Errors
/// Those of the operator, and an answer of another size than v.
pub fn prox<T: Real, P: Prox<T>>(p: &P, v: &DMatrix<T>, rho: T) -> Result<Report> {
    let length = v.norm().max(T::one());
    let mut random = Random::new();
    let targets: Vec<_> =
        (0..TARGETS).map(|i| if i == 0 { v.clone() } else { v + random.direction(v, length) }).collect();
    let silent = |x: &DMatrix<T>| p.value(x) == T::zero();
    let answers = targets.iter().map(|v| answer(p, v, rho)).collect::<Result<Vec<_>>>()?;
    let set_only = targets.iter().chain(&answers).all(silent);

    let root = T::EPSILON.sqrt();
    let mut lower = Finding::at_most("how much lower than prox(v) brute force gets, relative", root.to_f64());
    let mut slope = Finding::at_most("one-sided slope down from prox(v), relative", 64.0 * root.to_f64());
    let mut repeats = Finding::at_most("calls with the same input and another result", 0.0);
    for (i, (v, x)) in targets.iter().zip(&answers).enumerate() {
        repeats.record(f64::from(u8::from(answer(p, v, rho)? != *x)), || at("target", i));
        let problem = Problem { p, v, rho, set_only };
        let (here, scale) = (problem.total(x), problem.scale(x));
        for (start, name) in [(v * T::zero(), "the origin"), (v.clone(), "v"), (random.normal(v) * length, "random")] {
            let free = descend(&start, length, |y| problem.free(y));
            let inside = descend(&start, length, |y| problem.inside(y));
            let lowest = free.min(inside);
            let gain = relative((here - lowest).max(T::zero()), scale);
            lower.record(if here.is_finite() { gain } else { f64::NAN }, || {
                format!("target {i} from {name}: φ(prox(v)) = {:.6e} and {:.6e}", here.to_f64(), lowest.to_f64())
            });
        }
        // Long enough that the room which an indicator leaves for rounding does not pass for a slope.
        let step = T::EPSILON.cbrt() * x.norm().max(T::one());
        let axes = (0..v.len().min(64)).map(|i| (unit(v, i), format!("axis {i}")));
        let others = (0..8).map(|i| (random.direction(v, T::one()), at("direction", i)));
        for (h, name) in axes.chain(others).collect::<Vec<_>>() {
            for signed in [step, -step] {
                let there =
                    if set_only { problem.inside(&(v + &h * signed)) } else { problem.free(&(x + &h * signed)) };
                let fall = (here - there) / T::EPSILON.cbrt();
                let sign = if signed > T::zero() { '+' } else { '−' };
                slope.record(relative(fall.max(T::zero()), scale), || format!("target {i}, {sign}{name}"));
            }
        }
    }
    Ok(Report { check: "prox", findings: vec![lower, slope, repeats] })
}

/// [`prox`] for a convex f: its operator P is besides firmly non-expansive, ‖P(a) − P(b)‖² ≤ ⟨P(a) − P(b), a − b⟩ for
/// all a and b (Parikh and Boyd, "Proximal Algorithms", 2014, §2.3).
///
/// # Errors
/// Those of [`prox`].
pub fn convex_prox<T: Real, P: Prox<T>>(p: &P, v: &DMatrix<T>, rho: T) -> Result<Report> {
    let mut report = prox(p, v, rho)?;
    let law = "relative excess of ‖P(a) − P(b)‖² over ⟨P(a) − P(b), a − b⟩";
    let mut firm = Finding::at_most(law, T::EPSILON.sqrt().to_f64());
    let length = v.norm().max(T::one());
    let mut random = Random::new();
    for pair in 0..32 {
        let a = v + random.direction(v, length);
        let b = &a + random.direction(v, length * T::of([1.0, 0.3, 0.1, 0.03][pair % 4]));
        let gap = answer(p, &a, rho)? - answer(p, &b, rho)?;
        let apart = &a - &b;
        let excess = (gap.norm_squared() - gap.dot(&apart)).max(T::zero());
        firm.record(relative(excess, apart.norm_squared()), || at("pair", pair));
    }
    report.check = "convex_prox";
    report.findings.push(firm);
    Ok(report)
}

/// Moreau's identity for f and its conjugate f*, whose operators are given: v = prox_f(v, ρ) + prox_f*(ρv, 1/ρ)/ρ
/// (Parikh and Boyd 2014, §2.5).
///
/// # Errors
/// Those of the operators, and answers of another size than v.
pub fn moreau<T: Real, P: Prox<T>, Q: Prox<T>>(p: &P, conjugate: &Q, v: &DMatrix<T>, rho: T) -> Result<Report> {
    let law = "relative gap of v = prox_f(v, ρ) + prox_f*(ρv, 1/ρ)/ρ";
    let mut identity = Finding::at_most(law, T::EPSILON.sqrt().to_f64());
    let mut random = Random::new();
    for i in 0..8 {
        let v = if i == 0 { v.clone() } else { v + random.direction(v, v.norm().max(T::one())) };
        let (x, y) = (answer(p, &v, rho)?, answer(conjugate, &(&v * rho), T::one() / rho)?);
        let scale = x.norm() + y.norm() / rho + v.norm();
        identity.record(relative((v - x - y / rho).norm(), scale), || at("target", i));
    }
    Ok(Report { check: "moreau", findings: vec![identity] })
}

fn answer<T: Real, P: Prox<T>>(p: &P, v: &DMatrix<T>, rho: T) -> Result<DMatrix<T>> {
    let x = p.prox(v, rho)?;
    Error::check_size("result of prox", v.shape(), x.shape())?;
    Ok(x)
}

/// minimise φ(x) = f(x) + ρ/2 ‖x − v‖².
struct Problem<'a, T: Real, P> {
    p: &'a P,
    v: &'a DMatrix<T>,
    rho: T,
    /// f is the indicator of a set that only its prox knows.
    set_only: bool,
}

impl<T: Real, P: Prox<T>> Problem<'_, T, P> {
    /// φ(x), +∞ where f has no value.
    fn total(&self, x: &DMatrix<T>) -> T {
        let total = self.p.value(x) + self.rho * T::of(0.5) * (x - self.v).norm_squared();
        if total.is_finite() { total } else { T::of(f64::INFINITY) }
    }

    /// φ(y), where f tells what is in its domain.
    fn free(&self, y: &DMatrix<T>) -> T {
        if self.set_only { T::of(f64::INFINITY) } else { self.total(y) }
    }

    /// φ(prox(y)), in the domain of f for every y.
    fn inside(&self, y: &DMatrix<T>) -> T {
        self.p.prox(y, self.rho).map_or(T::of(f64::INFINITY), |x| self.total(&x))
    }

    /// Returns the size of the terms of φ(x), relative to which rounding is measured.
    fn scale(&self, x: &DMatrix<T>) -> T {
        self.p.value(x).abs() + self.rho * (x.norm_squared() + self.v.norm_squared())
    }
}
