//! Every proximal operator against a slow second way, and its condition of optimality.

use crate::functions::*;
use admm::*;
use admm_solvers::prox::*;
use admm_solvers::set::{Bounds, Stiefel, UnitColumns, Whole};
use nalgebra::DMatrix;
use proptest::prelude::*;

pub fn prox(f: impl Prox<f64>, v: &Matrix, rho: f64) -> Matrix {
    f.prox(v, rho).unwrap()
}

pub fn close(x: &Matrix, twin: &Matrix, scale: f64) -> std::result::Result<(), TestCaseError> {
    let gap = (x - twin).norm();
    prop_assert!(gap <= 1e-11 * (1.0 + scale), "{gap:e} apart: {x} {twin}");
    Ok(())
}

/// The x with slope(x) = 0 for an increasing slope, by bisection.
pub fn bisect(mut low: f64, mut high: f64, slope: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    high
}

/// The minimiser of a convex sum over entries, by the derivative of one, in an interval that has it for sure.
pub fn each(v: &Matrix, rho: f64, derivative: impl Fn(f64) -> f64) -> Matrix {
    v.map(|v| {
        let far = 1.0 + v.abs() + 1.0 / rho;
        bisect(v - far, v + far, |x| derivative(x) + rho * (x - v))
    })
}

/// The best of all points that keep some entries and set the others to 0.
fn best_subset(v: &Matrix, cost: impl Fn(&Matrix) -> f64) -> f64 {
    let subset = |bits: u32| {
        let kept = (0..v.len()).map(|i| if bits >> i & 1 == 1 { v[i] } else { 0.0 });
        cost(&Matrix::from_iterator(v.nrows(), v.ncols(), kept))
    };
    (0..1 << v.len()).map(subset).fold(f64::INFINITY, f64::min)
}

fn thresholded(v: &Matrix, threshold: f64) -> Matrix {
    v.map(|v| v.signum() * (v.abs() - threshold).max(0.0))
}

/// Σ max(xᵢ − τ, 0) = total.
fn threshold(x: &Matrix, total: f64) -> f64 {
    bisect(x.min() - total, x.max(), |tau| total - x.map(|x| (x - tau).max(0.0)).sum())
}

proptest! {
    /// Where a derivative jumps, bisection on it stops at the jump.
    #[test]
    fn sums_over_entries(n in 1..6_usize, seed: u64, scale in 0.1..10.0_f64, rho in 0.01..10.0_f64) {
        let v = &(random::<f64>(n, 2, seed) * scale);
        let size = scale + 10.0 / rho;
        close(&prox(L1, v, rho), &each(v, rho, f64::signum), size)?;
        close(&prox(SquaredL2, v, rho), &each(v, rho, |x| x), size)?;
        let net = |x: f64| 0.7 * x.signum() + 0.3 * x;
        close(&prox(ElasticNet { l1: 0.7, l2: 0.3 }, v, rho), &each(v, rho, net), size)?;
        let huber = |x: f64| x.clamp(-0.8, 0.8);
        close(&prox(Huber { delta: 0.8 }, v, rho), &each(v, rho, huber), size)?;
        let hinge = |x: f64| if x < 1.0 { -1.0 } else { 0.0 };
        close(&prox(Hinge, v, rho), &each(v, rho, hinge), size)?;
        let squared = |x: f64| -2.0 * (1.0 - x).max(0.0);
        close(&prox(SquaredHinge, v, rho), &each(v, rho, squared), size)?;
        let logistic = |x: f64| -1.0 / (1.0 + x.exp());
        close(&prox(Logistic, v, rho), &each(v, rho, logistic), size)?;
        let quantile = |x: f64| if x < 0.0 { -0.7 } else { 0.3 };
        close(&prox(Quantile { level: 0.3 }, v, rho), &each(v, rho, quantile), size)?;
        let barrier = |x: f64| if x > 0.0 { -1.0 / x } else { f64::NEG_INFINITY };
        close(&prox(NegativeLog, v, rho), &each(v, rho, barrier), size)?;
        let tilted = |x: f64| x.clamp(-0.8, 0.8) + 0.2;
        let by = Matrix::from_element(n, 2, 0.2);
        close(&prox(Tilted { of: Huber { delta: 0.8 }, by }, v, rho), &each(v, rho, tilted), size)?;
    }

    /// 0 = ρ(x − v) − σ(−x) to rounding, for margins and penalties of every size.
    #[test]
    fn the_logistic_root_is_a_root(margin in -1e4..1e4_f64, power in -8..9_i32) {
        let rho = 10_f64.powi(power);
        let x = prox(Logistic, &Matrix::from_element(1, 1, margin), rho)[0];
        let slope = |x: f64| rho * (x - margin) - 1.0 / (1.0 + x.exp());
        let room = 1e-14 * (x.abs() + margin.abs());
        prop_assert!(slope(x - room) <= 0.0 && slope(x + room) >= 0.0, "{x}");
    }

    /// ρx² − ρvx − 1 = 0 to rounding, for arguments and penalties of every size: no cancellation.
    #[test]
    fn the_root_of_the_barrier_is_a_root(v in -1e6..1e6_f64, power in -8..9_i32) {
        let rho = 10_f64.powi(power);
        let x = prox(NegativeLog, &Matrix::from_element(1, 1, v), rho)[0];
        let slope = |x: f64| rho * x - rho * v - 1.0 / x;
        prop_assert!(slope(x * (1.0 - 1e-14)) <= 0.0 && slope(x * (1.0 + 1e-14)) >= 0.0, "{x}");
    }

    #[test]
    fn counts(n in 1..5_usize, seed: u64, rho in 0.1..10.0_f64, count in 0..6_usize) {
        let v = &random::<f64>(n, 2, seed);
        let cost = |x: &Matrix| L0.value(x) + rho / 2.0 * (x - v).norm_squared();
        prop_assert!(cost(&prox(L0, v, rho)) <= best_subset(v, cost) + 1e-12);
        let ball = L0Ball { count };
        let cost = |x: &Matrix| ball.value(x) + (x - v).norm_squared();
        prop_assert!(cost(&prox(ball, v, rho)) <= best_subset(v, cost) + 1e-12);
    }

    /// By the derivative of f(x) + ρ/2‖x − v‖² where it has one, and of its bound where it has none.
    #[test]
    fn norms(n in 1..6_usize, seed: u64, scale in 0.1..10.0_f64, rho in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, 2, seed) * scale);
        let along = bisect(0.0, v.norm() + 1.0, |length| 1.0 + rho * (length - v.norm()));
        close(&prox(L2, v, rho), &(v.normalize() * along), scale)?;
        let most = threshold(&v.abs(), 1.0 / rho).max(0.0);
        close(&prox(LInfinity, v, rho), &v.map(|v| v.clamp(-most, most)), scale + 1.0 / rho)?;
        let rows = prox(Columnwise(L2), v, rho);
        for (x, v) in rows.column_iter().zip(v.column_iter()) {
            let shrink = if v.norm() > 0.0 { (1.0 - 1.0 / (rho * v.norm())).max(0.0) } else { 0.0 };
            prop_assert!((x - v * shrink).norm() <= 1e-12 * scale);
        }
    }

    #[test]
    fn simplices_and_balls(n in 1..8_usize, seed: u64, scale in 0.01..100.0_f64, total in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, 2, seed) * scale);
        let tau = threshold(v, total);
        close(&prox(Simplex { total }, v, 1.0), &v.map(|v| (v - tau).max(0.0)), scale)?;
        let tau = threshold(&v.abs(), total);
        let inside = if v.lp_norm(1) <= total { v.clone() } else { thresholded(v, tau) };
        close(&prox(L1Ball { radius: total }, v, 1.0), &inside, scale)?;
        let shrink = (total / v.norm()).min(1.0);
        let ball = Indicator(Whole(admm_solvers::set::Ball { radius: total }));
        close(&prox(ball, v, 1.0), &(v * shrink), scale)?;
        let limits = Indicator(Bounds { lower: -total, upper: total });
        close(&prox(limits, v, 1.0), &v.map(|v| v.clamp(-total, total)), scale)?;
        close(&prox(Indicator(Whole(UnitColumns)), v, 1.0), &v.normalize(), scale)?;
    }

    /// By conditions of optimality, since matrices far from each other are almost as near where singular values are
    /// close: of the nuclear norm ρ(v − x) is a subgradient at x; low rank by Eckart and Young; orthonormal ones by the
    /// inner product.
    #[test]
    fn spectra(n in 1..5_usize, k in 1..4_usize, seed: u64, scale in 0.1..10.0_f64, rho in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, k, seed) * scale);
        let (values, room) = (v.singular_values(), 1e-12 * scale);
        let x = prox(SingularValues(L1), v, rho);
        let slope = (v - &x) * rho;
        let small = room * (1.0 / scale + rho);
        prop_assert!(slope.singular_values().max() <= 1.0 + small, "{v} {x}");
        prop_assert!((slope.dot(&x) - x.singular_values().sum()).abs() <= small * scale, "{v} {x}");
        prop_assert!((SingularValues(L1).value(v) - values.sum()).abs() <= room);
        let low = prox(SingularValues(L0Ball { count: 2 }), v, rho);
        prop_assert!(low.singular_values().iter().skip(2).all(|value| *value <= room), "{low}");
        let rest = values.iter().skip(2).map(|value| value * value).sum::<f64>().sqrt();
        prop_assert!(((v - &low).norm() - rest).abs() <= room, "{v} {low}");
        if k <= n {
            let near = prox(Indicator(Stiefel::default()), v, rho);
            prop_assert!((near.tr_mul(&near) - Matrix::identity(k, k)).norm() <= 1e-12, "{near}");
            prop_assert!((near.dot(v) - values.sum()).abs() <= room, "{v} {near}");
        }
    }

    /// X ⪰ 0, X − V ⪰ 0 for the symmetric part V, and ⟨X, X − V⟩ = 0.
    #[test]
    fn semidefinite_matrices(n in 1..6_usize, seed: u64, scale in 0.1..10.0_f64) {
        let v = &(random::<f64>(n, n, seed) * scale);
        let x = prox(Eigenvalues(NON_NEGATIVE), v, 1.0);
        let gap = &x - (v + v.transpose()) / 2.0;
        prop_assert!(x.symmetric_eigenvalues().min() >= -1e-12 * scale);
        prop_assert!(gap.symmetric_eigenvalues().min() >= -1e-12 * scale && x.dot(&gap).abs() <= 1e-11 * scale * scale);
    }

    /// In the second-order cone as in every cone K: x ∈ K, x − v ∈ K* and ⟨x, x − v⟩ = 0. This one is its own dual.
    #[test]
    fn the_second_order_cone(n in 1..6_usize, seed: u64, height in -3.0..3.0_f64) {
        let mut v = random::<f64>(n, 1, seed);
        v[0] = height;
        let x = prox(SecondOrderCone, &v, 1.0);
        let gap = &x - &v;
        let depth = |x: &Matrix| x[0] - x.rows(1, n - 1).norm();
        prop_assert!(depth(&x) >= -1e-14 && depth(&gap) >= -1e-14 && x.dot(&gap).abs() <= 1e-13);
    }

    /// By the Karush–Kuhn–Tucker system, solved by LU.
    #[test]
    fn linear_equations_and_inequalities(m in 1..4_usize, n in 1..6_usize, seed: u64, exponent in -100..101_i32) {
        let n = n.max(m);
        let (a, v) = (random::<f64>(m, n, seed), random::<f64>(n, 2, !seed));
        let b = &a * random::<f64>(n, 2, seed ^ 1);
        let mut system = Matrix::identity(n + m, n + m);
        system.view_mut((n, n), (m, m)).fill(0.0);
        system.view_mut((n, 0), (m, n)).copy_from(&a);
        system.view_mut((0, n), (n, m)).copy_from(&a.transpose());
        let right = Matrix::from_fn(n + m, 2, |i, j| if i < n { v[(i, j)] } else { b[(i - n, j)] });
        let twin = system.clone().lu().solve(&right).unwrap().rows(0, n).into_owned();
        let scale = 10_f64.powi(exponent);
        let condition = a.singular_values().max() / a.singular_values().min();
        let x = prox(Affine::new(&(&a * scale), &(&b * scale)).unwrap(), &v, 1.0);
        close(&x, &twin, condition * condition)?;
        // The same equations twice are no more equations.
        let twice = DMatrix::from_fn(2 * m, n, |i, j| a[(i % m, j)]);
        let doubled = DMatrix::from_fn(2 * m, 2, |i, j| b[(i % m, j)]);
        close(&prox(Affine::new(&twice, &doubled).unwrap(), &v, 1.0), &x, condition * condition)?;
        let (normal, offset) = (&v * scale, 0.4 * scale);
        let target = random::<f64>(n, 2, seed ^ 3);
        let excess = (v.dot(&target) - 0.4).max(0.0) / v.norm_squared();
        close(&prox(Halfspace { normal, offset }, &target, 1.0), &(&target - &v * excess), 1.0 / v.norm())?;
    }

    /// By the normal equations, solved by LU.
    #[test]
    fn quadratics(m in 1..6_usize, n in 1..6_usize, seed: u64, power in -4..5_i32) {
        let rho = 10_f64.powi(power);
        let (a, b, v) = (random::<f64>(m, n, seed), random::<f64>(m, 2, seed ^ 1), random::<f64>(n, 2, seed ^ 2));
        let normal = |p: &Matrix, q: &Matrix| {
            (p + Matrix::identity(n, n) * rho).lu().solve(&(&v * rho - q)).unwrap()
        };
        let squares = LeastSquares::new(a.clone(), b.clone()).unwrap();
        let (p, q) = (a.tr_mul(&a), -a.tr_mul(&b));
        let twin = normal(&p, &q);
        close(&prox(squares, &v, rho), &twin, (1.0 + 1.0 / rho) * (1.0 + twin.norm()))?;
        close(&prox(Quadratic::new(p, q).unwrap(), &v, rho), &twin, (1.0 + 1.0 / rho) * (1.0 + twin.norm()))?;
    }
}

/// Projections of points far away land where they should: the sorted threshold does not cancel.
#[test]
fn far_points_land() {
    let v = Matrix::from_column_slice(4, 1, &[1e100, 1e100, -1e100, 3.0]);
    assert_eq!(prox(Simplex { total: 1.0 }, &v, 1.0).as_slice(), [0.5, 0.5, 0.0, 0.0]);
    let third = 1.0 / 3.0;
    assert!(
        (prox(L1Ball { radius: 1.0 }, &v, 1.0) - Matrix::from_column_slice(4, 1, &[third, third, -third, 0.0])).amax()
            < 1e-16
    );
    assert_eq!(prox(LInfinity, &v, 1.0), v);
    assert_eq!(prox(L1, &v, 1.0), Matrix::from_column_slice(4, 1, &[1e100, 1e100, -1e100, 2.0]));
    let halfspace = Halfspace { normal: Matrix::from_element(4, 1, 1e-100), offset: 0.0 };
    assert_eq!(halfspace.value(&prox(halfspace.clone(), &v, 1.0)), 0.0);
}
