//! Operators, and the blocks that are coupled through them, against dense and plain restatements.

use crate::common::{self, Matrix, column};
use crate::data::matrix;
use crate::plain::*;
use admm::operator::{Composed, Linearized, Operator, Selection, norm_squared};
use admm::patterns::{GeneralConsensus, Group, Sharing, Weighted};
use admm::*;
use admm_solvers::descent::Lbfgs;
use admm_solvers::operator::*;
use admm_solvers::prox::{self, Huber, L1, Scaled};
use nalgebra::DVector;
use nalgebra_sparse::CsrMatrix;
use proptest::prelude::*;

/// An operator, the size of an x that it takes, and its matrix on the entries of x in column-major order.
struct Twin {
    name: &'static str,
    k: Box<dyn Operator<f64>>,
    domain: (usize, usize),
    dense: Matrix,
}

/// One of each, of x with n rows.
fn operators(m: usize, n: usize, columns: usize, seed: u64) -> Vec<Twin> {
    let a = matrix(m, n, seed);
    let sparse = a.map(|entry| if entry > 0.5 { entry } else { 0.0 });
    let steps = Matrix::from_fn(n - 1, n, |i, j| f64::from(u8::from(j == i + 1)) - f64::from(u8::from(j == i)));
    let chosen: Vec<usize> = (0..m).map(|i| (7 * i + seed as usize % 5) % n).collect();
    let selection = Matrix::from_fn(m, n, |i, j| f64::from(u8::from(chosen[i] == j)));
    let stack = Matrix::from_fn(m + n - 1, n, |i, j| if i < m { a[(i, j)] } else { steps[(i - m, j)] });
    let parts: Vec<Box<dyn Operator<f64>>> = vec![Box::new(a.clone()), Box::new(Differences)];
    let by_columns = |dense: &Matrix| Matrix::identity(columns, columns).kronecker(dense);
    let twin = |name, k, dense| Twin { name, k, domain: (n, columns), dense };
    let (image, torus) = (ImageGradient { height: n, width: columns }, CircularGradient { height: n, width: columns });
    let (size, kernel) = ((n, columns), matrix(n.min(3), columns.min(2), !seed));
    let circular = CircularConvolution::new(&kernel, size).unwrap();
    let mask = matrix(n, columns, seed ^ 3);
    let crop = Crop { of: size, first: (1, 0), size: (n - 1, columns) };
    let outside: Vec<usize> = (0..columns).map(|j| j * n + n - 1).collect();
    vec![
        twin("dense", Box::new(a.clone()) as Box<dyn Operator<f64>>, by_columns(&a)),
        twin("sparse", Box::new(Sparse(CsrMatrix::from(&sparse))), by_columns(&sparse)),
        twin("differences", Box::new(Differences), by_columns(&steps)),
        twin("selection", Box::new(Selection::new(chosen, n).unwrap()), by_columns(&selection)),
        twin("multiple", Box::new(Multiple(-2.5)), Matrix::identity(n * columns, n * columns) * -2.5),
        twin("stacked", Box::new(Stacked::new(parts, (n, columns)).unwrap()), by_columns(&stack)),
        twin("image gradient", Box::new(image), gradient(n, columns, false)),
        twin("circular gradient", Box::new(torus), gradient(n, columns, true)),
        twin("convolution", Box::new(Convolution(kernel.clone())), convolution(&kernel, size, false)),
        twin("circular convolution", Box::new(circular), convolution(&kernel, size, true)),
        twin("mask", Box::new(Mask(mask.clone())), Matrix::from_diagonal(&DVector::from_column_slice(mask.as_slice()))),
        twin(
            "roll",
            Box::new(Roll { down: 3, right: columns + 1 }),
            moved(size, |i, j| ((i + 3) % n, (j + 1) % columns)),
        ),
        twin("crop", Box::new(crop), moved(size, |i, j| (i.wrapping_sub(1), j)).remove_rows_at(&outside)),
    ]
}

/// The forward differences of an image by the coordinates of its pixels.
fn gradient(height: usize, width: usize, circular: bool) -> Matrix {
    let mut dense = Matrix::zeros(2 * height * width, height * width);
    let pixel = |i: usize, j: usize| j % width * height + i % height;
    for (i, j) in (0..height).flat_map(|i| (0..width).map(move |j| (i, j))) {
        for (axis, (down, right)) in [(1, 0), (0, 1)].into_iter().enumerate() {
            if circular || i + down < height && j + right < width {
                dense[(2 * pixel(i, j) + axis, pixel(i + down, j + right))] += 1.0;
                dense[(2 * pixel(i, j) + axis, pixel(i, j))] -= 1.0;
            }
        }
    }
    dense
}

/// The pixels of an image at other places; there is none for a place outside.
fn moved((height, width): (usize, usize), place: impl Fn(usize, usize) -> (usize, usize)) -> Matrix {
    let mut dense = Matrix::zeros(height * width, height * width);
    for (i, j) in (0..height).flat_map(|i| (0..width).map(move |j| (i, j))) {
        let (to_i, to_j) = place(i, j);
        if to_i < height && to_j < width {
            dense[(to_j * height + to_i, j * height + i)] = 1.0;
        }
    }
    dense
}

/// The convolution of an image by the coordinates of its pixels and of the entries of the kernel.
fn convolution(kernel: &Matrix, (height, width): (usize, usize), circular: bool) -> Matrix {
    let mut dense = Matrix::zeros(height * width, height * width);
    let pixels = |size: (usize, usize)| (0..size.0).flat_map(move |i| (0..size.1).map(move |j| (i, j)));
    for (i, j) in pixels((height, width)) {
        for (a, b) in pixels(kernel.shape()) {
            let (from_i, from_j) = (i + kernel.nrows() / 2 + height - a, j + kernel.ncols() / 2 + width - b);
            let inside = (height..2 * height).contains(&from_i) && (width..2 * width).contains(&from_j);
            if circular || inside {
                dense[(j * height + i, from_j % width * height + from_i % height)] += kernel[(a, b)];
            }
        }
    }
    dense
}

proptest! {
    #[test]
    fn operators_agree_with_their_matrices(m in 1..5_usize, n in 2..6_usize, columns in 1..4_usize, seed: u64) {
        for Twin { name, k, domain, dense } in operators(m, n, columns, seed) {
            let (x, range) = (matrix(domain.0, domain.1, !seed), k.range(domain).unwrap());
            let y = matrix(range.0, range.1, seed ^ 1);
            let (forth, back, dense) = (k.apply(&x), k.transposed(&y), rows(&dense));
            prop_assert_eq!((forth.shape(), back.shape()), (range, domain), "{}", name);
            let close = |got: &Matrix, twin: &[f64]| norm(&plus(got.as_slice(), -1.0, twin)) < 1e-13 * (1.0 + norm(twin));
            prop_assert!(close(&forth, &times(&dense, x.as_slice())), "{}", name);
            prop_assert!(close(&back, &times(&transposed(&dense), y.as_slice())), "{}", name);
            let report = check::adjoint(|x| k.apply(x), |y| k.transposed(y), &x, &y).unwrap();
            prop_assert!(report.passed(), "{}: {}", name, report);
        }
    }

    /// From above, and by no more than 1/0.9.
    #[test]
    fn the_power_method_bounds_the_norm(m in 1..5_usize, n in 2..6_usize, columns in 1..4_usize, seed: u64) {
        for Twin { name, k, domain, dense } in operators(m, n, columns, seed) {
            let (bound, largest) = (norm_squared(&k, domain).unwrap(), dense.singular_values().max());
            let share = bound / (largest * largest);
            prop_assert!(largest == 0.0 || (1.0 - 1e-12..1.0 / 0.9 + 1e-12).contains(&share), "{}: {}", name, share);
        }
    }

    #[test]
    fn a_quadratic_block_solves_its_normal_equations(m in 1..5_usize, n in 1..6_usize, seed: u64, rho in 0.1..10.0_f64) {
        let (k, root, q, v) = (matrix(m, n, seed), matrix(n, n, !seed), matrix(n, 1, seed ^ 1), matrix(m, 1, seed ^ 2));
        let p = root.tr_mul(&root) + Matrix::identity(n, n) * 0.1;
        let mut block = ComposedQuadratic::new(prox::Quadratic::new(p.clone(), q.clone()).unwrap(), k.clone()).unwrap();
        let (mut fresh, mut tuned, to) = (Matrix::zeros(n, 1), Matrix::zeros(n, 1), target(&v, rho));
        block.argmin(&mut fresh, to).unwrap();
        block.retune(rho).unwrap();
        block.argmin(&mut tuned, to).unwrap();
        let right = plus(&times(&transposed(&rows(&k)), (&v * rho).as_slice()), -1.0, q.as_slice());
        let twin = solve(normal(&rows(&p), rho, &rows(&k)), right);
        prop_assert!(norm(&plus(fresh.as_slice(), -1.0, &twin)) < 1e-8 * (1.0 + norm(&twin)));
        prop_assert_eq!(tuned, fresh, "by the factor that is kept");
        check::operator(&block, &q, |x| x).unwrap().assert();
    }
}

fn target(v: &Matrix, rho: f64) -> Target<'_, f64, Matrix> {
    Target { v, rho, tolerance: 1e-9 }
}

#[test]
fn the_bounds_of_differences_are_those_of_the_literature() {
    let (line, grid) = (
        norm_squared::<f64>(&Differences, (200, 1)),
        norm_squared::<f64>(&ImageGradient { height: 30, width: 40 }, (30, 40)),
    );
    assert!(line.unwrap() * 0.9 < 4.0 && grid.unwrap() * 0.9 < 8.0);
    let one = Matrix::from_element(1, 3, 2.0);
    assert_eq!(Operator::<f64>::range(&Differences, (1, 3)), Ok((0, 3)));
    assert_eq!(Differences.apply(&one).shape(), (0, 3));
    assert_eq!(Differences.transposed(&Matrix::zeros(0, 3)), Matrix::zeros(1, 3));
}

/// Every operator refuses an x of another size, and names it.
#[test]
fn fault_39_an_operator_refuses_another_size() {
    for Twin { name, k, domain, .. } in operators(2, 3, 2, 1) {
        let refused = k.range((domain.0 + 1, domain.1)).map_err(|error| error.to_string());
        match name {
            "differences" | "multiple" | "convolution" | "roll" => assert!(refused.is_ok()),
            _ => assert_eq!(refused.unwrap_err().split(':').nth(1), Some(" expected size 3×2, got 4×2"), "{name}"),
        }
    }
    assert!(Operator::<f64>::range(&Differences, (0, 2)).is_err());
    let parameters = |error: Error| matches!(error, Error::Parameters(_));
    assert!(parameters(Selection::new(vec![0, 3], 3).unwrap_err()));
    let view = |rows: &[usize], of| Selection::new(rows.to_vec(), of).unwrap();
    for views in [vec![], vec![view(&[0, 2], 3)], vec![view(&[0, 1, 1], 2)], vec![view(&[0, 1], 2), view(&[0], 3)]] {
        assert!(parameters(GeneralConsensus::new(L1, views).unwrap_err()));
    }
    let wide: Vec<Box<dyn Operator<f64>>> =
        vec![Box::new(ImageGradient { height: 3, width: 2 }), Box::new(Differences)];
    assert!(matches!(Stacked::new(wide, (3, 2)), Err(Error::Size { .. })));
    let fit =
        ComposedQuadratic::new(prox::Quadratic::new(Matrix::identity(3, 3), Matrix::zeros(3, 1)).unwrap(), Differences);
    let start = (Matrix::zeros(0, 1), Matrix::zeros(2, 1));
    let outcome = Coordinator::new(fit.unwrap(), Negated(Exact(L1)), start.0, start.1, 1.0);
    assert!(matches!(outcome, Err(Error::Panic(_))), "of a start that the operator does not take");
    let zero = Linearized { of: L1, operator: Multiple(0.0), square: 0.0, max_steps: 1 };
    assert!(parameters(zero.argmin(&mut column(&[1.0]), target(&column(&[1.0]), 1.0)).unwrap_err()));
}

/// The coordinator's contract: argmin to the accuracy, the same bits, another size refused, ‖Kᵀy‖.
#[test]
fn coupled_blocks_keep_the_promises_of_a_block() {
    let (k, v, x) = (matrix(4, 3, 1), matrix(4, 1, 2), matrix(3, 1, 3));
    let square = norm_squared(&k, (3, 1)).unwrap();
    let sparse = Linearized { of: Scaled { weight: 0.3, of: L1 }, operator: k.clone(), square, max_steps: 10_000 };
    check::subproblem(&sparse, &x, target(&v, 0.7)).unwrap().assert();
    check::operator(&sparse, &x, |x| x).unwrap().assert();
    let logistic = common::Logistic { a: matrix(6, 3, 4), b: matrix(6, 1, 5) };
    let smooth = Descent { of: logistic, by: Lbfgs { max_steps: 500, ..Lbfgs::default() }, on: Flat };
    let smooth = Composed { of: smooth, operator: k };
    check::subproblem(&smooth, &x, target(&v, 0.7)).unwrap().assert();
    check::operator(&smooth, &x, |x| x).unwrap().assert();
    let views = [&[0, 2][..], &[1, 2], &[2]].map(|rows| Selection::new(rows.to_vec(), 3).unwrap());
    let images = views.each_ref().map(|view| view.apply(&x)).to_vec();
    let consensus = GeneralConsensus::new(Huber { delta: 0.5 }, views.to_vec()).unwrap();
    check::subproblem(&consensus, &x, Target { v: &images, rho: 0.7, tolerance: 1e-9 }).unwrap().assert();
    check::operator(&consensus, &x, |x| x).unwrap().assert();
    let (sharing, parts) = (Sharing { of: Huber { delta: 0.5 }, members: 3 }, vec![x.clone(), matrix(3, 1, 6), x]);
    check::subproblem(&sharing, &parts, Target { v: &parts, rho: 0.7, tolerance: 1e-9 }).unwrap().assert();
    check::operator(&sharing, &parts, |parts| parts).unwrap().assert();
}

/// An operator that must be tuned, of rows that two of three blocks see each: it is for 2ρ.
#[test]
fn a_general_consensus_tunes_its_regulariser() {
    let views = [&[0, 1][..], &[1, 2], &[0, 2]].map(|rows| Selection::new(rows.to_vec(), 3).unwrap());
    let (d, b) = (Matrix::from_diagonal_element(3, 3, 2.0), column(&[1.0, -2.0, 3.0]));
    let mut block = GeneralConsensus::new(common::LeastSquares::new(d, b.clone()), views.to_vec()).unwrap();
    block.retune(0.7).unwrap();
    let (mut z, v) = (Matrix::zeros(3, 1), column(&[0.5, 1.0, 4.0]));
    let images = views.each_ref().map(|view| view.apply(&v)).to_vec();
    block.argmin(&mut z, Target { v: &images, rho: 0.7, tolerance: 1e-9 }).unwrap();
    assert!((z - (b * 2.0 + v * 1.4) / 5.4).norm() < 1e-14);
}

/// ½‖x − (0, 5)‖² with Kx = x₁ = 0. From x₁ = 0 both residuals are 0 at once, while x₂ has just begun to move.
#[test]
fn a_linearised_run_does_not_end_while_x_moves_where_the_operator_shows_nothing() {
    let k = Matrix::from_row_slice(1, 2, &[1.0, 0.0]);
    for weight in [1.0, 4.0] {
        let of = prox::Translated { of: prox::SquaredL2, by: column(&[0.0, 5.0]) };
        let f = Weighted { of: Linearized { of, operator: k.clone(), square: 1.0, max_steps: 1 }, weight };
        let group = Group { blocks: vec![f], exec: Exec::Serial };
        let zero = Group { blocks: vec![Negated(common::zero())], exec: Exec::Serial };
        let start = (vec![Matrix::zeros(2, 1)], vec![Matrix::zeros(1, 1)]);
        let mut admm = Coordinator::new(group, zero, start.0, start.1, 1.0).unwrap();
        admm.tolerance = Tolerance { absolute: 1e-6, relative: 0.0 };
        let first = admm.step().unwrap();
        let moved = 5.0 / (1.0 + weight);
        assert_eq!((first.primal, first.dual), (0.0, 0.0));
        assert!((first.inner_residual.unwrap() - weight * moved).abs() < 1e-12, "ρwL‖Δx‖: {first:?}");
        let outcome = admm.run(()).unwrap();
        assert_eq!(outcome.status, Status::Converged);
        assert!((outcome.best.x[0][1] - 5.0).abs() < 1e-5 * weight, "{}", outcome.best.x[0]);
    }
}

/// ∇f(x) + ρKᵀ(Kx − v) = 0.
#[test]
fn a_smooth_block_is_minimal_through_its_operator() {
    let (k, v) = (matrix(4, 5, 1), matrix(4, 1, 2));
    let of = common::Logistic { a: common::design(), b: common::response() };
    let smooth = Descent { of: of.clone(), by: Gradient { max_steps: 100_000 }, on: Flat };
    let block = Composed { of: smooth, operator: k.clone() };
    let mut x = Matrix::zeros(5, 1);
    block.argmin(&mut x, target(&v, 0.5)).unwrap();
    let gradient = of.value_and_gradient(&x).unwrap().1 + k.tr_mul(&(&k * &x - &v)) * 0.5;
    assert!(gradient.norm() <= 1e-9, "{gradient}");
}

#[test]
fn one_linearised_step_through_a_multiple_is_exact() {
    let v = matrix(3, 1, 1);
    let block = Linearized { of: L1, operator: Multiple(-2.0), square: 4.0, max_steps: 1 };
    let mut x = matrix(3, 1, 2);
    block.argmin(&mut x, target(&v, 0.7)).unwrap();
    assert!((x - L1.prox(&(v / -2.0), 0.7 * 4.0).unwrap()).norm() < 1e-14);
}
