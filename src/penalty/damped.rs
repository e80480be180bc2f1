//! Policies whose swings die out.

use super::Penalty;
use crate::state::{Memory, Step};
use crate::{Parameter, Real};

/// Another policy, of whose change of log ρ a share is taken: all of it at first, twice the share before as long as the
/// direction stays, and half of the share before whenever it has turned.
///
/// On linear programs the ratio of the residuals swings, and a policy that follows it turns ρ up and down until its
/// changes are used up. A run then goes on with whatever ρ it has. Damped, ρ settles between the turning points, and a ρ
/// that begins many powers of ten off is there in a few changes. The longer a run is, the longer a change must be wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Damped<P>(pub P);

/// The other policy is asked once in so many iterations: residuals take a while to follow ρ.
const PERIOD: u64 = 10;
/// A change happens once it was wanted for so long, as a share of the run: where residuals swing, their ratio is extreme
/// in passing.
const SHARE: f64 = 1.0 / 40.0;

/// The memory of the damping: the direction of the last change, the share, and 1 if the direction has turned. The last
/// number says in how many answers in a row ρ was to grow, or to shrink if it is negative.
const OWN: usize = 4;

impl<T: Real, S, P: Penalty<T, S>> Penalty<T, S> for Damped<P> {
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, S>) -> T {
        let (rho, zero) = (step.record.rho, T::zero());
        if memory.numbers.is_empty() {
            memory.numbers = vec![zero, T::one(), zero, zero];
        }
        if !step.record.iteration.is_multiple_of(PERIOD) {
            return rho;
        }
        let mut inner =
            Memory { numbers: memory.numbers.split_off(OWN), elements: std::mem::take(&mut memory.elements) };
        let change = (self.0.next(step, &mut inner) / rho).ln();
        let next = rho * damped(change, step.record.iteration, &mut memory.numbers).exp();
        memory.numbers.append(&mut inner.numbers);
        memory.elements = inner.elements;
        next
    }

    fn problems(&self) -> Vec<Parameter> {
        self.0.problems()
    }
}

/// What becomes of a change of log ρ that the other policy wants.
fn damped<T: Real>(wanted: T, iteration: u64, memory: &mut [T]) -> T {
    let zero = T::zero();
    let [last, share, turned, answers] = memory else { unreachable!("the memory of the damping has {OWN} numbers") };
    let direction = if wanted == zero { zero } else { wanted.signum() };
    *answers = if *answers * direction > zero { *answers + direction } else { direction };
    let lasting = answers.abs().to_f64() * PERIOD as f64 >= SHARE * iteration as f64;
    if wanted == zero || !lasting {
        return zero;
    }
    if direction * *last < zero {
        *share *= T::of(0.5);
        *turned = T::one();
    } else if direction * *last > zero && *turned == zero {
        *share *= T::of(2.0);
    }
    (*last, *answers) = (direction, zero);
    wanted * *share
}
