//! Tables and figures of the rows of an experiment, as its file asks for them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

/// A selection of rows by the values of some columns.
pub type Where = BTreeMap<String, Value>;

/// A table: means and standard deviations over all rows that agree in the columns on the left.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TableSpec {
    /// The name of its files.
    pub name: String,
    /// The title of the table.
    pub title: String,
    /// The columns on the left.
    pub rows: Vec<String>,
    /// The values in the other columns.
    pub values: Vec<Measure>,
    /// A column whose values become headings.
    pub columns: Option<String>,
    /// The rows to take.
    #[serde(default, rename = "where")]
    pub only: Where,
    /// Figures of others, to stand beside ours.
    #[serde(default)]
    pub published: Vec<Published>,
}

impl TableSpec {
    /// The columns that it is made of.
    pub fn asked(&self) -> Vec<&String> {
        let values = self.values.iter().map(|measure| match measure {
            Measure::Plain(of) | Measure::By(By { of, .. }) => of,
        });
        self.rows.iter().chain(&self.columns).chain(values).collect()
    }
}

/// A value with its source.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Published {
    /// The row it belongs to.
    #[serde(rename = "where")]
    pub only: Where,
    /// As it was published.
    pub value: String,
}

/// A column, or a column and what to make of its values.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Measure {
    /// Mean ± sd of numbers, and the words with their counts.
    Plain(String),
    /// Ordered by a column.
    By(By),
}

/// A column of a table: a summary of the values of a column of the rows.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct By {
    /// The column of the rows.
    pub of: String,
    /// The statistic that makes one number of them.
    #[serde(default)]
    pub by: Aggregate,
    /// Digits after the point; as many as the numbers need where they are whole.
    pub digits: Option<usize>,
    /// The heading of the column.
    pub heading: Option<String>,
}

/// A statistic that makes one number of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Mean ± sd, or the words with their counts.
    #[default]
    Mean,
    /// The smallest value.
    Lowest,
    /// The largest value.
    Highest,
    /// The middle one.
    Median,
    /// The number of values.
    Count,
    /// The mean without its deviation: of zeros and ones, the share of ones.
    Share,
    /// The least value that nine of ten values do not exceed.
    NinthDecile,
    /// The number of values that differ by more than 10⁻⁶ of their size.
    Distinct,
    /// The share within 10⁻⁶ of the least.
    AtLowest,
}

/// A figure: a line or points for each series, through the means of rows that agree in `by`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FigureSpec {
    /// The name of its file.
    pub name: String,
    /// The title of the figure.
    pub title: String,
    /// The column along.
    pub x: String,
    /// The column up.
    pub y: String,
    /// The columns that tell series apart.
    #[serde(default)]
    pub series: Vec<String>,
    /// The columns that tell the points of a series apart.
    #[serde(default)]
    pub by: Vec<String>,
    /// Points without a line.
    #[serde(default)]
    pub scatter: bool,
    /// A logarithmic axis.
    #[serde(default)]
    pub log_x: bool,
    /// A logarithmic axis.
    #[serde(default)]
    pub log_y: bool,
    /// The rows to take.
    #[serde(default, rename = "where")]
    pub only: Where,
}

impl FigureSpec {
    /// The columns that it is made of.
    pub fn asked(&self) -> Vec<&String> {
        [&self.x, &self.y].into_iter().chain(&self.series).chain(&self.by).collect()
    }
}
