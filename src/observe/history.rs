//! The records of a run, and the two formats to keep them in.

use super::{Observer, Phases};
use crate::Real;
use crate::state::{Record, State};
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Duration;

/// The records of all iterations of a run, with the times of its parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History<T> {
    /// One an iteration, in order.
    pub records: Vec<Record<T>>,
    /// The times at each record.
    pub phases: Vec<Phases>,
}

impl<T: Real, X, Z, S> Observer<State<T, X, Z, S>> for &mut History<T> {
    fn observe(&mut self, state: &State<T, X, Z, S>) -> ControlFlow<()> {
        self.observe_timed(state, &Phases::default())
    }
    fn observe_timed(&mut self, state: &State<T, X, Z, S>, phases: &Phases) -> ControlFlow<()> {
        self.records.push(state.record);
        self.phases.push(*phases);
        ControlFlow::Continue(())
    }
}

impl<T: Real> History<T> {
    /// A header, and a line of comma-separated values an iteration; empty where there is no finite number. Times are in
    /// seconds of the coordinator since its first iteration, those of earlier runs included.
    ///
    /// # Errors
    /// The errors of the writer.
    pub fn write_csv(&self, mut to: impl Write) -> io::Result<()> {
        let names = columns(&Record::new(T::one()), &Phases::default()).map(|(name, _)| name);
        writeln!(to, "{}", names.join(","))?;
        self.rows().try_for_each(|row| writeln!(to, "{}", row.map(|(_, value)| value.unwrap_or_default()).join(",")))
    }

    /// A line an iteration, a JSON object of the same columns; `null` where there is no finite number.
    ///
    /// # Errors
    /// The errors of the writer.
    pub fn write_json_lines(&self, mut to: impl Write) -> io::Result<()> {
        let member = |(name, value): Column| format!("\"{name}\":{}", value.unwrap_or("null".into()));
        self.rows().try_for_each(|row| writeln!(to, "{{{}}}", row.map(member).join(",")))
    }

    fn rows(&self) -> impl Iterator<Item = [Column; COLUMNS]> + '_ {
        self.records.iter().zip(&self.phases).map(|(record, phases)| columns(record, phases))
    }
}

/// A name and a number in the shortest form that reads back as the same.
type Column = (&'static str, Option<String>);
const COLUMNS: usize = 23;

fn columns<T: Real>(record: &Record<T>, phases: &Phases) -> [Column; COLUMNS] {
    let count = |count: u64| Some(count.to_string());
    let number = |value: T| value.is_finite().then(|| format!("{:e}", value.to_f64()));
    let seconds = |phase: Duration| Some(format!("{:e}", phase.as_secs_f64()));
    [
        ("iteration", count(record.iteration)),
        ("primal", number(record.primal)),
        ("dual", number(record.dual)),
        ("primal_bound", number(record.primal_bound)),
        ("dual_bound", number(record.dual_bound)),
        ("primal_scale", number(record.primal_scale)),
        ("dual_scale", number(record.dual_scale)),
        ("objective", record.objective.and_then(number)),
        ("objective_change", record.objective_change.and_then(number)),
        ("augmented_lagrangian", record.augmented_lagrangian.and_then(number)),
        ("penalty", number(record.rho)),
        ("penalty_changes", count(record.penalty_changes.into())),
        ("penalty_clamped", count(record.penalty_clamped.into())),
        ("accepted", count(record.accepted)),
        ("rejected", count(record.rejected)),
        ("inner_tolerance", number(record.inner_tolerance)),
        ("inner_residual", record.inner_residual.and_then(number)),
        ("steps", count(record.cost.steps)),
        ("passes", count(record.cost.passes)),
        ("seconds_x", seconds(phases.x)),
        ("seconds_z", seconds(phases.z)),
        ("seconds_dual", seconds(phases.dual)),
        ("seconds_observers", seconds(phases.observers)),
    ]
}
