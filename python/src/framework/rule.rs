//! The PCA loss with a rule of its own, as a block.

use super::array::matrix;
use super::sets::Set;
use super::typed::{One, Typed, follows};
use crate::failure::raised;
use admm::nalgebra::DMatrix;
use admm::{Direction, Rate, ScheduledSteps};
use admm_solvers::pca::{Covariance, Hebbian, Krasulina, Majorize, Oja, Power, Sanger, VarianceLoss};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::sync::Arc;

/// λ(1 − tr(WᵀΣW)/tr Σ), lowered by a rule of this name.
#[pyclass(frozen, module = "admmlearn._core", name = "PcaRule")]
pub struct PcaRule {
    loss: VarianceLoss<f64>,
    rule: String,
    on: Set,
    max_steps: u64,
}

#[pymethods]
impl PcaRule {
    #[new]
    fn new(covariance: &Bound<'_, PyAny>, weight: f64, rule: String, on: &Set, max_steps: u64) -> PyResult<Self> {
        let known = ["majorize", "power", "hebbian", "oja", "sanger", "krasulina"];
        if !known.contains(&&*rule) {
            return Err(PyValueError::new_err(format!("rule must be one of {}, got {rule}", known.join(", "))));
        }
        let covariance = Covariance::from_matrix(matrix(covariance, "covariance")?).map_err(raised)?;
        let loss = VarianceLoss { covariance: Arc::new(covariance), weight };
        Ok(PcaRule { loss, rule, on: on.clone(), max_steps })
    }
}

impl PcaRule {
    /// The block, and whether its variable has a memory.
    pub fn block(&self) -> PyResult<(One, bool)> {
        let (loss, max_steps) = (self.loss.clone(), self.max_steps);
        Ok(match &*self.rule {
            "majorize" => (Box::new(Typed(Majorize { loss, on: self.on.made(), max_steps })), false),
            "power" => (Box::new(Typed(Power { loss, max_steps })), false),
            "oja" => (self.follow(Oja(Hebbian(loss)))?, true),
            "sanger" => (self.follow(Sanger(Hebbian(loss)))?, true),
            "krasulina" => (self.follow(Krasulina(Hebbian(loss)))?, true),
            _ => (self.follow(Hebbian(loss))?, true),
        })
    }

    /// Steps of 1/(2λλ₁/tr Σ + ρ), which are stable for every ρ.
    fn follow(&self, of: impl Direction<f64, Memory = ()> + 'static) -> PyResult<One> {
        let leading = self.loss.covariance.top(1).map_err(raised)?.0[0];
        let rate = Rate::Lipschitz(2.0 * self.loss.weight * leading);
        Ok(follows(Plain(of), ScheduledSteps { rate, max_steps: self.max_steps }, self.on.made()))
    }
}

/// A direction without a memory, whose variable has that of any direction.
struct Plain<D>(D);

impl<D: Direction<f64, Memory = ()>> Direction<f64> for Plain<D> {
    type Memory = super::object::Object;

    fn value(&self, x: &DMatrix<f64>) -> admm::Result<f64> {
        self.0.value(x)
    }
    fn direction(&self, x: &DMatrix<f64>, _memory: &mut Self::Memory) -> admm::Result<DMatrix<f64>> {
        self.0.direction(x, &mut ())
    }
}
