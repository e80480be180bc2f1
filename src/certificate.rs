//! The certificate: what a run shows of the conditions under which ADMM converges on a nonconvex problem.
//!
//! Every run returns a [`Certificate`]. It holds a [`Finding`] for each condition: the condition holds, fails, or is
//! not known, each with its evidence.

mod evidence;
mod tally;

pub use crate::subproblem::Smoothness;
pub(crate) use evidence::short;
pub use evidence::{Growth, Rises, Stationarity, Threshold};
pub use tally::Tally;

use crate::state::Record;
use crate::{Real, Status};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display};

/// The findings of a run on the conditions under which ADMM converges on a nonconvex problem: Wang, Yin and Zeng (2019,
/// theorem 1), and with over-relaxation Themelis and Patrinos (2020). The conditions are sufficient. A run that lacks
/// one may have found the same point, but no theorem says so.
///
/// ```
/// use admm::*;
/// use admm::certificate::{Finding, Threshold};
/// use admm::penalty::Fixed;
/// use admm::nalgebra::DMatrix;
///
/// struct Cosine; // Σ cos zᵢ, whose gradient has the Lipschitz constant 1
/// impl Smooth<f64> for Cosine {
///     type Point = DMatrix<f64>;
///     fn value_and_gradient(&self, z: &DMatrix<f64>) -> Result<(f64, DMatrix<f64>)> {
///         Ok((z.map(f64::cos).sum(), -z.map(f64::sin)))
///     }
///     fn lipschitz(&self, _z: &DMatrix<f64>) -> Option<f64> {
///         Some(1.0)
///     }
/// }
/// struct Origin; // x = 0
/// impl Prox<f64> for Origin {
///     fn value(&self, _x: &DMatrix<f64>) -> f64 {
///         0.0
///     }
///     fn prox(&self, v: &DMatrix<f64>, _rho: f64) -> Result<DMatrix<f64>> {
///         Ok(v * 0.0)
///     }
/// }
///
/// let smooth = Descent { of: Cosine, by: Gradient { max_steps: 1_000 }, on: Flat };
/// let (x, z) = (DMatrix::zeros(2, 1), Iterate::new(DMatrix::from_element(2, 1, 1.0)));
/// let mut admm = Coordinator::new(Exact(Origin), Negated(smooth), x, z, 2.5)?;
/// (admm.penalty_policy, admm.track_objective) = (Box::new(Fixed), true);
/// let certificate = admm.run(())?.certificate;
/// assert!(matches!(certificate.penalty, Finding::Holds(Threshold { bound: 2.0, .. })));
/// assert!(certificate.to_string().starts_with("yes  smooth block last: the last block is smooth\n"));
/// # Ok::<(), admm::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The smooth block is last.
    pub order: Finding<String>,
    /// ρ > 2L/(2 − α), with L at the result.
    pub penalty: Finding<Threshold>,
    /// The augmented Lagrangian never rose while ρ stayed.
    pub descent: Finding<Rises>,
    /// The multiplier y = ρu does not grow.
    pub dual: Finding<Growth>,
    /// The result is stationary.
    pub stationarity: Finding<Stationarity>,
    /// True if the run ended by the absolute part of its tolerance, which has the units of the problem: the relative part
    /// alone was not met.
    #[serde(default)]
    pub by_absolute: bool,
    /// True if a block [states](crate::Subproblem::is_nonconvex) that its function is not convex: a stationary result need
    /// not be a global minimum.
    #[serde(default)]
    pub nonconvex: bool,
}

/// The finding on a condition, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding<F> {
    /// The condition holds.
    Holds(F),
    /// The condition fails.
    Fails(F),
    /// The run does not show it, or it does not apply: why.
    Unknown(String),
}

impl<F> Finding<F> {
    /// By a criterion.
    pub fn of(holds: bool, figures: F) -> Self {
        if holds { Finding::Holds(figures) } else { Finding::Fails(figures) }
    }
    fn unknown(why: &str) -> Self {
        Finding::Unknown(why.into())
    }
}

impl<F: Display> Finding<F> {
    /// `yes`, `no` or `–`, and the reason.
    fn words(&self) -> (&'static str, String) {
        match self {
            Finding::Holds(figures) => ("yes", figures.to_string()),
            Finding::Fails(figures) => ("no", figures.to_string()),
            Finding::Unknown(why) => ("–", why.clone()),
        }
    }
}

impl Certificate {
    pub(crate) fn new<T: Real>(
        status: Status,
        last: Smoothness<T>,
        relaxation: T,
        record: &Record<T>,
        tally: &Tally,
        nonconvex: bool,
    ) -> Self {
        let stationarity = Stationarity {
            gradient: (record.gradient + record.inner_residual.unwrap_or(T::zero())).to_f64(),
            infeasibility: record.primal.to_f64(),
        };
        Certificate {
            order: order(last),
            penalty: threshold(last, record.rho.to_f64(), relaxation.to_f64()),
            descent: tally.descent(),
            dual: tally.dual(),
            stationarity: match record.inner_residual {
                Some(_) => Finding::of(status == Status::Converged, stationarity),
                None => Finding::unknown("a block does not measure how well it solves its subproblem"),
            },
            by_absolute: record.by_absolute,
            nonconvex,
        }
    }

    /// A line for each condition: `yes`, `no` or `–`, what it is, and the reason.
    pub fn lines(&self) -> [(&'static str, &'static str, String); 5] {
        let line = |condition, (verdict, because)| (verdict, condition, because);
        [
            line("smooth block last", self.order.words()),
            line("penalty above 2L/(2 − α)", self.penalty.words()),
            line("augmented Lagrangian falls", self.descent.words()),
            line("dual bounded", self.dual.words()),
            line("stationary", self.stationarity.words()),
        ]
    }
}

impl Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines().map(|(verdict, condition, because)| format!("{verdict:4} {condition}: {because}"));
        f.write_str(&lines.join("\n"))?;
        if self.by_absolute {
            write!(f, "\nno   relative tolerance met: {BY_ABSOLUTE}")?;
        }
        if self.nonconvex { write!(f, "\nno   convex: {NONCONVEX}") } else { Ok(()) }
    }
}

/// The note on a run that ended by the absolute part of its tolerance.
pub(crate) const BY_ABSOLUTE: &str = "the absolute part was decisive, which has the units of the problem";

/// The note on a run with a block that is not convex.
const NONCONVEX: &str = "a block states that it is not, so the result need not be a global minimum";

fn order<T>(last: Smoothness<T>) -> Finding<String> {
    match last {
        Smoothness::Smooth { .. } => Finding::Holds("the last block is smooth".into()),
        Smoothness::Constrained => Finding::Fails("the last block has a constraint: exchange the blocks".into()),
        Smoothness::Unknown => Finding::unknown("the last block does not say whether its function is smooth"),
    }
}

/// With a smooth last block BᵀB = I an iteration changes the augmented Lagrangian, after the first block has lowered
/// it, by at most (L + ρ)(2L − (2 − α)ρ)/(2αρ) ‖BΔz‖².
fn threshold<T: Real>(last: Smoothness<T>, rho: f64, relaxation: f64) -> Finding<Threshold> {
    match last {
        Smoothness::Smooth { lipschitz: Some(lipschitz) } => {
            let lipschitz = lipschitz.to_f64();
            let bound = 2.0 * lipschitz / (2.0 - relaxation);
            Finding::of(rho > bound, Threshold { rho, lipschitz, bound })
        }
        Smoothness::Smooth { lipschitz: None } => Finding::unknown("the last block states no Lipschitz constant"),
        _ => Finding::unknown("the last block is not known to be smooth"),
    }
}
