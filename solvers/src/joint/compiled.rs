//! The joint model in both precisions, compiled once for the programs and tests that use it.
//!
//! Generic code is compiled by the crate that calls it: each binary would compile the whole model anew. Up to
//! `opt-level = 1` a crate exports the generic code that it has compiled, and the crates above take it from there. So it
//! is enough that this module refers to the entry points. Above that level crates do not share, and `build.rs` leaves
//! the module out.
#![cfg(shared_generics)]

use super::prepared::Task;
use super::{Builder, Fitted, Method, Model, Moment, Position, Prepared};
use crate::data::Features;
use crate::loss::Predictor;
use crate::scalar::Scalar;
use admm::Result;
use nalgebra::DMatrix;
use std::ops::ControlFlow;

/// The entry points of the joint model for one precision.
#[allow(dead_code, clippy::type_complexity)] // the entry points are referred to, and not called
struct EntryPoints<T: Scalar> {
    prepare: fn(&Builder, Features<T>, Task<T>, Option<&[T]>) -> Result<Prepared<T>>,
    fit: fn(&Prepared<T>, Method, &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>) -> Result<Fitted<T>>,
    resume: fn(&Prepared<T>, Position, &mut dyn FnMut(&Moment<'_>) -> ControlFlow<()>) -> Result<Fitted<T>>,
    with_weight: fn(&Prepared<T>, f64) -> Result<Prepared<T>>,
    with_start: fn(&Prepared<T>, &Predictor<T>) -> Result<Prepared<T>>,
    transform: fn(&Model<T>, &DMatrix<T>) -> Result<DMatrix<T>>,
    score: fn(&Model<T>, &DMatrix<T>, &[usize]) -> Result<f64>,
}

macro_rules! entry_points {
    ($($name:ident: $precision:ty),*) => {$(
        #[used]
        static $name: EntryPoints<$precision> = EntryPoints {
            prepare: Prepared::new,
            fit: Prepared::fit,
            resume: Prepared::resume,
            with_weight: Prepared::with_weight,
            with_start: Prepared::with_start,
            transform: Model::transform,
            score: Model::score,
        };
    )*};
}
entry_points! { SINGLE: f32, DOUBLE: f64 }
