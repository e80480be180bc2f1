//! Scripts of other tools that users would run instead. They run on the same arrays and print their progress.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use admm_solvers::data::Scale;
use serde_json::Value;

use super::{Trace, lasso, ours};
use crate::data::Labelled;
use crate::failure::Failure;
use crate::flags::BenchOptions;
use crate::output::Console;

/// A script and its flags for the joint objective.
const JOINT: &[(&str, &str, &[&str])] = &[
    ("scipy L-BFGS-B", "p5_scipy.py", &[]),
    ("pymanopt trust regions", "p2_pymanopt.py", &["--backend", "numpy", "--opt", "tr"]),
    ("pymanopt CG", "p2_pymanopt.py", &["--backend", "numpy", "--opt", "cg"]),
    ("torch L-BFGS", "p3_torch.py", &["--method", "lbfgs"]),
    ("numpy ADMM", "p4_admm.py", &[]),
];

/// And for the lasso.
const LASSO: &[(&str, &[&str])] = &[
    ("numpy ADMM", &["--method", "admm", "--iters", "60", "--reps", "1"]),
    ("SCS", &["--method", "scs", "--eps", "1e-3", "1e-5", "1e-6"]),
    ("OSQP", &["--method", "osqp", "--eps", "1e-3", "1e-5"]),
];

/// Data sets by name, and the columns of W.
const PROBLEMS: &[(&str, usize, &str)] = &[
    ("D1", 10, "D1: digits, 1437×64, 10 components"),
    ("D2", 20, "D2: planted, 60000×784, 20 components"),
    ("D3", 5, "D3: wide, 2000×20000, 5 components"),
    ("L1", 0, "L1: lasso, 1500×5000"),
];

/// λ and μ of the scripts in our weights: f = (2F + 1)/3.
const WEIGHTS: (f64, f64) = (1.0 / 3.0, 1e-3);

/// The folder of the scripts, and that of their data.
pub struct Peers<'a> {
    folder: &'a Path,
    home: PathBuf,
    options: &'a BenchOptions,
    console: Console,
}

impl<'a> Peers<'a> {
    /// The data are where `PEERS_HOME` says; `PEERS_PYTHON` names the interpreter.
    pub fn new(folder: &'a Path, options: &'a BenchOptions, console: Console) -> Result<Self, Failure> {
        if let Some(unknown) = options.data.iter().find(|name| PROBLEMS.iter().all(|(known, ..)| known != name)) {
            return Err(Failure::Usage(vec![format!("--data knows D1, D2, D3 and L1, not {unknown}")]));
        }
        let home = std::env::var_os("PEERS_HOME").map(PathBuf::from);
        let home = home.ok_or_else(|| Failure::Other("PEERS_HOME must name the folder with the peers' data".into()))?;
        Ok(Peers { folder, home, options, console })
    }

    /// Returns a description of a data set.
    pub fn title(&self, name: &str) -> &'static str {
        PROBLEMS.iter().find(|(known, ..)| *known == name).map_or("", |(_, _, title)| title)
    }

    /// Ours and the others on one data set, one after the other.
    pub fn run(&self, name: &str, report: &mut dyn FnMut(&str, bool, Trace)) -> Result<(), Failure> {
        if name == "L1" { self.lasso(report) } else { self.joint(name, report) }
    }

    fn joint(&self, name: &str, report: &mut dyn FnMut(&str, bool, Trace)) -> Result<(), Failure> {
        let (_, components, _) = *PROBLEMS.iter().find(|(known, ..)| *known == name).expect("names are checked");
        let best = number(&self.json(&self.home.join("fstar.json"))?, &[&format!("{name}_k{components}"), "F"])?;
        let data = self.home.join("data");
        let mut pair = data.join(format!("{name}_Xtr_f64.npy")).into_os_string();
        pair.push(",");
        pair.push(data.join(format!("{name}_ytr.npy")));
        let Labelled { x, labels, .. } = ours::load(&pair)?;
        let (scale, best_of_ours) = (Scale::None, Some((2.0 * best + 1.0) / 3.0));
        let problem =
            ours::BenchProblem { x, labels, components, weights: WEIGHTS, scale, best: best_of_ours, unit: 1.5 };
        problem.run(&mut |name, trace| report(name, true, trace))?;
        drop(problem);
        for (peer, script, flags) in JOINT {
            let (k, budget) = (components.to_string(), self.options.budget.to_string());
            let common = ["--data", name, "--k", &k, "--dtype", "f64", "--init", "pca", "--budget", &budget];
            let found = self.call(script, &[&common, *flags].concat())?;
            let rows = found["trace"].as_array().cloned().unwrap_or_default();
            let entry = |row: &Value| Some((row[0].as_f64()?, row[1].as_f64()?, row[2].as_f64()? - best));
            report(peer, false, rows.iter().filter_map(entry).collect());
        }
        Ok(())
    }

    fn lasso(&self, report: &mut dyn FnMut(&str, bool, Trace)) -> Result<(), Failure> {
        let data = self.home.join("data");
        let best = number(&self.json(&data.join("L1_pstar.json"))?, &["pstar"])?;
        report("admm", true, lasso::run(&data, best)?);
        for (peer, flags) in LASSO {
            let found = self.call("p6_lasso.py", flags)?;
            let times = found["ttg"].as_object().cloned().unwrap_or_default();
            let entry = |(gap, time): (&String, &Value)| Some((time.as_f64()?, f64::NAN, gap.parse().ok()?));
            report(peer, false, times.iter().filter_map(entry).collect());
        }
        Ok(())
    }

    /// Runs a script and returns what it writes to the file that --json names. A script that fails gives null: the
    /// failure is printed, and the script reaches no gap.
    fn call(&self, script: &str, flags: &[&str]) -> Result<Value, Failure> {
        let python = std::env::var_os("PEERS_PYTHON").unwrap_or_else(|| "python3".into());
        let answer = self.home.join("answer.json");
        let mut command = Command::new(python);
        command.arg(self.folder.join(script)).args(flags).arg("--json").arg(&answer);
        command.env("PEERS_HOME", &self.home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let status = command.status().map_err(|error| Failure::Other(format!("{script}: {error}")))?;
        let found = if status.success() {
            self.json(&answer)
        } else {
            self.console.warn(&format!("{script} ended with {status}; run it alone to see why"));
            Ok(Value::Null)
        };
        let _ = fs::remove_file(&answer);
        found
    }

    fn json(&self, path: &Path) -> Result<Value, Failure> {
        let read = |source| Failure::Io { operation: "read", path: path.into(), source };
        let text = fs::read_to_string(path).map_err(read)?;
        serde_json::from_str(&text).map_err(|error| Failure::Other(format!("{}: {error}", path.display())))
    }
}

fn number(value: &Value, keys: &[&str]) -> Result<f64, Failure> {
    let found = keys.iter().fold(value, |value, key| &value[*key]);
    found.as_f64().ok_or_else(|| Failure::Other(format!("the best known value {} is missing", keys.join("."))))
}
