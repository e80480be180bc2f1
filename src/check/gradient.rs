//! The gradient against Taylor's theorem.

use super::ladder::{DIRECTIONS, order};
use super::sample::{Random, unit};
use super::{Report, Sample};
use crate::method::Evaluated;
use crate::space::Space;
use crate::{Cost, Real, Result, Smooth};

/// Checks that ∇f(x) is the gradient of f at x: |f(x + th) − f(x) − t⟨∇f(x), h⟩| must be of second order in t along
/// random directions h. A function that is linear near x has no remainder, and passes.
///
/// A gradient that is wrong in a single entry by about 10⁻⁶ of its size is seen, and the witness names the entry.
/// f must have a Lipschitz gradient near x: do not place x on a kink.
///
/// # Errors
/// Those of f at x, a gradient of another shape than x, a value or a gradient that is not finite.
pub fn gradient<T: Real, F: Smooth<T>>(f: &F, x: &F::Point) -> Result<Report>
where
    F::Point: Sample<T>,
{
    let here = Evaluated::at(f, x, &mut Cost::default())?;
    let (value, gradient) = (here.value(), here.gradient());
    let mut random = Random::new();
    let length = x.euclidean_norm().max(T::one());
    let directions: Vec<_> = (0..DIRECTIONS).map(|_| random.direction(x, length)).collect();
    let slopes: Vec<T> = directions.iter().map(|h| gradient.inner_product(h)).collect();
    let remainder = |i: usize, t: T| {
        let (there, _) = f.value_and_gradient(&x.plus(t, &directions[i])).ok()?;
        Some((there - value - t * slopes[i]).abs())
    };
    let law = "order of |f(x + th) − f(x) − t⟨∇f(x), h⟩| in t";
    let mut finding = order(law, 2.0, T::EPSILON * value.abs(), remainder);
    if !finding.passed() {
        finding.witness += &worst_entry(f, x, gradient);
    }
    Ok(Report { check: "gradient", findings: vec![finding] })
}

/// Entries that the search for the wrong one looks at.
const ENTRIES: usize = 1000;

/// The entry in which the gradient differs most from central differences.
fn worst_entry<T: Real, F: Smooth<T>>(f: &F, x: &F::Point, gradient: &F::Point) -> String
where
    F::Point: Sample<T>,
{
    let t = T::EPSILON.cbrt() * x.euclidean_norm().max(T::one());
    let value = |x: &F::Point| f.value_and_gradient(x).map_or(T::of(f64::NAN), |(value, _)| value);
    let entries = (0..x.sizes().count().min(ENTRIES)).map(|i| {
        let entry = unit(x, i);
        let difference = (value(&x.plus(t, &entry)) - value(&x.plus(-t, &entry))) / (t + t);
        (i, gradient.inner_product(&entry).to_f64(), difference.to_f64())
    });
    let worst = entries.max_by(|a, b| (a.1 - a.2).abs().total_cmp(&(b.1 - b.2).abs()));
    worst.map_or_else(String::new, |(i, says, difference)| {
        format!("; entry {i}: the gradient says {says:.6}, differences say {difference:.6}")
    })
}
