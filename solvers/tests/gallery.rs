//! The gallery runs: every example checks its own answer, by an optimality condition or a known value.
#![allow(clippy::duplicate_mod)] // each example has the module of its data

#[path = "../examples/basis_pursuit.rs"]
mod basis_pursuit;
#[path = "../examples/elastic_net.rs"]
mod elastic_net;
#[path = "../examples/exchange.rs"]
mod exchange;
#[path = "../examples/group_lasso.rs"]
mod group_lasso;
#[path = "../examples/huber_fit.rs"]
mod huber_fit;
#[path = "../examples/image_denoising.rs"]
mod image_denoising;
#[path = "../examples/inverse_covariance.rs"]
mod inverse_covariance;
#[path = "../examples/lasso.rs"]
mod lasso;
#[path = "../examples/lasso_path.rs"]
mod lasso_path;
#[path = "../examples/least_absolute_deviations.rs"]
mod least_absolute_deviations;
#[path = "../examples/linear_program.rs"]
mod linear_program;
#[path = "../examples/logistic_regression.rs"]
mod logistic_regression;
#[path = "../examples/matrix_completion.rs"]
mod matrix_completion;
#[path = "../examples/quadratic_program.rs"]
mod quadratic_program;
#[path = "../examples/robust_pca.rs"]
mod robust_pca;
#[path = "../examples/sparse_pca.rs"]
mod sparse_pca;
#[path = "../examples/support_vector_machine.rs"]
mod support_vector_machine;
#[path = "../examples/total_variation.rs"]
mod total_variation;

macro_rules! gallery {
    ($($example:ident),* $(,)?) => {$(
        #[test]
        fn $example() {
            $example::main().unwrap();
        }
    )*};
}
gallery!(
    basis_pursuit,
    elastic_net,
    exchange,
    group_lasso,
    huber_fit,
    image_denoising,
    inverse_covariance,
    lasso,
    lasso_path,
    least_absolute_deviations,
    linear_program,
    logistic_regression,
    matrix_completion,
    quadratic_program,
    robust_pca,
    sparse_pca,
    support_vector_machine,
    total_variation,
);
