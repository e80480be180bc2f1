//! What every constraint set promises: steps land, tangent parts and nearest points are what they are called.

use crate::data::{Captured, Random, matrix, minimised, orthonormal, with_spectrum};
use admm::method::DescentMethod;
use admm::{ConstraintSet, Descent, Error, Flat, Geometry, Gradient, Iterate, Result, Smooth, Subproblem, Target};
use admm_solvers::Scalar;
use admm_solvers::descent::{Lbfgs, VarianceReduced};
use admm_solvers::loss::FiniteSum;
use admm_solvers::set::*;
use nalgebra::DMatrix;
use proptest::prelude::*;

type Matrix = DMatrix<f64>;
type Set<T> = Box<dyn ConstraintSet<T>>;

const ALL: [Retraction; 4] = [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential];

/// Sets of matrices with at least two columns whose tangent spaces are spaces, and the order of their retractions: how
/// fast the tangent part of R(x, tξ) − x − tξ vanishes.
fn smooth<T: Scalar>() -> Vec<(Set<T>, i32)> {
    let product: Vec<(usize, Set<T>)> = vec![(1, Box::new(Whole(GreatCircles))), (1, Box::new(UnitColumns))];
    let mut sets: Vec<(Set<T>, i32)> = vec![
        (Box::new(UnitColumns), 3),
        (Box::new(GreatCircles), 3),
        (Box::new(Whole(UnitColumns)), 3),
        (Box::new(Whole(GreatCircles)), 3),
        (Box::new(Product(product)), 3),
    ];
    for (retraction, order) in ALL.into_iter().zip([2, 3, 2, 3]) {
        sets.push((Box::new(Stiefel { retraction }), order));
        sets.push((Box::new(Grassmann { retraction }), 3));
    }
    sets
}

/// Sets with a boundary.
fn cones<T: Scalar>() -> Vec<Set<T>> {
    vec![
        Box::new(Ball { radius: 1.5 }),
        Box::new(Whole(Ball { radius: 1.5 })),
        Box::new(Bounds { lower: -0.25, upper: 0.75 }),
        Box::new(Bounds { lower: 0.0, upper: f64::INFINITY }),
        Box::new(NonNegativeUnitColumns),
        Box::new(Product(vec![(1, Box::new(Ball { radius: 0.5 })), (1, Box::new(NonNegativeUnitColumns))])),
    ]
}

fn sets<T: Scalar>() -> Vec<Set<T>> {
    smooth().into_iter().map(|(set, _)| set).chain(cones()).collect()
}

/// Singular values from 1 down to 1/condition, spaced evenly in the logarithm.
fn conditioned(rows: usize, columns: usize, condition: f64, seed: u64) -> Matrix {
    let mut left = orthonormal(rows, columns, seed);
    for (j, mut column) in left.column_iter_mut().enumerate() {
        column *= condition.powf(-(j as f64) / (columns.max(2) - 1) as f64);
    }
    left * orthonormal(columns, columns, !seed)
}

/// A point of the set and a tangent vector of length one there.
fn point_and_tangent(on: &dyn ConstraintSet<f64>, rows: usize, columns: usize, seed: u64) -> (Matrix, Matrix) {
    let x = on.project(&matrix(rows, columns, seed)).unwrap();
    let unit = on.tangent(&x, &matrix(rows, columns, !seed)).unwrap().normalize();
    let tangent = on.tangent(&x, &unit).unwrap();
    (x, tangent)
}

proptest! {
    #[test]
    fn every_step_and_every_projection_lands(d in 2..14_usize, columns in prop::sample::select(vec![2, 2, 2, 3, 5]),
                                             seed: u64, exponent in 0..13,
                                             scale in prop::sample::select(vec![1e-150, 1e-3, 1.0, 1e3, 1e150])) {
        let d = d.max(columns);
        let wild = conditioned(d, columns, 10_f64.powi(exponent), seed) * scale;
        for (number, on) in sets::<f64>().iter().enumerate() {
            let Ok(x) = on.project(&wild) else {
                prop_assert!(columns != 2); // the products have two
                continue;
            };
            let (flat, zero) = (Matrix::from_element(d, columns, scale), Matrix::zeros(d, columns));
            for landed in [&wild, &flat, &zero, &-&x].map(|step| on.retract(&x, step).unwrap()) {
                prop_assert!(on.residual(&landed).unwrap() <= 1e-12, "{number}: {}", on.residual(&landed).unwrap());
            }
            prop_assert!(on.residual(&on.retract(&zero, &wild).unwrap()).unwrap() <= 1e-12, "{number}");
            prop_assert!(on.residual(&x).unwrap() <= 1e-12, "{number}");
            prop_assert!((on.project(&x).unwrap() - &x).norm() <= 1e-13 * x.norm(), "{number}");
            prop_assert!((on.retract(&x, &zero).unwrap() - &x).norm() <= 1e-13 * x.norm(), "{number}");
        }
    }

    #[test]
    fn single_precision_too(d in 2..14_usize, seed: u64, scale in prop::sample::select(vec![1e-30, 1.0, 1e3, 1e30])) {
        let wild = (matrix(d, 2, seed) * scale).map(|entry| entry as f32);
        for (number, on) in sets::<f32>().iter().enumerate() {
            let x = on.project(&wild).unwrap();
            prop_assert!(on.residual(&x).unwrap() <= 5e-6, "{number}");
            prop_assert!(on.residual(&on.retract(&x, &wild).unwrap()).unwrap() <= 5e-6, "{number}");
        }
    }

    /// With ‖ξ‖ = 1 every curve here has second and third derivatives of a few units at most.
    #[test]
    fn a_retraction_follows_its_step_to_the_order_it_promises(d in 3..12_usize, seed: u64, halvings in 3..9) {
        let t = 0.5_f64.powi(halvings);
        for (number, (on, order)) in smooth().into_iter().enumerate() {
            let (x, xi) = point_and_tangent(&*on, d, 2, seed);
            let remainder = on.retract(&x, &(&xi * t)).unwrap() - &x - &xi * t;
            prop_assert!(remainder.norm() <= 2.0 * t * t, "{number}: {}", remainder.norm());
            let along = on.tangent(&x, &remainder).unwrap().norm();
            prop_assert!(along <= 2.0 * t.powi(order), "{number}: {along}");
        }
    }

    #[test]
    fn a_tangent_part_is_an_orthogonal_projection(d in 2..14_usize, seed: u64, on_the_edge: bool) {
        let x = matrix(d, 2, seed) * if on_the_edge { 9.0 } else { 0.1 };
        let (g, h) = (matrix(d, 2, seed ^ 1), matrix(d, 2, seed ^ 2));
        for (number, on) in sets::<f64>().iter().enumerate() {
            let x = on.project(&x).unwrap();
            let tangent = on.tangent(&x, &g).unwrap();
            prop_assert!((on.tangent(&x, &tangent).unwrap() - &tangent).norm() <= 1e-13 * g.norm(), "{number}");
            prop_assert!(tangent.dot(&(&g - &tangent)).abs() <= 1e-13 * g.norm_squared(), "{number}");
            prop_assert!(on.stationarity(&x, &(&g - &tangent)).unwrap() <= 1e-12 * g.norm(), "{number}");
            if number < smooth::<f64>().len() {
                let difference = tangent.dot(&h) - on.tangent(&x, &h).unwrap().dot(&g);
                prop_assert!(difference.abs() <= 1e-13 * g.norm() * h.norm(), "{number}");
            }
        }
    }

    /// −tangent(g) is the direction of the tangent cone nearest to −g: it does not leave the set, and no sampled one
    /// is nearer. Inside the set every direction is in the cone.
    #[test]
    fn at_a_boundary_the_tangent_part_is_the_projection_on_the_cone(d in 2..9_usize, seed: u64) {
        let g = matrix(d, 2, seed ^ 1);
        for (number, on) in cones::<f64>().iter().enumerate() {
            let x = on.project(&(matrix(d, 2, seed) * 3.0)).unwrap();
            let tangent = on.tangent(&x, &g).unwrap();
            prop_assert!(on.residual(&(&x - &tangent * 1e-9)).unwrap() <= 1e-15 * (8.0 + g.norm_squared()), "{number}");
            for sample in 2..12 {
                let feasible = on.project(&matrix(d, 2, seed ^ sample)).unwrap() - &x;
                let direction = -on.tangent(&x, &-feasible).unwrap();
                prop_assert!((-&g + &tangent).norm() <= (-&g - direction).norm() + 1e-12, "{number}");
            }
        }
    }

    #[test]
    fn the_projection_is_the_nearest_point(d in 2..14_usize, seed: u64, size in 0.01..5.0_f64) {
        let x = matrix(d, 2, seed) * size;
        for (number, on) in sets::<f64>().iter().enumerate() {
            let nearest = on.project(&x).unwrap();
            for sample in 1..12 {
                let other = matrix(d, 2, seed ^ sample);
                let afar = on.project(&other).unwrap();
                let close = on.project(&(&nearest + other * 1e-3)).unwrap();
                for other in [afar, close] {
                    prop_assert!((&x - &nearest).norm() <= (&x - other).norm() + 1e-13, "{number}");
                }
            }
        }
    }

    #[test]
    fn the_nearest_non_negative_unit_vector_by_brute_force(entries in prop::array::uniform3(-1.0..1.0_f64),
                                                            shift in -1.0..1.0_f64) {
        let x = Matrix::from_iterator(3, 1, entries.iter().map(|entry| entry + shift));
        let nearest = (&x - NonNegativeUnitColumns.project(&x).unwrap()).norm();
        let grid = |i: usize| std::f64::consts::FRAC_PI_2 * i as f64 / 60.0;
        let distances = (0..=60).flat_map(|i| (0..=60).map(move |j| (grid(i), grid(j)))).map(|(polar, around)| {
            let flat = polar.sin();
            (&x - Matrix::from_column_slice(3, 1, &[flat * around.cos(), flat * around.sin(), polar.cos()])).norm()
        });
        let best = distances.fold(f64::INFINITY, f64::min);
        prop_assert!(nearest <= best + 1e-14 && best <= nearest + 0.03);
    }
}

#[test]
fn what_is_no_point_is_refused() {
    let fill = |entry: f64| Matrix::from_element(4, 2, entry);
    let wild = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
    let infinite = |error: &Error| match error {
        Error::Member { source, .. } => matches!(**source, Error::NotFinite { .. }),
        error => matches!(error, Error::NotFinite { .. }),
    };
    for (number, on) in sets::<f64>().iter().enumerate() {
        let x = on.project(&matrix(4, 2, 1)).unwrap();
        for entry in wild {
            let mut step = fill(0.0);
            step[(2, 1)] = entry;
            for (from, step) in [(&x, &step), (&(&x + &step), &fill(0.0))] {
                let refused = [on.retract(from, step), on.project(&(from + step))].map(Result::unwrap_err);
                assert!(refused.iter().all(infinite), "{number}: {refused:?}");
            }
        }
        let empty = Matrix::zeros(0, 2);
        assert!(on.project(&empty).is_err() && on.retract(&empty, &empty).is_err(), "{number}");
    }
    let wide = Matrix::identity(2, 3);
    for retraction in ALL {
        let sets: [Set<f64>; 2] = [Box::new(Stiefel { retraction }), Box::new(Grassmann { retraction })];
        for on in sets {
            let refused = [on.retract(&wide, &wide), on.project(&wide)].map(Result::unwrap_err);
            assert!(refused.iter().all(|error| matches!(error, Error::Size { .. })), "{refused:?}");
        }
    }
}

#[test]
fn bounds_that_nothing_satisfies_are_refused() {
    let x = Matrix::from_row_slice(1, 3, &[-2.0, 0.5, 7.0]);
    let project = |lower: f64, upper: f64| Bounds { lower, upper }.project(&x);
    assert_eq!(project(-1.0, 1.0).unwrap().as_slice(), [-1.0, 0.5, 1.0]);
    assert_eq!(project(f64::NEG_INFINITY, f64::INFINITY).unwrap(), x);
    assert_eq!(project(0.5, 0.5).unwrap().as_slice(), [0.5; 3]);
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    for (lower, upper) in [(1.0, 0.0), (nan, 1.0), (0.0, nan), (infinity, infinity), (-infinity, -infinity)] {
        assert!(matches!(project(lower, upper), Err(Error::Parameters(_))), "{lower} {upper}");
    }
    assert_eq!(Bounds { lower: -1.0, upper: 1.0 }.residual(&x).unwrap(), 6.0);
    assert!(Bounds { lower: -1.0, upper: 1.0 }.residual(&(&x * nan)).unwrap().is_nan());
    let each = |lower: [f64; 3], upper: [f64; 3]| {
        let [lower, upper] = [lower, upper].map(|entries| Matrix::from_row_slice(1, 3, &entries));
        Bounds { lower, upper }
    };
    let bounds = each([-1.0, 0.5, -infinity], [0.0, 0.5, infinity]);
    assert_eq!((bounds.project(&x).unwrap().as_slice(), bounds.residual(&x).unwrap()), (&[-1.0, 0.5, 7.0][..], 1.0));
    assert!(matches!(each([0.0, 1.0, 0.0], [1.0, 0.0, 1.0]).project(&x), Err(Error::Parameters(_))));
    assert!(matches!(bounds.project(&x.transpose()), Err(Error::Size { .. })));
}

/// Bounds of each entry that are the same for all of them.
#[test]
fn bounds_of_each_entry_are_those_of_all_where_they_agree() {
    let (x, g) = (orthonormal(5, 2, 1), orthonormal(5, 2, 2));
    let one = Bounds { lower: -0.25, upper: 0.5 };
    let each = Bounds { lower: x.map(|_| -0.25), upper: x.map(|_| 0.5) };
    let landed = one.project(&x).unwrap();
    assert_eq!(each.project(&x), Ok(landed.clone()));
    assert_eq!(each.tangent(&landed, &g).unwrap(), one.tangent(&landed, &g).unwrap());
    assert_eq!(each.retract(&landed, &g), one.retract(&landed, &g));
    assert_eq!(each.stationarity(&landed, &g), one.stationarity(&landed, &g));
}

#[test]
fn columns_without_a_positive_entry_become_unit_vectors() {
    let x = Matrix::from_row_slice(3, 4, &[-3.0, 0.0, -1.0, 3.0, -2.0, 0.0, -1.0, -9.0, -7.0, 0.0, -1.0, 4.0]);
    let expected = Matrix::from_row_slice(3, 4, &[0.0, 1.0, 1.0, 0.6, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.8]);
    assert!((NonNegativeUnitColumns.project(&x).unwrap() - &expected).norm() < 1e-15);
    assert_eq!(NonNegativeUnitColumns.residual(&-&expected).unwrap(), 1.0);
    assert_eq!(NonNegativeUnitColumns.residual(&(&expected * 3.0)).unwrap(), 2.0);
    let g = Matrix::from_row_slice(3, 1, &[0.5, -7.0, 7.0]);
    let x = Matrix::from_row_slice(3, 1, &[1.0, 0.0, 0.0]);
    assert_eq!(NonNegativeUnitColumns.tangent(&x, &g).unwrap().as_slice(), [0.0, -7.0, 0.0]);
    let nearly = Matrix::from_row_slice(3, 1, &[1.0, 0.0, 1e-9]);
    assert!(
        NonNegativeUnitColumns.stationarity(&nearly, &Matrix::from_row_slice(3, 1, &[0.5, 7.0, 7.0])).unwrap() < 1e-8
    );
}

#[test]
fn a_product_does_what_its_parts_do() {
    let on = Product::<f64>(vec![
        (2, Box::new(Stiefel::default())),
        (1, Box::new(Ball { radius: 1.0 })),
        (3, Box::new(Flat)),
    ]);
    let (x, g) = (matrix(5, 6, 1), matrix(5, 6, 2));
    let part = |x: &Matrix, first: usize, columns: usize| x.columns(first, columns).into_owned();
    let projected = on.project(&x).unwrap();
    assert_eq!(part(&projected, 0, 2), Stiefel::default().project(&part(&x, 0, 2)).unwrap());
    assert_eq!(part(&projected, 2, 1), Ball { radius: 1.0 }.project(&part(&x, 2, 1)).unwrap());
    assert_eq!(part(&projected, 3, 3), part(&x, 3, 3));
    let squares: f64 = [
        Stiefel::default().stationarity(&part(&projected, 0, 2), &part(&g, 0, 2)).unwrap(),
        Ball { radius: 1.0 }.stationarity(&part(&projected, 2, 1), &part(&g, 2, 1)).unwrap(),
        part(&g, 3, 3).norm(),
    ]
    .iter()
    .map(|part| part * part)
    .sum();
    assert!((on.stationarity(&projected, &g).unwrap() - squares.sqrt()).abs() < 1e-13);
    assert_eq!(
        on.residual(&x).unwrap(),
        Stiefel::default().residual(&part(&x, 0, 2)).unwrap().max(part(&x, 2, 1).norm() - 1.0)
    );

    for other in [part(&x, 0, 5), x.clone().insert_column(6, 0.0)] {
        let matrices = [on.project(&other), on.tangent(&other, &other), on.retract(&other, &other)];
        let numbers = [on.residual(&other), on.stationarity(&other, &other)];
        let errors = matrices.map(Result::unwrap_err).into_iter().chain(numbers.map(Result::unwrap_err));
        errors.for_each(|error| assert!(matches!(error, Error::Size { .. }), "{error}"));
    }
    let mut broken = x;
    broken[(0, 2)] = f64::NAN;
    assert!(matches!(on.project(&broken), Err(Error::Member { index: 1, .. })));
}

#[test]
fn a_vector_of_another_size_than_the_point_is_refused() {
    for (number, on) in sets::<f64>().iter().enumerate() {
        let x = on.project(&matrix(4, 2, 1)).unwrap();
        for vector in [matrix(2, 4, 2), matrix(4, 1, 3), matrix(3, 2, 4), matrix(4, 3, 5)] {
            let refused = [on.tangent(&x, &vector), on.retract(&x, &vector)].map(Result::unwrap_err);
            let errors = refused.into_iter().chain(on.stationarity(&x, &vector).err());
            assert_eq!(errors.filter(|error| matches!(error, Error::Size { .. })).count(), 3, "{number}");
        }
    }
    let x = matrix(4, 2, 1);
    let bounds = Bounds { lower: matrix(2, 2, 2), upper: matrix(2, 2, 2).add_scalar(1.0) };
    assert!(matches!(bounds.residual(&x), Err(Error::Size { .. })));
    assert!(matches!(bounds.tangent(&x, &x), Err(Error::Size { .. })));
}

#[test]
fn a_product_is_of_the_kind_of_its_parts() {
    let kind = |parts: Vec<(usize, Set<f64>)>| Product(parts).geometry();
    let smooth = || (1, Box::new(UnitColumns) as Set<f64>);
    let convex = || (1, Box::new(Ball { radius: 1.0 }) as Set<f64>);
    let general = || (1, Box::new(NonNegativeUnitColumns) as Set<f64>);
    let flat = || (1, Box::new(Flat) as Set<f64>);
    assert_eq!(kind(vec![]), Geometry::Flat);
    assert_eq!(kind(vec![flat(), flat()]), Geometry::Flat);
    assert_eq!(kind(vec![flat(), smooth(), smooth()]), Geometry::Manifold);
    assert_eq!(kind(vec![convex(), flat(), convex()]), Geometry::Convex);
    assert_eq!(kind(vec![convex(), smooth()]), Geometry::General);
    assert_eq!(kind(vec![general(), flat()]), Geometry::General);
    assert_eq!(ConstraintSet::<f64>::geometry(&Whole(Ball { radius: 1.0 })), Geometry::Convex);
}

impl FiniteSum<f64> for Captured {
    fn terms(&self) -> usize {
        1_000
    }
    fn of_batch(&self, _numbers: &[usize]) -> Self {
        Captured(self.0.clone())
    }
}

#[test]
fn methods_that_carry_tangent_vectors_refuse_a_set_with_a_boundary() {
    let of = Captured(with_spectrum(&[4.0, 3.0, 2.0, 1.0], 1).0);
    let batches = VarianceReduced { batch: 1, seed: 1, by: Lbfgs::default() };
    let from = |on: &Set<f64>| on.project(&matrix(4, 2, 1)).unwrap();
    let smooth = smooth().into_iter().map(|(on, _)| on).chain([Box::new(Flat) as Set<f64>]);
    for (on, fits) in smooth.map(|on| (on, true)).chain(cones().into_iter().map(|on| (on, false))) {
        let x = from(&on);
        let to = Target { v: &x, rho: 20.0, tolerance: 1e-6 };
        let alone = Lbfgs::default().minimise(&of, &*on, &mut Iterate::new(x.clone()), to);
        let batched = batches.minimise(&of, &*on, &mut Iterate::new(x.clone()), to);
        Gradient { max_steps: 1 }.minimise(&of, &*on, &mut Iterate::new(x.clone()), to).unwrap();
        let refused = |error: Error| match error {
            Error::Parameters(all) => all.len() == 1 && all[0].name == "on" && all[0].problem.contains("use Gradient"),
            _ => false,
        };
        for result in [alone, batched] {
            assert!(if fits { result.is_ok() } else { refused(result.unwrap_err()) }, "{}", on.geometry());
        }
    }
    let block = Descent { of, by: Lbfgs::default(), on: Ball { radius: 1.0 } };
    let x = matrix(4, 2, 1) * 0.1;
    let error = block.argmin(&mut Iterate::new(x.clone()), Target { v: &x, rho: 1.0, tolerance: 0.0 }).unwrap_err();
    let expected = "on must be a smooth manifold for Lbfgs, got a convex set: use Gradient (projected gradient)";
    assert_eq!(error.to_string(), format!("invalid parameters: {expected}"));
}

/// Non-negative PCA in three dimensions: the least of the ends of several descents is the least on a grid.
#[test]
fn descent_finds_the_best_non_negative_direction() {
    let (a, _) = with_spectrum(&[5.0, 2.0, 1.0], 8);
    let of = Captured(a);
    let value = |x: &Matrix| of.value_and_gradient(x).unwrap().0;
    let mut random = Random::new(3);
    let ends = (0..8).map(|_| {
        let start = Matrix::from_fn(3, 1, |_, _| random.uniform()).normalize();
        value(&minimised(&of, Gradient { max_steps: 1_000 }, &NonNegativeUnitColumns, start))
    });
    let least = ends.fold(f64::INFINITY, f64::min);
    let samples = (0..4_000).map(|_| value(&Matrix::from_fn(3, 1, |_, _| random.normal().abs()).normalize()));
    let sampled = samples.fold(f64::INFINITY, f64::min);
    assert!(least <= sampled && sampled <= least + 0.02, "{least} {sampled}");
}
