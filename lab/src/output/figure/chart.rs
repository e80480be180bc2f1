//! Lines and points between two axes.

use maud::html;

use super::axis::{Axis, four_digits, range};
use super::frame::{Frame, TEXT};
use super::heat::clipped;
use super::svg::{Anchor, Svg, round, text_width};
use super::{Caption, FigureError, palette};

/// Series of points between two axes.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The caption of the figure.
    pub caption: Caption,
    /// The axis to the right.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// The series from the lowest layer up.
    pub series: Vec<Series>,
}

/// Points of one colour and shape.
#[derive(Debug, Clone)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    /// In the order of the line. What is not finite, or not positive on a log axis, is left out.
    pub points: Vec<Point>,
    /// The look of the points.
    pub look: Look,
}

/// The look of points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// A line, interrupted where a point is left out.
    Line,
    /// Marks without a line.
    Dots,
    /// A line with marks.
    LineAndDots,
}

/// A point, and more if there is more to say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Point {
    /// The coordinate to the right.
    pub x: f64,
    /// The coordinate upwards.
    pub y: f64,
    /// Half the length of the error bar; 0 for none.
    pub spread: f64,
    /// The text that hovering shows besides the coordinates.
    pub note: String,
    /// True if the point is circled.
    pub chosen: bool,
}

impl Series {
    /// Makes a series of bare coordinates.
    pub fn new(name: impl Into<String>, look: Look, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().map(|(x, y)| Point { x, y, ..Point::default() }).collect();
        Series { name: name.into(), points, look }
    }
}

/// The width in pixels, and the height without the legend.
const SIZE: (f64, f64) = (480.0, 320.0);
/// The height of a row of the legend.
const ROW: f64 = 20.0;
/// The legend names so many series; the others answer the pointer alone.
const NAMES: usize = 30;
/// A line answers the pointer at so many places, which many points share.
const STOPS: usize = 60;

impl Chart {
    /// The chart as SVG.
    ///
    /// # Errors
    /// No point that has a place on both axes.
    pub fn svg(&self) -> Result<String, FigureError> {
        let empty = || FigureError::Empty(self.caption.title.clone());
        let places = || self.series.iter().flat_map(|series| &series.points).flat_map(|point| self.extent(point));
        let across = range(places().map(|(x, _)| x)).ok_or_else(empty)?;
        let upwards = range(places().map(|(_, y)| y)).ok_or_else(empty)?;
        let legend = self.legend();
        let top = ROW * legend.last().map_or(0.0, |(_, row)| *row as f64 + 1.0);
        let size = (SIZE.0, SIZE.1 + top);
        let mut svg = Svg::new(size.0, size.1);
        let frame = Frame::new((&self.x, across), (&self.y, upwards), size, top);
        frame.draw(&mut svg);
        for (index, series) in self.series.iter().enumerate() {
            self.draw_series(&mut svg, &frame, index, series);
        }
        for (index, (x, row)) in legend.into_iter().enumerate() {
            let y = ROW * (row as f64 + 0.5);
            svg.add(palette::mark(index, (round(x + 6.0), y), 5.0, "dot", ""));
            svg.text((x + 16.0, y), Anchor::Start, TEXT, &legend_name(&self.series[index].name));
        }
        Ok(svg.finish(&self.caption))
    }

    /// The place of a point.
    fn place(&self, point: &Point) -> Option<(f64, f64)> {
        Some((self.x.place(point.x)?, self.y.place(point.y)?))
    }

    /// The places that a point takes up: its own, and the ends of its error bar.
    fn extent(&self, point: &Point) -> Vec<(f64, f64)> {
        let Some(place) = self.place(point) else { return Vec::new() };
        let ends = [point.y - point.spread, point.y + point.spread].map(|y| self.place(&Point { y, ..point.clone() }));
        [Some(place)].into_iter().chain(ends).flatten().collect()
    }

    /// The left end and the row of each name; none for a single series.
    fn legend(&self) -> Vec<(f64, usize)> {
        if self.series.len() < 2 {
            return Vec::new();
        }
        let (mut x, mut row) = (8.0, 0);
        let mut place = |series: &Series| {
            let width = 32.0 + text_width(&legend_name(&series.name), TEXT);
            if x > 8.0 && x + width > SIZE.0 {
                (x, row) = (8.0, row + 1);
            }
            x += width;
            (x - width, row)
        };
        self.series.iter().take(NAMES).map(&mut place).collect()
    }

    fn draw_series(&self, svg: &mut Svg, frame: &Frame<'_>, index: usize, series: &Series) {
        if series.look != Look::Dots {
            for part in series.points.split(|point| self.place(point).is_none()).filter(|part| part.len() > 1) {
                let points = corners(part.iter().filter_map(|point| Some(frame.at(self.place(point)?))));
                svg.add(html! {
                    polyline points=(points) fill="none" stroke=(palette::ink(index)) stroke-width="2"
                        stroke-linejoin="round" {}
                });
            }
        }
        let (class, stride) = match series.look {
            Look::Line => ("hit", series.points.len().div_ceil(STOPS).max(1)),
            _ => ("dot", 1),
        };
        let last = series.points.len().saturating_sub(1);
        for (number, point) in series.points.iter().enumerate() {
            if number % stride == 0 || number == last || point.chosen {
                self.draw_point(svg, frame, index, point, class);
            }
        }
    }

    fn draw_point(&self, svg: &mut Svg, frame: &Frame<'_>, index: usize, point: &Point, class: &str) {
        let Some(place) = self.place(point) else { return };
        let (x, y) = frame.at(place);
        if point.spread > 0.0 {
            let ends = corners(self.extent(point).into_iter().skip(1).map(|place| frame.at(place)));
            svg.add(html! { polyline points=(ends) stroke=(palette::ink(index)) stroke-opacity=".7" {} });
        }
        if point.chosen {
            svg.add(html! { circle cx=(x) cy=(y) r="10" fill="none" stroke="currentColor" stroke-width="2" {} });
        }
        svg.add(palette::mark(index, (x, y), if class == "hit" { 5.0 } else { 3.5 }, class, &self.note(index, point)));
    }

    /// Returns the text that hovering shows.
    fn note(&self, index: usize, point: &Point) -> String {
        let spread = if point.spread > 0.0 { format!(" ± {}", four_digits(point.spread)) } else { String::new() };
        let (x, y) = (four_digits(point.x), four_digits(point.y));
        let values = format!("{}: {x}\n{}: {y}{spread}", self.x.label, self.y.label);
        let name = &self.series[index].name;
        [name, &point.note, &values].into_iter().filter(|line| !line.is_empty()).cloned().collect::<Vec<_>>().join("\n")
    }
}

/// A name that fits into the legend.
fn legend_name(name: &str) -> String {
    clipped(name, 28)
}

/// The pixels of a polyline as SVG writes them; those that repeat the last one are left out.
fn corners(pixels: impl Iterator<Item = (f64, f64)>) -> String {
    let mut corners: Vec<_> = pixels.collect();
    corners.dedup();
    corners.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}
