//! Projections on cones, slabs and polyhedra against a slow second way, and their conditions of optimality.

use crate::functions::*;
use crate::prox_twins::{close, prox};
use admm::{Error, Prox, check};
use admm_solvers::prox::*;
use proptest::prelude::*;

fn column(entries: &[f64]) -> Matrix {
    Matrix::from_column_slice(entries.len(), 1, entries)
}

/// Whether (r, s, t) is in the exponential cone but for rounding: r ≤ s log(t/s), where s is not 0.
fn is_inside(x: &Matrix, room: f64) -> bool {
    let [r, s, t] = [x[0] - room, x[1], x[2] + room];
    if s > 0.0 { r <= s * (t / s).ln() + room } else { r <= room && s >= -room && t >= 0.0 }
}

/// Whether (r, s, t) is in the dual cone but for rounding: s ≥ r(1 + log(t/(−r))), where r is not 0.
fn is_inside_dual(x: &Matrix, room: f64) -> bool {
    let [r, s, t] = [x[0], x[1] + room, x[2] + room];
    if r < 0.0 { s >= r * (1.0 + (t / -r).ln()) - room } else { r <= room && s >= 0.0 && t >= 0.0 }
}

/// The distance to the nearest of many points of the exponential cone: of its face s = 0, and of the rays through
/// (h, 1, eʰ), with a finer grid around the best h.
fn distance_to_exponential_cone(v: &Matrix) -> f64 {
    let ray = |h: f64| {
        let ray = column(&[h, 1.0, h.exp()]).normalize();
        (v - &ray * ray.dot(v).max(0.0)).norm()
    };
    let (mut best, mut middle, mut width) = (f64::INFINITY, 0.0, 60.0);
    while width > 1e-9 {
        let grid = (-60..=60).map(|i| middle + width * f64::from(i) / 60.0);
        let h = grid.min_by(|a, b| ray(*a).total_cmp(&ray(*b))).unwrap();
        (best, middle, width) = (ray(h).min(best), h, width / 20.0);
    }
    best.min((v - column(&[v[0].min(0.0), 0.0, v[2].max(0.0)])).norm())
}

/// x in K, x − v in K*, and ⟨x, x − v⟩ = 0.
fn is_nearest(v: &Matrix) -> std::result::Result<(), TestCaseError> {
    let (x, size) = (prox(ExponentialCone, v, 1.0), v.norm());
    let gap = &x - v;
    prop_assert!(is_inside(&x, 1e-13 * size) && is_inside_dual(&gap, 1e-13 * size), "{v} to {x}");
    prop_assert!(x.dot(&gap).abs() <= 1e-13 * size * size, "{v} to {x}");
    prop_assert_eq!(ExponentialCone.value(&x), 0.0);
    // The polar cone is the negative of the dual one.
    let polar = -prox(DualExponentialCone, &-v, 1.0);
    prop_assert!((v - &x - &polar).norm() <= 1e-14 * size && DualExponentialCone.value(&-polar) == 0.0);
    Ok(())
}

/// The nearest of all points that are nearest in the planes of some of the inequalities and of the equations, and that
/// satisfy all of them.
fn nearest_vertex(a: &Matrix, b: &Matrix, equations: usize, v: &Matrix) -> Matrix {
    let (m, n) = a.shape();
    let of = |tight: u32| {
        let rows: Vec<usize> = (0..m).filter(|&i| i < equations || tight >> i & 1 == 1).collect();
        let (part, offsets) = (a.select_rows(&rows), b.select_rows(&rows));
        let move_to = |x: &Matrix| x - part.clone().pseudo_inverse(1e-10).unwrap() * (&part * x - &offsets);
        let x = if rows.is_empty() { v.clone() } else { move_to(&move_to(v)) };
        let gaps = a * &x - b;
        let holds = (0..m).all(|i| if i < equations { gaps[i].abs() <= 1e-9 } else { gaps[i] <= 1e-9 });
        (holds, x)
    };
    let points = (0..1_u32 << m).map(of).filter(|(holds, _)| *holds).map(|(_, x)| x);
    points.min_by(|x, y| (x - v).norm().total_cmp(&(y - v).norm())).unwrap_or_else(|| Matrix::zeros(n, 1))
}

proptest! {
    #[test]
    fn the_exponential_cone(seed: u64, power in -3..4_i32) {
        let v = random::<f64>(3, 1, seed) * 10_f64.powi(power);
        is_nearest(&v)?;
        let x = prox(ExponentialCone, &v, 1.0);
        prop_assert!((&x - &v).norm() <= distance_to_exponential_cone(&v) + 1e-13 * v.norm());
    }

    /// With p + q ≥ √((p − q)² + 2‖x‖²) as the membership. The cone is its own dual.
    #[test]
    fn the_rotated_cone(n in 2..6_usize, seed: u64, scale in 0.1..10.0_f64) {
        let v = random::<f64>(n, 1, seed) * scale;
        let x = prox(RotatedSecondOrderCone, &v, 1.0);
        let gap = &x - &v;
        let depth = |x: &Matrix| x[0] + x[1] - (x[0] - x[1]).hypot(2_f64.sqrt() * x.rows(2, n - 2).norm());
        prop_assert!(depth(&x) >= -1e-13 * scale && depth(&gap) >= -1e-13 * scale, "{v} to {x}");
        prop_assert!(x.dot(&gap).abs() <= 1e-13 * scale * scale);
    }

    #[test]
    fn polyhedra(n in 1..5_usize, m in 1..7_usize, seed: u64, room in 0.0..1.0_f64, far in 0.1..10.0_f64) {
        let (a, inside) = (random::<f64>(m, n, seed), random::<f64>(n, 1, seed ^ 1));
        let b = &a * &inside + random::<f64>(m, 1, seed ^ 2).map(|entry| room * entry.abs());
        let v = &(random::<f64>(n, 1, seed ^ 3) * far);
        let condition = |a: &Matrix| a.singular_values().max() / a.singular_values().min();
        prop_assume!((0..m).all(|i| (0..i).all(|j| condition(&a.select_rows(&[i, j])) < 1e4 || n == 1)));
        let twin = nearest_vertex(&a, &b, 0, v);
        let x = prox(Polyhedron::new(&a, &b).unwrap(), v, 1.0);
        prop_assert!((&a * &x - &b).max() <= 1e-9, "{a} {b} {x}");
        prop_assert!(((&x - v).norm() - (&twin - v).norm()).abs() <= 1e-7 * (1.0 + far), "{x} {twin}");
        // The first inequality as an equation.
        let plane = Affine::new(&a.rows(0, 1).into_owned(), &b.rows(0, 1).into_owned()).unwrap();
        if let Ok(face) = Polyhedron::on_plane(&a.rows(1, m - 1).into_owned(), &b.rows(1, m - 1).into_owned(), plane) {
            let (x, twin) = (prox(face, v, 1.0), nearest_vertex(&a, &b, 1, v));
            prop_assert!((&a * &x - &b).max() <= 1e-9 && (a.row(0) * &x)[0] >= b[0] - 1e-9, "{a} {b} {x}");
            prop_assert!(((&x - v).norm() - (&twin - v).norm()).abs() <= 1e-7 * (1.0 + far), "{x} {twin}");
        } else {
            prop_assert!(room > 0.0, "the point inside is on all planes");
        }
    }

    /// A box is a polyhedron, and so is a simplex.
    #[test]
    fn polyhedra_with_operators_of_their_own(n in 2..9_usize, seed: u64, scale in 0.01..100.0_f64) {
        let (v, one) = (&(random::<f64>(n, 1, seed) * scale), Matrix::identity(n, n));
        let sides = Matrix::from_fn(2 * n, n, |i, j| if i < n { one[(i, j)] } else { -one[(i - n, j)] });
        let unit = Polyhedron::new(&sides, &Matrix::from_element(2 * n, 1, 1.0)).unwrap();
        close(&prox(unit, v, 1.0), &v.map(|v| v.clamp(-1.0, 1.0)), scale)?;
        let sum = Affine::new(&Matrix::from_element(1, n, 1.0), &column(&[1.0])).unwrap();
        let simplex = Polyhedron::on_plane(&-one, &Matrix::zeros(n, 1), sum).unwrap();
        close(&prox(simplex, v, 1.0), &prox(Simplex { total: 1.0 }, v, 1.0), scale)?;
    }

    /// By the normal equations (I + AᵀA)x = c + Aᵀd, solved by LU.
    #[test]
    fn graphs(m in 1..5_usize, n in 1..5_usize, seed: u64) {
        let (a, v) = (random::<f64>(m, n, seed), random::<f64>(n + m, 2, seed ^ 1));
        let right = v.rows(0, n) + a.tr_mul(&v.rows(n, m));
        let x = (Matrix::identity(n, n) + a.tr_mul(&a)).lu().solve(&right).unwrap();
        let twin = Matrix::from_fn(n + m, 2, |i, j| if i < n { x[(i, j)] } else { (a.row(i - n) * x.column(j))[0] });
        close(&prox(Affine::graph(&a, 2).unwrap(), &v, 1.0), &twin, 10.0)?;
    }

    #[test]
    fn slabs_and_values(n in 1..5_usize, seed: u64, lower in -2.0..1.0_f64, width in 0.0..2.0_f64) {
        let (normal, v) = (random::<f64>(n, 2, seed), random::<f64>(n, 2, seed ^ 1));
        let upper = lower + width;
        let height = normal.dot(&v);
        let twin = &v + &normal * ((height.clamp(lower, upper) - height) / normal.norm_squared());
        close(&prox(Hyperslab { normal: normal.clone(), lower, upper }, &v, 1.0), &twin, 1.0 / normal.norm())?;
        let (low, high) = (lower, lower + width + 0.1);
        let points = (0..1_u32 << v.len()).map(|bits| {
            let entries = (0..v.len()).map(|i| if bits >> i & 1 == 1 { high } else { low });
            (Matrix::from_iterator(n, 2, entries) - &v).norm()
        });
        let f = Binary { low, high };
        let x = prox(f, &v, 1.0);
        prop_assert!((&x - &v).norm() <= points.fold(f64::INFINITY, f64::min) + 1e-14);
        prop_assert!(f.value(&x) == 0.0 && f.value(&v) == f64::INFINITY);
    }
}

/// Entries that are as far from each other as can be.
#[test]
fn corners_of_the_exponential_cone() {
    let entries = [-1e8, -300.0, -1.0, -1e-8, 0.0, 1e-8, 1.0, 300.0, 1e8];
    for r in entries {
        for s in entries {
            for t in entries {
                is_nearest(&column(&[r, s, t])).unwrap();
            }
        }
    }
    let tiny = column(&[1e-300, -2e-300, 3e-310]);
    assert!((prox(ExponentialCone, &tiny, 1.0) * 1e300 - prox(ExponentialCone, &(tiny * 1e300), 1.0)).norm() < 1e-14);
}

#[test]
fn exponential_cones_pass_the_check_kit() {
    for seed in 0..4 {
        let (double, single) = (random::<f64>(3, 1, seed), random::<f32>(3, 1, seed));
        check::convex_prox(&ExponentialCone, &double, 1.0).unwrap().assert();
        check::convex_prox(&DualExponentialCone, &double, 1.0).unwrap().assert();
        check::convex_prox(&ExponentialCone, &single, 1.0).unwrap().assert();
        check::convex_prox(&DualExponentialCone, &single, 1.0).unwrap().assert();
    }
}

#[test]
fn sets_without_points_are_refused() {
    let apart = Polyhedron::new(&column(&[1.0, -1.0]), &column(&[-1.0, -1.0]));
    assert_eq!(apart, Err(Error::numerical("the inequalities of a polyhedron", "have no solution")));
    assert!(Polyhedron::new(&Matrix::zeros(1, 2), &column(&[-1.0])).is_err(), "0 ≤ −1");
    assert!(Polyhedron::new(&Matrix::zeros(1, 2), &column(&[1.0])).is_ok(), "0 ≤ 1");
    let v = &random::<f64>(2, 2, 1);
    for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        assert!(matches!(Binary { low, high }.prox(v, 1.0), Err(Error::Parameters(_))), "{low} {high}");
    }
    for (lower, upper) in [(1.0, 0.0), (f64::NAN, 1.0), (f64::NEG_INFINITY, 0.0)] {
        let slab = Hyperslab { normal: v.clone(), lower, upper };
        assert!(matches!(slab.prox(v, 1.0), Err(Error::Parameters(_))), "{lower} {upper}");
    }
    let flat = Hyperslab { normal: v * 0.0, lower: 0.0, upper: 1.0 };
    assert!(matches!(flat.prox(v, 1.0), Err(Error::Parameters(_))));
    assert!(matches!(RotatedSecondOrderCone.prox(&column(&[1.0]), 1.0), Err(Error::Parameters(_))));
    assert!(matches!(ExponentialCone.prox(v, 1.0), Err(Error::Size { .. })));
    assert!(matches!(DualExponentialCone.prox(v, 1.0), Err(Error::Size { .. })));
}
