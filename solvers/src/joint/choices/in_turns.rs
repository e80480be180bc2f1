//! Two penalty policies in turns.

use admm::penalty::{Limits, Penalty};
use admm::state::{Memory, Step};
use admm::{Parameter, Real};

/// A policy, and another one where the first has not led to the end: they take turns, each of which is as long as all
/// turns before.
///
/// No policy serves every problem, and each fails on others. A run that ends in the first turn is one of the first
/// policy alone. In each turn ρ may change as often as in a run of one policy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InTurns<P, Q> {
    /// The policy of the first turn.
    pub first: P,
    /// The policy of the second turn.
    pub second: Q,
}

/// The passes of the first turn: twice what most runs take in all.
pub(crate) const TURN: u64 = 200;
/// The turns in which ρ may change. The last of them begins beyond any run's patience.
const TURNS: u32 = 20;

/// The changes of ρ in one turn.
fn changes() -> u32 {
    Limits::default().max_changes
}

/// The changes of ρ in all turns.
pub(crate) fn most_changes() -> u32 {
    TURNS * changes()
}

/// The number of the turn after so many passes.
fn turn(passes: u64) -> u32 {
    (passes / TURN).checked_ilog2().map_or(0, |doublings| 1 + doublings)
}

impl<T: Real, S, P: Penalty<T, S>, Q: Penalty<T, S>> Penalty<T, S> for InTurns<P, Q> {
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, S>) -> T {
        let turn = turn(step.record.cost.passes);
        if step.record.penalty_changes >= (turn + 1) * changes() {
            return step.record.rho;
        }
        if turn.is_multiple_of(2) { self.first.next(step, memory) } else { self.second.next(step, memory) }
    }

    fn problems(&self) -> Vec<Parameter> {
        [self.first.problems(), self.second.problems()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use admm::state::Record;

    /// A policy with one answer.
    struct Always(f64);

    impl Penalty<f64, ()> for Always {
        fn next(&self, _: &Step<'_, f64, ()>, _: &mut Memory<f64, ()>) -> f64 {
            self.0
        }
    }

    /// Returns the ρ that is wanted after so many passes and changes, where it is 1.
    fn wanted(passes: u64, penalty_changes: u32) -> f64 {
        let mut record = Record::new(1.0);
        (record.cost.passes, record.penalty_changes) = (passes, penalty_changes);
        let (nowhere, record) = ((&(), &()), &record);
        let step = Step { record, from: nowhere, extrapolated: false, ax: &(), to: nowhere, c: &() };
        InTurns { first: Always(2.0), second: Always(3.0) }.next(&step, &mut Memory::default())
    }

    #[test]
    fn the_policies_take_turns() {
        assert_eq!([0, TURN - 1, TURN, 2 * TURN, 4 * TURN].map(|passes| wanted(passes, 0)), [2.0, 2.0, 3.0, 2.0, 3.0]);
    }

    #[test]
    fn changes_that_are_used_up_come_back_with_the_next_turn() {
        assert_eq!(
            [(0, changes() - 1), (0, changes()), (TURN, changes())].map(|(passes, used)| wanted(passes, used)),
            [2.0, 1.0, 3.0]
        );
    }

    #[test]
    fn each_turn_is_as_long_as_all_before() {
        let begins = |number| (0..10_000).find(|&passes| turn(passes) == number).unwrap();
        assert_eq!([0, 1, 2, 3, 4].map(begins), [0, TURN, 2 * TURN, 4 * TURN, 8 * TURN]);
    }
}
