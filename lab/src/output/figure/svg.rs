//! An SVG image that draws in the colour of the page's text.

use maud::{Markup, PreEscaped, html};

use super::Caption;

/// Shown where no page around the figure says otherwise; marks of the class `hit` appear under the pointer.
const STYLE: &str = ":root{color:#1f2328}@media(prefers-color-scheme:dark){:root{color:#e6edf3}}\
    .dot{fill-opacity:.85;stroke:currentColor;stroke-opacity:.35;stroke-width:.5}.hit{fill-opacity:0}\
    .dot:hover,.hit:hover{fill-opacity:1;stroke:currentColor;stroke-opacity:1;stroke-width:1}";

/// An image under construction.
pub(super) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

/// The position of text relative to its point.
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
    /// Begins an empty image of that size in pixels.
    pub fn new(width: f64, height: f64) -> Self {
        Svg { width, height, body: String::new() }
    }

    /// Adds an element on top.
    pub fn add(&mut self, element: Markup) {
        self.body.push_str(&element.0);
    }

    /// Adds a line of text.
    pub fn text(&mut self, at: (f64, f64), anchor: Anchor, size: f64, text: &str) {
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
                (PreEscaped(self.body))
            }
        };
        printable(&image.into_string())
    }
}

/// The same without the control characters that XML has no form for.
fn printable(text: &str) -> String {
    let is_text =
        |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r');
    text.chars().map(|c| if is_text(&c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// A line of text whose middle is as high as the point.
pub(super) fn label((x, y): (f64, f64), anchor: Anchor, size: f64, text: &str) -> Markup {
    html! { text x=(round(x)) y=(round(y)) dy=".35em" text-anchor=(anchor.name()) font-size=(size) { (text) } }
}

/// A line of text that reads upwards and whose middle is the point.
pub(super) fn upright_label((x, y): (f64, f64), size: f64, text: &str) -> Markup {
    let (x, y) = (round(x), round(y));
    html! {
        text x=(x) y=(y) dy=".35em" text-anchor="middle" font-size=(size) transform={ "rotate(270 " (x) " " (y) ")" } {
            (text)
        }
    }
}

/// A title as an id: letters and digits in lower case, joined by hyphens.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    format!("figure-{}", words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-"))
}

/// Rounds to a tenth of a pixel.
pub(super) fn round(pixels: f64) -> f64 {
    (10.0 * pixels).round() / 10.0
}

/// The width of text, about: there is no font to measure.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    0.62 * size * text.chars().count() as f64
}
