//! The certificate of second order, beside dense Hessians and known eigenvalues.

use crate::data::{Captured, matrix, minimised, orthonormal, with_spectrum};
use admm::{ConstraintSet, Flat, Result, Smooth};
use admm_solvers::descent::Lbfgs;
use admm_solvers::second_order::{Examination, SecondOrder, Verdict};
use admm_solvers::set::{Ball, GreatCircles, Retraction, Stiefel, UnitColumns};
use nalgebra::{DMatrix, DVector};

fn examination<'a>(
    on: &'a dyn ConstraintSet<f64>,
    symmetries: &'a [DMatrix<f64>],
) -> Examination<'a, f64, DMatrix<f64>> {
    Examination { on, symmetries, tolerance: 1e-8, max_products: 1_000, seed: 0 }
}

fn examined<F: Smooth<f64, Point = DMatrix<f64>>>(
    of: &F,
    on: &dyn ConstraintSet<f64>,
    symmetries: &[DMatrix<f64>],
    at: &DMatrix<f64>,
) -> SecondOrder {
    examination(on, symmetries).of(of, at).unwrap().0
}

/// −½ tr(XᵀAXN) + ¼ Σ xᵢⱼ⁴ with a diagonal N: no symmetry, and third derivatives.
struct Quartic {
    a: DMatrix<f64>,
    n: DMatrix<f64>,
}

impl Quartic {
    fn new(d: usize, k: usize, seed: u64) -> Self {
        let a = matrix(d, d, seed);
        Quartic {
            a: &a * a.transpose() / d as f64,
            n: DMatrix::from_diagonal(&DVector::from_fn(k, |j, _| (k - j) as f64)),
        }
    }
    fn second(&self, x: &DMatrix<f64>, xi: &DMatrix<f64>) -> DMatrix<f64> {
        -&self.a * xi * &self.n + x.map(|x| 3.0 * x * x).component_mul(xi)
    }
}

impl Smooth<f64> for Quartic {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let image = &self.a * x * &self.n;
        Ok((-0.5 * x.dot(&image) + 0.25 * x.map(|x| x.powi(4)).sum(), -image + x.map(|x| x.powi(3))))
    }
}

/// The eigenvalues, ascending, of a symmetric map of the tangent space at x.
fn dense(on: &dyn ConstraintSet<f64>, x: &DMatrix<f64>, map: impl Fn(&DMatrix<f64>) -> DMatrix<f64>) -> Vec<f64> {
    let (d, k) = x.shape();
    let unit = |i: usize| DMatrix::from_fn(d, k, |row, column| if column * d + row == i { 1.0 } else { 0.0 });
    let columns = |of: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>| {
        let entries: Vec<f64> = (0..d * k).flat_map(|i| of(&unit(i)).as_slice().to_vec()).collect();
        DMatrix::from_vec(d * k, d * k, entries)
    };
    let projector = columns(&|xi| on.tangent(x, xi).unwrap());
    let hessian = columns(&|xi| on.tangent(x, &map(&on.tangent(x, xi).unwrap())).unwrap());
    let eigen = projector.symmetric_eigen();
    let tangent: Vec<usize> = (0..d * k).filter(|&i| eigen.eigenvalues[i] > 0.5).collect();
    let basis = eigen.eigenvectors.select_columns(&tangent);
    let mut values = (basis.transpose() * hessian * basis).symmetric_eigenvalues().as_slice().to_vec();
    values.sort_by(f64::total_cmp);
    values
}

/// P(∇²f\[ξ\] − ξS) with S = sym(XᵀG) for XᵀX = I, its diagonal for unit columns, and 0 for free matrices (Absil, Mahony
/// and Trumpf, "An extrinsic look at the Riemannian Hessian", 2013, §4).
#[test]
fn the_eigenvalues_are_those_of_the_formula() {
    for seed in 0..6 {
        let f = Quartic::new(7, 3, seed);
        let curved = |x: &DMatrix<f64>, s: DMatrix<f64>| {
            let x = x.clone();
            let f = &f;
            move |xi: &DMatrix<f64>| f.second(&x, xi) - xi * &s
        };
        let inner = |x: &DMatrix<f64>| x.transpose() * f.value_and_gradient(x).unwrap().1;
        let retractions = [Retraction::Polar, Retraction::Qr, Retraction::Cayley, Retraction::Exponential];
        let stiefel = retractions.map(|retraction| Box::new(Stiefel { retraction }) as Box<dyn ConstraintSet<f64>>);
        let spheres: [Box<dyn ConstraintSet<f64>>; 2] = [Box::new(UnitColumns), Box::new(GreatCircles)];
        for (number, on) in stiefel.into_iter().chain(spheres).enumerate() {
            let x = minimised(&f, Lbfgs { max_steps: 2_000, ..Lbfgs::default() }, &*on, orthonormal(7, 3, seed + 50));
            let s = inner(&x);
            let s = if number < 4 { (&s + s.transpose()) / 2.0 } else { DMatrix::from_diagonal(&s.diagonal()) };
            let expected = dense(&*on, &x, curved(&x, s));
            let found = examined(&f, &*on, &[], &x);
            let scale = expected.last().unwrap().abs();
            for ((value, error), expected) in found.eigenvalues.iter().zip(&found.errors).zip(&expected) {
                assert!((value - expected).abs() <= error + 1e-8 * scale, "{number}: {value} {expected}");
                assert!(*error <= 0.2 * scale, "{found}");
            }
            assert!((found.largest - expected.last().unwrap()).abs() <= 1e-7 * scale, "{found:?}");
            assert_eq!(found.verdict == Verdict::Minimum, expected[0] > found.errors[0], "{found}");
        }
    }
}

/// At eigenvectors the Hessian of −½ tr(XᵀAX) has the eigenvalues λᵢ − λⱼ, for i in X and j not, and 0 for turns of X.
#[test]
fn principal_components_are_a_minimum_and_others_a_saddle() {
    let values = [5.0, 4.0, 2.0, 1.0, 0.5, 0.1];
    let (a, q) = with_spectrum(&values, 3);
    let (f, on) = (Captured(a), Stiefel::default());
    let turn = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -1.0, 0.0]);
    let at = |columns: &[usize]| q.select_columns(columns);

    let top = at(&[0, 1]);
    let found = examined(&f, &on, &[&top * &turn, &top * &turn * 3.0], &top);
    assert_eq!((&found.verdict, found.symmetries), (&Verdict::Minimum, 1));
    let expected = [4.0 - 2.0, 4.0 - 1.0, 5.0 - 2.0];
    assert!(
        found.eigenvalues.iter().zip(expected).all(|(value, expected)| (value - expected).abs() <= 1e-7),
        "{found:?}"
    );
    assert!((found.largest - 4.9).abs() <= 1e-7 && found.overlooked == 0.0);
    assert!(found.errors.iter().all(|error| *error <= 1e-7), "{found:?}");
    let unexplained = examined(&f, &on, &[], &top);
    assert!(matches!(unexplained.verdict, Verdict::Undecided(_)), "a turn is a direction like others: {unexplained}");

    let wrong = at(&[0, 2]);
    let (found, lower) = examination(&on, &[&wrong * &turn]).of(&f, &wrong).unwrap();
    let Verdict::Saddle(escape) = found.verdict else { panic!("{found}") };
    assert!((escape.curvature + 2.0).abs() <= 1e-6, "{escape:?}");
    let value = |x: &DMatrix<f64>| f.value_and_gradient(x).unwrap().0;
    assert_eq!(escape.fall, value(&wrong) - value(&lower));
    assert!(escape.fall > 0.5 && escape.fall <= 1.0 + 1e-12, "the best is (4 − 2)/2 lower: {escape:?}");
    assert!(ConstraintSet::residual(&on, &lower).unwrap() <= 1e-13);
}

/// ½ xᵀ diag(values) x.
struct Diagonal(Vec<f64>);

impl Smooth<f64> for Diagonal {
    type Point = DMatrix<f64>;
    fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
        let gradient = DMatrix::from_fn(self.0.len(), 1, |i, _| self.0[i] * x[i]);
        Ok((0.5 * x.dot(&gradient), gradient))
    }
}

#[test]
fn large_problems_take_fewer_products_than_directions() {
    let mut values: Vec<f64> = (0..2_000).map(|i| 1.0 + 99.0 * (i as f64 / 1999.0).powi(2)).collect();
    let at = DMatrix::zeros(2_000, 1);
    let found = examined(&Diagonal(values.clone()), &Flat, &[], &at);
    assert_eq!(found.verdict, Verdict::Minimum);
    assert!(found.products < 200 && found.overlooked > 0.0 && found.overlooked <= 1e-6, "{found:?}");
    assert!((found.eigenvalues[0] - 1.0).abs() <= found.errors[0], "{found:?}");
    values[777] = -0.01;
    let found = examined(&Diagonal(values.clone()), &Flat, &[], &at);
    let Verdict::Saddle(escape) = found.verdict else { panic!("{found}") };
    assert!((escape.curvature + 0.01).abs() <= 0.0051 && escape.fall > 0.0, "{escape:?}");
    let few = Examination { max_products: 20, ..examination(&Flat, &[]) };
    assert!(matches!(few.of(&Diagonal(values), &at).unwrap().0.verdict, Verdict::Undecided(_)));
}

/// The verdict is the same in any unit of f and of x.
#[test]
fn units_do_not_matter() {
    struct InUnits<'a>(&'a Quartic, f64, f64);
    impl Smooth<f64> for InUnits<'_> {
        type Point = DMatrix<f64>;
        fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
            let (value, gradient) = self.0.value_and_gradient(&(x * self.2))?;
            Ok((value * self.1, gradient * (self.1 * self.2)))
        }
    }
    let f = Quartic::new(5, 2, 1);
    let x = minimised(&f, Lbfgs { max_steps: 2_000, ..Lbfgs::default() }, &Flat, matrix(5, 2, 2));
    let plain = examined(&f, &Flat, &[], &x);
    assert_eq!(plain.verdict, Verdict::Minimum);
    for (value, length) in [(1e12, 1.0), (1e-12, 1.0), (1.0, 1e8), (1.0, 1e-8), (1e9, 1e-5)] {
        let tolerance = 1e-8 * value * length;
        let found =
            Examination { tolerance, ..examination(&Flat, &[]) }.of(&InUnits(&f, value, length), &(&x / length));
        let found = found.unwrap().0;
        assert_eq!(found.verdict, Verdict::Minimum);
        let unit = value * length * length;
        assert!(found.eigenvalues.iter().zip(&plain.eigenvalues).all(|(a, b)| (a / unit / b - 1.0).abs() <= 1e-6));
    }
}

#[test]
fn what_is_not_shown_is_not_claimed() {
    let undecided = |found: &SecondOrder, reason: &str| match &found.verdict {
        Verdict::Undecided(why) => assert!(why.contains(reason), "{why}"),
        other => panic!("{other:?}"),
    };
    /// ¼ Σ xᵢ⁴ + ½ x₁²: a strict minimum at 0, of which the Hessian says nothing.
    struct Flattened;
    impl Smooth<f64> for Flattened {
        type Point = DMatrix<f64>;
        fn value_and_gradient(&self, x: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
            let mut gradient = x.map(|x| x.powi(3));
            gradient[0] += x[0];
            Ok((x.map(|x| x.powi(4)).sum() / 4.0 + x[0] * x[0] / 2.0, gradient))
        }
    }
    let at = DMatrix::zeros(3, 1);
    undecided(&examined(&Flattened, &Flat, &[], &at), "is 0 within its error");
    let aside = DMatrix::from_column_slice(3, 1, &[1e-3, 0.0, 0.0]);
    undecided(&examined(&Flattened, &Flat, &[], &aside), "not stationary");
    // The curvature 3x² = 3e-6 is as large as what it changes on the way to 0.
    let near = DMatrix::from_element(3, 1, 1e-3).map_with_location(|i, _, x| if i == 0 { 0.0 } else { x });
    let loose = Examination { tolerance: 1e-6, ..examination(&Flat, &[]) };
    undecided(&loose.of(&Flattened, &near).unwrap().0, "is 0 within its error");
    let all: Vec<DMatrix<f64>> = (0..3).map(|axis| DMatrix::from_fn(3, 1, |i, _| f64::from(i == axis))).collect();
    undecided(&examined(&Flattened, &Flat, &all, &at), "all directions are symmetries");
    let refused = examination(&Ball { radius: 1.0 }, &[]).of(&Flattened, &at).unwrap_err().to_string();
    assert!(refused.contains("smooth manifold") && refused.contains("a convex set"), "{refused}");
    let text = examined(&Diagonal(vec![1.0, 2.0]), &Flat, &[], &DMatrix::zeros(2, 1)).to_string();
    assert!(
        text.starts_with("yes  strict local minimum: the smallest eigenvalues of the Hessian are 1.00e0, 2.00e0"),
        "{text}"
    );
}

#[test]
fn single_precision_too() {
    struct Captured32(DMatrix<f32>);
    impl Smooth<f32> for Captured32 {
        type Point = DMatrix<f32>;
        fn value_and_gradient(&self, x: &DMatrix<f32>) -> Result<(f32, DMatrix<f32>)> {
            let gradient = &self.0 * x * -1.0;
            Ok((0.5 * x.dot(&gradient), gradient))
        }
    }
    let f = Captured32(DMatrix::from_diagonal(&DVector::from_row_slice(&[3.0, 2.0, 1.0])));
    let axis = |axis: usize| DMatrix::from_fn(3, 1, |i, _| if i == axis { 1.0 } else { 0.0 });
    let on = Examination { on: &UnitColumns, symmetries: &[], tolerance: 1e-5, max_products: 100, seed: 0 };
    let found = on.of(&f, &axis(0)).unwrap().0;
    assert_eq!(found.verdict, Verdict::Minimum);
    assert!((found.eigenvalues[0] - 1.0).abs() <= 1e-3 && found.errors[0] <= 1e-2, "{found:?}");
    assert!(matches!(on.of(&f, &axis(1)).unwrap().0.verdict, Verdict::Saddle(_)));
}
