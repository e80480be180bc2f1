//! Quadratic programs: answers by their optimality conditions, programs without an answer, and what is refused.

use admm::{Error, Status, Tolerance};
use admm_solvers::nalgebra_sparse::CscMatrix;
use admm_solvers::qp::{Certificate, Options, Prepared, Program, Solution};
use nalgebra::{DMatrix, DVector};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

type Matrix = DMatrix<f64>;
type Vector = DVector<f64>;

const INFINITY: f64 = f64::INFINITY;

/// Random numbers of a test.
struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64) -> Self {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }
    fn number(&mut self) -> f64 {
        (0..12).map(|_| self.0.random_range(0.0..1.0)).sum::<f64>() - 6.0
    }
    fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n as u64) as usize
    }
    fn matrix(&mut self, rows: usize, columns: usize) -> Matrix {
        Matrix::from_fn(rows, columns, |_, _| self.number())
    }
    fn vector(&mut self, rows: usize) -> Vector {
        Vector::from_fn(rows, |_, _| self.number())
    }
    /// A random semidefinite matrix of this rank.
    fn gram(&mut self, n: usize, rank: usize) -> Matrix {
        let root = self.matrix(rank, n);
        root.tr_mul(&root) / n as f64
    }
}

/// A program in dense numbers.
#[derive(Clone)]
struct Dense {
    p: Matrix,
    q: Vector,
    a: Matrix,
    lower: Vector,
    upper: Vector,
}

impl Dense {
    fn program(&self) -> Program {
        self.checked().unwrap()
    }
    fn checked(&self) -> Result<Program, Error> {
        let (p, a) = (CscMatrix::from(&self.p), CscMatrix::from(&self.a));
        Program::new(p, self.q.clone(), a, self.lower.clone(), self.upper.clone())
    }

    /// Rows with a point x in their bounds, of all kinds: equations, one-sided, two-sided and free ones.
    fn feasible(draw: &mut Draw, n: usize, m: usize) -> Self {
        let (a, x) = (draw.matrix(m, n), draw.vector(n));
        let image = &a * x;
        let mut side = |free: bool| if free { INFINITY } else { draw.number().abs() };
        let kinds: Vec<[f64; 2]> = (0..m).map(|row| [side(row % 4 == 1), side(row % 4 == 2)]).collect();
        let equal = |row: usize| row.is_multiple_of(4) && row < n;
        let lower = Vector::from_fn(m, |i, _| if equal(i) { image[i] } else { image[i] - kinds[i][0] });
        let upper = Vector::from_fn(m, |i, _| if equal(i) { image[i] } else { image[i] + kinds[i][1] });
        let rank = draw.below(n + 1);
        let (p, y) = (draw.gram(n, rank), draw.vector(m));
        // A dual point, with multipliers of the sign that the bounds allow.
        let signed = Vector::from_fn(m, |i, _| match (lower[i].is_finite(), upper[i].is_finite()) {
            (true, true) => y[i],
            (true, false) => -y[i].abs(),
            (false, true) => y[i].abs(),
            (false, false) => 0.0,
        });
        let q = -(&p * draw.vector(n)) - a.tr_mul(&signed);
        Dense { p, q, a, lower, upper }
    }

    /// The largest violation of the optimality conditions, relative to the terms.
    fn violation(&self, solution: &Solution) -> f64 {
        let (x, y) = (&solution.x, &solution.y);
        let image = &self.a * x;
        let (px, aty) = (&self.p * x, self.a.tr_mul(y));
        let stationary = (&px + &self.q + &aty).amax() / px.amax().max(self.q.amax()).max(aty.amax());
        let out = |i: usize| (self.lower[i] - image[i]).max(image[i] - self.upper[i]).max(0.0);
        // A multiplier belongs to a bound that is met.
        let slack = |i: usize| {
            y[i].max(0.0) * (self.upper[i] - image[i]).abs().min(1e9)
                - y[i].min(0.0) * (image[i] - self.lower[i]).abs().min(1e9)
        };
        let scale = 1.0 + image.amax();
        let rows = |of: &dyn Fn(usize) -> f64| (0..image.len()).map(of).fold(0.0, f64::max);
        stationary.max(rows(&out) / scale).max(rows(&slack) / scale / (1.0 + y.amax()))
    }
}

#[test]
fn random_programs_meet_the_optimality_conditions() {
    let mut draw = Draw::new(1);
    for (n, m) in [(1, 1), (2, 5), (5, 2), (8, 8), (10, 30), (30, 10)].repeat(4) {
        let dense = Dense::feasible(&mut draw, n, m);
        let solution = dense.program().solve().unwrap();
        assert_eq!(solution.status, Status::Converged, "{n}, {m}: {:?}", solution.residuals);
        let violation = dense.violation(&solution);
        assert!(violation < 1e-4, "{n}, {m}: {violation:e}");
    }
}

/// Ax = b and x ≥ 0 with 12 of 30 entries above 0, where the costs of the others are above those that A and y explain.
#[test]
fn linear_programs_with_known_solutions() {
    let mut draw = Draw::new(2);
    for _ in 0..20 {
        let (m, n) = (12, 30);
        let a = draw.matrix(m, n);
        let x = Vector::from_fn(n, |i, _| if i < m { draw.number().abs() + 0.1 } else { 0.0 });
        let reduced = Vector::from_fn(n, |i, _| if i < m { 0.0 } else { draw.number().abs() + 0.1 });
        let q = a.tr_mul(&draw.vector(m)) + reduced;
        let b = &a * &x;
        let rows = Matrix::from_fn(m + n, n, |i, j| if i < m { a[(i, j)] } else { f64::from(u8::from(i - m == j)) });
        let lower = Vector::from_fn(m + n, |i, _| if i < m { b[i] } else { 0.0 });
        let upper = Vector::from_fn(m + n, |i, _| if i < m { b[i] } else { INFINITY });
        let dense = Dense { p: Matrix::zeros(n, n), q, a: rows, lower, upper };
        let solution = dense.program().solve().unwrap();
        assert_eq!(solution.status, Status::Converged);
        let (gap, cost) = ((&solution.x - &x).amax() / x.amax(), dense.q.dot(&x));
        assert!(gap < 1e-3, "{gap:e} after {}", solution.iterations);
        assert!((solution.objective - cost).abs() < 1e-4 * (1.0 + cost.abs()));
    }
}

#[test]
fn huge_bounds_are_none() {
    let mut draw = Draw::new(3);
    let dense = Dense::feasible(&mut draw, 6, 12);
    let huge = |bound: f64| if bound.is_finite() { bound } else { bound.signum() * 1e20 };
    let other = Dense { lower: dense.lower.map(huge), upper: dense.upper.map(huge), ..dense.clone() };
    let (one, two) = (dense.program().solve().unwrap(), other.program().solve().unwrap());
    assert_eq!((one.x, one.y, one.iterations), (two.x, two.y, two.iterations));
}

#[test]
fn rows_may_be_repeated() {
    let mut draw = Draw::new(4);
    for _ in 0..10 {
        let dense = Dense::feasible(&mut draw, 8, 6);
        let order: Vec<usize> = (0..18).map(|i| i % 6).collect();
        let bound = |bound: &Vector| Vector::from_fn(18, |i, _| bound[i % 6]);
        let a = dense.a.select_rows(&order);
        let thrice = Dense { lower: bound(&dense.lower), upper: bound(&dense.upper), a, ..dense.clone() };
        let (one, three) = (dense.program().solve().unwrap(), thrice.program().solve().unwrap());
        assert_eq!((one.status, three.status), (Status::Converged, Status::Converged));
        assert!(thrice.violation(&three) < 1e-4);
        assert!((one.objective - three.objective).abs() < 1e-4 * (1.0 + one.objective.abs()));
    }
}

/// A has a y with Aᵀy = 0 for which no bounds agree.
fn infeasible(draw: &mut Draw) -> Dense {
    let n = 1 + draw.below(12);
    let m = n + 1 + draw.below(12);
    let mut dense = Dense::feasible(draw, n, m);
    let y = draw.vector(m).normalize();
    dense.a -= &y * y.tr_mul(&dense.a);
    // ⟨y, z⟩ < 0 for all z within the bounds, and ⟨y, Ax⟩ = 0.
    for (i, &y) in y.iter().enumerate() {
        let width = draw.number().abs();
        let (lower, upper) = if y > 0.0 { (-width, -0.1 * y) } else { (-0.1 * y, width) };
        (dense.lower[i], dense.upper[i]) = if y > 0.0 { (lower.min(upper), upper) } else { (lower, upper.max(lower)) };
        if draw.below(2) == 0 {
            if y > 0.0 { dense.lower[i] = -INFINITY } else { dense.upper[i] = INFINITY }
        }
    }
    dense
}

#[test]
fn infeasible_programs_are_named_with_a_proof() {
    let (mut draw, mut missed) = (Draw::new(5), 0);
    for i in 0..300 {
        let dense = infeasible(&mut draw);
        let solution = dense.program().solve_with(&most(10_000)).unwrap();
        if solution.status == Status::IterationLimit {
            missed += 1;
            continue;
        }
        assert_eq!(solution.status, Status::PrimalInfeasible, "{i}: {:?}", solution.residuals);
        let Some(Certificate::Primal(proof)) = &solution.certificate else { panic!("{i}: no certificate") };
        let y = &proof.vector;
        let bound = |i: usize| if y[i] > 0.0 { dense.upper[i] } else { dense.lower[i] };
        let value: f64 = (0..y.len()).filter(|&i| y[i] != 0.0).map(|i| y[i] * bound(i)).sum();
        let violation = dense.a.tr_mul(y).amax() / dense.a.amax();
        assert!(value < 0.0 && violation < 1e-3 * value.abs(), "{i}: {value:e}, {violation:e}");
        assert!(
            (proof.value - value).abs() <= 1e-12 * value.abs()
                && (proof.violation - dense.a.tr_mul(y).amax()).abs() < 1e-12
        );
    }
    assert!(missed <= 3, "{missed} are not named");
}

/// Pδ = 0 and Aδ leaves no bound, but ⟨q, δ⟩ < 0.
fn unbounded(draw: &mut Draw) -> Dense {
    let (n, m) = (1 + draw.below(12), draw.below(20));
    let mut dense = Dense::feasible(draw, n, m);
    let by = draw.vector(n).normalize();
    let rank = draw.below(n + 1);
    let root = draw.matrix(rank, n);
    let root = &root - &root * &by * by.transpose();
    dense.p = root.tr_mul(&root);
    dense.p = (&dense.p + dense.p.transpose()) / 2.0;
    for (i, slope) in (&dense.a * &by).iter().enumerate() {
        let equal = dense.lower[i] == dense.upper[i];
        if equal || draw.below(3) == 0 {
            let row = dense.a.row(i) - by.transpose() * *slope;
            dense.a.set_row(i, &row);
        } else if *slope > 0.0 {
            dense.upper[i] = INFINITY;
        } else {
            dense.lower[i] = -INFINITY;
        }
    }
    // The rows have changed: they are met by 0 at least.
    dense.lower.apply(|bound| *bound = bound.min(0.0));
    dense.upper.apply(|bound| *bound = bound.max(0.0));
    let q = draw.vector(n);
    dense.q = &q - &by * (q.dot(&by) + 0.2 + draw.number().abs());
    dense
}

#[test]
fn unbounded_programs_are_named_with_a_proof() {
    let (mut draw, mut missed) = (Draw::new(6), 0);
    for i in 0..300 {
        let dense = unbounded(&mut draw);
        let solution = dense.program().solve_with(&most(10_000)).unwrap();
        if solution.status == Status::IterationLimit {
            missed += 1;
            continue;
        }
        assert_eq!(solution.status, Status::DualInfeasible, "{i}: {:?}", solution.residuals);
        let Some(Certificate::Dual(proof)) = &solution.certificate else { panic!("{i}: no certificate") };
        let x = &proof.vector;
        let (value, room) = (dense.q.dot(x), 1e-3 * (1.0 + dense.a.amax() + dense.p.amax()));
        let leaves = |(i, &slope): (usize, &f64)| {
            slope > room && dense.upper[i].is_finite() || slope < -room && dense.lower[i].is_finite()
        };
        assert!(value < 0.0 && (&dense.p * x).amax() < room, "{i}: {value:e}");
        assert!(!(&dense.a * x).iter().enumerate().any(leaves), "{i}");
    }
    assert!(missed <= 3, "{missed} are not named");
}

/// Rows and columns in other units, as users have them.
fn in_other_units(dense: &Dense, draw: &mut Draw) -> Dense {
    let mut other = dense.clone();
    for row in 0..dense.a.nrows() {
        let size = 10_f64.powf(draw.number());
        other.a.row_mut(row).scale_mut(size);
        (other.lower[row], other.upper[row]) = (other.lower[row] * size, other.upper[row] * size);
    }
    for column in 0..dense.a.ncols() {
        let size = 10_f64.powf(draw.number());
        other.a.column_mut(column).scale_mut(size);
        other.p.row_mut(column).scale_mut(size);
        other.p.column_mut(column).scale_mut(size);
        other.q[column] *= size;
    }
    other
}

/// What is left of Σ aᵢⱼyᵢ for each j, and Σ |aᵢⱼyᵢ|: the largest of both, by plain loops.
fn cancelled(a: &Matrix, y: &Vector, counts: impl Fn(usize, f64) -> bool) -> (f64, f64) {
    let (mut left, mut terms) = (0.0_f64, 0.0_f64);
    for j in 0..a.ncols() {
        let (mut sum, mut size) = (0.0, 0.0);
        for i in 0..a.nrows() {
            sum += a[(i, j)] * y[i];
            size += (a[(i, j)] * y[i]).abs();
        }
        left = left.max(if counts(j, sum) { sum.abs() } else { 0.0 });
        terms = terms.max(size);
    }
    (left, terms)
}

#[test]
fn certificates_hold_in_the_units_of_the_program() {
    let (mut draw, mut named) = (Draw::new(12), [0; 2]);
    for i in 0..60 {
        let plain = if i % 2 == 0 { infeasible(&mut draw) } else { unbounded(&mut draw) };
        let dense = in_other_units(&plain, &mut draw);
        let solution = dense.program().solve_with(&most(20_000)).unwrap();
        let bound = |i: usize, side: f64| if side > 0.0 { dense.upper[i] } else { dense.lower[i] };
        // Sums in another order differ by the rounding of their terms.
        let near = |a: f64, b: f64, terms: f64| (a - b).abs() <= 1e-9 * b.abs() + 1e-13 * terms;
        match &solution.certificate {
            Some(Certificate::Primal(proof)) if i % 2 == 0 => {
                let y = &proof.vector;
                let value: f64 = (0..y.len()).filter(|&i| y[i] != 0.0).map(|i| y[i] * bound(i, y[i])).sum();
                let (left, terms) = cancelled(&dense.a, y, |_, _| true);
                assert!(value < 0.0 && left <= 1e-4 * terms && y.amax() == 1.0, "{i}: {proof:?}");
                assert!(near(proof.value, value, 0.0) && near(proof.relative, left / terms, 1.0), "{i}: {proof:?}");
                named[0] += 1;
            }
            Some(Certificate::Dual(proof)) if i % 2 == 1 => {
                let x = &proof.vector;
                let (curved, all) = cancelled(&dense.p, x, |_, _| true);
                let (left, terms) = cancelled(&dense.a.transpose(), x, |i, row| bound(i, row).is_finite());
                assert!(dense.q.dot(x) < 0.0 && curved <= 1e-4 * all && left <= 1e-4 * terms, "{i}: {proof:?}");
                assert!(
                    near(proof.value, dense.q.dot(x), 0.0) && near(proof.violation, curved.max(left), all.max(terms)),
                    "{i}: {proof:?}"
                );
                named[1] += 1;
            }
            None => assert_eq!(solution.status, Status::IterationLimit, "{i}"),
            other => panic!("{i}: {other:?}"),
        }
    }
    assert!(named.iter().all(|&count| count >= 28), "{named:?} of 30 are named");
}

#[test]
fn no_program_with_a_solution_is_named_infeasible() {
    let mut draw = Draw::new(7);
    for i in 0..300 {
        let (n, m) = (1 + draw.below(15), draw.below(30));
        let mut dense = Dense::feasible(&mut draw, n, m);
        // Rows and columns of different sizes, as users have them.
        let sizes = |draw: &mut Draw| 10_f64.powf(0.7 * draw.number());
        for row in 0..m {
            let size = sizes(&mut draw);
            dense.a.row_mut(row).scale_mut(size);
            dense.lower[row] *= size;
            dense.upper[row] *= size;
        }
        let size = sizes(&mut draw);
        (dense.q, dense.p) = (&dense.q * size, &dense.p * size);
        let solution = dense.program().solve_with(&most(5_000)).unwrap();
        let ended = [Status::Converged, Status::IterationLimit].contains(&solution.status);
        assert!(ended, "{i}: {} after {}", solution.status, solution.iterations);
    }
}

fn most(max_iterations: u64) -> Options {
    Options { max_iterations, ..Options::default() }
}

#[test]
fn nonconvex_programs_are_refused() {
    let p = Matrix::from_row_slice(2, 2, &[2.0, 5.0, 5.0, 1.0]);
    let dense = Dense {
        p,
        q: Vector::zeros(2),
        a: Matrix::identity(2, 2),
        lower: Vector::repeat(2, -1.0),
        upper: Vector::repeat(2, 1.0),
    };
    assert_eq!(names(dense.checked()), ["p"]);
    let skew = Dense { p: Matrix::from_row_slice(2, 2, &[1.0, 0.1, 0.0, 1.0]), ..dense.clone() };
    assert_eq!(names(skew.checked()), ["p"]);
    let negative = Dense { p: Matrix::identity(2, 2) * -1e-6, ..dense.clone() };
    assert_eq!(names(negative.checked()), ["p"]);
    // Semidefinite, to rounding.
    let mut draw = Draw::new(8);
    for n in 2..20 {
        let p = draw.gram(n, n / 2);
        let (lower, upper) = (Vector::repeat(n, -1.0), Vector::repeat(n, 1.0));
        assert!(Dense { p, q: Vector::zeros(n), a: Matrix::identity(n, n), lower, upper }.checked().is_ok());
    }
}

fn names(result: Result<Program, Error>) -> Vec<String> {
    match result {
        Err(Error::Parameters(parameters)) => parameters.iter().map(|parameter| parameter.name.to_string()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bad_numbers_are_named() {
    let dense = Dense::feasible(&mut Draw::new(9), 3, 4);
    let place = |dense: Dense| match dense.checked() {
        Err(Error::NotFinite { place }) => place,
        other => panic!("{other:?}"),
    };
    let with = |change: &dyn Fn(&mut Dense)| {
        let mut changed = dense.clone();
        change(&mut changed);
        changed
    };
    assert_eq!(place(with(&|it| it.q[1] = f64::NAN)), "entry 1 of q of a quadratic program");
    assert!(place(with(&|it| it.p[(0, 0)] = f64::NAN)).contains(" of P "));
    assert!(place(with(&|it| it.a[(0, 0)] = INFINITY)).contains(" of A "));
    assert_eq!(place(with(&|it| it.lower[2] = f64::NAN)), "entry 2 of l of a quadratic program");
    assert_eq!(place(with(&|it| it.upper[0] = f64::NAN)), "entry 0 of u of a quadratic program");
    assert_eq!(names(with(&|it| (it.lower[3], it.upper[3]) = (2.0, 1.0)).checked()), ["lower"]);
    assert_eq!(names(with(&|it| (it.lower[3], it.upper[3]) = (1e20, INFINITY)).checked()), ["lower"]);
    let size = |dense: Dense| assert!(matches!(dense.checked(), Err(Error::Size { .. })));
    size(Dense { q: Vector::zeros(4), ..dense.clone() });
    size(Dense { lower: Vector::zeros(3), ..dense.clone() });
    let wrong = Options { tolerance: Tolerance { absolute: f64::NAN, relative: -1.0 }, ..Options::default() };
    assert!(matches!(dense.program().solve_with(&wrong), Err(Error::Parameters(problems)) if problems.len() == 2));
}

/// The least squares fit of a sequence that does not fall: the means of blocks, by pooling adjacent violators.
#[test]
fn isotonic_regression_in_any_unit() {
    let mut draw = Draw::new(10);
    let n = 40;
    let data: Vec<f64> = (0..n).map(|i| i as f64 / 10.0 + draw.number()).collect();
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    for &entry in &data {
        blocks.push((entry, 1.0));
        while let [.., (a, m), (b, k)] = blocks[..] {
            if a <= b {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push(((a * m + b * k) / (m + k), m + k));
        }
    }
    let fit: Vec<f64> = blocks.iter().flat_map(|&(mean, count)| vec![mean; count as usize]).collect();
    let differences = Matrix::from_fn(n - 1, n, |i, j| if j == i + 1 { 1.0 } else { -f64::from(u8::from(i == j)) });
    for unit in [1.0, 1e-5, 1e-7, 1e7] {
        let dense = Dense {
            p: Matrix::identity(n, n) * unit,
            q: -Vector::from_column_slice(&data) * unit,
            a: differences.clone(),
            lower: Vector::zeros(n - 1),
            upper: Vector::repeat(n - 1, INFINITY),
        };
        let solution = dense.program().solve().unwrap();
        assert_eq!(solution.status, Status::Converged, "{unit}");
        let gap = (solution.x - Vector::from_column_slice(&fit)).amax();
        assert!(gap < 1e-4, "{unit}: {gap:e}");
    }
}

#[test]
fn a_start_at_the_solution_ends_at_once() {
    let dense = Dense::feasible(&mut Draw::new(11), 20, 30);
    let program = dense.program();
    let first = program.solve().unwrap();
    let options = Options { start: Some(first.start()), ..Options::default() };
    let again = program.solve_with(&options).unwrap();
    assert_eq!(again.status, Status::Converged);
    assert!(again.iterations <= 10 && first.iterations > 10, "{} {}", first.iterations, again.iterations);
}

#[test]
fn a_program_may_have_no_rows() {
    let dense = Dense {
        p: Matrix::from_diagonal(&Vector::from_column_slice(&[1.0, 2.0])),
        q: Vector::from_column_slice(&[1.0, -2.0]),
        a: Matrix::zeros(0, 2),
        lower: Vector::zeros(0),
        upper: Vector::zeros(0),
    };
    let solution = dense.program().solve().unwrap();
    assert_eq!((solution.status, solution.y.len()), (Status::Converged, 0));
    assert!((solution.x - Vector::from_column_slice(&[-1.0, 1.0])).amax() < 1e-5);
    let linear = Dense { p: Matrix::zeros(2, 2), ..dense };
    assert_eq!(linear.program().solve().unwrap().status, Status::DualInfeasible);
}

/// A strictly convex program with a feasible point.
fn strictly_convex(draw: &mut Draw, n: usize, m: usize) -> Dense {
    let dense = Dense::feasible(draw, n, m);
    Dense { p: draw.gram(n, n) + Matrix::identity(n, n) * 0.1, q: draw.vector(n), ..dense }
}

/// The solution of a small program, by all sets of active rows in turn: the x of the one whose dense system has a solution
/// within the bounds and multipliers of the right signs.
fn by_all_active_sets(dense: &Dense) -> Vector {
    let (n, m) = (dense.q.len(), dense.lower.len());
    for set in 0..3_usize.pow(m as u32) {
        let side = |row: usize| set / 3_usize.pow(row as u32) % 3;
        let held: Vec<usize> = (0..m).filter(|&row| side(row) > 0).collect();
        let bound = |row: usize| if side(row) == 1 { dense.lower[row] } else { dense.upper[row] };
        if held.len() > n || held.iter().any(|&row| !bound(row).is_finite()) {
            continue;
        }
        let (a, k) = (dense.a.select_rows(&held), held.len());
        let mut system = Matrix::zeros(n + k, n + k);
        system.view_mut((0, 0), (n, n)).copy_from(&dense.p);
        system.view_mut((n, 0), (k, n)).copy_from(&a);
        system.view_mut((0, n), (n, k)).copy_from(&a.transpose());
        let right = Vector::from_fn(n + k, |i, _| if i < n { -dense.q[i] } else { bound(held[i - n]) });
        let Some(solved) = system.lu().solve(&right) else { continue };
        let (x, image) = (solved.rows(0, n).into_owned(), &dense.a * solved.rows(0, n));
        let within = (0..m).all(|i| image[i] >= dense.lower[i] - 1e-9 && image[i] <= dense.upper[i] + 1e-9);
        let pulls = |(at, &row): (usize, &usize)| {
            let y = solved[n + at];
            dense.lower[row] == dense.upper[row] || if side(row) == 1 { y <= 1e-9 } else { y >= -1e-9 }
        };
        if within && held.iter().enumerate().all(pulls) {
            return x;
        }
    }
    panic!("no set of active rows is right");
}

#[test]
fn small_programs_have_the_solution_that_all_active_sets_give() {
    let mut draw = Draw::new(13);
    for i in 0..40 {
        let (n, m) = (1 + draw.below(4), 1 + draw.below(6));
        let dense = strictly_convex(&mut draw, n, m);
        let x = by_all_active_sets(&dense);
        let without = Options { polish: false, ..Options::default() };
        let solutions = [dense.program().solve().unwrap(), dense.program().solve_with(&without).unwrap()];
        for (solution, accuracy) in solutions.iter().zip([1e-8, 1e-4]) {
            let gap = (&solution.x - &x).amax() / (1.0 + x.amax());
            assert!(solution.status == Status::Converged && gap < accuracy, "{i}: {gap:e}");
        }
    }
}

#[test]
fn a_polish_leaves_rounding_and_never_more_than_without() {
    let mut draw = Draw::new(14);
    for (n, m) in [(5, 8), (20, 30), (40, 20), (30, 90)] {
        let dense = strictly_convex(&mut draw, n, m);
        let polished = dense.program().solve().unwrap();
        let without = dense.program().solve_with(&Options { polish: false, ..Options::default() }).unwrap();
        let relative = |solution: &Solution| {
            let residuals = &solution.residuals;
            (residuals.primal / residuals.primal_scale).max(residuals.dual / residuals.dual_scale)
        };
        let (after, before) = (relative(&polished), relative(&without));
        assert!(after < 1e-10 && after <= before, "{n}, {m}: {after:e} {before:e}");
        assert!(polished.iterations <= without.iterations && dense.violation(&polished) < 1e-9);
    }
}

/// A linear program whose solutions are a whole edge: any answer within the tolerance is right.
#[test]
fn a_polish_of_a_program_with_many_solutions_does_no_harm() {
    let dense = Dense {
        p: Matrix::zeros(2, 2),
        q: Vector::from_column_slice(&[1.0, 1.0]),
        a: Matrix::from_row_slice(4, 2, &[1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0]),
        lower: Vector::from_column_slice(&[1.0, 1.0, 0.0, 0.0]),
        upper: Vector::from_column_slice(&[INFINITY; 4]),
    };
    let solution = dense.program().solve().unwrap();
    assert!(solution.status == Status::Converged && (solution.objective - 1.0).abs() < 1e-5);
    assert!(dense.violation(&solution) < 1e-5);
}

#[test]
fn other_vectors_need_no_factorisation() {
    let mut draw = Draw::new(15);
    let dense = strictly_convex(&mut draw, 20, 30);
    let plain = |start| Options { polish: false, start, ..Options::default() };
    let mut prepared = Prepared::new(dense.program()).unwrap();
    let first = prepared.solve_with(&plain(None)).unwrap();
    assert!(first.factorisations > 0);
    let again = prepared.solve_with(&plain(Some(first.start()))).unwrap();
    assert_eq!(again.factorisations, 0);
    // The equations keep a solution: x moves, and all bounds with it.
    let by = &dense.a * draw.vector(20) * 1e-3;
    let q = &dense.q + draw.vector(20) * 1e-3;
    let other = Dense { q, lower: &dense.lower + &by, upper: &dense.upper + &by, ..dense.clone() };
    prepared.change(other.q.clone(), other.lower.clone(), other.upper.clone()).unwrap();
    let warm = prepared.solve_with(&plain(Some(first.start()))).unwrap();
    assert!(warm.status == Status::Converged && other.violation(&warm) < 1e-4);
    assert!(warm.iterations < first.iterations && warm.factorisations < first.factorisations);
    let cold = other.program().solve().unwrap();
    assert!((warm.x - cold.x).amax() < 1e-4);
}

#[test]
fn vectors_that_do_not_fit_leave_the_program_as_it_was() {
    let dense = Dense::feasible(&mut Draw::new(16), 3, 4);
    let mut prepared = Prepared::new(dense.program()).unwrap();
    let before = prepared.solve_with(&Options::default()).unwrap();
    let (q, lower, upper) = (dense.q.clone(), dense.lower.clone(), dense.upper.clone());
    let refused = prepared.change(q.clone(), Vector::repeat(4, 2.0), Vector::repeat(4, 1.0));
    assert!(matches!(refused, Err(Error::Parameters(_))));
    assert!(matches!(prepared.change(q, lower.clone(), Vector::zeros(3)), Err(Error::Size { .. })));
    let nan = prepared.change(Vector::repeat(3, f64::NAN), lower, upper);
    assert!(matches!(nan, Err(Error::NotFinite { place }) if place.contains(" of q ")));
    let after = prepared.solve_with(&Options::default()).unwrap();
    assert_eq!((before.x, before.y), (after.x, after.y));
}

#[test]
fn rows_and_columns_may_be_empty() {
    let mut dense = strictly_convex(&mut Draw::new(17), 6, 8);
    dense.a.row_mut(1).fill(0.0);
    dense.a.column_mut(2).fill(0.0);
    let x = &dense.a * Vector::repeat(6, 0.3);
    (dense.lower, dense.upper) = (x.add_scalar(-1.0), x.add_scalar(1.0));
    let solution = dense.program().solve().unwrap();
    assert!(solution.status == Status::Converged && dense.violation(&solution) < 1e-5);
    assert!(solution.y[1].abs() < 1e-9);
}
