//! The counts that a run keeps for its certificate.

use super::{Finding, Growth, Rises};
use crate::Real;
use crate::state::Record;
use serde::{Deserialize, Serialize};

/// The counts that a run keeps for its certificate. The records show all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Those that were not taken back.
    iterations: u64,
    /// ρ and the augmented Lagrangian of the last of them.
    last: Option<(f64, f64)>,
    rises: Rises,
    /// The largest ‖Aᵀy‖ before the last two powers of two, and so far.
    multiplier: [f64; 3],
}

/// A multiplier that grows in proportion to the iterations at least doubles from half of them to all.
const GROWTH: f64 = 1.5;

/// The number of iterations from which on at least three count as early.
const SHORTEST: u64 = 8;

impl Tally {
    /// Takes an iteration in. One that an acceleration takes back is no step of the run.
    pub(crate) fn follow<T: Real>(&mut self, record: &Record<T>, taken_back: bool) {
        if taken_back {
            return;
        }
        self.iterations += 1;
        let now = record.augmented_lagrangian.map(|value| (record.rho.to_f64(), value.to_f64()));
        if let (Some((rho, value)), Some((before, last))) = (now, self.last)
            && rho == before
        {
            self.rises.add(value - last, 64.0 * T::EPSILON.to_f64() * (1.0 + last.abs()));
        }
        self.last = now;
        let [_, last, largest] = self.multiplier;
        if self.iterations.is_power_of_two() {
            self.multiplier = [last, largest, largest];
        }
        self.multiplier[2] = largest.max(record.dual_scale.to_f64());
    }

    pub(super) fn descent(&self) -> Finding<Rises> {
        if self.rises.compared == 0 {
            return Finding::unknown("the values of the blocks were not followed under a constant ρ");
        }
        Finding::of(self.rises.rises == 0, self.rises)
    }

    pub(super) fn dual(&self) -> Finding<Growth> {
        if self.iterations < SHORTEST {
            return Finding::Unknown(format!("{} iterations are too few to tell", self.iterations));
        }
        let [early, _, largest] = self.multiplier;
        Finding::of(largest <= GROWTH * early, Growth { early, largest })
    }
}

impl Rises {
    fn add(&mut self, change: f64, rounding: f64) {
        self.compared += 1;
        if change > rounding {
            self.rises += 1;
            self.largest = self.largest.max(change);
        }
    }
}
