//! The gallery: one problem a file, solved by ADMM, which checks its own answer.
//!
//! `cargo run --release --example gallery lasso` runs a file by its name; without a name the names are listed.
//! Four files measure instead, and print tables of the book: `penalties`, `rules`, `roofline` and `traffic`.

mod basis_pursuit;
mod canonical_correlation;
mod consensus_lasso;
mod consensus_logistic_regression;
mod custom_rule;
mod data;
mod deconvolution;
mod discriminant_analysis;
mod elastic_net;
mod exchange;
mod group_lasso;
mod huber_fit;
mod image_denoising;
mod inverse_covariance;
mod lasso;
mod lasso_path;
mod later_components;
mod least_absolute_deviations;
mod linear_program;
mod logistic_regression;
mod matrix_completion;
mod mixture_proportions;
mod non_negative_deconvolution;
mod non_negative_least_squares;
mod penalties;
mod portfolio;
mod quadratic_program;
mod robust_completion;
mod robust_pca;
mod roofline;
mod rotation_averaging;
mod rules;
mod scatter_matrix;
mod sparse_group_lasso;
mod sparse_pca;
mod support_vector_machine;
mod total_variation;
mod traffic;

/// A name and what it runs.
type Example = (&'static str, fn() -> admm::Result<()>);

const MEASURED: [Example; 4] =
    [("penalties", penalties::main), ("rules", rules::main), ("roofline", roofline::main), ("traffic", traffic::main)];

/// Lists the problems, and makes a test of each.
macro_rules! problems {
    ($($name:ident,)*) => {
        const PROBLEMS: &[Example] = &[$((stringify!($name), $name::main)),*];

        #[cfg(test)]
        mod tests {
            $(#[test]
            fn $name() {
                crate::$name::main().unwrap();
            })*
        }
    };
}
problems! {
    basis_pursuit,
    canonical_correlation,
    consensus_lasso,
    consensus_logistic_regression,
    custom_rule,
    deconvolution,
    discriminant_analysis,
    elastic_net,
    exchange,
    group_lasso,
    huber_fit,
    image_denoising,
    inverse_covariance,
    lasso,
    lasso_path,
    later_components,
    least_absolute_deviations,
    linear_program,
    logistic_regression,
    matrix_completion,
    mixture_proportions,
    non_negative_deconvolution,
    non_negative_least_squares,
    portfolio,
    quadratic_program,
    robust_completion,
    robust_pca,
    rotation_averaging,
    scatter_matrix,
    sparse_group_lasso,
    sparse_pca,
    support_vector_machine,
    total_variation,
}

fn main() -> admm::Result<()> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let examples = PROBLEMS.iter().chain(&MEASURED);
    if let Some((_, run)) = examples.clone().find(|(name, _)| *name == wanted) {
        return run();
    }
    println!("cargo run --release --example gallery NAME, where NAME is one of");
    examples.for_each(|(name, _)| println!("    {name}"));
    Ok(())
}
