//! Samples as the numbers that are stored for them, on their way from one rank to another.

use super::{Features, Storage};
use crate::scalar::Scalar;
use nalgebra::DMatrix;
use nalgebra_sparse::CscMatrix;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The numbers that are stored for some samples, before scaling.
#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "T: Scalar", deserialize = "T: Scalar"))]
pub(crate) struct Stored<T: Scalar> {
    /// The number of entries of each sample, and the features of the entries; nothing for dense samples.
    counts: Vec<usize>,
    rows: Vec<usize>,
    values: Vec<T>,
}

impl<T: Scalar> Features<T> {
    /// A copy of what is stored.
    pub(crate) fn to_stored(&self) -> Stored<T> {
        match &self.storage {
            Storage::Sparse(x) => Stored {
                counts: x.col_iter().map(|column| column.nnz()).collect(),
                rows: x.row_indices().to_vec(),
                values: x.values().to_vec(),
            },
            _ => {
                let values = self.stored_samples(0..self.ncols()).data.into();
                Stored { counts: Vec::new(), rows: Vec::new(), values }
            }
        }
    }

    /// The samples of these parts, one part after the other. They are stored and scaled as those of this X are.
    pub(crate) fn joined(&self, parts: Vec<Stored<T>>) -> Self {
        let (mut offsets, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
        for part in parts {
            part.counts.iter().for_each(|count| offsets.push(offsets[offsets.len() - 1] + count));
            rows.extend(part.rows);
            values.extend(part.values);
        }
        let (d, n) = (self.nrows(), values.len() / self.nrows());
        let storage = match &self.storage {
            Storage::Sparse(_) => {
                let x = CscMatrix::try_from_csc_data(d, offsets.len() - 1, offsets, rows, values);
                Storage::Sparse(Arc::new(x.expect("columns of valid matrices")))
            }
            _ => Storage::Owned(Arc::new(DMatrix::from_vec(d, n, values))),
        };
        Features { storage, scaling: self.scaling.clone(), categories: self.categories.clone() }
    }
}
