//! Data sets by name: embedded, made by a rule, or in a folder.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::synthetic::Synthetic;
use crate::data::{self, LabelColumn, LabelledSet, ReadOptions, Source};
use crate::failure::Failure;
use crate::machine::hexadecimal;

/// The place of a data set in a folder, and the options for reading it.
#[derive(Debug, Clone, Default)]
struct Known {
    /// The file, or the files of samples and labels.
    files: Vec<String>,
    /// The file of the official test samples.
    test: Option<String>,
    label: Option<&'static str>,
    drop: Option<&'static str>,
}

/// The public sets, as their archives name them.
fn known() -> Vec<(&'static str, Known)> {
    let set = |files: &[&str]| Known { files: files.iter().map(ToString::to_string).collect(), ..Known::default() };
    let tested = |file: &str, test: &str| Known { test: Some(test.into()), ..set(&[file]) };
    let mnist = ["mnist_t10k/t10k-images-idx3-ubyte.gz", "mnist_t10k/t10k-labels-idx1-ubyte.gz"];
    let vowel = tested("vowel/vowel.train", "vowel/vowel.test");
    vec![
        ("iris", set(&["iris/iris.csv"])),
        ("wine", set(&["wine/wine.csv"])),
        ("wdbc", Known { label: Some("2"), drop: Some("1"), ..set(&["wdbc/wdbc.data"]) }),
        ("ionosphere", set(&["ionosphere/ionosphere.csv"])),
        ("vowel", Known { label: Some("y"), drop: Some("row.names"), ..vowel }),
        ("optdigits", tested("optdigits/optdigits.tra", "optdigits/optdigits.tes")),
        ("mnist_t10k", set(&mnist)),
    ]
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// The name of the data set.
    pub name: String,
    /// The file within the folder; nothing for data that come with the program.
    pub file: Option<String>,
    /// The SHA-256 of the file in hexadecimal, or of the numbers if there is no file.
    pub sha256: String,
}

impl Known {
    fn options(&self, numbers: bool) -> ReadOptions {
        let label = self.label.map_or(LabelColumn::Last, |column| LabelColumn::Named(column.into()));
        let drop = self.drop.map(String::from).into_iter().collect();
        ReadOptions { label, drop, numbers, ..ReadOptions::default() }
    }

    fn is_in(&self, folder: &Path) -> bool {
        self.files.iter().chain(&self.test).all(|file| folder.join(file).exists())
    }

    fn read(&self, folder: &Path, numbers: bool) -> Result<(LabelledSet, Vec<DataFile>), Failure> {
        let paths: Vec<OsString> = self.files.iter().map(|file| folder.join(file).into_os_string()).collect();
        let (data, test) =
            (paths.join(",".as_ref()), self.test.as_ref().map(|test| folder.join(test).into_os_string()));
        let set = data::load(&Source { data: &data, test: test.as_deref(), reading: self.options(numbers) })?;
        let sources = self.files.iter().chain(&self.test).map(|file| DataFile::of_file(&set.name, folder, file));
        let sources = sources.collect::<Result<_, _>>()?;
        Ok((set, sources))
    }
}

impl DataFile {
    fn of_file(name: &str, folder: &Path, file: &str) -> Result<Self, Failure> {
        let path = folder.join(file);
        let bytes = fs::read(&path).map_err(Failure::io("read", &path))?;
        Ok(Self { name: name.into(), file: Some(file.into()), sha256: hexadecimal(&Sha256::digest(bytes)) })
    }

    fn of_numbers(set: &LabelledSet) -> Self {
        let mut hash = Sha256::new();
        set.train.x.iter().for_each(|value| hash.update(value.to_le_bytes()));
        match &set.train.numbers {
            Some(targets) => targets.iter().for_each(|value| hash.update(value.to_le_bytes())),
            None => set.train.labels.iter().for_each(|&label| hash.update((label as u64).to_le_bytes())),
        }
        Self { name: set.name.clone(), file: None, sha256: hexadecimal(&hash.finalize()) }
    }
}

/// Checks that the folder exists, if one is given.
pub fn check_folder(folder: Option<&Path>) -> Result<(), Failure> {
    match folder {
        Some(folder) if !folder.is_dir() => {
            Err(Failure::Other(format!("--data-dir {}: no such folder", folder.display())))
        }
        _ => Ok(()),
    }
}

/// Loads a set: `gaussian-NxD` is made; the others are looked for in the folder where one is given, by their place in
/// the public sets or as NAME.csv, and then among those that come with the program. Official test samples come along.
/// Labels are numbers to predict if `numbers` says so, and classes otherwise; those that are made are classes.
pub fn load(name: &str, folder: Option<&Path>, numbers: bool) -> Result<(LabelledSet, Vec<DataFile>), Failure> {
    let (set, sources) = match (Synthetic::parse(name), folder.and_then(|folder| find(name, folder))) {
        (Some(synthetic), _) => (synthetic.map_err(Failure::Other)?.generate(name), Vec::new()),
        (None, Some((known, folder))) => known.read(folder, numbers)?,
        (None, None) if data::is_embedded(name) => {
            let source =
                Source { data: name.as_ref(), test: None, reading: ReadOptions { numbers, ..ReadOptions::default() } };
            (data::load(&source)?, Vec::new())
        }
        (None, None) => return Err(Failure::Other(missing(name, folder))),
    };
    let set = LabelledSet { name: name.into(), ..set };
    let sources = sources.into_iter().map(|source| DataFile { name: name.into(), ..source }).collect::<Vec<_>>();
    let sources = if sources.is_empty() { vec![DataFile::of_numbers(&set)] } else { sources };
    Ok((set, sources))
}

fn find<'a>(name: &str, folder: &'a Path) -> Option<(Known, &'a Path)> {
    let plain = |file: String| Known { files: vec![file], ..Known::default() };
    let known = known().into_iter().filter(|(known, _)| *known == name).map(|(_, known)| known);
    let mut candidates = known.chain([plain(format!("{name}.csv")), plain(format!("{name}/{name}.csv"))]);
    candidates.find(|known| known.is_in(folder)).map(|known| (known, folder))
}

fn missing(name: &str, folder: Option<&Path>) -> String {
    match folder {
        Some(folder) => {
            format!("{}: holds no data set `{name}`, neither as {name}.csv nor under its public name", folder.display())
        }
        None => format!("the data set `{name}` does not come with the program: say where it is by --data-dir"),
    }
}
