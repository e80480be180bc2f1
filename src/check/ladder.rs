//! The order of a remainder, measured over decades of steps.

use super::Finding;
use crate::Real;

/// Directions that a remainder is measured along.
pub(super) const DIRECTIONS: usize = 8;

/// The order of R(t) as t → 0, where R(t) is the largest remainder over the directions, so that a remainder which
/// vanishes by accident along one of them does not matter.
///
/// R is evaluated at t = 1, 10⁻¹, … 10⁻¹¹. The order is the slope of log R between the two smallest steps at which R
/// stands clear of rounding: far from it higher terms rule, near it noise does. Where R then falls into rounding at
/// once, as that of a set with corners, the order is at least the slope of this fall. Rounding is taken to be the
/// largest of `rounding` and of R at steps of a few ε, where nothing else is left. A remainder that is rounding
/// throughout has the order ∞. `remainder` is `None` where the function has no finite value.
pub(super) fn order<T: Real>(
    law: &'static str,
    least: f64,
    rounding: T,
    remainder: impl Fn(usize, T) -> Option<T>,
) -> Finding {
    let worst = |t: f64| {
        let remainders = (0..DIRECTIONS).filter_map(|i| Some((remainder(i, T::of(t))?.to_f64(), i)));
        remainders.filter(|(r, _)| r.is_finite()).max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let tiny = [1.0, 4.0, 16.0].map(|few| worst(few * T::EPSILON.to_f64()).map_or(0.0, |(r, _)| r));
    let clear = 100.0 * tiny.into_iter().fold(rounding.to_f64(), f64::max);
    let ladder: Vec<_> = (0..=11).map(|decade| 10_f64.powi(-decade)).map(|t| (t, worst(t))).collect();
    // Room for the next term of the expansion at the larger of the two steps.
    let mut finding = Finding::at_least(law, least - 0.2);
    let slope = |before: f64, after: f64| (before / after.max(clear)).log10();
    let threes = ladder.windows(3).filter_map(|three| Some((three[0].1?.0, three[1].0, three[1].1?, three[2].1?.0)));
    match threes.rev().find(|(before, _, (last, _), _)| before.min(*last) > clear) {
        Some((before, t, (last, i), after)) => {
            let measured = slope(before, last).max(if after > clear { 0.0 } else { slope(last, after) });
            finding.record(measured, || format!("remainder {last:.1e} at t = {t:.0e} along direction {i}"));
        }
        None if ladder.iter().all(|(_, worst)| worst.is_none()) => {
            finding.record(f64::NAN, || "no finite value at any step".into())
        }
        None => finding.record(f64::INFINITY, || format!("the remainder is below {clear:.0e}, which is rounding")),
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(remainder: impl Fn(f64) -> f64) -> f64 {
        order("R", 2.0, 1e-16, |i, t| Some(remainder(t * (1.0 + i as f64)))).measured
    }

    #[test]
    fn powers_have_their_order() {
        assert!((measured(|t| t * t + 5.0 * t.powi(3)) - 2.0).abs() < 1e-3);
        assert!((measured(|t| t.powi(3)) - 3.0).abs() < 1e-9);
        assert!((measured(|t| t * t + 1e-4 * t) - 1.0).abs() < 0.01);
        assert_eq!(measured(|_| 1e-16), f64::INFINITY);
        // Cancels at t = 10⁻³ of the first direction, where higher terms still rule.
        assert!((measured(|t| (t * t - 1e3 * t.powi(3)).abs()) - 2.0).abs() < 0.01);
        assert!(order("R", 2.0, 1e-16, |_, _| None::<f64>).measured.is_nan());
    }
}
