use super::super::Classes;
use super::super::problem::Place;
use super::*;

fn strings(labels: &[&str]) -> Vec<String> {
    labels.iter().map(|label| label.to_string()).collect()
}

/// The classes of a CSV with these labels, and the class of each sample.
fn classes(labels: &[&str]) -> (Vec<String>, Vec<usize>) {
    let text: String = labels.iter().map(|label| format!("0,{label}\n")).collect();
    let labels = csv(text).unwrap().labels.unwrap();
    let classes = Classes::from_labels(&labels).unwrap();
    (classes.names().to_vec(), classes.encode(&labels).unwrap())
}

#[test]
fn fault_28_one_class() {
    let error = Classes::from_labels(&strings(&["u", "u"])).unwrap_err();
    assert_eq!(error.to_string(), "at least two distinct classes are needed, got u");
}

#[test]
fn fault_30_unseen_label() {
    let classes = Classes::from_labels(&strings(&["u", "v"])).unwrap();
    let error = classes.encode(&strings(&["u", "w"])).unwrap_err();
    assert_eq!(error.to_string(), "row 2: unknown label `w`; the classes are u, v");
}

#[test]
fn fault_31_gaps_strings_negatives() {
    assert_eq!(classes(&["10", "-1", "2"]), (strings(&["-1", "2", "10"]), vec![2, 0, 1]));
    assert_eq!(classes(&["b", "10", "9", "b"]), (strings(&["10", "9", "b"]), vec![2, 0, 1, 2]));
    assert_eq!(classes(&["1", "1.0", "+1", "1e0", "-0.0", "0"]), (strings(&["0", "1"]), vec![1, 1, 1, 1, 0, 0]));
    assert_eq!(classes(&["1.5", "1.0", "u"]).0, ["1", "1.5", "u"]);
}

#[test]
fn fault_31_order_is_saved() {
    let classes = Classes::from_labels(&strings(&["10", "9"])).unwrap();
    let json = serde_json::to_string(&classes).unwrap();
    assert_eq!(json, r#"["9","10"]"#);
    assert_eq!(serde_json::from_str::<Classes>(&json).unwrap(), classes);
    assert!(serde_json::from_str::<Classes>(r#"["a","a"]"#).is_err());
}

#[test]
fn fault_32_missing_label() {
    for label in ["", " ", "nan"] {
        let DataError::MissingLabel { place, .. } = csv(format!("a,y\n1,u\n2,{label}\n")).unwrap_err() else {
            panic!()
        };
        assert_eq!(place, Place { row: 2, line: Some(3) });
    }
}

#[test]
fn fault_33_fractional_label() {
    let error = csv("a,y\n1,2\n2,0.5\n").unwrap_err();
    let said = "a.csv, line 3 (row 2): label 0.5 is not an integer; is it a regression target, for --loss squared? (--label says which";
    assert!(error.to_string().contains(said), "{error}");
}
