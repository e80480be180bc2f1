//! Python objects as a part of the state: copied with it, and pickled into its checkpoints.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use std::sync::Arc;

/// An object that nobody changes: whoever does gets a copy. The default stands for an empty dict.
#[derive(Clone, Default)]
pub struct Object(Option<Arc<Py<PyAny>>>);

impl Object {
    /// Takes an object, which the caller gives away.
    pub fn new(of: Bound<'_, PyAny>) -> Self {
        Object(Some(Arc::new(of.unbind())))
    }

    /// The object itself, to look at.
    pub fn shown<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.0.as_ref().map_or_else(|| PyDict::new(py).into_any(), |object| object.bind(py).clone())
    }

    /// A deep copy, to change.
    ///
    /// # Errors
    /// An object that cannot be copied.
    pub fn copied<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.0 {
            Some(object) => py.import("copy")?.call_method1("deepcopy", (object.bind(py),)),
            None => Ok(PyDict::new(py).into_any()),
        }
    }

    fn pickled(&self) -> PyResult<Vec<u8>> {
        let Some(object) = &self.0 else { return Ok(Vec::new()) };
        Python::attach(|py| py.import("pickle")?.call_method1("dumps", (object.bind(py),))?.extract())
    }

    fn unpickled(bytes: &[u8]) -> PyResult<Self> {
        if bytes.is_empty() {
            return Ok(Object(None));
        }
        Python::attach(|py| {
            let object = py.import("pickle")?.call_method1("loads", (PyBytes::new(py, bytes),));
            Ok(Object::new(object.map_err(|error| PyValueError::new_err(error.to_string()))?))
        })
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.pickled().map_err(ser::Error::custom)?.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Object::unpickled(&Vec::<u8>::deserialize(from)?).map_err(de::Error::custom)
    }
}
