use std::path::Path;

use proptest::prelude::*;

use super::super::problem::{HeaderProblem, Place};
use super::super::records::{Record, Records};
use super::*;

#[test]
fn header_is_recognised_by_a_feature_only() {
    let with = csv("a,b,class\n1,2,u\n3,4,v\n").unwrap();
    assert_eq!((with.features, with.x.shape()), (vec!["a".into(), "b".into()], (2, 2)));
    let without = csv("1,2,u\n3,4,v\n").unwrap();
    assert_eq!((without.features, without.x[(1, 0)]), (vec!["x1".into(), "x2".into()], 2.0));
    let told = Sample::new("a.csv", "1,2,u\n3,4,v\n").load(&ReadOptions { header: Some(true), ..Default::default() });
    assert_eq!(told.unwrap().features, ["1", "2"]);
}

#[test]
fn a_header_of_years_is_recognised_by_the_name_above_labels_that_are_numbers() {
    let data = csv("900,902.5,910,class\n1,2,3,0\n3,4,5,1\n").unwrap();
    assert_eq!((data.features, data.x.shape()), (["900", "902.5", "910"].map(String::from).to_vec(), (3, 2)));
    for sample in ["5,6,7,u\n1,2,3,v\n", "5,6,7,?\n1,2,3,0\n", "5,7,6,u\n1,2,3,0\n", "5,6,7,u\n"] {
        assert_eq!(csv(sample).unwrap().features, ["x1", "x2", "x3"], "{sample}");
    }
}

#[test]
fn a_header_of_numbers_is_recognised_by_the_name_of_a_flag() {
    let sample = Sample::new("a.csv", "0,1,class\n5,6,u\n7,8,v\n");
    let drop = ReadOptions { drop: vec!["class".into()], label: LabelColumn::None, ..Default::default() };
    for options in [labelled("class"), drop] {
        let data = sample.load(&options).unwrap();
        assert_eq!((data.features, data.x.as_slice()), (vec!["0".into(), "1".into()], &[5.0, 6.0, 7.0, 8.0][..]));
    }
    assert!(
        Sample::new("a.csv", "a,b\n1,u\n")
            .load(&ReadOptions { drop: vec!["a".into()], ..labelled("b") })
            .unwrap_err()
            .to_string()
            .contains("no feature columns")
    );
}

#[test]
fn a_header_may_number_its_columns() {
    let (numbered, named) = (ReadOptions::default(), labelled("species"));
    for (text, options, features) in [
        ("0,1,2,species\n5,6,7,u\n", &numbered, ["0", "1", "2"]),
        ("species,1,2,3\nu,5,6,7\n", &named, ["1", "2", "3"]),
        ("0,1,2,3\n5,6,7,1\n", &numbered, ["0", "1", "2"]),
    ] {
        let data = Sample::new("a.csv", text).load(options).unwrap();
        assert_eq!((data.features, data.x.as_slice()), (features.map(String::from).to_vec(), &[5.0, 6.0, 7.0][..]));
    }
    for sample in ["0,2,1,u\n", "1,2,u\n", "1,2,3,4\n", "0.0,1.0,2.0,u\n", "2,3,4,u\n"] {
        assert_eq!(csv(sample.repeat(2)).unwrap().x.ncols(), 2, "{sample}");
    }
}

#[test]
fn the_first_line_tells_the_separator() {
    let expected = csv("a,b,class\n1,2,u\n3,4,v\n").unwrap();
    for text in ["a;b;class\n1;2;u\n3;4;v\n", "a\tb\tclass\n1\t2\tu\n3\t4\tv\n", "a;b;\"class\"\n1;2;u\n3;4;\"v\"\n"] {
        let data = csv(text).unwrap();
        assert_eq!((&data.features, &data.x, &data.labels), (&expected.features, &expected.x, &expected.labels));
    }
    assert_eq!(csv("\"a,1\";b\n1;u\n2;v\n").unwrap().features, ["a,1"]);
    assert_eq!(csv("1,u;u\n2,v\n").unwrap().labels.unwrap(), ["u;u", "v"], "a comma goes before a semicolon");
    assert!(csv("a;b\n1,5;u\n").unwrap_err().to_string().contains("line 2: column `a`: `1,5` is not a number"));
}

#[test]
fn label_and_dropped_columns_by_name_and_number() {
    let sample = Sample::new("a.csv", "id,class,a\nr,1,5\ns,2,6\n");
    for (label, drop) in [("class", "id"), ("2", "1")] {
        let data = sample.load(&ReadOptions { drop: vec![drop.into()], ..labelled(label) }).unwrap();
        assert_eq!((data.features, data.labels), (vec!["a".into()], Some(vec!["1".into(), "2".into()])));
        assert_eq!(data.x.as_slice(), [5.0, 6.0]);
    }
    let all = Sample::new("a.csv", "1,2\n3,4\n").load(&ReadOptions { label: LabelColumn::None, ..Default::default() });
    assert_eq!(all.unwrap().x.as_slice(), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn wrong_columns_list_the_right_ones() {
    let names = |text: &str, options: ReadOptions| match Sample::new("a.csv", text).load(&options).unwrap_err() {
        DataError::Column { name, problem, available, .. } => (name, problem, available.join(" ")),
        error => panic!("{error}"),
    };
    let text = "a,b,b\n1,2,3\n4,5,6\n";
    assert_eq!(names(text, labelled("c")), ("c".into(), "is not there".into(), "a b b".into()));
    assert_eq!(names(text, labelled("b")), ("b".into(), "is there more than once".into(), "a b b".into()));
    assert_eq!(names(text, labelled("4")), ("4".into(), "is not there".into(), "a b b".into()));
    assert_eq!(names("1,2\n3,4\n", labelled("0")), ("0".into(), "is not there".into(), "1 2".into()));
    let both = ReadOptions { drop: vec!["a".into()], ..labelled("a") };
    assert_eq!(names("a,b\n1,2\n", both), ("a".into(), "is both the label and dropped".into(), "a b".into()));
}

#[test]
fn fault_01_no_rows() {
    assert!(csv("a,b\n").unwrap_err().to_string().ends_with("no rows of data"));
}

#[test]
fn fault_02_no_columns() {
    assert!(csv("u\nv\n").unwrap_err().to_string().contains("no feature columns"));
}

#[test]
fn fault_13_14_not_finite() {
    for (value, shown) in [("NaN", "NaN"), ("inf", "inf"), ("-Infinity", "-inf")] {
        let sample = Sample::new("a.csv", format!("a,b,y\n1,2,u\n3,{value},v\n{value},4,u\n"));
        let DataError::NotFinite { place, column, value, count, .. } = sample.error() else { panic!() };
        assert_eq!((place, column.as_str(), count), (Place { row: 2, line: Some(3) }, "b", 2));
        assert_eq!(value.to_string(), shown);
    }
}

#[test]
fn fault_46_empty_file() {
    for text in ["", "\n\n", "\u{feff}"] {
        assert!(csv(text).unwrap_err().to_string().ends_with("the file is empty"), "{text:?}");
    }
    assert!(csv("a,b\n\n").unwrap_err().to_string().ends_with("no rows of data"));
}

#[test]
fn fault_47_line_ends_and_marks() {
    let plain = csv("a,y\n1,u\n2,v\n").unwrap();
    for text in ["\u{feff}a,y\r\n1,u\r\n2,v\r\n", "a,y\r1,u\r2,v", "\"a\",y\n\"1\",\"u\"\n2,v"] {
        let other = csv(text).unwrap();
        assert_eq!((&other.features, &other.x, &other.labels), (&plain.features, &plain.x, &plain.labels));
    }
    assert_eq!(line_problem("a,y\r\n1,u\r\n2\r\n").0, 3);
    assert_eq!(line_problem("a,y\r1,u\r2\r").0, 3);
    for order in [u16::to_le_bytes, u16::to_be_bytes] {
        let bytes: Vec<u8> = "\u{feff}a,y\n1,2\n".encode_utf16().flat_map(order).collect();
        assert_eq!(line_problem(&bytes), (1, LineProblem::Utf16));
    }
    assert!(LineProblem::Utf16.to_string().contains("convert it to UTF-8"));
}

#[test]
fn fault_48_not_utf8() {
    assert_eq!(line_problem(b"a,b,y\n1,2,u\n3,4,\xff\n"), (3, LineProblem::NotUtf8 { field: 3 }));
    assert_eq!(line_problem(b"a,\xe9,y\n1,2,u\n"), (1, LineProblem::NotUtf8 { field: 2 }));
}

#[test]
fn fault_49_ragged_row() {
    assert_eq!(line_problem("a,b,y\n1,2,u\n3,v\n"), (3, LineProblem::Ragged { expected: 3, got: 2 }));
    assert_eq!(line_problem("a,b,y\n1,2,u,\n"), (2, LineProblem::Ragged { expected: 3, got: 4 }));
}

#[test]
fn fault_50_blank_lines() {
    assert_eq!(line_problem("a,y\n1,u\n\n \n2,v\n"), (3, LineProblem::Blank));
    assert_eq!(line_problem("\na,y\n1,u\n"), (1, LineProblem::Blank));
    assert_eq!(csv("a,y\n1,u\n2,v\n\n  \n").unwrap().x.ncols(), 2);
}

#[test]
fn fault_51_headers() {
    let problem = |text: &str| match Sample::new("a.csv", text).error() {
        DataError::Header { problem, .. } => problem,
        error => panic!("{error}"),
    };
    assert_eq!(problem("a,b,a,y\n1,2,3,u\n"), HeaderProblem::SameName { name: "a".into(), first: 1, second: 3 });
    assert_eq!(problem(",b,y\n1,2,u\n"), HeaderProblem::EmptyName { column: 1 });
    let dropped = ReadOptions { drop: vec!["1".into()], ..Default::default() };
    assert_eq!(Sample::new("a.csv", ",b,y\n1,2,u\n").load(&dropped).unwrap().features, ["b"]);
}

#[test]
fn fault_52_quotes_and_nul() {
    assert_eq!(line_problem("a,y\n1,u\n2,\"v\n3,w\n"), (3, LineProblem::OpenQuote));
    assert_eq!(line_problem("a,y\n\"1\"2,u\n"), (2, LineProblem::AfterQuote { field: 1 }));
    assert_eq!(line_problem("a,y\n1,u\n2,\0\n"), (3, LineProblem::Nul));
    let lines = line_problem("a,y\n1,\"u\nv\"\nx,w\n");
    assert_eq!(lines, (4, LineProblem::NotANumber { column: "a".into(), value: "x".into() }));
}

#[test]
fn fault_52_giant_field() {
    let mut text = b"a,y\n1,u\n".to_vec();
    text.resize(1 << 26, b'7');
    assert_eq!(line_problem(gzip(&text)), (3, LineProblem::TooLong { limit: 1 << 24 }));
    text[8] = b'"';
    text.chunks_mut(1 << 16).skip(1).for_each(|chunk| chunk[0] = b'\n');
    assert_eq!(line_problem(gzip(&text)), (3, LineProblem::OpenQuote));
}

#[test]
fn fault_53_not_a_number() {
    let not = |column: &str, value: &str| LineProblem::NotANumber { column: column.into(), value: value.into() };
    assert_eq!(line_problem("a,b,y\n1,2,u\n3,\"1,5\",v\n"), (3, not("b", "1,5")));
    assert_eq!(line_problem("a,b,y\n1,2,u\n3,,v\n"), (3, not("b", "")));
    assert_eq!(line_problem("1,2,u\n3,two,v\n"), (2, not("x2", "two")));
    assert_eq!(line_problem(format!("a,y\n1,u\n{},v\n", "é".repeat(50))), (3, not("a", &("é".repeat(40) + "…"))));
    for value in ["nan", "1e999"] {
        let error = csv(format!("a,y\n1,u\n{value},v\n")).unwrap_err();
        assert!(matches!(error, DataError::NotFinite { count: 1, .. }), "{error}");
    }
}

fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let path = Path::new("memory");
    let (mut records, mut record) = (Records::new(path, Box::new(bytes)), Record::default());
    let mut all = Vec::new();
    while records.next(&mut record).unwrap() {
        all.push((0..record.len()).map(|i| record.text(path, i).unwrap().into()).collect());
    }
    all
}

fn written(rows: &[Vec<String>], end: ::csv::Terminator) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new().terminator(end).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn any_finite_table_survives_a_round_trip(
        d in 1..5_usize,
        bits in prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 1..60),
    ) {
        let text: String = bits.chunks_exact(d).map(|row| row.iter().map(|x| format!("{x:e},")).collect::<String>() + "u\n").collect();
        prop_assume!(!text.is_empty());
        let read = csv(text).unwrap();
        prop_assert_eq!(read.x.nrows(), d);
        for (x, y) in read.x.iter().zip(&bits) {
            prop_assert_eq!(x.to_bits(), y.to_bits());
        }
    }

    #[test]
    fn records_agree_with_the_csv_crate(
        width in 2..4_usize,
        cells in prop::collection::vec("([a-z,\"é]([ a-z,\"é\n]{0,4}[a-z,\"])?)?", 3..18),
        crlf in any::<bool>(),
    ) {
        let rows: Vec<Vec<String>> = cells.chunks_exact(width).map(<[String]>::to_vec).collect();
        let bytes = written(&rows, if crlf { ::csv::Terminator::CRLF } else { ::csv::Terminator::Any(b'\n') });
        let mut oracle = ::csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        let expected: Vec<Vec<String>> = oracle.records().map(|row| row.unwrap().iter().map(Into::into).collect()).collect();
        prop_assert_eq!(records(&bytes), expected);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(prop::sample::select(&b"1,;\t\"\n\r a.e-\xff\0"[..]), 0..40)) {
        let _ = csv(bytes);
    }
}
