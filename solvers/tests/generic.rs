//! Generic problems of many fields, solved as they come, against optimal values that dual bounds certify.

#[path = "../examples/generic/clock.rs"]
mod clock;
#[path = "../examples/generic/data.rs"]
mod data;
#[path = "../examples/generic/problems.rs"]
mod problems;

use clock::{Clock, GAPS};
use problems::PROBLEMS;

/// Solves a problem to the smallest of so many gaps.
fn reaches(name: &str, size: usize, gaps: usize) {
    let problem = PROBLEMS.iter().find(|problem| (problem.name, problem.size) == (name, size)).unwrap();
    let mut clock = Clock::new(problem.optimum, &GAPS[..gaps], f64::INFINITY);
    (problem.solve)(size, &mut clock).unwrap();
    assert!(clock.reached.len() == gaps, "{name}_{size}: a gap of {:.1e} after {} iterations", clock.best, clock.end.1);
}

/// Tests with a name, a problem, its size and the number of gaps.
macro_rules! golden {
    ($($(#[$attribute:meta])* $test:ident: $name:literal $size:literal $gaps:literal,)*) => {
        $($(#[$attribute])*
        #[test]
        fn $test() {
            reaches($name, $size, $gaps);
        })*
    };
}

golden! {
    denoising: "T1" 64 3,
    deconvolution: "T2" 64 2,
    lasso: "T3" 300 3,
    robust_pca: "T4" 100 3,
    inverse_covariance: "T6" 100 3,
    group_lasso: "T7" 300 3,
    support_vectors: "T8" 500 3,
    portfolio: "T9" 500 3,
    basis_pursuit: "T10" 50 3,
    non_negative: "T11" 100 3,
    sparse_components: "T12" 50 3,
    #[ignore = "takes long without optimisation"]
    denoising_256: "T1" 256 3,
    #[ignore = "takes long without optimisation"]
    deconvolution_to_the_last: "T2" 64 3,
    #[ignore = "takes long without optimisation"]
    deconvolution_256: "T2" 256 2,
    #[ignore = "takes long without optimisation"]
    robust_pca_300: "T4" 300 3,
    #[ignore = "takes long without optimisation"]
    robust_pca_1000: "T4" 1000 3,
    #[ignore = "takes long without optimisation"]
    completion: "T5" 150 3,
    #[ignore = "takes long without optimisation"]
    completion_300: "T5" 300 3,
    #[ignore = "takes long without optimisation"]
    inverse_covariance_300: "T6" 300 3,
    #[ignore = "takes long without optimisation"]
    support_vectors_2000: "T8" 2000 3,
    #[ignore = "takes long without optimisation"]
    portfolio_1000: "T9" 1000 3,
    #[ignore = "takes long without optimisation"]
    basis_pursuit_200: "T10" 200 3,
    #[ignore = "takes long without optimisation"]
    non_negative_500: "T11" 500 3,
}
