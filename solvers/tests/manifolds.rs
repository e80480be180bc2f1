//! The manifolds beyond orthonormal and unit columns: the check kit, slow second ways, and what is refused.

use crate::data::{matrix, orthonormal, with_spectrum};
use admm::{ConstraintSet, Error, check};
use admm_solvers::set::*;
use nalgebra::{DMatrix, UnitQuaternion};

type Matrix = DMatrix<f64>;
type Set<T = f64> = Box<dyn ConstraintSet<T>>;

const ALL: [Retraction; 4] = [Retraction::Qr, Retraction::Polar, Retraction::Cayley, Retraction::Exponential];

/// A symmetric positive definite matrix with the eigenvalues 1 to 1/condition.
fn metric(d: usize, condition: f64, seed: u64) -> Matrix {
    let values: Vec<f64> = (0..d).map(|i| condition.powf(-(i as f64) / (d.max(2) - 1) as f64)).collect();
    with_spectrum(&values, seed).0
}

fn generalized(d: usize, condition: f64, seed: u64) -> GeneralizedStiefel<f64> {
    GeneralizedStiefel::new(metric(d, condition, seed)).unwrap()
}

fn fixed(d: usize, columns: usize, seed: u64, retraction: Retraction) -> PartlyFixedStiefel<f64> {
    PartlyFixedStiefel::new(orthonormal(d, columns, seed), retraction).unwrap()
}

/// The sets, and the size of their points.
fn sets(seed: u64) -> Vec<(&'static str, Set, (usize, usize))> {
    let mut sets: Vec<(&'static str, Set, (usize, usize))> = vec![
        ("generalised", Box::new(generalized(4, 3.0, seed)), (4, 2)),
        ("generalised column", Box::new(generalized(5, 10.0, seed)), (5, 1)),
        ("generalised square", Box::new(generalized(2, 2.0, seed)), (2, 2)),
        ("rank", Box::new(FixedRank { rank: 2 }), (5, 4)),
        ("rank of wide matrices", Box::new(FixedRank { rank: 1 }), (2, 6)),
        ("full rank", Box::new(FixedRank { rank: 3 }), (3, 4)),
        ("positive definite", Box::new(PositiveDefinite), (3, 3)),
        ("multinomial", Box::new(Multinomial), (4, 3)),
        ("one probability", Box::new(Multinomial), (1, 2)),
    ];
    for retraction in ALL {
        sets.push(("partly fixed", Box::new(fixed(6, 2, seed, retraction)), (6, 4)));
        sets.push(("rotations", Box::new(SpecialOrthogonal { retraction }), (4, 4)));
        sets.push(("rotations of space", Box::new(SpecialOrthogonal { retraction }), (3, 3)));
    }
    sets
}

/// A point well inside of an open set.
fn point(on: &dyn ConstraintSet<f64>, name: &str, (rows, columns): (usize, usize), seed: u64) -> Matrix {
    let start = matrix(rows, columns, !seed);
    match name {
        "positive definite" => metric(rows, 10.0, seed),
        "multinomial" | "one probability" => {
            let even = Matrix::from_element(rows, columns, 1.0 / rows as f64);
            on.retract(&even, &(start * 0.1)).unwrap()
        }
        _ => on.project(&start).unwrap(),
    }
}

#[test]
fn the_check_kit_passes() {
    for seed in 0..6 {
        for (name, on, size) in sets(seed) {
            let x = point(&*on, name, size, seed);
            let report = check::constraint_set(&on, &x).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(report.passed(), "{name}, seed {seed}: {report}");
        }
        for retraction in [Retraction::Polar, Retraction::Exponential] {
            let (on, x) = (SpecialOrthogonal { retraction }, orthonormal(4, 4, seed));
            check::retraction(&on, &on.project(&x).unwrap(), 3).unwrap().assert();
        }
        let on = FixedRank { rank: 2 };
        check::retraction(&on, &on.project(&matrix(5, 4, seed)).unwrap(), 3).unwrap().assert();
    }
}

#[test]
fn the_check_kit_passes_in_single_precision() {
    for seed in 0..3 {
        let single = |x: &Matrix| x.map(|entry| entry as f32);
        let generalized = GeneralizedStiefel::new(single(&metric(4, 3.0, seed))).unwrap();
        let given = PartlyFixedStiefel::new(single(&orthonormal(6, 2, seed)), Retraction::Polar).unwrap();
        let sets: [(Set<f32>, (usize, usize)); 4] = [
            (Box::new(generalized), (4, 2)),
            (Box::new(FixedRank { rank: 2 }), (5, 4)),
            (Box::new(given), (6, 4)),
            (Box::new(SpecialOrthogonal::default()), (3, 3)),
        ];
        for (number, (on, (rows, columns))) in sets.into_iter().enumerate() {
            let x = on.project(&single(&matrix(rows, columns, !seed))).unwrap();
            let report = check::constraint_set(&on, &x).unwrap();
            assert!(report.passed(), "{number}, seed {seed}: {report}");
        }
        check::constraint_set(&PositiveDefinite, &single(&metric(3, 4.0, seed))).unwrap().assert();
        check::constraint_set(&Multinomial, &DMatrix::from_element(4, 2, 0.25_f32)).unwrap().assert();
    }
}

/// The part of g in the span of some matrices, by Gram and Schmidt.
fn onto(span: &[Matrix], g: &Matrix) -> Matrix {
    let mut basis: Vec<Matrix> = vec![];
    let within = |basis: &[Matrix], g: &Matrix| basis.iter().fold(g * 0.0, |sum, unit| sum + unit * unit.dot(g));
    for vector in span {
        let rest = vector - within(&basis, vector);
        let rest = &rest - within(&basis, &rest);
        if rest.norm() > 1e-9 * vector.norm() {
            basis.push(rest.normalize());
        }
    }
    within(&basis, g)
}

fn unit(n: usize, i: usize, j: usize) -> Matrix {
    Matrix::from_fn(n, n, |row, column| f64::from(u8::from((row, column) == (i, j))))
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |i| (0..n).map(move |j| (i, j)))
}

/// eᵢeⱼᵀ − eⱼeᵢᵀ.
fn skew(n: usize) -> Vec<Matrix> {
    pairs(n).filter(|(i, j)| i < j).map(|(i, j)| unit(n, i, j) - unit(n, j, i)).collect()
}

/// A tangent space is spanned by the velocities of curves on the set: those of all rotations and the like that map the
/// set into itself.
#[test]
fn a_tangent_projection_is_that_on_the_velocities_of_curves() {
    let close = |on: &dyn ConstraintSet<f64>, x: &Matrix, span: Vec<Matrix>| {
        let g = matrix(x.nrows(), x.ncols(), 77);
        let (tangent, twin) = (on.tangent(x, &g).unwrap(), onto(&span, &g));
        assert!((&tangent - &twin).norm() <= 1e-12 * g.norm(), "{tangent} {twin}");
    };
    for seed in 0..4 {
        let m = metric(5, 20.0, seed);
        let factor = m.clone().cholesky().unwrap().unpack();
        let (left, right) = (factor.transpose().try_inverse().unwrap(), factor.transpose());
        let on = GeneralizedStiefel::new(m).unwrap();
        let x = on.retract(&matrix(5, 2, seed), &Matrix::zeros(5, 2)).unwrap();
        close(&on, &x, skew(5).iter().map(|turn| &left * turn * &right * &x).collect());

        let x = FixedRank { rank: 2 }.project(&matrix(4, 3, seed)).unwrap();
        let (left, right) = (pairs(4).map(|(i, j)| unit(4, i, j) * &x), pairs(3).map(|(i, j)| &x * unit(3, i, j)));
        close(&FixedRank { rank: 2 }, &x, left.chain(right).collect());

        let on = SpecialOrthogonal::default();
        let x = on.project(&matrix(4, 4, seed)).unwrap();
        close(&on, &x, skew(4).iter().map(|turn| turn * &x).collect());

        let given = orthonormal(5, 2, seed);
        let on = PartlyFixedStiefel::new(given.clone(), Retraction::Polar).unwrap();
        let outside = Matrix::identity(5, 5) - &given * given.transpose();
        let x = on.project(&matrix(5, 3, !seed)).unwrap();
        close(&on, &x, skew(5).iter().map(|turn| &outside * turn * &outside * &x).collect());

        let sum = |(i, j)| unit(3, i, j) + unit(3, j, i);
        close(&PositiveDefinite, &metric(3, 4.0, seed), pairs(3).map(sum).collect());
        let exchange = |(i, j): (usize, usize)| {
            Matrix::from_fn(4, 1, |k, _| f64::from(u8::from(k == i)) - f64::from(u8::from(k == j)))
        };
        close(&Multinomial, &Matrix::from_element(4, 1, 0.25), pairs(4).map(exchange).collect());
    }
}

/// With one column the nearest point of the ellipsoid xᵀMx = 1 is (I + sM)⁻¹y for the largest root s of its equation.
#[test]
fn the_nearest_point_of_an_ellipsoid_is_that_of_its_secular_equation() {
    for (seed, size) in (0..12).zip([0.1, 0.5, 1.0, 3.0, 100.0, 1e8].into_iter().cycle()) {
        let m = metric(4, 50.0, seed);
        let y = matrix(4, 1, !seed) * size;
        let at = |s: f64| (Matrix::identity(4, 4) + &m * s).lu().solve(&y).unwrap();
        let excess = |s: f64| (&m * at(s)).dot(&at(s)) - 1.0;
        let (mut low, mut high) = (-1.0 + 1e-12, 1e3 * (1.0 + y.norm()));
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if excess(middle) > 0.0 { low = middle } else { high = middle }
        }
        let nearest = GeneralizedStiefel::new(m.clone()).unwrap().project(&y).unwrap();
        let (gap, twin) = ((&nearest - &y).norm(), (at(high) - &y).norm());
        assert!(gap <= twin * (1.0 + 1e-9) && (&nearest - at(high)).norm() <= 1e-6, "{seed}: {gap} {twin}");
    }
}

/// The nearest rotation of space, by the quaternion of the largest eigenvalue (Horn, 1987).
#[test]
fn the_nearest_rotation_is_that_of_the_best_quaternion() {
    for seed in 0..20 {
        let s = matrix(3, 3, seed);
        let [x, y, z] = [s[(2, 1)] - s[(1, 2)], s[(0, 2)] - s[(2, 0)], s[(1, 0)] - s[(0, 1)]];
        let off = |i: usize, j: usize| s[(i, j)] + s[(j, i)];
        let (a, b, c) = (s[(0, 0)], s[(1, 1)], s[(2, 2)]);
        let rows = [
            a + b + c,
            x,
            y,
            z,
            x,
            a - b - c,
            off(0, 1),
            off(0, 2),
            y,
            off(0, 1),
            b - a - c,
            off(1, 2),
            z,
            off(0, 2),
            off(1, 2),
            c - a - b,
        ];
        let eigen = Matrix::from_row_slice(4, 4, &rows).symmetric_eigen();
        let q = eigen.eigenvectors.column(eigen.eigenvalues.imax()).into_owned();
        let best = UnitQuaternion::from_quaternion(nalgebra::Quaternion::new(q[0], q[1], q[2], q[3]));
        let best = best.to_rotation_matrix();
        let nearest = SpecialOrthogonal::default().project(&s).unwrap();
        let gap = (0..9).map(|i| (nearest[i] - best.matrix()[i]).abs()).fold(0.0, f64::max);
        assert!(gap <= 1e-11, "{seed}: {gap}");
    }
}

#[test]
fn the_exponential_of_a_rotation_is_that_of_matrices() {
    for seed in 0..6 {
        let on = SpecialOrthogonal { retraction: Retraction::Exponential };
        let x = on.project(&matrix(4, 4, seed)).unwrap();
        let step = on.tangent(&x, &matrix(4, 4, !seed)).unwrap();
        let twin = &x * (x.transpose() * &step).exp();
        assert!((on.retract(&x, &step).unwrap() - twin).norm() <= 1e-12);
    }
}

/// The retraction of positive definite matrices follows the geodesic X^½ exp(tX^{−½}ξX^{−½})X^½ to third order.
#[test]
fn positive_definite_steps_follow_the_geodesic_of_the_affine_invariant_metric() {
    for seed in 0..6 {
        let x = metric(3, 4.0, seed);
        let eigen = x.clone().symmetric_eigen();
        let power = |power: f64| {
            let values = eigen.eigenvalues.map(|value| value.powf(power));
            &eigen.eigenvectors * Matrix::from_diagonal(&values) * eigen.eigenvectors.transpose()
        };
        let step = PositiveDefinite.tangent(&x, &matrix(3, 3, !seed)).unwrap().normalize() * 0.1;
        let gap = |t: f64| {
            let geodesic = power(0.5) * (power(-0.5) * &step * power(-0.5) * t).exp() * power(0.5);
            (PositiveDefinite.retract(&x, &(&step * t)).unwrap() - geodesic).norm()
        };
        let order = (gap(0.5) / gap(0.125)).log2() / 2.0;
        assert!(order > 2.7, "{seed}: {order}");
    }
}

#[test]
fn points_land_at_every_scale() {
    for (name, on, (rows, columns)) in sets(1) {
        for scale in [1e-300, 1e-150, 1e-8, 1e8, 1e150] {
            let x = on.project(&(matrix(rows, columns, 5) * scale)).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(on.residual(&x).unwrap() <= 1e-12, "{name} at {scale}: {}", on.residual(&x).unwrap());
            assert!((on.project(&x).unwrap() - &x).norm() <= 1e-12 * x.norm(), "{name} at {scale}");
        }
        let zero = on.project(&Matrix::zeros(rows, columns)).unwrap();
        assert!(on.residual(&zero).unwrap() <= 1e-12, "{name}");
    }
}

#[test]
fn residuals_measure_what_they_say() {
    let reflection = Matrix::from_diagonal(&nalgebra::DVector::from_row_slice(&[1.0, 1.0, -1.0]));
    assert_eq!(SpecialOrthogonal::default().residual(&reflection).unwrap(), 2.0);
    assert!((PositiveDefinite.residual(&reflection).unwrap() - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
    assert!((FixedRank { rank: 2 }.residual(&reflection).unwrap() - 1.0 / 3.0_f64.sqrt()).abs() < 1e-15);
    assert_eq!(Multinomial.residual(&reflection).unwrap(), 2.0);
    let on = PartlyFixedStiefel::new(Matrix::identity(3, 1), Retraction::Qr).unwrap();
    assert_eq!(on.residual(&Matrix::from_row_slice(3, 2, &[-1.0, 0.0, 0.0, 1.0, 0.0, 0.0])).unwrap(), 2.0);
    let on = GeneralizedStiefel::new(Matrix::identity(3, 3) * 2.0).unwrap();
    assert_eq!(on.residual(&Matrix::identity(3, 1)).unwrap(), 1.0);
}

#[test]
fn what_is_no_point_is_refused() {
    for (name, on, (rows, columns)) in sets(1) {
        let x = point(&*on, name, (rows, columns), 1);
        for entry in [f64::NAN, f64::INFINITY] {
            let mut step = Matrix::zeros(rows, columns);
            step[(rows - 1, columns - 1)] = entry;
            assert!(matches!(on.project(&step), Err(Error::NotFinite { .. })), "{name}");
            assert!(matches!(on.retract(&x, &step), Err(Error::NotFinite { .. })), "{name}");
        }
        let other = Matrix::zeros(rows + 1, columns);
        assert!(matches!(on.tangent(&x, &other), Err(Error::Size { .. })), "{name}");
        assert!(matches!(on.retract(&x, &other), Err(Error::Size { .. })), "{name}");
        assert!(on.project(&Matrix::zeros(0, columns)).is_err(), "{name}");
    }
    let bad = |result: admm::Result<()>| matches!(result, Err(Error::Parameters(_)));
    let metric = |entries: [f64; 4]| GeneralizedStiefel::new(Matrix::from_row_slice(2, 2, &entries)).map(|_| ());
    assert!(
        bad(metric([1.0, 0.5, 0.0, 1.0])) && bad(metric([1.0, 1.0, 1.0, 1.0])) && bad(metric([1.0, 2.0, 2.0, 1.0]))
    );
    assert!(bad(PartlyFixedStiefel::new(Matrix::from_element(3, 1, 1.0), Retraction::Qr).map(|_| ())));
    assert!(bad(PartlyFixedStiefel::new(Matrix::identity(2, 2), Retraction::Qr).map(|_| ())));
    for rank in [0, 3] {
        assert!(bad(FixedRank { rank }.project(&Matrix::identity(4, 2)).map(|_| ())));
    }
    let singular = PositiveDefinite.retract(&Matrix::zeros(2, 2), &Matrix::identity(2, 2));
    assert!(matches!(singular, Err(Error::Numerical { .. })));
    let fixed = fixed(4, 2, 1, Retraction::Polar);
    assert!([2, 5].iter().all(|&columns| matches!(fixed.project(&matrix(4, columns, 1)), Err(Error::Size { .. }))));
}
