//! ADMM beside the joint descent, on the same problem from the same start.

use std::ops::ControlFlow;

use admm::{Result, Status};
use admm_solvers::Scalar;
use admm_solvers::data::Scale;
use admm_solvers::joint::{Constraint, Method, Prepared, Report};
use nalgebra::DMatrix;
use serde::Deserialize;

use super::fit::Fit;
use super::{Case, TimedRow, Work};
use crate::flags::Precision;

/// The settings, named and set as the flags of `admm fit`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Compare {
    components: usize,
    weight: f64,
    ridge: f64,
    shrinkage: f64,
    constraint: Constraint,
    scale: Scale,
    precision: Precision,
}

impl Default for Compare {
    fn default() -> Self {
        let Fit { components, weight, ridge, shrinkage, constraint, scale, .. } = Fit::default();
        Compare { components, weight, ridge, shrinkage, constraint, scale, precision: Precision::F64 }
    }
}

/// Objectives of one minimum differ by less than this share in either precision.
const SAME: (f64, f64) = (1e-6, 1e-4);

impl Work for Compare {
    fn check_settings(&self) -> std::result::Result<(), String> {
        self.fit().check_settings()
    }

    fn run(&self, case: &Case) -> Result<Vec<TimedRow>> {
        let x = &case.train.x;
        Ok(vec![match self.precision {
            Precision::F32 => self.row(&x.map(|value| value as f32), case, SAME.1)?,
            Precision::F64 => self.row(x, case, SAME.0)?,
        }])
    }
}

impl Compare {
    fn fit(&self) -> Fit {
        let &Compare { components, weight, ridge, shrinkage, constraint, scale, .. } = self;
        Fit { components, weight, ridge, shrinkage, constraint, scale, ..Fit::default() }
    }

    /// Both methods. A problem without a minimiser is solved by the method that says so, and has no optimum to compare.
    fn row<T: Scalar>(&self, x: &DMatrix<T>, case: &Case, same: f64) -> Result<TimedRow> {
        let prepared = self.fit().builder().build()?.prepare(x, &case.train.labels, case.classes, None)?;
        let [admm, joint] = [Method::Admm, Method::Descent].map(|method| report(&prepared, method));
        let status = |of: &Result<Report>| of.as_ref().map_or("error".to_string(), |report| report.status.to_string());
        let solved = |of: &Result<Report>| {
            let status = of.as_ref().map(|report| report.status);
            u8::from(matches!(status, Ok(Status::Converged | Status::Unattained)))
        };
        let row = TimedRow::default()
            .with("status", status(&admm))
            .with("joint_status", status(&joint))
            .with("converged", solved(&admm))
            .with("joint_converged", solved(&joint));
        let (Ok(admm), Ok(joint)) = (admm, joint) else { return Ok(row) };
        let attained = [&admm, &joint].iter().all(|report| report.status != Status::Unattained);
        let both = [&admm, &joint].iter().all(|report| report.status == Status::Converged);
        let slack = same * joint.objective.abs().max(1e-3);
        let worse = attained.then(|| u8::from(admm.objective > joint.objective + slack));
        let better = attained.then(|| u8::from(admm.objective < joint.objective - slack));
        let ratio = both.then(|| admm.passes as f64 / joint.passes as f64);
        let row = TimedRow { seconds: admm.seconds + joint.seconds, ..row };
        let row = row.with("objective", admm.objective).with("joint_objective", joint.objective);
        Ok(row.with("worse", worse).with("better", better).with("ratio", ratio))
    }
}

fn report<T: Scalar>(prepared: &Prepared<T>, method: Method) -> Result<Report> {
    Ok(prepared.fit(method, &mut |_| ControlFlow::Continue(()))?.report)
}
