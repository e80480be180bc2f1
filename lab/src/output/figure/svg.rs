//! A backend of plotters that draws in the colour of the page's text and takes elements of our own.

use std::cell::RefCell;
use std::convert::Infallible;

use maud::{Markup, PreEscaped, html};
use plotters::prelude::DrawingBackend;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontTransform};

use super::{Caption, palette};

/// Plotters counts whole units; so many of them are a pixel.
pub(super) const UNIT: i32 = 10;

/// Shown where no page around the figure says otherwise; marks of the class `hit` appear under the pointer.
const STYLE: &str = ":root{color:#1f2328}@media(prefers-color-scheme:dark){:root{color:#e6edf3}}\
    .dot{fill-opacity:.85;stroke:currentColor;stroke-opacity:.35;stroke-width:.5}.hit{fill-opacity:0}\
    .dot:hover,.hit:hover{fill-opacity:1;stroke:currentColor;stroke-opacity:1;stroke-width:1}";

/// An image under construction.
pub(super) struct Svg {
    width: u32,
    height: u32,
    body: RefCell<String>,
}

/// Where text stands relative to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

impl Svg {
    /// Empty, of so many pixels.
    pub fn new(width: u32, height: u32) -> Self {
        Svg { width, height, body: RefCell::default() }
    }

    /// Adds an element on top.
    pub fn add(&self, element: Markup) {
        self.body.borrow_mut().push_str(&element.0);
    }

    /// Adds a line of text.
    pub fn text(&self, at: (f64, f64), anchor: Anchor, size: f64, text: &str) {
        self.add(label(at, anchor, size, text));
    }

    /// The whole image, with its name and description for screen readers.
    pub fn finish(self, caption: &Caption) -> String {
        let id = slug(&caption.title);
        let (title, description) = (format!("{id}-title"), format!("{id}-description"));
        let image = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {} {}", self.width, self.height))
                width=(self.width) height=(self.height) role="img" aria-labelledby={ (title) " " (description) }
                font-family="system-ui, sans-serif" fill="currentColor" {
                title id=(title) { (caption.title) }
                desc id=(description) { (caption.description) }
                style { (PreEscaped(STYLE)) }
                (PreEscaped(self.body.into_inner()))
            }
        };
        image.into_string()
    }
}

/// A line of text whose middle is as high as the point.
pub(super) fn label((x, y): (f64, f64), anchor: Anchor, size: f64, text: &str) -> Markup {
    html! { text x=(round(x)) y=(round(y)) dy=".35em" text-anchor=(anchor.name()) font-size=(size) { (text) } }
}

/// A title as an id: letters and digits in lower case, joined by hyphens.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("figure-{}", words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-"))
}

/// To a tenth of a pixel.
pub(super) fn round(pixels: f64) -> f64 {
    (10.0 * pixels).round() / 10.0
}

/// Pixels of plotters' coordinates.
pub(super) fn pixels((x, y): BackendCoord) -> (f64, f64) {
    (f64::from(x) / f64::from(UNIT), f64::from(y) / f64::from(UNIT))
}

/// The width of text, about: there is no font to measure.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    0.62 * size * text.chars().count() as f64
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for &Svg {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width * UNIT as u32, self.height * UNIT as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    /// Charts draw none.
    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        let (x, y) = pixels(point);
        self.add(html! { rect x=(x) y=(y) width=".1" height=".1" fill=(palette::hex(color.rgb)) {} });
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let mut points: Vec<_> = path.into_iter().collect();
        points.dedup();
        let point = |&point: &BackendCoord| {
            let (x, y) = pixels(point);
            format!("{x},{y}")
        };
        let points = points.iter().map(point).collect::<Vec<_>>().join(" ");
        let BackendColor { alpha, rgb } = style.color();
        self.add(html! {
            polyline points=(points) fill="none" stroke=(palette::hex(rgb)) stroke-opacity=(alpha)
                stroke-width=(f64::from(style.stroke_width()) / f64::from(UNIT)) stroke-linejoin="round" {}
        });
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let (x, y) = pixels(at);
        let anchor = match style.anchor().h_pos {
            HPos::Left => Anchor::Start,
            HPos::Center => Anchor::Middle,
            HPos::Right => Anchor::End,
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => ".76em",
            VPos::Center => ".35em",
            VPos::Bottom => "-.2em",
        };
        let turn = match style.transform() {
            FontTransform::None => None,
            FontTransform::Rotate90 => Some(90),
            FontTransform::Rotate180 => Some(180),
            FontTransform::Rotate270 => Some(270),
        };
        self.add(html! {
            text x=(x) y=(y) dy=(shift) text-anchor=(anchor.name()) font-size=(style.size() / f64::from(UNIT))
                transform=[turn.map(|turn| format!("rotate({turn} {x} {y})"))] { (text) }
        });
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok((text_width(text, style.size()) as u32, style.size() as u32))
    }
}
