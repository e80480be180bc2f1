//! One of every proximal function.

#![allow(dead_code)] // each test file takes what it needs

use crate::data;
use admm::Prox;
use admm_solvers::Scalar;
use admm_solvers::prox::*;
use admm_solvers::set::*;
use nalgebra::DMatrix;

pub type Matrix = DMatrix<f64>;

/// A function of n×n matrices, and whether it is convex.
pub struct Function<T: Scalar> {
    pub name: &'static str,
    pub convex: bool,
    pub f: Box<dyn Prox<T>>,
}

pub const NON_NEGATIVE: Indicator<Bounds> = Indicator(Bounds { lower: 0.0, upper: f64::INFINITY });
pub const UNIT_BOX: Indicator<Bounds> = Indicator(Bounds { lower: -1.0, upper: 1.0 });
pub const UNIT_BALL: Indicator<Whole<Ball>> = Indicator(Whole(Ball { radius: 1.0 }));

pub fn random<T: Scalar>(rows: usize, columns: usize, seed: u64) -> DMatrix<T> {
    data::matrix(rows, columns, seed).map(T::of)
}

pub fn signs<T: Scalar>(rows: usize, columns: usize, seed: u64) -> DMatrix<T> {
    random::<T>(rows, columns, seed).map(|entry: T| entry.signum())
}

pub fn cross_entropy<T: Scalar>(classes: usize, n: usize, seed: u64) -> CrossEntropy<T> {
    let weights = random::<T>(n, 1, seed).map(|entry: T| entry.abs());
    let labels = (0..n).map(|j| (j + seed as usize % classes) % classes).collect();
    CrossEntropy::new(labels, weights.as_slice().to_vec(), classes).unwrap()
}

/// MMᵀ − shift·I.
pub fn gram<T: Scalar>(n: usize, shift: f64, seed: u64) -> DMatrix<T> {
    let m = data::matrix(n, n, seed);
    (&m * m.transpose() - DMatrix::identity(n, n) * shift).map(T::of)
}

/// One of each, of n×n matrices that depend on the seed.
pub fn all<T: Scalar>(n: usize, seed: u64) -> Vec<Function<T>> {
    let mut all = Vec::new();
    let mut convex = |name, f| all.push(Function { name, convex: true, f });
    convex("l1", Box::new(L1) as Box<dyn Prox<T>>);
    convex("l2", Box::new(L2));
    convex("squared l2", Box::new(SquaredL2));
    convex("l infinity", Box::new(LInfinity));
    convex("elastic net", Box::new(ElasticNet { l1: 0.7, l2: 0.3 }));
    convex("huber", Box::new(Huber { delta: 0.8 }));
    convex("hinge", Box::new(Hinge));
    convex("squared hinge", Box::new(SquaredHinge));
    convex("logistic", Box::new(Logistic));
    let counts = random::<T>(n, n, seed ^ 14).map(|entry: T| (entry.abs() * T::of(3.0)).floor());
    convex("poisson", Box::new(Poisson::new(counts).unwrap()));
    convex("quantile", Box::new(Quantile { level: 0.3 }));
    convex("negative log", Box::new(NegativeLog));
    convex("cross-entropy", Box::new(cross_entropy::<T>(n, n, seed)));
    convex("box", Box::new(Indicator(Bounds { lower: -0.5, upper: 1.5 })));
    convex("non-negative", Box::new(NON_NEGATIVE));
    convex("l2 ball", Box::new(UNIT_BALL));
    convex("simplex", Box::new(Simplex { total: 1.5 }));
    convex("l1 ball", Box::new(L1Ball { radius: 1.5 }));
    convex("halfspace", Box::new(Halfspace { normal: random(n, n, seed ^ 1), offset: T::of(-0.5) }));
    let a = random::<T>(n.div_ceil(2), n, seed ^ 2);
    convex("affine", Box::new(Affine::new(&a, &(&a * random::<T>(n, n, seed ^ 3))).unwrap()));
    convex("second-order cone", Box::new(SecondOrderCone));
    convex("semidefinite", Box::new(Eigenvalues(NON_NEGATIVE)));
    convex("point", Box::new(Singleton(random::<T>(n, n, seed ^ 4))));
    convex("nuclear norm", Box::new(SingularValues(L1)));
    convex("spectral norm", Box::new(SingularValues(LInfinity)));
    convex("quadratic", Box::new(Quadratic::new(gram::<T>(n, 0.0, seed ^ 5), random(n, n, seed ^ 6)).unwrap()));
    let tall = LeastSquares::new(random::<T>(n + 1, n, seed ^ 7), random(n + 1, n, seed ^ 8)).unwrap();
    convex("least squares", Box::new(tall));
    let wide = LeastSquares::new(a, random(n.div_ceil(2), n, seed ^ 9)).unwrap();
    convex("wide least squares", Box::new(wide));
    convex("group lasso", Box::new(Columnwise(L2)));
    convex("probabilities", Box::new(Columnwise(Simplex { total: 1.0 })));
    convex("scaled", Box::new(Scaled { weight: 0.4, of: L1 }));
    convex("translated", Box::new(Translated { of: L2, by: random::<T>(n, n, seed ^ 10) }));
    convex("tilted", Box::new(Tilted { of: L2, by: random::<T>(n, n, seed ^ 13) }));
    convex("conjugate", Box::new(Conjugate(Huber { delta: 0.8 })));
    convex("maximum", Box::new(Conjugate(Simplex { total: 1.0 })));
    convex("envelope", Box::new(MoreauEnvelope { of: L1, mu: 0.6 }));
    convex("labelled", Box::new(Margins { of: Logistic, labels: signs::<T>(n, n, seed ^ 11) }));
    convex("separable", Box::new(Separable::<T>(vec![(1, Box::new(L1)), (n - 1, Box::new(SquaredL2))])));
    let some = data::orthonormal(n, n.div_ceil(2), seed ^ 12).transpose().map(|entry| T::of(2.0 * entry));
    convex("precomposed", Box::new(Precomposed::new(L1, some).unwrap()));
    convex("regularised", Box::new(Regularised { of: L1, mu: 0.8, towards: random::<T>(n, n, seed ^ 15) }));
    convex("distance", Box::new(Distance(Indicator(Bounds { lower: -0.5, upper: 0.25 }))));
    convex("stretched", Box::new(Stretched { of: Huber { delta: 0.8 }, by: random::<T>(n, n, seed ^ 16) }));
    let some = data::orthonormal(n, n.div_ceil(2), seed ^ 17).map(|entry| T::of(2.0 * entry));
    convex("image", Box::new(Epicomposed::new(L1, some).unwrap()));
    convex("reshaped", Box::new(Reshaped { of: SecondOrderCone, size: (n * n, 1) }));
    let parts =
        vec![(Slice::Rows(0..1), Box::new(L1) as _), (Slice::Entries(vec![n * n - 1]), Box::new(SquaredL2) as _)];
    convex("sliced", Box::new(Sliced::<T>::new((n, n), parts).unwrap()));
    let three: Vec<Box<dyn Prox<T>>> = vec![Box::new(L1), Box::new(L2), Box::new(NON_NEGATIVE)];
    convex("sum", Box::new(Sum { of: three, accuracy: 1e-12 }));
    let mut other = |name, f| all.push(Function { name, convex: false, f });
    other("l0", Box::new(L0) as Box<dyn Prox<T>>);
    other("l0 ball", Box::new(L0Ball { count: 2 }));
    other("rank", Box::new(SingularValues(L0Ball { count: 1 })));
    let both: Vec<Box<dyn Prox<T>>> = vec![Box::new(L1), Box::new(Singleton(random::<T>(n, n, seed ^ 18)))];
    other("minimum", Box::new(PointwiseMinimum(both)));
    other("sphere", Box::new(Indicator(Whole(UnitColumns))));
    other("orthonormal", Box::new(Indicator(Stiefel::default())));
    all.extend(norms_and_losses(n, seed));
    all.extend(cones_and_polyhedra(n, seed));
    all.extend(penalties_that_are_not_convex(n));
    all
}

fn norms_and_losses<T: Scalar>(n: usize, seed: u64) -> Vec<Function<T>> {
    let mut all = Vec::new();
    let mut convex = |name, f| all.push(Function { name, convex: true, f });
    convex("l1 plus l2", Box::new(L1PlusL2 { l1: 0.4, l2: 0.6 }) as Box<dyn Prox<T>>);
    convex("total variation", Box::new(TotalVariation));
    convex("largest entries", Box::new(SumLargest { count: 2 }));
    convex("largest magnitudes", Box::new(KyFan { count: 2 }));
    convex("ky fan norm", Box::new(SingularValues(KyFan { count: 2 })));
    convex("cubed l2", Box::new(CubedL2));
    convex("entropy", Box::new(Entropy));
    let shares = random::<T>(n, n, seed ^ 15).map(|entry: T| entry.abs().min(T::one()));
    convex("binary cross-entropy", Box::new(BinaryCrossEntropy::new(shares.clone()).unwrap()));
    convex("kullback-leibler", Box::new(KullbackLeibler::new(shares).unwrap()));
    all
}

fn cones_and_polyhedra<T: Scalar>(n: usize, seed: u64) -> Vec<Function<T>> {
    let mut all = Vec::new();
    let mut convex = |name, f| all.push(Function { name, convex: true, f });
    let slab = Hyperslab { normal: random(n, n, seed ^ 16), lower: T::of(-0.5), upper: T::of(0.2) };
    convex("hyperslab", Box::new(slab) as Box<dyn Prox<T>>);
    convex("rotated cone", Box::new(RotatedSecondOrderCone));
    let (a, inside) = (random::<T>(n + 1, n, seed ^ 17), random::<T>(n, 1, seed ^ 18));
    let b = (&a * inside).add_scalar(T::of(0.1));
    convex("polyhedron", Box::new(Columnwise(Polyhedron::new(&a, &b).unwrap())));
    let map = random::<T>(n - n / 2, n / 2, seed ^ 19);
    convex("graph", Box::new(Affine::graph(&map, n).unwrap()));
    if n == 3 {
        convex("exponential cones", Box::new(Columnwise(ExponentialCone)));
        convex("dual exponential cones", Box::new(Columnwise(DualExponentialCone)));
    }
    all
}

fn penalties_that_are_not_convex<T: Scalar>(n: usize) -> Vec<Function<T>> {
    let mut all = Vec::new();
    let mut other = |name, f| all.push(Function { name, convex: false, f });
    other("scad", Box::new(Scad { lambda: 0.6, a: 3.7 }) as Box<dyn Prox<T>>);
    other("mcp", Box::new(Mcp { lambda: 0.6, gamma: 2.5 }));
    other("l half", Box::new(LHalf));
    other("log-sum", Box::new(LogSum { epsilon: 0.4 }));
    other("geman-reynolds", Box::new(GemanReynolds { gamma: 0.6 }));
    other("exponential penalty", Box::new(ExponentialPenalty { gamma: 1.5 }));
    other("l1 minus l2", Box::new(L1MinusL2 { alpha: 0.8 }));
    other("student t", Box::new(StudentT { degrees: 2.0, scale: 0.5 }));
    other("tukey", Box::new(Tukey { c: 1.2 }));
    other("truncated squares", Box::new(TruncatedSquares { c: 0.9 }));
    other("geman-mcclure", Box::new(GemanMcClure { scale: 0.5 }));
    other("binary", Box::new(Binary { low: -0.5, high: 1.0 }));
    other("separate", Box::new(Separable::<T>(vec![(1, Box::new(L1)), (n - 1, Box::new(L0))])));
    all
}
