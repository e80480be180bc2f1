//! The two scalar types.

use nalgebra::RealField;
use serde::{Serialize, de::DeserializeOwned};

/// `f32` or `f64`.
pub trait Real: RealField + Copy + Send + Sync + Serialize + DeserializeOwned + std::iter::Sum {
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The nearest number of this type.
    fn of(value: f64) -> Self;
    /// The same number in double precision.
    fn to_f64(self) -> f64;
}

macro_rules! real {
    ($($float:ty),*) => {$(
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
