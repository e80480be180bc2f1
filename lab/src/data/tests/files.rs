use std::io::ErrorKind;

use super::*;

#[test]
fn embedded_sets_are_what_they_should_be() {
    for (name, d, n, c) in
        [("digits", 64, 1797, 10), ("wine", 13, 178, 3), ("iris", 4, 150, 3), ("breast-cancer", 30, 569, 2)]
    {
        let data = embedded(name);
        let classes = super::super::Classes::from_labels(data.labels.as_ref().unwrap()).unwrap();
        assert_eq!((data.x.shape(), classes.names().len(), data.name.as_str()), ((d, n), c, name));
    }
    let iris = embedded("iris");
    assert_eq!(iris.x.column(37).as_slice(), [4.9, 3.6, 1.4, 0.1]);
    assert_eq!((iris.features[3].as_str(), iris.labels.unwrap()[149].as_str()), ("petal_width_(cm)", "virginica"));
    assert_eq!(embedded("digits").x.sum(), 561718.0);
}

#[test]
fn fault_57_misspelt_name() {
    let error = read(OsStr::new("digit"), &ReadOptions::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "digit: no such file, and the embedded data sets are digits, wine, iris, breast-cancer, penguins, diabetes"
    );
}

#[test]
fn fault_57_missing_and_directory() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "a.npy", "a.npz", "a-ubyte", "a.svm"] {
        let path = folder.path().join(name);
        let error = read(path.as_os_str(), &ReadOptions::default()).unwrap_err();
        let DataError::Io { operation: "open", path: named, source } = error else { panic!("{error}") };
        assert_eq!((named, source.kind()), (path, ErrorKind::NotFound));
    }
    let error = read(folder.path().as_os_str(), &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::NotAFile { kind: "directory", .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn fault_57_pipe_does_not_hang() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe.csv");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let error = read(path.as_os_str(), &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, DataError::NotAFile { kind: "pipe, socket or device", .. }), "{error}");
}

#[test]
fn fault_57_truncated_gzip() {
    let whole = gzip(("a,y\n".to_owned() + &"1,u\n2,v\n".repeat(50)).as_bytes());
    for cut in [1, 9, 20] {
        let error = Sample::new("a.csv.gz", &whole[..whole.len() - cut]).error();
        assert!(matches!(error, DataError::Io { operation: "read", .. }), "{error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn fault_48_path_is_not_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let sample = Sample::new(OsStr::from_bytes(b"\xff.csv"), "1,u\n2,v\n");
    assert_eq!(sample.load(&ReadOptions::default()).unwrap().x.as_slice(), [1.0, 2.0]);
    let x = Sample::new(OsStr::from_bytes(b"\xff,x-ubyte"), binary::images());
    let y = x.and("y-ubyte", binary::image_labels());
    assert_eq!(pair(&x.path, &y).unwrap().x.shape(), (4, 2));
}

#[test]
fn an_option_is_never_ignored() {
    let sample = Sample::new("a.svm", "1 1:1\n2 1:2\n");
    let error = sample.load(&labelled("3")).unwrap_err().to_string();
    assert!(error.ends_with("a label column by name or number applies to CSV only"), "{error}");
    let none = sample.load(&ReadOptions { label: LabelColumn::None, ..Default::default() }).unwrap();
    assert_eq!(none.labels, None);
}
