//! The scalar types of this crate, and norms that survive every exponent.

use admm::Real;

/// `f32` or `f64`, with all that the linear algebra underneath asks of them.
pub trait Scalar: Real + sealed::Kernel {}

impl<T: Real + sealed::Kernel> Scalar for T {}

mod sealed {
    /// The numbers of the kernels. No other crate can name this trait, and none depends on the crates of the kernels.
    pub trait Kernel: faer::traits::RealField + bytemuck::Pod {
        /// Whether numbers are in single precision.
        const SINGLE: bool;
    }

    impl Kernel for f32 {
        const SINGLE: bool = true;
    }

    impl Kernel for f64 {
        const SINGLE: bool = false;
    }
}

/// The power of two 2^⌊log₂ x⌋ for a finite x > 0, subnormal or not, and 1 for x = 0. Dividing by it is exact.
pub(crate) fn binade<T: Scalar>(x: T) -> T {
    let bits = x.to_f64().to_bits();
    let exponent = bits & f64::INFINITY.to_bits();
    T::of(match (bits, exponent) {
        (0, _) => 1.0,
        (subnormal, 0) => f64::from_bits(1 << subnormal.ilog2()),
        _ => f64::from_bits(exponent),
    })
}

/// Returns true if a number is NaN, which stands for a missing cell.
pub(crate) fn is_missing<T: Scalar>(value: T) -> bool {
    value.partial_cmp(&value).is_none()
}

/// max |xᵢ|, and 0 for no entries.
pub(crate) fn largest<T: Scalar>(x: &[T]) -> T {
    x.iter().fold(T::zero(), |most, &entry| if entry.abs() > most { entry.abs() } else { most })
}

/// The largest of some numbers and 0, and NaN where one of them is NaN: how far something is from what it should be.
pub(crate) fn worst<T: Scalar>(numbers: impl IntoIterator<Item = T>) -> T {
    let worse = |worst: T, next: T| if next <= worst || worst.to_f64().is_nan() { worst } else { next };
    numbers.into_iter().fold(T::zero(), worse)
}

/// ‖x‖ as (scale, ‖x / scale‖), where squares neither overflow nor vanish. Every entry of x / scale is below 2.
pub(crate) fn scaled_norm<T: Scalar>(x: &[T]) -> (T, T) {
    let scale = binade(largest(x));
    let square = x.iter().fold(T::zero(), |sum, &entry| sum + (entry / scale) * (entry / scale));
    (scale, square.sqrt())
}

/// Returns the 2-norm ‖x‖.
pub(crate) fn norm<T: Scalar>(x: &[T]) -> T {
    let (scale, norm) = scaled_norm(x);
    scale * norm
}

/// x ← length·x/‖x‖ where x ≠ 0. Returns whether x ≠ 0.
pub(crate) fn set_length<T: Scalar>(x: &mut [T], length: T) -> bool {
    let (scale, norm) = scaled_norm(x);
    if norm > T::zero() {
        x.iter_mut().for_each(|entry| *entry = *entry / scale / norm * length);
    }
    norm > T::zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binade_is_the_power_of_two_below() {
        assert_eq!([1.0, 1.5, 2.0, 0.3].map(binade), [1.0, 1.0, 2.0, 0.25]);
        assert_eq!(binade(0.0_f64), 1.0);
        assert_eq!(binade(5e-324_f64), 5e-324);
        assert_eq!(binade(3.0 * 5e-324_f64), 2.0 * 5e-324);
        assert_eq!(binade(f64::MAX), 2.0_f64.powi(1023));
        assert_eq!(binade(1e-45_f32), 1e-45);
    }

    #[test]
    fn nothing_is_worse_than_nan() {
        assert_eq!([worst([1.0, 3.0, -4.0]), worst([-1.0]), worst::<f64>([])], [3.0, 0.0, 0.0]);
        assert!([[f64::NAN, 1.0], [1.0, f64::NAN]].into_iter().all(|numbers| worst(numbers).is_nan()));
    }

    #[test]
    fn norms_survive_every_exponent() {
        for scale in [1e-320_f64, 1e-160, 1.0, 1e160, 1e307] {
            let expected = 5.0 * scale;
            assert!((norm(&[3.0 * scale, -4.0 * scale]) / expected - 1.0).abs() < 1e-3, "{scale}");
            let mut x = [3.0 * scale, -4.0 * scale];
            assert!(set_length(&mut x, 10.0));
            let tolerance = if scale < 1e-300 { 1e-3 } else { 1e-14 };
            assert!((x[0] - 6.0).abs() < tolerance && (x[1] + 8.0).abs() < tolerance, "{scale}: {x:?}");
        }
        assert_eq!(norm::<f64>(&[]), 0.0);
        assert!(!set_length(&mut [0.0, 0.0], 1.0));
    }
}
