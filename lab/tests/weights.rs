//! Weights of samples and classes, and groups, through the binary.

use crate::common::Folder;
use serde_json::Value;

/// Two classes of three features, a weight and a group; a sample stands there as often as its weight says.
pub fn table(repeated: bool) -> String {
    let mut text = String::from("length,count,width,depth,patient,side\n");
    for i in 0..60_usize {
        let (weight, angle) = ([1, 2, 0, 3][i % 4], 1.3 * i as f64);
        let side = if i % 3 == 0 { -0.5 } else { 0.5 };
        let (length, width, depth) = (side + angle.sin(), 2.0 * angle.cos(), side + (3.0 * angle).sin());
        let class = ["left", "right"][usize::from(i % 3 > 0)];
        let row = |count: usize| format!("{length:?},{count},{width:?},{depth:?},p{},{class}\n", i / 5);
        match repeated {
            true => (0..weight).for_each(|_| text += &row(1)),
            false => text += &row(weight),
        }
    }
    text
}

fn numbers(csv: &str) -> Vec<f64> {
    csv.lines().skip(1).flat_map(|line| line.split(',').map(|cell| cell.parse().unwrap())).collect()
}

/// A weight that is a whole number stands for as many samples, and 0 for none: in the fit, its figures and its scores.
#[test]
fn weights_are_repetitions() {
    let folder = Folder::new();
    folder.file("weighted.csv", table(false));
    folder.file("repeated.csv", table(true));
    let absent: String =
        table(false).lines().filter(|line| !line.contains(",0,")).map(|line| line.to_string() + "\n").collect();
    folder.file("absent.csv", absent);
    let flags = "--drop patient --method joint --tolerance 1e-9";
    let fit = |data: &str, weights: &str, out: &str| {
        folder.admm(&format!("fit {data} {flags} {weights} --json {out}.json --out {out}")).ok();
        let figures: Value = serde_json::from_slice(&folder.read(&format!("{out}.json"))).unwrap();
        let transformed =
            folder.admm(&format!("transform {out} repeated.csv --drop patient --drop count --label side")).ok();
        (figures[0].clone(), numbers(&transformed))
    };
    let (weighted, components) = fit("weighted.csv", "--sample-weights count", "weighted");
    let (repeated, expected) = fit("repeated.csv", "--drop count", "repeated");
    for figure in ["objective", "variance_explained", "cross_entropy", "train_error"] {
        let gap = weighted[figure].as_f64().unwrap() - repeated[figure].as_f64().unwrap();
        assert!(gap.abs() <= 1e-9, "{figure}: {weighted} {repeated}");
    }
    assert!(components.iter().zip(&expected).all(|(one, other)| (one - other).abs() <= 1e-5));
    fit("absent.csv", "--weights count", "absent");
    assert_eq!(folder.read("absent/model.safetensors"), folder.read("weighted/model.safetensors"));

    let score = |line: &str| {
        folder.admm(&format!("score weighted {line} --drop patient --json score.json")).ok();
        let score: Value = serde_json::from_slice(&folder.read("score.json")).unwrap();
        ["accuracy", "error", "cross_entropy"].map(|figure| score[figure].as_f64().unwrap())
    };
    let (weighted, repeated) = (score("weighted.csv --weights count"), score("repeated.csv --drop count"));
    assert!(
        weighted.iter().zip(repeated).all(|(one, other)| (one - other).abs() <= 1e-12),
        "{weighted:?} {repeated:?}"
    );
}

/// Balanced classes count the same; a file may say so as well.
#[test]
fn classes_have_weights() {
    let folder = Folder::new();
    folder.file("data.csv", table(true));
    let flags = "--drop patient --drop count --method joint";
    folder.file("factors.csv", "class,weight\nright,0.75\nleft,1.5\n");
    let figures = |weights: &str| {
        folder.admm(&format!("fit data.csv {flags} {weights} --json figures.json --out run")).ok();
        serde_json::from_slice::<Value>(&folder.read("figures.json")).unwrap()[0]["objective"].as_f64().unwrap()
    };
    let plain = figures("");
    let (balanced, given) = (figures("--class-weight balanced"), figures("--class-weight factors.csv"));
    assert!((balanced - given).abs() <= 1e-12, "n/(c·n_class) is 90/60 and 90/120: {balanced} {given}");
    assert!((balanced - plain).abs() > 1e-3);
    let score = folder.admm("score run data.csv --drop patient --drop count --class-weight balanced").ok();
    assert!(score.contains(" by weight ("), "{score}");
    folder.file("short.csv", "class,weight\nright,1\n");
    folder
        .admm("fit data.csv --drop patient --class-weight short.csv")
        .fails(1, &["short.csv: class `left` has no weight"]);
    folder.file("twice.csv", "class,weight\nright,1\nright,2\nleft,1\n");
    folder
        .admm("fit data.csv --drop patient --class-weight twice.csv")
        .fails(1, &["twice.csv: class `right` is there twice"]);
    folder.file("other.csv", "class,weight\nup,1\nleft,2\n");
    folder
        .admm("fit data.csv --drop patient --class-weight other.csv")
        .fails(1, &["class `up` is unknown", "left, right"]);
    folder.file("low.csv", "class,weight\nright,-1\nleft,2\n");
    folder
        .admm("fit data.csv --drop patient --class-weight low.csv")
        .fails(1, &["class `right`: a weight is", "not -1"]);
}

#[test]
fn groups_stay_together() {
    let folder = Folder::new();
    folder.file("data.csv", table(true));
    let flags = "--groups patient --drop count";
    let heading = folder.admm(&format!("fit data.csv {flags} --test 0.25 --method two-stage")).ok();
    assert!(heading.contains(" test samples, 3 features"), "{heading}");
    let path = folder.admm(&format!("path data.csv {flags} --cv 4 --weights 3 -k 1 --out run")).ok();
    assert!(path.contains("3 features, 2 classes; 4 folds"), "{path}");
    let summary: Value = serde_json::from_slice(&folder.read("run/path.json")).unwrap();
    assert_eq!(summary["groups"], "patient");
    folder.admm(&format!("path data.csv {flags} --cv 13")).fails(1, &["13 folds of 12 groups: use fewer"]);
    folder
        .admm("path data.csv --groups side --drop count --label patient --cv 2")
        .fails(1, &["leaves none to learn from"]);
}

#[test]
fn what_is_wrong_with_weights_is_said() {
    let folder = Folder::new();
    folder.file("a.csv", "a,w,y\n1,1,u\n2,-1,v\n3,2,u\n4,2,v\n");
    let words = ["a.csv, row 2, column `w`: a weight is a number from 0 up, not `-1`"];
    folder.admm("fit a.csv --weights w -k 1").fails(1, &words);
    folder.file("b.csv", "a,w,y\n1,1,u\n2,,v\n3,2,u\n4,2,v\n");
    folder.admm("fit b.csv --weights w -k 1").fails(1, &["row 2, column `w`", "not ``"]);
    folder.admm("fit b.csv --groups w -k 1").fails(1, &["row 2, column `w`: the group is missing"]);
    folder.admm("fit a.csv --weights x -k 1").fails(1, &["column `x` is not there"]);
    folder
        .admm("fit a.csv --weights y --label y -k 1")
        .fails(1, &["column `y` is both the label and a weight or a group"]);
    folder.file("c.csv", "a,w,y\n1,0,u\n2,0,v\n3,0,u\n4,0,v\n");
    folder.admm("fit c.csv --weights w -k 1").fails(1, &["weights are all 0"]);
    folder.file("d.svm", "0 1:1\n1 1:2\n");
    folder.admm("fit d.svm --weights w").fails(1, &["a column of weights applies to CSV only"]);
    folder.admm("path a.csv --weights w").fails(2, &["`w` is not a number", "--sample-weights"]);
}
