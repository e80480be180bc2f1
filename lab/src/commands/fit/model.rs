//! The flags of a fit, checked together, as a model of the library.

use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use admm::Exec;
use admm_solvers::Scalar;
use admm_solvers::data::Features;
use admm_solvers::joint::{AccelerationChoice, Builder, Method, PenaltyChoice};

use crate::data::{self, LabelColumn, LabelledSet, ReadOptions, Source};
use crate::failure::Failure;
use crate::flags::{FitOptions, Methods, TestSource, flagged};
use crate::output::{self, report};
use crate::ranks;

impl FitOptions {
    /// Returns the place of the report page, if a report is asked for.
    pub(super) fn report(&self) -> Option<PathBuf> {
        report::place(self.report.as_ref(), self.out.as_deref())
    }

    /// The same for a process that writes nothing.
    pub(super) fn unwritten(&self) -> Self {
        Self { out: None, json: None, report: None, checkpoint: None, ..self.clone() }
    }

    /// The files that are read.
    pub(super) fn reads(&self) -> Vec<PathBuf> {
        let test = match self.test() {
            Some(TestSource::Data(data)) => data::input_files(data),
            _ => Vec::new(),
        };
        [data::input_files(self.data()), test, self.sampling.counting.file().into_iter().collect()].concat()
    }

    /// Loads the data of this process, or maps them, and the test samples, which may be a fraction of all data.
    pub(super) fn load<T: Scalar>(&self) -> Result<LabelledSet<Features<T>>, Failure> {
        let test = match self.test() {
            Some(TestSource::Data(data)) => Some(data.as_os_str()),
            _ => None,
        };
        let reading = self.sampling.reading(self.reading.options(LabelColumn::Last));
        let reading = ReadOptions { categories: self.model.categories, numbers: self.prediction().numbers, ..reading };
        let (source, ranks) = (Source { data: self.data(), test, reading }, &*ranks::all());
        match self.test() {
            Some(&TestSource::Fraction(fraction)) => {
                let set = data::load(&source)?;
                let (train, test) = set.keep_back(fraction, self.seed)?;
                Ok(LabelledSet { train: train.share(ranks), test: Some(test), ..set })
            }
            _ => data::load_own(&source, ranks),
        }
    }

    /// The library's choices, checked, or all flags that are out of range.
    pub(super) fn choices(&self) -> Result<Builder, Failure> {
        let exec = Exec::threads(self.threads.into()).map_err(Failure::library("--threads"))?;
        let builder = self
            .model
            .builder()
            .components(self.components)
            .weight(self.weight)
            .penalty(self.penalty)
            .relaxation(self.relaxation)
            .acceleration(self.acceleration)
            .batch(self.batch)
            .starts(self.starts)
            .seed(self.seed)
            .trace(self.out.is_some() || self.report.is_some())
            .exec(exec)
            .ranks(ranks::all());
        let problems = self.problems();
        match builder.clone().build() {
            Ok(_) if problems.is_empty() => Ok(builder),
            Ok(_) => Err(Failure::Usage(problems)),
            Err(admm::Error::Parameters(of_model)) => Err(Failure::Usage([flagged(&of_model), problems].concat())),
            Err(error) => Err(Failure::library("fit")(error)),
        }
    }

    /// Returns the problems of the flags that the library does not check.
    fn problems(&self) -> Vec<String> {
        let fraction = match self.test {
            Some(TestSource::Fraction(fraction)) if !(fraction > 0.0 && fraction < 1.0) => {
                Some(format!("--test: the fraction of test samples must lie between 0 and 1, got {fraction:?}"))
            }
            _ => None,
        };
        let limit =
            self.time_limit.filter(|limit| Duration::try_from_secs_f64(*limit).map_or(true, |limit| limit.is_zero()));
        let limit = limit
            .map(|limit| format!("--time-limit: the time limit must be a positive number of seconds, got {limit:?}"));
        let loss = self.model.unfit_loss(&self.reading, &self.sampling);
        [fraction, limit, self.clash(), self.idle(), self.reads_twice(), loss].into_iter().flatten().collect()
    }

    /// Returns the problem of standard input that would be read a second time.
    fn reads_twice(&self) -> Option<String> {
        let from_stdin = data::is_stdin(self.data());
        let test = matches!(self.test(), Some(TestSource::Data(data)) if data::is_stdin(data));
        match (from_stdin, test) {
            (true, true) => Some("--test: standard input holds the data already".into()),
            _ if (from_stdin || test) && self.checkpoint.is_some() => {
                Some("--checkpoint: a fit of standard input cannot be resumed, since it is not read again".into())
            }
            _ => None,
        }
    }

    /// Returns the problem of two outputs that would overwrite each other.
    fn clash(&self) -> Option<String> {
        let place = |path: Option<&Path>| absolute(path?).ok();
        let json = self.json.as_deref();
        if json.is_some() && place(json) == place(self.report().as_deref()) {
            return Some("--json and --report name the same file: choose two".into());
        }
        let (out, checkpoint) = (("--out", self.out.as_deref()), ("--checkpoint", self.checkpoint.as_deref()));
        let page = report::elsewhere(self.report.as_ref(), out.1);
        output::inside(&[("--json", json), ("--report", page.as_deref()), checkpoint, out], &[out, checkpoint])
    }

    /// Returns the problem of flags that belong to another method than the one to run.
    fn idle(&self) -> Option<String> {
        let Methods::One(method) = self.method else { return None };
        if let Some(problem) = self.model.unserved(method) {
            return Some(problem);
        }
        if method != Method::Descent && self.batch.is_some() {
            return Some(format!("--batch is for the method joint, not for {method}"));
        }
        if method == Method::TwoStage && self.starts > 0 {
            return Some("--starts is for the methods admm, joint and alternating, not for two-stage".into());
        }
        if let Some(problem) = self.model.idle(method) {
            return Some(problem);
        }
        let choices = (self.penalty, self.relaxation, self.acceleration);
        let idle = method != Method::Admm && choices != (PenaltyChoice::default(), 1.0, AccelerationChoice::default());
        idle.then(|| format!("--penalty, --relaxation and --acceleration are for the method admm, not for {method}"))
    }
}
