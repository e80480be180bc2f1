//! Hidden layers through the binary.

use crate::common::Folder;
use serde_json::Value;

#[test]
fn a_model_with_layers_is_fitted_kept_and_used() {
    let folder = Folder::new();
    let out = folder.admm("fit wine --hidden 6 --test 0.25 --tolerance 1e-4 --out run --report --seed 1").ok();
    assert!(out.contains("6 tanh units") && out.contains("Participation ratio of the hidden layers: admm "), "{out}");
    let files = [
        "config.json",
        "history.csv",
        "model-alternating.safetensors",
        "model-card.md",
        "model-two-stage.safetensors",
        "model.safetensors",
        "report.html",
        "summary.json",
    ];
    assert_eq!(folder.names("run"), files);
    let summary: Value = serde_json::from_slice(&folder.read("run/summary.json")).unwrap();
    let rows = summary.as_array().unwrap();
    let methods: Vec<_> = rows.iter().map(|row| row["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["admm", "alternating", "two-stage"]);
    assert!(rows.iter().all(|row| row["participation_ratio"].as_f64().is_some_and(|ratio| ratio >= 1.0)));
    assert_eq!(rows[0]["status"], "converged");
    assert!(rows[0]["stationarity"].as_f64().unwrap() <= 1e-4);
    let history = folder.text("run/history.csv");
    assert!(history.lines().next().unwrap().ends_with("participation_ratio,seconds"));
    let page = folder.text("run/report.html");
    assert!(page.contains("participation ratio") && page.contains("unit 6"));
    assert!(folder.admm("score run wine").ok().starts_with("accuracy 0.9"));
    assert_eq!(folder.admm("transform run wine --label class").ok().lines().next().unwrap().split(',').count(), 2);
    assert_eq!(folder.admm("predict run wine --label class").ok().lines().count(), 179);
}

#[test]
fn the_collapse_of_layers_is_warned_of() {
    let folder = Folder::new();
    let line = "fit iris --hidden 6 --pca-through --method joint --weight 0.9 --max-iterations 200 --tolerance 1e-3";
    let run = folder.admm(line);
    assert!(run.err.contains("the hidden layers collapse") && run.err.contains("Stop the gradient"), "{}", run.err);
}

#[test]
fn flags_that_do_not_fit_layers_are_refused() {
    let folder = Folder::new();
    folder.admm("fit iris --hidden 4 --method joint").fails(2, &["--method joint", "without --pca-through", "admm"]);
    folder.admm("fit iris --hidden 4 --pca-through --method admm").fails(2, &["--method admm", "joint, two-stage"]);
    folder.admm("fit iris --hidden 4 --constraint ball").fails(2, &["--constraint", "orthonormal"]);
    folder.admm("fit iris --pca-through").fails(2, &["--hidden"]);
    folder.admm("fit iris --hidden 0").fails(2, &["--hidden"]);
    folder.admm("path iris --hidden 4 --method joint").fails(2, &["--method joint"]);
}

#[test]
fn a_path_begins_with_two_stages() {
    let folder = Folder::new();
    let line = "path iris --hidden 4 --cv 2 --weights 1,0.5 --tolerance 1e-3 --max-iterations 200 --out run";
    let out = folder.admm(line).ok();
    assert!(out.contains("Lowest error: λ = "), "{out}");
    assert!(folder.admm("score run iris").ok().starts_with("accuracy 0."));
}
