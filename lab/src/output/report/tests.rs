use std::ops::ControlFlow;

use admm::ranks::Alone;
use admm_solvers::data::Features;
use admm_solvers::joint::{Constraint, JointModel, Method, Names};
use nalgebra::DMatrix;
use roxmltree::{Document, Node};

use super::*;
use crate::data::Labelled;
use crate::output::MethodSummary;
use crate::prediction::Prediction;

const SECTIONS: [&str; 8] =
    ["asked", "methods", "convergence", "data", "loadings", "confusion", "certificate", "reproduce"];
const HOSTILE: &str = "<script src='http://evil'>alert(1)</script>";

fn samples(n: usize) -> Labelled<DMatrix<f64>> {
    let x = DMatrix::from_fn(4, n, |i, j| if i == j % 2 { 2.0 } else { (7 * j + 3 * i) as f64 % 5.0 });
    Labelled::new(x, (0..n).map(|sample| sample % 2).collect())
}

/// The page and the card of a fit of `components` by all methods, with names that want to be more than text.
fn told(components: usize) -> (String, String) {
    let (train, test) = (samples(40), samples(10));
    let model = JointModel::builder().components(components).trace(true).build().unwrap();
    let prepared = model.prepare(&train.x, &train.labels, 2, None).unwrap();
    let found = Method::ALL.map(|method| {
        let mut fitted = prepared.fit(method, &mut |_| ControlFlow::Continue(())).unwrap();
        fitted.report.seconds = 0.0;
        (MethodSummary::new(&fitted.report, Prediction::CLASSES, Some(0.5), 7), fitted)
    });
    let names = Names::new(["a", "b", "c", HOSTILE].map(String::from).into(), [HOSTILE, "b|"].map(String::from).into());
    let report = FitReport {
        name: HOSTILE,
        heading: "40 samples",
        constraint: Constraint::Orthonormal,
        names: &names,
        train: &train,
        test: Some(&test),
        found: &found,
        choices: choices(&serde_json::json!({ "data": HOSTILE, "max_iterations": 5, "methods": ["admm", "joint"] })),
        command: "admm fit data.csv".into(),
    };
    (report.html().unwrap(), report.card())
}

/// HTML as XML: the few elements that HTML leaves open are closed.
fn closed(html: &str) -> String {
    let mut text = html.replace("<!DOCTYPE html>", "");
    for element in ["<meta ", "<link "] {
        let parts: Vec<_> = text.split(element).map(String::from).collect();
        let close = |part: &String| part.replacen('>', "/>", 1);
        text = [parts[0].clone()].into_iter().chain(parts[1..].iter().map(close)).collect::<Vec<_>>().join(element);
    }
    text
}

fn all<'a>(document: &'a Document<'_>, tag: &'static str) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(move |node| node.tag_name().name() == tag)
}

#[test]
fn a_page_has_every_section_once() {
    let (html, _) = told(2);
    let closed = closed(&html);
    let document = Document::parse(&closed).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<_> = all(&document, "section").filter_map(|section| section.attribute("id")).collect();
    assert_eq!(ids, SECTIONS);
    let links: Vec<_> = all(&document, "a").filter_map(|link| link.attribute("href")).collect();
    assert_eq!(links[1..], SECTIONS.map(|id| format!("#{id}")));
    assert_eq!(
        all(&document, "figure")
            .filter(|figure| figure.descendants().any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg"))))
            .count(),
        5 + 4 + 2 + 2,
        "every figure is drawn"
    );
    assert!(all(&document, "th").all(|cell| cell.attribute("scope").is_some()));
    assert!(all(&document, "table").all(|table| table.first_element_child().unwrap().has_tag_name("caption")));
    let mut ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "ids differ");
}

#[test]
fn hostile_names_stay_text_and_nothing_is_fetched() {
    let (html, card) = told(2);
    let closed = closed(&html);
    let document = Document::parse(&closed).unwrap();
    assert_eq!(all(&document, "script").count(), 1, "the page's own");
    assert!(document.descendants().any(|node| node.is_text() && node.text() == Some(HOSTILE)));
    for node in document.descendants() {
        for attribute in
            node.attributes().filter(|attribute| ["src", "href", "srcset", "data"].contains(&attribute.name()))
        {
            assert!(attribute.value().starts_with('#') || attribute.value() == "data:,", "{attribute:?}");
        }
    }
    for style in all(&document, "style").filter_map(|style| style.text().map(String::from)) {
        assert!(!style.contains("@import") && !style.contains("url("), "{style}");
    }
    assert!(!card.contains("<script"), "{card}");
    assert!(card.contains("b\\|"), "{card}");
}

#[test]
fn the_same_fit_gives_the_same_bytes() {
    assert!(told(2) == told(2));
}

#[test]
fn a_single_component_is_drawn_too() {
    let (html, _) = told(1);
    assert!(html.contains("class, from 1") && !html.contains("Nothing to draw"));
}

#[test]
fn a_card_says_what_the_model_is_for() {
    let (_, card) = told(2);
    for heading in ["Data", "Objective", "Figures", "Intended use", "Limits", "Reproduce"] {
        assert!(card.contains(&format!("\n## {heading}\n")), "{heading}");
    }
    assert!(card.contains("| admm |") && card.contains("| max iterations | 5 |") && card.contains("the test error"));
    assert!(card.contains("admm fit data.csv"));
}

#[test]
fn words_are_quoted_where_a_shell_would_split_them() {
    assert_eq!(
        ["a.csv", "", "two words", "it's", "$HOME"].map(quoted),
        ["a.csv", "''", "'two words'", r"'it'\''s'", "'$HOME'"]
    );
}

#[test]
fn of_many_samples_some_are_shown() {
    let many = |n: usize| Labelled::new(Features::from(samples(n).x), samples(n).labels);
    let some = |n: usize| many(n).every(every(4, n), &Alone).unwrap();
    assert_eq!(some(40), samples(40));
    let some = some(5001);
    assert_eq!((some.x.ncols(), some.labels.len()), (1667, 1667));
    assert_eq!(some.x.column(1), samples(5001).x.column(3));
}
