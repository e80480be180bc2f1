//! The data: X (d×n, a sample is a column), the classes and weights of its samples, and the scale of its features.
//!
//! | Type | Content |
//! |---|---|
//! | [`Features`] | X, wherever its numbers are: in a matrix, in memory of any owner, in a mapped file, or sparse |
//! | [`Samples`] | X with targets and weights, and where the passes over it run |
//! | [`Targets`] | what the predictions are compared with: classes or numbers |
//! | [`Table`] | columns of numbers and of texts, with missing cells, which an [`Encoding`] makes features of |
//! | [`Scaler`] | z = (x − mean)/scale, which [`standardise`] learns from X as a [`Scale`] says |
//! | [`ClassWeight`] | what a class counts, beside the weights of its samples |
//! | [`Extremes`] | the smallest and the largest value of each feature |

mod categories;
mod class_weight;
mod encoding;
mod extremes;
mod features;
mod part;
mod samples;
mod samples_on_ranks;
mod scaler;
mod standardise;
mod table;
mod table_error;
mod targets;

pub use categories::number_text;
pub use class_weight::ClassWeight;
pub(crate) use class_weight::totals;
pub use encoding::{Categories, Encoded, EncodedColumn, Encoding, EncodingChoices, Missing, Unknown};
pub use extremes::Extremes;
pub use features::Features;
pub(crate) use features::{BLOCK, Folded, Products, Stored};
pub(crate) use part::Part;
pub use part::own_samples;
pub use samples::Samples;
pub(crate) use samples::{check_each_weight, check_total, check_weights, share_of};
pub use scaler::Scaler;
pub(crate) use standardise::standardise_on;
pub use standardise::{Scale, standardise};
pub use table::{Cells, Column, Table};
pub use table_error::TableError;
pub use targets::Targets;
pub(crate) use targets::{check_each, check_labels};
