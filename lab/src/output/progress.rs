//! Messages on stderr while a fit runs.

use std::io::{self, Write};

use admm_solvers::joint::{Method, Progress};
use indicatif::style::TemplateError;
use indicatif::{ProgressBar, ProgressStyle};

use crate::data::Messages;
use crate::words::visible;

/// The amount of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// Errors and nothing else.
    Quiet,
    /// Warnings, and a bar where stderr is a terminal.
    Normal,
    /// Warnings, notes and a line an iteration.
    Verbose,
}

impl Console {
    /// Makes a console by the flags.
    pub fn new(quiet: bool, verbose: bool) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (_, true) => Self::Verbose,
            _ => Self::Normal,
        }
    }

    /// Something that the user should know.
    pub fn warn(self, message: &str) {
        if self != Self::Quiet {
            let _ = writeln!(io::stderr(), "warning: {}", visible(message));
        }
    }

    /// Something that the user may want to know.
    pub fn note(self, message: &str) {
        if self == Self::Verbose {
            let _ = writeln!(io::stderr(), "{}", visible(message));
        }
    }

    /// Notes and warnings about data that were read.
    pub fn tell(self, messages: &Messages) {
        messages.notes.iter().for_each(|note| self.note(note));
        self.warn_of(messages);
    }

    /// Warnings about data whose notes are printed with the results.
    pub fn warn_of(self, messages: &Messages) {
        messages.warnings.iter().for_each(|warning| self.warn(warning));
    }

    /// Counts pieces of work until dropped.
    pub fn count(self, what: &'static str, total: u64) -> Counter {
        let style = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {elapsed}, {eta} left");
        Counter(self.bar(total, style, what.into()))
    }

    fn bar(self, length: u64, style: Result<ProgressStyle, TemplateError>, prefix: String) -> ProgressBar {
        let bar = match self {
            Self::Normal => ProgressBar::new(length), // hidden where stderr is no terminal
            _ => ProgressBar::hidden(),
        };
        bar.set_style(style.expect("the template is well-formed").progress_chars("=> "));
        bar.set_prefix(prefix);
        bar
    }

    /// Follows one method until dropped.
    pub fn follow(self, method: Method, tolerance: f64, max_iterations: u64) -> Follower {
        let style = ProgressStyle::with_template("{prefix:11} [{bar:24}] {elapsed:>4} {msg}");
        let bar = self.bar(STEPS, style, method.to_string());
        Follower { console: self, method, bar, tolerance, max_iterations, worst: None }
    }
}

/// The bar of many pieces.
pub struct Counter(ProgressBar);

impl Counter {
    /// One more is done.
    pub fn tick(&self) {
        self.0.inc(1);
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The length of a bar.
const STEPS: u64 = 1000;

/// The bar of one method.
pub struct Follower {
    console: Console,
    method: Method,
    bar: ProgressBar,
    tolerance: f64,
    max_iterations: u64,
    worst: Option<f64>,
}

impl Follower {
    /// Shows an iteration.
    pub fn show(&mut self, progress: &Progress) {
        self.console.note(&format!("{} {}", self.method, describe(progress)));
        let done = self.done(progress).max(self.bar.position() as f64 / STEPS as f64);
        self.bar.set_position((done * STEPS as f64) as u64);
        self.bar.set_message(describe(progress));
    }

    /// The share of the way: of the orders of magnitude that the residuals have to fall, or of the iterations.
    fn done(&mut self, progress: &Progress) -> f64 {
        let residual = progress.primal_residual.max(progress.dual_residual);
        let first = *self.worst.get_or_insert(residual);
        let fallen = (first / residual).ln() / (first / self.tolerance).ln();
        let fallen = if fallen.is_finite() { fallen.clamp(0.0, 1.0) } else { 0.0 };
        fallen.max(progress.iteration as f64 / self.max_iterations as f64).min(1.0)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn describe(progress: &Progress) -> String {
    let Progress { iteration, objective, primal_residual, dual_residual, rho, passes, .. } = progress;
    let objective = objective.map_or(String::new(), |objective| format!("  objective {objective:.8}"));
    let primal = if *rho > 0.0 { format!("  primal {primal_residual:.1e}  rho {rho:.2e}") } else { String::new() };
    let ratio = progress.participation.map_or(String::new(), |ratio| format!("  participation {ratio:.2}"));
    format!("{iteration}{objective}{primal}  dual {dual_residual:.1e}  passes {passes}{ratio}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(iteration: u64, dual_residual: f64) -> Progress {
        let mut progress = Progress::default();
        (progress.iteration, progress.dual_residual, progress.rho, progress.passes) =
            (iteration, dual_residual, 0.5, 3);
        progress
    }

    #[test]
    fn the_bar_counts_orders_of_magnitude() {
        let mut follower = Console::Quiet.follow(Method::Admm, 1e-6, 1000);
        let steps = [(1, 1.0, 0.001), (2, 1e-3, 0.5), (3, 1e-9, 1.0), (900, 1.0, 0.9), (1, f64::NAN, 0.001)];
        for (iteration, residual, expected) in steps {
            assert!((follower.done(&at(iteration, residual)) - expected).abs() < 1e-12, "{iteration} {residual}");
        }
    }

    #[test]
    fn without_a_tolerance_iterations_count() {
        let mut follower = Console::Quiet.follow(Method::Admm, 0.0, 10);
        assert_eq!(follower.done(&at(5, 0.1)), 0.5);
    }

    #[test]
    fn residuals_are_named() {
        assert_eq!(describe(&at(7, 1e-3)), "7  primal 0.0e0  rho 5.00e-1  dual 1.0e-3  passes 3");
        let mut plain = at(7, 1e-3);
        (plain.rho, plain.objective) = (0.0, Some(0.25));
        assert_eq!(describe(&plain), "7  objective 0.25000000  dual 1.0e-3  passes 3");
    }
}
