//! Products of sparse matrices and vectors.

use nalgebra_sparse::CscMatrix;

/// The product Kx.
pub(super) fn product(k: &CscMatrix<f64>, x: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; k.nrows()];
    for (column, &x) in k.col_iter().zip(x) {
        column.row_indices().iter().zip(column.values()).for_each(|(&i, entry)| y[i] += entry * x);
    }
    y
}

/// The product Kᵀy.
pub(super) fn transposed(k: &CscMatrix<f64>, y: &[f64]) -> Vec<f64> {
    const LANES: usize = 4;
    let dot = |rows: &[usize], values: &[f64]| -> f64 {
        let ((rows, last_rows), (values, last_values)) = (rows.as_chunks::<LANES>(), values.as_chunks::<LANES>());
        // Sums side by side, since the next addition of one of them has to wait for the last.
        let mut sums = [0.0; LANES];
        for (rows, values) in rows.iter().zip(values) {
            (0..LANES).for_each(|lane| sums[lane] += values[lane] * y[rows[lane]]);
        }
        let rest: f64 = last_rows.iter().zip(last_values).map(|(&i, entry)| entry * y[i]).sum();
        sums.into_iter().sum::<f64>() + rest
    };
    k.col_iter().map(|column| dot(column.row_indices(), column.values())).collect()
}
