//! Labelled data in memory, for whoever splits them in many ways.

use std::ffi::OsStr;

use nalgebra::DMatrix;

use crate::data::{self, Classes, ReadOptions, Samples, Split, features_match, labelled};
use crate::failure::Failure;

/// Samples as columns of a matrix.
pub type Dense = Samples<DMatrix<f64>>;

/// All samples of a data set, and perhaps those that were published to judge by.
#[derive(Debug)]
pub struct Whole {
    /// What the data are called.
    pub name: String,
    /// The names of the features.
    pub features: Vec<String>,
    /// The names of the classes.
    pub classes: Classes,
    /// The samples.
    pub samples: Dense,
    /// The official test samples.
    pub official: Option<Dense>,
}

impl Whole {
    /// Loads the data.
    pub fn load(data: &OsStr, reading: &ReadOptions) -> Result<Self, Failure> {
        let (data, labels) = labelled(data::load(data, reading)?)?;
        let classes = Classes::from_labels(&labels).map_err(Failure::mismatch(&data.name))?;
        let samples = Samples { x: data.x, labels: classes.encode(&labels)? };
        Ok(Self { name: data.name, features: data.features, classes, samples, official: None })
    }

    /// The same with other data as its official test samples.
    pub fn judged_on(self, test: &OsStr, reading: &ReadOptions) -> Result<Self, Failure> {
        let (test, labels) = labelled(features_match::align(&self.features, data::load(test, reading)?)?)?;
        let labels = self.classes.encode(&labels).map_err(Failure::mismatch(&test.name))?;
        Ok(Self { official: Some(Samples { x: test.x, labels }), ..self })
    }
}

impl Dense {
    /// Both parts of a split.
    pub fn parts(&self, split: &Split) -> (Self, Self) {
        let part = |samples: &[usize]| {
            let labels = samples.iter().map(|&sample| self.labels[sample]).collect();
            Self { x: self.x.select_columns(samples), labels }
        };
        (part(&split.train), part(&split.test))
    }
}
