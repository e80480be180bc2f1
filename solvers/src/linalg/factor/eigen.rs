//! A = V diag(λ) Vᵀ for a symmetric matrix: all of it, or the leading part.

use super::{FALLBACK_STEPS, beside, check, climb, negative, orthonormal, qr::thin_qr, scaled, scattered, without};
use crate::scalar::{Scalar, largest, norm};
use crate::view::{product, transposed_product, view, view_mut};
use admm::{Error, Result};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::{Par, diag::DiagMut};
use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// Columns of one block of a Krylov space.
const BLOCK: usize = 8;
/// The seed of the first block. Any will do; it is fixed because the last bits of the result depend on it.
const SEED: u64 = 0;

type Eigenpairs<T> = (DVector<T>, DMatrix<T>);

/// A = V diag(λ) Vᵀ with A (d×d) symmetric, of which the lower triangle is read: (λ, V) with λ₁ ≥ … ≥ λ_d and V (d×d)
/// orthonormal. The entry of largest magnitude of each eigenvector is positive.
///
/// # Errors
/// [`Error::NotFinite`] for an entry that is not finite, [`Error::Size`] for a matrix that is not square,
/// [`Error::Numerical`] for an empty matrix or one on which no method converged.
pub fn symmetric_eigen<T: Scalar>(a: &DMatrix<T>) -> Result<Eigenpairs<T>> {
    check_square(a)?;
    let (a, scale) = scaled(a);
    let sound = |(_, vectors): &Eigenpairs<T>| orthonormal(vectors);
    let (values, mut vectors) = climb(&a, &[by_faer, by_nalgebra], sound, "an eigendecomposition")?;
    fix_signs(&mut vectors);
    Ok((values * scale, vectors))
}

/// The k largest eigenvalues of a symmetric A (d×d) and their eigenvectors, V (d×k), as [`symmetric_eigen`] orders and
/// signs them.
///
/// If k is much smaller than d, they are sought in a block Krylov space (Golub and Van Loan, "Matrix Computations",
/// 4th edition, §10.3.6); where that does not converge to rounding, all of A is decomposed. Copies of a repeated
/// eigenvalue beyond the size of a block enter the space by rounding, faster than a smaller eigenvalue converges. Here
/// A is read as a whole, not only its lower triangle.
///
/// # Errors
/// [`Error::Parameters`] for k = 0 or k > d, and those of [`symmetric_eigen`].
pub fn top_eigen<T: Scalar>(a: &DMatrix<T>, k: usize) -> Result<Eigenpairs<T>> {
    check_square(a)?;
    let (scaled, scale) = scaled(a);
    let (values, vectors) = top_eigen_of(a.nrows(), k, |x| product(&scaled, x), || scaled.clone())?;
    Ok((values * scale, vectors))
}

/// The same for an operator A (d×d) of moderate scale that is known by its products AX. Where the Krylov space does not
/// converge, `formed` is asked for A.
pub(crate) fn top_eigen_of<T: Scalar>(
    d: usize,
    k: usize,
    times: impl Fn(&DMatrix<T>) -> DMatrix<T>,
    formed: impl FnOnce() -> DMatrix<T>,
) -> Result<Eigenpairs<T>> {
    if k == 0 || k > d {
        return Err(Error::parameter("k", format!("must be a number of eigenvectors between 1 and {d}, got {k}")));
    }
    if let Some((values, mut vectors)) = by_krylov(d, k, times)? {
        fix_signs(&mut vectors);
        return Ok((values, vectors));
    }
    let (values, vectors) = symmetric_eigen(&formed())?;
    Ok((values.rows(0, k).into_owned(), vectors.columns(0, k).into_owned()))
}

pub(crate) fn check_square<T: Scalar>(a: &DMatrix<T>) -> Result<()> {
    let name = "the matrix of an eigendecomposition";
    check(a, name)?;
    Error::check_size(name, (a.nrows(), a.nrows()), a.shape())
}

fn fix_signs<T: Scalar>(vectors: &mut DMatrix<T>) {
    vectors.column_iter_mut().filter(|v| negative(v.as_slice())).for_each(|mut v| v.neg_mut());
}

fn by_faer<T: Scalar>(a: &DMatrix<T>) -> Option<Eigenpairs<T>> {
    let d = a.nrows();
    let (mut values, mut vectors) = (DVector::zeros(d), DMatrix::zeros(d, d));
    let scratch = evd::self_adjoint_evd_scratch::<T>(d, ComputeEigenvectors::Yes, Par::Seq, Default::default());
    evd::self_adjoint_evd(
        view(a),
        DiagMut::from_slice_mut(values.as_mut_slice()),
        Some(view_mut(&mut vectors)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    Some(descending((values, vectors)))
}

fn by_nalgebra<T: Scalar>(a: &DMatrix<T>) -> Option<Eigenpairs<T>> {
    let eigen = SymmetricEigen::try_new(a.clone(), T::EPSILON, FALLBACK_STEPS * a.nrows())?;
    Some(descending((eigen.eigenvalues, eigen.eigenvectors)))
}

fn descending<T: Scalar>((values, vectors): Eigenpairs<T>) -> Eigenpairs<T> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].to_f64().total_cmp(&values[i].to_f64()));
    (values.select_rows(&order), vectors.select_columns(&order))
}

/// Rayleigh–Ritz in span{X, AX, A²X, …} with full reorthogonalisation. `None` where that space would have to grow
/// beyond a third of the whole, or can grow no more.
fn by_krylov<T: Scalar>(
    d: usize,
    k: usize,
    times: impl Fn(&DMatrix<T>) -> DMatrix<T>,
) -> Result<Option<Eigenpairs<T>>> {
    if 3 * BLOCK.max(k) > d {
        return Ok(None);
    }
    let (mut basis, _) = thin_qr(&scattered(d, BLOCK, SEED))?;
    let (mut images, mut due) = (times(&basis), k + BLOCK);
    while 3 * basis.ncols() <= d {
        if basis.ncols() >= due {
            if let Some(found) = ritz(&basis, &images, k)? {
                return Ok(Some(found));
            }
            due = basis.ncols() + basis.ncols() / 4;
        }
        let image = images.columns(images.ncols() - BLOCK, BLOCK).into_owned();
        let Some(next) = orthonormal_to(&basis, image)? else {
            return Ok(None);
        };
        images = beside(images, &times(&next));
        basis = beside(basis, &next);
    }
    Ok(None)
}

/// An orthonormal basis of X without its part in the span of V, or `None` where nothing is left but rounding.
fn orthonormal_to<T: Scalar>(basis: &DMatrix<T>, x: DMatrix<T>) -> Result<Option<DMatrix<T>>> {
    let (next, _) = thin_qr(&without(basis, without(basis, x)))?;
    let (next, _) = thin_qr(&without(basis, next))?;
    let overlap = largest(transposed_product(basis, &next).as_slice());
    Ok((overlap <= T::of(64.0) * T::EPSILON).then_some(next))
}

/// The k leading Ritz pairs of an orthonormal V (d×m), given AV, if every ‖Ay − θy‖ is rounding, which in sums of d
/// terms grows as √d.
fn ritz<T: Scalar>(basis: &DMatrix<T>, images: &DMatrix<T>, k: usize) -> Result<Option<Eigenpairs<T>>> {
    let (values, rotation) = symmetric_eigen(&transposed_product(basis, images))?;
    let rotation = rotation.columns(0, k).into_owned();
    let (vectors, mut residuals) = (product(basis, &rotation), product(images, &rotation));
    for (j, mut residual) in residuals.column_iter_mut().enumerate() {
        residual.axpy(-values[j], &vectors.column(j), T::one());
    }
    let allowed = T::of(4.0 * (basis.nrows() as f64).sqrt()) * T::EPSILON * largest(values.as_slice());
    let converged = residuals.column_iter().all(|residual| norm(residual.as_slice()) <= allowed);
    Ok((converged && orthonormal(&vectors)).then(|| (values.rows(0, k).into_owned(), vectors)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::defect;
    use proptest::prelude::*;

    /// V diag(λ) Vᵀ with V from the seed.
    fn with_spectrum(values: &[f64], seed: u64) -> DMatrix<f64> {
        let d = values.len();
        let v = scattered::<f64>(d, d, seed).qr().q();
        let a = &v * DMatrix::from_diagonal(&DVector::from_column_slice(values)) * v.transpose();
        (&a + a.transpose()) * 0.5
    }

    fn assert_leading(a: &DMatrix<f64>, expected: &[f64], (values, vectors): &Eigenpairs<f64>) {
        let size = expected.iter().fold(f64::MIN_POSITIVE, |most, value| most.max(value.abs()));
        assert!(defect(vectors) <= 1e-14 * vectors.ncols() as f64);
        assert!(vectors.column_iter().all(|v| !negative(v.as_slice())));
        for (j, (value, expected)) in values.iter().zip(expected).enumerate() {
            assert!((value - expected).abs() <= 1e-13 * size, "{j}: {value} against {expected}");
        }
        let residual = a * vectors - vectors * DMatrix::from_diagonal(values);
        assert!(residual.amax() <= 1e-13 * size, "residual {}", residual.amax());
    }

    #[test]
    fn golden() {
        let (values, vectors) = symmetric_eigen(&DMatrix::from_row_slice(2, 2, &[1.0, -2.0, -2.0, 1.0])).unwrap();
        assert!((values - DVector::from_column_slice(&[3.0, -1.0])).norm() < 1e-15);
        let half = 0.5_f64.sqrt();
        assert!((vectors.map(f64::abs) - DMatrix::from_element(2, 2, half)).norm() < 1e-15);
        assert!(vectors[(0, 0)] * vectors[(1, 0)] < 0.0 && vectors[(0, 1)] * vectors[(1, 1)] > 0.0);
    }

    #[test]
    fn both_rungs_of_the_ladder_agree() {
        for d in [1, 2, 5, 40] {
            let a = with_spectrum(&(0..d).map(|i| (d - i) as f64 - 2.5).collect::<Vec<_>>(), 3);
            let [mut faer, mut nalgebra] = [by_faer(&a), by_nalgebra(&a)].map(Option::unwrap);
            fix_signs(&mut faer.1);
            fix_signs(&mut nalgebra.1);
            assert!((faer.0 - nalgebra.0).norm() < 1e-12 && (faer.1 - nalgebra.1).norm() < 1e-12);
        }
    }

    #[test]
    fn the_krylov_space_finds_what_the_full_decomposition_finds() {
        let decay: Vec<f64> = (0..240).map(|i| 0.8_f64.powi(i)).collect();
        let repeated: Vec<f64> = (0..240).map(|i| if i < 3 { 5.0 } else { 0.8_f64.powi(i) }).collect();
        let indefinite: Vec<f64> = (0..150).map(|i| 1.0 - 4.0 * (i as f64 / 149.0).sqrt()).collect();
        for values in [decay, repeated] {
            let a = with_spectrum(&values, 8);
            let found = by_krylov(240, 4, |x| product(&a, x)).unwrap().expect("converges");
            assert!((&found.0 - DVector::from_column_slice(&values[..4])).norm() < 1e-13);
            assert_leading(&a, &values[..4], &top_eigen(&a, 4).unwrap());
        }
        assert_leading(
            &with_spectrum(&indefinite, 8),
            &indefinite[..4],
            &top_eigen(&with_spectrum(&indefinite, 8), 4).unwrap(),
        );
    }

    #[test]
    fn copies_of_an_eigenvalue_beyond_the_block_are_not_missed() {
        for next in [1.0, 4.9, 4.999999] {
            let bulk = |i: usize| 0.05 - 0.1 * i as f64 / 480.0;
            let values: Vec<f64> =
                (0..480).map(|i| [5.0, next, bulk(i)][usize::from(i > 11) + usize::from(i > 12)]).collect();
            let a = with_spectrum(&values, 9);
            for k in [9, 13] {
                let (found, _) = by_krylov(480, k, |x| product(&a, x)).unwrap().expect("converges");
                assert!(
                    found.iter().zip(&values).all(|(found, value)| (found - value).abs() < 1e-13),
                    "{next}: {found}"
                );
                assert_leading(&a, &values[..k], &top_eigen(&a, k).unwrap());
            }
        }
    }

    #[test]
    fn exhausted_krylov_spaces_end() {
        let rank_two: Vec<f64> = (0..240).map(|i| if i < 2 { 3.0 - i as f64 } else { 0.0 }).collect();
        for (a, expected) in [
            (DMatrix::zeros(240, 240), [0.0; 3]),
            (DMatrix::identity(240, 240), [1.0; 3]),
            (with_spectrum(&rank_two, 2), [3.0, 2.0, 0.0]),
            (DMatrix::from_diagonal(&DVector::from_column_slice(&rank_two)), [3.0, 2.0, 0.0]),
            (DMatrix::identity(240, 240) * -1e150, [-1e150; 3]),
        ] {
            assert_leading(&a, &expected, &top_eigen(&a, 3).unwrap());
        }
    }

    proptest! {
        #[test]
        fn leading_pairs_satisfy_their_equation(mut values in prop::collection::vec(-1.0..1.0_f64, 1..40), seed: u64,
                                                scale in prop::sample::select(vec![1e-150, 1.0, 1e150])) {
            values.sort_by(|a, b| b.total_cmp(a));
            let a = with_spectrum(&values, seed);
            let k = 1 + seed as usize % values.len();
            let ((full, all), (top, leading)) = (symmetric_eigen(&(&a * scale)).unwrap(), top_eigen(&(&a * scale), k).unwrap());
            assert_leading(&a, &values, &(full / scale, all));
            let (top, most) = (top / scale, values.iter().fold(0.0_f64, |m, v| m.max(v.abs())));
            prop_assert!(top.iter().zip(&values).all(|(top, value)| (top - value).abs() <= 1e-13 * most));
            prop_assert!((&a * &leading - &leading * DMatrix::from_diagonal(&top)).amax() <= 1e-13 * most);
        }
    }
}
