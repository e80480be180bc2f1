//! The rules that make functions of others, each against a slow second way or a rule that says the same.

use crate::functions::{Matrix, NON_NEGATIVE, UNIT_BALL, UNIT_BOX, random};
use admm::{Error, Prox, check};
use admm_solvers::prox::*;
use admm_solvers::set::Bounds;
use nalgebra::DMatrix;

fn prox(f: impl Prox<f64>, v: &Matrix, rho: f64) -> Matrix {
    f.prox(v, rho).unwrap()
}

#[track_caller]
fn close(x: &Matrix, twin: &Matrix) {
    assert!((x - twin).norm() <= 1e-10 * (1.0 + twin.norm()), "{x} {twin}");
}

fn cases() -> impl Iterator<Item = (u64, f64, f64)> {
    (0..12)
        .zip([0.1, 1.0, 7.0].into_iter().cycle())
        .zip([0.3, 1.0, 4.0, 20.0].into_iter().cycle())
        .map(|((seed, scale), rho)| (seed, scale, rho))
}

/// The x with slope(x) = 0 for an increasing slope, by bisection.
fn bisect(mut low: f64, mut high: f64, slope: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    high
}

#[test]
fn a_regularised_function_has_the_pull_in_its_derivative() {
    for (seed, scale, rho) in cases() {
        let (v, a) = (random::<f64>(4, 2, seed) * scale, random::<f64>(4, 2, !seed));
        let f = Regularised { of: L1, mu: 0.7, towards: a.clone() };
        let twin = v.zip_map(&a, |v, a| bisect(-99.0, 99.0, |x| x.signum() + 0.7 * (x - a) + rho * (x - v)));
        close(&prox(f, &v, rho), &twin);
        let net = ElasticNet { l1: 1.0, l2: 0.7 };
        close(&prox(Regularised { of: L1, mu: 0.7, towards: &a * 0.0 }, &v, rho), &prox(net, &v, rho));
    }
}

/// Outside of the set the slope of the distance is a unit vector, and half its square is the envelope of the indicator.
#[test]
fn a_distance_pulls_with_unit_force() {
    for (seed, scale, rho) in cases() {
        let v = random::<f64>(5, 1, seed) * scale;
        let b = random::<f64>(5, 1, !seed);
        let norm = Translated { of: L2, by: b.clone() };
        close(&prox(Distance(Singleton(b)), &v, rho), &prox(norm, &v, rho));
        let f = Distance(UNIT_BOX);
        let (x, outside) =
            (prox(f, &v, rho), |x: &Matrix| x.map(|entry| entry.signum() * (entry.abs() - 1.0).max(0.0)));
        let (rest, pull) = (outside(&x), (&v - &x) * rho);
        if rest.norm() > 0.0 {
            close(&pull, &rest.normalize());
        } else {
            // Within the set the pull is in the normal cone and no longer than 1.
            assert!(pull.norm() <= 1.0 + 1e-12 && pull.iter().zip(&x).all(|(pull, x)| pull * x >= 0.0));
        }
        assert!((f.value(&v) - outside(&v).norm()).abs() <= 1e-14 * scale);
        let half = MoreauEnvelope { of: UNIT_BOX, mu: 1.0 }.value(&v);
        assert!((f.value(&v).powi(2) / 2.0 - half).abs() <= 1e-12 * scale * scale);
    }
}

#[test]
fn a_stretched_function_is_one_of_each_entry() {
    for (seed, scale, rho) in cases() {
        let v = random::<f64>(3, 2, seed) * scale;
        let by = Matrix::from_row_slice(3, 2, &[2.0, -0.5, 0.0, 2.0, 1.0, -0.5]);
        let huber = |x: f64| x.clamp(-0.8, 0.8);
        let twin = v.zip_map(&by, |v, a| bisect(v - 99.0, v + 99.0, |x| a * huber(a * x) + rho * (x - v)));
        close(&prox(Stretched { of: Huber { delta: 0.8 }, by: by.clone() }, &v, rho), &twin);
        let twin = v.zip_map(&by, |v, a| v.signum() * (v.abs() - a.abs() / rho).max(0.0));
        close(&prox(Stretched { of: L1, by: by.clone() }, &v, rho), &twin);
        let labels = by.map(f64::signum);
        close(
            &prox(Stretched { of: Hinge, by: labels.clone() }, &v, rho),
            &prox(Margins { of: Hinge, labels }, &v, rho),
        );
    }
}

/// (Lf)* = f*∘Lᵀ, and the image is the conjugate of that.
#[test]
fn an_image_is_the_conjugate_of_a_composition() {
    for (seed, scale, rho) in cases() {
        let map = crate::data::orthonormal(5, 3, seed) * 1.7;
        let v = random::<f64>(5, 2, !seed) * scale;
        let image = Epicomposed::new(L1, map.clone()).unwrap();
        let composed = Precomposed::new(UNIT_BOX, map.transpose()).unwrap();
        check::moreau(&image, &composed, &v, rho).unwrap().assert();
        let twin = Conjugate(Precomposed::new(Conjugate(L1), map.transpose()).unwrap());
        let x = image.prox(&v, rho).unwrap();
        close(&x, &prox(twin, &v, rho));
        let source = map.tr_mul(&x) / (1.7 * 1.7);
        assert!((image.value(&x) - source.lp_norm(1)).abs() <= 1e-12 && image.value(&(x + v)).is_infinite());
    }
}

#[test]
fn the_shape_of_a_matrix_does_not_matter() {
    let v = random::<f64>(2, 6, 1);
    let square = Matrix::from_column_slice(4, 3, v.as_slice());
    let twin = prox(SingularValues(L1), &square, 2.0);
    let f = Reshaped { of: SingularValues(L1), size: (4, 3) };
    assert_eq!(prox(f, &v, 2.0).as_slice(), twin.as_slice());
    assert_eq!(f.value(&v), SingularValues(L1).value(&square));
    let huge = Reshaped { of: L1, size: (usize::MAX, 2) };
    assert!(matches!(huge.prox(&v, 1.0), Err(Error::Size { .. })));
}

type Parts = Vec<(Slice, Box<dyn Prox<f64>>)>;

#[test]
fn slices_are_rows_columns_and_entries() {
    let v = random::<f64>(4, 3, 3) * 2.0;
    let sliced = |parts: Parts| Sliced::new((4, 3), parts).unwrap();
    let rows = sliced(vec![(Slice::Rows(1..4), Box::new(L2)), (Slice::Rows(0..1), Box::new(L1))]);
    close(&prox(rows, &v, 1.3), &prox(Separable(vec![(1, Box::new(L1)), (3, Box::new(L2))]), &v, 1.3));
    let columns = sliced((0..3).map(|j| (Slice::Columns(j..j + 1), Box::new(L2) as _)).collect());
    close(&prox(columns, &v, 1.3), &prox(Columnwise(L2), &v, 1.3));
    let entries = sliced(vec![(Slice::Entries(vec![11, 0, 5]), Box::new(LInfinity))]);
    let picked = Matrix::from_column_slice(3, 1, &[v[11], v[0], v[5]]);
    let (x, answer) = (entries.prox(&v, 1.3).unwrap(), prox(LInfinity, &picked, 1.3));
    let mut twin = v.clone();
    [11, 0, 5].iter().zip(&answer).for_each(|(&i, &entry)| twin[i] = entry);
    assert_eq!(x, twin);
    assert_eq!(entries.value(&v), picked.amax());
    assert_eq!(entries.support(&(&v - &x)).unwrap().violation, (&v - &x).norm());
}

#[test]
fn slices_that_overlap_or_do_not_exist_are_refused() {
    let refused = |parts: Parts| matches!(Sliced::new((4, 3), parts), Err(Error::Parameters(_)));
    let one = |slice| (slice, Box::new(L1) as Box<dyn Prox<f64>>);
    let missing = [Slice::Rows(3..5), Slice::Columns(0..4), Slice::Columns(1..1), Slice::Entries(vec![12])];
    assert!(missing.into_iter().all(|slice| refused(vec![one(slice)])));
    #[expect(clippy::reversed_empty_ranges)]
    let backwards = Slice::Rows(2..1);
    assert!(refused(vec![one(backwards)]));
    assert!(refused(vec![one(Slice::Rows(0..1)), one(Slice::Columns(0..1))]));
    assert!(refused(vec![one(Slice::Entries(vec![3, 3]))]));
    assert!(!refused(vec![one(Slice::Rows(0..1)), one(Slice::Entries(vec![1, 11]))]));
}

/// On a line, against a fine grid.
#[test]
fn a_pointwise_minimum_is_the_best_of_its_functions() {
    let f = || {
        let number = |entry| DMatrix::from_element(1, 1, entry);
        let far = Translated { of: Scaled { weight: 3.0, of: SquaredL2 }, by: number(2.0) };
        PointwiseMinimum::<f64>(vec![Box::new(L1), Box::new(far), Box::new(Singleton(number(-1.5)))])
    };
    for (step, rho) in (-40..40).zip([0.2, 1.0, 6.0].into_iter().cycle()) {
        let v = Matrix::from_element(1, 1, step as f64 * 0.1 + 0.013);
        let cost = |x: f64| {
            let x = Matrix::from_element(1, 1, x);
            f().value(&x) + rho / 2.0 * (x - &v).norm_squared()
        };
        let least = (-6000..6000).map(|i| cost(i as f64 * 1e-3)).fold(f64::INFINITY, f64::min);
        let found = cost(prox(f(), &v, rho)[0]);
        assert!(found <= least + 1e-12 && least <= found + 1e-4, "{found} {least}");
    }
}

fn sum(of: Vec<Box<dyn Prox<f64>>>) -> Sum<f64> {
    Sum { of, accuracy: 1e-13 }
}

/// prox of ‖x‖₁ + ‖x‖ is that of ‖x‖ after that of ‖x‖₁ (Yu, "On decomposing the proximal map", 2013).
#[test]
fn the_sum_of_two_norms_is_one_operator_after_the_other() {
    for (seed, scale, rho) in cases() {
        let v = random::<f64>(6, 1, seed) * scale;
        let twin = prox(L2, &prox(L1, &v, rho), rho);
        close(&prox(sum(vec![Box::new(L1), Box::new(L2)]), &v, rho), &twin);
        close(&prox(sum(vec![Box::new(L2), Box::new(L1)]), &v, rho), &twin);
        let tilted = Tilted { of: L1, by: v.map(|_| 0.2) };
        let linear = Tilted { of: Indicator(admm::Flat), by: v.map(|_| 0.2) };
        close(&prox(sum(vec![Box::new(linear), Box::new(L1)]), &v, rho), &prox(tilted, &v, rho));
        close(&prox(sum(vec![Box::new(L1)]), &v, rho), &prox(L1, &v, rho));
    }
}

/// The nearest point of a polyhedron, from all choices of the halfspaces that hold it.
#[test]
fn the_nearest_point_of_an_intersection_by_all_active_sets() {
    for (seed, scale, _) in cases() {
        let (normals, offsets) = (random::<f64>(3, 4, seed), random::<f64>(4, 1, seed ^ 1).map(f64::abs));
        let v = random::<f64>(3, 1, !seed) * scale;
        let half = |i: usize| Halfspace { normal: normals.columns(i, 1).into_owned(), offset: offsets[i] };
        let of = (0..4).map(|i| Box::new(half(i)) as _).collect();
        let inside = |x: &Matrix| (normals.tr_mul(x) - &offsets).max() <= 1e-9;
        let held = |active: u32| {
            let chosen: Vec<usize> = (0..4).filter(|i| active >> i & 1 == 1).collect();
            let (a, b) = (normals.select_columns(&chosen), offsets.select_rows(&chosen));
            if chosen.is_empty() { v.clone() } else { prox(Affine::new(&a.transpose(), &b).unwrap(), &v, 1.0) }
        };
        let points = (0..16_u32).filter(|active| active.count_ones() <= 3).map(held).filter(inside);
        let twin = points.min_by(|a, b| (a - &v).norm().total_cmp(&(b - &v).norm())).unwrap();
        let both = sum(of);
        let x = both.prox(&v, 1.0).unwrap();
        close(&x, &twin);
        assert_eq!(both.value(&x), 0.0);
        assert_eq!(both.value(&(normals.columns(0, 1) * 1e3)), f64::INFINITY);
    }
}

/// With several functions v − x is a sum of subgradients: here of a norm, and of the normal cone of a set.
#[test]
fn the_condition_of_optimality_of_a_sum() {
    for (seed, scale, rho) in cases() {
        let v = random::<f64>(5, 1, seed) * scale;
        let x = prox(sum(vec![Box::new(L2), Box::new(NON_NEGATIVE)]), &v, rho);
        let slope = (&v - &x) * rho;
        // Near 0 the sweeps end within rounding of v.
        if x.norm() > 1e-12 * v.norm() {
            let rest = slope - x.normalize();
            assert!(
                rest.iter().zip(&x).all(|(rest, x)| if *x > 0.0 { rest.abs() < 1e-10 } else { *rest < 1e-10 }),
                "{seed} {scale} {rho} {x} {rest}"
            );
        } else {
            assert!(slope.map(|entry| entry.max(0.0)).norm() <= 1.0 + 1e-10);
        }
    }
}

#[test]
fn sets_without_a_point_in_common_are_named() {
    let far = Indicator(Bounds { lower: 2.0, upper: 3.0 });
    let v = random::<f64>(2, 1, 1);
    let apart = sum(vec![Box::new(UNIT_BALL), Box::new(far)]);
    assert!(matches!(apart.prox(&v, 1.0), Err(Error::Numerical { .. })));
    let broken = sum(vec![Box::new(L1), Box::new(Simplex { total: -1.0 })]);
    assert!(matches!(broken.prox(&v, 1.0), Err(Error::Member { index: 1, .. })));
}
