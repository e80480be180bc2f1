//! The rectangle between the two axes of a chart, its grid and the texts around it.

use maud::html;

use super::axis::{Axis, Ruler};
use super::svg::{Anchor, Svg, label, text_width, upright_label};

/// The font size of the labels, in pixels. Texts of ticks are a pixel smaller.
pub(super) const TEXT: f64 = 13.0;
/// The font size of the texts of ticks, in pixels.
const TICK_TEXT: f64 = TEXT - 1.0;
/// The length of a tick, in pixels.
const TICK: f64 = 3.0;
/// The free space above the rectangle and to the right of it, in pixels.
const MARGIN: (f64, f64) = (10.0, 14.0);
/// The height below the rectangle for the texts of its ticks and the label, in pixels.
const BELOW: f64 = 46.0;
/// The least width to the left of the rectangle, in pixels. Charts below one another have it in common.
const LEFT: f64 = 66.0;
/// The width to the left of the rectangle without the texts of its ticks, in pixels.
const LEFT_WITHOUT_TEXTS: f64 = 28.0;

/// Two axes over the pixels of an image.
pub(super) struct Frame<'a> {
    across: Ruler<'a>,
    upwards: Ruler<'a>,
    height: f64,
}

impl<'a> Frame<'a> {
    /// Lays two axes with the ranges of their places over an image; its first `top` pixels stay free.
    pub fn new(
        (x, across): (&'a Axis, (f64, f64)),
        (y, upwards): (&'a Axis, (f64, f64)),
        (width, height): (f64, f64),
        top: f64,
    ) -> Self {
        let upwards = Ruler::new(y, upwards, (height - BELOW, top + MARGIN.0));
        let widest = upwards.ticks().map(|(_, text)| text_width(text, TICK_TEXT)).fold(0.0, f64::max);
        let left = LEFT.max(LEFT_WITHOUT_TEXTS + widest);
        Frame { across: Ruler::new(x, across, (left, width - MARGIN.1)), upwards, height }
    }

    /// Returns the pixels of a point that has the two places.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.across.at(x), self.upwards.at(y))
    }

    /// Draws the grid, the axes with their ticks, and the texts.
    pub fn draw(&self, svg: &mut Svg) {
        let ((left, right), (bottom, top)) = (self.across.ends(), self.upwards.ends());
        let (mut grid, mut axes) = (String::new(), format!("M{left} {top}V{bottom}H{right}"));
        for (x, text) in self.across.ticks() {
            grid += &format!("M{x} {bottom}V{top}");
            axes += &format!("M{x} {bottom}v{TICK}");
            svg.add(label((x, bottom + 12.0), Anchor::Middle, TICK_TEXT, text));
        }
        for (y, text) in self.upwards.ticks() {
            grid += &format!("M{left} {y}H{right}");
            axes += &format!("M{left} {y}h-{TICK}");
            svg.add(label((left - 6.0, y), Anchor::End, TICK_TEXT, text));
        }
        svg.add(html! {
            path d=(grid) fill="none" stroke="currentColor" stroke-opacity=".14" {}
            path d=(axes) fill="none" stroke="currentColor" stroke-opacity=".6" {}
            (label((0.5 * (left + right), self.height - 8.0), Anchor::Middle, TEXT, self.across.label()))
            (upright_label((10.0, 0.5 * (bottom + top)), TEXT, self.upwards.label()))
        });
    }
}
