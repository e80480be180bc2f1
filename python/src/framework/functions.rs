//! Functions with a proximal operator, by their names.

use super::array::matrix;
use super::operators::number_of_rows;
use super::sets::Set;
use super::stash::Stash;
use super::user::{PythonProx, User, no_block};
use crate::failure::raised;
use admm::nalgebra::DMatrix;
use admm::{ConstraintSet, Prox};
use admm_solvers::prox::*;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// The place of a function in a problem: what the methods of Python get and leave.
#[derive(Clone, Default)]
pub struct Place {
    /// True if a column is a one-dimensional array.
    pub flat: bool,
    pub stash: Stash,
}

type Made = Box<dyn Prox<f64>>;

/// A function with a proximal operator. Each coordinator makes it anew, so that it can take part in several.
#[pyclass(frozen, module = "admmlearn._core", name = "Function")]
#[derive(Clone)]
pub struct Function {
    name: String,
    make: Maker,
}

impl Function {
    /// Makes the function.
    pub fn at(&self, place: &Place) -> Made {
        (self.make)(place)
    }

    /// The function of an object with `prox`, or the function itself.
    ///
    /// # Errors
    /// `TypeError` for another object.
    pub fn of(object: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        if let Ok(function) = object.cast::<Function>() {
            return Ok(function.get().clone());
        }
        if let Ok(set) = object.cast::<Set>() {
            let set = set.get().clone();
            return Ok(Function { name: "indicator".into(), make: Arc::new(move |_| Box::new(Indicator(set.made()))) });
        }
        if !object.hasattr("prox")? {
            return Err(no_block(object, name));
        }
        let object = Arc::new(object.clone().unbind());
        let make = move |place: &Place| -> Made {
            Python::attach(|py| Box::new(PythonProx(User::new(object.bind(py), place.flat, &place.stash))))
        };
        Ok(Function { name: "a Python object".into(), make: Arc::new(make) })
    }
}

#[pymethods]
impl Function {
    fn __repr__(&self) -> String {
        format!("<function {}>", self.name)
    }

    /// The value at x.
    fn value(&self, py: Python<'_>, x: &Bound<'_, PyAny>) -> PyResult<f64> {
        let (place, x) = (Place { flat: super::array::is_flat(x), ..Place::default() }, matrix(x, "x")?);
        let value = self.at(&place).value(&x);
        place.stash.raised(py, "in value").map_or(Ok(value), Err)
    }

    /// argmin f(x) + ρ/2 ‖x − v‖².
    #[pyo3(signature = (v, rho=1.0))]
    fn prox<'py>(&self, py: Python<'py>, v: &Bound<'py, PyAny>, rho: f64) -> PyResult<Bound<'py, PyAny>> {
        let place = Place { flat: super::array::is_flat(v), ..Place::default() };
        let mut made = self.at(&place);
        let v = matrix(v, "v")?;
        let found = made.retune(rho).and_then(|()| made.prox(&v, rho));
        super::array::array(py, &found.map_err(|error| place.stash.failure(py, error))?, place.flat)
    }
}

/// The function of this name with these arguments: numbers, arrays, and functions.
///
/// # Errors
/// A name that is not known, and arguments that the function does not take.
#[pyfunction]
#[pyo3(signature = (name, *args))]
pub fn function(name: &str, args: &Bound<'_, PyTuple>) -> PyResult<Function> {
    let make = match args.len() {
        0 => plain(name)?,
        _ => with_arguments(name, &Arguments(args))?,
    };
    Ok(Function { name: name.into(), make })
}

type Maker = Arc<dyn Fn(&Place) -> Made + Send + Sync>;

fn simple<P: Prox<f64> + Clone + 'static>(of: P) -> Maker {
    Arc::new(move |_| Box::new(of.clone()))
}

fn unknown(name: &str) -> PyErr {
    PyValueError::new_err(format!("no function has the name {name} and these arguments"))
}

fn plain(name: &str) -> PyResult<Maker> {
    Ok(match name {
        "cubed-l2" => simple(CubedL2),
        "dual-exponential-cone" => simple(DualExponentialCone),
        "entropy" => simple(Entropy),
        "exponential-cone" => simple(ExponentialCone),
        "hinge" => simple(Hinge),
        "l-half" => simple(LHalf),
        "l0" => simple(L0),
        "l1" => simple(L1),
        "l2" => simple(L2),
        "l-infinity" => simple(LInfinity),
        "logistic" => simple(Logistic),
        "negative-log" => simple(NegativeLog),
        "rotated-second-order-cone" => simple(RotatedSecondOrderCone),
        "second-order-cone" => simple(SecondOrderCone),
        "squared-hinge" => simple(SquaredHinge),
        "squared-l2" => simple(SquaredL2),
        "total-variation" => simple(TotalVariation),
        _ => return Err(unknown(name)),
    })
}

/// The arguments of a function by their positions.
struct Arguments<'a, 'py>(&'a Bound<'py, PyTuple>);

impl Arguments<'_, '_> {
    fn number(&self, at: usize) -> PyResult<f64> {
        self.0.get_item(at)?.extract()
    }
    fn count(&self, at: usize) -> PyResult<usize> {
        number_of_rows(&self.0.get_item(at)?)
    }
    /// The functions from here on.
    fn functions(&self, first: usize) -> PyResult<Vec<Function>> {
        (first..self.0.len()).map(|at| self.function(at)).collect()
    }
    fn matrix(&self, at: usize, name: &str) -> PyResult<DMatrix<f64>> {
        matrix(&self.0.get_item(at)?, name)
    }
    fn function(&self, at: usize) -> PyResult<Function> {
        Function::of(&self.0.get_item(at)?, "of")
    }
    fn set(&self, at: usize) -> PyResult<Set> {
        Ok(self.0.get_item(at)?.cast_into::<Set>()?.get().clone())
    }
}

/// A function of another function.
fn of_function<P: Prox<f64> + 'static>(
    inner: Function,
    outer: impl Fn(Made) -> P + Send + Sync + 'static,
) -> PyResult<Maker> {
    Ok(Arc::new(move |place| Box::new(outer(inner.at(place)))))
}

fn with_arguments(name: &str, args: &Arguments<'_, '_>) -> PyResult<Maker> {
    Ok(match name {
        "binary-cross-entropy" => simple(BinaryCrossEntropy::new(args.matrix(0, "targets")?).map_err(raised)?),
        "cross-entropy" => {
            let labels: Vec<usize> = args.0.get_item(0)?.extract()?;
            let weights = args.matrix(1, "weights")?;
            simple(CrossEntropy::new(labels, weights.data.into(), args.count(2)?).map_err(raised)?)
        }
        "elastic-net" => simple(ElasticNet { l1: args.number(0)?, l2: args.number(1)? }),
        "huber" => simple(Huber { delta: args.number(0)? }),
        "kullback-leibler" => simple(KullbackLeibler::new(args.matrix(0, "counts")?).map_err(raised)?),
        "ky-fan" => simple(KyFan { count: args.count(0)? }),
        "l1-plus-l2" => simple(L1PlusL2 { l1: args.number(0)?, l2: args.number(1)? }),
        "least-squares" => simple(LeastSquares::new(args.matrix(0, "a")?, args.matrix(1, "b")?).map_err(raised)?),
        "quadratic" => simple(Quadratic::new(args.matrix(0, "p")?, args.matrix(1, "q")?).map_err(raised)?),
        "poisson" => simple(Poisson::new(args.matrix(0, "counts")?).map_err(raised)?),
        "quantile" => simple(Quantile { level: args.number(0)? }),
        "sum-largest" => simple(SumLargest { count: args.count(0)? }),
        _ => return indicator(name, args),
    })
}

/// The indicators of sets with parameters of their own.
fn indicator(name: &str, args: &Arguments<'_, '_>) -> PyResult<Maker> {
    Ok(match name {
        "affine" => simple(Affine::new(&args.matrix(0, "a")?, &args.matrix(1, "b")?).map_err(raised)?),
        "binary" => simple(Binary { low: args.number(0)?, high: args.number(1)? }),
        "graph" => simple(Affine::graph(&args.matrix(0, "a")?, args.count(1)?).map_err(raised)?),
        "halfspace" => simple(Halfspace { normal: args.matrix(0, "normal")?, offset: args.number(1)? }),
        "hyperslab" => {
            let (lower, upper) = (args.number(1)?, args.number(2)?);
            simple(Hyperslab { normal: args.matrix(0, "normal")?, lower, upper })
        }
        "l0-ball" => simple(L0Ball { count: args.count(0)? }),
        "l1-ball" => simple(L1Ball { radius: args.number(0)? }),
        "polyhedron" => simple(polyhedron(args)?),
        "simplex" => simple(Simplex { total: args.number(0)? }),
        "singleton" => simple(Singleton(args.matrix(0, "point")?)),
        _ => return not_convex(name, args),
    })
}

/// Ax ≤ b, and with four arguments Cx = d.
fn polyhedron(args: &Arguments<'_, '_>) -> PyResult<Polyhedron<f64>> {
    let (a, b) = (args.matrix(0, "a")?, args.matrix(1, "b")?);
    if args.0.len() < 4 {
        return Polyhedron::new(&a, &b).map_err(raised);
    }
    let plane = Affine::new(&args.matrix(2, "c")?, &args.matrix(3, "d")?).map_err(raised)?;
    Polyhedron::on_plane(&a, &b, plane).map_err(raised)
}

/// The penalties and losses that are not convex.
fn not_convex(name: &str, args: &Arguments<'_, '_>) -> PyResult<Maker> {
    Ok(match name {
        "exponential-penalty" => simple(ExponentialPenalty { gamma: args.number(0)? }),
        "geman-mcclure" => simple(GemanMcClure { scale: args.number(0)? }),
        "geman-reynolds" => simple(GemanReynolds { gamma: args.number(0)? }),
        "l1-minus-l2" => simple(L1MinusL2 { alpha: args.number(0)? }),
        "log-sum" => simple(LogSum { epsilon: args.number(0)? }),
        "mcp" => simple(Mcp { lambda: args.number(0)?, gamma: args.number(1)? }),
        "scad" => simple(Scad { lambda: args.number(0)?, a: args.number(1)? }),
        "student-t" => simple(StudentT { degrees: args.number(0)?, scale: args.number(1)? }),
        "truncated-squares" => simple(TruncatedSquares { c: args.number(0)? }),
        "tukey" => simple(Tukey { c: args.number(0)? }),
        _ => return calculus(name, args),
    })
}

/// The functions that are made of others.
fn calculus(name: &str, args: &Arguments<'_, '_>) -> PyResult<Maker> {
    match name {
        "indicator" => {
            let set = args.set(0)?;
            Ok(Arc::new(move |_| Box::new(Indicator::<Box<dyn ConstraintSet<f64>>>(set.made()))))
        }
        "columnwise" => of_function(args.function(0)?, Columnwise),
        "conjugate" => of_function(args.function(0)?, Conjugate),
        "eigenvalues" => of_function(args.function(0)?, Eigenvalues),
        "singular-values" => of_function(args.function(0)?, SingularValues),
        "scaled" => {
            let weight = args.number(0)?;
            of_function(args.function(1)?, move |of| Scaled { weight, of })
        }
        "moreau-envelope" => {
            let mu = args.number(1)?;
            of_function(args.function(0)?, move |of| MoreauEnvelope { of, mu })
        }
        "margins" => {
            let labels = args.matrix(1, "labels")?;
            of_function(args.function(0)?, move |of| Margins { of, labels: labels.clone() })
        }
        "tilted" => {
            let by = args.matrix(1, "by")?;
            of_function(args.function(0)?, move |of| Tilted { of, by: by.clone() })
        }
        "translated" => {
            let by = args.matrix(1, "by")?;
            of_function(args.function(0)?, move |of| Translated { of, by: by.clone() })
        }
        "precomposed" => precomposed(args.function(0)?, args.matrix(1, "map")?),
        "epicomposed" => epicomposed(args.function(0)?, args.matrix(1, "map")?),
        "separable" => separable(args),
        _ => more_calculus(name, args),
    }
}

fn more_calculus(name: &str, args: &Arguments<'_, '_>) -> PyResult<Maker> {
    match name {
        "distance" => of_function(args.function(0)?, Distance),
        "regularised" => {
            let (mu, towards) = (args.number(1)?, args.matrix(2, "towards")?);
            of_function(args.function(0)?, move |of| Regularised { of, mu, towards: towards.clone() })
        }
        "stretched" => {
            let by = args.matrix(1, "by")?;
            of_function(args.function(0)?, move |of| Stretched { of, by: by.clone() })
        }
        "reshaped" => {
            let (inner, size) = (args.function(0)?, (args.count(1)?, args.count(2)?));
            // What f sees is a matrix, even if the variable is a one-dimensional array.
            let inside = |place: &Place| Place { flat: false, stash: place.stash.clone() };
            Ok(Arc::new(move |place| Box::new(Reshaped { of: inner.at(&inside(place)), size })))
        }
        "sum" => {
            let (accuracy, of) = (args.number(0)?, args.functions(1)?);
            Ok(Arc::new(move |place| Box::new(Sum { of: of.iter().map(|part| part.at(place)).collect(), accuracy })))
        }
        "pointwise-minimum" => {
            let of = args.functions(0)?;
            Ok(Arc::new(move |place| Box::new(PointwiseMinimum(of.iter().map(|part| part.at(place)).collect()))))
        }
        "sliced" => sliced(args),
        _ => Err(unknown(name)),
    }
}

fn precomposed(inner: Function, map: DMatrix<f64>) -> PyResult<Maker> {
    Precomposed::new(inner.at(&Place::default()), map.clone()).map_err(raised)?;
    of_function(inner, move |of| Precomposed::new(of, map.clone()).expect("the map has been checked"))
}

fn epicomposed(inner: Function, map: DMatrix<f64>) -> PyResult<Maker> {
    Epicomposed::new(inner.at(&Place::default()), map.clone()).map_err(raised)?;
    of_function(inner, move |of| Epicomposed::new(of, map.clone()).expect("the map has been checked"))
}

/// The size of the matrix, then the numbers of entries and functions in turn.
fn sliced(args: &Arguments<'_, '_>) -> PyResult<Maker> {
    let size = (args.count(0)?, args.count(1)?);
    let parts: Vec<(Vec<usize>, Function)> = (1..args.0.len() / 2)
        .map(|at| Ok((args.0.get_item(2 * at)?.extract()?, args.function(2 * at + 1)?)))
        .collect::<PyResult<_>>()?;
    let make = move |place: &Place| {
        Sliced::new(size, parts.iter().map(|(entries, of)| (Slice::Entries(entries.clone()), of.at(place))).collect())
    };
    make(&Place::default()).map_err(raised)?;
    Ok(Arc::new(move |place| Box::new(make(place).expect("the parts have been checked"))))
}

/// Rows and functions in turn.
fn separable(args: &Arguments<'_, '_>) -> PyResult<Maker> {
    let parts: Vec<(usize, Function)> = (0..args.0.len() / 2)
        .map(|at| Ok((number_of_rows(&args.0.get_item(2 * at)?)?, args.function(2 * at + 1)?)))
        .collect::<PyResult<_>>()?;
    Ok(Arc::new(move |place| Box::new(Separable(parts.iter().map(|(rows, part)| (*rows, part.at(place))).collect()))))
}
