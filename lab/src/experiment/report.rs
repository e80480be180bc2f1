//! `admm experiment report`: the results of a folder as one page.

use std::path::Path;

use maud::{Markup, html};

use super::catalogue::DataFile;
use super::charts;
use super::manifest::Manifest;
use super::results::{REPORT, Results, ResultsFolder};
use crate::failure::Failure;
use crate::output;
use crate::output::figure::Caption;
use crate::output::report::page::{Page, Section, facts, figure, table};

/// Writes `report.html` into the folder.
pub fn report(experiment: &Path) -> Result<(), Failure> {
    let folder = ResultsFolder::find(experiment)?;
    let kept = ResultsFolder::read(&folder)?;
    let (config, manifest) = (kept.config.clone(), kept.manifest.clone());
    let results = kept.results();
    let tables = html! {
        @for (of, made) in results.tables(&config) { (table(&of.title, &made.shown.headings, &made.shown.rows)) }
    };
    let figures = html! {
        @for of in results.figures(&config) {
            (figure(&Caption::new(&of.title, of.description()), charts::svg(of, &results.rows)))
        }
    };
    let mut sections = vec![Section { id: "tables", title: "Tables", body: tables }];
    if results.figures(&config).next().is_some() {
        sections.push(Section { id: "figures", title: "Figures", body: figures });
    }
    sections.push(Section { id: "reproduce", title: "Do it again", body: reproduce(&manifest) });
    let page = Page {
        title: config.title.clone(),
        answer: config.question.clone(),
        highlights: highlights(&manifest, &results),
        sections,
    };
    let path = folder.join(REPORT);
    output::write_here(&path, page.html().as_bytes())?;
    output::print(format!("{}\n", path.display()))
}

fn highlights(manifest: &Manifest, results: &Results) -> Vec<(String, String)> {
    let mut sets: Vec<&str> = manifest.data.iter().map(|source| source.name.as_str()).collect();
    sets.dedup();
    let pairs =
        [("rows", results.rows.len().to_string()), ("data", sets.join(", ")), ("seed", manifest.seed.to_string())];
    pairs.map(|(name, value)| (name.to_string(), value)).into()
}

fn reproduce(manifest: &Manifest) -> Markup {
    let folder = if manifest.data_dir { " --data-dir DIR" } else { "" };
    let source = |source: &DataFile| {
        let file = source.file.clone().unwrap_or_else(|| "with the program".into());
        vec![source.name.clone(), file, source.sha256.clone()]
    };
    let sources: Vec<_> = manifest.data.iter().map(source).collect();
    let pairs = [
        ("version", manifest.version.clone()),
        ("commit", manifest.commit.clone().unwrap_or_else(|| "–".into())),
        ("processor", manifest.processor.clone()),
        ("threads", manifest.threads.to_string()),
    ];
    html! {
        pre { code { "admm experiment run " (manifest.experiment) (folder) } }
        (facts(&pairs.map(|(name, value)| (name.to_string(), value))))
        (table("The data", &["data", "file", "SHA-256"].map(String::from), &sources))
        details {
            summary { "The file of the experiment" }
            pre { code { (toml::to_string(&manifest.configuration).unwrap_or_default()) } }
        }
    }
}
