//! Linear [`Operator`](admm::operator::Operator)s that couple blocks, and the quadratic blocks that are solved exactly
//! through one.
//!
//! | Type | Kx |
//! |---|---|
//! | [`Sparse`] | the product with a sparse matrix |
//! | [`Differences`] | the differences of neighbours in a signal |
//! | [`ImageGradient`] | the differences of neighbours in an image |
//! | [`CircularGradient`] | the same with circular borders |
//! | [`Convolution`] | the convolution of an image with zeros around it |
//! | [`CircularConvolution`] | the convolution with circular borders, by the Fourier transform |
//! | [`Crop`], [`Mask`], [`Roll`] | a window of an image, some of its pixels, the image moved in a circle |
//! | [`Haar`] | a level of the wavelet transform of an image |
//! | [`Multiple`] | a multiple of x |
//! | [`Stacked`] | the results of several operators, one above the other |
//!
//! A dense operator is a [`DMatrix`](nalgebra::DMatrix), and a choice of rows is a
//! [`Selection`](admm::operator::Selection). [`ComposedQuadratic`] is the block of a quadratic function seen through an
//! operator. [`ImageQuadratic`] is that of least squares on an image seen through its gradient, and
//! [`ConjugateGradients`] that of least squares of which the operators alone are known.
//!
//! `CircularConvolution` and `ImageQuadratic` need the feature `fourier`, which is on by default.

#[cfg(feature = "fourier")]
mod circular_convolution;
mod circular_gradient;
mod composed_quadratic;
mod conjugate_gradients;
mod convolution;
mod crop;
mod differences;
mod haar;
mod image_gradient;
#[cfg(feature = "fourier")]
mod image_quadratic;
mod mask;
mod multiple;
mod roll;
mod sparse;
mod stacked;
#[cfg(feature = "fourier")]
mod transform;

#[cfg(feature = "fourier")]
pub(crate) use transform::Transform;

#[cfg(feature = "fourier")]
pub use circular_convolution::CircularConvolution;
pub use circular_gradient::CircularGradient;
pub use composed_quadratic::ComposedQuadratic;
pub use conjugate_gradients::ConjugateGradients;
pub use convolution::Convolution;
pub use crop::Crop;
pub use differences::Differences;
pub use haar::Haar;
pub use image_gradient::ImageGradient;
#[cfg(feature = "fourier")]
pub use image_quadratic::ImageQuadratic;
pub use mask::Mask;
pub use multiple::Multiple;
pub use roll::Roll;
pub use sparse::Sparse;
pub use stacked::Stacked;

use admm::space::Shape;
use admm::{Error, Result};

/// Checks that x has the size that an operator takes.
fn check_domain(expected: (usize, usize), got: (usize, usize)) -> Result<()> {
    Error::check_size("x of Kx", Shape(vec![expected]), Shape(vec![got]))
}
