//! Residual balancing that scaling the problem does not change.

use super::{Balance, Penalty};
use crate::state::{Memory, Step, rounding};
use crate::{Parameter, Real};

/// Residual balancing by the normalised residuals ‖r‖ / max(‖Ax‖, ‖Bz‖, ‖c‖) and ρ‖BΔz‖ / ‖y‖: other units of the
/// objective or of the constraint change no decision.
///
/// Where A is orthogonal they are those of Wohlberg (2017), ‖s‖ / ‖Aᵀy‖. Elsewhere Aᵀy may vanish with s: a first block
/// without a function of its own has Aᵀy = s in every iteration. What they are normalised by may be 0 at the solution: it
/// is taken as a thousandth, at least, of the most that it was lately. Residuals that are rounding count alike.
#[derive(Debug, Clone, Copy, Default)]
pub struct RelativeBalance(pub Balance);

impl<T: Real, S> Penalty<T, S> for RelativeBalance {
    fn next(&self, step: &Step<'_, T, S>, _memory: &mut Memory<T, S>) -> T {
        let [primal, dual] = step.record.relative.map(|residual| residual.max(rounding()));
        self.0.balanced(step.record.rho, primal, dual)
    }

    fn problems(&self) -> Vec<Parameter> {
        Penalty::<T, S>::problems(&self.0)
    }
}
