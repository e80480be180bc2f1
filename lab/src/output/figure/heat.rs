//! A table of coloured cells: a confusion matrix, or an image.

use maud::html;

use super::svg::{Anchor, Svg, label, round, text_width, upright_label};
use super::{Caption, FigureError, palette};

/// Rows of cells.
#[derive(Debug, Clone)]
pub struct HeatMap {
    /// The caption of the figure.
    pub caption: Caption,
    /// The names of the columns.
    pub across: EdgeNames,
    /// The names of the rows.
    pub down: EdgeNames,
    /// The rows of cells from the top down, all of one length.
    pub cells: Vec<Vec<Cell>>,
}

/// The names along an edge. An image has no names.
#[derive(Debug, Clone, Default)]
pub struct EdgeNames {
    /// The name of all of them together.
    pub label: String,
    /// One a row or column, or none at all.
    pub names: Vec<String>,
}

/// A cell of a heat map.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// The shade from −1 to 1: the colour is its sign, the strength its size. A value that is not finite stays empty.
    pub shade: f64,
    /// The text in the cell.
    pub text: String,
    /// The text that hovering shows.
    pub note: String,
}

const TEXT: f64 = 12.0;
/// The side of all cells together, in pixels.
const SIDE: f64 = 320.0;
/// The opacity of the deepest shade, on which text stays legible.
const DEEPEST: f64 = 0.6;

impl HeatMap {
    /// The table as SVG.
    ///
    /// # Errors
    /// No cells; rows of several lengths, or another number of names.
    pub fn svg(&self) -> Result<String, FigureError> {
        let (rows, columns) = self.shape()?;
        let side = (SIDE / rows.max(columns) as f64).min(56.0);
        let margin = |names: &EdgeNames, size: f64| {
            let label = if names.label.is_empty() { 0.0 } else { 22.0 };
            if names.names.is_empty() { label } else { label + size }
        };
        let longest = self.down.names.iter().map(|name| text_width(&clipped(name, 12), TEXT)).fold(0.0, f64::max);
        let (left, top) = (margin(&self.down, longest + 8.0), margin(&self.across, 20.0));
        let (width, height) = (left + side * columns as f64 + 2.0, top + side * rows as f64 + 2.0);
        let mut svg = Svg::new(width.ceil(), height.ceil());
        for (row, cells) in self.cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                draw(&mut svg, cell, (left + side * column as f64, top + side * row as f64), side);
            }
        }
        let middle = |index: usize| side * (index as f64 + 0.5);
        for (row, name) in self.down.names.iter().enumerate() {
            svg.text((left - 6.0, top + middle(row)), Anchor::End, TEXT, &clipped(name, 12));
        }
        let fitting = ((side / text_width("x", TEXT)) as usize).max(2);
        for (column, name) in self.across.names.iter().enumerate() {
            svg.text((left + middle(column), top - 10.0), Anchor::Middle, TEXT, &clipped(name, fitting));
        }
        svg.text((left + 0.5 * side * columns as f64, 10.0), Anchor::Middle, TEXT, &self.across.label);
        svg.add(upright_label((10.0, top + 0.5 * side * rows as f64), TEXT, &self.down.label));
        Ok(svg.finish(&self.caption))
    }

    fn shape(&self) -> Result<(usize, usize), FigureError> {
        let (rows, columns) = (self.cells.len(), self.cells.first().map_or(0, Vec::len));
        let title = &self.caption.title;
        if rows * columns == 0 {
            return Err(FigureError::Empty(title.clone()));
        }
        let check = |row: usize, got: usize, expected: usize| {
            if got == expected { Ok(()) } else { Err(FigureError::Shape { title: title.clone(), row, got, expected }) }
        };
        self.cells.iter().enumerate().try_for_each(|(row, cells)| check(row + 1, cells.len(), columns))?;
        let names = |names: &EdgeNames, count: usize| if names.names.is_empty() { count } else { names.names.len() };
        check(0, names(&self.across, columns), columns)?;
        check(0, names(&self.down, rows), rows)?;
        Ok((rows, columns))
    }
}

fn draw(svg: &mut Svg, cell: &Cell, (x, y): (f64, f64), side: f64) {
    let deepest = if cell.text.is_empty() { 1.0 } else { DEEPEST };
    let strength = if cell.shade.is_finite() { deepest * cell.shade.abs().min(1.0) } else { 0.0 };
    let (x, y) = (round(x), round(y));
    let middle = (x + 0.5 * side, y + 0.5 * side);
    svg.add(html! {
        g {
            @if !cell.note.is_empty() { title { (cell.note) } }
            rect x=(x) y=(y) width=(round(side)) height=(round(side)) fill=(palette::signed(cell.shade))
                fill-opacity=(format!("{strength:.3}")) stroke="currentColor" stroke-opacity=".12" stroke-width=".5" {}
            @if !cell.text.is_empty() { (label(middle, Anchor::Middle, TEXT.min(0.4 * side), &cell.text)) }
        }
    });
}

/// The first characters, with a sign that there were more.
pub(super) fn clipped(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.into();
    }
    name.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}
