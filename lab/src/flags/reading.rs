//! Flags about the reading of tables.

use admm_solvers::data::{Missing, Unknown};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::choices::{MISSING, UNKNOWN, choice};
use super::parsers::delimiter;
use super::text;
use crate::data::{Decimal, LabelColumn, ReadOptions};

/// The flags about the reading of tables.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Reading {
    /// The label's column in CSV files, by name or number from 1; may be repeated for several targets [default: the last;
    /// predict and transform: none]
    #[arg(long, value_name = "COL", help_heading = "Data")]
    #[serde(with = "text::none_one_or_more")]
    pub label: Vec<String>,
    /// The first line of CSV files is a header. [default: it is one if it has text above a number, different texts in
    /// all feature columns, numbers that count the columns, or that ascend beside a name above numbers, or a name that --label or
    /// --drop gives]
    #[arg(long, conflicts_with = "no_header", help_heading = "Data")]
    pub header: bool,
    /// The first line of CSV files is a sample
    #[arg(long, help_heading = "Data")]
    pub no_header: bool,
    /// Leave a column of CSV files out, by name or number from 1; may be repeated
    #[arg(long, value_name = "COL", help_heading = "Data")]
    pub drop: Vec<String>,
    /// Accept missing cells: those that are empty, NA, N/A, nan, NaN, null, None or ? [default: as the model does]
    #[arg(long, value_parser = choice(MISSING), help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
    /// One more text that stands for a missing cell; may be repeated
    #[arg(long, value_name = "TEXT", help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing_value: Vec<String>,
    /// For a level of a category that the training data do not have [default: error, or what the fit was told]
    #[arg(long, value_parser = choice(UNKNOWN), help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Unknown>,
    /// The character between the columns of CSV files, or tab [default: the first of comma, tab and semicolon that the
    /// first line has outside quotes]
    #[arg(long, value_name = "CHAR", value_parser = delimiter, help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<u8>,
    /// The mark before the decimals in CSV files [default: a point; a comma where semicolons separate columns and no
    /// number has a point]
    #[arg(long, value_name = "CHAR", value_parser = [".", ","], help_heading = "Data")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<String>,
}

impl Reading {
    /// The same for the reader, with the label in `otherwise` where no flag says where.
    pub fn options(&self, otherwise: LabelColumn) -> ReadOptions {
        ReadOptions {
            label: self.label.first().cloned().map_or(otherwise, LabelColumn::Named),
            more_labels: self.label.iter().skip(1).cloned().collect(),
            header: (self.header || self.no_header).then_some(self.header),
            drop: self.drop.clone(),
            missing: self.missing,
            spellings: self.missing_value.clone(),
            categories: None,
            unknown: self.unknown,
            delimiter: self.delimiter,
            decimal: match self.decimal.as_deref() {
                None => Decimal::Look,
                Some(",") => Decimal::Comma,
                Some(_) => Decimal::Point,
            },
            ..ReadOptions::default()
        }
    }
}
