//! Bad input through the binary: the exit code, a message that names the place, and nothing half-written.

use crate::common::{Folder, Run, small_csv};

/// Fits a file and asserts that it fails with these words, before anything is written.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>, flags: &str, words: &[&str]) {
    let folder = Folder::new();
    folder.file(name, bytes);
    folder.admm(&format!("fit {name} --json figures.json {flags}")).fails(1, words);
    assert_eq!(folder.names("."), [name]);
}

#[test]
fn usage_errors_are_reported_together() {
    let folder = Folder::new();
    let all = folder
        .admm("fit --components 0 --weight 2 --ridge -1 --tolerance NaN --max-iterations 0 --test 1.5 --shrinkage 1");
    all.fails(
        2,
        &["--components must be at least 1", "--weight must lie in [0, 1], got 2", "--ridge", "got -1", "--tolerance"],
    );
    all.fails(2, &["--max-iterations must be at least 1", "fraction of test samples", "got 1.5", "--shrinkage is for"]);
    folder.admm("fit --constraint none --shrinkage -1").fails(2, &["--shrinkage must be", "got -1"]);
    folder.admm("fit --rule sanger --constraint ball").fails(2, &["--rule sanger does not fit the constraint ball"]);
    folder.admm("fit --relaxation 2").fails(2, &["--relaxation must lie between 0 and 2, got 2"]);
    let both = "fit --relaxation 1.5 --acceleration nesterov";
    folder.admm(both).fails(2, &["--acceleration nesterov is for plain iterations, not for the relaxation 1.5"]);
    let idle = "fit --method joint --penalty spectral --test 2";
    folder.admm(idle).fails(2, &["are for the method admm, not for joint", "the fraction of test samples"]);
    folder.admm("fit --penalty wild").fails(2, &["square-root"]);
    folder.admm("fit --method best").fails(2, &["best", "two-stage"]);
    folder.admm("fit --colour red").fails(2, &["--colour"]);
    folder.admm("train").fails(2, &["train"]);
    folder.admm("fit --threads 100000").fails(2, &["100000"]);
    folder.admm("predict run").fails(2, &["DATA"]);
    all.fails(2, &["--weight must lie", "--max-iterations must be", "--test: ", "Usage: admm fit"]);
    for flag in ["-k", "--seed", "--max-iterations", "--batch"] {
        folder.admm(&format!("fit iris {flag} -1")).fails(2, &["'-1'", "whole number"]);
    }
    folder.admm("fit iris --penalty -1").fails(2, &["'-1'", "--penalty", "spectral"]);
    folder.admm("fit iris --threads -1").fails(2, &["-1 is not in 0..=1024"]);
    folder.admm("fit iris --checkpoint kept --every -1").fails(2, &["-1 is not in 1.."]);
    let long = folder.admm("fit iris --weight 1e300 --time-limit -1e300");
    long.fails(2, &["got 1e300", "--time-limit: ", "got -1e300"]);
    assert!(folder.admm("fit iris --ridge 1e300 --method two-stage").ok().contains("μ = 1e300"));
}

#[test]
fn faults_1_to_8_shapes() {
    refused("a.csv", "a,b,y\n", "", &["a.csv", "no rows"]);
    refused("a.csv", "y\nu\nv\n", "", &["a.csv", "no feature"]);
    refused("a.csv", "a,b,y\n1,2,u\n", "", &["class"]);
    refused(
        "side.csv",
        small_csv(),
        "-k 4",
        &["side.csv: --components must", "4 components", "40 samples × 3 features", "at most 3"],
    );
    let folder = Folder::new();
    folder.file("narrow.csv", "a,y\n1,u\n2,v\n1.5,u\n2.5,v\n");
    folder.admm("fit narrow.csv -k 1").ok();
    let wide: String = (0..6)
        .map(|i| {
            (0..20).map(|j| format!("{},", ((i * j + i) as f64).sin())).collect::<String>() + ["u\n", "v\n"][i % 2]
        })
        .collect();
    folder.file("wide.csv", wide);
    assert!(folder.admm("fit wide.csv").ok().contains("6 training samples, 20 features"));
    let flat: String = (0..8).map(|i| format!("{i},{},{}\n", 2 * i, ["u", "v"][i % 2])).collect();
    folder.file("line.csv", flat);
    let run = folder.admm("fit line.csv");
    assert_eq!(run.code, Some(0));
    assert!(run.err.contains("rank 1"), "{}", run.err);
}

#[test]
fn faults_10_and_11_another_table() {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method two-stage --out run").ok();
    folder.file("two.csv", "length,width\n1,2\n");
    folder.admm("predict run two.csv").fails(1, &["two.csv", "expected 3 features, got 2", "depth"]);
    folder.file("other.csv", "length,depth,height\n1,2,3\n");
    let words = ["other.csv", "other features than expected: `width` is missing, `height` is unknown"];
    folder.admm("transform run other.csv").fails(1, &words);
    folder.file("labelled.csv", small_csv());
    folder.admm("predict run labelled.csv").fails(1, &["--label 'side'"]);
}

#[test]
fn faults_13_14_and_53_values() {
    refused("a.csv", "a,b,y\n1,2,u\n3,NaN,v\n5,inf,v\n", "", &["line 3", "column `b`"]);
    refused("a.csv", "a,b,y\n1,2,u\n3,1e999,v\n", "", &["line 3", "column `b`", "inf is not finite"]);
    refused("a.csv", "a,b,y\n1,2,u\n3,\"1,5\",v\n", "", &["line 3", "column `b`", "1,5"]);
    refused("a.csv", "a,b,y\n1,2,u\n3,red,v\n", "", &["line 3", "column `b`", "red"]);
    let single = |rows: &str, words: &[&str]| refused("a.csv", rows, "--precision f32", words);
    single("a,b,y\n1e39,2,u\n3,4,v\n", &["a.csv, row 1, column `a`", "1e39", "--precision f64"]);
    single("a,b,y\n1,2e-50,u\n3,4e-50,v\n", &["a.csv, column `b`: at most 4e-50", "too small", "--precision f64"]);
}

/// A column that varies by rounding alone is constant: a new number there moves no component.
#[test]
fn fault_63_a_spread_of_the_size_of_rounding() {
    let folder = Folder::new();
    let row = |i: usize| {
        let rounded = [0.3, 0.300_000_000_000_000_04][usize::from(i.is_multiple_of(3))];
        format!("{rounded:?},{:?},{}\n", (1.7 * i as f64).sin() + (i % 2) as f64, ["u", "v"][i % 2])
    };
    folder.file("a.csv", "a,b,y\n".to_string() + &(0..60).map(row).collect::<String>());
    let run = folder.admm("fit a.csv -k 1 --method joint --out run");
    assert!(run.err.contains("constant features carry no information and keep scale 1: `a`"), "{}", run.err);
    folder.file("new.csv", "a,b\n0.3001,0.5\n0.3,0.5\n");
    let out = folder.admm("transform run new.csv").ok();
    let components: Vec<f64> = out.lines().skip(1).map(|line| line.parse().unwrap()).collect();
    assert!((components[0] - components[1]).abs() < 1e-4, "{out}");
}

/// Single precision has seven digits: of a column at 1e8 they are not those that vary.
#[test]
fn fault_64_single_precision_far_from_zero() {
    let folder = Folder::new();
    let table = |offset: f64| {
        let row = |i: usize| {
            format!("{:?},{}\n", offset + 3.0 * (1.7 * i as f64).sin() + 6.0 * (i % 2) as f64, ["u", "v"][i % 2])
        };
        "a,y\n".to_string() + &(0..60).map(row).collect::<String>()
    };
    for offset in [1e6, 1e8, 1e9, 1e12] {
        folder.file("a.csv", table(offset));
        let run = folder.admm("fit a.csv -k 1 --method joint --precision f32");
        assert!(run.err.contains("--precision f64"), "{offset} {:?} {}", run.code, run.err);
        let double = folder.admm("fit a.csv -k 1 --method joint");
        assert_eq!((double.code, double.err.as_str()), (Some(0), ""));
    }
}

/// A file whose first index is 0, and one that begins to count from 0 but never lists it.
#[test]
fn fault_65_svmlight_files_of_another_base() {
    let folder = Folder::new();
    let line = |i: usize, first: &str| {
        let value = |j: usize| (1.3 * (i * 3 + j) as f64).sin() + (i % 2) as f64 * [0.0, 2.0][j];
        format!("{} {first}1:{:?} 2:{:?}\n", i % 2, value(0), value(1))
    };
    let file = |first: &str| (0..40).map(|i| line(i, first)).collect::<String>();
    folder.file("without.svm", file(""));
    folder.file("with.svm", file("0:7 "));
    folder.admm("fit without.svm -k 1 --method joint --out one").ok();
    folder.admm("fit with.svm -k 1 --method joint --out zero").ok();
    let accuracy = folder.admm("score one without.svm").ok();
    folder.admm("score one with.svm").fails(1, &["with.svm", "expected 2 features, got 3: `x0` is unknown"]);
    folder.file("first.svm", "0 0:7 1:1\n1 0:7 1:2\n");
    folder.admm("score one first.svm").fails(1, &["first.svm", "`x0` is unknown"]);
    folder.admm("fit without.svm --test first.svm -k 1").fails(1, &["first.svm", "`x0` is unknown"]);
    assert_eq!(folder.admm("score zero with.svm").ok(), accuracy, "a constant feature changes nothing");
    folder.file("mixed.svm", file("") + &line(0, "0:7 "));
    assert_eq!(folder.admm("predict zero mixed.svm").code, Some(0), "the model's base is 0 in both");
}

/// The base of the indices names the features, and changes nothing else.
#[test]
fn the_base_of_the_indices_changes_no_component() {
    let folder = Folder::new();
    for seed in 0..6 {
        let (d, value) = (2 + seed % 3, |i: usize, j: usize| (1.3 * (i * 7 + j * 3 + seed) as f64).sin());
        let file = |base: usize| {
            let line = |i: usize| {
                let there = (0..d).filter(|j| !(i + j + seed).is_multiple_of(3) || i == *j);
                let entries: String = there.map(|j| format!(" {}:{:?}", j + base, value(i, j))).collect();
                format!("{}{entries}\n", usize::from(value(i, 0) + 0.4 * value(i, d) > 0.0))
            };
            (0..40).map(line).collect::<String>()
        };
        let components = |base: usize| {
            folder.file(&format!("{base}.svm"), file(base));
            folder.admm(&format!("fit {base}.svm -k 1 --method joint --out run{base}")).ok();
            folder.admm(&format!("transform run{base} {base}.svm")).ok()
        };
        assert_eq!(components(0), components(1), "seed {seed}");
        folder.admm("predict run0 1.svm").fails(1, &[&format!("`x{d}` is unknown")]);
        folder.admm("predict run1 0.svm").fails(1, &["`x0` is unknown"]);
    }
}

#[test]
fn numbers_too_large_for_a_model_are_no_prediction() {
    let folder = Folder::new();
    folder.file("data.csv", "a,b,class\n1,2,u\n3,1,v\n2,4,u\n4,3,v\n");
    folder.admm("fit data.csv -k 1 --weight 0.9 --method joint --out run").ok();
    folder.file("large.csv", "a,b\n1.7e308,1.7e308\n1.7e308,-1.7e308\n");
    folder.admm("predict run large.csv").fails(1, &["large.csv", "of sample", "is not finite"]);
}

#[test]
fn faults_19_and_20_constant_columns() {
    let folder = Folder::new();
    let lines = |second: &str| (0..8).map(|i| format!("{i},{second},{}\n", ["u", "v"][i % 2])).collect::<String>();
    folder.file("a.csv", lines("7"));
    let run = folder.admm("fit a.csv -k 1");
    assert_eq!(run.code, Some(0));
    assert!(run.err.contains("constant features") && run.err.contains('2'), "{}", run.err);
    folder.file("named.csv", "a,b,y\n".to_string() + &lines("7"));
    let run = folder.admm("fit named.csv -k 1");
    assert!(run.err.contains("constant features carry no information and keep scale 1: `b`\n"), "{}", run.err);
    refused("b.csv", "a,b,y\n1,2,u\n1,2,v\n1,2,u\n", "-k 1", &["no variance"]);
}

#[test]
fn faults_28_to_33_labels() {
    refused("a.csv", "a,b,y\n1,2,u\n3,4,u\n", "", &["a.csv", "class", "u"]);
    let lonely = "a,b,y\n1,2,u\n3,4,v\n5,7,v\n2,1,v\n3,3,v\n";
    refused("a.csv", lonely, "--test 0.6", &["class `u`", "learn from"]);
    refused("a.csv", "a,b,y\n1,2,u\n3,4,\n5,6,v\n", "", &["line 3", "label"]);
    refused("a.csv", "a,b,y\n1,2,0.5\n3,4,1.5\n5,6,2.25\n", "", &["a.csv, line 2", "regression", "--label"]);
    let folder = Folder::new();
    folder.file("lonely.csv", lonely);
    let lone = folder.admm("fit lonely.csv -k 1 --method joint").err;
    assert!(lone.contains("classes with a single sample to learn from: `u`\n"), "{lone}");
    folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method two-stage --out run").ok();
    folder.file("new.csv", "length,width,depth,side\n1,2,3,middle\n");
    folder.admm("score run new.csv").fails(1, &["middle", "left", "right"]);
    folder.file("gaps.csv", "a,b,y\n1,2,-7\n3,4,30\n5,5,-7\n2,9,30\n");
    folder.admm("fit gaps.csv --method two-stage --out gaps").ok();
    let header = folder.admm("predict gaps gaps.csv --label y").ok();
    assert!(header.starts_with("sample,prediction,probability_-7,probability_30\n"), "{header}");
}

/// Without a ridge the loss of separable data has no minimiser: the run is bounded, and says what to do.
#[test]
fn fault_34_separable_data_without_a_ridge() {
    let folder = Folder::new();
    let rows: String = (0..12).map(|i| format!("{},{},{}\n", i, (i as f64).sin(), ["u", "v"][i / 6])).collect();
    folder.file("a.csv", rows);
    folder.admm("fit a.csv --ridge 0 --max-iterations 200 --json figures.json").ok();
    let figures: serde_json::Value = serde_json::from_slice(&folder.read("figures.json")).unwrap();
    for one in figures.as_array().unwrap() {
        assert!(one["cross_entropy"].as_f64().unwrap() < 0.1 && one["train_error"] == 0.0, "{one}");
    }
    let run = folder.admm("fit wine --ridge 0 --method joint --max-iterations 300");
    assert!(run.err.contains("joint: unattained. Nothing bounds B: set --ridge"), "{}", run.err);
    folder.admm("fit breast-cancer --ridge 0 --precision f32 --max-iterations 300").ok();
}

/// A feature that is 1 in one class alone separates a part of the samples, and B may grow along it.
#[test]
fn a_feature_of_one_class_alone_asks_for_a_ridge() {
    let folder = Folder::new();
    let row =
        |i: usize| format!("{},{},{}\n", u8::from(i.is_multiple_of(6)), (1.7 * i as f64).sin(), ["u", "v"][i % 2]);
    folder.file("a.csv", (0..60).map(row).collect::<String>());
    let run = folder.admm("fit a.csv --ridge 0 --json figures.json");
    assert!(run.err.contains("without a ridge (`--ridge`) B may grow without bound"), "{}", run.err);
    let figures: serde_json::Value = serde_json::from_slice(&folder.read("figures.json")).unwrap();
    assert!(figures.as_array().unwrap().iter().all(|one| one["status"] == "unattained"), "{figures}");
    assert_eq!(folder.admm("fit a.csv").err, "");
    let free = folder.admm("fit a.csv --constraint none --weight 0 --method joint");
    assert!(free.err.contains("joint: unattained. A longer W with a shorter B evades the ridge"), "{}", free.err);
}

#[test]
fn a_fit_has_converged_where_its_gradient_says_so() {
    let folder = Folder::new();
    for (flags, tolerance) in [("", 1e-6), ("--scale none", 1e-6), ("--scale none --precision f32", 7.63e-6)] {
        let run = folder.admm(&format!("fit breast-cancer --method admm {flags} --json figures.json"));
        let figures: serde_json::Value = serde_json::from_slice(&folder.read("figures.json")).unwrap();
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{flags}");
        assert_eq!(figures[0]["status"], "converged", "{flags}");
        assert!(figures[0]["stationarity"].as_f64().unwrap() <= tolerance, "{flags}: {figures}");
    }
}

#[test]
fn faults_46_to_52_text() {
    refused("a.csv", "", "", &["a.csv", "empty"]);
    refused("a.csv", "\n\n", "", &["a.csv"]);
    refused("a.csv", b"\xff\xfea\x00,\x00b\x00\n\x00", "", &["UTF-16", "UTF-8"]);
    refused("a.csv", b"a,b,y\n1,\xff,u\n2,3,v\n", "", &["line 2", "UTF-8"]);
    refused("a.csv", "a,b,y\n1,2,u\n3,v\n", "", &["line 3", "expected 3", "2"]);
    refused("a.csv", "a,b,y\n1,2,u\n\n3,4,v\n", "", &["line 3", "blank"]);
    refused("a.csv", "a,a,y\n1,2,u\n3,4,v\n", "", &["`a`", "columns 1 and 2"]);
    refused("a.csv", "a,\"b,y\n1,2,u\n3,4,v\n", "", &["quote"]);
    refused("a.csv", "a,b,y\n1,\0,u\n3,4,v\n", "", &["NUL"]);
    let folder = Folder::new();
    let rows = "a,b,y\n1,2,u\n3,4,v\n2,2,u\n5,4,v\n";
    folder.file("plain.csv", rows);
    folder.file("bom.csv", format!("\u{feff}{rows}"));
    folder.file("crlf.csv", rows.replace('\n', "\r\n"));
    folder.file("cr.csv", rows.replace('\n', "\r"));
    folder.file("trailing.csv", format!("{rows}\n\n"));
    let fit = |name: &str| {
        folder.admm(&format!("fit {name} --method two-stage --out run")).ok();
        folder.read("run/model.safetensors")
    };
    let plain = fit("plain.csv");
    for name in ["bom.csv", "crlf.csv", "cr.csv", "trailing.csv"] {
        assert!(fit(name) == plain, "{name}");
    }
}

#[test]
fn faults_54_to_56_binary_formats() {
    refused("x.npy", "not numpy", "", &["x.npy"]);
    refused("x.npz", "not a zip", "", &["x.npz"]);
    refused("x.svm", "1 1:1 1:2\n0 1:1\n", "", &["line 1"]);
    refused("x-ubyte", [0, 0, 9, 9, 0, 0, 0, 1], "", &["x-ubyte"]);
}

#[test]
fn fault_57_files_that_cannot_be_read() {
    let folder = Folder::new();
    folder.admm("fit absent.csv").fails(1, &["absent.csv", "open", "No such file"]);
    folder.admm("fit .").fails(1, &["directory"]);
    folder.admm("predict absent iris").fails(1, &["absent"]);
    folder.file("a.safetensors", "");
    folder.admm("predict a.safetensors iris").fails(1, &["a.safetensors"]);
    folder.admm("fit iris --json absent/figures.json").fails(1, &["absent/figures.json", "write"]);
    folder.file("taken", "");
    folder.admm("fit iris --out taken").fails(1, &["taken"]);
}

#[cfg(unix)]
#[test]
fn fault_57_pipes_and_odd_names() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let status = std::process::Command::new("mkfifo").arg(folder.path().join("pipe.csv")).status().unwrap();
    assert!(status.success());
    folder.admm("fit pipe.csv").fails(1, &["pipe.csv"]);
    let name = std::ffi::OsStr::from_bytes(b"\xff.csv");
    std::fs::write(folder.path().join(name), small_csv()).unwrap();
    folder.run(&["fit".as_ref(), name]).ok();
}

/// A stranger's folder of results may hold what never ends.
#[cfg(unix)]
#[test]
fn a_pipe_in_a_folder_of_results_is_not_waited_for() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("run")).unwrap();
    folder.file("run/manifest.json", "{}");
    let pipe = folder.path().join("run/experiment.toml");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    for command in ["report", "verify"] {
        folder.admm(&format!("experiment {command} run")).fails(1, &["experiment.toml", "not a regular file"]);
    }
}

#[test]
fn a_folder_of_others_is_left_alone() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    folder.file("mine/thesis.tex", "do not delete");
    folder.admm("fit iris --out mine").fails(1, &["thesis.tex", "empty or a new folder"]);
    assert_eq!(folder.names("mine"), ["thesis.tex"]);
}

#[test]
fn outputs_are_written_over_nothing_that_is_read_or_kept() {
    let folder = Folder::new();
    let csv = "a,b,class\n1,2,u\n3,1,v\n2,5,u\n4,4,v\n";
    folder.file("data.csv", csv);
    folder.file("page.html", csv);
    folder.admm("fit data.csv -k 1 --out run").ok();
    for (line, flag) in [
        ("fit data.csv --json ./data.csv", "--json"),
        ("fit iris --test data.csv --json data.csv", "--json"),
        ("fit page.html --report=page.html", "--report"),
        ("path page.html --report=page.html", "--report"),
        ("predict run data.csv --label class --out data.csv", "--out"),
        ("transform run data.csv --out run/model.safetensors", "--out"),
        ("score run data.csv --json data.csv", "--json"),
    ] {
        folder.admm(line).fails(2, &[&format!("{flag} would overwrite"), "which is read"]);
    }
    assert_eq!(folder.text("data.csv"), csv);
    for output in ["--json run/x.json", "--report=run/x.html", "--checkpoint run/kept"] {
        let flag = output.split([' ', '=']).next().unwrap();
        let refused = folder.admm(&format!("fit data.csv -k 1 --out run {output}"));
        refused.fails(2, &[&format!("{flag} lies in the folder of --out")]);
    }
    for output in ["--json kept/config.json", "--report=kept/x.html", "--out kept/run"] {
        let flag = output.split([' ', '=']).next().unwrap();
        let refused = folder.admm(&format!("fit data.csv -k 1 --checkpoint kept {output}"));
        refused.fails(2, &[&format!("{flag} lies in the folder of --checkpoint")]);
    }
    folder.admm("fit iris --json x.html --report=./x.html").fails(2, &["--json and --report name the same file"]);
    assert_eq!(folder.names("."), ["data.csv", "page.html", "run"]);
    folder.admm("fit data.csv -k 1 --out run --report=run/report.html").ok();
    folder.admm("fit data.csv -k 1 --out run --report").ok();
}

#[cfg(target_os = "linux")]
#[test]
fn fault_59_a_full_disk() {
    let folder = Folder::new();
    folder.admm("fit iris --method two-stage --out run").ok();
    let run = folder.admm("fit iris --method two-stage --json /dev/full");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("cannot write /dev/full"), "{}", run.err);
    folder.admm("transform run iris --label 5 --out /dev/full").fails(1, &["cannot write /dev/full"]);
    std::os::unix::fs::symlink("/dev/full", folder.path().join("full.html")).unwrap();
    let run = folder.admm("path iris --cv 3 --weights 3 --report full.html");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("cannot write full.html"), "{}", run.err);
    assert!(run.out.contains("Lowest error"), "what was computed is not lost: {}", run.out);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = folder.command(&["fit", "iris"]).stdout(full).output().unwrap();
    let run = Run::of(output);
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("standard output"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn fault_62_stdout_closed_and_two_runs_on_one_folder() {
    use std::process::Stdio;
    let folder = Folder::new();
    let mut child = folder.command(&["fit", "iris"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "a reader who leaves is no failure");

    std::fs::create_dir(folder.path().join("run")).unwrap();
    let other = std::fs::File::open(folder.path().join("run")).unwrap();
    other.lock().unwrap();
    folder.admm("fit iris --out run").fails(1, &["cannot lock run", "another run writes to it"]);
    other.unlock().unwrap();
    folder.admm("fit iris --out run").ok();
}
