use roxmltree::{Document, Node};

use super::axis::{Scale, four_digits, range};
use super::*;

fn chart(series: Vec<Series>) -> Chart {
    let caption = Caption::new("A <b>title</b> & more", "One \"sentence\".");
    Chart { caption, x: Axis::linear("x"), y: Axis::log("y"), series }
}

fn line(points: &[(f64, f64)]) -> Series {
    Series::new("<script>alert(1)</script>", Look::Line, points.iter().copied())
}

fn tags<'a>(document: &'a Document<'_>, tag: &'static str) -> Vec<Node<'a, 'a>> {
    document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", tag))).collect()
}

/// The points of the lines that are no axis, tick or grid line.
fn lines(document: &Document<'_>) -> Vec<Vec<(f64, f64)>> {
    let number = |text: &str| text.parse().unwrap();
    let pair = |text: &str| text.split_once(',').map(|(x, y)| (number(x), number(y))).unwrap();
    let coloured = |node: &Node| node.attribute("stroke").unwrap().starts_with('#');
    let points = |node: Node| node.attribute("points").unwrap().split(' ').map(pair).collect();
    tags(document, "polyline").into_iter().filter(coloured).map(points).collect()
}

#[test]
fn hostile_names_stay_text() {
    let svg = chart(vec![line(&[(0.0, 1.0), (1.0, 10.0)]), line(&[(0.0, 2.0), (1.0, 3.0)])]).svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    assert_eq!(tags(&document, "script").len(), 0);
    let texts: Vec<_> = tags(&document, "text").iter().filter_map(|node| node.text().map(String::from)).collect();
    assert!(texts.contains(&"<script>alert(1)</script>".to_string()), "{texts:?}");
    let image = document.root_element();
    assert_eq!(image.attribute("role"), Some("img"));
    for id in image.attribute("aria-labelledby").unwrap().split(' ') {
        assert_eq!(document.descendants().filter(|node| node.attribute("id") == Some(id)).count(), 1, "{id}");
    }
    assert_eq!(tags(&document, "title")[0].text(), Some("A <b>title</b> & more"));
}

#[test]
fn points_lie_where_their_values_say() {
    let values = [(0.0, 1.0), (1.0, 100.0), (2.0, 10.0), (4.0, 1000.0)];
    let svg = chart(vec![line(&values)]).svg().unwrap();
    let lines = lines(&Document::parse(&svg).unwrap());
    let [points] = &lines[..] else { panic!("{lines:?}") };
    let (origin, end) = (points[0], points[3]);
    for (value, point) in values.iter().zip(points) {
        let expected = origin.0 + (end.0 - origin.0) * value.0 / 4.0;
        assert!((point.0 - expected).abs() < 0.11, "{value:?} at {point:?}");
        let expected = origin.1 + (end.1 - origin.1) * value.1.log10() / 3.0;
        assert!((point.1 - expected).abs() < 0.11, "{value:?} at {point:?}");
    }
    assert!(end.1 < origin.1, "upwards is up");
}

/// The texts at the ticks of an axis with their pixels: those of x stand below their middle, those of y end before it.
fn tick_texts(document: &Document<'_>, anchor: &str) -> Vec<(String, f64, f64)> {
    let ticks = tags(document, "text").into_iter().filter(|text| text.attribute("text-anchor") == Some(anchor));
    let ticks = ticks.filter(|text| text.attribute("font-size") == Some("12"));
    let number = |text: &Node, key| text.attribute(key).unwrap().parse().unwrap();
    ticks.map(|text| (text.text().unwrap().into(), number(&text, "x"), number(&text, "y"))).collect()
}

#[test]
fn points_lie_at_the_ticks_of_their_values() {
    let svg = chart(vec![line(&[(0.0, 1.0), (1.0, 10.0), (3.0, 1000.0)])]).svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let (points, across, upwards) = (lines(&document), tick_texts(&document, "middle"), tick_texts(&document, "end"));
    for (text, place) in [("0.0", 0), ("1.0", 1), ("3.0", 2)] {
        let (_, x, _) = across.iter().find(|(tick, ..)| tick == text).unwrap();
        assert_eq!(points[0][place].0, *x, "{text}");
    }
    for (text, place) in [("1", 0), ("10", 1), ("1000", 2)] {
        let (.., y) = upwards.iter().find(|(tick, ..)| tick == text).unwrap();
        assert_eq!(points[0][place].1, *y, "{text}");
    }
}

#[test]
fn long_texts_of_ticks_have_room() {
    let long = Chart { y: Axis::linear("y"), ..chart(vec![line(&[(0.0, 5.0), (1.0, 5.0 + 1e-9)])]) };
    let svg = long.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let texts = tick_texts(&document, "end");
    assert!(texts.iter().any(|(text, ..)| text.chars().count() > 10), "{texts:?}");
    for (text, x, _) in texts {
        assert!(x - svg::text_width(&text, 12.0) >= 18.0, "{text} ends at {x}, beyond the label");
    }
}

#[test]
fn what_has_no_place_interrupts_the_line() {
    let nothing = [(0.0, f64::NAN), (f64::INFINITY, 1.0), (0.0, 0.0), (0.0, -1.0)];
    assert_eq!(chart(vec![line(&nothing)]).svg(), Err(FigureError::Empty("A <b>title</b> & more".into())));
    assert!(chart(Vec::new()).svg().is_err());
    for bad in nothing {
        let svg = chart(vec![line(&[(0.0, 1.0), (1.0, 2.0), bad, (2.0, 3.0), (3.0, 4.0)])]).svg().unwrap();
        let lines = lines(&Document::parse(&svg).unwrap());
        assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2], "{bad:?}");
    }
    chart(vec![line(&[(1.0, 1.0)])]).svg().unwrap();
}

#[test]
fn marks_tell_their_values() {
    let mut series = Series::new("path", Look::LineAndDots, [(1.0, 0.5), (2.0, 0.25)]);
    series.points[1] = Point { spread: 0.125, note: "λ = 0.5".into(), chosen: true, ..series.points[1].clone() };
    let svg = chart(vec![series]).svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let titles: Vec<_> = tags(&document, "title").iter().map(|node| node.text().unwrap().to_string()).collect();
    assert_eq!(titles[1..], ["path\nx: 1\ny: 0.5", "path\nλ = 0.5\nx: 2\ny: 0.25 ± 0.125"]);
    assert_eq!(tags(&document, "circle").len(), 1, "the chosen point is circled");
}

#[test]
fn a_long_line_answers_the_pointer_at_few_places() {
    let points: Vec<_> = (0..5000).map(|i| (f64::from(i), 1.0 + f64::from(i))).collect();
    let svg = chart(vec![line(&points)]).svg().unwrap();
    let titles = tags(&Document::parse(&svg).unwrap(), "title").len();
    assert!((50..=62).contains(&titles), "{titles}");
    assert_eq!(svg, chart(vec![line(&points)]).svg().unwrap());
}

#[test]
fn ticks_are_round_and_inside() {
    let texts = |scale: Scale, low, high| {
        let ticks = scale.ticks(low, high, 6);
        assert!(ticks.iter().all(|(place, _)| (low..=high).contains(place)), "{ticks:?}");
        ticks.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(texts(Scale::Linear, -0.1, 1.1), "0.0 0.2 0.4 0.6 0.8 1.0");
    assert_eq!(texts(Scale::Linear, -30.0, 25.0), "−30 −20 −10 0 10 20");
    assert_eq!(texts(Scale::Linear, 1e8, 3e8), "1.0e8 1.5e8 2.0e8 2.5e8 3.0e8");
    assert_eq!(texts(Scale::Log, -8.5, 1.2), "10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰");
    assert_eq!(texts(Scale::Log, -3.1, 2.2), "0.001 0.01 0.1 1 10 100");
    assert_eq!(texts(Scale::Log, 0.2, 0.9), "2 4 6");
    assert_eq!(texts(Scale::Log, 1.9, 2.95), "200 400 600 800");
    for (low, high) in [(-300.0, 300.0), (-1e-9, 1e-9), (1e300, 1.1e300), (5.0, 5.0 + 1e-9)] {
        assert!(!Scale::Linear.ticks(low, high, 6).is_empty(), "{low} {high}");
        assert!(Scale::Linear.ticks(low, high, 6).len() < 20);
        let texts: Vec<_> = Scale::Linear.ticks(low, high, 6).into_iter().map(|(_, text)| text).collect();
        assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{texts:?}");
    }
}

#[test]
fn a_range_is_never_empty() {
    assert_eq!(range([].into_iter()), None);
    assert_eq!(range([0.0, 1.0].into_iter()), Some((-0.05, 1.05)));
    for value in [0.0, 1.0, -7.0, 1e-300, 1e300] {
        let (low, high) = range([value, value].into_iter()).unwrap();
        assert!(low < value && value < high, "{value}");
    }
}

#[test]
fn numbers_are_short() {
    let texts = [0.0, 0.5, -0.25, 1.0 / 3.0, 12345.678, 1234567.0, 1e-9, 0.00123456].map(four_digits);
    assert_eq!(texts, ["0", "0.5", "−0.25", "0.3333", "12346", "1.235e6", "1.000e−9", "0.001235"]);
}

fn heat(cells: Vec<Vec<Cell>>, names: &[&str]) -> HeatMap {
    let names = EdgeNames { label: "class".into(), names: names.iter().map(|name| name.to_string()).collect() };
    HeatMap { caption: Caption::new("Cells", "Some."), across: names.clone(), down: names, cells }
}

#[test]
fn cells_are_shaded_by_size_and_coloured_by_sign() {
    let cell = |shade: f64| Cell { shade, text: shade.to_string(), note: format!("<{shade}>") };
    let map = heat(vec![vec![cell(1.0), cell(-0.5)], vec![cell(f64::NAN), cell(0.0)]], &["a", "b"]);
    let svg = map.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let rects = tags(&document, "rect");
    let shades: Vec<_> =
        rects.iter().map(|rect| (rect.attribute("fill").unwrap(), rect.attribute("fill-opacity").unwrap())).collect();
    assert_eq!(shades[..2], [("#0072b2", "0.600"), ("#d55e00", "0.300")]);
    assert_eq!((shades[2].1, shades[3].1), ("0.000", "0.000"));
    assert_eq!(tags(&document, "title")[1].text(), Some("<1>"));
}

#[test]
fn tables_that_are_none_are_refused() {
    let row = |length: usize| vec![Cell::default(); length];
    assert!(matches!(heat(Vec::new(), &[]).svg(), Err(FigureError::Empty(_))));
    assert!(matches!(heat(vec![row(0)], &[]).svg(), Err(FigureError::Empty(_))));
    let ragged = heat(vec![row(2), row(3)], &[]).svg().unwrap_err();
    assert_eq!(ragged.to_string(), "figure `Cells`: row 2 has 3 cells instead of 2");
    assert!(matches!(heat(vec![row(2), row(2)], &["one"]).svg(), Err(FigureError::Shape { row: 0, got: 1, .. })));
    heat(vec![row(28); 28], &[]).svg().unwrap();
}

#[test]
fn bars_share_a_zero() {
    let bars = [("up", 2.0), ("down", -1.0), ("lost", f64::NAN)].map(|(name, value)| (name.to_string(), value));
    let svg = Bars { caption: Caption::new("Bars", "Two."), bars: bars.to_vec() }.svg().unwrap();
    let document = Document::parse(&svg).unwrap();
    let number = |node: &Node, key| node.attribute(key).unwrap().parse::<f64>().unwrap();
    let rects = tags(&document, "rect");
    let [up, down] = &rects[..] else { panic!("{svg}") };
    assert!((number(up, "x") - number(down, "x") - number(down, "width")).abs() < 0.11);
    assert!((number(up, "width") - 2.0 * number(down, "width")).abs() < 0.2);
    assert!(Bars { caption: Caption::new("Bars", "None."), bars: bars[2..].to_vec() }.svg().is_err());
}
