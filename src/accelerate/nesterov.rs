//! Momentum with restart.

use super::{Acceleration, owned};
use crate::parameter::fraction;
use crate::space::Space;
use crate::state::{Memory, Start, Step};
use crate::{Parameter, Real};
use std::sync::Arc;

/// Fast ADMM with restart, Goldstein, O'Donoghue, Setzer and Baraniuk (2014, algorithm 8): Nesterov's momentum on (Bz,
/// u). Where the combined residual ‖u − û‖² + ‖B(z − ẑ)‖² does not fall below η times the last one, the iteration is
/// taken back and the momentum begins anew.
#[derive(Debug, Clone, Copy)]
pub struct Nesterov {
    /// The factor η in (0, 1) of the restart rule.
    pub restart: f64,
}

impl Default for Nesterov {
    /// η = 0.999, as in the paper.
    fn default() -> Self {
        Nesterov { restart: 0.999 }
    }
}

impl<T: Real, S: Space<T>> Acceleration<T, S> for Nesterov {
    /// The memory: aₖ and the combined residual, and where the last iteration ended.
    fn next(&self, step: &Step<'_, T, S>, memory: &mut Memory<T, (S, S)>) -> Start<S> {
        let (one, eta, to) = (T::one(), T::of(self.restart), owned(step.to));
        let change = to.plus(-one, &owned(step.from));
        let residual = change.inner_product(&change);
        let (&[a, lowest], Some(last)) = (&memory.numbers[..], memory.elements.pop()) else {
            *memory = Memory { numbers: vec![next(one), residual], elements: vec![Arc::new(to)] };
            return Start::Here;
        };
        memory.elements.push(Arc::new(to.clone()));
        if residual >= eta * lowest {
            memory.numbers = vec![one, lowest / eta];
            let last = Arc::unwrap_or_clone(last);
            return Start::Back(last.0, last.1);
        }
        memory.numbers = vec![next(a), residual];
        let momentum = (a - one) / next(a);
        let (bz, u) = to.plus(momentum, &to.plus(-one, &last));
        Start::Ahead(bz, u)
    }

    fn problems(&self) -> Vec<Parameter> {
        fraction(&[("restart", self.restart)])
    }
}

/// aₖ₊₁ = (1 + √(1 + 4aₖ²)) / 2.
fn next<T: Real>(a: T) -> T {
    (T::one() + (T::one() + T::of(4.0) * a * a).sqrt()) / T::of(2.0)
}
