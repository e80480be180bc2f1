//! The one form of a point that a model has, of all that have the same losses: its signs, its order and its axes.

use crate::joint::Constraint;
use crate::linalg::{leading, negative, symmetric_eigen, thin_qr};
use crate::loss::Predictor;
use crate::pca::Covariance;
use crate::scalar::{Scalar, norm};
use crate::view::{product, transposed_product};
use admm::Result;
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// W (d×k) with B and b; signs, order and axes are fixed as [`Model`](super::Model) says. The covariance is that of
/// the samples of d features, or of the space that they are lifted from.
pub(crate) fn canonical<T: Scalar>(
    covariance: &Covariance<T>,
    constraint: Constraint,
    lift: impl Fn(&DMatrix<T>) -> Result<DMatrix<T>>,
    point: Predictor<T>,
) -> Result<Predictor<T>> {
    let inner = transposed_product(&point.v, &covariance.times(&point.v));
    let (rotation, v) = if constraint.held() == Constraint::Orthonormal {
        let (variances, principal) = symmetric_eigen(&inner)?;
        let v = lift(&product(&point.v, &principal))?;
        let axes = axes(&variances, &v)?;
        (product(&principal, &axes), product(&v, &axes))
    } else {
        let v = lift(&point.v)?;
        let order = order(&inner.diagonal(), &v);
        (DMatrix::identity(v.ncols(), v.ncols()).select_columns(&order), v.select_columns(&order))
    };
    let mut weights = Predictor { v, b: transposed_product(&rotation, &point.b), bias: point.bias };
    for j in 0..weights.v.ncols() {
        if negative(weights.v.column(j).as_slice()) {
            weights.v.column_mut(j).neg_mut();
            weights.b.row_mut(j).neg_mut();
        }
    }
    Ok(weights)
}

/// Variances that differ by a smaller share of the largest are equal: neither rounding nor the tolerance decides on one.
fn tied<T: Scalar>(largest: T) -> T {
    largest * T::of(1e-6).max(T::EPSILON.sqrt())
}

/// The rotation of principal axes V (d×k) to axes that rounding does not decide on. Those of equal variances are any
/// basis of the space that they span; the first becomes the direction in it that is nearest to a feature, and so on for
/// what is left of the space.
fn axes<T: Scalar>(variances: &DVector<T>, v: &DMatrix<T>) -> Result<DMatrix<T>> {
    let mut rotation = DMatrix::identity(v.ncols(), v.ncols());
    for range in runs(variances).into_iter().filter(|range| range.len() > 1) {
        let (first, count) = (range.start, range.len());
        let within = nearest_to_features(v.columns(first, count).into_owned())?;
        rotation.view_mut((first, first), (count, count)).copy_from(&within);
    }
    Ok(rotation)
}

/// The ranges of equal numbers among descending ones.
fn runs<T: Scalar>(variances: &DVector<T>) -> Vec<Range<usize>> {
    let gap = tied(variances[0]);
    let ends = (1..variances.len()).filter(|&j| variances[j - 1] - variances[j] > gap);
    let mut ranges = Vec::new();
    for end in ends.chain([variances.len()]) {
        ranges.push(ranges.last().map_or(0, |last: &Range<usize>| last.end)..end);
    }
    ranges
}

/// R (m×m) for an orthonormal V (d×m): the columns of VR are the directions nearest to a feature, one after the other.
/// The first is the row of V of the largest norm. It is taken out of all rows, and the next one follows.
fn nearest_to_features<T: Scalar>(mut v: DMatrix<T>) -> Result<DMatrix<T>> {
    let m = v.ncols();
    let mut rotation = DMatrix::zeros(m, m);
    for j in 0..m {
        let norms: Vec<T> = v.row_iter().map(|row| norm(row.transpose().as_slice())).collect();
        let nearest = leading(&norms).expect("there is a feature");
        let direction = v.row(nearest).transpose() / norms[nearest];
        v -= &v * &direction * direction.transpose();
        rotation.set_column(j, &direction);
    }
    Ok(thin_qr(&rotation)?.0)
}

/// The columns of W (d×k) by their variances, descending; of equal ones first the one whose largest entry comes first.
fn order<T: Scalar>(variances: &DVector<T>, v: &DMatrix<T>) -> Vec<usize> {
    let gap = tied(variances.max());
    let mut rest: Vec<usize> = (0..v.ncols()).collect();
    let next = |rest: &mut Vec<usize>| {
        let most = rest.iter().map(|&j| variances[j]).reduce(|a, b| if b > a { b } else { a })?;
        let equal = (0..rest.len()).filter(|&at| variances[rest[at]] >= most - gap);
        let first = equal.min_by_key(|&at| leading(v.column(rest[at]).as_slice()))?;
        Some(rest.remove(first))
    };
    std::iter::from_fn(|| next(&mut rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::{polar, scattered};

    /// A space has one basis, whichever it was given by.
    #[test]
    fn axes_of_equal_variances_depend_on_their_space_alone() {
        let v = polar(&scattered::<f64>(7, 3, 1)).unwrap();
        let expected = &v * nearest_to_features(v.clone()).unwrap();
        for seed in 2..20 {
            let turned = &v * polar(&scattered::<f64>(3, 3, seed)).unwrap();
            let found = &turned * nearest_to_features(turned.clone()).unwrap();
            assert!((found - &expected).amax() <= 1e-13);
        }
        let plane = DMatrix::<f64>::identity(4, 2) * DMatrix::from_row_slice(2, 2, &[0.6, -0.8, 0.8, 0.6]);
        let found = &plane * nearest_to_features(plane.clone()).unwrap();
        assert!((found - DMatrix::<f64>::identity(4, 2)).amax() <= 1e-15);
    }

    #[test]
    fn variances_are_equal_but_for_rounding() {
        let of = |variances: &[f64]| runs(&DVector::from_row_slice(variances));
        assert_eq!(of(&[3.0, 2.0, 2.0 - 1e-7, 1.0]), [0..1, 1..3, 3..4]);
        assert_eq!((of(&[1.0]).len(), of(&[1.0])[0].clone()), (1, 0..1));
        let v = DMatrix::from_row_slice(2, 3, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!(order(&DVector::from_row_slice(&[2.0 + 1e-9, 2.0, 5.0]), &v), [2, 1, 0]);
    }
}
