//! Warnings about the data and the choices.

use super::attained::evasion;
use crate::data::{Extremes, Scale};
use crate::joint::{Builder, Constraint};
use crate::scalar::Scalar;
use nalgebra::DVector;

/// The warnings about the data, whatever λ is. Features are numbers; the caller may name them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Warnings {
    /// The features whose values are all the same.
    constant: Vec<usize>,
    /// The features of which rounding leaves few digits.
    coarse: Vec<usize>,
    /// True if the numbers are in single precision.
    single: bool,
    /// A feature that rounding loses beside another one.
    lost: Option<(usize, usize)>,
    /// The rest, in sentences.
    other: Vec<String>,
}

/// The most features that a sentence names.
const MOST: usize = 10;

impl Warnings {
    /// Those of the features, given the largest |z| of each.
    pub fn of_features<T: Scalar>(seen: &Extremes<T>, largest: &DVector<T>, scale: Scale) -> Self {
        let of = |is: fn(&Extremes<T>, usize) -> bool| {
            // None where the features stay as they are: there a constant has variance about 0.
            (0..seen.low.len()).filter(|&feature| scale != Scale::None && is(seen, feature)).collect()
        };
        let (constant, coarse): (Vec<usize>, _) = (of(Extremes::is_constant), of(Extremes::is_coarse));
        let mut varying = largest.clone();
        constant.iter().for_each(|&feature| varying[feature] = T::zero());
        Warnings { constant, coarse, single: T::SINGLE, lost: mixed_scales(&varying), ..Warnings::default() }
    }

    /// The leading eigenvalues of the covariance, k + 1 where there are so many.
    pub fn add_spectrum<T: Scalar>(&mut self, values: &DVector<T>, k: usize) {
        let negligible = values[0] * T::of(1e3) * T::EPSILON;
        let rank = values.iter().filter(|&&value| value > negligible).count();
        if rank < k {
            self.other.push(format!("{k} components of data of rank {rank}: the basis is completed without variance"));
        } else if values.len() > k && values[k - 1] - values[k] <= negligible {
            self.other.push(format!("no spectral gap: the variances of components {k} and {} are equal", k + 1));
        }
    }

    /// Adds that the features separate the classes, completely or in part, and no ridge bounds B.
    pub fn add_separation(&mut self) {
        let separated = "the features separate the classes, at least in part: without a ridge (`--ridge`) B may grow \
                         without bound";
        self.other.push(separated.into());
    }

    /// All of them and those of the choices, in sentences. Features without a name are numbered from 1.
    pub fn sentences(&self, options: &Builder, names: &[String]) -> Vec<String> {
        let number = |feature: usize| (feature + 1).to_string();
        let name = |feature: usize| names.get(feature).map_or_else(|| number(feature), |name| format!("`{name}`"));
        let constant = listed(&self.constant, names).map(|listed| self.of_constant(&listed));
        let coarse = listed(&self.coarse, names).map(|listed| self.of_coarse(&listed));
        let lost = self.lost.map(|(lost, beside)| {
            let (lost, beside) = (name(lost), name(beside));
            format!("feature {lost} is lost beside feature {beside}, which is of far larger scale: standardise them")
        });
        constant
            .into_iter()
            .chain(coarse)
            .chain(lost)
            .chain(self.other.iter().cloned())
            .chain(of_choices(options))
            .collect()
    }
}

impl Warnings {
    /// Single precision cannot tell a constant from what varies in its ninth digit.
    fn of_constant(&self, listed: &str) -> String {
        let (within, otherwise) = match self.single {
            true => (" in 32-bit numbers", "; if they do vary, use `--precision f64`"),
            false => ("", ""),
        };
        format!("constant features{within} carry no information and keep scale 1: {listed}{otherwise}")
    }

    fn of_coarse(&self, listed: &str) -> String {
        let advice = if self.single { "use `--precision f64`" } else { "subtract a constant before you write them" };
        format!("features so far from 0 that rounding leaves few digits of what they vary by: {listed}; {advice}")
    }
}

/// The features by their names, or by their numbers from 1; nothing for none.
fn listed(features: &[usize], names: &[String]) -> Option<String> {
    let name = |&feature: &usize| match names.get(feature) {
        Some(name) => format!("`{name}`"),
        None => (feature + 1).to_string(),
    };
    let named = features.iter().take(MOST).map(name).collect::<Vec<_>>().join(", ");
    let kind = if names.is_empty() { "number " } else { "" };
    let more = match features.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!features.is_empty()).then(|| format!("{kind}{named}{more}"))
}

/// The features of the smallest and the largest size, of the largest |z| of each, where rounding loses one beside the
/// other.
fn mixed_scales<T: Scalar>(largest: &DVector<T>) -> Option<(usize, usize)> {
    let sizes = || largest.iter().copied().enumerate().filter(|(_, size)| *size > T::zero());
    let (largest, most) = sizes().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let (smallest, least) = sizes().reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    (least < most * T::EPSILON).then_some((smallest, largest))
}

fn of_choices(options: &Builder) -> Vec<String> {
    let mut warnings = Vec::new();
    let columns = matches!(options.constraint.held(), Constraint::UnitNorm | Constraint::Ball);
    if columns && options.components > 1 && options.weight > 0.0 {
        warnings.push(
            "columns that need not be orthogonal are all drawn to the leading eigenvector by the PCA loss".into(),
        );
    }
    warnings.extend(evasion(options).map(|evades| format!("{evades}: the infimum is not attained")));
    warnings
}
