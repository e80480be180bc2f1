//! The data of the generic problems, from a stream of numbers that any language can make again.

use nalgebra::DMatrix;

/// SplitMix64: the entry i of the stream `seed` (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
fn draw(seed: u64, i: u64) -> u64 {
    let z = (seed << 32).wrapping_add((i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn unit(seed: u64, i: u64) -> f64 {
    (draw(seed, i) >> 11) as f64 / 2_f64.powi(53)
}

/// Numbers in [0, 1), row by row.
pub(crate) fn uniform(seed: u64, rows: usize, columns: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |i, j| unit(seed, (i * columns + j) as u64))
}

/// Sums of twelve uniform numbers less 6, row by row: nearly normal, and exact in every language.
pub(crate) fn normal(seed: u64, rows: usize, columns: usize) -> DMatrix<f64> {
    let entry = |i: u64| (12 * i..12 * i + 12).fold(0.0, |sum, i| sum + unit(seed, i)) - 6.0;
    DMatrix::from_fn(rows, columns, |i, j| entry((i * columns + j) as u64))
}

/// A picture of n×n pixels, n a multiple of 32: a rectangle, stripes, a ring and a ramp.
pub(crate) fn image(n: usize) -> DMatrix<f64> {
    let k = n / 32;
    let within = |i: usize, from: usize, to: usize| (from * k..to * k).contains(&i);
    DMatrix::from_fn(n, n, |i, j| {
        let square = i.abs_diff(10 * k).pow(2) + j.abs_diff(9 * k).pow(2);
        if within(i, 20, 30) && within(j, 2, 14) {
            (j - 2 * k) as f64 / (12 * k) as f64
        } else if square < (3 * k).pow(2) {
            0.0
        } else if square < (6 * k).pow(2) {
            1.0
        } else if within(i, 20, 30) && within(j, 17, 30) {
            if (j / (k + k / 2)).is_multiple_of(2) { 1.0 } else { 0.5 }
        } else if within(i, 2, 9) && within(j, 18, 29) {
            0.75
        } else {
            0.25
        }
    })
}

/// The outer square of (1 8 28 56 70 56 28 8 1)/256.
pub(crate) fn kernel() -> DMatrix<f64> {
    let binomial = DMatrix::from_column_slice(9, 1, &[1.0, 8.0, 28.0, 56.0, 70.0, 56.0, 28.0, 8.0, 1.0]) / 256.0;
    &binomial * binomial.transpose()
}
