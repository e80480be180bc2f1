//! The coordinator.

use super::array::matrix;
use super::block::started;
use super::certificate::Certificate;
use super::functions::{Function, Place};
use super::members::{Members, Problem};
use super::observer::{Flat, Record};
use super::options::Options;
use super::policy::PythonPolicy;
use super::stash::Stash;
use super::typed::{Alone, Block, State, Typed};
use super::variable::Kind;
use super::watch::Watch;
use crate::failure::raised;
use crate::ranks::Comm;
use admm::checkpoint::{self, Checkpoints};
use admm::nalgebra::DMatrix;
use admm::patterns::{Consensus, Sharing};
use admm::ranks::{Alone as OneProcess, Ranks, agree, gather};
use admm::{Error, Negated, Outcome};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::path::PathBuf;
use std::sync::Arc;

/// The coordinator of any two blocks.
pub type Inner = admm::Coordinator<f64, Block, Block>;

/// minimise f(x) + g(z)  subject to  Kx − Lz = c, for two blocks that own f, K and g, L.
#[pyclass(module = "admmlearn._core", name = "Coordinator")]
pub struct Coordinator {
    /// Nothing where it could not be resumed.
    inner: Option<Inner>,
    stash: Stash,
    flat: Flat,
    ranks: Arc<dyn Ranks>,
}

/// The variables x and z, the scaled dual u, and the record of the last iteration.
type Present<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>, Bound<'py, PyAny>, Record);

#[pymethods]
impl Coordinator {
    /// Makes the coordinator of two blocks.
    #[staticmethod]
    #[pyo3(signature = (f, g, x0, z0, rho, options, c=None, policy=None))]
    #[allow(clippy::too_many_arguments)]
    fn pair(
        f: &Bound<'_, PyAny>,
        g: &Bound<'_, PyAny>,
        x0: &Bound<'_, PyAny>,
        z0: &Bound<'_, PyAny>,
        rho: f64,
        options: &str,
        c: Option<&Bound<'_, PyAny>>,
        policy: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let stash = Stash::default();
        let (f, g) = (started(f, x0, "f", &stash)?, started(g, z0, "g", &stash)?);
        let flat = Flat { x: vec![f.flat], z: vec![g.flat], many: false };
        let problem = Problem {
            f: Box::new(Alone(f.block)),
            g: Box::new(Negated(Alone(g.block))),
            x: f.start,
            z: g.start,
            flat,
            stash,
            ranks: Arc::new(OneProcess),
        };
        let offset = c.map(|c| matrix(c, "c")).transpose()?;
        problem.coordinate(x0.py(), rho, options, offset.map(|c| vec![c]), policy)
    }

    /// Makes that of several blocks that agree on one variable, with a function of its own.
    #[staticmethod]
    #[pyo3(signature = (blocks, g, starts, z0, rho, options, threads, policy=None, comm=None))]
    #[allow(clippy::too_many_arguments)]
    fn consensus(
        blocks: Vec<Bound<'_, PyAny>>,
        g: &Bound<'_, PyAny>,
        starts: Vec<Bound<'_, PyAny>>,
        z0: &Bound<'_, PyAny>,
        rho: f64,
        options: &str,
        threads: usize,
        policy: Option<Py<PyAny>>,
        comm: Comm,
    ) -> PyResult<Self> {
        let members = Members::new(z0.py(), &blocks, &starts, threads, comm)?;
        let place = Place { flat: super::array::is_flat(z0), stash: members.stash.clone() };
        let of = Function::of(g, "g")?.at(&place);
        let agreed = Consensus { of, members: members.flat.len() };
        let z = matrix(z0, "z0")?.wrap();
        let problem = members.against(Box::new(Negated(Typed(agreed))), z, vec![place.flat]);
        problem.coordinate(z0.py(), rho, options, None, policy)
    }

    /// Makes that of several blocks with a common function of the sum of their images.
    #[staticmethod]
    #[pyo3(signature = (blocks, g, starts, rho, options, threads, policy=None, comm=None))]
    #[allow(clippy::too_many_arguments)]
    fn sharing(
        blocks: Vec<Bound<'_, PyAny>>,
        g: &Bound<'_, PyAny>,
        starts: Vec<Bound<'_, PyAny>>,
        rho: f64,
        options: &str,
        threads: usize,
        policy: Option<Py<PyAny>>,
        comm: Comm,
    ) -> PyResult<Self> {
        let members = Members::new(g.py(), &blocks, &starts, threads, comm)?;
        let flat = members.flat.clone();
        let place = Place { flat: flat.iter().all(|&flat| flat), stash: members.stash.clone() };
        let of = Function::of(g, "g")?.at(&place);
        let images = members.block.image(&members.start);
        let shared = Sharing { of, members: flat.len() };
        let problem = members.against(Box::new(Negated(Typed(shared))), images.wrap(), flat);
        problem.coordinate(g.py(), rho, options, None, policy)
    }

    /// Iterates until the stopping rule, a limit, the observer or an exception ends the run.
    #[pyo3(signature = (observer=None, folder=None, every=100, name=""))]
    fn run<'py>(
        &mut self,
        py: Python<'py>,
        observer: Option<Py<PyAny>>,
        folder: Option<PathBuf>,
        every: u64,
        name: &str,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (stash, flat, ranks) = (self.stash.clone(), self.flat.clone(), self.ranks.clone());
        let kept = folder.map(|folder| self.claimed(py, folder, name)).transpose();
        let told = kept.as_ref().map(drop).map_err(|error| Error::numerical("the checkpoints", error.to_string()));
        let begins = gather(&*ranks, told);
        let (mut kept, inner) = (kept?, self.inner()?);
        let begins = begins.and_then(|_| agree(&*ranks, "state of the run", inner.state()));
        begins.map_err(|error| stash.failure(py, error))?;
        let kept = kept.as_mut().map(|kept| (kept, every));
        let mut watch = Watch::new(observer, stash.clone(), flat.clone(), ranks, kept);
        let outcome = py.detach(|| inner.run(&mut watch));
        if let Some(exception) = watch.raised.take() {
            return Err(exception);
        }
        if let Some(error) = watch.apart.take() {
            return Err(stash.failure(py, error));
        }
        let outcome = outcome.map_err(|error| stash.failure(py, error))?;
        let place = format!("in value, iteration {}", inner.state().record.iteration);
        if let Some(exception) = stash.raised(py, &place) {
            return Err(exception);
        }
        let failure = watch.failure();
        let result = result(py, outcome, &flat)?;
        result.set_item("checkpoint_failure", failure)?;
        Ok(result)
    }

    /// One iteration.
    fn step(&mut self, py: Python<'_>) -> PyResult<Record> {
        let stash = self.stash.clone();
        let inner = self.inner()?;
        let record = py.detach(|| inner.step()).map_err(|error| stash.failure(py, error))?;
        stash.raised(py, &format!("in value, iteration {}", record.iteration)).map_or(Ok(Record(record)), Err)
    }

    /// The bytes of the state: what `resume` takes.
    fn state<'py>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &checkpoint::to_bytes(self.inner()?.state()).map_err(raised)?))
    }

    /// Continues from the bytes of a state.
    fn resume(&mut self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        self.continued(py, checkpoint::from_bytes(state).map_err(raised)?)
    }

    /// The present variables x and z, the scaled dual u, and the record of the last iteration.
    fn present<'py>(&mut self, py: Python<'py>) -> PyResult<Present<'py>> {
        let flat = self.flat.clone();
        let State { x, z, u, record, .. } = self.inner()?.state();
        Ok((x.shown(py, &flat.x)?, z.shown(py, &flat.z)?, flat.dual(py, u)?, Record(*record)))
    }

    /// Starts from another scaled dual.
    fn with_dual(&mut self, u: Vec<Bound<'_, PyAny>>) -> PyResult<()> {
        let u = u.iter().map(|part| matrix(part, "u")).collect::<PyResult<_>>()?;
        let inner = self.inner.take().ok_or_else(gone)?;
        self.inner = Some(inner.with_dual(u).map_err(raised)?);
        Ok(())
    }
}

fn gone() -> PyErr {
    PyRuntimeError::new_err("the coordinator has no state, since it was given one of another problem")
}

impl Coordinator {
    fn inner(&mut self) -> PyResult<&mut Inner> {
        self.inner.as_mut().ok_or_else(gone)
    }

    /// The folder of the checkpoints, and the state of the newest of them.
    fn claimed(&mut self, py: Python<'_>, folder: PathBuf, name: &str) -> PyResult<Checkpoints> {
        let sizes: Vec<(usize, usize)> = self.inner()?.state().u.iter().map(DMatrix::shape).collect();
        let configuration = checkpoint::fingerprint(&(name, sizes)).map_err(raised)?;
        let mut kept = Checkpoints::claim(folder, configuration).map_err(raised)?;
        if let Some(loaded) = kept.load().map_err(raised)? {
            self.continued(py, loaded.state)?;
        }
        Ok(kept)
    }

    fn continued(&mut self, py: Python<'_>, state: State) -> PyResult<()> {
        let inner = self.inner.take().ok_or_else(gone)?;
        self.inner = Some(inner.resume(state).map_err(|error| self.stash.failure(py, error))?);
        Ok(())
    }
}

impl Problem {
    fn coordinate(
        self,
        py: Python<'_>,
        rho: f64,
        options: &str,
        c: Option<Vec<DMatrix<f64>>>,
        policy: Option<Py<PyAny>>,
    ) -> PyResult<Coordinator> {
        let Problem { f, g, x, z, flat, stash, ranks } = self;
        let options: Options =
            serde_json::from_str(options).map_err(|error| PyValueError::new_err(error.to_string()))?;
        let mut inner = Inner::new(f, g, x, z, rho).map_err(|error| stash.failure(py, error))?;
        if let Some(c) = c {
            inner = inner.with_offset(c).map_err(raised)?;
        }
        options.apply(&mut inner);
        if let Some(rule) = policy {
            inner.penalty_policy = Box::new(PythonPolicy { rule, stash: stash.clone() });
        }
        Ok(Coordinator { inner: Some(inner), stash, flat, ranks })
    }
}

/// An outcome by the names of its parts.
fn result<'py>(py: Python<'py>, outcome: Outcome<State>, flat: &Flat) -> PyResult<Bound<'py, PyDict>> {
    let Outcome { status, best, advice, certificate, infeasibility, .. } = outcome;
    let found = PyDict::new(py);
    found.set_item("status", status.to_string())?;
    found.set_item("x", best.x.shown(py, &flat.x)?)?;
    found.set_item("z", best.z.shown(py, &flat.z)?)?;
    found.set_item("u", flat.dual(py, &best.u)?)?;
    found.set_item("y", flat.dual(py, &best.multiplier())?)?;
    found.set_item("record", Record(best.record))?;
    found.set_item("advice", advice)?;
    found.set_item("certificate", Certificate(certificate))?;
    let proof = infeasibility.map(|proof| {
        let parts = PyDict::new(py);
        parts.set_item("multiplier", flat.dual(py, &proof.multiplier())?)?;
        parts.set_item("value", proof.value)?;
        parts.set_item("violation", proof.violation)?;
        Ok::<_, PyErr>(parts)
    });
    found.set_item("infeasibility", proof.transpose()?)?;
    Ok(found)
}
