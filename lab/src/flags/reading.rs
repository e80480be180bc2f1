//! Flags about the reading of tables.

use clap::Args;
use serde::{Deserialize, Serialize};

use crate::data::{LabelColumn, ReadOptions};

/// The flags about the reading of tables.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Reading {
    /// The label's column in CSV files, by name or number from 1 [default: the last; predict and transform: none]
    #[arg(long, value_name = "COL", help_heading = "Data")]
    pub label: Option<String>,
    /// The first line of CSV files is a header [default: look whether it is]
    #[arg(long, conflicts_with = "no_header", help_heading = "Data")]
    pub header: bool,
    /// The first line of CSV files is a sample
    #[arg(long, help_heading = "Data")]
    pub no_header: bool,
    /// Leave a column of CSV files out, by name or number from 1; may be repeated
    #[arg(long, value_name = "COL", help_heading = "Data")]
    pub drop: Vec<String>,
}

impl Reading {
    /// The same for the reader, with the label in `otherwise` where no flag says where.
    pub fn options(&self, otherwise: LabelColumn) -> ReadOptions {
        ReadOptions {
            label: self.label.clone().map_or(otherwise, LabelColumn::Named),
            header: (self.header || self.no_header).then_some(self.header),
            drop: self.drop.clone(),
        }
    }
}
