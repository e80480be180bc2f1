//! The flags of a path, checked together, as models of the library.

use admm_solvers::data::ClassWeight;
use admm_solvers::joint::JointModel;

use crate::failure::Failure;
use crate::flags::{PathOptions, flagged};
use crate::output::{self, report};
use crate::path::PathModel;

impl PathOptions {
    /// A model for each number of components, ascending, and each ridge, descending; or all flags that are out of range.
    pub fn models(&self, class_weight: &ClassWeight) -> Result<Vec<PathModel>, Failure> {
        let mut problems = Vec::new();
        if self.cv < 2 {
            problems.push(format!("--cv: cross-validation needs at least 2 folds, got {}", self.cv));
        }
        if self.repeats == 0 {
            problems.push("--repeats: the number of repeats must be at least 1".into());
        }
        let page = report::elsewhere(self.report.as_ref(), self.out.as_deref());
        problems.extend(self.model.idle(self.method()));
        problems.extend(self.model.unserved(self.method()));
        problems.extend(self.model.unfit_loss(&self.reading, &self.sampling));
        problems.extend(output::inside(&[("--report", page.as_deref())], &[("--out", self.out.as_deref())]));
        let mut models = Vec::new();
        let ridges = self.ridges();
        for (components, ridge) in
            self.components().into_iter().flat_map(|k| ridges.iter().map(move |&ridge| (k, ridge)))
        {
            match self.with((components, ridge), class_weight) {
                Ok(model) => models.push(PathModel { components, ridge, model }),
                Err(admm::Error::Parameters(more)) => problems.extend(flagged(&more)),
                Err(error) => return Err(Failure::library("path")(error)),
            }
        }
        problems.dedup();
        if problems.is_empty() { Ok(models) } else { Err(Failure::Usage(problems)) }
    }

    fn with(&self, (components, ridge): (usize, f64), class_weight: &ClassWeight) -> admm::Result<JointModel> {
        let weight = self.weights.first(self.model.constraint);
        let builder = self.model.builder().class_weight(class_weight.clone());
        builder.components(components).ridge(ridge).weight(weight).build()
    }
}
