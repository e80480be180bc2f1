//! Flags about what a sample counts, and which samples belong together.

use std::path::PathBuf;

use admm_solvers::data::ClassWeight;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::text;
use crate::data::{Classes, ReadOptions, class_weight, class_weight_file};
use crate::failure::Failure;

/// The flags about what a sample counts.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct Counting {
    /// The column of CSV files with the weight of each sample, by name or number from 1: whole numbers count repetitions,
    /// others are shares, and a sample of weight 0 is left out
    #[arg(long, value_name = "COL", help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample_weights: Option<String>,
    /// A factor on the weights of the samples of a class: `balanced`, so that all classes count the same, or a CSV file
    /// with a class and its factor in each row
    #[arg(long, value_name = "balanced|FILE", help_heading = "Data")]
    #[serde(with = "text", default, skip_serializing_if = "Option::is_none")]
    pub class_weight: Option<PathBuf>,
}

impl Counting {
    /// The same for the reader.
    pub fn reading(&self, reading: ReadOptions) -> ReadOptions {
        ReadOptions { weights: self.sample_weights.clone(), ..reading }
    }

    /// What each of the classes counts.
    pub fn class_weight(&self, classes: &Classes) -> Result<ClassWeight, Failure> {
        class_weight(self.class_weight.as_deref(), classes)
    }

    /// The file that is read, if there is one.
    pub fn file(&self) -> Option<PathBuf> {
        class_weight_file(self.class_weight.as_deref()).map(PathBuf::from)
    }
}

/// The flags about what a sample counts, and which samples belong together.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct Sampling {
    #[command(flatten)]
    #[serde(flatten)]
    pub counting: Counting,
    /// The column of CSV files with the group of each sample, by name or number from 1: splits and folds keep a group
    /// together
    #[arg(long, value_name = "COL", help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
}

impl Sampling {
    /// The same for the reader.
    pub fn reading(&self, reading: ReadOptions) -> ReadOptions {
        ReadOptions { groups: self.groups.clone(), ..self.counting.reading(reading) }
    }
}
