//! The choices of a coordinator, as Python sends them.

use super::typed::Block;
use admm::accelerate::{Acceleration, Anderson, Nesterov, Phased, Plain};
use admm::nalgebra::DMatrix;
use admm::penalty::{Balance, Damped, Fixed, Limits, Penalty, RelativeBalance, Spectral, SquareRoot};
use admm::{Accuracy, Coordinator, Stop, Tolerance};
use serde::Deserialize;

type Image = Vec<DMatrix<f64>>;

/// The choices of a user. Nothing is the default of the library.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    tolerance: Option<(f64, f64)>,
    stop: Option<StopChoice>,
    accuracy: Option<AccuracyChoice>,
    penalty: Option<PenaltyChoice>,
    limits: Option<LimitsChoice>,
    relaxation: Option<f64>,
    acceleration: Option<AccelerationChoice>,
    track_objective: Option<bool>,
    max_iterations: Option<u64>,
    patience: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StopChoice {
    Entries,
    Residuals,
    Normalised(f64, f64),
    ObjectiveChange(f64),
    Any(Box<StopChoice>, Box<StopChoice>),
    All(Box<StopChoice>, Box<StopChoice>),
}

impl From<StopChoice> for Stop {
    fn from(choice: StopChoice) -> Self {
        match choice {
            StopChoice::Entries => Stop::Entries,
            StopChoice::Residuals => Stop::Residuals,
            StopChoice::Normalised(primal, dual) => Stop::Normalised { primal, dual },
            StopChoice::ObjectiveChange(most) => Stop::ObjectiveChange(most),
            StopChoice::Any(a, b) => Stop::from(*a) | Stop::from(*b),
            StopChoice::All(a, b) => Stop::from(*a) & Stop::from(*b),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AccuracyChoice {
    Fixed(f64),
    Share(f64),
    Relative(f64, f64, f64),
    Summable(f64, f64),
}

impl From<AccuracyChoice> for Accuracy {
    fn from(choice: AccuracyChoice) -> Self {
        match choice {
            AccuracyChoice::Fixed(tolerance) => Accuracy::Fixed(tolerance),
            AccuracyChoice::Share(share) => Accuracy::Share(share),
            AccuracyChoice::Relative(first, factor, floor) => Accuracy::Relative { first, factor, floor },
            AccuracyChoice::Summable(first, power) => Accuracy::Summable { first, power },
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PenaltyChoice {
    Fixed,
    Balance(f64, f64),
    RelativeBalance(f64, f64),
    Spectral(f64, u64),
    SquareRoot(f64, u64),
    Damped(f64, f64),
}

impl PenaltyChoice {
    fn policy(self) -> Box<dyn Penalty<f64, Image>> {
        match self {
            PenaltyChoice::Fixed => Box::new(Fixed),
            PenaltyChoice::Balance(threshold, factor) => Box::new(Balance { threshold, factor }),
            PenaltyChoice::RelativeBalance(threshold, factor) => {
                Box::new(RelativeBalance(Balance { threshold, factor }))
            }
            PenaltyChoice::Damped(threshold, factor) => {
                Box::new(Damped(RelativeBalance(Balance { threshold, factor })))
            }
            PenaltyChoice::Spectral(correlation, every) => Box::new(Spectral { correlation, every }),
            PenaltyChoice::SquareRoot(threshold, every) => Box::new(SquareRoot { threshold, every }),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsChoice {
    lowest: Option<f64>,
    highest: Option<f64>,
    max_changes: Option<u32>,
    max_factor: Option<f64>,
}

impl From<LimitsChoice> for Limits {
    fn from(choice: LimitsChoice) -> Self {
        let Limits { bounds: (lowest, highest), max_changes, max_factor } = Limits::default();
        Limits {
            bounds: (choice.lowest.unwrap_or(lowest), choice.highest.unwrap_or(highest)),
            max_changes: choice.max_changes.unwrap_or(max_changes),
            max_factor: choice.max_factor.unwrap_or(max_factor),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AccelerationChoice {
    None,
    Anderson(usize, f64),
    Nesterov(f64),
    Phased(u64, u64, Box<AccelerationChoice>),
}

impl AccelerationChoice {
    fn rule(self) -> Box<dyn Acceleration<f64, Image>> {
        match self {
            AccelerationChoice::None => Box::new(Plain),
            AccelerationChoice::Anderson(memory, safeguard) => Box::new(Anderson { memory, safeguard }),
            AccelerationChoice::Nesterov(restart) => Box::new(Nesterov { restart }),
            AccelerationChoice::Phased(plain, accelerated, of) => match *of {
                AccelerationChoice::Anderson(memory, safeguard) => {
                    Box::new(Phased { plain, accelerated, of: Anderson { memory, safeguard } })
                }
                AccelerationChoice::Nesterov(restart) => {
                    Box::new(Phased { plain, accelerated, of: Nesterov { restart } })
                }
                other => other.rule(),
            },
        }
    }
}

impl Options {
    /// Gives the choices to a coordinator.
    pub fn apply(self, to: &mut Coordinator<f64, Block, Block>) {
        if let Some((absolute, relative)) = self.tolerance {
            to.tolerance = Tolerance { absolute, relative };
        }
        if let Some(penalty) = self.penalty {
            to.penalty_policy = penalty.policy();
        }
        if let Some(acceleration) = self.acceleration {
            to.acceleration = acceleration.rule();
        }
        set(&mut to.stop, self.stop.map(Into::into));
        set(&mut to.accuracy, self.accuracy.map(Into::into));
        set(&mut to.penalty_limits, self.limits.map(Into::into));
        set(&mut to.relaxation, self.relaxation);
        set(&mut to.track_objective, self.track_objective);
        set(&mut to.max_iterations, self.max_iterations);
        set(&mut to.patience, self.patience);
    }
}

fn set<T>(field: &mut T, choice: Option<T>) {
    if let Some(choice) = choice {
        *field = choice;
    }
}
