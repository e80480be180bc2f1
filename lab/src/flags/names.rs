//! The flags that the library's parameters stand behind.

use admm::Parameter;

/// Parameters that are read from the data, so that no flag sets them.
const DATA: &[&str] = &["x", "labels", "targets", "classes", "weights"];

/// Sentences about parameters, each of which begins with the flag.
pub fn flagged(problems: &[Parameter]) -> Vec<String> {
    problems.iter().map(sentence).collect()
}

fn sentence(parameter: &Parameter) -> String {
    if DATA.contains(&&*parameter.name) {
        return parameter.to_string();
    }
    let name = match &*parameter.name {
        "reach" => "pca-through".into(),
        name => name.replace('_', "-"),
    };
    format!("--{name} {}", parameter.problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::Cli;
    use admm_solvers::joint::{AccelerationChoice, Constraint, JointModel, Reach, Rule};

    #[test]
    fn every_problem_of_a_model_has_its_flag() {
        let wrong = JointModel::builder().components(0).weight(2.0).ridge(-1.0).tolerance(-1.0).batch(Some(0));
        let wrong = wrong.max_iterations(0).relaxation(3.0).shrinkage(-1.0);
        let unfit =
            JointModel::builder().constraint(Constraint::Ball).rule(Rule::Sanger).batch(Some(1)).relaxation(1.5);
        let unfit = unfit.acceleration(AccelerationChoice::Nesterov).shrinkage(1.0);
        let cli = Cli::definition();
        let fit = cli.find_subcommand("fit").unwrap();
        let is_flag = |name: &str| fit.get_arguments().any(|arg| arg.get_long() == Some(name));
        let layers =
            JointModel::builder().hidden(&[0]).layer_ridge(-1.0).constraint(Constraint::Ball).rule(Rule::Lbfgs);
        let layers = layers.acceleration(AccelerationChoice::Anderson);
        let through = JointModel::builder().reach(Reach::Through);
        for (builder, count) in [(wrong, 9), (unfit, 4), (layers, 6), (through, 1)] {
            let Err(admm::Error::Parameters(problems)) = builder.build() else { panic!("it is out of range") };
            assert_eq!(problems.len(), count, "{problems:?}");
            for sentence in flagged(&problems) {
                let name = sentence.split(' ').next().and_then(|word| word.strip_prefix("--"));
                assert!(name.is_some_and(is_flag), "{sentence}");
            }
        }
    }
}
