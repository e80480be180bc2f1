//! VᵀX by inner products, for single precision.
//!
//! faer holds k numbers of a sample in the lanes of a vector. In single precision k = 20 fills 20 of 32 and k = 2 fills two.
//! Here the d numbers of a feature vector fill the lanes, all of them whatever k is, and while some samples are multiplied
//! the next ones are fetched from memory.

use crate::scalar::Scalar;
use crate::view::fetch;
use faer::traits::SimdArch;
use faer::utils::bound::Dim;
use faer::utils::simd::{SimdCtx, SimdIndex};
use faer::{ColRef, ContiguousFwd, MatMut, MatRef, with_dim};
use pulp::{Simd, WithSimd};
use std::array::from_fn;

/// A tile of products, 3 samples by 4 columns of V: with what they read they fill the 16 registers of AVX2.
const SAMPLES: usize = 3;
const COLUMNS: usize = 4;

/// out (k×b) ← VᵀX for V (d×k) and X (d×b), whose columns are contiguous.
pub(crate) fn inner_products<T: Scalar>(out: MatMut<'_, T>, v: MatRef<'_, T>, x: MatRef<'_, T>) {
    T::Arch::default().dispatch(InnerProducts { out, v, x });
}

struct InnerProducts<'a, T> {
    out: MatMut<'a, T>,
    v: MatRef<'a, T>,
    x: MatRef<'a, T>,
}

type Column<'a, 'd, T> = ColRef<'a, T, Dim<'d>, ContiguousFwd>;

impl<T: Scalar> WithSimd for InnerProducts<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { mut out, v, x } = self;
        with_dim!(d, x.nrows());
        let simd = SimdCtx::<T, S>::new(T::simd_ctx(simd), d);
        let contiguous = "the columns are contiguous";
        let v = v.as_row_shape(d).try_as_col_major().expect(contiguous);
        let x = x.as_row_shape(d).try_as_col_major().expect(contiguous);
        let parts = v.ncols().div_ceil(COLUMNS);
        // Beyond the last one, the last one is computed again.
        let (row, sample) = (|q: usize| q.min(v.ncols() - 1), |i: usize| i.min(x.ncols() - 1));
        for i in (0..x.ncols()).step_by(SAMPLES) {
            for part in 0..parts {
                (0..SAMPLES).for_each(|s| fetch(x.col(sample(i + SAMPLES + s)).as_slice(), part, parts));
                let q = COLUMNS * part;
                let tile = tile(simd, from_fn(|p| v.col(row(q + p))), from_fn(|s| x.col(sample(i + s))));
                for (s, sums) in tile.into_iter().enumerate() {
                    (0..COLUMNS).for_each(|p| out[(row(q + p), sample(i + s))] = simd.reduce_sum(sums[p]));
                }
            }
        }
    }
}

/// The products of some columns, in the lanes of a vector.
#[inline(always)]
fn tile<'d, T: Scalar, S: Simd>(
    simd: SimdCtx<'d, T, S>,
    v: [Column<'_, 'd, T>; COLUMNS],
    x: [Column<'_, 'd, T>; SAMPLES],
) -> [[T::SimdVec<S>; COLUMNS]; SAMPLES] {
    let mut sums = [[simd.zero(); COLUMNS]; SAMPLES];
    let (_, whole, rest) = simd.indices();
    whole.for_each(|at| add(simd, at, v, x, &mut sums));
    rest.into_iter().for_each(|at| add(simd, at, v, x, &mut sums));
    sums
}

/// Adds the products of the features at one place.
#[inline(always)]
fn add<'d, T: Scalar, S: Simd>(
    simd: SimdCtx<'d, T, S>,
    at: impl SimdIndex<'d, T, S> + Copy,
    v: [Column<'_, 'd, T>; COLUMNS],
    x: [Column<'_, 'd, T>; SAMPLES],
    sums: &mut [[T::SimdVec<S>; COLUMNS]; SAMPLES],
) {
    let x = x.map(|x| simd.read(x, at));
    for p in 0..COLUMNS {
        let v = simd.read(v[p], at);
        (0..SAMPLES).for_each(|s| sums[s][p] = simd.mul_add(x[s], v, sums[s][p]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::scattered;
    use crate::view::{transposed_product, view, view_mut};
    use nalgebra::DMatrix;

    #[test]
    fn inner_products_agree_with_the_naive_ones() {
        for (d, k, b) in [(1, 1, 1), (5, 2, 4), (64, 20, 64), (67, 5, 7)] {
            let (v, x) = (scattered::<f64>(d, k, 1), scattered::<f64>(d, b, 2));
            let mut out = DMatrix::zeros(k, b);
            inner_products(view_mut(&mut out), view(&v), view(&x));
            assert!((&out - v.transpose() * &x).norm() < 1e-13, "{d}×{k}, {b} samples");
            let (v, x) = (v.cast::<f32>(), x.cast::<f32>());
            let mut single = DMatrix::zeros(k, b);
            inner_products(view_mut(&mut single), view(&v), view(&x));
            assert!((single - transposed_product(&v, &x)).norm() < 1e-4, "{d}×{k}, {b} samples");
        }
    }
}
