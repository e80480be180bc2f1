//! The joint model along λ, and the λ that cross-validation chooses.

use admm::Result;
use admm_solvers::joint::{Fitted, JointModel, Method};
use serde::Deserialize;
use toml::Table as Toml;

use super::fit::Fit;
use super::{Case, TimedRow, Work};
use crate::flags::Weights;
use crate::path::{PathChoice, PathSetting, fit_path, judge_split, path_points};

/// The settings of a fit, but for the weight and the start, with those of a path.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Toml")]
pub struct Path {
    fit: Fit,
    own: Own,
}

/// Those that a fit does not have.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
struct Own {
    /// As `--weights` of `admm path`.
    weights: Weights,
    /// Folds within the training samples, which choose λ; 0 keeps every λ.
    cv: usize,
}

impl Default for Own {
    fn default() -> Self {
        Own { weights: Weights::DEFAULT.parse().expect("it is well-formed"), cv: 0 }
    }
}

impl TryFrom<Toml> for Path {
    type Error = String;

    fn try_from(mut settings: Toml) -> std::result::Result<Self, String> {
        let taken = ["weights", "cv"].into_iter().filter_map(|key| Some((key.to_string(), settings.remove(key)?)));
        let own = Toml::from_iter(taken.collect::<Vec<_>>());
        if let Some(key) = ["weight", "start"].into_iter().find(|key| settings.contains_key(*key)) {
            return Err(format!("`{key}` is no setting of a path, which has `weights` and its own starts"));
        }
        settings.entry("method").or_insert("joint".into());
        let words = |error: toml::de::Error| error.to_string().trim_end().to_string();
        Ok(Path { fit: Fit::deserialize(settings).map_err(words)?, own: Own::deserialize(own).map_err(words)? })
    }
}

impl Work for Path {
    fn check_settings(&self) -> std::result::Result<(), String> {
        if self.own.cv == 1 || matches!(self.fit.method, Method::TwoStage) {
            return Err("a path needs 0 or at least 2 folds, and another method than two-stage".into());
        }
        self.model().map(drop).map_err(|error| error.to_string())
    }

    fn predicts_numbers(&self) -> bool {
        self.fit.predicts_numbers()
    }

    fn run(&self, case: &Case) -> Result<Vec<TimedRow>> {
        let (model, weights) = (self.model()?, self.own.weights.list());
        let setting = PathSetting { model: &model, method: self.fit.method, weights };
        let path = fit_path(&setting, &case.train, case.classes)?;
        let row = |fitted: &Fitted<f64>, weight: f64| Ok(TimedRow::of(fitted, case)?.with("weight", weight));
        if self.own.cv == 0 {
            return path.iter().zip(weights).map(|(fitted, &weight)| row(fitted, weight)).collect();
        }
        let choice = self.choose(&setting, case)?;
        let chosen = [("largest weight", 0), ("lowest error", choice.lowest), ("one standard error", choice.simpler)];
        chosen.into_iter().map(|(by, i)| Ok(row(&path[i], weights[i])?.with("choice", by))).collect()
    }
}

impl Path {
    fn model(&self) -> Result<JointModel> {
        self.fit.builder().weight(self.own.weights.first(self.fit.constraint)).build()
    }

    /// By the training samples alone.
    fn choose(&self, setting: &PathSetting<'_>, case: &Case) -> Result<PathChoice> {
        let splits = case.train.folds(case.classes, self.own.cv, case.seed);
        let judged = splits.iter().map(|split| judge_split(&case.train, case.classes, split, setting));
        let judged = judged.collect::<Result<Vec<_>>>()?;
        Ok(PathChoice::of(&path_points((self.fit.components, self.fit.ridge), setting.weights, &judged), self.own.cv))
    }
}
