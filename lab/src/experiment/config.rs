//! An experiment as a TOML file: what is asked, of which data, over which settings, and what is made of the answers.

use serde::Deserialize;
use toml::{Spanned, Table as Toml, Value};

use super::display::{FigureSpec, TableSpec};
use super::work::Kind;
use crate::failure::Failure;

/// An experiment as its file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExperimentConfig {
    /// The heading of the page.
    pub title: String,
    /// The question that the experiment answers.
    pub question: String,
    /// The seed of the splits and the random starts: repeat r has the seed `seed + r`.
    #[serde(default)]
    pub seed: u64,
    /// Settings of every grid; a list is an axis.
    #[serde(default)]
    pub settings: Toml,
    /// Parts of the grid.
    pub grid: Vec<Grid>,
    /// The figures that are kept; all where it is empty.
    #[serde(default)]
    pub record: Vec<String>,
    /// The tables to print.
    #[serde(default)]
    pub table: Vec<TableSpec>,
    /// The figures to draw.
    #[serde(default)]
    pub figure: Vec<FigureSpec>,
    /// The name of the experiment in error messages.
    #[serde(skip)]
    pub name: String,
    /// The line where each part of the grid begins, unless there are overrides.
    #[serde(skip)]
    lines: Vec<usize>,
    /// The file with the overrides in it.
    #[serde(skip)]
    pub resolved: Toml,
}

/// Data × settings × repeats for one kind of work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grid {
    /// The work on each cell.
    pub work: Kind,
    /// Names of data sets that come with the program.
    #[serde(default)]
    pub data: Vec<String>,
    /// Those in their place where there is a folder of data.
    pub folder_data: Option<Vec<String>>,
    /// The test samples, if there are any.
    pub test: Option<TestChoice>,
    /// The number of repeats, each with other splits or starts.
    #[serde(default = "once")]
    pub repeats: u64,
    /// Beyond, and instead of, the common settings; a list is an axis.
    #[serde(default)]
    pub settings: Toml,
}

fn once() -> u64 {
    1
}

/// The choice of the test samples.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum TestChoice {
    /// This share of each class, drawn anew in each repeat.
    Fraction(f64),
    /// The official test samples, by name.
    Named(Official),
}

/// The word `official`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Official {
    /// The samples that were published for it.
    Official,
}

impl ExperimentConfig {
    /// Parses the text of a file. Overrides `a.b=c` give keys other values; the place of an entry in a list is a key
    /// too.
    pub fn parse(name: &str, text: &str, overrides: &[String]) -> Result<Self, Failure> {
        let wrong =
            |problem: &dyn std::fmt::Display| Failure::Other(format!("{name}: {}", problem.to_string().trim_end()));
        let mut table: Toml = text.parse().map_err(|error: toml::de::Error| wrong(&error))?;
        for assignment in overrides {
            assign(&mut table, assignment).map_err(|problem| wrong(&format!("--set {assignment}: {problem}")))?;
        }
        let mut config: Self = match overrides {
            [] => toml::from_str(text).map_err(|error| wrong(&error)), // its errors show the line
            _ => ExperimentConfig::deserialize(Value::Table(table.clone())).map_err(|error| wrong(&error)),
        }?;
        (config.name, config.resolved) = (name.into(), table);
        config.lines = if overrides.is_empty() { grid_lines(text) } else { Vec::new() };
        config.check_keys().map_err(|problem| wrong(&problem))?;
        for (place, grid) in config.grid.iter().enumerate() {
            grid.check_ranges().map_err(|problem| config.wrong_grid(place, problem))?;
        }
        Ok(config)
    }

    /// Returns an error about a part of the grid, with its place.
    pub fn wrong_grid(&self, place: usize, problem: String) -> Failure {
        let line = self.lines.get(place).map_or(String::new(), |line| format!(", line {line}"));
        Failure::Other(format!("{}{line}: grid {place}: {problem}", self.name))
    }

    fn check_keys(&self) -> Result<(), String> {
        check_file_names(self.table.iter().map(|table| table.name.as_str()))?;
        check_file_names(self.figure.iter().map(|figure| figure.name.as_str()))?;
        let hidden = |key: &&String| self.grid.iter().all(|grid| grid.settings.contains_key(*key));
        if let Some(key) = self.settings.keys().find(hidden) {
            return Err(format!(
                "`settings.{key}` does nothing, since each grid has its own: set grid.0.settings.{key}"
            ));
        }
        Ok(())
    }
}

impl Grid {
    /// Checks the ranges of all values.
    fn check_ranges(&self) -> Result<(), String> {
        match self.test {
            Some(TestChoice::Fraction(share)) if !(share > 0.0 && share < 1.0) => {
                Err(format!("the fraction of test samples must lie between 0 and 1, got {share:?}"))
            }
            _ if self.repeats == 0 => Err("repeats must be at least 1".into()),
            _ => Ok(()),
        }
    }
}

fn grid_lines(text: &str) -> Vec<usize> {
    #[derive(Deserialize)]
    struct Places {
        grid: Vec<Spanned<Toml>>,
    }
    let line = |grid: Spanned<Toml>| text[..grid.span().start].matches('\n').count() + 1;
    toml::from_str(text).map_or(Vec::new(), |Places { grid }| grid.into_iter().map(line).collect())
}

/// Checks that each name can be part of a file's name, and that no two are equal.
fn check_file_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let mut seen = Vec::new();
    for name in names {
        if name.is_empty() || !name.chars().all(plain) || seen.contains(&name) {
            return Err(format!("`{name}` is no name for a file, or there twice: use letters, digits, - and _"));
        }
        seen.push(name);
    }
    Ok(())
}

/// a.b=c, where c is a value of TOML or else a word.
fn assign(table: &mut Toml, assignment: &str) -> Result<(), String> {
    let (path, text) = assignment.split_once('=').ok_or("it should read KEY=VALUE")?;
    let parsed = format!("value = {text}").parse::<Toml>().ok().and_then(|mut parsed| parsed.remove("value"));
    let value = parsed.unwrap_or_else(|| Value::String(text.into()));
    let mut keys: Vec<&str> = path.split('.').collect();
    let last = keys.pop().filter(|key| !key.is_empty()).ok_or("the key is empty")?;
    let mut place = table;
    let mut keys = keys.into_iter();
    while let Some(key) = keys.next() {
        let entry = place.entry(key).or_insert_with(|| Value::Table(Toml::new()));
        let entry = match entry {
            Value::Array(list) => {
                let index = keys.next().ok_or_else(|| format!("`{key}` is a list: say which entry, as in {key}.0"))?;
                index
                    .parse()
                    .ok()
                    .and_then(|index: usize| list.get_mut(index))
                    .ok_or_else(|| format!("`{key}` has no entry `{index}`"))?
            }
            entry => entry,
        };
        place = entry.as_table_mut().ok_or_else(|| format!("`{key}` has no keys of its own"))?;
    }
    place.insert(last.into(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "title = 't'\nquestion = 'q'\n[settings]\nweight = [0.1, 0.9]\n[[grid]]\nwork = 'fit'\ndata = ['iris']\n";

    fn problem(text: &str, overrides: &[&str]) -> String {
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        ExperimentConfig::parse("file.toml", text, &overrides).unwrap_err().to_string()
    }

    #[test]
    fn values_are_set_by_their_path() {
        let set = ["settings.weight=[1, 0]", "settings.method=admm", "grid.0.repeats=3", "seed=7"].map(String::from);
        let config = ExperimentConfig::parse("file.toml", TEXT, &set).unwrap();
        assert_eq!(config.settings["weight"].as_array().map(Vec::len), Some(2));
        assert_eq!(config.settings["method"].as_str(), Some("admm"));
        assert_eq!((config.grid[0].repeats, config.seed), (3, 7));
    }

    #[test]
    fn what_is_unknown_or_wrong_is_named() {
        assert!(problem(&TEXT.replace("question", "qestion"), &[]).contains("qestion"));
        assert!(problem(TEXT, &["grid.0.reptas=3"]).contains("reptas"));
        assert!(problem(TEXT, &["grid.5.repeats=3"]).contains("no entry `5`"));
        assert!(problem(TEXT, &["grid.repeats"]).contains("KEY=VALUE"));
        assert!(problem(TEXT, &["title.a=1"]).contains("`title` has no keys"));
        assert!(problem(TEXT, &["grid.0.repeats=0"]).contains("at least 1"));
        let line = problem(&(TEXT.to_string() + "repeats = 0\n"), &[]);
        assert!(line.starts_with("file.toml, line 5: grid 0: repeats"), "{line}");
        assert!(problem(TEXT, &["grid.0.test=1.5"]).contains("got 1.5"));
        assert!(problem(TEXT, &["grid.0.settings.weight=1"]).contains("`settings.weight` does nothing"));
        let table = "[[table]]\nname = '../x'\ntitle = ''\nrows = []\nvalues = []\n";
        assert!(problem(&(TEXT.to_string() + table), &[]).contains("`../x`"));
    }
}
