//! Colours and shapes that differ for every eye.

use maud::{Markup, html};

/// Okabe and Ito (2008), without yellow, which is lost on white; the first four have a contrast of 3:1 on white and on
/// near-black alike.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/// The colour of a series or a class.
pub(super) fn ink(index: usize) -> &'static str {
    COLOURS[index % COLOURS.len()]
}

/// The colour of a number by its sign.
pub(super) fn signed(value: f64) -> &'static str {
    ink(usize::from(value < 0.0))
}

/// The outline of the shape of a series about a point. With five shapes and six colours thirty series differ.
pub(super) fn outline(index: usize, (x, y): (f64, f64), radius: f64) -> String {
    let corners: &[(f64, f64)] = match index % 5 {
        0 => return circle((x, y), radius),
        1 => &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
        2 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        3 => &[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)],
        _ => &[(0.0, 1.2), (1.1, -0.8), (-1.1, -0.8)],
    };
    let corner = |(dx, dy): &(f64, f64)| format!("{:.1} {:.1}", x + radius * dx, y + radius * dy);
    format!("M{}Z", corners.iter().map(corner).collect::<Vec<_>>().join("L"))
}

fn circle((x, y): (f64, f64), r: f64) -> String {
    format!("M{:.1} {y:.1}a{r} {r} 0 1 0 {:.1} 0a{r} {r} 0 1 0 -{:.1} 0Z", x - r, 2.0 * r, 2.0 * r)
}

/// The mark of a series, with what hovering shows.
pub(super) fn mark(index: usize, at: (f64, f64), radius: f64, class: &str, note: &str) -> Markup {
    html! {
        path class=(class) d=(outline(index, at, radius)) fill=(ink(index)) {
            @if !note.is_empty() { title { (note) } }
        }
    }
}
