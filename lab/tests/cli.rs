//! What the binary does with good input.

use crate::common::{Folder, Run, npy, small_csv};
use serde_json::Value;

const METHODS: [&str; 4] = ["admm", "joint", "alternating", "two-stage"];

fn summary(folder: &Folder, name: &str) -> Vec<Value> {
    serde_json::from_slice(&folder.read(name)).unwrap()
}

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} of {value}"))
}

/// The cells of a CSV without quotes.
fn cells(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

#[test]
fn the_main_job_ends_with_a_table_and_a_sentence() {
    let folder = Folder::new();
    let alone = folder.admm("");
    let out = alone.out.clone();
    assert_eq!(alone.code, Some(0));
    assert!(alone.err.starts_with("warning: constant features"), "{}", alone.err);
    assert_eq!(alone.err.lines().count(), 1, "quiet where stderr is no terminal");
    assert!(out.starts_with("1346 training and 451 test samples, 64 features, 10 classes"), "{out}");
    let rows: Vec<&str> = out.lines().filter(|line| line.ends_with("  converged")).collect();
    let methods: Vec<&str> = rows.iter().map(|row| row.split_whitespace().next().unwrap()).collect();
    assert_eq!(methods, METHODS);
    let (table, certificate) = out.split_once("\n\nCertificate of admm:\n").unwrap();
    assert!(table.lines().last().unwrap().starts_with("Compared with two-stage, admm gives up "), "{out}");
    assert_eq!(certificate.lines().count(), 5, "{out}");
    assert_eq!(folder.names(".").len(), 0, "nothing is written where nothing was asked for");

    let seconds = |text: &str| text.split_whitespace().filter(|word| !word.contains('.')).map(String::from).collect();
    let without_seconds: Vec<String> = seconds(&out);
    assert_eq!(without_seconds, seconds(&folder.admm("fit").ok()), "`admm` is `admm fit`");
}

/// README.md and docs/start.md show the table that `admm` prints; passes and seconds are those of the machine.
#[test]
fn documents_show_what_is_printed() {
    let rows = |text: &str| -> Vec<Vec<String>> {
        let rows = text.lines().filter(|line| line.ends_with("  converged"));
        rows.map(|row| row.split_whitespace().map(String::from).collect()).map(without_costs).collect()
    };
    let printed = rows(&Folder::new().admm("").ok());
    for document in ["README.md", "docs/start.md"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
        assert_eq!(
            rows(&std::fs::read_to_string(path).unwrap()),
            printed,
            "{document}: copy the table of `admm` again"
        );
    }
}

fn without_costs(mut row: Vec<String>) -> Vec<String> {
    let costs = row.len() - 3..row.len() - 1;
    row.drain(costs);
    row
}

#[test]
fn quiet_and_verbose() {
    let folder = Folder::new();
    assert_eq!(folder.admm("--quiet fit digits --method two-stage").err, "");
    let verbose = folder.admm("-v fit iris --method admm").err;
    assert!(verbose.lines().filter(|line| line.starts_with("admm ")).count() > 3, "{verbose}");
    folder.admm("-q -v").fails(2, &["--quiet", "--verbose"]);
    assert!(folder.admm("--help").ok().contains("Usage: admm"));
    assert!(folder.admm("--version").ok().starts_with("admm "));
    let help = folder.admm("fit --help").ok();
    for flag in [
        "--label",
        "--test",
        "--components",
        "--weight",
        "--ridge",
        "--constraint",
        "--method",
        "--rule",
        "--scale",
        "--penalty",
        "--relaxation",
        "--acceleration",
    ] {
        assert!(help.contains(flag), "{flag}");
    }
}

#[test]
fn a_fit_that_is_stopped_names_what_it_did_not_try() {
    let folder = Folder::new();
    let run = folder.admm("fit wine --time-limit 1e-9");
    assert_eq!((run.code, run.err.as_str()), (Some(130), "warning: stopped before joint, alternating, two-stage\n"));
    assert_eq!(folder.admm("fit wine --time-limit 1e-9 --method joint").err, "");
}

#[test]
fn json_has_the_promised_keys() {
    let folder = Folder::new();
    folder.admm("fit wine --test 0.25 --seed 7 --json figures.json").ok();
    let methods = summary(&folder, "figures.json");
    assert_eq!(methods.iter().map(|one| one["method"].as_str().unwrap()).collect::<Vec<_>>(), METHODS);
    let mut keys =
        "method status objective variance_explained cross_entropy train_error test_error iterations passes polish seconds \
                    stationarity feasibility primal_residual dual_residual rho certificate n d k classes seed"
            .split_whitespace()
            .collect::<Vec<_>>();
    keys.sort_unstable();
    for one in &methods {
        let mut got: Vec<_> = one.as_object().unwrap().keys().map(String::as_str).collect();
        got.sort_unstable();
        assert_eq!(got, keys);
        let counts = ["n", "d", "k", "classes", "seed"].map(|key| number(one, key));
        assert_eq!(counts, [133.0, 13.0, 2.0, 3.0, 7.0]);
        assert!(number(one, "feasibility") <= 1e-12 && number(one, "passes") >= 1.0);
    }
    assert!(number(&methods[0], "stationarity") <= 1e-5 && number(&methods[1], "stationarity") <= 1e-5);
    assert!(number(&methods[0], "objective") < number(&methods[3], "objective"));
}

/// On one thread and on two: the best of six ends, all of which are told.
#[test]
fn random_starts_are_tried_and_told() {
    let folder = Folder::new();
    let told = [1, 2].map(|threads| {
        let flags = format!("--starts 5 --seed 2 --threads {threads} --json {threads}.json --report {threads}.html");
        folder.admm(&format!("fit wine --constraint unit-norm --weight 0.9 {flags}")).ok()
    });
    let methods = summary(&folder, "1.json");
    for (one, two) in methods.iter().zip(&summary(&folder, "2.json")) {
        assert_eq!((&one["objective"], &one["starts"]), (&two["objective"], &two["starts"]));
        let Some(starts) = one["starts"].as_array() else { continue };
        assert_eq!(starts.len(), 6);
        let lowest = starts.iter().map(|end| number(end, "objective")).fold(f64::INFINITY, f64::min);
        assert!(number(one, "objective") <= lowest + 1e-8);
        assert!(starts.iter().all(|end| end["status"].is_string() && number(end, "passes") >= 1.0));
    }
    assert_eq!(methods.iter().filter(|one| one["starts"].is_array()).count(), 3, "two-stage has one start");
    for method in &METHODS[..3] {
        assert!(
            told.iter().all(|told| told.contains(&format!("\n{method} from 6 starts: objectives from "))),
            "{}",
            told[0]
        );
    }
    let page = folder.text("1.html");
    assert!(page.contains("id=\"starts\"") && page.contains("random, number 5") && !page.contains("random, number 6"));
    folder.admm("fit wine --method two-stage --starts 1").fails(2, &["--starts is for the methods"]);
}

#[test]
fn a_report_is_a_page_of_its_own() {
    let folder = Folder::new();
    folder.file("names.csv", small_csv().replace("left", "<b>left</b>"));
    folder.admm("fit names.csv --test 0.5 --report page.html").ok();
    let page = folder.text("page.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(
        page.contains("admm fit names.csv --test 0.5 --report page.html") && page.contains("Compared with two-stage")
    );
    assert!(page.contains("&lt;b&gt;left") && !page.contains("<b>left"));

    folder.admm("fit iris --report").ok();
    folder.admm("fit iris --method joint --out run --report").ok();
    folder.admm("fit iris --method joint --out run --report").ok();
    assert_eq!(folder.names("."), ["names.csv", "page.html", "report.html", "run"]);
    assert!(folder.names("run").contains(&"report.html".to_string()));
    folder.admm("fit --report iris").fails(2, &["--report", ".html", "DATA"]);
    folder.admm("fit iris --report missing/page.html").fails(1, &["missing/page.html"]);
}

#[test]
fn a_folder_of_results_is_whole_and_replaced_as_a_whole() {
    let folder = Folder::new();
    folder.admm("fit iris --out run/deep").ok();
    let models = ["model-alternating.safetensors", "model-joint.safetensors", "model-two-stage.safetensors"];
    let mut expected = ["config.json", "history.csv", "model-card.md", "model.safetensors", "summary.json"].to_vec();
    expected.extend(models);
    expected.sort_unstable();
    assert_eq!(folder.names("run/deep"), expected);
    let config: Value = serde_json::from_slice(&folder.read("run/deep/config.json")).unwrap();
    assert_eq!(
        (config["data"].as_str(), config["weight"].as_f64(), config["rule"].as_str()),
        (Some("iris"), Some(0.5), Some("majorize"))
    );

    let history = folder.text("run/deep/history.csv");
    let rows = cells(&history);
    let columns = "method,iteration,objective,augmented_lagrangian,primal_residual,dual_residual,rho,passes,seconds";
    assert_eq!(rows[0].join(","), columns);
    let last = rows.iter().rfind(|row| row[0] == "admm").unwrap();
    let report = &summary(&folder, "run/deep/summary.json")[0];
    assert_eq!(last[1].parse::<f64>().unwrap(), number(report, "iterations"));
    assert_eq!(last[7].parse::<f64>().unwrap(), number(report, "passes"));

    folder.admm("fit iris --method joint --out run/deep").ok();
    assert_eq!(
        folder.names("run/deep"),
        ["config.json", "history.csv", "model-card.md", "model.safetensors", "summary.json"]
    );
    assert_eq!(summary(&folder, "run/deep/summary.json").len(), 1);
}

#[test]
fn what_was_fit_can_be_used() {
    let folder = Folder::new();
    let csv = folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method admm --out run").ok();
    let error = number(&summary(&folder, "run/summary.json")[0], "train_error");
    let score = folder.admm("score run side.csv --json score.json").ok();
    let kept: Value = serde_json::from_slice(&folder.read("score.json")).unwrap();
    assert_eq!(number(&kept, "error"), error);
    assert!(score.contains(&format!("of {} samples", number(&kept, "samples"))), "{score}");
    let entropy = number(&summary(&folder, "run/summary.json")[0], "cross_entropy");
    assert!((number(&kept, "cross_entropy") - entropy).abs() <= 1e-12 && score.contains("cross-entropy 0."), "{score}");
    let counts: Vec<Vec<usize>> = serde_json::from_value(kept["confusion"]["counts"].clone()).unwrap();
    assert_eq!((counts[0][0] + counts[1][1]) as f64, number(&kept, "correct"));
    assert_eq!(kept["confusion"]["classes"].as_array().unwrap(), &["left", "right"]);
    let table = format!(
        "true   left  right\nleft   {:4}  {:5}\nright  {:4}  {:5}\n",
        counts[0][0], counts[0][1], counts[1][0], counts[1][1]
    );
    assert!(score.ends_with(&table), "{score}");

    let predicted = folder.admm("predict run side.csv --label side").ok();
    let rows = cells(&predicted);
    assert_eq!(rows[0], ["sample", "prediction", "probability_left", "probability_right"]);
    assert_eq!(rows.len(), 41);
    let truth = std::fs::read_to_string(csv).unwrap();
    let right = rows[1..].iter().zip(truth.lines().skip(1)).filter(|(row, line)| line.ends_with(row[1])).count();
    assert_eq!(right as f64, number(&kept, "correct"));
    for row in &rows[1..] {
        let [left, right] = [row[2], row[3]].map(|cell| cell.parse::<f64>().unwrap());
        assert!((left + right - 1.0).abs() <= 1e-15);
        assert_eq!(row[1], if left > right { "left" } else { "right" });
    }

    // Without the label, in a file; from the model file itself.
    let features: String = small_csv().lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    folder.file("features.csv", features);
    assert_eq!(folder.admm("predict run/model.safetensors features.csv --out p.csv").ok(), "");
    assert_eq!(folder.text("p.csv"), predicted);
    let components = folder.admm("transform run features.csv").ok();
    assert_eq!(cells(&components)[0], ["component_1", "component_2"]);
    assert_eq!(components.lines().count(), 41);
}

/// Features have names or an order, and svmlight may leave zeros out.
#[test]
fn the_features_of_a_model_are_found_in_other_tables() {
    let folder = Folder::new();
    let csv = small_csv();
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    folder.file("side.csv", &csv);
    folder.file(
        "turned.csv",
        rows.iter().map(|row| format!("{},{},{},{}\n", row[2], row[3], row[0], row[1])).collect::<String>(),
    );
    folder.file("bare.csv", csv.split_once('\n').unwrap().1);
    folder.admm("fit side.csv --method joint --out run").ok();
    let score = folder.admm("score run side.csv").ok();
    assert_eq!(folder.admm("score run turned.csv --label side").ok(), score);
    assert_eq!(folder.admm("score run bare.csv").ok(), score);
    let predicted = folder.admm("predict run side.csv --label side").ok();
    assert_eq!(folder.admm("predict run turned.csv --label side").ok(), predicted);

    let sparse = |first: usize, features: usize| {
        let row = |row: &Vec<&str>| {
            let items = (0..features).map(|i| format!(" {}:{}", first + i, row[i])).collect::<String>();
            format!("{}{items}\n", u8::from(row[3] == "right"))
        };
        rows[1..].iter().map(row).collect::<String>()
    };
    for first in [0, 1] {
        folder.file("whole.svm", sparse(first, 3));
        folder.file("short.svm", sparse(first, 2));
        folder.file("long.svm", sparse(first, 2) + &format!("1 {}:1\n", first + 3));
        folder.file("dense.csv", rows[1..].iter().map(|row| format!("{},{},0\n", row[0], row[1])).collect::<String>());
        folder.admm("fit whole.svm --test short.svm --method joint --out sparse").ok();
        let short = folder.admm("predict sparse short.svm").ok();
        assert_eq!(short, folder.admm("predict sparse dense.csv --no-header").ok(), "what is missing is 0");
        let unknown = format!("long.svm: expected 3 features, got 4: `x{}` is unknown", first + 3);
        folder.admm("predict sparse long.svm").fails(1, &[&unknown]);
        folder.admm("score sparse long.svm").fails(1, &[&unknown]);
    }
    folder.file("shifted.svm", "1 1:0.5\n");
    folder.file("unshifted.svm", "1 0:0 1:0.5\n");
    folder.file("zero.svm", sparse(0, 3));
    folder.admm("fit zero.svm --method joint --out zero").ok();
    let predicted = folder.admm("predict zero shifted.svm").ok();
    assert_eq!(predicted, folder.admm("predict zero unshifted.svm").ok(), "the model says from where indices count");
}

#[test]
fn single_precision_models_are_read_as_well() {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method admm --precision f32 --out run").ok();
    assert!(folder.admm("score run side.csv").ok().starts_with("accuracy "));
}

#[test]
fn every_choice_works() {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    let fit = |flags: &str| {
        folder.admm(&format!("fit side.csv --json figures.json {flags}")).ok();
        summary(&folder, "figures.json")
    };
    for method in METHODS {
        assert_eq!(fit(&format!("--method {method}"))[0]["method"], method);
    }
    for constraint in ["orthonormal", "unit-norm", "ball", "normalised-columns", "normalised-q"] {
        for one in fit(&format!("--constraint {constraint}")) {
            assert!(number(&one, "feasibility") <= 1e-12, "{one}");
            assert!((0.0..=1.0).contains(&number(&one, "variance_explained")), "{one}");
        }
    }
    assert_eq!(fit("--constraint none --weight 0").len(), 4);
    assert_eq!(fit("--constraint none --shrinkage 1").len(), 4);
    for scale in ["standard", "center", "none"] {
        fit(&format!("--scale {scale}"));
    }
    let objective = |flags: &str| number(&fit(flags)[0], "objective");
    let best = objective("--method admm");
    for rule in ["hebbian", "oja", "sanger", "krasulina", "vr-pca", "power", "lbfgs"] {
        assert!((objective(&format!("--method admm --rule {rule}")) - best).abs() <= 1e-6, "{rule}");
    }
    fit("--method admm --rule minibatch --max-iterations 50");
    assert!((objective("--precision f32 --method admm") - best).abs() <= 1e-5);
    assert_eq!(number(&fit("--components 1")[0], "k"), 1.0);
}

/// The same samples in every format.
#[test]
fn formats() {
    let folder = Folder::new();
    let csv = small_csv();
    let rows: Vec<Vec<String>> = csv.lines().skip(1).map(|line| line.split(',').map(String::from).collect()).collect();
    let class = |row: &[String]| i64::from(row[3] == "right");
    folder.file("named.csv", &csv);
    let moved: String = csv
        .lines()
        .map(|l| l.split(',').collect::<Vec<_>>())
        .map(|c| format!("{},id,{},{},{}\n", c[3], c[0], c[1], c[2]))
        .collect();
    folder.file("moved.csv", &moved);
    folder.file("bare.csv", csv.split_once('\n').unwrap().1);
    let svm =
        rows.iter().map(|row| format!("{} 1:{} 2:{} 3:{}\n", class(row), row[0], row[1], row[2])).collect::<String>();
    folder.file("data.svm", svm);
    let values: Vec<f64> = rows.iter().flat_map(|row| row[..3].iter().map(|cell| cell.parse().unwrap())).collect();
    let labels: Vec<i64> = rows.iter().map(|row| class(row)).collect();
    folder.file("x.npy", npy("<f8", "(40, 3)", values.iter().flat_map(|v| v.to_le_bytes()).collect()));
    folder.file("y.npy", npy("<i8", "(40,)", labels.iter().flat_map(|v| v.to_le_bytes()).collect()));

    let objective = |data: &str| {
        folder.admm(&format!("fit {data} --method joint --json figures.json")).ok();
        number(&summary(&folder, "figures.json")[0], "objective")
    };
    let best = objective("named.csv");
    for data in [
        "named.csv --label side --header",
        "named.csv --label 4",
        "moved.csv --label 1 --drop id",
        "bare.csv",
        "bare.csv --no-header",
        "data.svm",
        "x.npy,y.npy",
    ] {
        assert!((objective(data) - best).abs() <= 1e-12, "{data}");
    }
}

#[test]
fn test_samples_come_from_a_fraction_or_from_other_data() {
    let folder = Folder::new();
    let csv = small_csv();
    folder.file("side.csv", &csv);
    folder.file("other.csv", csv.lines().take(21).map(|line| line.to_owned() + "\n").collect::<String>());
    let fit = |flags: &str| {
        folder.admm(&format!("fit side.csv --method joint --json figures.json {flags}")).ok();
        summary(&folder, "figures.json").remove(0)
    };
    assert!(fit("")["test_error"].is_null());
    let split = fit("--test 0.5");
    assert_eq!(number(&split, "n"), 20.0);
    assert_eq!(split["objective"], fit("--test 0.5 --seed 0")["objective"]);
    assert_ne!(split["objective"], fit("--test 0.5 --seed 1")["objective"], "another split");
    let other = fit("--test other.csv");
    assert_eq!(number(&other, "n"), 40.0);
    assert!(number(&other, "test_error") <= 1.0);
}

#[test]
fn a_bench_shows_how_long_each_gap_took() {
    let folder = Folder::new();
    let out = folder.admm("bench --runs 1 --out table.md").ok();
    let row = |name: &str| out.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{out}"));
    for method in ["| ours: admm |", "| ours: joint |"] {
        assert_eq!(row(method).matches(" s (").count(), 3, "every gap is reached: {out}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("table.md")).unwrap(), out);

    folder.admm("bench --runs 1 --out absent/table.md").fails(1, &["cannot write absent/table.md"]);
    folder.admm("bench --data D1").fails(2, &["--peers"]);
    folder.admm("bench --peers . --data D9").fails(2, &["D1, D2, D3 and L1", "D9"]);
    let nowhere = folder.command(&["bench", "--peers", "."]).env_remove("PEERS_HOME").output().unwrap();
    Run::of(nowhere).fails(1, &["PEERS_HOME"]);
    let empty = folder.command(&["bench", "--peers", ".", "--data", "D1"]).env("PEERS_HOME", ".").output().unwrap();
    Run::of(empty).fails(1, &["fstar.json"]);
}

#[test]
fn a_bench_goes_on_where_a_script_fails() {
    let folder = Folder::new();
    let numbers = |values: &[f64]| values.iter().flat_map(|value| value.to_le_bytes()).collect();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    folder.file("data/L1_A.npy", npy("<f8", "(2, 3)", numbers(&[1.0, 0.0, 2.0, 0.0, 1.0, 1.0])));
    folder.file("data/L1_b.npy", npy("<f8", "(2,)", numbers(&[3.0, 1.0])));
    folder.file("data/L1_pstar.json", r#"{"pstar": 1.0}"#);
    let mut command = folder.command(&["bench", "--peers", ".", "--data", "L1", "--runs", "1"]);
    let run = Run::of(command.env("PEERS_HOME", ".").env("PEERS_PYTHON", "false").output().unwrap());
    assert!(run.err.contains("p6_lasso.py ended with"), "{}", run.err);
    let out = run.ok();
    assert!(out.contains("| ours: admm |") && out.contains("| numpy ADMM | – | – | – |"), "{out}");
}
