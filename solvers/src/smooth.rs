//! Wrappers that make one smooth function of another.
//!
//! | Wrapper | The function |
//! |---|---|
//! | [`Normalised`] | f of W with its columns divided by their norms, or of the orthonormalised W: a constraint by substitution |
//! | [`Ridge`] | f(W) + μ/2 ‖W‖²: the soft version of a bound on the norm |
//!
//! W is the matrix that is coupled to the other block. All other parts of a [`Point`](admm::Point) pass through
//! unchanged.

mod normalised;
mod ridge;

pub use normalised::{Normalisation, Normalised};
pub use ridge::Ridge;
