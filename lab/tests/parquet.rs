//! Parquet and Arrow files give the models of the same table as CSV.

use std::fs::File;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::common::Folder;

const PENGUINS: &str = include_str!("../data/penguins.csv");

/// The penguins with a type for each column: texts, floats and integers, `NA` as null.
fn penguins() -> RecordBatch {
    let rows: Vec<Vec<&str>> = PENGUINS.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let cells = |at: usize| rows.iter().map(move |row| Some(row[at]).filter(|cell| *cell != "NA"));
    let texts = |at: usize| Arc::new(cells(at).collect::<StringArray>()) as ArrayRef;
    let floats = |at: usize| {
        let numbers = cells(at).map(|cell| cell.map(|cell| cell.parse::<f64>().unwrap()));
        Arc::new(numbers.collect::<Float64Array>()) as ArrayRef
    };
    let integers = |at: usize| {
        let numbers = cells(at).map(|cell| cell.map(|cell| cell.parse::<i64>().unwrap()));
        Arc::new(numbers.collect::<Int64Array>()) as ArrayRef
    };
    let sexes = Arc::new(cells(5).collect::<DictionaryArray<Int32Type>>()) as ArrayRef;
    let names: Vec<&str> = PENGUINS.lines().next().unwrap().split(',').collect();
    let columns = [texts(0), floats(1), floats(2), integers(3), integers(4), sexes, integers(6), texts(7)];
    RecordBatch::try_from_iter(names.into_iter().zip(columns)).unwrap()
}

fn write_parquet(folder: &Folder, name: &str, batch: &RecordBatch, compression: Compression) {
    let properties =
        WriterProperties::builder().set_compression(compression).set_max_row_group_row_count(Some(100)).build();
    let file = File::create(folder.path().join(name)).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_file_of_typed_columns_gives_the_model_of_the_csv() {
    let folder = Folder::new();
    let batch = penguins();
    folder.file("p.csv", PENGUINS);
    write_parquet(&folder, "p.parquet", &batch, Compression::SNAPPY);
    write_parquet(&folder, "z.parquet", &batch, Compression::ZSTD(ZstdLevel::default()));
    let file = || File::create(folder.path().join("p.arrow")).unwrap();
    let mut writer = FileWriter::try_new(file(), &batch.schema()).unwrap();
    writer.write(&batch.slice(0, 200)).unwrap();
    writer.write(&batch.slice(200, 144)).unwrap();
    writer.finish().unwrap();
    let stream = File::create(folder.path().join("s.arrow")).unwrap();
    let mut writer = StreamWriter::try_new(stream, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    for flags in ["--missing mean", "--missing drop", "--missing mean --drop island --missing-value 2007"] {
        let fit = |data: &str| {
            let line = format!("fit {data} --label species --categories one-hot --method joint --out run {flags}");
            let run = folder.admm(&line);
            let warnings = run.err.replace(data, "");
            run.ok();
            (folder.read("run/model.safetensors"), warnings)
        };
        let expected = fit("p.csv");
        for data in ["p.parquet", "z.parquet", "p.arrow", "s.arrow"] {
            assert!(fit(data) == expected, "{data} {flags}");
        }
    }
    let predict = |data: &str| folder.admm(&format!("predict run {data} --label species --drop island")).ok();
    assert_eq!(predict("p.parquet"), predict("p.csv"));
    folder.admm("fit p.parquet").fails(1, &["p.parquet: row 1, column `island`: `Torgersen`", "19 cells missing"]);
}

#[test]
fn what_is_no_table_of_numbers_and_texts_is_refused() {
    let folder = Folder::new();
    let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true, false, true, false]));
    let days: ArrayRef = Arc::new(Date32Array::from(vec![1, 2, 3, 4]));
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 3.0, 2.0, 5.0]));
    let class: ArrayRef = Arc::new(Int64Array::from(vec![0, 1, 0, 1]));
    let of = |columns: &[(&str, &ArrayRef)]| {
        RecordBatch::try_from_iter(columns.iter().map(|(name, column)| (*name, (*column).clone()))).unwrap()
    };
    let batch = of(&[("flag", &flags), ("day", &days), ("number", &numbers), ("class", &class)]);
    write_parquet(&folder, "a.parquet", &batch, Compression::UNCOMPRESSED);
    folder.admm("fit a.parquet").fails(1, &["column `day`: Date32 is neither a number nor a text", "--drop 'day'"]);
    assert!(folder.admm("fit a.parquet --drop day").ok().starts_with("4 training samples, 2 features, 2 classes"));
    folder.admm("fit a.parquet --label none").fails(1, &["column `none` is not there", "flag, day, number, class"]);
    folder.admm("fit a.parquet --header").fails(1, &["a header applies to CSV only"]);
    folder.file("text.parquet", "a,b\n1,2\n");
    folder.admm("fit text.parquet").fails(1, &["text.parquet: "]);
    let bytes = folder.read("a.parquet");
    for cut in [0, 3, bytes.len() / 2, bytes.len() - 1] {
        folder.file("cut.parquet", &bytes[..cut]);
        folder.admm("fit cut.parquet --drop day").fails(1, &["cut.parquet"]);
    }
    write_parquet(&folder, "none.parquet", &batch.slice(0, 0), Compression::UNCOMPRESSED);
    folder.admm("fit none.parquet --drop day").fails(1, &["no rows of data"]);
}
