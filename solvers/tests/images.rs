//! Least squares on images: the blocks that a transform solves, against dense systems.

use crate::common::Matrix;
use crate::data::matrix;
use crate::plain::*;
use admm::operator::{Operator, norm_squared};
use admm::*;
use admm_solvers::operator::*;
use proptest::prelude::*;

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
    let to = Target { v: &v, rho, tolerance: 1e-9 };
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
    let refused = block.argmin(&mut x, Target { v: &v, rho: 1.0, tolerance: 0.0 });
    assert!(matches!(refused, Err(Error::Size { .. })) && block.value(&v).is_err());
}
