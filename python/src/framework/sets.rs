//! Sets on which a variable moves, by their names.

use super::array::{array, is_flat, matrix};
use super::operators::number_of_rows;
use crate::failure::raised;
use admm::{ConstraintSet, Flat};
use admm_solvers::set::{
    Ball, Bounds, FixedRank, GeneralizedStiefel, Grassmann, GreatCircles, Multinomial, NonNegativeUnitColumns,
    PartlyFixedStiefel, PositiveDefinite, Product, Retraction, SpecialOrthogonal, Stiefel, UnitColumns, Whole,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

type Made = Box<dyn ConstraintSet<f64>>;

/// A set on which a variable moves. As a block it is the indicator of the set.
#[pyclass(frozen, module = "admmlearn._core", name = "Set")]
#[derive(Clone)]
pub struct Set {
    name: String,
    make: Arc<dyn Fn() -> Made + Send + Sync>,
}

impl Set {
    /// Makes the set.
    pub fn made(&self) -> Made {
        (self.make)()
    }

    /// No constraint.
    pub fn flat() -> Self {
        Set::new("flat", Flat)
    }

    fn new<M: ConstraintSet<f64> + Clone + 'static>(name: &str, of: M) -> Self {
        Set { name: name.into(), make: Arc::new(move || Box::new(of.clone())) }
    }
}

#[pymethods]
impl Set {
    fn __repr__(&self) -> String {
        format!("<set {}>", self.name)
    }

    /// The point of the set that is nearest to x.
    fn project<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        array(py, &self.made().project(&matrix(x, "x")?).map_err(raised)?, is_flat(x))
    }

    /// The distance of x from the set, in the measure of the set.
    fn residual(&self, x: &Bound<'_, PyAny>) -> PyResult<f64> {
        self.made().residual(&matrix(x, "x")?).map_err(raised)
    }

    /// The tangent projection of a gradient at x.
    fn tangent<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        gradient: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let tangent = self.made().tangent(&matrix(x, "x")?, &matrix(gradient, "gradient")?);
        array(py, &tangent.map_err(raised)?, is_flat(x))
    }

    /// The retraction of a step from x.
    fn retract<'py>(
        &self,
        py: Python<'py>,
        x: &Bound<'py, PyAny>,
        step: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        array(py, &self.made().retract(&matrix(x, "x")?, &matrix(step, "step")?).map_err(raised)?, is_flat(x))
    }
}

fn retraction(name: &Bound<'_, PyAny>) -> PyResult<Retraction> {
    let name: String = name.extract()?;
    Ok(match &*name {
        "qr" => Retraction::Qr,
        "polar" => Retraction::Polar,
        "cayley" => Retraction::Cayley,
        "exponential" => Retraction::Exponential,
        _ => {
            let problem = format!("retraction must be qr, polar, cayley or exponential, got {name}");
            return Err(PyValueError::new_err(problem));
        }
    })
}

/// The set of this name with these arguments.
///
/// # Errors
/// A name that is not known, and arguments that the set does not take.
#[pyfunction]
#[pyo3(signature = (name, *args))]
pub fn set(name: &str, args: &Bound<'_, PyTuple>) -> PyResult<Set> {
    let number = |at: usize| -> PyResult<f64> { args.get_item(at)?.extract() };
    Ok(match (name, args.len()) {
        ("flat", 0) => Set::flat(),
        ("unit-columns", 0) => Set::new(name, UnitColumns),
        ("great-circles", 0) => Set::new(name, GreatCircles),
        ("non-negative-unit-columns", 0) => Set::new(name, NonNegativeUnitColumns),
        ("positive-definite", 0) => Set::new(name, PositiveDefinite),
        ("multinomial", 0) => Set::new(name, Multinomial),
        ("fixed-rank", 1) => Set::new(name, FixedRank { rank: number_of_rows(&args.get_item(0)?)? }),
        ("generalized-stiefel", 1) => {
            Set::new(name, GeneralizedStiefel::new(matrix(&args.get_item(0)?, "metric")?).map_err(raised)?)
        }
        ("partly-fixed-stiefel", 2) => {
            let (given, by) = (matrix(&args.get_item(0)?, "given")?, retraction(&args.get_item(1)?)?);
            Set::new(name, PartlyFixedStiefel::new(given, by).map_err(raised)?)
        }
        ("special-orthogonal", 1) => Set::new(name, SpecialOrthogonal { retraction: retraction(&args.get_item(0)?)? }),
        ("stiefel", 1) => Set::new(name, Stiefel { retraction: retraction(&args.get_item(0)?)? }),
        ("grassmann", 1) => Set::new(name, Grassmann { retraction: retraction(&args.get_item(0)?)? }),
        ("ball", 1) => Set::new(name, Ball { radius: number(0)? }),
        ("bounds", 2) => Set::new(name, Bounds { lower: number(0)?, upper: number(1)? }),
        ("whole", 1) => {
            let of = args.get_item(0)?.cast_into::<Set>()?.get().clone();
            Set { name: name.into(), make: Arc::new(move || Box::new(Whole(of.made()))) }
        }
        ("product", count) if count > 0 && count.is_multiple_of(2) => product(args)?,
        _ => return Err(PyValueError::new_err(format!("no set has the name {name} and these arguments"))),
    })
}

/// Numbers of columns and sets in turn.
fn product(args: &Bound<'_, PyTuple>) -> PyResult<Set> {
    let part = |at: usize| -> PyResult<(usize, Set)> {
        let set = args.get_item(2 * at + 1)?.cast_into::<Set>()?.get().clone();
        Ok((number_of_rows(&args.get_item(2 * at)?)?, set))
    };
    let parts: Vec<_> = (0..args.len() / 2).map(part).collect::<PyResult<_>>()?;
    let make = move || -> Made { Box::new(Product(parts.iter().map(|(count, set)| (*count, set.made())).collect())) };
    Ok(Set { name: "product".into(), make: Arc::new(make) })
}
