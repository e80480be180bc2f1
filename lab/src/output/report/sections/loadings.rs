//! The loadings of the components: images if the features are pixels, bars otherwise.

use maud::html;
use nalgebra::DVector;

use crate::output::figure::{Bars, Caption, Cell, EdgeNames, HeatMap};
use crate::output::report::page::{Section, figure};
use crate::output::report::portrait::Portrait;

/// An image has at most so many pixels.
const PIXELS: usize = 4096;
/// The number of features that are named: those of the largest loadings.
const MOST: usize = 20;
/// The number of components that are shown: the first ones.
const COMPONENTS: usize = 12;

/// One figure a component. Behind hidden layers the units of the last one stand for the features.
pub fn loadings(portrait: &Portrait, features: &[String]) -> Section {
    let units: Vec<String> = (1..=portrait.loadings.nrows()).map(|unit| format!("unit {unit}")).collect();
    let (features, summands) = match portrait.layered {
        true => (units.as_slice(), "outputs of the hidden units"),
        false => (features, "prepared features"),
    };
    let image = image(features).filter(|_| features.len() <= PIXELS);
    let shown = portrait.loadings.ncols().min(COMPONENTS);
    let figures = (0..shown).map(|component| {
        let loading = portrait.loadings.column(component).into_owned();
        match image {
            Some(columns) => picture(component, &loading, features, columns),
            None => bars(component, &loading, features),
        }
    });
    let body = html! {
        p {
            "The columns of W of " (portrait.method) ": a component is the sum of the " (summands) ", each times its loading. Blue "
            "adds, orange subtracts."
            @if shown < portrait.loadings.ncols() { " The first " (shown) " of " (portrait.loadings.ncols()) "." }
        }
        div class=(if image.is_some() { "images" } else { "figures" }) {
            @for (caption, svg) in figures { (figure(&caption, svg)) }
        }
    };
    Section { id: "loadings", title: "Loadings", body }
}

type Figure = (Caption, Result<String, crate::output::figure::FigureError>);

fn bars(component: usize, loading: &DVector<f64>, features: &[String]) -> Figure {
    let mut bars: Vec<_> = features.iter().cloned().zip(loading.iter().copied()).collect();
    bars.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    bars.truncate(MOST);
    let count = if bars.len() < features.len() { format!("The {MOST} largest") } else { "All".into() };
    let caption = Caption::new(
        format!("Loadings of component {}", component + 1),
        format!("{count} of {} features, by size.", features.len()),
    );
    (caption.clone(), Bars { caption, bars }.svg())
}

fn picture(component: usize, loading: &DVector<f64>, features: &[String], columns: usize) -> Figure {
    let largest = loading.amax().max(f64::MIN_POSITIVE);
    let cell = |pixel: usize| Cell {
        shade: loading[pixel] / largest,
        text: String::new(),
        note: format!("{}: {:.3}", features[pixel], loading[pixel]),
    };
    let rows = (0..features.len()).step_by(columns).map(|first| (first..first + columns).map(cell).collect());
    let caption = Caption::new(
        format!("Component {}", component + 1),
        format!("As an image of {} × {columns} pixels; the strongest has {largest:.2}.", features.len() / columns),
    );
    let (across, down) = (EdgeNames::default(), EdgeNames::default());
    (caption.clone(), HeatMap { caption, across, down, cells: rows.collect() }.svg())
}

/// The width of the image whose pixels, row by row, the features are: names that end in `_ROW_COLUMN`, from 0.
fn image(features: &[String]) -> Option<usize> {
    let place = |name: &String| {
        let (rest, column) = name.rsplit_once('_')?;
        let (_, row) = rest.rsplit_once('_')?;
        Some((row.parse().ok()?, column.parse().ok()?))
    };
    let places: Vec<(usize, usize)> = features.iter().map(place).collect::<Option<_>>()?;
    let columns = places.last()?.1.checked_add(1)?;
    let ordered = places.iter().enumerate().all(|(i, place)| *place == (i / columns, i % columns));
    (ordered && features.len().is_multiple_of(columns)).then_some(columns)
}

#[cfg(test)]
mod tests {
    use super::image;

    #[test]
    fn images_are_seen_in_the_names() {
        let names = |rows: usize, columns: usize| {
            (0..rows * columns).map(|i| format!("p_{}_{}", i / columns, i % columns)).collect::<Vec<_>>()
        };
        assert_eq!(image(&names(2, 3)), Some(3));
        assert_eq!(image(&names(8, 8)), Some(8));
        let mut shuffled = names(2, 3);
        shuffled.swap(0, 1);
        for none in [shuffled, names(2, 3)[..5].to_vec(), vec!["x1".into()], vec!["a_b".into()], Vec::new()] {
            assert_eq!(image(&none), None, "{none:?}");
        }
    }
}
