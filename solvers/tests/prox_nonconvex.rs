//! Penalties and losses that are not convex: the operator finds the lowest of all points.

use crate::functions::*;
use crate::prox_twins::{close, prox};
use admm::{Error, Prox, Result};
use admm_solvers::prox::*;
use proptest::prelude::*;

/// A function of one entry, with its value and its slope for t > 0, written as in the books.
struct Penalty {
    name: &'static str,
    f: Box<dyn Prox<f64>>,
    value: fn(f64) -> f64,
    slope: fn(f64) -> f64,
}

fn scad(t: f64) -> f64 {
    match t {
        _ if t <= 0.8 => 0.8 * t,
        _ if t <= 3.0 * 0.8 => (2.0 * 3.0 * 0.8 * t - t * t - 0.64) / 4.0,
        _ => 0.64 * 4.0 / 2.0,
    }
}

fn scad_slope(t: f64) -> f64 {
    if t <= 0.8 { 0.8 } else { (3.0 * 0.8 - t).max(0.0) / 2.0 }
}

fn tukey(t: f64) -> f64 {
    1.5 * 1.5 / 6.0 * (1.0 - (1.0 - (t / 1.5).min(1.0).powi(2)).powi(3))
}

fn penalties() -> Vec<Penalty> {
    fn of(name: &'static str, f: impl Prox<f64> + 'static, value: fn(f64) -> f64, slope: fn(f64) -> f64) -> Penalty {
        Penalty { name, f: Box::new(f), value, slope }
    }
    vec![
        of("scad", Scad { lambda: 0.8, a: 3.0 }, scad, scad_slope),
        of(
            "mcp",
            Mcp { lambda: 0.8, gamma: 2.0 },
            |t| if t <= 1.6 { 0.8 * t - t * t / 4.0 } else { 0.64 },
            |t| (0.8 - t / 2.0).max(0.0),
        ),
        of("half", LHalf, f64::sqrt, |t| 0.5 / t.sqrt()),
        of("log-sum", LogSum { epsilon: 0.3 }, |t| (1.0 + t / 0.3).ln(), |t| 1.0 / (0.3 + t)),
        of("geman-reynolds", GemanReynolds { gamma: 0.5 }, |t| t / (0.5 + t), |t| 0.5 / (0.5 + t).powi(2)),
        of("exponential", ExponentialPenalty { gamma: 2.0 }, |t| 1.0 - (-2.0 * t).exp(), |t| 2.0 * (-2.0 * t).exp()),
        of(
            "student t",
            StudentT { degrees: 2.0, scale: 0.5 },
            |t| 1.5 * (1.0 + t * t / 0.5).ln(),
            |t| 3.0 * t / (0.5 + t * t),
        ),
        of(
            "cauchy",
            StudentT { degrees: 1.0, scale: 0.2 },
            |t| (1.0 + 25.0 * t * t).ln(),
            |t| 50.0 * t / (1.0 + 25.0 * t * t),
        ),
        of(
            "truncated squares",
            TruncatedSquares { c: 0.9 },
            |t| (t * t / 2.0).min(0.405),
            |t| if t < 0.9 { t } else { 0.0 },
        ),
        of("tukey", Tukey { c: 1.5 }, tukey, |t| t * (1.0 - (t / 1.5).min(1.0).powi(2)).powi(2)),
        of(
            "geman-mcclure",
            GemanMcClure { scale: 0.4 },
            |t| t * t / (0.16 + t * t),
            |t| 2.0 * 0.16 * t / (0.16 + t * t).powi(2),
        ),
    ]
}

/// The lowest value on a grid from 0 to `most`, with finer grids around the five lowest points of it.
fn lowest(most: f64, cost: &dyn Fn(f64) -> f64) -> f64 {
    let mut points: Vec<f64> = (0..=400).map(|i| most * f64::from(i) / 400.0).collect();
    points.sort_by(|a, b| cost(*a).total_cmp(&cost(*b)));
    let finer = |&start: &f64| {
        let (mut middle, mut width) = (start, most / 400.0);
        while width > 1e-12 * most {
            let grid = (-10..=10).map(|i| (middle + width * f64::from(i) / 10.0).max(0.0));
            middle = grid.min_by(|a, b| cost(*a).total_cmp(&cost(*b))).unwrap();
            width /= 4.0;
        }
        cost(middle)
    };
    points.iter().take(5).map(finer).fold(f64::INFINITY, f64::min)
}

proptest! {
    /// Lower than a dense grid, stationary, and with the value that the books say.
    #[test]
    fn nothing_is_lower(v in -5.0..5.0_f64, power in -2.0..2.0_f64) {
        let rho = 10_f64.powf(power);
        for Penalty { name, f, value, slope } in penalties() {
            let x = f.prox(&Matrix::from_element(1, 1, v), rho).unwrap();
            prop_assert!((f.value(&x) - value(x[0].abs())).abs() <= 1e-12, "{}", name);
            let cost = |t: f64| value(t) + rho / 2.0 * (t - v.abs()).powi(2);
            let (t, best) = (x[0].abs(), lowest(v.abs(), &cost));
            prop_assert!(cost(t) <= best + 1e-12 * (1.0 + rho), "{} at {}: {} and {}", name, t, cost(t), best);
            let rest = slope(t) + rho * (t - v.abs());
            prop_assert!(t == 0.0 || rest.abs() <= 1e-12 * (1.0 + rho) * (1.0 + v.abs()), "{} at {}: {:e}", name, t, rest);
            prop_assert!(x[0] * v >= 0.0);
        }
    }

    /// −α‖x‖ is the least of −α⟨d, x⟩ over all d of length 1. For each d the rest is a soft threshold: a dense grid of d.
    #[test]
    fn the_difference_of_norms(seed: u64, scale in 0.1..3.0_f64, rho in 0.2..5.0_f64, alpha in 0.0..1.0_f64) {
        let v = &(random::<f64>(2, 1, seed) * scale);
        let f = L1MinusL2 { alpha };
        let cost = |x: &Matrix| f.value(x) + rho / 2.0 * (x - v).norm_squared();
        let at = |angle: f64| {
            let shifted = v + Matrix::from_column_slice(2, 1, &[angle.cos(), angle.sin()]) * (alpha / rho);
            cost(&shifted.map(|entry| entry.signum() * (entry.abs() - 1.0 / rho).max(0.0)))
        };
        let best = lowest(std::f64::consts::TAU, &at);
        let x = prox(f, v, rho);
        prop_assert!(cost(&x) <= best + 1e-12 * (1.0 + rho), "{} and {best}: {x}", cost(&x));
        prop_assert!((f.value(&x) - (x.lp_norm(1) - alpha * x.norm())).abs() <= 1e-14 * scale);
    }

    /// With the units of x changed, those of the parameters change: prox(cv, ρ/c²) is c·prox(v, ρ).
    #[test]
    fn units_do_not_matter(seed: u64, exponent in -60..61_i32, rho in 0.1..10.0_f64) {
        let (v, c) = (&random::<f64>(3, 2, seed), 10_f64.powi(exponent));
        let same = |f: &dyn Fn(f64) -> Box<dyn Prox<f64>>| {
            close(&(f(c).prox(&(v * c), rho / c / c).unwrap() / c), &f(1.0).prox(v, rho).unwrap(), 1.0)
        };
        same(&|c| Box::new(LogSum { epsilon: 0.3 * c }))?;
        same(&|c| Box::new(StudentT { degrees: 2.0, scale: 0.3 * c }))?;
        same(&|c| Box::new(GemanMcClure { scale: 0.3 * c }))?;
        same(&|c| Box::new(GemanReynolds { gamma: 0.3 * c }))?;
        same(&|c| Box::new(ExponentialPenalty { gamma: 2.0 / c }))?;
        same(&|c| Box::new(Scaled { weight: 1.0 / c / c, of: Tukey { c: 0.7 * c } }))?;
        same(&|c| Box::new(Scaled { weight: 1.0 / c, of: Mcp { lambda: 0.7, gamma: 1.5 * c } }))?;
    }
}

/// With firm thresholding by hand, and hard thresholding where the pull is weak.
#[test]
fn thresholds() {
    let v = Matrix::from_column_slice(5, 1, &[0.7, 1.0, 1.9, 2.1, -9.0]);
    let x = prox(Mcp { lambda: 0.8, gamma: 2.0 }, &v, 1.0);
    close(&x, &Matrix::from_column_slice(5, 1, &[0.0, 0.4, 1.9, 2.1, -9.0]), 1.0).unwrap();
    // γλ²/2 = 0.64 against ¼v²/2: from v = √5.12 on.
    let x = prox(Mcp { lambda: 0.8, gamma: 2.0 }, &Matrix::from_column_slice(2, 1, &[2.26, 2.27]), 0.25);
    assert_eq!(x.as_slice(), [0.0, 2.27]);
}

fn refused(result: Result<Matrix>) -> bool {
    matches!(result, Err(Error::Parameters(messages)) if messages.len() == 1)
}

#[test]
fn parameters_out_of_range_are_refused() {
    let v = &random::<f64>(2, 2, 1);
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            refused(Scad { lambda: bad, a: 3.7 }.prox(v, 1.0)) && refused(Scad { lambda: 1.0, a: bad }.prox(v, 1.0))
        );
        assert!(
            refused(Mcp { lambda: bad, gamma: 2.0 }.prox(v, 1.0))
                && refused(Mcp { lambda: 1.0, gamma: bad }.prox(v, 1.0))
        );
        assert!(refused(LogSum { epsilon: bad }.prox(v, 1.0)));
        assert!(
            refused(GemanReynolds { gamma: bad }.prox(v, 1.0)) && refused(GemanMcClure { scale: bad }.prox(v, 1.0))
        );
        assert!(refused(TruncatedSquares { c: bad }.prox(v, 1.0)));
        assert!(refused(ExponentialPenalty { gamma: bad }.prox(v, 1.0)) && refused(Tukey { c: bad }.prox(v, 1.0)));
        assert!(refused(StudentT { degrees: bad, scale: 1.0 }.prox(v, 1.0)));
        assert!(refused(StudentT { degrees: 1.0, scale: bad }.prox(v, 1.0)));
        assert!(bad == 0.0 || refused(L1MinusL2 { alpha: bad }.prox(v, 1.0)));
        assert!(bad == 0.0 || refused(L1PlusL2 { l1: bad, l2: 1.0 }.prox(v, 1.0)));
        assert!(bad == 0.0 || refused(L1PlusL2 { l1: 1.0, l2: bad }.prox(v, 1.0)));
    }
    assert!(refused(Scad { lambda: 1.0, a: 1.0 }.prox(v, 1.0)) && refused(L1MinusL2 { alpha: 1.1 }.prox(v, 1.0)));
    assert!(refused(SumLargest { count: 0 }.prox(v, 1.0)) && refused(KyFan { count: 0 }.prox(v, 1.0)));
}
