//! Policies whose swings die out.

use super::Penalty;
use crate::state::{Memory, Step};
use crate::{Parameter, Real};

/// Another policy, of whose change of log ρ a share is taken: all of it at first, twice the share before as long as the
/// direction stays, and half of the share before whenever it has turned.
///
/// On linear programs the ratio of the residuals swings, and a policy that follows it turns ρ up and down until its
/// changes are used up. A run then goes on with whatever ρ it has. Damped, ρ settles between the turning points, and a ρ
/// that begins many powers of ten off is there in a few changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Damped<P>(pub P);

/// The other policy is asked once in so many iterations: residuals take a while to follow ρ.
const PERIOD: u64 = 10;

/// The memory of the damping: the direction of the last change, the share, and 1 if the direction has turned.
const OWN: usize = 3;

impl<T: Real, S, P: Penalty<T, S>> Penalty<T, S> for Damped<P> {
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, S>) -> T {
        let (rho, zero, one) = (step.record.rho, T::zero(), T::one());
        if memory.numbers.is_empty() {
            memory.numbers = vec![zero, one, zero];
        }
        if !step.record.iteration.is_multiple_of(PERIOD) {
            return rho;
        }
        let mut inner =
            Memory { numbers: memory.numbers.split_off(OWN), elements: std::mem::take(&mut memory.elements) };
        let wanted = self.0.next(step, &mut inner);
        let mut next = rho;
        if wanted != rho {
            let (change, last) = ((wanted / rho).ln(), memory.numbers[0]);
            if change * last < zero {
                memory.numbers[1] *= T::of(0.5);
                memory.numbers[2] = one;
            } else if change * last > zero && memory.numbers[2] == zero {
                memory.numbers[1] *= T::of(2.0);
            }
            memory.numbers[0] = change.signum();
            next = rho * (change * memory.numbers[1]).exp();
        }
        memory.numbers.append(&mut inner.numbers);
        memory.elements = inner.elements;
        next
    }

    fn problems(&self) -> Vec<Parameter> {
        self.0.problems()
    }
}
