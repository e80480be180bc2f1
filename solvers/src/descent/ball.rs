//! L-BFGS on columns of length at most 1.

use super::{InitialHessian, Lbfgs, LbfgsMemory, Scaling};
use crate::scalar::Scalar;
use crate::set::{Ball, UnitColumns};
use admm::method::{DescentMethod, Evaluated, stationarity};
use admm::space::Space;
use admm::{ConstraintSet, Cost, Iterate, Point, Result, Smooth, Solved, Target};
use nalgebra::DMatrix;

/// A column lies on the surface if its slack is below this.
const ON_SURFACE: f64 = 0.03;
/// Columns leave the surface where the gradient on the sphere is below this share of what is left in the ball.
const SHARE: f64 = 0.5;
/// The share of its length by which a column that leaves the surface shrinks at first.
const SHRINKAGE: f64 = 0.1;

/// L-BFGS in the [`Ball`] of radius 1, on the sphere that casts it as a shadow: ‖w‖ ≤ 1 where ‖w‖² + s² = 1 for a
/// slack s (Bertsekas, "Nonlinear Programming", 2nd edition, 1999, §3.3.2). On the sphere f curves along s by the
/// multiplier −⟨w, ∇f⟩.
///
/// At s = 0 nothing moves s, not even where the multiplier is below 0 and f falls inwards. Once the rest is closer to
/// its minimum, a line search along −w moves such columns off the surface. When to do so is the rule of active-set
/// methods (Hager and Zhang, "A new active set algorithm for box constrained optimization", 2006).
#[derive(Debug, Clone, Copy)]
pub(crate) struct BallLbfgs<H = Scaling> {
    /// The most steps that one call takes.
    max_steps: u64,
    /// One step on the sphere.
    step: Lbfgs<H>,
}

impl<H> BallLbfgs<H> {
    /// The method that takes at most so many steps in a call, and the Hessian that the pairs correct on the sphere.
    pub fn new(max_steps: u64, initial: H) -> Self {
        BallLbfgs { max_steps, step: Lbfgs { max_steps: 1, ..Lbfgs::from(initial) } }
    }

    /// One step of L-BFGS. Whether it has converged, the ball decides.
    fn step_on_sphere<T: Scalar, F: Smooth<T>>(&self, f: &F, x: &mut Lifted<T, F::Point>) -> Result<Cost>
    where
        H: InitialHessian<T, F::Point>,
    {
        let origin = x.point.coupled().zero_like();
        let free = Target { v: &origin, rho: T::zero(), tolerance: T::zero() };
        Ok(self.step.minimise(f, &UnitColumns, x, free)?.cost)
    }
}

/// The point with its slacks as last row, and what L-BFGS remembers there.
pub(crate) type Lifted<T, P> = Iterate<P, LbfgsMemory<T, P>>;

impl BallLbfgs {
    /// Value and gradient at the last point, pull included.
    pub fn here<T: Scalar, P: Point<T>>(memory: &Option<Lifted<T, P>>) -> Option<(T, P)> {
        let here = memory.as_ref()?.memory.here.as_ref()?;
        Some((here.value(), without_slack(here.gradient())))
    }
}

impl<T: Scalar, F: Smooth<T>, H: InitialHessian<T, F::Point>> DescentMethod<T, F> for BallLbfgs<H> {
    type Point = F::Point;
    type Memory = Option<Lifted<T, F::Point>>;

    fn value(&self, f: &F, x: &Iterate<F::Point, Self::Memory>) -> Result<T> {
        BallLbfgs::here(&x.memory).map_or_else(|| Ok(f.value_and_gradient(&x.point)?.0), |(value, _)| Ok(value))
    }

    fn minimise(
        &self,
        f: &F,
        on: &dyn ConstraintSet<T>,
        x: &mut Iterate<F::Point, Self::Memory>,
        to: Target<'_, T, DMatrix<T>>,
    ) -> Result<Solved<T>> {
        let f = Shadow { of: f, to };
        let mut lifted = x.memory.take().map_or_else(|| lift(&x.point), Ok)?;
        let mut cost = Cost::default();
        let residual = loop {
            let kept = lifted.memory.here.take();
            let here = kept.map_or_else(|| Evaluated::at(&f, &lifted.point, &mut cost), Ok)?;
            x.point = without_slack(&lifted.point);
            let residual = stationarity(on, &x.point, &without_slack(here.gradient()))?;
            let on_sphere = stationarity(&UnitColumns, &lifted.point, here.gradient())?;
            lifted.memory.here = Some(here);
            if residual <= to.tolerance || cost.steps >= self.max_steps {
                break residual;
            }
            if on_sphere <= T::of(SHARE) * residual && leave_surface(&f, &mut lifted, &mut cost)? {
                continue;
            }
            let step = self.step_on_sphere(&f, &mut lifted)?;
            cost += step;
            if step.steps == 0 {
                break residual; // rounding hides every decrease
            }
        };
        // An evaluation that holds a pull does not serve another target.
        lifted.memory.here.take_if(|_| to.rho > T::zero());
        x.memory = Some(lifted);
        Ok(Solved::within(residual, cost))
    }
}

/// f(W) + ρ/2 ‖W − V‖² as a function of W with a row of slacks below it.
struct Shadow<'a, T: Scalar, F> {
    of: &'a F,
    to: Target<'a, T, DMatrix<T>>,
}

impl<T: Scalar, F: Smooth<T>> Smooth<T> for Shadow<'_, T, F> {
    type Point = F::Point;

    fn value_and_gradient(&self, x: &F::Point) -> Result<(T, F::Point)> {
        let x = without_slack(x);
        let (value, mut gradient) = self.of.value_and_gradient(&x)?;
        let gap = x.coupled() - self.to.v;
        *gradient.coupled_mut() += &gap * self.to.rho;
        let pull = self.to.rho * T::of(0.5) * gap.norm_squared();
        Ok((value + pull, with_slack(&gradient, |_| T::zero())))
    }
    fn passes(&self) -> u64 {
        self.of.passes()
    }
}

/// The point of the sphere above a point of the ball.
fn lift<T: Scalar, P: Point<T>>(x: &P) -> Result<Lifted<T, P>> {
    let w = Ball { radius: 1.0 }.project(x.coupled())?;
    let slack = |j: usize| (T::one() - w.column(j).norm_squared()).max(T::zero()).sqrt();
    let mut point = with_slack(x, slack);
    *point.coupled_mut() = UnitColumns.project(point.coupled())?;
    Ok(Iterate::new(point))
}

fn with_slack<T: Scalar, P: Point<T>>(x: &P, slack: impl Fn(usize) -> T) -> P {
    let (mut lifted, w) = (x.clone(), x.coupled());
    let d = w.nrows();
    let entry = |i: usize, j: usize| if i < d { w[(i, j)] } else { slack(j) };
    *lifted.coupled_mut() = DMatrix::from_fn(d + 1, w.ncols(), entry);
    lifted
}

fn without_slack<T: Scalar, P: Point<T>>(x: &P) -> P {
    let (mut lowered, w) = (x.clone(), x.coupled());
    *lowered.coupled_mut() = w.rows(0, w.nrows() - 1).into_owned();
    lowered
}

/// Shrinks the columns on the surface that f would rather have inside, all by the same share, found by backtracking
/// (Armijo). Returns false if there are none, or none that lower f.
fn leave_surface<T: Scalar, F: Smooth<T>>(f: &F, x: &mut Lifted<T, F::Point>, cost: &mut Cost) -> Result<bool> {
    let Some(here) = x.memory.here.as_ref() else { return Ok(false) };
    let (w, g) = (x.point.coupled(), here.gradient().coupled());
    let slack = w.nrows() - 1;
    let slope = |j: usize| w.column(j).dot(&g.column(j));
    let inward = |&j: &usize| w[(slack, j)].abs() <= T::of(ON_SURFACE) && slope(j) > T::zero();
    let columns: Vec<usize> = (0..w.ncols()).filter(inward).collect();
    if columns.is_empty() {
        return Ok(false);
    }
    let slope = columns.iter().fold(T::zero(), |sum, &j| sum + slope(j));
    let mut share = T::of(SHRINKAGE);
    for _ in 0..20 {
        let mut point = x.point.clone();
        for &j in &columns {
            let mut column = point.coupled_mut().column_mut(j);
            column *= T::one() - share;
            column[slack] = T::zero();
            column[slack] = (T::one() - column.norm_squared()).max(T::zero()).sqrt();
        }
        let there = Evaluated::at(f, &point, cost)?;
        let change = there.value() - here.value();
        if change <= -T::of(1e-4) * share * slope {
            (x.point, x.memory.here) = (point, Some(there));
            cost.steps += 1;
            return Ok(true);
        }
        let interpolated = slope * share * share / (T::of(2.0) * (change + slope * share));
        share = interpolated.max(T::of(0.1) * share).min(T::of(0.5) * share);
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linalg::scattered;
    use admm::check;
    use proptest::prelude::*;

    /// The function ½‖A(W − C)‖².
    #[derive(Clone)]
    struct Distance {
        a: DMatrix<f64>,
        c: DMatrix<f64>,
    }

    impl Smooth<f64> for Distance {
        type Point = DMatrix<f64>;
        fn value_and_gradient(&self, w: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
            let gap = &self.a * (w - &self.c);
            Ok((gap.norm_squared() / 2.0, self.a.transpose() * gap))
        }
    }

    const BALL: Ball = Ball { radius: 1.0 };

    fn minimise(f: &Distance, from: &DMatrix<f64>, v: &DMatrix<f64>, rho: f64) -> (DMatrix<f64>, Solved<f64>) {
        let mut x = Iterate::new(from.clone());
        let to = Target { v, rho, tolerance: 1e-9 };
        let solved = BallLbfgs::new(500, Scaling).minimise(f, &BALL, &mut x, to).unwrap();
        (x.point, solved)
    }

    /// Value and gradient in plain loops, and by Taylor's formula.
    #[test]
    fn the_slack_leaves_the_function_as_it_is() {
        let of = Distance { a: scattered(3, 3, 1), c: scattered(3, 2, 2) };
        let (x, v, rho) = (scattered::<f64>(4, 2, 3), scattered(3, 2, 4), 0.7);
        let shadow = Shadow { of: &of, to: Target { v: &v, rho, tolerance: 0.0 } };
        let (value, gradient) = shadow.value_and_gradient(&x).unwrap();
        let (mut expected, mut slope) = (0.0, DMatrix::zeros(4, 2));
        for j in 0..2 {
            for i in 0..3 {
                let along: f64 = (0..3).map(|l| of.a[(i, l)] * (x[(l, j)] - of.c[(l, j)])).sum();
                expected += along * along / 2.0 + rho / 2.0 * (x[(i, j)] - v[(i, j)]).powi(2);
                (0..3).for_each(|l| slope[(l, j)] += of.a[(i, l)] * along);
                slope[(i, j)] += rho * (x[(i, j)] - v[(i, j)]);
            }
        }
        assert!((value - expected).abs() <= 1e-12, "{value} {expected}");
        assert!((&gradient - &slope).amax() <= 1e-12, "{gradient} {slope}");
        check::gradient(&shadow, &x).unwrap().assert();
    }

    /// On the surface, where f falls towards the inside, the slope on the sphere is 0: one column must leave, one stay.
    #[test]
    fn a_column_leaves_the_surface_where_f_falls_inwards() {
        let c = DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 0.3, 2.0]);
        let f = Distance { a: DMatrix::identity(2, 2), c };
        let from = DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 1.0, 1.0]);
        let (found, solved) = minimise(&f, &from, &from, 0.0);
        assert!((found - DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 0.3, 1.0])).amax() <= 1e-8);
        assert!(solved.cost.passes <= 20, "{solved:?}");
    }

    proptest! {
        /// In a convex set a convex function has one minimum, wherever the search begins: on the surface, at the
        /// centre or between.
        #[test]
        fn the_minimum_is_found_from_anywhere(
            d in 1..6_usize, k in 1..4_usize, seed: u64, rho in 0.0..2.0_f64, far in 0.2..3.0_f64, inside in 0.0..=1.0_f64
        ) {
            let a = DMatrix::identity(d, d) + scattered::<f64>(d, d, seed) * 0.3;
            let (c, v) = (scattered::<f64>(d, k, !seed) * far, scattered::<f64>(d, k, seed ^ 5));
            let f = Distance { a, c };
            let from = UnitColumns.project(&scattered(d, k, seed ^ 9)).unwrap() * inside;
            let (found, solved) = minimise(&f, &from, &v, rho);
            let slope = f.value_and_gradient(&found).unwrap().1 + (&found - &v) * rho;
            prop_assert!(BALL.residual(&found).unwrap() <= 1e-14);
            prop_assert!(BALL.stationarity(&found, &slope).unwrap() <= 1e-9, "{solved:?} {found}");
            prop_assert!((minimise(&f, &(from * -0.5), &v, rho).0 - found).amax() <= 1e-6);
        }
    }
}
