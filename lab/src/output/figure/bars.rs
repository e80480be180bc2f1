//! Numbers of either sign beside their names.

use maud::html;

use super::axis::four_digits;
use super::heat::clipped;
use super::svg::{Anchor, Svg, round, text_width};
use super::{Caption, FigureError, palette};

/// A bar a row, from a common zero.
#[derive(Debug, Clone)]
pub struct Bars {
    /// The caption of the figure.
    pub caption: Caption,
    /// The bars from the top down. A value that is not finite is left out.
    pub bars: Vec<(String, f64)>,
}

const WIDTH: f64 = 480.0;
const ROW: f64 = 20.0;
const TEXT: f64 = 12.0;
/// Room for a number.
const NUMBER: f64 = 66.0;

impl Bars {
    /// The bars as SVG.
    ///
    /// # Errors
    /// No finite number.
    pub fn svg(&self) -> Result<String, FigureError> {
        let bars: Vec<_> = self.bars.iter().filter(|(_, value)| value.is_finite()).collect();
        if bars.is_empty() {
            return Err(FigureError::Empty(self.caption.title.clone()));
        }
        let left = bars.iter().map(|(name, _)| text_width(&clipped(name, 22), TEXT)).fold(0.0, f64::max) + 10.0;
        let side = |sign: f64| bars.iter().map(|(_, value)| sign * value).fold(0.0, f64::max);
        let (below, above) = (side(-1.0), side(1.0));
        let room = |size: f64| if size > 0.0 { NUMBER } else { 4.0 };
        let pixels = (WIDTH - left - room(below) - room(above)) / (below + above).max(f64::MIN_POSITIVE);
        let zero = left + room(below) + pixels * below;
        let height = ROW * bars.len() as f64 + 8.0;
        let mut svg = Svg::new(WIDTH, height);
        for (row, (name, value)) in bars.iter().enumerate() {
            let y = 4.0 + ROW * (row as f64 + 0.5);
            svg.text((left - 6.0, y), Anchor::End, TEXT, &clipped(name, 22));
            draw(&mut svg, name, *value, (zero, y), pixels * value.abs());
        }
        svg.add(html! { path d={ "M" (round(zero)) " 0V" (height) } stroke="currentColor" {} });
        Ok(svg.finish(&self.caption))
    }
}

fn draw(svg: &mut Svg, name: &str, value: f64, (zero, y): (f64, f64), length: f64) {
    let left = if value < 0.0 { zero - length } else { zero };
    let text = four_digits(value);
    svg.add(html! {
        rect x=(round(left)) y=(y - 7.0) width=(round(length)) height="14" fill=(palette::signed(value)) {
            title { (name) ": " (text) }
        }
    });
    let (at, anchor) = if value < 0.0 { (left - 5.0, Anchor::End) } else { (zero + length + 5.0, Anchor::Start) };
    svg.text((at, y), anchor, TEXT, &text);
}
