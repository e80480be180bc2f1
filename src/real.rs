//! The two scalar types.

use nalgebra::RealField;
use serde::{Serialize, de::DeserializeOwned};

/// `f32` or `f64`, and no other type.
pub trait Real: RealField + Copy + Send + Sync + Serialize + DeserializeOwned + std::iter::Sum + sealed::Float {
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The nearest number of this type.
    fn of(value: f64) -> Self;
    /// The same number in double precision.
    fn to_f64(self) -> f64;
}

mod sealed {
    /// A type that only this crate can name, so that no other crate implements [`Real`](super::Real).
    pub trait Float {}
}

macro_rules! real {
    ($($float:ty),*) => {$(
        impl sealed::Float for $float {}
        impl Real for $float {
            const EPSILON: Self = <$float>::EPSILON;
            fn of(value: f64) -> Self {
                value as $float
            }
            fn to_f64(self) -> f64 {
                self.into()
            }
        }
    )*};
}
real!(f32, f64);
