//! Wrappers that make one smooth function of another.
//!
//! | Wrapper | The function |
//! |---|---|
//! | [`Normalised`] | f of W with its columns divided by their norms, or orthonormalised: a constraint by substitution |
//! | [`Ridge`] | f(W) + μ/2 ‖W‖²: the soft version of a bound on the norm |
//!
//! W is the matrix that is coupled to the other block; what else a [`Point`](admm::Point) has passes through.

mod normalised;
mod ridge;

pub use normalised::{Normalisation, Normalised};
pub use ridge::Ridge;
