//! Centring and scaling of X that may be too large to copy.

use super::{Features, Storage};
use crate::data::Scaler;
use crate::scalar::Scalar;
use nalgebra::DMatrix;
use std::sync::Arc;

/// X of at most so many numbers is scaled as a matrix: a copy of it takes 32 MiB at most.
const SMALL: usize = 1 << 22;
/// X of so many bytes and more is folded, whatever it costs: it may be a file that memory does not hold.
const LARGE: usize = 1 << 30;

/// The way from the numbers as they are stored to z = (x − m)/s.
#[derive(Clone, PartialEq)]
pub(super) enum Scaling<T: Scalar> {
    /// The stored numbers are z.
    None,
    /// Every product includes the scaling.
    Folded(Arc<Scaler<T>>),
    /// The samples that a pass is at are scaled, in a copy.
    AsRead(Arc<Scaler<T>>),
}

impl<T: Scalar> Scaling<T> {
    /// The scaler, if the numbers are not z.
    pub fn scaler(&self) -> Option<&Scaler<T>> {
        match self {
            Scaling::None => None,
            Scaling::Folded(scaler) | Scaling::AsRead(scaler) => Some(scaler),
        }
    }

    /// The scaler that products include.
    pub fn folded(&self) -> Option<&Scaler<T>> {
        if let Scaling::Folded(scaler) = self { Some(scaler) } else { None }
    }

    /// The scaler of samples that are read.
    pub fn as_read(&self) -> Option<&Scaler<T>> {
        if let Scaling::AsRead(scaler) = self { Some(scaler) } else { None }
    }
}

impl<T: Scalar> Features<T> {
    /// z = (x − m)/s. Results depend on the numbers alone, and have the same bits wherever these are.
    ///
    /// X of up to 2²² numbers becomes the matrix Z, in place where nobody else holds X. Larger X and sparse X are
    /// [folded](Self::folded). The exception is dense X of less than 1 GiB with a feature whose |m| exceeds ε^(−1/6) s,
    /// 400 times s in double precision. It becomes Z in place, or else a few samples at a time in every pass.
    ///
    /// # Panics
    /// If the scaler has another number of features.
    pub fn standardised(self, scaler: &Scaler<T>) -> Self {
        let n = self.ncols();
        self.standardised_of(n, scaler)
    }

    /// The same for a part of n samples: the numbers of all of them decide, so that all ranks do alike.
    pub(crate) fn standardised_of(self, n: usize, scaler: &Scaler<T>) -> Self {
        self.check_scaler(scaler);
        let numbers = self.nrows() * n;
        let large = numbers.saturating_mul(size_of::<T>()) >= LARGE;
        if self.is_sparse() || numbers > SMALL && (large || !is_far(scaler)) {
            self.folded(scaler)
        } else {
            self.scaled(scaler, numbers <= SMALL)
        }
    }

    /// The same within every product. X stays as it is, and what a sparse X does not store stays so.
    ///
    /// Folding uses Vᵀz = (S⁻¹V)ᵀx − (S⁻¹V)ᵀm and ZRᵀ = S⁻¹(XRᵀ − m(R1)ᵀ), once a pass. Its price is accuracy: where
    /// |m| ≫ s, it loses log₁₀(|m|/s) digits that scaling keeps.
    ///
    /// # Panics
    /// If the scaler has another number of features, or X is scaled already.
    pub fn folded(self, scaler: &Scaler<T>) -> Self {
        self.check_scaler(scaler);
        let scaling = if scaler.is_identity() { Scaling::None } else { Scaling::Folded(Arc::new(scaler.clone())) };
        Features { scaling, ..self }
    }

    /// The matrix Z: in place where nobody else holds X, else a copy, or Z in pieces that are made as they are read.
    fn scaled(self, scaler: &Scaler<T>, copies: bool) -> Self {
        if scaler.is_identity() {
            return self;
        }
        let storage = match self.storage {
            Storage::Owned(x) => match Arc::try_unwrap(x) {
                Ok(mut x) => {
                    scaler.scale(&mut x);
                    return x.into();
                }
                Err(shared) => Storage::Owned(shared),
            },
            storage => storage,
        };
        let scaling = Scaling::AsRead(Arc::new(scaler.clone()));
        let pieces = Features { storage, scaling, categories: self.categories };
        if copies { pieces.to_dense().into() } else { pieces }
    }

    fn check_scaler(&self, scaler: &Scaler<T>) {
        assert_eq!(scaler.mean.len(), self.nrows(), "a scaler of another number of features");
        assert!(self.scaling == Scaling::None, "features that are scaled already");
    }

    /// ‖z‖² of a sample.
    pub(crate) fn squared_norm(&self, sample: usize) -> T {
        let mut square = T::zero();
        match self.scaling.scaler() {
            None => self.visit(sample, |_, x| square += x * x),
            Some(Scaler { mean: m, scale: s }) => {
                let of = |j: usize, x: T| ((x - m[j]) / s[j]) * ((x - m[j]) / s[j]);
                if self.is_sparse() {
                    square = (0..m.len()).fold(square, |sum, j| sum + of(j, T::zero()));
                    self.visit(sample, |j, x| square += of(j, x) - of(j, T::zero()));
                } else {
                    self.visit(sample, |j, x| square += of(j, x));
                }
            }
        }
        square
    }

    /// The lower triangle of Σ wᵢ zᵢzᵢᵀ from that of M = Σ wᵢ xᵢxᵢᵀ with u = Σ wᵢ xᵢ to its right, and w = Σ wᵢ:
    /// S⁻¹(M − umᵀ − muᵀ + w·mmᵀ)S⁻¹.
    pub(crate) fn centred_moment(&self, moments: DMatrix<T>, w: T) -> DMatrix<T> {
        let d = self.nrows();
        let u = moments.column(d).into_owned();
        let mut moment = moments.remove_column(d);
        if let Some(Scaler { mean: m, scale: s }) = self.scaling.scaler() {
            for (i, j) in (0..d).flat_map(|j| (j..d).map(move |i| (i, j))) {
                let centred = moment[(i, j)] - u[i] * m[j] - m[i] * u[j] + w * m[i] * m[j];
                moment[(i, j)] = centred / s[i] / s[j];
            }
        }
        moment
    }
}

/// Returns true if folding would lose a sixth of the digits or more of some feature.
fn is_far<T: Scalar>(scaler: &Scaler<T>) -> bool {
    let most = T::EPSILON.powf(T::of(-1.0 / 6.0));
    scaler.mean.iter().zip(scaler.scale.iter()).any(|(mean, scale)| mean.abs() > most * *scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;
    use crate::view::{view, view_mut};
    use nalgebra::DVector;

    fn scaler<T: Scalar>(means: &[f64]) -> Scaler<T> {
        let (mean, d) = (DVector::from_iterator(means.len(), means.iter().map(|&m| T::of(m))), means.len());
        Scaler { mean, scale: DVector::from_fn(d, |j, _| T::of(1.5 + j as f64)) }
    }

    /// Samples that are scaled as they are read have the bits of the matrix Z in every product.
    #[test]
    fn pieces_have_the_bits_of_the_whole() {
        let (d, n, by) = (5, 150, scaler::<f64>(&[1e9, -3.0, 0.0, 0.1, 7.0]));
        let (x, w, r) = (scattered::<f64>(d, n, 1), scattered(d, 3, 2), scattered(3, n, 3));
        let rows = x.transpose();
        let whole = Features::from(x.clone()).scaled(&by, false);
        assert!(whole.scaling == Scaling::None);
        let cut = |range| Features::from(x.columns_range(range).into_owned());
        let others: [Features<f64>; 4] = [
            Features::in_parts(vec![cut(0..70), cut(70..70), cut(70..71), cut(71..n)]).unwrap(),
            Arc::new(x.clone()).into(),
            Features::shared(x.as_slice().to_vec(), d).unwrap(),
            Features::strided(rows.as_slice().to_vec(), 0, (d, n), (n as isize, 1)).unwrap(),
        ];
        let products = |z: &Features<f64>| {
            let (v, mut sum, mut projected) = (z.fold(&w), crate::data::Products::zero(z, 3), DMatrix::zeros(3, n));
            let block = z.block(0..n);
            block.project(&v, view_mut(&mut projected));
            block.accumulate(view(&r), &mut sum);
            (projected, sum.unfold(z), z.to_dense(), z.squared_norm(7))
        };
        for other in others {
            let keeper = other.clone();
            let pieces = other.scaled(&by, false);
            assert!(matches!(pieces.scaling, Scaling::AsRead(_)));
            assert!(products(&pieces) == products(&whole));
            assert!(keeper.to_dense() == x, "X stays as it was");
        }
    }

    /// The way depends on the numbers alone, and not on who holds them.
    #[test]
    fn the_way_follows_from_size_and_distance() {
        let n = SMALL / 2 + 1;
        for (samples, means, whole) in [(n, [0.0, 30.0], false), (n, [0.0, 40.0], true), (n - 1, [0.0, 0.0], true)] {
            let x = DMatrix::<f32>::from_element(2, samples, 1.0);
            let by = scaler(&means);
            let shared = Features::shared(x.as_slice().to_vec(), 2).unwrap().standardised(&by);
            let owned = Features::from(x).standardised(&by);
            assert_eq!(matches!(owned.scaling, Scaling::Folded(_)), !whole, "{samples} {means:?}");
            assert_eq!(matches!(shared.scaling, Scaling::Folded(_)), !whole, "{samples} {means:?}");
            assert_eq!(matches!(shared.scaling, Scaling::AsRead(_)), whole && samples == n, "{samples} {means:?}");
            assert!(owned.dense(samples - 3..samples) == shared.dense(samples - 3..samples));
        }
    }
}
