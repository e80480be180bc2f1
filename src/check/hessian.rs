//! Products with the Hessian against differences of the gradient.

use super::ladder::{DIRECTIONS, order};
use super::sample::Random;
use super::{Finding, Report, Sample, at, relative};
use crate::method::Evaluated;
use crate::space::Space;
use crate::{Cost, Error, Real, Result, Smooth};

/// Checks that `product(x, h)` is ∇²f(x)h: ‖∇f(x + th) − ∇f(x) − t∇²f(x)h‖ must be of second order in t along random
/// directions h, and the product symmetric and linear in h. Check the [`gradient`](super::gradient) first.
///
/// # Errors
/// Those of f and of the product at x, results of another shape than x, a value or a gradient that is not finite.
pub fn hessian_vector<T: Real, F: Smooth<T>>(
    f: &F,
    x: &F::Point,
    product: impl Fn(&F::Point, &F::Point) -> Result<F::Point>,
) -> Result<Report>
where
    F::Point: Sample<T>,
{
    let here = Evaluated::at(f, x, &mut Cost::default())?;
    let gradient = here.gradient();
    let mut random = Random::new();
    let length = x.euclidean_norm().max(T::one());
    let directions: Vec<_> = (0..DIRECTIONS).map(|_| random.direction(x, length)).collect();
    let times = |h: &F::Point| {
        let turned = product(x, h)?;
        Error::check_size("product with the Hessian", x.sizes(), turned.sizes())?;
        Ok(turned)
    };
    let turned: Vec<_> = directions.iter().map(times).collect::<Result<_>>()?;
    let remainder = |i: usize, t: T| {
        let (_, there) = f.value_and_gradient(&x.plus(t, &directions[i])).ok()?;
        Some(there.plus(-T::one(), gradient).plus(-t, &turned[i]).euclidean_norm())
    };
    let law = "order of ‖∇f(x + th) − ∇f(x) − t∇²f(x)h‖ in t";
    let taylor = order(law, 2.0, T::EPSILON * gradient.euclidean_norm(), remainder);

    let mut symmetric = Finding::rounding::<T>("relative gap of ⟨∇²f h, k⟩ = ⟨h, ∇²f k⟩");
    let mut linear = Finding::rounding::<T>("relative gap of ∇²f(2h + k) = 2∇²f h + ∇²f k");
    let two = T::of(2.0);
    for i in 1..DIRECTIONS {
        let ((h, k), (hessian_h, hessian_k)) = ((&directions[i - 1], &directions[i]), (&turned[i - 1], &turned[i]));
        let size = hessian_h.euclidean_norm() + hessian_k.euclidean_norm();
        symmetric.record(relative(hessian_h.inner_product(k) - h.inner_product(hessian_k), size * length), || {
            at("directions up to", i)
        });
        let gap = times(&k.plus(two, h))?.plus(-T::one(), &hessian_k.plus(two, hessian_h));
        linear.record(relative(gap.euclidean_norm(), size), || at("directions up to", i));
    }
    Ok(Report { check: "hessian_vector", findings: vec![taylor, symmetric, linear] })
}
