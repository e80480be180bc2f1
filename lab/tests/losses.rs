//! Other losses than the softmax through the binary.

use crate::common::Folder;
use serde_json::Value;

/// Three features, two values, two labels and a count that depend on them, with a header.
fn targets_csv() -> String {
    let row = |i: usize| {
        let angle = i as f64;
        let x = [angle.sin(), (1.7 * angle).cos(), (0.3 * angle).sin()];
        let (first, second) = (100.0 + 20.0 * x[0] + 5.0 * x[1], 3.0 * x[1] - x[2] + 0.1 * (7.0 * angle).sin());
        let labels =
            [u8::from(x[0] + 0.5 * (5.0 * angle).cos() > 0.1), u8::from(x[1] + 0.6 * (3.0 * angle).sin() > 0.0)];
        let count = (1.0 + x[0]).exp().round();
        format!("{},{},{},{first},{second},{},{},{count}\n", x[0], x[1], x[2], labels[0], labels[1])
    };
    let mut text = String::from("a,b,c,first,second,hot,wet,visits\n");
    text.extend((0..60).map(row));
    text
}

fn json(folder: &Folder, name: &str) -> Value {
    serde_json::from_slice(&folder.read(name)).unwrap()
}

#[test]
fn diabetes_is_a_regression() {
    let folder = Folder::new();
    let out = folder.admm("fit diabetes --loss squared --test 0.25 --out run --report").ok();
    assert!(out.starts_with("331 training and 111 test samples, 10 features, 1 target, squared loss; "), "{out}");
    assert!(out.contains("1 − R²") && out.contains("test R²"), "{out}");
    let summary = json(&folder, "run/summary.json");
    let first = &summary.as_array().unwrap()[0];
    assert_eq!(
        (&first["loss"], &first["status"], &first["targets"]),
        (&"squared".into(), &"converged".into(), &1.into())
    );
    assert!(first.get("cross_entropy").is_none() && first.get("classes").is_none(), "{first}");
    let missed = first["test_error"].as_f64().unwrap();
    assert!((0.4..0.7).contains(&missed), "{missed}");
    let score = folder.admm("score run diabetes --json score.json").ok();
    assert!(score.starts_with("R² 0.") && score.contains("RMSE") && score.contains("target"), "{score}");
    let figures = json(&folder, "score.json");
    assert!(figures["score"].as_f64().unwrap() > 0.4 && figures["targets"][0]["rmse"].as_f64().unwrap() < 60.0);
    let predicted = folder.admm("predict run diabetes --label progression").ok();
    let lines: Vec<&str> = predicted.lines().collect();
    assert_eq!((lines[0], lines.len()), ("sample,prediction_target", 443));
    let value: f64 = lines[1].split(',').nth(1).unwrap().parse().unwrap();
    assert!((50.0..350.0).contains(&value), "{value}");
    let (page, card) = (folder.text("run/report.html"), folder.text("run/model-card.md"));
    assert!(page.contains("Predicted against actual") && !page.contains("Confusion matrix") && page.contains("RMSE"));
    assert!(card.contains("a regression of 1 target") && card.contains("Targets: target."), "{card}");
}

#[test]
fn several_targets_are_predicted_together() {
    let folder = Folder::new();
    folder.file("t.csv", targets_csv());
    let line = "fit t.csv --loss squared --label first --label second --drop hot --drop wet --drop visits --ridge 1e-6 \
                --weight 0.1 --method joint --out run --json fit.json";
    let out = folder.admm(line).ok();
    assert!(out.contains("2 targets, squared loss"), "{out}");
    assert!(json(&folder, "fit.json")[0]["train_error"].as_f64().unwrap() < 0.02);
    let names = folder.admm("predict run t.csv --drop hot --drop wet --drop visits --label first --label second").ok();
    assert_eq!(names.lines().next(), Some("sample,prediction_first,prediction_second"));
    let score = folder.admm("score run t.csv --drop hot --drop wet --drop visits").ok();
    assert!(score.contains("first") && score.contains("second") && score.starts_with("R² 0.9"), "{score}");
    let config = json(&folder, "run/config.json");
    assert_eq!((&config["loss"], &config["label"]), (&"squared".into(), &serde_json::json!(["first", "second"])));
}

#[test]
fn labels_counts_and_classes_one_against_the_rest() {
    let folder = Folder::new();
    folder.file("t.csv", targets_csv());
    let drops = "--drop first --drop second --drop visits";
    for loss in ["logistic", "squared-hinge"] {
        let line =
            format!("fit t.csv --loss {loss} --label hot --label wet {drops} --method admm --out {loss} --weight 0.1");
        let out = folder.admm(&line).ok();
        assert!(out.contains("of the labels of the training samples"), "{out}");
        let score = folder.admm(&format!("score {loss} t.csv {drops}")).ok();
        assert!(score.starts_with("label accuracy 0.") && score.contains("precision"), "{score}");
        let predicted = folder.admm(&format!("predict {loss} t.csv {drops} --label hot --label wet")).ok();
        assert!(predicted.starts_with("sample,prediction_hot,prediction_wet,"), "{predicted}");
        let iris = folder.admm(&format!("fit iris --loss {loss} --method joint --out iris-{loss}")).ok();
        assert!(iris.contains("3 classes") && iris.contains("classifies"), "{iris}");
        assert!(folder.admm(&format!("score iris-{loss} iris")).ok().starts_with("accuracy 0."));
        assert!(folder.admm(&format!("predict iris-{loss} iris --label class")).ok().contains(",setosa,"));
    }
    let others = "--drop first --drop second --drop hot --drop wet";
    let out = folder.admm(&format!("fit t.csv --loss poisson --label visits {others} --out counts")).ok();
    assert!(out.contains("poisson loss"), "{out}");
    assert!(folder.admm(&format!("score counts t.csv {others}")).ok().contains("deviance"));
}

#[test]
fn flags_that_do_not_fit_the_loss_are_refused() {
    let folder = Folder::new();
    folder.file("t.csv", targets_csv());
    folder.admm("fit t.csv --label first").fails(1, &["regression target", "--loss squared"]);
    folder.admm("fit t.csv --label hot --label wet").fails(2, &["--label", "not for softmax"]);
    folder.admm("fit iris --raw-targets").fails(2, &["--raw-targets"]);
    folder.admm("fit t.csv --loss squared --class-weight balanced").fails(2, &["--class-weight is for classes"]);
    folder.admm("fit iris --loss squared").fails(1, &["the target `setosa` is not a finite number"]);
    folder.admm("fit t.csv --loss poisson --label second --drop first").fails(1, &["must be counts", "sample"]);
    folder.admm("fit t.csv --loss logistic --label hot --label first").fails(1, &["must be 0 or 1", "target 2"]);
    folder.admm("fit t.csv --loss squared --label first --label first").fails(1, &["is given as a label twice"]);
    folder.admm("fit t.csv --loss squared --label first --label hot --label hot").fails(1, &["gives `hot` twice"]);
    folder.admm("path t.csv --label hot --label wet").fails(2, &["--label", "not for softmax"]);
    folder.admm("fit iris --loss absolute").fails(2, &["--loss", "huber"]);
}

/// A kept fit of numbers goes on with the same bits.
#[test]
fn a_fit_of_numbers_is_resumed() {
    let folder = Folder::new();
    let line = "fit diabetes --loss huber --method admm --checkpoint kept --every 1 --out run";
    folder.admm(line).ok();
    folder.admm("resume kept --out again").ok();
    assert_eq!(folder.read("run/model.safetensors"), folder.read("again/model.safetensors"));
}

/// The path of a regression: its points, its choices and its models speak of R² and of targets.
#[test]
fn a_path_predicts_numbers() {
    let folder = Folder::new();
    let line = "path diabetes --loss squared --cv 4 --weights 3 -k 1";
    let out = folder.admm(&format!("{line} --out run --report")).ok();
    assert!(out.starts_with("442 samples, 10 features, 1 target, squared loss; 4 folds, mean ± sd"), "{out}");
    assert!(out.contains("1 − R²") && out.contains("Highest R²: λ = ") && !out.contains("errors"), "{out}");
    let path = json(&folder, "run/path.json");
    assert_eq!((&path["loss"], path["path"].as_array().unwrap().len()), (&"squared".into(), 3));
    let missed = |row: &Value| row["error"]["mean"].as_f64().unwrap();
    let rows = path["path"].as_array().unwrap();
    let best = rows.iter().map(missed).fold(f64::INFINITY, f64::min);
    assert!((0.4..0.65).contains(&best) && missed(&rows[0]) > best, "{path}");
    let (page, front) = (folder.text("run/report.html"), folder.text("run/front.svg"));
    assert!(page.contains("Predicted against actual") && !page.contains("Confusion matrix"));
    assert!(front.contains("1 − R², %"), "{front}");
    assert!(folder.admm("score run diabetes").ok().starts_with("R² 0."));
    // Without a loss the numbers are classes, and the error says what to do.
    folder.admm("path diabetes --cv 4").fails(1, &["a single sample", "--loss squared"]);
    folder.admm("path diabetes --raw-targets --cv 4").fails(2, &["--raw-targets is for --loss squared and huber"]);
    folder.admm("path t.csv --label a --label b").fails(2, &["--label: several are for --loss squared"]);
}

/// A path of several labels chooses by the share of labels that are not predicted. Targets in their unit give another
/// objective, and the same R² but for the ridge.
#[test]
fn a_path_takes_several_targets() {
    let folder = Folder::new();
    folder.file("t.csv", targets_csv());
    let labels = "--loss logistic --label hot --label wet --drop first --drop second --drop visits";
    let out = folder.admm(&format!("path t.csv {labels} --cv 3 --weights 0.5,0 -k 2 --out labels")).ok();
    assert!(out.contains("2 targets, logistic loss") && out.contains("error"), "{out}");
    let predicted =
        folder.admm("predict labels t.csv --label hot --label wet --drop first --drop second --drop visits");
    assert!(predicted.ok().starts_with("sample,prediction_hot,prediction_wet,"));
    let values = "--loss squared --label first --label second --drop hot --drop wet --drop visits --ridge 1e-9";
    let path = |more: &str, out: &str| {
        folder.admm(&format!("path t.csv {values} --cv 3 --weights 0.1 {more} --out {out}")).ok();
        json(&folder, &format!("{out}/path.json"))["path"][0]["error"]["mean"].as_f64().unwrap()
    };
    let (standard, raw) = (path("", "standard"), path("--raw-targets", "raw"));
    assert!(standard < 0.2 && raw < 0.2 && standard != raw, "{standard} {raw}");
}

/// The columns of the targets of a model are no features: the error says which flags leave them out.
#[test]
fn label_columns_of_new_samples_are_named() {
    let folder = Folder::new();
    folder.file("t.csv", targets_csv());
    folder
        .admm("fit t.csv --loss logistic --label hot --label wet --drop first --drop second --drop visits --out run")
        .ok();
    let unlabelled = "--drop first --drop second --drop visits";
    folder.admm(&format!("predict run t.csv {unlabelled}")).fails(1, &["add --label 'hot' --label 'wet'"]);
    folder.admm(&format!("transform run t.csv {unlabelled}")).fails(1, &["add --label 'hot' --label 'wet'"]);
    assert!(
        folder.admm(&format!("predict run t.csv {unlabelled} --label hot --label wet")).ok().contains("prediction_wet")
    );
}

#[test]
fn a_local_minimum_is_certified_where_that_is_asked_for() {
    let folder = Folder::new();
    let out = folder.admm("fit iris --weight 0.1 --certificate second-order --out run --report").ok();
    assert!(
        out.contains("\nOf second order:\nadmm       yes  strict local minimum: the smallest eigenvalues"),
        "{out}"
    );
    assert!(out.contains("two-stage  –    strict local minimum: the point is not stationary"), "{out}");
    let summary = json(&folder, "run/summary.json");
    let of = |number: usize| &summary.as_array().unwrap()[number]["second_order"];
    assert_eq!((&of(0)["verdict"], &of(0)["symmetries"]), (&"minimum".into(), &2.into()));
    assert!(of(3)["verdict"]["undecided"].is_string(), "{summary}");
    let page = String::from_utf8(folder.read("run/report.html")).unwrap();
    assert!(page.contains("Whether the ends are local minima"));
    let plain = folder.admm("fit iris --method joint --out plain").ok();
    assert!(!plain.contains("second order") && json(&folder, "plain/summary.json")[0].get("second_order").is_none());
}
