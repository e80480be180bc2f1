//! `admm path` through the binary.

use crate::common::Folder;
use serde_json::Value;
use std::process::Stdio;
use std::time::{Duration, Instant};

#[test]
fn a_path_is_followed_judged_and_chosen_from() {
    let folder = Folder::new();
    let line = "path iris --cv 5 --repeats 2 --weights 5 --components 2,1 --seed 4";
    let out = folder.admm(&format!("{line} --threads 2 --out run --report")).ok();
    assert!(out.starts_with("150 samples, 4 features, 3 classes; 5 folds × 2, mean ± sd"), "{out}");
    assert!(out.contains("Lowest error: λ = ") && out.contains("Within one standard error of it: λ = "), "{out}");
    assert_eq!(folder.admm(&format!("{line} --threads 1")).ok(), out, "the same for any number of threads");
    let files = [
        "front.svg",
        "model-one-standard-error.safetensors",
        "model.safetensors",
        "path.csv",
        "path.json",
        "report.html",
    ];
    assert_eq!(folder.names("run"), files);

    let page = folder.text("run/report.html");
    for said in [
        ">1.0, 0.75, 0.5, 0.25, 0.0<",
        ">1, 2<",
        "id=\"trade-off\"",
        "Lowest error: λ = ",
        "lowest error",
        "k = 2",
        "on the Pareto front",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains(folder.text("run/front.svg").as_str()), "the page shows the figure beside it");

    let summary: Value = serde_json::from_slice(&folder.read("run/path.json")).unwrap();
    let rows = summary["path"].as_array().unwrap();
    let order: Vec<_> =
        rows.iter().map(|row| (row["components"].as_u64().unwrap(), row["weight"].as_f64().unwrap())).collect();
    assert_eq!(order[..6], [(1, 1.0), (1, 0.75), (1, 0.5), (1, 0.25), (1, 0.0), (2, 1.0)]);
    assert_eq!(folder.text("run/path.csv").lines().count(), 11);
    let error = |row: &Value| row["error"]["mean"].as_f64().unwrap();
    let lowest = rows.iter().find(|row| row["lowest_error"] == true).unwrap();
    assert!(rows.iter().all(|row| error(row) >= error(lowest)));
    let simpler = rows.iter().find(|row| row["one_standard_error"] == true).unwrap();
    assert!(error(simpler) <= error(lowest) + lowest["error"]["sd"].as_f64().unwrap() / 5_f64.sqrt());
    assert!(rows.iter().any(|row| row["front"] == true) && lowest["front"] == true);

    // PCA keeps the most variance, and the model that was kept is the one of the table.
    let variance = |row: &Value| row["variance_explained"]["mean"].as_f64().unwrap();
    assert!(rows[5..].iter().all(|row| variance(row) <= variance(&rows[5]) + 1e-3));
    assert!(folder.admm("score run iris").ok().starts_with("accuracy 0.9"));
    let predicted = folder.admm("transform run/model-one-standard-error.safetensors iris --label class").ok();
    let columns = predicted.lines().next().unwrap().split(',').count() as u64;
    assert_eq!(Some(columns), simpler["components"].as_u64());
}

/// λ, k and μ together: every row has its ridge, and the models of both choices are those of the rows.
#[test]
fn a_ridge_is_chosen_with_the_weight() {
    let folder = Folder::new();
    let line = "path wine --cv 3 --weights 0.5,0.1 -k 1,2 --ridges 1e-3,1,1e-3 --report";
    let out = folder.admm(&format!("{line} --out run")).ok();
    assert!(out.contains("components      μ    λ  variance explained"), "{out}");
    let summary: Value = serde_json::from_slice(&folder.read("run/path.json")).unwrap();
    assert_eq!(summary["ridges"], serde_json::json!([1.0, 1e-3]));
    let rows = summary["path"].as_array().unwrap();
    let of = |row: &Value, name: &str| row[name].as_f64().unwrap();
    let order: Vec<_> = rows.iter().map(|row| ["components", "ridge", "weight"].map(|name| of(row, name))).collect();
    assert_eq!(order[..5], [[1.0, 1.0, 0.5], [1.0, 1.0, 0.1], [1.0, 1e-3, 0.5], [1.0, 1e-3, 0.1], [2.0, 1.0, 0.5]]);
    let lowest = rows.iter().find(|row| row["lowest_error"] == true).unwrap();
    assert!(rows.iter().all(|row| row["error"]["mean"].as_f64() >= lowest["error"]["mean"].as_f64()));
    assert!(out.contains(&format!(", μ = {} with ", lowest["ridge"].to_string().trim_end_matches(".0"))), "{out}");
    assert!(folder.text("run/path.csv").starts_with("components,weight,variance_explained,"));
    assert!(folder.text("run/path.csv").lines().nth(3).unwrap().ends_with(",0.001"));
    assert!(folder.text("run/front.svg").contains("k = 1, μ = 0.001"));

    // A row is what its ridge alone gives.
    let alone = folder.admm("path wine --cv 3 --weights 0.5,0.1 -k 2 --ridge 0.001 --out alone").ok();
    let same: Value = serde_json::from_slice(&folder.read("alone/path.json")).unwrap();
    assert_eq!(same["path"][0]["error"], rows[6]["error"]);
    assert!(!alone.contains('μ'), "{alone}");
    folder.admm("path wine --ridge 1 --ridges 1").fails(2, &["--ridge", "--ridges"]);
    folder.admm("path wine --ridges 1,-1").fails(2, &["--ridge must be", "got -1"]);
}

/// A sample that is the mean of the others has no variance about it: its share explained is 0/0.
#[test]
fn fault_67_a_fold_without_variance_is_left_out() {
    let folder = Folder::new();
    let rows = [(-1, 0, 0), (1, 0, 0), (0, -1, 1), (0, 1, 1), (0, 0, 0), (2, 1, 1), (-2, -1, 1)];
    for offset in [0.0, 0.1, 293.3] {
        let row = |(a, b, y): (i32, i32, i32)| {
            format!("{:?},{:?},{y}\n", f64::from(a) + offset, f64::from(b) * 1e-3 + offset)
        };
        folder.file("mean.csv", "a,b,y\n".to_string() + &rows.map(row).concat());
        let run = folder.admm("path mean.csv -k 1 --cv 7 --weights 1,0.5 --out run");
        assert!(run.err.contains("1 of 7 folds") && run.err.contains("undefined"), "{offset} {}", run.err);
        let out = run.ok();
        assert!(!out.contains("NaN"), "{out}");
        let summary: Value = serde_json::from_slice(&folder.read("run/path.json")).unwrap();
        for row in summary["path"].as_array().unwrap() {
            assert!((0.0..=1.0).contains(&row["variance_explained"]["mean"].as_f64().unwrap()), "{row}");
        }
    }
}

/// At λ = 1 the path is PCA with the classifier of its components, as `fit` knows it.
#[test]
fn a_path_begins_with_pca() {
    let folder = Folder::new();
    folder.admm("path wine --cv 2 --weights 1 --out path").ok();
    folder.admm("fit wine --weight 1 --method two-stage --out fit").ok();
    assert_eq!(folder.read("path/model.safetensors"), folder.read("fit/model.safetensors"));
}

#[test]
fn every_method_constraint_and_rule_has_a_path() {
    let folder = Folder::new();
    for flags in [
        "--method admm --rule hebbian",
        "--method alternating",
        "--constraint unit-norm",
        "--constraint ball",
        "--constraint normalised-q",
    ] {
        folder.admm(&format!("path wine --cv 2 --weights 3 {flags}")).ok();
    }
    folder.admm("path wine --cv 2 --weights 3 --constraint none --shrinkage 1").ok();
    folder.admm("path wine --cv 2 --weights 0.2,0.1 --constraint none --shrinkage 0.3").ok();
    folder.admm("path wine --cv 2 --weights 0 --constraint none").ok();
    folder
        .admm("path wine --cv 2 --weights 3 --constraint none")
        .fails(1, &["wine", "unbounded", "shrinkage γ = 0", "--shrinkage"]);
}

#[test]
fn fits_that_did_not_converge_are_counted() {
    let line = "path iris --cv 2 --weights 2 --method admm --max-iterations 1";
    let run = Folder::new().admm(line);
    assert!(run.err.contains("4 of 4 fits did not converge") || run.err.contains("2 of 4 fits did not"), "{}", run.err);
    run.ok();
}

#[test]
fn what_is_wrong_is_said() {
    let folder = Folder::new();
    let usage = folder.admm("path wine --cv 1 --repeats 0 --components 0 --ridge -1");
    usage.fails(2, &["--cv: ", "at least 2 folds, got 1", "repeats must be", "--components must be", "--ridge must"]);
    usage.fails(2, &["Usage: admm path"]);
    folder.admm("path wine -k 1,-1").fails(2, &["'-1'", "--components", "not negative"]);
    let idle = folder.admm("path wine --rule oja --out run --report run/x.html");
    idle.fails(2, &["--rule is for the methods admm and alternating, not for joint", "--report lies in the folder"]);
    folder.admm("path wine --weights 1,2").fails(2, &["--weights", "got 2"]);
    folder.admm("path wine --method two-stage").fails(2, &["two-stage"]);
    folder.admm("path wine --cv 179").fails(1, &["179 folds of 178 samples"]);
    folder.admm("path wine --components 14").fails(1, &["14 components"]);
    folder.file("lone.csv", "a,b,y\n1,2,u\n2,1,u\n3,5,u\n0,1,v\n");
    folder.admm("path lone.csv --cv 2 -k 1").fails(1, &["class `v` has a single sample"]);
}

#[test]
fn after_a_kill_a_path_goes_on_and_ends_with_the_same_files() {
    let folder = Folder::new();
    let line = |out: &str| format!("path digits --cv 8 --weights 5 --threads 2 --out {out}");
    folder.admm(&line("whole")).ok();
    let mut command = folder.command(&line("killed").split_whitespace().collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let journal = folder.path().join("killed/running.jsonl");
    let finished = || std::fs::read_to_string(&journal).unwrap_or_default().lines().count().saturating_sub(1);
    let limit = Instant::now() + Duration::from_secs(60);
    while finished() < 2 {
        assert!(Instant::now() < limit && child.try_wait().unwrap().is_none(), "it was to be killed in the middle");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!((2..8).contains(&finished()) && folder.names("killed") == ["running.jsonl"]);
    let again = folder.admm(&line("killed"));
    assert!(again.err.contains("going on with an earlier run: ") && again.err.contains("of 8 folds"), "{}", again.err);
    again.ok();
    assert_eq!(folder.names("killed"), folder.names("whole"));
    for name in folder.names("whole") {
        assert!(folder.read(&format!("killed/{name}")) == folder.read(&format!("whole/{name}")), "{name}");
    }

    // Another seed makes other folds.
    folder.file("killed/running.jsonl", "{}\n{\"piece\":0,\"found\":[]}\n");
    let other = folder.admm(&format!("{} --seed 1", line("killed")));
    assert!(other.err.contains("dropped 1 finished fold of another run"), "{}", other.err);
    other.ok();
}
