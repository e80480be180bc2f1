//! The support and recession functions that proximal functions know, against their own points and values.

use crate::common::{Matrix, column};
use admm::operator::Selection;
use admm::patterns::GeneralConsensus;
use admm::{ConstraintSet, Descent, Flat, Gradient, Iterate, Prox, Subproblem};
use admm_solvers::prox::*;
use admm_solvers::set::{Ball, Bounds, Product, Stiefel};

fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 30) as f64 - 1.0
    }
}

type Function = (&'static str, (usize, usize), Box<dyn Prox<f64>>);

fn functions() -> Vec<Function> {
    let vectors = of_vectors().into_iter().map(|(name, f)| (name, (3, 1), f));
    vectors.chain(of_matrices()).collect()
}

fn of_matrices() -> Vec<Function> {
    let above = Bounds { lower: 0.0, upper: f64::INFINITY };
    let sides: Vec<(usize, Box<dyn ConstraintSet<f64>>)> =
        vec![(1, Box::new(above)), (1, Box::new(Ball { radius: 1.5 })), (1, Box::new(Flat))];
    let rotation = Matrix::from_row_slice(2, 2, &[0.6, -0.8, 0.8, 0.6]) * 2.0;
    vec![
        ("nuclear", (3, 2), Box::new(SingularValues(L1))),
        ("spectral ball", (2, 3), Box::new(SingularValues(Indicator(Ball { radius: 2.0 })))),
        ("largest singular value", (2, 3), Box::new(SingularValues(LInfinity))),
        ("semidefinite", (2, 2), Box::new(Eigenvalues(Indicator(above)))),
        ("spectrahedron", (3, 3), Box::new(Eigenvalues(Simplex { total: 1.0 }))),
        ("symmetric", (2, 2), Box::new(Eigenvalues(L1))),
        ("sides", (2, 3), Box::new(Indicator(Product(sides)))),
        ("cross-entropy", (3, 2), Box::new(CrossEntropy::new(vec![2, 0], vec![1.5, 0.5], 3).unwrap())),
        ("mapped", (2, 2), Box::new(Precomposed::new(Indicator(above), rotation).unwrap())),
    ]
}

fn of_vectors() -> Vec<(&'static str, Box<dyn Prox<f64>>)> {
    let a = Matrix::from_row_slice(1, 3, &[1.0, -2.0, 2.0]);
    let p = a.tr_mul(&a);
    let limits = Bounds { lower: column(&[-1.0, 0.0, f64::NEG_INFINITY]), upper: column(&[2.0, f64::INFINITY, 1.0]) };
    let one_side = Bounds { lower: -1.0, upper: f64::INFINITY };
    let some = Matrix::from_row_slice(3, 2, &[0.6, -0.8, 0.8, 0.6, 0.0, 0.0]) * 2.0;
    let sides: Vec<(Slice, Box<dyn Prox<f64>>)> =
        vec![(Slice::Entries(vec![2]), Box::new(Indicator(one_side))), (Slice::Rows(0..1), Box::new(L1))];
    let tilted = Tilted { of: Indicator(limits.clone()), by: column(&[1.0, 2.0, -3.0]) };
    vec![
        ("affine", Box::new(Affine::new(&a, &column(&[2.0])).unwrap())),
        ("halfspace", Box::new(Halfspace { normal: column(&[1.0, -1.0, 2.0]), offset: 0.5 })),
        ("bounds", Box::new(Indicator(limits))),
        ("tilted", Box::new(Scaled { weight: 2.0, of: tilted })),
        ("ball", Box::new(Indicator(Ball { radius: 2.0 }))),
        ("simplex", Box::new(Simplex { total: 2.0 })),
        ("l1 ball", Box::new(L1Ball { radius: 2.0 })),
        ("cone", Box::new(SecondOrderCone)),
        ("point", Box::new(Singleton(column(&[1.0, -2.0, 0.5])))),
        ("logarithm", Box::new(NegativeLog)),
        ("count", Box::new(L0)),
        ("l1", Box::new(Translated { of: L1, by: column(&[1.0, 0.0, -1.0]) })),
        ("l2", Box::new(L2)),
        ("largest", Box::new(LInfinity)),
        ("quantile", Box::new(Quantile { level: 0.3 })),
        ("huber", Box::new(Huber { delta: 0.7 })),
        ("hinge", Box::new(Margins { of: Hinge, labels: column(&[1.0, -1.0, 1.0]) })),
        ("logistic", Box::new(Logistic)),
        ("squared hinge", Box::new(SquaredHinge)),
        ("elastic net", Box::new(ElasticNet { l1: 0.5, l2: 0.0 })),
        ("quadratic", Box::new(Quadratic::new(p, column(&[1.0, 0.0, 0.5])).unwrap())),
        ("least squares", Box::new(LeastSquares::new(a, column(&[1.0])).unwrap())),
        ("conjugate", Box::new(Conjugate(L1))),
        ("separable", Box::new(Separable(vec![(2, Box::new(SecondOrderCone)), (1, Box::new(L1))]))),
        ("columns", Box::new(Columnwise(Simplex { total: 1.0 }))),
        ("hyperslab", Box::new(Hyperslab { normal: column(&[1.0, -1.0, 2.0]), lower: -0.5, upper: 2.0 })),
        ("rotated cone", Box::new(RotatedSecondOrderCone)),
        ("exponential cone", Box::new(ExponentialCone)),
        ("dual exponential cone", Box::new(DualExponentialCone)),
        ("binary", Box::new(Binary { low: -1.0, high: 2.0 })),
        ("sparse group", Box::new(L1PlusL2 { l1: 0.5, l2: 2.0 })),
        ("variation", Box::new(TotalVariation)),
        ("largest entries", Box::new(SumLargest { count: 2 })),
        ("largest magnitudes", Box::new(KyFan { count: 2 })),
        ("cube", Box::new(CubedL2)),
        ("entropy", Box::new(Entropy)),
        ("divergence", Box::new(KullbackLeibler::new(column(&[1.0, 0.0, 3.0])).unwrap())),
        ("probabilities", Box::new(BinaryCrossEntropy::new(column(&[1.0, 0.0, 0.3])).unwrap())),
        ("difference of norms", Box::new(L1MinusL2 { alpha: 0.6 })),
        ("clipped", Box::new(Scad { lambda: 1.0, a: 3.7 })),
        ("concave", Box::new(Mcp { lambda: 1.0, gamma: 2.0 })),
        ("logarithms", Box::new(LogSum { epsilon: 0.5 })),
        ("student", Box::new(StudentT { degrees: 3.0, scale: 0.5 })),
        ("tukey", Box::new(Tukey { c: 1.0 })),
        ("truncated squares", Box::new(TruncatedSquares { c: 0.5 })),
        ("geman-mcclure", Box::new(GemanMcClure { scale: 0.5 })),
        ("geman-reynolds", Box::new(GemanReynolds { gamma: 0.5 })),
        ("exponential", Box::new(ExponentialPenalty { gamma: 0.5 })),
        ("regularised", Box::new(Regularised { of: SecondOrderCone, mu: 0.5, towards: column(&[1.0, 0.0, 2.0]) })),
        ("stretched", Box::new(Stretched { of: Indicator(one_side), by: column(&[-0.5, 0.0, 2.0]) })),
        ("stretched sum", Box::new(Stretched { of: L1, by: column(&[-0.5, 0.0, 2.0]) })),
        ("image", Box::new(Epicomposed::new(Indicator(one_side), some).unwrap())),
        ("reshaped", Box::new(Reshaped { of: Columnwise(Simplex { total: 2.0 }), size: (1, 3) })),
        ("sliced", Box::new(Sliced::new((3, 1), sides).unwrap())),
    ]
}

/// ⟨y, x⟩ ≤ value + violation·‖x − b‖ for every x of the domain, with an origin ‖b‖ ≤ 4, and some x comes near where nothing is violated.
#[test]
fn support_bounds_the_domain() {
    for (name, (rows, columns), f) in functions() {
        let mut next = numbers(7);
        for _ in 0..200 {
            let y = Matrix::from_fn(rows, columns, |_, _| next());
            let support = f.support(&y).unwrap_or_else(|| panic!("{name}"));
            let mut reached = f64::NEG_INFINITY;
            for far in [1.0, 10.0, 1e3] {
                let v = Matrix::from_fn(rows, columns, |_, _| next()) * far;
                // The points that are furthest along y are the minimisers with a target far along it.
                for x in [f.prox(&v, 1.0).unwrap(), f.prox(&(&v + &y * 1e5), 1.0).unwrap()] {
                    let most = support.value + support.violation * (x.norm() + 4.0);
                    assert!(y.dot(&x) <= most + 1e-7 * (1.0 + x.norm()), "{name}: {} above {most}", y.dot(&x));
                    reached = reached.max(y.dot(&x));
                }
            }
            if support.violation <= 1e-12 {
                assert!(reached >= support.value - 2e-2, "{name}: {reached} of {}", support.value);
            }
        }
    }
}

/// f(x + tδ)/t tends to the value, for moves that violate nothing.
#[test]
fn recession_is_the_slope_far_away() {
    for (name, (rows, columns), f) in functions() {
        let mut next = numbers(11);
        let far = 1e7;
        for tried in 0..200 {
            let by = if tried % 2 == 0 {
                Matrix::from_fn(rows, columns, |_, _| next())
            } else {
                f.prox(&(Matrix::from_fn(rows, columns, |_, _| next()) * far), 1.0).unwrap() / far
            };
            let recession = f.recession(&by).unwrap_or_else(|| panic!("{name}"));
            assert!((recession.length - by.norm()).abs() < 1e-12 && recession.violation <= 2.0 * by.norm(), "{name}");
            if recession.violation > 1e-9 * by.norm() {
                continue;
            }
            let x = f.prox(&Matrix::from_fn(rows, columns, |_, _| next()), 1.0).unwrap();
            let slope = (f.value(&(&x + &by * far)) - f.value(&x)) / far;
            // Off the set by rounding, an indicator is infinite.
            assert!(
                slope.is_infinite() || (slope - recession.value).abs() < 1e-4,
                "{name}: {slope} for {}",
                recession.value
            );
        }
    }
}

/// One variable of four rows, of which two blocks see three each: plain loops over the rows.
#[test]
fn members_that_see_some_rows_have_the_domain_of_the_whole() {
    let views = [vec![0, 1, 3], vec![3, 2, 1]];
    let (lower, upper) = ([-1.0, 0.5, f64::NEG_INFINITY, -2.0], [2.0, 1.5, 3.0, f64::INFINITY]);
    let of = Indicator(Bounds { lower: column(&lower), upper: column(&upper) });
    let selections = views.iter().map(|rows| Selection::new(rows.clone(), 4).unwrap()).collect();
    let consensus = GeneralConsensus::new(of, selections).unwrap();
    let mut next = numbers(3);
    for _ in 0..100 {
        let y: Vec<Matrix> = (0..2).map(|_| Matrix::from_fn(3, 1, |_, _| next())).collect();
        let by: Vec<f64> = (0..4).map(|_| next()).collect();
        let (mut value, mut outside, mut leaving) = (0.0, 0.0, 0.0);
        for row in 0..4 {
            let mut pull = 0.0;
            for (rows, y) in views.iter().zip(&y) {
                for (place, &seen) in rows.iter().enumerate() {
                    pull += if seen == row { y[place] } else { 0.0 };
                }
            }
            let bound = |side: f64| if side > 0.0 { upper[row] } else { lower[row] };
            if bound(pull).is_finite() {
                value += pull * bound(pull)
            } else {
                outside += pull * pull
            }
            leaving += if bound(by[row]).is_finite() { by[row] * by[row] } else { 0.0 };
        }
        // No row is seen more than twice.
        let (support, near) = (consensus.support(&y).unwrap(), |a: f64, b: f64| (a - b).abs() <= 1e-12);
        assert!(near(support.value, value) && near(support.violation, (outside / 2.0).sqrt()), "{support:?}");
        let recession = consensus.recession(&column(&[0.0; 4]), &column(&by)).unwrap();
        assert!(recession.value == 0.0 && near(recession.violation, (leaving * 2.0).sqrt()), "{recession:?}");
        assert!(near(recession.length, (by.iter().map(|by| by * by).sum::<f64>() * 2.0).sqrt()));
    }
}

/// A block of a smooth function knows its set, and not how the function grows.
#[test]
fn a_block_of_a_smooth_function_has_the_domain_of_its_set() {
    let envelope = || MoreauEnvelope { of: L1, mu: 2.0 };
    let bounds = Bounds { lower: -1.0, upper: 2.0 };
    let block = Descent { of: envelope(), by: Gradient { max_steps: 3 }, on: bounds };
    let (y, x) = (column(&[1.0, -3.0]), Iterate::new(column(&[0.0, 1.0])));
    assert_eq!(block.support(&y).unwrap(), admm::infeasibility::Support { value: 5.0, violation: 0.0 });
    assert!(block.recession(&x, &x).is_none());
    let sphere = Descent { of: envelope(), by: Gradient { max_steps: 3 }, on: Stiefel::default() };
    assert!(sphere.support(&y).is_none(), "not convex");
}
