//! Axes: what a value is called, where it lies, and where the ticks are.

use super::svg::round;

/// One direction of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The quantity and its unit.
    pub label: String,
    /// The scale on which values are placed.
    pub scale: Scale,
}

/// The scale of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Linear: values are placed evenly.
    Linear,
    /// By order of magnitude. What is not positive has no place.
    Log,
}

impl Axis {
    /// Evenly spaced.
    pub fn linear(label: impl Into<String>) -> Self {
        Axis { label: label.into(), scale: Scale::Linear }
    }

    /// By order of magnitude.
    pub fn log(label: impl Into<String>) -> Self {
        Axis { label: label.into(), scale: Scale::Log }
    }

    /// The place of a value, if it has one.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let place = match self.scale {
            Scale::Linear => value,
            Scale::Log => value.log10(),
        };
        place.is_finite().then_some(place)
    }
}

impl Scale {
    /// The places between two others, with a margin, and about so many ticks with their texts.
    pub(super) fn ticks(self, low: f64, high: f64, about: usize) -> Vec<(f64, String)> {
        match self {
            Scale::Log if high.floor() - low.ceil() >= 1.0 => decades(low, high, about),
            Scale::Log => few_decades(low, high),
            Scale::Linear => round_numbers(low, high, about),
        }
    }
}

/// An axis over pixels: the places from `low` to `high` lie evenly between two pixels.
pub(super) struct Ruler<'a> {
    axis: &'a Axis,
    low: f64,
    high: f64,
    pixels: (f64, f64),
    ticks: Vec<(f64, String)>,
}

impl<'a> Ruler<'a> {
    /// Lays a range of places over the pixels between two others, of which the first is that of the lowest place.
    pub fn new(axis: &'a Axis, (low, high): (f64, f64), pixels: (f64, f64)) -> Self {
        Ruler { axis, low, high, pixels, ticks: axis.scale.ticks(low, high, 6) }
    }

    /// Returns the pixel of a place.
    pub fn at(&self, place: f64) -> f64 {
        let (first, last) = self.pixels;
        round(first + (last - first) * (place - self.low) / (self.high - self.low))
    }

    /// Returns the pixels of the lowest and the highest place.
    pub fn ends(&self) -> (f64, f64) {
        (self.at(self.low), self.at(self.high))
    }

    /// Returns the pixel and the text of each tick.
    pub fn ticks(&self) -> impl Iterator<Item = (f64, &str)> {
        self.ticks.iter().map(|(place, text)| (self.at(*place), text.as_str()))
    }

    /// Returns what is measured along the axis, and in which unit.
    pub fn label(&self) -> &str {
        &self.axis.label
    }
}

/// The range of places with a margin of a twentieth; a single place lies in the middle.
pub(super) fn range(places: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = places.fold(None, |range: Option<(f64, f64)>, place| {
        let (low, high) = range.unwrap_or((place, place));
        Some((low.min(place), high.max(place)))
    })?;
    let margin = match 0.05 * (high - low) {
        nothing if nothing <= 1e-12 * low.abs().max(high.abs()) => (0.1 * low.abs()).max(0.1),
        margin => margin,
    };
    Some((low - margin, high + margin))
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn round_numbers(low: f64, high: f64, about: usize) -> Vec<(f64, String)> {
    let rough = (high - low) / (about + 1) as f64;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * magnitude);
    let step = step.into_iter().find(|step| *step >= rough).unwrap_or(rough);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last).map(|count| count as f64 * step).map(|value| (value, text(value, step))).collect()
}

/// As many digits as the step needs.
fn text(value: f64, step: f64) -> String {
    if !(1e-5..1e6).contains(&step) {
        let digits = (value.abs() / step).log10().ceil().max(1.0) as usize;
        return if value == 0.0 { "0".into() } else { format!("{value:.digits$e}").replace('-', "−") };
    }
    let decimals = (-step.log10().floor()).max(0.0) as usize;
    format!("{value:.decimals$}").replace('-', "−")
}

/// Powers of ten, every so many of them.
fn decades(low: f64, high: f64, about: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.ceil() as i32, high.floor() as i32);
    let stride = ((last - first) / about as i32 + 1).max(1);
    let kept: Vec<i32> = (first..=last).filter(|exponent| exponent.rem_euclid(stride) == 0).collect();
    let short = kept.iter().all(|exponent| (-3..=4).contains(exponent));
    let text = |exponent: i32| if short { format!("{}", 10f64.powi(exponent)) } else { power(exponent) };
    kept.into_iter().map(|exponent| (f64::from(exponent), text(exponent))).collect()
}

/// Returns ticks at round numbers, for a range with fewer than two powers of ten.
fn few_decades(low: f64, high: f64) -> Vec<(f64, String)> {
    let ticks = round_numbers(10f64.powf(low), 10f64.powf(high), 4);
    ticks.into_iter().filter(|(value, _)| *value > 0.0).map(|(value, text)| (value.log10(), text)).collect()
}

fn power(exponent: i32) -> String {
    let digits = exponent.to_string();
    let raised = digits.chars().map(|digit| match digit {
        '-' => '⁻',
        digit => ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'][digit as usize - '0' as usize],
    });
    "10".chars().chain(raised).collect()
}

/// A value for people: four digits that count.
pub(super) fn four_digits(value: f64) -> String {
    match value.abs() {
        size if size == 0.0 || (1e-3..1e5).contains(&size) => {
            let decimals = (3 - size.max(1e-3).log10().floor() as i32).clamp(0, 6) as usize;
            let text = format!("{value:.decimals$}");
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            text.replace('-', "−")
        }
        _ => format!("{value:.3e}").replace('-', "−"),
    }
}
