//! VᵀX by inner products, for single precision and for few columns of V.
//!
//! faer holds k numbers of a sample in the lanes of a vector. In single precision k = 20 fills 20 of 32 and k = 2 fills
//! two. Here the d numbers of a feature vector fill the lanes, all of them whatever k is.

use crate::scalar::Scalar;
use crate::view::fetch;
use faer::traits::{ComplexField, SimdArch};
use faer::utils::bound::Dim;
use faer::utils::simd::{SimdCtx, SimdIndex};
use faer::{ColRef, ContiguousFwd, MatMut, MatRef, with_dim};
use pulp::{Simd, WithSimd};

/// Up to so many columns of V the limit is memory, not arithmetic.
pub(crate) const FEW: usize = 2;

/// out (k×b) ← VᵀX for V (d×k) and X (d×b), whose columns are contiguous: fastest where those of V are aligned, as
/// faer's are.
pub(crate) fn inner_products<T: Scalar>(out: MatMut<'_, T>, v: MatRef<'_, T>, x: MatRef<'_, T>) {
    T::Arch::default().dispatch(InnerProducts { out, v, x });
}

struct InnerProducts<'a, T> {
    out: MatMut<'a, T>,
    v: MatRef<'a, T>,
    x: MatRef<'a, T>,
}

impl<T: Scalar> WithSimd for InnerProducts<'_, T> {
    type Output = ();

    /// Multiplies in tiles, for more than a few columns. A tile and what it reads fill the 16 registers of AVX2, or
    /// most of the 32 registers of AVX-512. There a tile has many samples, which stay in the first cache while all of V
    /// passes by from the second one.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.v.ncols() {
            0..=FEW => self.by_tiles::<S, 1, FEW, 2>(simd),
            _ if S::REGISTER_COUNT < 32 => self.by_tiles::<S, 3, 4, 1>(simd),
            _ => self.by_tiles::<S, 8, 2, 1>(simd),
        }
    }
}

type Column<'a, 'd, T> = ColRef<'a, T, Dim<'d>, ContiguousFwd>;

impl<T: Scalar> InnerProducts<'_, T> {
    /// Some samples by some columns of V at a time, with the sums of so many steps apart; meanwhile the next samples
    /// are fetched.
    #[inline(always)]
    fn by_tiles<S: Simd, const SAMPLES: usize, const COLUMNS: usize, const STEPS: usize>(self, simd: S) {
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
                let q = COLUMNS * part;
                let (mut columns, mut samples) = ([v.col(0); COLUMNS], [x.col(0); SAMPLES]);
                for (p, column) in columns.iter_mut().enumerate() {
                    *column = v.col(row(q + p));
                }
                for (s, column) in samples.iter_mut().enumerate() {
                    *column = x.col(sample(i + s));
                    fetch(x.col(sample(i + SAMPLES + s)).as_slice(), part, parts);
                }
                let tile = tile::<T, S, SAMPLES, COLUMNS, STEPS>(simd, columns, samples);
                for s in 0..SAMPLES {
                    for p in 0..COLUMNS {
                        let mut sum = tile[0][s][p];
                        for step in &tile[1..] {
                            sum = simd.add(sum, step[s][p]);
                        }
                        out[(row(q + p), sample(i + s))] = simd.reduce_sum(sum);
                    }
                }
            }
        }
    }
}

/// Sums in the lanes of a vector, of a sample and a column each.
type Tile<T, S, const SAMPLES: usize, const COLUMNS: usize> = [[<T as ComplexField>::SimdVec<S>; COLUMNS]; SAMPLES];

/// The products of some columns.
#[inline(always)]
fn tile<'d, T: Scalar, S: Simd, const SAMPLES: usize, const COLUMNS: usize, const STEPS: usize>(
    simd: SimdCtx<'d, T, S>,
    v: [Column<'_, 'd, T>; COLUMNS],
    x: [Column<'_, 'd, T>; SAMPLES],
) -> [Tile<T, S, SAMPLES, COLUMNS>; STEPS] {
    let mut sums = [[[simd.zero(); COLUMNS]; SAMPLES]; STEPS];
    let (_, mut whole, rest) = simd.indices();
    while let Some(at) = whole.next() {
        add(simd, at, v, x, &mut sums[0]);
        for step in &mut sums[1..] {
            if let Some(at) = whole.next() {
                add(simd, at, v, x, step);
            }
        }
    }
    if let Some(at) = rest {
        add(simd, at, v, x, &mut sums[0]);
    }
    sums
}

/// Adds the products of the features at one place.
#[inline(always)]
fn add<'d, T: Scalar, S: Simd, const SAMPLES: usize, const COLUMNS: usize>(
    simd: SimdCtx<'d, T, S>,
    at: impl SimdIndex<'d, T, S> + Copy,
    v: [Column<'_, 'd, T>; COLUMNS],
    x: [Column<'_, 'd, T>; SAMPLES],
    sums: &mut Tile<T, S, SAMPLES, COLUMNS>,
) {
    let mut of_samples = [simd.zero(); SAMPLES];
    for s in 0..SAMPLES {
        of_samples[s] = simd.read(x[s], at);
    }
    for p in 0..COLUMNS {
        let of_column = simd.read(v[p], at);
        for s in 0..SAMPLES {
            sums[s][p] = simd.mul_add(of_samples[s], of_column, sums[s][p]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;
    use crate::view::{transposed_product, view, view_mut};
    use nalgebra::DMatrix;

    #[test]
    fn inner_products_agree_with_the_naive_ones() {
        for (d, k, b) in [(1, 1, 1), (5, 2, 4), (67, 1, 5), (64, 20, 64), (67, 5, 7)] {
            let (v, x) = (scattered::<f64>(d, k, 1), scattered::<f64>(d, b, 2));
            let mut out = DMatrix::zeros(k, b);
            inner_products(view_mut(&mut out), view(&v), view(&x));
            assert!((&out - v.transpose() * &x).norm() < 1e-13, "{d}×{k}, {b} samples");
            // The tiles of a processor with fewer registers.
            out.fill(0.0);
            InnerProducts { out: view_mut(&mut out), v: view(&v), x: view(&x) }.with_simd(pulp::Scalar::new());
            assert!((&out - v.transpose() * &x).norm() < 1e-13, "{d}×{k}, {b} samples one by one");
            let (v, x) = (v.cast::<f32>(), x.cast::<f32>());
            let mut single = DMatrix::zeros(k, b);
            inner_products(view_mut(&mut single), view(&v), view(&x));
            assert!((single - transposed_product(&v, &x)).norm() < 1e-4, "{d}×{k}, {b} samples");
        }
    }
}
