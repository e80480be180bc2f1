//! One set of numbers seen by several: nalgebra or a file owns the memory, faer reads it and writes into it.
//!
//! Nothing is copied in either direction. Every product runs on one thread, so that its bits depend on none.

use crate::scalar::Scalar;
use admm::Exec;
use faer::linalg::matmul::{matmul, triangular, triangular::BlockStructure};
use faer::{Accum, MatMut, MatRef, Par};
use memmap2::Mmap;
use nalgebra::DMatrix;
use std::{fs::File, io, marker::PhantomData};

/// The numbers from an offset in a file to its end, in the byte order of this machine.
pub(crate) struct Map<T> {
    bytes: Mmap,
    offset: usize,
    numbers: PhantomData<T>,
}

impl<T: Scalar> Map<T> {
    /// # Errors
    /// A file that cannot be mapped, an offset beyond its end, numbers that are misaligned or cut.
    pub fn new(file: &File, offset: u64) -> io::Result<Self> {
        // SAFETY: the map is read-only. That nobody changes the file meanwhile is asked of the caller, as by every
        // program that maps files; every bit pattern is a number, and none is relied on to stay the same.
        #[allow(unsafe_code)]
        let bytes = unsafe { Mmap::map(file)? };
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let numbers = bytes.get(offset..).and_then(|bytes| bytemuck::try_cast_slice::<u8, T>(bytes).ok());
        match numbers {
            Some(_) => Ok(Map { bytes, offset, numbers: PhantomData }),
            None => Err(io::Error::new(io::ErrorKind::InvalidData, "offset or length do not fit the numbers")),
        }
    }
}

impl<T: Scalar> AsRef<[T]> for Map<T> {
    fn as_ref(&self) -> &[T] {
        bytemuck::cast_slice(&self.bytes[self.offset..])
    }
}

/// faer's view of a matrix.
pub(crate) fn view<T: Scalar>(a: &DMatrix<T>) -> MatRef<'_, T> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

/// faer's view of a matrix, to write into.
pub(crate) fn view_mut<T: Scalar>(a: &mut DMatrix<T>) -> MatMut<'_, T> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}

/// Asks for one of some equal parts of the numbers to be brought from memory, where the processor can be asked.
#[inline(always)]
#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))]
pub(crate) fn fetch<T>(numbers: &[T], part: usize, parts: usize) {
    #[cfg(target_arch = "x86_64")]
    for line in numbers.chunks(64 / size_of::<T>()).skip(part).step_by(parts) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint reads and writes nothing; its address is that of a number.
        #[allow(unsafe_code)]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast())
        };
    }
}

/// out ← AB for `Accum::Replace`, out ← out + AB for `Accum::Add`. Panics where the sizes do not fit.
pub(crate) fn multiply<T: Scalar>(out: &mut DMatrix<T>, beta: Accum, a: MatRef<'_, T>, b: MatRef<'_, T>) {
    matmul(view_mut(out), beta, a, b, T::one(), Par::Seq);
}

/// AB, for A (m×n) and B (n×k).
pub(crate) fn product<T: Scalar>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let mut out = DMatrix::zeros(a.nrows(), b.ncols());
    multiply(&mut out, Accum::Replace, view(a), view(b));
    out
}

/// Columns of a matrix that one thread takes at once.
const STRIP: usize = 256;

/// AB, for A (m×n) and B (n×k): a sum over strips of columns of A, in their order, made on these threads.
pub(crate) fn product_on<T: Scalar>(exec: &Exec, a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let strips = exec.map(a.ncols().div_ceil(STRIP), |i| {
        let (first, width) = strip(a, i);
        let mut out = DMatrix::zeros(a.nrows(), b.ncols());
        multiply(&mut out, Accum::Replace, view(a).subcols(first, width), view(b).subrows(first, width));
        out
    });
    strips.into_iter().fold(DMatrix::zeros(a.nrows(), b.ncols()), |sum, strip| sum + strip)
}

/// AᵀB, for A (n×m) and B (n×k), strips of columns of A made on these threads.
pub(crate) fn transposed_product_on<T: Scalar>(exec: &Exec, a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let strips = exec.map(a.ncols().div_ceil(STRIP), |i| {
        let (first, width) = strip(a, i);
        let mut out = DMatrix::zeros(width, b.ncols());
        multiply(&mut out, Accum::Replace, view(a).subcols(first, width).transpose(), view(b));
        out
    });
    let mut out = DMatrix::zeros(a.ncols(), b.ncols());
    strips.iter().enumerate().for_each(|(i, strip)| out.rows_mut(i * STRIP, strip.nrows()).copy_from(strip));
    out
}

/// Returns the first column of the i-th strip and the number of its columns.
fn strip<T>(a: &DMatrix<T>, i: usize) -> (usize, usize) {
    (i * STRIP, STRIP.min(a.ncols() - i * STRIP))
}

/// AᵀB, for A (n×m) and B (n×k).
pub(crate) fn transposed_product<T: Scalar>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let mut out = DMatrix::zeros(a.ncols(), b.ncols());
    multiply(&mut out, Accum::Replace, view(a).transpose(), view(b));
    out
}

/// ABᵀ, for A (m×n) and B (k×n).
pub(crate) fn product_transposed<T: Scalar>(a: &DMatrix<T>, b: &DMatrix<T>) -> DMatrix<T> {
    let mut out = DMatrix::zeros(a.nrows(), b.nrows());
    multiply(&mut out, Accum::Replace, view(a), view(b).transpose());
    out
}

/// out ← out + ABᵀ in its lower triangle, for A and B (m×n). What is above stays.
pub(crate) fn lower_product<T: Scalar>(out: &mut DMatrix<T>, a: &DMatrix<T>, b: &DMatrix<T>) {
    let (lower, whole) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
    let (a, b) = (view(a), view(b).transpose());
    triangular::matmul(view_mut(out), lower, Accum::Add, a, whole, b, whole, T::one(), Par::Seq);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;

    #[test]
    fn a_view_is_the_same_memory() {
        let mut a = scattered::<f64>(4, 3, 1);
        assert_eq!(view(&a).as_ptr(), a.as_ptr());
        assert_eq!(view(&a)[(2, 1)], a[(2, 1)]);
        view_mut(&mut a)[(3, 2)] = 7.0;
        assert_eq!(a[(3, 2)], 7.0);
    }

    #[test]
    fn products_agree_with_the_naive_ones() {
        for (m, n, k) in [(1, 1, 1), (5, 3, 2), (40, 70, 33), (3, 0, 2)] {
            let (a, b) = (scattered::<f64>(m, n, 1), scattered::<f64>(n, k, 2));
            let naive = &a * &b;
            assert!((product(&a, &b) - &naive).norm() < 1e-13);
            assert!((transposed_product(&a.transpose(), &b) - &naive).norm() < 1e-13);
            assert!((product_transposed(&a, &b.transpose()) - &naive).norm() < 1e-13);
            let mut sum = naive.clone();
            multiply(&mut sum, Accum::Add, view(&a), view(&b));
            assert!((sum - naive * 2.0).norm() < 1e-13);
            let mut lower = DMatrix::from_element(m, m, 1.0);
            lower_product(&mut lower, &a, &a);
            let gram = &a * a.transpose();
            let expected = DMatrix::from_fn(m, m, |i, j| if i < j { 1.0 } else { 1.0 + gram[(i, j)] });
            assert!((lower - expected).norm() < 1e-12);
        }
    }

    #[test]
    fn products_on_threads_agree_with_those_on_one_and_have_the_same_bits() {
        for (m, n, k) in [(3, 0, 2), (5, 3, 2), (600, 300, 2)] {
            let (a, b, c) = (scattered::<f64>(m, n, 1), scattered::<f64>(n, k, 2), scattered::<f64>(m, k, 3));
            let on = |threads| {
                let exec = Exec::threads(threads).unwrap();
                [product_on(&exec, &a, &b), transposed_product_on(&exec, &a, &c)]
            };
            for (found, naive) in on(1).iter().zip([&a * &b, a.transpose() * &c]) {
                assert!((found - &naive).norm() <= 1e-13 * naive.norm());
            }
            assert_eq!(on(1), on(3));
        }
    }
}
