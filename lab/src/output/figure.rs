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
pub use heat::{Cell, HeatMap, Names};

/// What a figure shows, for those who see it and those who do not. Within a page titles differ: they make the ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Caption {
    /// A few words.
    pub title: String,
    /// A sentence.
    pub description: String,
}

impl Caption {
    /// From both.
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
        /// The figure.
        title: String,
        /// From 1.
        row: usize,
        /// How many cells or names there are.
        got: usize,
        /// How many there should be.
        expected: usize,
    },
}
