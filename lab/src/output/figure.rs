//! Figures as SVG: from plain numbers to text that a page, a browser or a paper takes as it is.
//!
//! Text and axes have the colour of the text around them, so that a figure is right on light and on dark ground; series
//! differ in colour and in shape; hovering shows the values. The same input gives the same bytes.

mod axis;
mod bars;
mod chart;
mod frame;
mod heat;
mod palette;
mod svg;
#[cfg(test)]
mod tests;

pub use axis::Axis;
pub use bars::Bars;
pub use chart::{Chart, Look, Point, Series};
pub use heat::{Cell, EdgeNames, HeatMap};

/// The caption of a figure, also for readers who cannot see it. Titles within a page differ, since ids are made of
/// them.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// The title, in a few words.
    pub title: String,
    /// The description, in a sentence.
    pub description: String,
}

impl Caption {
    /// Makes a caption of a title and a description.
    pub fn new(title: impl Into<String>, description: impl Into<String>) -> Self {
        Caption { title: title.into(), description: description.into() }
    }
}

/// Why there is no figure.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// Nothing is left once what is not finite, or not positive on a log axis, is left out.
    #[error("figure `{0}`: there is nothing to draw")]
    Empty(String),
    /// Cells that are no table, or another number of names.
    #[error("figure `{title}`: row {row} has {got} cells instead of {expected}")]
    Shape {
        /// The title of the figure.
        title: String,
        /// The number of the row, from 1.
        row: usize,
        /// The number of cells or names.
        got: usize,
        /// The number that is expected.
        expected: usize,
    },
}
