//! What processes read together is what a single one reads.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::ops::Range;
use std::time::Duration;

use admm::ranks::ThreadRanks;
use nalgebra::DMatrix;
use tempfile::TempDir;

use super::super::Labelled;
use super::super::dataset::LabelColumn;
use super::*;

const SIZES: [usize; 5] = [2, 3, 5, 8, 64];
const N: usize = 1000;

/// Some files in a folder, and the name that stands for them.
struct Data {
    folder: TempDir,
    name: OsString,
    reading: ReadOptions,
}

impl Data {
    fn new(name: &str, files: &[(&str, Vec<u8>)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        files.iter().for_each(|(file, bytes)| fs::write(folder.path().join(file), bytes).unwrap());
        let whole = name.split(',').map(|name| folder.path().join(name).into_os_string());
        let name = whole.collect::<Vec<_>>().join(OsStr::new(","));
        Data { folder, name, reading: ReadOptions::default() }
    }

    fn source(&self) -> Source<'_> {
        Source { data: &self.name, test: None, reading: self.reading.clone() }
    }

    /// Checks the samples of any number of processes, which read them alone or not.
    fn is_read<T: Scalar>(&self, alone: bool) {
        let whole: LabelledSet<Features<T>> = load(&self.source()).unwrap();
        for size in SIZES {
            let read = ThreadRanks::run(size, Duration::from_secs(60), |ranks| {
                let own = Own { path: Path::new(&self.name), reading: &self.reading, ranks: &*ranks };
                assert_eq!(own.table::<T>().unwrap().is_some(), alone, "on {size} ranks");
                Ok(load_own::<T>(&self.source(), &*ranks).unwrap())
            });
            let read: Vec<_> = read.into_iter().map(|set| set.unwrap()).collect();
            for set in &read {
                assert_eq!((&set.name, &set.features, &set.classes), (&whole.name, &whole.features, &whole.classes));
                assert_eq!(set.messages.notes, whole.messages.notes);
            }
            let train: Vec<&Labelled<Features<T>>> = read.iter().map(|set| &set.train).collect();
            let columns: Vec<T> =
                train.iter().flat_map(|part| part.x.to_dense().iter().copied().collect::<Vec<_>>()).collect();
            assert!(columns == whole.train.x.to_dense().as_slice(), "other numbers on {size} ranks");
            let labels: Vec<usize> = train.iter().flat_map(|part| part.labels.clone()).collect();
            assert_eq!(labels, whole.train.labels);
            let weights: Option<Vec<Vec<f64>>> = train.iter().map(|part| part.weights.clone()).collect();
            assert_eq!(weights.map(|weights| weights.concat()), whole.train.weights);
            let targets: Option<Vec<f64>> = whole.train.numbers.as_ref().map(|y| y.iter().copied().collect());
            let numbers: Option<Vec<_>> = train.iter().map(|part| part.numbers.as_ref()).collect();
            assert_eq!(numbers.map(|parts| parts.into_iter().flatten().copied().collect()), targets);
        }
    }

    /// Checks that the error of all processes is that of a single one.
    fn is_refused(&self, words: &str) {
        let alone = load::<Features<f64>>(&self.source()).err().unwrap().to_string();
        assert!(alone.contains(words), "{alone}");
        for size in SIZES {
            let read = ThreadRanks::run(size, Duration::from_secs(60), |ranks| {
                Ok(load_own::<f64>(&self.source(), &*ranks).err().unwrap().to_string())
            });
            read.into_iter().for_each(|error| assert_eq!(error.unwrap(), alone));
        }
    }
}

fn number(row: usize, column: usize) -> f64 {
    ((row * (2 * column + 3)) as f64 * 0.7).sin()
}

/// A CSV of rows with two features and a label.
fn csv(rows: Range<usize>, header: bool, label: impl Fn(usize) -> String) -> Vec<u8> {
    let head = if header { "length,width,kind\n" } else { "" };
    let row = |row: usize| format!("{},{},{}\n", number(row, 0), number(row, 1), label(row));
    (head.to_string() + &rows.map(row).collect::<String>()).into_bytes()
}

fn kind(row: usize) -> String {
    ["ash", "beech", "cedar"][row % 3].into()
}

#[test]
fn csv_files_are_read_by_ranges_of_bytes() {
    for header in [true, false] {
        Data::new("a.csv", &[("a.csv", csv(0..N, header, kind))]).is_read::<f64>(true);
        Data::new("a.csv", &[("a.csv", csv(0..7, header, kind))]).is_read::<f32>(true);
    }
    let windows = String::from_utf8(csv(0..N, true, |row| format!("\"the {}\"", kind(row)))).unwrap();
    Data::new("a.csv", &[("a.csv", windows.replace('\n', "\r\n").into_bytes())]).is_read::<f64>(true);
}

/// Inside quotes a line may look like a row.
#[test]
fn rows_over_several_lines_are_read_right() {
    let label = |row: usize| if row.is_multiple_of(2) { "\"1,2,\n3,4,5\"".into() } else { kind(3 * row) };
    let data = Data::new("a.csv", &[("a.csv", csv(0..N, true, label))]);
    let whole: LabelledSet = load(&data.source()).unwrap();
    for size in SIZES {
        let read = ThreadRanks::run(size, Duration::from_secs(60), |ranks| {
            Ok(load_own::<f64>(&data.source(), &*ranks).unwrap().train)
        });
        let x: Vec<f64> = read.into_iter().flat_map(|part| part.unwrap().x.into_dense().as_slice().to_vec()).collect();
        assert!(x == whole.train.x.as_slice(), "other numbers on {size} ranks");
    }
}

#[test]
fn csv_files_in_parts_are_read_by_ranges_of_bytes() {
    let parts = [
        ("part-0.csv", csv(0..300, true, kind)),
        ("part-1.csv", csv(0..0, true, kind)),
        ("part-2.csv", csv(300..N, true, kind)),
    ];
    for name in ["", "part-*.csv"] {
        let data = Data::new(name, &parts);
        data.is_read::<f64>(true);
        let one = Data::new("a.csv", &[("a.csv", csv(0..N, true, kind))]);
        let [data, one] = [&data, &one].map(|data| load::<DMatrix<f64>>(&data.source()).unwrap().train);
        assert_eq!(data, one);
    }
    let [first, _, last] = parts.clone();
    let other = ("part-1.csv", b"length,height,kind\n1,2,ash\n".to_vec());
    Data::new("", &[first, other, last]).is_refused("part-1.csv: other columns than in");
}

#[test]
fn weights_and_targets_are_read_by_ranges_of_bytes() {
    let rows =
        (0..N).map(|row| format!("{},{},{},{}\n", number(row, 0), row * row % 3, number(row, 1), number(row, 2)));
    let text = "a,w,y,z\n".to_string() + &rows.collect::<String>();
    let mut data = Data::new("a.csv", &[("a.csv", text.into_bytes())]);
    data.reading.weights = Some("w".into());
    data.reading.label = LabelColumn::Named("y".into());
    data.reading.numbers = true;
    data.reading.more_labels = vec!["z".into()];
    data.is_read::<f64>(true);
}

/// The indices count from 0, which only the last sample tells, and it has the last feature as well.
#[test]
fn svmlight_files_are_read_by_ranges_of_bytes() {
    let row = |row: usize| format!("{} {}:{} # {row}\n", row % 2, 1 + row % 3, number(row, 0));
    let text = "# nothing yet\n".to_string() + &(1..N).map(row).collect::<String>() + "1 0:5 7:1\n\n";
    Data::new("a.svm", &[("a.svm", text.clone().into_bytes())]).is_read::<f64>(true);
    let (first, last) = text.split_at(1 + text[..9000].rfind('\n').unwrap());
    let parts = [("part-0.svm", first.into()), ("part-1.svm", last.into())];
    Data::new("part-*.svm", &parts).is_read::<f64>(true);
}

/// An array of numpy, of numbers in double precision or of labels.
fn npy(kind: &str, shape: &str, items: impl Iterator<Item = [u8; 8]>) -> Vec<u8> {
    let order = if cfg!(target_endian = "little") { '<' } else { '>' };
    let header = format!("{{'descr': '{order}{kind}', 'fortran_order': False, 'shape': ({shape}), }}");
    let header = format!("{header:<117}\n");
    let start = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    start.into_iter().chain(items.flatten()).collect()
}

fn arrays(rows: Range<usize>) -> [Vec<u8>; 2] {
    let (n, each) = (rows.len(), rows.clone());
    let x = each.flat_map(|row| [number(row, 0), number(row, 1)]).map(f64::to_ne_bytes);
    [npy("f8", &format!("{n}, 2"), x), npy("i8", &format!("{n},"), rows.map(|row| (row % 3).to_ne_bytes()))]
}

#[test]
fn numpy_arrays_in_parts_are_mapped() {
    let (whole, [x0, y0], [x1, y1]) = (arrays(0..N), arrays(0..200), arrays(200..N));
    let [x, y] = whole.clone();
    Data::new("x.npy,y.npy", &[("x.npy", x), ("y.npy", y)]).is_read::<f64>(true);
    let parts = [("x-0.npy", x0), ("x-1.npy", x1), ("y-0.npy", y0), ("y-1.npy", y1)];
    let data = Data::new("x-*.npy,y-*.npy", &parts);
    data.is_read::<f64>(true);
    // Another precision than that of the files is read, and so by every process.
    data.is_read::<f32>(false);
    fs::remove_file(data.folder.path().join("y-1.npy")).unwrap();
    data.is_refused("1000 samples but 200 labels");
}

#[test]
fn what_is_wrong_in_one_part_is_the_error_of_a_single_process() {
    let spoilt = |row: usize, cell: &str| {
        let text = String::from_utf8(csv(0..N, true, kind)).unwrap();
        text.lines()
            .enumerate()
            .map(|(at, line)| if at == row { cell.into() } else { line.to_string() } + "\n")
            .collect::<String>()
    };
    for (line, words) in [
        ("1,x,ash", "line 901: column `width`: `x` is not a number"),
        ("1,2", "line 901: expected 3 fields, got 2"),
        ("1,inf,ash", "line 901 (row 900)"),
        ("1,2,", "the label is missing"),
        ("", "line 901: blank line"),
        ("1,2,\"ash", "line 901: a quote is opened"),
    ] {
        Data::new("a.csv", &[("a.csv", spoilt(900, line).into_bytes())]).is_refused(words);
    }
    let two =
        [("part-0.csv", csv(0..800, true, kind)), ("part-1.csv", b"length,width,kind\n1,2,ash\n3,?,ash\n".to_vec())];
    Data::new("", &two).is_refused("part-1.csv, line 3: column `width`");
    Data::new("a.csv", &[("a.csv", csv(0..N, true, |_| "ash".into()))]).is_refused("at least two distinct classes");
}

/// Texts and missing cells are encoded by all rows.
#[test]
fn tables_of_more_than_numbers_are_read_by_every_process() {
    let mut data = Data::new("a.csv", &[("a.csv", b"a,b,c\n1,,x\n2,3,y\n3,4,x\n".to_vec())]);
    data.reading.missing = Some(admm_solvers::data::Missing::Drop);
    data.is_read::<f64>(false);
}
