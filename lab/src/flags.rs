//! Which flag a sentence of the library is about.

/// What the library's sentences about parameters begin with, and the flags of these.
const SUBJECTS: &[(&str, &str)] = &[
    ("the number of components", "--components"),
    ("the weight", "--weight"),
    ("the ridge", "--ridge"),
    ("the tolerance", "--tolerance"),
    ("the size of a batch", "--batch"),
    ("batches", "--batch"),
    ("the number of iterations", "--max-iterations"),
    ("the shrinkage", "--shrinkage"),
    ("the relaxation", "--relaxation"),
    ("the acceleration", "--acceleration"),
    ("the rule", "--rule"),
];

/// The same sentences, each behind its flag.
pub fn flagged(problems: &[String]) -> Vec<String> {
    let flag = |problem: &String| match SUBJECTS.iter().find(|(subject, _)| problem.starts_with(subject)) {
        Some((_, flag)) => format!("{flag}: {problem}"),
        None => problem.clone(),
    };
    problems.iter().map(flag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use admm_solvers::joint::{Acceleration, Constraint, JointModel, Rule};

    #[test]
    fn every_problem_of_a_model_has_its_flag() {
        let wrong = JointModel::builder().components(0).weight(2.0).ridge(-1.0).tolerance(-1.0).batch(Some(0));
        let wrong = wrong.max_iterations(0).relaxation(3.0).shrinkage(-1.0);
        let unfit =
            JointModel::builder().constraint(Constraint::Ball).rule(Rule::Sanger).batch(Some(1)).relaxation(1.5);
        let unfit = unfit.acceleration(Acceleration::Nesterov).shrinkage(1.0);
        for (builder, count) in [(wrong, 9), (unfit, 4)] {
            let Err(admm::Error::Parameters(problems)) = builder.build() else { panic!("it is out of range") };
            assert_eq!(problems.len(), count, "{problems:?}");
            assert!(flagged(&problems).iter().all(|problem| problem.starts_with("--")), "{:?}", flagged(&problems));
        }
    }
}
