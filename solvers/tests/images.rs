//! Least squares on images: the blocks that a transform solves, against dense systems.

use crate::common::Matrix;
use crate::data::matrix;
use crate::plain::*;
use admm::operator::{Operator, norm_squared};
use admm::*;
use admm_solvers::operator::*;
use admm_solvers::prox::{L1, Scaled};
use proptest::prelude::*;

fn target(v: &Matrix, rho: f64, tolerance: f64) -> Target<'_, f64, Matrix> {
    Target { v, rho, tolerance }
}

/// A kernel of positive sum, with most of its weight in the centre.
fn kernel(rows: usize, columns: usize, seed: u64) -> Matrix {
    let mut kernel = matrix(rows, columns, seed).map(|entry| 0.05 * entry.abs());
    kernel[(rows / 2, columns / 2)] += 1.0;
    kernel
}

/// The matrix of an operator on images of this size.
fn dense(k: &impl Operator<f64>, (height, width): (usize, usize)) -> Rows {
    let unit = |pixel: usize| Matrix::from_fn(height, width, |i, j| f64::from(u8::from(j * height + i == pixel)));
    transposed(&(0..height * width).map(|pixel| k.apply(&unit(pixel)).as_slice().to_vec()).collect())
}

/// The promises of a block, and its argmin by (KᵀK + ρDᵀD)x = Kᵀb + ρDᵀv.
fn check_block<K: Operator<f64>, D: Operator<f64>>(
    mut block: ImageQuadratic<f64, K, D>,
    (k, d): (Rows, Rows),
    b: &Matrix,
    (rho, seed): (f64, u64),
) {
    let v = matrix(2, b.len(), seed);
    let to = target(&v, rho, 1e-9);
    let (mut fresh, mut tuned) = (Matrix::zeros(b.nrows(), b.ncols()), b.clone());
    block.argmin(&mut fresh, to).unwrap();
    block.retune(rho).unwrap();
    assert_eq!(block.argmin(&mut tuned, to).unwrap().residual, Some(0.0));
    assert_eq!(tuned, fresh, "with the inverse that is kept, from another start");
    let zero = vec![vec![0.0; b.len()]; b.len()];
    let system = normal(&normal(&zero, 1.0, &k), rho, &d);
    let right = plus(&times(&transposed(&k), b.as_slice()), rho, &times(&transposed(&d), v.as_slice()));
    let twin = solve(system, right);
    assert!(norm(&plus(fresh.as_slice(), -1.0, &twin)) < 1e-11 * (1.0 + norm(&twin)), "{fresh} {twin:?}");
    let misfit = plus(&times(&k, fresh.as_slice()), -1.0, b.as_slice());
    assert!((block.value(&fresh).unwrap() - 0.5 * dot(&misfit, &misfit)).abs() < 1e-11 * (1.0 + b.norm_squared()));
    check::operator(&block, b, |x| x).unwrap().assert();
    check::subproblem(&block, b, to).unwrap().assert();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_transform_solves_the_normal_equations(h in 1..7_usize, w in 1..7_usize, seed: u64, rho in 0.01..100.0_f64) {
        let (b, size) = (matrix(h, w, seed), (h, w));
        let identity = dense(&Multiple(1.0), size);
        let steps = dense(&ImageGradient { height: h, width: w }, size);
        check_block(ImageQuadratic::denoising(b.clone()).unwrap(), (identity, steps), &b, (rho, !seed));
        let kernel = kernel(h.min(3), w.min(2), seed ^ 1);
        let blur = dense(&CircularConvolution::new(&kernel, size).unwrap(), size);
        let steps = dense(&CircularGradient { height: h, width: w }, size);
        check_block(ImageQuadratic::deconvolution(&kernel, b.clone()).unwrap(), (blur, steps), &b, (rho, !seed));
    }
}

/// ‖K‖ is the sum of a kernel that is positive, with circular borders, and no more than that with zeros around.
#[test]
fn the_norm_of_a_convolution_is_at_most_the_sum_of_its_kernel() {
    let (kernel, size) = (kernel(3, 4, 1), (12, 10));
    let circular = norm_squared(&CircularConvolution::new(&kernel, size).unwrap(), size).unwrap() * 0.9;
    let cut = norm_squared(&Convolution(kernel.clone()), size).unwrap() * 0.9;
    assert!((circular / kernel.sum().powi(2) - 1.0).abs() < 1e-3 && cut < kernel.sum().powi(2));
    let gradient = norm_squared::<f64>(&CircularGradient { height: 12, width: 10 }, size).unwrap() * 0.9;
    assert!((7.9..8.0 + 1e-12).contains(&gradient), "{gradient}");
}

/// Away from the border, both convolutions are the same, and symmetric kernels are their own transposes.
#[test]
fn convolutions_differ_at_the_border_alone() {
    let (kernel, size, x) = (matrix(3, 5, 1), (9, 11), matrix(9, 11, 2));
    let (circular, cut) = (CircularConvolution::new(&kernel, size).unwrap().apply(&x), Convolution(kernel).apply(&x));
    let gap = circular - cut;
    assert!(gap.view((1, 2), (7, 7)).amax() < 1e-14 && gap.amax() > 0.1);
}

/// No image, no kernel, numbers that are not finite, systems that are singular: all of them are errors.
#[test]
fn an_image_that_cannot_be_fitted_is_refused() {
    let (b, one) = (matrix(4, 5, 1), Matrix::from_element(1, 1, 1.0));
    assert!(matches!(ImageQuadratic::denoising(Matrix::zeros(0, 3)), Err(Error::Numerical { .. })));
    assert!(matches!(ImageQuadratic::denoising(&b * f64::NAN), Err(Error::NotFinite { .. })));
    assert!(matches!(ImageQuadratic::deconvolution(&matrix(5, 1, 2), b.clone()), Err(Error::Size { .. })));
    assert!(matches!(ImageQuadratic::deconvolution(&Matrix::zeros(0, 0), b.clone()), Err(Error::Numerical { .. })));
    assert!(matches!(CircularConvolution::new(&(one * f64::INFINITY), (4, 5)), Err(Error::NotFinite { .. })));
    let balanced = Matrix::from_row_slice(1, 2, &[1.0, -1.0]);
    let mut block = ImageQuadratic::deconvolution(&balanced, b.clone()).unwrap();
    assert!(matches!(block.retune(1.0), Err(Error::Numerical { .. })), "the mean of the image is not known");
    let mut block = ImageQuadratic::denoising(b.clone()).unwrap();
    for rho in [1e300, f64::MAX, f64::NAN] {
        assert!(matches!(block.retune(rho), Err(Error::Numerical { .. })), "{rho}");
    }
    block.retune(5e-324).unwrap();
    let (mut x, v) = (b.clone(), matrix(2, 19, 1));
    let refused = block.argmin(&mut x, target(&v, 1.0, 0.0));
    assert!(matches!(refused, Err(Error::Size { .. })) && block.value(&v).is_err());
}

/// By conjugate gradients the block is that of the dense system, to the accuracy asked for. A preconditioner that is the
/// inverse needs one step, and a call that goes on from its own answer none.
#[test]
fn conjugate_gradients_solve_the_normal_equations() {
    let (a, k, b, v) = (matrix(8, 6, 1), matrix(5, 6, 2), matrix(8, 1, 3), matrix(5, 1, 4));
    let block = |preconditioner: Matrix| {
        let (fit, b, coupling) = (a.clone(), b.clone(), k.clone());
        ConjugateGradients { fit, b, coupling, preconditioner, max_steps: 1000 }
    };
    for rho in [1e-3, 0.7, 1e3] {
        let (system, to) = (normal(&normal(&identity(6, 0.0), 1.0, &rows(&a)), rho, &rows(&k)), target(&v, rho, 0.0));
        let twin = solve(system.clone(), (a.tr_mul(&b) + k.tr_mul(&v) * rho).as_slice().to_vec());
        let inverse = Matrix::from_fn(6, 6, |i, j| system[i][j]).try_inverse().unwrap();
        let mut steps = [Matrix::identity(6, 6), inverse].map(|preconditioner| {
            let (block, mut x) = (block(preconditioner), Matrix::zeros(6, 1));
            let solved = block.argmin(&mut x, to).unwrap();
            assert!(solved.residual == Some(0.0), "{solved:?}");
            assert!(norm(&plus(x.as_slice(), -1.0, &twin)) < 1e-11 * norm(&twin));
            let again = block.argmin(&mut x, target(&v, rho, 1e-9 * rho)).unwrap();
            assert_eq!(again.cost.steps, 0);
            solved.cost.steps
        });
        steps.sort_unstable();
        assert!(steps[0] <= 2 && (6..10).contains(&steps[1]), "{steps:?}");
        let (block, x) = (block(Matrix::identity(6, 6)), Matrix::zeros(6, 1));
        check::subproblem(&block, &x, target(&v, rho, 1e-9)).unwrap().assert();
        check::operator(&block, &x, |x| x).unwrap().assert();
    }
    let refused = block(Matrix::identity(6, 6)).argmin(&mut Matrix::zeros(6, 1), target(&b, 1.0, 0.0));
    assert!(matches!(refused, Err(Error::Size { .. })));
    for rho in [f64::NAN, f64::INFINITY, 1e300] {
        let answer = block(Matrix::identity(6, 6)).argmin(&mut Matrix::zeros(6, 1), target(&v, rho, 0.0));
        assert!(answer.is_err() || answer.unwrap().residual.unwrap() > 0.0, "{rho}");
    }
}

/// Inexact calls take a few steps each, and the run ends where that of the exact block does.
#[test]
fn conjugate_gradients_follow_the_accuracy() {
    let (n, gradient) = (16, ImageGradient { height: 16, width: 16 });
    let b = matrix(n, n, 1) * 0.1 + Matrix::from_fn(n, n, |i, _| if i < 8 { 1.0 } else { 0.0 });
    let variation = || Negated(Exact(Scaled { weight: 0.1, of: L1 }));
    let fit = ConjugateGradients {
        fit: Multiple(1.0),
        b: b.clone(),
        coupling: gradient,
        preconditioner: Multiple(1.0),
        max_steps: 100,
    };
    let mut inexact = Coordinator::new(fit, variation(), b.clone(), gradient.apply(&b), 2.0).unwrap();
    let exact = ImageQuadratic::denoising(b.clone()).unwrap();
    let mut exact = Coordinator::new(exact, variation(), b.clone(), gradient.apply(&b), 2.0).unwrap();
    (inexact.tolerance.relative, exact.tolerance.relative) = (1e-6, 1e-6);
    let (inexact, exact) = (inexact.run(()).unwrap(), exact.run(()).unwrap());
    assert_eq!((inexact.status, exact.status), (Status::Converged, Status::Converged));
    assert!((&inexact.best.x - &exact.best.x).norm() < 1e-4 * exact.best.x.norm());
    let (record, others) = (inexact.best.record, exact.best.record);
    assert!(record.cost.steps - others.iteration < 40 * others.iteration, "{record:?}");
}

/// Sums and differences of pairs along both axes, all of them over √2; a line of one pixel stays.
#[test]
fn the_haar_transform_is_that_of_pairs() {
    let line = |n: usize| {
        let entry = |i: usize, j: usize| match (j / 2 == i % (n / 2), i < n / 2 || j.is_multiple_of(2)) {
            (true, positive) => {
                if positive {
                    0.5_f64.sqrt()
                } else {
                    -0.5_f64.sqrt()
                }
            }
            (false, _) => 0.0,
        };
        if n == 1 { Matrix::identity(1, 1) } else { Matrix::from_fn(n, n, entry) }
    };
    for (h, w) in [(4, 6), (1, 8), (2, 1), (1, 1)] {
        let (x, y) = (matrix(h, w, 1), matrix(h, w, 2));
        let twin = |x: &Matrix| line(h) * x * line(w).transpose();
        assert!((Haar.apply(&x) - twin(&x)).norm() < 1e-14 && (Haar.transposed(&Haar.apply(&x)) - &x).norm() < 1e-14);
        check::adjoint(|x| Haar.apply(x), |y| Haar.transposed(y), &x, &y).unwrap().assert();
        assert_eq!(Operator::<f64>::range(&Haar, (h, w)), Ok((h, w)));
    }
    assert!(matches!(Operator::<f64>::range(&Haar, (3, 4)), Err(Error::Size { .. })));
    let outside = Crop { of: (3, 4), first: (1, usize::MAX), size: (2, 2) };
    assert!(matches!(Operator::<f64>::range(&outside, (3, 4)), Err(Error::Size { .. })));
}
