use super::super::problem::Place;
use super::*;

/// The line, item and reason of a file that breaks in one line.
fn item(text: &str) -> (usize, String, &'static str) {
    match Sample::new("a.svm", text).error() {
        DataError::Line { line, problem: LineProblem::Item { item, reason }, .. } => (line, item, reason),
        error => panic!("{error}"),
    }
}

#[test]
fn fault_56_svmlight_index_base() {
    let read = |text: &str| Sample::new("a.libsvm", text).load(&ReadOptions::default()).unwrap();
    let one = read("# from 1\n+1 1:0.5 3:2 # last\n-1 2:1e0\n\n-1\n");
    assert_eq!(one.x.as_slice(), [0.5, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!((one.features.len(), one.labels.unwrap().join(" ")), (3, "1 -1 -1".into()));
    let zero = read("1 1:0.5\n2 0:7\n");
    assert_eq!(zero.x.as_slice(), [0.0, 0.5, 7.0, 0.0]);
}

#[test]
fn fault_56_svmlight_items() {
    assert_eq!(item("1 1:1\n1 3:1 2:1\n"), (2, "2:1".into(), "the indices are not in ascending order"));
    assert_eq!(item("1 1:1 1:2\n"), (1, "1:2".into(), "the index occurs twice"));
    assert!(item("1 4294967296:1\n").2.starts_with("the index is not"));
    assert!(item("1 -1:1\n").2.starts_with("the index is not"));
    assert_eq!(item("1 1:x\n").2, "the value is not a number");
    assert_eq!(item("1 x\n").2, "expected index:value");
    assert!(item("1 qid:3 1:1\n").2.contains("ranking"));
    assert!(item("1,2 1:1\n").2.contains("several labels"));
}

#[test]
fn fault_32_svmlight_missing_label() {
    let DataError::MissingLabel { place, .. } = Sample::new("a.svm", "# x\n1 1:1\n1:1\n").error() else { panic!() };
    assert_eq!(place, Place { row: 2, line: Some(3) });
}

#[test]
fn fault_12_svmlight_too_large() {
    let text: String = (0..100).map(|_| "1 4294967295:1\n").collect();
    let DataError::TooLarge { shape, .. } = Sample::new("a.svm", text).error() else { panic!() };
    assert_eq!(shape, "100 rows × 4294967295 columns");
}

#[test]
fn fault_14_48_svmlight_values() {
    let DataError::NotFinite { place, column, .. } = Sample::new("a.svm", "1 1:1\n1 2:inf\n").error() else { panic!() };
    assert_eq!((place.line, column.as_str()), (Some(2), "x2"));
    let DataError::Line { line, problem, .. } = Sample::new("a.svm", b"1 1:1\n1 1:1 2:\xff\n").error() else {
        panic!()
    };
    assert_eq!((line, problem), (2, LineProblem::NotUtf8 { field: 3 }));
    assert!(Sample::new("a.svm", "# nothing\n").error().to_string().ends_with("no feature columns"));
}
