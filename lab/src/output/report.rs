//! Reports: what was asked and what came out, as one HTML file that needs no network, and as a card beside the model.

mod card;
mod fit;
pub mod page;
mod path;
mod portrait;
mod sections;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf, absolute};

pub use fit::{FitReport, choices};
pub use path::PathReport;
pub use portrait::{confusion, every};
pub use sections::front;

/// The page in a folder of results.
pub const PAGE: &str = "report.html";

/// Returns the place of the page, if one is asked for.
pub fn place(asked: Option<&Option<PathBuf>>, out: Option<&Path>) -> Option<PathBuf> {
    let named = asked?.clone();
    Some(named.unwrap_or_else(|| out.unwrap_or(Path::new("")).join(PAGE)))
}

/// The same, unless it is the page's own place in the folder of results.
pub fn elsewhere(asked: Option<&Option<PathBuf>>, out: Option<&Path>) -> Option<PathBuf> {
    let own = out.map(|out| absolute(out.join(PAGE)).ok());
    place(asked, out).filter(|page| own != Some(absolute(page).ok()))
}

/// The command that is running, as a shell would take it.
pub fn command_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| quoted(&word.to_string_lossy()));
    ["admm".into()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
