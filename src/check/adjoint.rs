//! An operator against its adjoint.

use super::sample::{Random, unit};
use super::{Finding, Report, Sample, at, relative, rounding};
use crate::space::Space;
use crate::{Error, Real, Result, Subproblem};

/// Pairs that are tried.
const TRIALS: usize = 8;

/// Checks that `transposed` is the adjoint of `operator`: ⟨Kx, y⟩ = ⟨x, Kᵀy⟩ for random x and y of the sizes of those
/// given.
///
/// ```
/// use admm::check;
/// use admm::nalgebra::DMatrix;
///
/// let a = DMatrix::from_row_slice(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// let (x, y) = (DMatrix::zeros(3, 1), DMatrix::zeros(2, 1));
/// check::adjoint(|x: &DMatrix<f64>| &a * x, |y| a.tr_mul(y), &x, &y)?.assert();
/// # Ok::<(), admm::Error>(())
/// ```
///
/// # Errors
/// A result of the wrong size.
pub fn adjoint<T: Real, X: Sample<T>, Y: Sample<T>>(
    operator: impl Fn(&X) -> Y,
    transposed: impl Fn(&Y) -> X,
    x: &X,
    y: &Y,
) -> Result<Report> {
    let mut random = Random::new();
    let mut finding = Finding::rounding::<T>("relative gap of ⟨Kx, y⟩ = ⟨x, Kᵀy⟩");
    for trial in 0..TRIALS {
        let (x, y) = (random.normal(x), random.normal(y));
        let (forth, back) = (operator(&x), transposed(&y));
        Error::check_size("Kx", y.sizes(), forth.sizes())?;
        Error::check_size("Kᵀy", x.sizes(), back.sizes())?;
        let scale = forth.euclidean_norm() * y.euclidean_norm() + x.euclidean_norm() * back.euclidean_norm();
        finding.record(relative(forth.inner_product(&y) - x.inner_product(&back), scale), || at("pair", trial));
    }
    Ok(Report { check: "adjoint", findings: vec![finding] })
}

/// Checks that the coupling operator K of a block is linear, and that its [`adjoint`](Subproblem::adjoint) has the norm
/// and the number of entries of Kᵀy. The check computes Kᵀy by the definition: one image for each entry of x.
///
/// `variable` makes the block's variable of a vector like x: `|x| x` for a block whose variable is a matrix,
/// `Iterate::new` for a [`Descent`](crate::Descent). The number of entries may leave out those that K never sees.
///
/// # Errors
/// An image whose size changes.
pub fn operator<T: Real, P: Subproblem<T>, X: Sample<T>>(
    block: &P,
    x: &X,
    variable: impl Fn(X) -> P::Var,
) -> Result<Report>
where
    P::Image: Sample<T>,
{
    let shape = block.image(&variable(x.clone())).sizes();
    let image = |x: X| {
        let image = block.image(&variable(x));
        Error::check_size("image", shape.clone(), image.sizes())?;
        Ok(image)
    };
    let mut random = Random::new();
    let mut linear = Finding::rounding::<T>("relative gap of K(2x + y) = 2Kx + Ky");
    let two = T::of(2.0);
    for trial in 0..TRIALS {
        let (x, y) = (random.normal(x), random.normal(x));
        let (kx, ky, both) = (image(x.clone())?, image(y.clone())?, image(y.plus(two, &x))?);
        let gap = both.plus(-T::one(), &ky.plus(two, &kx)).euclidean_norm();
        linear.record(relative(gap, kx.euclidean_norm() + ky.euclidean_norm() + both.euclidean_norm()), || {
            at("pair", trial)
        });
    }
    let entries = x.sizes().count();
    let columns: Vec<_> = (0..entries).map(|i| image(unit(x, i))).collect::<Result<_>>()?;
    let seen = columns.iter().filter(|column| column.euclidean_norm() > T::zero()).count();
    let mut norm = Finding::at_most("relative gap of ‖Kᵀy‖", rounding::<T>().to_f64());
    let mut count = Finding::at_most("entries of Kᵀy too few or too many", 0.0);
    for trial in 0..TRIALS {
        let y = random.normal(&image(x.clone())?);
        let square =
            columns.iter().fold(T::zero(), |sum, column| sum + column.inner_product(&y) * column.inner_product(&y));
        let (says, is) = (block.adjoint(&y)?, square.sqrt());
        let witness = || format!("dual {trial}: the block says {:.6}, the images say {is:.6}", says.norm);
        norm.record(relative(says.norm - is, is + y.euclidean_norm()), witness);
        let wrong = seen.saturating_sub(says.count) + says.count.saturating_sub(entries);
        count.record(wrong as f64, || format!("the block says {}, K sees {seen} of {entries}", says.count));
    }
    Ok(Report { check: "operator", findings: vec![linear, norm, count] })
}
