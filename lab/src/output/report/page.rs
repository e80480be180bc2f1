//! The page around the sections, and the parts that sections are made of.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::output::figure::{Caption, FigureError};
use crate::output::is_text;

/// A page of sections.
pub struct Page {
    /// The heading, and the title of the window.
    pub title: String,
    /// The answer, in a sentence.
    pub answer: String,
    /// A few numbers that matter: what they are, and their values.
    pub highlights: Vec<(String, String)>,
    /// The sections in their order.
    pub sections: Vec<Section>,
}

/// A part of a page with a heading of its own.
pub struct Section {
    /// The id that links refer to.
    pub id: &'static str,
    /// The heading of the section.
    pub title: &'static str,
    /// The contents of the section.
    pub body: Markup,
}

/// Nothing is fetched, whatever the data are called: not even where the escaping failed.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

impl Page {
    /// Returns the page as an HTML file.
    pub fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    link rel="icon" href="data:,";
                    title { (self.title) }
                    style { (PreEscaped(include_str!("page.css"))) }
                }
                body {
                    a class="skip" href="#main" { "Skip to the report" }
                    (self.header())
                    (self.contents())
                    main id="main" tabindex="-1" {
                        @for section in &self.sections { (section.html()) }
                        div id="tip" hidden="" {}
                    }
                    footer { p { "Written by admm " (env!("CARGO_PKG_VERSION")) ". This page is complete: it fetches nothing." } }
                    script { (PreEscaped(include_str!("page.js"))) }
                }
            }
        };
        page.into_string()
    }

    fn header(&self) -> Markup {
        html! {
            header {
                h1 { (self.title) }
                p class="answer" { (self.answer) }
                dl class="highlights" {
                    @for (what, value) in &self.highlights { div { dt { (what) } dd { (value) } } }
                }
            }
        }
    }

    fn contents(&self) -> Markup {
        html! {
            nav aria-label="Contents" {
                ul { @for section in &self.sections { li { a href={ "#" (section.id) } { (section.title) } } } }
            }
        }
    }
}

impl Section {
    fn html(&self) -> Markup {
        let heading = format!("{}-heading", self.id);
        html! {
            section id=(self.id) aria-labelledby=(heading) { h2 id=(heading) { (self.title) } (self.body) }
        }
    }
}

/// A figure with its caption, or a sentence in its place.
pub fn figure(caption: &Caption, drawn: Result<String, FigureError>) -> Markup {
    html! {
        figure {
            @match drawn {
                Ok(svg) => (PreEscaped(svg)),
                Err(FigureError::Empty(_)) => p class="empty" { "Nothing to draw." },
                Err(error) => p class="empty" { (error) },
            }
            figcaption { strong { (caption.title) "." } " " (caption.description) }
        }
    }
}

/// A table whose first column names the rows; words stand to the left and numbers to the right.
pub fn table(caption: &str, headings: &[String], rows: &[Vec<String>]) -> Markup {
    let class = |column: usize| is_text(rows, column).then_some("words");
    html! {
        div class="scroll" role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead {
                    tr {
                        @for (column, heading) in headings.iter().enumerate() {
                            th scope="col" class=[class(column)] { (heading) }
                        }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            @for (column, cell) in row.iter().enumerate() {
                                @if column == 0 { th scope="row" { (cell) } } @else { td class=[class(column)] { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Names and what they stand for.
pub fn facts(pairs: &[(String, String)]) -> Markup {
    html! { dl class="facts" { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
}
