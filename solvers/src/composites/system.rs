//! The system of the x block, solved exactly where there is a way.

use super::column;
use crate::linalg::{cholesky, scattered};
#[cfg(feature = "fourier")]
use crate::operator::Transform;
use crate::scalar::Scalar;
use admm::operator::Operator;
use nalgebra::{Cholesky, DMatrix, Dyn};

/// The products AᵀA and CᵢᵀCᵢ, in a form in which their weighted sum is easily inverted.
pub(super) enum System<T: Scalar> {
    /// Their eigenvalues in a transform that makes all of them diagonal.
    #[cfg(feature = "fourier")]
    Diagonal { transform: Transform<T>, eigenvalues: Vec<DMatrix<T>>, pixels: usize },
    /// The matrices themselves.
    Dense(Vec<DMatrix<T>>),
    /// Products of which only the operators are known.
    Unknown,
}

/// The inverse of AᵀA + Σ ρᵢCᵢᵀCᵢ.
pub(super) enum Inverse<T: Scalar> {
    #[cfg(feature = "fourier")]
    Diagonal(Transform<T>, DMatrix<T>),
    Dense(Cholesky<T, Dyn>),
}

/// The most unknowns of a dense system.
const DENSE: usize = 1_024;

impl<T: Scalar> System<T> {
    /// The system of A and the Cᵢ for x of a size.
    pub fn of(operators: &[&dyn Operator<T>], (rows, columns): (usize, usize)) -> Self {
        #[cfg(feature = "fourier")]
        for transform in Transform::all((rows, columns)) {
            let eigenvalues = operators.iter().map(|operator| eigenvalues(&transform, *operator, (rows, columns)));
            if let Some(eigenvalues) = eigenvalues.collect() {
                return System::Diagonal { transform, eigenvalues, pixels: rows * columns };
            }
        }
        if rows * columns > DENSE {
            return System::Unknown;
        }
        let gram = |operator: &&dyn Operator<T>| {
            let unit = |j: usize| DMatrix::from_fn(rows, columns, |r, c| T::of(f64::from(c * rows + r == j)));
            let images: Vec<_> =
                (0..rows * columns).flat_map(|j| gram(*operator, &unit(j)).as_slice().to_vec()).collect();
            DMatrix::from_vec(rows * columns, rows * columns, images)
        };
        System::Dense(operators.iter().map(gram).collect())
    }

    /// The inverse of the sum with weights, the first of which is that of AᵀA; none if it is singular to rounding.
    pub fn inverse(&self, weights: &[T]) -> Option<Inverse<T>> {
        let sum = |products: &[DMatrix<T>]| {
            let terms = products[1..].iter().zip(&weights[1..]);
            terms.fold(&products[0] * weights[0], |sum, (product, &weight)| sum + product * weight)
        };
        match self {
            #[cfg(feature = "fourier")]
            System::Diagonal { transform, eigenvalues, pixels } => {
                let sum = sum(eigenvalues);
                let regular = sum.min() > sum.max() * T::EPSILON && sum.max().is_finite();
                let count = T::of(*pixels as f64);
                regular.then(|| Inverse::Diagonal(transform.clone(), sum.map(|entry| (entry * count).recip())))
            }
            System::Dense(products) => cholesky(sum(products)).map(Inverse::Dense),
            System::Unknown => None,
        }
    }
}

impl<T: Scalar> Inverse<T> {
    /// Returns the solution x for a right-hand side.
    pub fn solve(&self, right: DMatrix<T>) -> DMatrix<T> {
        let (rows, columns) = right.shape();
        match self {
            #[cfg(feature = "fourier")]
            Inverse::Diagonal(transform, factors) => transform.filtered(&right, factors),
            Inverse::Dense(factor) => factor.solve(&column(right)).reshape_generic(Dyn(rows), Dyn(columns)),
        }
    }
}

/// Returns the product KᵀKx.
fn gram<T: Scalar>(operator: &dyn Operator<T>, x: &DMatrix<T>) -> DMatrix<T> {
    operator.transposed(&operator.apply(x))
}

/// The eigenvalues of KᵀK, if a transform makes it diagonal: those that its product with the first pixel shows, if they
/// explain its product with a random image as well.
#[cfg(feature = "fourier")]
fn eigenvalues<T: Scalar>(
    transform: &Transform<T>,
    operator: &dyn Operator<T>,
    (rows, columns): (usize, usize),
) -> Option<DMatrix<T>> {
    let first = DMatrix::from_fn(rows, columns, |r, c| T::of(f64::from((r, c) == (0, 0))));
    let eigenvalues = transform.eigenvalues(&gram(operator, &first), &first);
    let x = scattered(rows, columns, 1);
    let explained = transform.filtered(&x, &eigenvalues) * T::of(1.0 / (rows * columns) as f64);
    let product = gram(operator, &x);
    let rounding = T::EPSILON.sqrt() * T::EPSILON.sqrt().sqrt();
    ((&product - explained).norm() <= product.norm() * rounding).then_some(eigenvalues)
}

#[cfg(all(test, feature = "fourier"))]
mod tests {
    use super::*;
    use crate::operator::{CircularConvolution, CircularGradient, Differences, ImageGradient, Mask, Multiple};

    const SIZE: (usize, usize) = (5, 6);

    /// The inverse times the sum is the identity, and the way is the expected one.
    fn assert_inverse(operators: &[&dyn Operator<f64>], kind: &str) {
        let system = System::of(operators, SIZE);
        let found = match &system {
            System::Diagonal { transform: Transform::Fourier(_), .. } => "fourier",
            System::Diagonal { transform: Transform::Cosine(_), .. } => "cosine",
            System::Dense(_) => "dense",
            System::Unknown => "none",
        };
        assert_eq!(found, kind);
        let weights: Vec<f64> = (0..operators.len()).map(|i| 1.0 / (1 + i) as f64).collect();
        let x = scattered::<f64>(SIZE.0, SIZE.1, 2);
        let products = operators.iter().zip(&weights).map(|(operator, &weight)| gram(*operator, &x) * weight);
        let right = products.fold(x.clone() * 0.0, |sum, product| sum + product);
        let back = system.inverse(&weights).unwrap().solve(right);
        assert!((back - &x).norm() <= 1e-11 * x.norm(), "{kind}");
    }

    #[test]
    fn each_system_is_solved_in_its_own_way() {
        let kernel = scattered::<f64>(3, 3, 3);
        let blur = CircularConvolution::new(&kernel, SIZE).unwrap();
        let (circular, inner) =
            (CircularGradient { height: SIZE.0, width: SIZE.1 }, ImageGradient { height: SIZE.0, width: SIZE.1 });
        let identity = Multiple(1.0);
        assert_inverse(&[&blur, &circular, &identity], "fourier");
        assert_inverse(&[&identity, &inner], "cosine");
        assert_inverse(&[&identity, &Differences], "cosine");
        assert_inverse(&[&blur, &inner, &identity], "dense");
        let matrix = scattered::<f64>(4, SIZE.0, 4);
        assert_inverse(&[&matrix, &identity], "dense");
        let mask = Mask(DMatrix::from_fn(SIZE.0, SIZE.1, |r, c| f64::from((r + 2 * c) % 3 > 0)));
        assert_inverse(&[&mask, &inner], "dense");
        assert!(System::<f64>::of(&[&Multiple(0.0)], SIZE).inverse(&[1.0]).is_none());
        assert!(matches!(System::<f64>::of(&[&scattered::<f64>(3, 2_000, 1)], (2_000, 1)), System::Unknown));
    }
}
