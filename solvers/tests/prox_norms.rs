//! Norms that are made of others, against a slow second way, and their conditions of optimality.

use crate::functions::*;
use crate::prox_twins::{bisect, close, prox};
use admm::{Prox, check};
use admm_solvers::prox::*;
use proptest::prelude::*;

/// The best of all ways to cut a signal into constant parts with given signs of the jumps between them: a part is its
/// mean, moved by the jumps at its ends.
fn best_parts(v: &Matrix, rho: f64) -> Matrix {
    let cost = |x: &Matrix| TotalVariation.value(x) + rho / 2.0 * (x - v).norm_squared();
    let cut = |mut pattern: u32| {
        let jumps: Vec<f64> = (1..v.len()).map(|_| (f64::from(pattern % 3) - 1.0, pattern /= 3).0).collect();
        let (mut x, mut first) = (v.clone(), 0);
        for end in 1..=v.len() {
            if end < v.len() && jumps[end - 1] == 0.0 {
                continue;
            }
            let before = if first > 0 { jumps[first - 1] } else { 0.0 };
            let after = if end < v.len() { jumps[end - 1] } else { 0.0 };
            let length = (end - first) as f64;
            let level = v.rows_range(first..end).sum() / length + (after - before) / (rho * length);
            x.rows_range_mut(first..end).fill(level);
            first = end;
        }
        x
    };
    let patterns = (0..3_u32.pow(v.len() as u32 - 1)).map(cut);
    patterns.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap()
}

/// The entries less min(max(entry − τ, 0), 1/ρ), which is count/ρ in all, by bisection on τ.
fn lowered(x: &Matrix, count: usize, rho: f64) -> Matrix {
    let share = |tau: f64| x.map(|x| (x - tau).clamp(0.0, 1.0 / rho));
    let tau = bisect(x.min() - 1.0 / rho, x.max(), |tau| count as f64 / rho - share(tau).sum());
    x - share(tau)
}

proptest! {
    #[test]
    fn total_variation(n in 1..6_usize, seed: u64, scale in 0.1..10.0_f64, rho in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, 1, seed) * scale);
        close(&prox(TotalVariation, v, rho), &best_parts(v, rho), scale + 1.0 / rho)?;
    }

    /// The sums sₖ = ρ Σᵢ≤ₖ (xᵢ − vᵢ) are the signs of the jumps, between −1 and 1 where there is none, and 0 at the end.
    #[test]
    fn total_variation_of_long_signals(n in 1..200_usize, seed: u64, power in -6.0..6.0_f64, far in -1e6..1e6_f64) {
        let v = random::<f64>(n, 2, seed).add_scalar(far);
        let rho = 10_f64.powf(power);
        let x = prox(TotalVariation, &v, rho);
        for (x, v) in x.column_iter().zip(v.column_iter()) {
            let room = 1e-13 * (1.0 + far.abs()) * n as f64 * rho;
            let mut sum = 0.0;
            for i in 0..n {
                sum += rho * (x[i] - v[i]);
                let expected = if i + 1 < n { sum.clamp(-1.0, 1.0) } else { 0.0 };
                prop_assert!((sum - expected).abs() <= room, "{sum} at {i}");
                // A jump by less than rounding may be one or none.
                if i + 1 < n && (x[i + 1] - x[i]).abs() > 1e-15 * (1.0 + far.abs()) {
                    let sign = (x[i + 1] - x[i]).signum();
                    prop_assert!((sum - sign).abs() <= room, "{sum} with the sign {sign} at {i}");
                }
            }
        }
    }

    #[test]
    fn largest_entries(n in 1..6_usize, seed: u64, count in 1..12_usize, scale in 0.1..10.0_f64, rho in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, 2, seed) * scale);
        let size = scale + 10.0 / rho;
        close(&prox(SumLargest { count }, v, rho), &lowered(v, count.min(v.len()), rho), size)?;
        let magnitudes = v.abs();
        let cut = lowered(&magnitudes, count.min(v.len()), rho);
        // With τ below 0 all magnitudes are lowered by 1/ρ, as far as they reach.
        let most = magnitudes.map(|magnitude| (magnitude - 1.0 / rho).max(0.0));
        let total = magnitudes.map(|magnitude| magnitude.min(1.0 / rho)).sum();
        let twin = if total <= count as f64 / rho { most } else { cut };
        close(&prox(KyFan { count }, v, rho), &twin.zip_map(v, f64::copysign), size)?;
        // Norms that they are for the smallest and the largest count.
        close(&prox(KyFan { count: 1 }, v, rho), &prox(LInfinity, v, rho), size)?;
        close(&prox(KyFan { count: v.len() }, v, rho), &prox(L1, v, rho), size)?;
        let mut sorted: Vec<f64> = v.iter().copied().collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let sum: f64 = sorted.iter().take(count).sum();
        let value = SumLargest { count }.value(v);
        prop_assert!((value - sum).abs() <= 1e-12 * scale, "{value} and {sum}");
    }

    /// S = ρ(V − X) is a subgradient at X: its singular values are at most 1, r in all, and ⟨S, X⟩ is the norm.
    #[test]
    fn largest_singular_values(n in 1..5_usize, k in 1..4_usize, seed: u64, count in 1..4_usize, rho in 0.1..10.0_f64) {
        let v = &random::<f64>(n, k, seed);
        let f = SingularValues(KyFan { count });
        let x = prox(f, v, rho);
        let slope = (v - &x) * rho;
        let (values, room) = (slope.singular_values(), 1e-11 * (1.0 + rho));
        prop_assert!(values.max() <= 1.0 + room && values.sum() <= count as f64 + room, "{values}");
        prop_assert!((slope.dot(&x) - f.value(&x)).abs() <= room * (1.0 + v.norm()));
        let largest: f64 = x.singular_values().iter().take(count).sum();
        prop_assert!((f.value(&x) - largest).abs() <= room);
    }

    /// By bisection on the length: of x with soft thresholding, and of the root of ρ(t − ‖v‖) + 3t².
    #[test]
    fn sums_and_powers_of_lengths(n in 1..6_usize, seed: u64, l1 in 0.0..2.0_f64, l2 in 0.01..2.0_f64, power in -3..4_i32) {
        let (v, rho) = (&random::<f64>(n, 2, seed), 10_f64.powi(power));
        let soft = v.map(|v| v.signum() * (v.abs() - l1 / rho).max(0.0));
        let share = |length: f64| length / (length + l2 / rho);
        let length = bisect(0.0, v.norm() + 1.0, |length| length - soft.norm() * share(length));
        close(&prox(L1PlusL2 { l1, l2 }, v, rho), &(soft * share(length)), 1.0)?;
        let length = bisect(0.0, v.norm() + 1.0, |t| rho * (t - v.norm()) + 3.0 * t * t);
        close(&prox(CubedL2, v, rho), &(v.normalize() * length), 1.0)?;
    }

    /// Norms have no units: prox(cv, ρ/c) = c·prox(v, ρ).
    #[test]
    fn units_do_not_matter(n in 2..6_usize, seed: u64, exponent in -100..101_i32, rho in 0.1..10.0_f64) {
        let (v, c) = (&random::<f64>(n, 2, seed), 10_f64.powi(exponent));
        let same = |f: &dyn Fn(&Matrix, f64) -> Matrix| close(&(f(&(v * c), rho / c) / c), &f(v, rho), 1.0);
        same(&|v, rho| prox(TotalVariation, v, rho))?;
        same(&|v, rho| prox(SumLargest { count: 2 }, v, rho))?;
        same(&|v, rho| prox(KyFan { count: 2 }, v, rho))?;
        same(&|v, rho| prox(L1PlusL2 { l1: 0.3, l2: 0.5 }, v, rho))?;
    }

    /// −log det X by the condition X − X⁻¹/ρ = V, and the ball of the nuclear norm by the ball of the singular values.
    #[test]
    fn functions_of_a_spectrum(n in 1..5_usize, seed: u64, rho in 0.1..10.0_f64) {
        let v = random::<f64>(n, n, seed);
        let v = &(&v + v.transpose());
        let x = prox(Eigenvalues(NegativeLog), v, rho);
        let inverse = x.clone().cholesky().expect("a positive definite matrix").inverse();
        close(&(&x - inverse / rho), v, 10.0 * v.norm() + 10.0)?;
        let ball = SingularValues(L1Ball { radius: 1.0 });
        let x = prox(ball, v, 1.0);
        // ⟨V − X, Y − X⟩ ≤ 0 for all Y of the ball, whose extreme points have rank 1.
        let farthest = (v - &x).singular_values().max();
        prop_assert!(x.singular_values().sum() <= 1.0 + 1e-12 && farthest - (v - &x).dot(&x) <= 1e-11 * (1.0 + v.norm()));
    }
}

#[test]
fn a_determinant_passes_the_check_kit() {
    for seed in 0..3 {
        let v = random::<f64>(2, 2, seed);
        check::convex_prox(&Eigenvalues(NegativeLog), &(&v + v.transpose()), 0.7).unwrap().assert();
    }
}

/// A signal with a mean of 10¹⁰⁰, and a weight that makes it constant.
#[test]
fn a_far_signal_keeps_its_mean() {
    let v = Matrix::from_column_slice(4, 1, &[3e100, 1e100, -1e100, 1e100]);
    let mean = Matrix::from_element(4, 1, 1e100);
    assert!((prox(TotalVariation, &v, 1e-300) - mean).amax() <= 1e-15 * 1e100);
    assert!((prox(TotalVariation, &v, 1.0) - &v).amax() <= 1e-15 * 1e100);
}
