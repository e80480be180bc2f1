//! Experiments through the binary: the same bytes for any number of threads and after a kill, and what they must show.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::common::{self, Folder, Run};
use serde_json::Value;

/// The shipped trade-off on the two smallest sets.
const SMALL: [&str; 8] = [
    "experiment",
    "run",
    "trade-off",
    "--set=grid.0.data=['iris', 'wine']",
    "--set=grid.0.repeats=2",
    "--set=settings.weights=1,0.5,0",
    "--set=seed=3",
    "--out",
];

fn small(folder: &Folder, out: &str, threads: &str) -> Run {
    folder.run(&[&SMALL[..], &[out, "--threads", threads]].concat())
}

fn rows(folder: &Folder, file: &str) -> Vec<Value> {
    folder.text(file).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hashes_of(manifest: &Value) -> Vec<&str> {
    manifest["data"].as_array().unwrap().iter().map(|data| data["sha256"].as_str().unwrap()).collect()
}

#[test]
fn the_shipped_ones_are_listed() {
    let list = Folder::new().admm("experiment list").ok();
    for name in [
        "two-losses",
        "trade-off",
        "supervised-pca",
        "rules",
        "penalties",
        "robustness",
        "network",
        "starts",
        "scaling",
    ] {
        assert!(list.lines().any(|line| line.starts_with(name)), "{name}");
    }
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let folder = Folder::new();
    let out = small(&folder, "one", "1").ok();
    assert!(out.contains("Test error along the path") && out.ends_with("4 cells: one\n"), "{out}");
    small(&folder, "three", "3").ok();
    assert_eq!(folder.text("one/cells.jsonl"), folder.text("three/cells.jsonl"));
    let rows = rows(&folder, "one/cells.jsonl");
    assert_eq!(rows.len(), 12);
    assert!(rows.iter().all(|row| row["test_error"].is_number() && row.get("seconds").is_none()));
    assert_eq!(folder.text("one/timings.jsonl").lines().count(), 12);
    assert_eq!(folder.admm("experiment verify one --threads 2").ok(), "one: the same bits in all 12 rows\n");

    let manifest: Value = serde_json::from_slice(&folder.read("one/manifest.json")).unwrap();
    assert_eq!((manifest["seed"].as_u64(), manifest["threads"].as_u64()), (Some(3), Some(1)));
    assert_eq!(manifest["configuration"]["settings"]["weights"], "1,0.5,0");
    assert_eq!(hashes_of(&manifest).iter().map(|hash| hash.len()).collect::<Vec<_>>(), [64, 64]);
    assert!(folder.text("one/table-errors.csv").starts_with("weight,iris:test_error,iris:test_error_sd,wine:"));
    assert!(folder.text("one/table-errors.md").starts_with("| weight | iris | wine |\n"));
    assert!(folder.text("one/table-errors.tex").contains("\\toprule"));
    assert!(folder.text("one/figure-front.svg").starts_with("<svg"));
    assert!(folder.names("one").iter().all(|name| name != "running.jsonl"));

    assert_eq!(folder.admm("experiment report one").ok(), "one/report.html\n");
    let page = folder.text("one/report.html");
    assert!(page.contains("<caption>Test error along the path</caption>") && page.contains("<svg"), "{page}");
    assert!(page.contains(hashes_of(&manifest)[0]));
}

#[test]
fn a_changed_figure_is_found_and_named() {
    let folder = Folder::new();
    small(&folder, "run", "2").ok();
    let text = folder.text("run/cells.jsonl");
    let changed = text.replacen("\"weight\":0.5", "\"weight\":0.25", 1);
    assert_ne!(text, changed);
    folder.file("run/cells.jsonl", changed);
    folder.admm("experiment verify run").fails(1, &["cells.jsonl", "row 2", "`weight`: 0.25", "0.5 when run again"]);
    folder.file("run/cells.jsonl", text.lines().next().unwrap());
    folder.admm("experiment verify run").fails(1, &["1 rows, and 12"]);
    folder.file("run/cells.jsonl", &text[..text.len() - 10]);
    for command in ["verify", "report"] {
        folder.admm(&format!("experiment {command} run")).fails(1, &["run/cells.jsonl, line 12: it is cut off"]);
    }
}

/// Cells that take a while each.
const SLOW: &str = "title = 'slow'\nquestion = 'is it the same?'\n[[grid]]\nwork = 'fit'\ndata = ['digits']\n\
                    settings.weight = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]\nsettings.method = ['admm', 'joint']\n";

#[test]
fn after_a_kill_the_run_goes_on_and_ends_with_the_same_file() {
    let folder = Folder::new();
    folder.file("slow.toml", SLOW);
    folder.admm("experiment run slow.toml --threads 2 --out whole").ok();
    let line = "experiment run slow.toml --threads 2 --out killed";
    let mut command = folder.command(&line.split_whitespace().collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let journal = folder.path().join("killed/running.jsonl");
    let limit = Instant::now() + Duration::from_secs(60);
    let finished = |text: String| text.lines().count().saturating_sub(1);
    while finished(std::fs::read_to_string(&journal).unwrap_or_default()) < 3 {
        assert!(Instant::now() < limit && child.try_wait().unwrap().is_none(), "it was to be killed in the middle");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.path().join("killed/cells.jsonl").exists());
    let done = finished(folder.text("killed/running.jsonl"));
    assert!((3..20).contains(&done), "{done}");
    let again = folder.admm(line);
    assert!(again.err.contains("going on with an earlier run: "), "{}", again.err);
    again.ok();
    assert_eq!(folder.text("killed/cells.jsonl"), folder.text("whole/cells.jsonl"));
    assert_eq!(folder.names("killed"), folder.names("whole"));

    // Another experiment does not go on with what this one left.
    folder.file(
        "killed/running.jsonl",
        "{\"program\":\"\",\"run\":\"\"}\n{\"piece\":0,\"found\":[{\"values\":{},\"seconds\":0.0}]}\n",
    );
    let other = folder.admm(line);
    assert!(other.err.contains("dropped 1 finished cell of another run"), "{}", other.err);
    other.ok();
    assert_eq!(folder.text("killed/cells.jsonl"), folder.text("whole/cells.jsonl"));
}

#[test]
fn what_is_wrong_is_said_before_anything_runs() {
    let folder = Folder::new();
    let refused = |line: &str, words: &[&str]| folder.admm(line).fails(1, words);
    refused("experiment run tradeoff", &["`tradeoff`", "trade-off"]);
    refused("experiment run missing.toml", &["missing.toml"]);
    refused("experiment verify trade-off", &["trade-off", "run the experiment first"]);
    refused("experiment report trade-off", &["trade-off", "run the experiment first"]);
    refused("experiment run trade-off --set grid.0.colour=1", &["trade-off", "colour"]);
    refused("experiment run trade-off --set settings.colour=1", &["trade-off: grid 0", "colour"]);
    refused("experiment run rules --set settings.rule=oja", &["`settings.rule` does nothing", "grid.0.settings.rule"]);
    refused("experiment run rules --set grid.0.data=[]", &["rules", "no grid has a cell"]);
    refused("experiment run rules --set settings.components=100", &["digits", "100"]);
    refused("experiment run rules --set settings.max-passes=0", &["max-passes"]);
    refused("experiment run penalties --set settings.ridge=-1", &["ridge"]);
    refused("experiment run trade-off --set settings.weights=1:0", &["first:last:count"]);
    refused("experiment run trade-off --set settings.ridge=-1", &["ridge", "-1"]);
    refused("experiment run trade-off --set grid.0.data=['vowel']", &["vowel", "--data-dir"]);
    refused("experiment run trade-off --data-dir nowhere", &["--data-dir nowhere"]);
    refused("experiment run scaling --set grid.0.data=['gaussian-1x1']", &["gaussian-1x1"]);
    folder.file("a.toml", SLOW.replace("work = 'fit'", "work = 'fit'\ntest = 'official'"));
    refused("experiment run a.toml --out a", &["digits", "official"]);
    folder.file("b.toml", "title = 1");
    refused("experiment run b.toml", &["b.toml: TOML parse error", "line 1"]);
    folder.file("c.toml", SLOW.replace("work = 'fit'", "work = 'fit'\nsettings.colour = 'red'"));
    refused("experiment run c.toml", &["c.toml, line ", ": grid 0: unknown field `colour`"]);
    folder.file("d.toml", SLOW.replace("'digits'", "'nothing'"));
    refused("experiment run d.toml", &["d.toml: the data set `nothing`"]);
    std::fs::create_dir(folder.path().join("notes")).unwrap();
    folder.file("notes/mine.txt", "");
    refused("experiment run trade-off --out notes", &["mine.txt"]);
}

/// A table or a figure of nothing costs no results.
#[test]
fn columns_that_nothing_has_are_named() {
    let folder = Folder::new();
    let line = "experiment run rules --set grid.0.data=['wine'] --set grid.0.settings.rule=['power'] \
                --set table.1.values=['patience'] --set figure.0.where={data='wine'} --set figure.0.y=colour";
    let run = folder.admm(line);
    assert!(run.err.contains("table `all`: no row has the column `patience`"), "{}", run.err);
    assert!(run.err.contains("figure `digits`: no row has the column `colour`"), "{}", run.err);
    assert!(run.ok().ends_with("1 cell: results/rules\n"));
    assert!(!folder.names("results/rules").contains(&"figure-digits.svg".to_string()));
    assert_eq!(folder.admm("experiment report rules").ok(), "results/rules/report.html\n");
    assert!(folder.text("results/rules/report.html").contains("Nothing to draw"));
}

/// A folder of the user's own data needs no catalogue.
#[test]
fn a_folder_of_other_data() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    folder.file("data/mine.csv", common::small_csv());
    let set = [
        "--set=grid.0.folder-data=['mine', 'digits']",
        "--set=grid.0.repeats=1",
        "--set=grid.1.folder-data=[]",
        "--set=grid.2.folder-data=[]",
    ];
    let start =
        ["experiment", "run", "trade-off", "--data-dir", "data", "--set=settings.weights=1,0.5", "--out", "run"];
    folder.run(&[&start[..], &set[..]].concat()).ok();
    assert_eq!(rows(&folder, "run/cells.jsonl")[0]["data"], "mine");
    let manifest: Value = serde_json::from_slice(&folder.read("run/manifest.json")).unwrap();
    assert_eq!((&manifest["data"][0]["file"], &manifest["data"][1]["file"]), (&Value::from("mine.csv"), &Value::Null));
    folder.admm("experiment verify run").fails(1, &["--data-dir"]);
    assert!(folder.admm("experiment verify run --data-dir data").ok().contains("the same bits"));
    folder.file("data/mine.csv", common::small_csv().replacen("1.", "2.", 1));
    folder.admm("experiment verify run --data-dir data").fails(1, &["`mine`", "not the one"]);
}

/// Published figures (Ritchie et al. 2020, table III) and the golden values of vowel and optdigits, on the real data.
#[test]
#[ignore = "needs ADMM_DATA"]
fn published_and_golden_figures() {
    let data = std::env::var("ADMM_DATA").expect("ADMM_DATA names no folder");
    let folder = Folder::new();
    let start = [
        "experiment",
        "run",
        "supervised-pca",
        "--set=grid.0.folder-data=['ionosphere']",
        "--out",
        "run",
        "--data-dir",
    ];
    folder.run(&[&start[..], &[data.as_str()]].concat()).ok();
    let rows = rows(&folder, "run/cells.jsonl");
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
    let mean = |choice: &str| {
        let errors: Vec<f64> =
            rows.iter().filter(|row| row["choice"] == choice).map(|row| number(row, "test_error")).collect();
        assert_eq!(errors.len(), 10);
        errors.iter().sum::<f64>() / 10.0
    };
    let (plain, chosen) = (mean("largest weight"), mean("lowest error"));
    assert!((plain - 0.400).abs() <= 0.033, "PCA and a classifier: {plain}");
    assert!(chosen <= 0.161, "the joint model: {chosen}");
    let golden = [
        ("vowel", 2, 1.0, 0.732, 0.448),
        ("vowel", 2, 0.9, 0.682, 0.485),
        ("vowel", 2, 0.5, 0.481, 0.276),
        ("vowel", 2, 0.1, 0.489, 0.268),
        ("optdigits", 2, 1.0, 0.460, 0.207),
        ("optdigits", 2, 0.9, 0.406, 0.199),
        ("optdigits", 2, 0.5, 0.283, 0.109),
        ("optdigits", 5, 1.0, 0.224, 0.395),
        ("optdigits", 5, 0.9, 0.161, 0.379),
        ("optdigits", 5, 0.5, 0.091, 0.308),
        ("optdigits", 9, 1.0, 0.134, 0.537),
        ("optdigits", 9, 0.9, 0.101, 0.531),
        ("optdigits", 9, 0.5, 0.063, 0.497),
    ];
    for (data, components, weight, error, variance) in golden {
        let of = |row: &&Value| row["data"] == data && row["components"] == components && row["weight"] == weight;
        let row = rows.iter().find(of).unwrap();
        let (got, kept) = (number(row, "test_error"), number(row, "test_variance"));
        let close = (got - error).abs() <= 0.01 && (kept - variance).abs() <= 0.01;
        assert!(close, "{data} k = {components}, λ = {weight}: {got}, {kept} instead of {error}, {variance}");
    }
}

/// A loss for numbers reads the labels as numbers, beside one for classes of other data.
#[test]
fn a_loss_is_a_setting() {
    let folder = Folder::new();
    let text = "title = 'Losses'\nquestion = 'R²?'\n[[grid]]\nwork = 'fit'\ndata = ['diabetes']\ntest = 0.25\n\
                settings.loss = ['squared', 'huber']\n[[grid]]\nwork = 'path'\ndata = ['diabetes']\n\
                settings = { loss = 'squared', raw-targets = true, weights = '1,0.5' }\n\
                [[grid]]\nwork = 'fit'\ndata = ['iris']\nsettings.loss = 'logistic'\n";
    folder.file("losses.toml", text);
    folder.admm("experiment run losses.toml --out run --threads 2").ok();
    let rows = rows(&folder, "run/cells.jsonl");
    let figure = |row: usize, name: &str| rows[row][name].as_f64().unwrap();
    assert_eq!(rows.len(), 5);
    for row in 0..2 {
        assert!((0.4..0.8).contains(&figure(row, "test_error")) && (0.4..0.8).contains(&figure(row, "train_error")));
    }
    assert!(figure(2, "train_error") > figure(3, "train_error") && figure(3, "prediction_loss") > 100.0);
    assert!(rows[3]["raw_targets"] == true && rows[3].get("cross_entropy").is_none());
    assert!(figure(4, "train_error") < 0.2 && figure(4, "prediction_loss") < 2.0);
    assert!(folder.admm("experiment verify run").ok().contains("the same bits in all 5 rows"));
    let refused = |of: &str, to: &str, words: &[&str]| {
        folder.file("wrong.toml", text.replace(of, to));
        folder.admm("experiment run wrong.toml --out wrong").fails(1, words);
    };
    refused("'logistic'", "'hinge'", &["grid 2", "hinge"]);
    refused("loss = 'logistic'", "raw-targets = true", &["grid 2", "raw-targets is for the losses squared and huber"]);
    refused("['diabetes']\ntest", "['gaussian-20x3']\ntest", &["gaussian-20x3"]);
}
