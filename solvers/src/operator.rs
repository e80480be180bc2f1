//! Linear [`Operator`](admm::operator::Operator)s that couple blocks, and the quadratic block that is solved exactly
//! through one.
//!
//! | Type | Kx |
//! |---|---|
//! | [`Sparse`] | the product with a sparse matrix |
//! | [`Differences`] | the differences of neighbours in a signal |
//! | [`ImageGradient`] | the differences of neighbours in an image |
//! | [`Multiple`] | a multiple of x |
//! | [`Stacked`] | the results of several operators, one above the other |
//!
//! A dense operator is a [`DMatrix`](nalgebra::DMatrix), and a choice of rows is a
//! [`Selection`](admm::operator::Selection). [`ComposedQuadratic`] is the block of a quadratic function seen through an
//! operator.

mod composed_quadratic;
mod differences;
mod image_gradient;
mod multiple;
mod sparse;
mod stacked;

pub use composed_quadratic::ComposedQuadratic;
pub use differences::Differences;
pub use image_gradient::ImageGradient;
pub use multiple::Multiple;
pub use sparse::Sparse;
pub use stacked::Stacked;

use admm::space::Shape;
use admm::{Error, Result};

/// Checks that x has the size that an operator takes.
fn check_domain(expected: (usize, usize), got: (usize, usize)) -> Result<()> {
    Error::check_size("x of Kx", Shape(vec![expected]), Shape(vec![got]))
}
