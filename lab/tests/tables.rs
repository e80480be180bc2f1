//! Tables that people have: missing cells, categories, spreadsheets, compressed files and odd names.

use std::io::Write;
use std::process::Stdio;

use crate::common::{Folder, Run, npy, small_csv};
use serde_json::Value;

const PENGUINS: &str = include_str!("../data/penguins.csv");
const BOTH: &str = "--missing mean --categories one-hot";

/// Runs a command with a text on standard input.
fn piped(folder: &Folder, line: &str, input: &[u8]) -> Run {
    let mut command = folder.command(&line.split_whitespace().collect::<Vec<_>>());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let written = stdin.write_all(input);
    drop(stdin);
    let run = Run::of(child.wait_with_output().unwrap());
    assert!(written.is_ok() || run.code != Some(0), "{written:?}");
    run
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// 60 passengers in the shape of the Titanic's table: names, tickets and cabins, ages that are missing.
fn passengers(ports: &[&str]) -> String {
    let mut text = String::from("PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked\n");
    for i in 0..60_usize {
        let (survived, sex) = (
            u8::from(i.is_multiple_of(3) || i.is_multiple_of(7)),
            ["male", "female"][usize::from(i.is_multiple_of(3))],
        );
        let age = if i % 5 == 4 { String::new() } else { format!("{}", 20 + (i * 7) % 40) };
        let cabin = if i.is_multiple_of(4) { format!("C{i}") } else { String::new() };
        let port = ports[i % ports.len()];
        text += &format!(
            "{i},{survived},{},\"Person, Mr. {i}\",{sex},{age},{},{},A/{i} 2,{}.25,{cabin},{port}\n",
            1 + i % 3,
            i % 2,
            i % 4,
            7 + i
        );
    }
    text
}

/// Rows in the shape of the adult table: no header, blanks after commas, `?` for what is missing.
fn adults(country: &str) -> String {
    let row = |i: usize| {
        let (work, school) =
            (["Private", "State-gov", "?"][i % 3], ["Bachelors", "HS-grad"][usize::from(i.is_multiple_of(4))]);
        let country = if i == 7 { country } else { ["United-States", "Cuba"][usize::from(i.is_multiple_of(11))] };
        let income = if i.is_multiple_of(4) || i.is_multiple_of(9) { ">50K" } else { "<=50K" };
        format!("{}, {work}, {}, {school}, {}, {country}, {income}\n", 20 + i % 50, 1000 + 37 * i, 9 + i % 5)
    };
    (0..80).map(row).collect()
}

#[test]
fn what_a_table_needs_is_named() {
    let folder = Folder::new();
    folder.admm("fit penguins --label species").fails(
        1,
        &[
            "penguins, line 2: column `island`: `Torgersen` is not a number",
            "19 cells missing, in `bill_length_mm` (2), `bill_depth_mm` (2), `flipper_length_mm` (2), `body_mass_g` (2), `sex` (11)",
            "--missing mean",
            "--missing drop",
            "columns of text: `island`, `sex`: --categories one-hot",
        ],
    );
    folder.admm("fit penguins --missing mean").fails(1, &["penguins: columns of text: `island`, `sex`"]);
    folder.admm("fit penguins --categories one-hot").fails(1, &["penguins: 19 cells missing"]);
    let none = folder.admm(&format!("fit penguins {BOTH} --scale none"));
    none.fails(1, &["--scale none takes no mean off"]);
    assert!(folder.names(".").is_empty());
}

#[test]
fn penguins_are_told_apart() {
    let folder = Folder::new();
    let path = folder.admm(&format!("path penguins --label species {BOTH} --cv 5 --weights 0.2 --out path --report"));
    let path = path.ok();
    assert!(path.contains("344 samples, 10 features, 3 classes; 5 folds"), "{path}");
    let summary: Value = serde_json::from_slice(&folder.read("path/path.json")).unwrap();
    let error = summary["path"][0]["error"]["mean"].as_f64().unwrap();
    assert!(error <= 0.02, "{error}");
    assert_eq!((&summary["missing"], &summary["categories"]), (&"mean".into(), &"one-hot".into()));
    assert!(folder.text("path/report.html").contains("island=Biscoe"));

    let fit = folder.admm(&format!("fit penguins --label species {BOTH} --test 0.2 --out run --report"));
    assert!(fit.err.contains("warning: penguins: 19 cells missing, in `bill_length_mm` (2)"), "{}", fit.err);
    fit.ok();
    let (card, page) = (folder.text("run/model-card.md"), folder.text("run/report.html"));
    assert!(card.contains("- island: Biscoe, Dream, Torgersen\n- sex: female, male\n"), "{card}");
    assert!(card.contains("- bill_length_mm: 2 cells\n") && card.contains("- sex: 11 cells\n"), "{card}");
    assert!(page.contains("sex=female"), "the loadings speak of the levels");

    folder.file("penguins.csv", PENGUINS);
    let score = folder.admm("score run penguins.csv --json score.json");
    assert!(score.err.contains("19 cells missing"), "{}", score.err);
    score.ok();
    let score: Value = serde_json::from_slice(&folder.read("score.json")).unwrap();
    assert!(score["accuracy"].as_f64().unwrap() >= 0.98, "{score}");
    folder.admm("predict run penguins.csv").fails(1, &["`species` is unknown", "--label 'species'"]);
    assert_eq!(folder.admm("transform run penguins.csv --label species").ok().lines().count(), 345);
}

#[test]
fn rows_are_left_out_where_the_model_says_so() {
    let folder = Folder::new();
    let fit = folder.admm("fit penguins --missing drop --categories one-hot --method joint --out run");
    assert!(fit.err.contains("11 rows left out"), "{}", fit.err);
    assert!(fit.ok().starts_with("333 training samples, 10 features"));
    folder.file("penguins.csv", PENGUINS);
    let predicted = folder.admm("predict run penguins.csv --label species").ok();
    let samples: Vec<&str> = predicted.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!((samples.len(), &samples[..5]), (333, &["1", "2", "3", "5", "6"][..]), "row 4 misses cells");
    assert_eq!(folder.admm("predict run penguins.csv --label species --missing mean").ok().lines().count(), 345);
    let unlabelled = PENGUINS.replace("2007,Adelie", "2007,NA");
    folder.file("unlabelled.csv", unlabelled);
    let fit = folder.admm("fit unlabelled.csv --missing drop --categories one-hot --method two-stage");
    assert!(fit.err.contains("50 rows without a label left out"), "{}", fit.err);
    fit.ok();
    folder.admm(&format!("fit unlabelled.csv {BOTH}")).fails(1, &["unlabelled.csv, line 2", "the label is missing"]);
}

#[test]
fn a_model_of_numbers_fills_in_its_means() {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method joint --out run").ok();
    folder.file("holes.csv", "length,width,depth\n1,NA,0\n-1,?,0\n");
    folder.admm("predict run holes.csv").fails(1, &["line 2: column `width`: `NA`", "2 cells missing, in `width` (2)"]);
    assert_eq!(folder.admm("predict run holes.csv --missing mean").ok().lines().count(), 3);
    folder.admm("predict run holes.csv --missing drop").fails(1, &["every row misses a cell"]);
}

#[test]
fn the_titanic_shape() {
    let folder = Folder::new();
    folder.file("train.csv", passengers(&["S", "C", "Q"]));
    let fit = |flags: &str| folder.admm(&format!("fit train.csv --label Survived {BOTH} --method joint {flags}"));
    fit("").fails(1, &["column `Name`: 60 different texts in 60 cells", "--drop 'Name'"]);
    fit("--drop Name").fails(1, &["column `Ticket`", "--drop 'Ticket'"]);
    fit("--drop Name --drop Ticket").fails(1, &["column `Cabin`: 15 different texts in 15 cells"]);
    let dropped = "--drop PassengerId --drop Name --drop Ticket --drop Cabin --out run";
    let fitted = fit(dropped);
    assert!(fitted.err.contains("12 cells missing, in `Age` (12)"), "{}", fitted.err);
    assert!(fitted.ok().starts_with("60 training samples, 10 features, 2 classes"));
    folder.file("test.csv", passengers(&["S", "C", "Q", "Southampton"]));
    let score = "score run test.csv --label Survived --drop PassengerId --drop Name --drop Ticket --drop Cabin";
    folder.admm(score).fails(
        1,
        &[
            "test.csv, line 5: row 4, column `Embarked`: unknown level `Southampton`; the levels are C, Q, S",
            "--unknown ignore",
        ],
    );
    let ignored = folder.admm(&format!("{score} --unknown ignore"));
    assert!(ignored.err.contains("15 cells of unknown levels, in `Embarked` (15)"), "{}", ignored.err);
    ignored.ok();
    fit(&format!("{dropped} --unknown ignore")).ok();
    folder.admm(score).ok();
}

#[test]
fn the_adult_shape() {
    let folder = Folder::new();
    folder.file("adult.data", adults("Cuba"));
    let fit = folder.admm(&format!("fit adult.data {BOTH} --method joint --out run"));
    assert!(fit.err.contains("26 cells missing, in `x2` (26)"), "{}", fit.err);
    let out = fit.ok();
    assert!(out.contains("80 training samples, 9 features, 2 classes"), "{out}");
    assert!(
        out.contains("adult.data: the first line is a sample, since nothing makes it a header (--header)"),
        "{out}"
    );
    folder.file("adult.test", adults("Yugoslavia"));
    folder
        .admm("score run adult.test")
        .fails(1, &["line 8", "column `x6`: unknown level `Yugoslavia`; the levels are Cuba, United-States"]);
    folder.admm("score run adult.test --unknown ignore").ok();
}

/// Neither the order of the rows nor that of the columns changes what is learnt, but for rounding.
#[test]
fn order_is_no_matter() {
    let folder = Folder::new();
    let mut lines: Vec<&str> = PENGUINS.lines().collect();
    lines[1..].reverse();
    let turned = |line: &&str| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[3..], &cells[..3]].concat().join(",") + "\n"
    };
    folder.file("turned.csv", lines.iter().map(turned).collect::<String>());
    let objective = |data: &str| {
        folder.admm(&format!("fit {data} --label species {BOTH} --method joint --json figures.json")).ok();
        let figures: Value = serde_json::from_slice(&folder.read("figures.json")).unwrap();
        figures[0]["objective"].as_f64().unwrap()
    };
    assert!((objective("penguins") - objective("turned.csv")).abs() < 1e-9);
}

#[test]
fn a_number_may_stand_for_a_missing_cell() {
    let folder = Folder::new();
    let csv = |hole: &str| small_csv().replacen("\n", &format!("\n{hole},0.5,0.1,left\n"), 1);
    let fit = |name: &str, hole: &str, flags: &str| {
        folder.file(name, csv(hole));
        folder.admm(&format!("fit {name} --missing mean --method joint --out run {flags}")).ok();
        let card = folder.text("run/model-card.md");
        assert!(card.contains("- length: 1 cell\n"), "{card}");
        folder.admm("transform run side.csv --label side").ok()
    };
    folder.file("side.csv", small_csv());
    let empty = fit("a.csv", "", "");
    assert_eq!(fit("b.csv", "-999.0", "--missing-value -999"), empty);
    assert_eq!(fit("c.csv", "unknown", "--missing-value unknown"), empty);
}

#[test]
fn missing_cells_of_binary_formats() {
    let folder = Folder::new();
    let csv = small_csv();
    let holes: Vec<(usize, Vec<&str>)> =
        csv.lines().skip(1).enumerate().map(|(i, line)| (i, line.split(',').collect())).collect();
    let number =
        |i: usize, j: usize, cell: &str, hole: f64| if (i, j) == (3, 1) { hole } else { cell.parse().unwrap() };
    let array = |hole: f64| {
        let numbers = holes.iter().flat_map(|(i, row)| (0..3).map(move |j| number(*i, j, row[j], hole)));
        npy("<f8", "(40, 3)", numbers.flat_map(f64::to_le_bytes).collect())
    };
    let labels = holes.iter().flat_map(|(_, row)| i64::from(row[3] == "right").to_le_bytes()).collect();
    folder.file("y.npy", npy("<i8", "(40,)", labels));
    folder.file("x.npy", array(f64::NAN));
    folder.file("z.npy", array(-999.0));
    folder.admm("fit x.npy,y.npy").fails(1, &["row 4, column `x2`: NaN is not finite", "1 cell missing, in `x2` (1)"]);
    let fit = |flags: &str| {
        folder.admm(&format!("fit {flags} --missing mean --method joint --out run")).ok();
        folder.admm("predict run x.npy").ok()
    };
    assert_eq!(fit("x.npy,y.npy"), fit("z.npy,y.npy --missing-value -999"));
    folder.file("a.svm", "1 1:1 2:nan\n0 1:2 2:1\n1 1:0 2:4\n0 1:3 2:0\n");
    let run = folder.admm("fit a.svm -k 1 --missing mean");
    assert!(run.err.contains("a.svm: 1 cell missing, in `x2` (1)"), "{}", run.err);
    run.ok();
}

#[test]
fn spreadsheets_are_recognised() {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method joint --out plain").ok();
    let model = folder.read("plain/model.safetensors");
    let with_commas = small_csv().replace(',', ";").replace('.', ",");
    let fit = |name: &str, text: &str, flags: &str| {
        folder.file(name, text);
        let run = folder.admm(&format!("fit {name} --method joint --out run {flags}"));
        let out = run.ok();
        assert!(folder.read("run/model.safetensors") == model, "{name}");
        out
    };
    let out = fit("excel.csv", &with_commas, "");
    assert!(out.contains("excel.csv: a comma is before the decimals"), "{out}");
    assert!(out.contains("excel.csv: the first line is a header, since"), "{out}");
    fit("told.csv", &with_commas, "--decimal ,");
    fit("bars.csv", &small_csv().replace(',', "|"), "--delimiter |");
    fit("tabs.csv", &small_csv().replace(',', "\t"), "--delimiter tab");
    folder.file("mixed.csv", "a;b;y\n1,5;2;u\n1.5;3;v\n");
    folder.admm("fit mixed.csv").fails(1, &["mixed.csv: `1,5` has a decimal comma and `1.5` a point", "--decimal"]);
    folder.admm("fit side.csv --delimiter ab").fails(2, &["one character"]);
    folder.admm("fit iris --decimal x").fails(2, &["'x'", ","]);
    folder.file("a.svm", "1 1:1\n0 1:2\n");
    folder.admm("fit a.svm --delimiter ;").fails(1, &["a delimiter applies to CSV only"]);
}

#[test]
fn standard_input_and_compressed_files_give_the_same_model() {
    let folder = Folder::new();
    folder.file("side.csv", small_csv());
    folder.admm("fit side.csv --method joint --out plain").ok();
    let model = folder.read("plain/model.safetensors");
    let csv = small_csv().into_bytes();
    let (first, second) = csv.split_at(100);
    let skipped = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3].to_vec();
    let frames = [zstd(first), skipped, zstd(second)].concat();
    for (name, bytes) in [("a.csv.gz", gzip(&csv)), ("b.csv.zst", zstd(&csv)), ("frames.zst", frames)] {
        folder.file(name, &bytes);
        folder.admm(&format!("fit {name} --method joint --out run")).ok();
        assert!(folder.read("run/model.safetensors") == model, "{name}");
        piped(&folder, "fit - --method joint --out run", &bytes).ok();
        assert!(folder.read("run/model.safetensors") == model, "{name} by standard input");
    }
    piped(&folder, "fit - --method joint --out run", &csv).ok();
    assert!(folder.read("run/model.safetensors") == model);
    assert_eq!(piped(&folder, "score run -", &csv).ok(), folder.admm("score run side.csv").ok());
    let whole = zstd(&csv);
    folder.file("cut.zst", &whole[..whole.len() - 9]);
    folder.admm("fit cut.zst").fails(1, &["cut.zst", "read"]);
    piped(&folder, "fit -", b"").fails(1, &["the file is empty"]);
    piped(&folder, "fit - --test -", &csv).fails(2, &["standard input holds the data already"]);
    piped(&folder, "fit - --checkpoint kept", &csv).fails(2, &["cannot be resumed"]);
    folder.file("odd.svm.zst", zstd(b"1 1:1 2:3\n0 1:2 2:1\n1 1:0 2:4\n0 1:3 2:0\n"));
    folder.admm("fit odd.svm.zst -k 1").ok();
}

#[cfg(not(feature = "parquet"))]
#[test]
fn typed_columns_need_a_feature() {
    let folder = Folder::new();
    for name in ["a.parquet", "a.arrow"] {
        folder.file(name, "PAR1");
        folder.admm(&format!("fit {name}")).fails(1, &[name, "--features parquet"]);
    }
}

#[test]
fn the_header_is_decided_in_words() {
    let folder = Folder::new();
    let rows = "7,2,3,u\n3,4,1,v\n2,2,5,u\n5,4,2,v\n";
    for (header, reason) in [
        ("a,b,c,y\n", "it has different texts in all feature columns"),
        ("a,5,c,y\n", "it has text above a number"),
        ("0,1,2,y\n", "its numbers count the columns"),
        ("", "nothing makes it a header"),
    ] {
        folder.file("a.csv", format!("{header}{rows}"));
        let out = folder.admm("fit a.csv -k 1 --method two-stage").ok();
        assert!(
            out.contains(&format!(
                "a.csv: the first line is a {}, since {reason}",
                if header.is_empty() { "sample" } else { "header" }
            )),
            "{out}"
        );
        let told = if header.is_empty() { "--no-header" } else { "--header" };
        let out = folder.admm(&format!("fit a.csv -k 1 --method two-stage {told}")).ok();
        assert!(!out.contains("the first line"), "{out}");
    }
    let help = folder.admm("fit --help").ok();
    assert!(help.contains("it is one if it has text above a number"), "{help}");
}

/// Columns, levels and classes of any text are the same in every output.
#[test]
fn odd_names_survive_every_output() {
    let folder = Folder::new();
    let names = ["Größe, \"außen\"", "長さ\nΣ", "<b>&amp;|`*", "e\u{301}\u{1}tat"];
    let (classes, levels) = (["böse, \"A\"\nx", "гусь <i>"], ["Ⅷ;,\"\n", "🐧=|"]);
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut csv = names.map(quoted).join(",") + ",class\n";
    for i in 0..24_usize {
        let numbers: String = (0..3).map(|j| format!("{},", ((i + 1) * (j + 3)) % 7)).collect();
        csv += &format!("{numbers}{},{}\n", quoted(levels[usize::from(i.is_multiple_of(3))]), quoted(classes[i % 2]));
    }
    folder.file("odd.csv", &csv);
    folder.admm(&format!("fit odd.csv {BOTH} --header --method joint --out run --report")).ok();

    let bytes = folder.read("run/model.safetensors");
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let entry: Value = serde_json::from_str(header["__metadata__"]["admm"].as_str().unwrap()).unwrap();
    let of = |column: &Value, key: &str| column[key].as_str().unwrap_or_default().to_string();
    let columns: Vec<String> = entry["encoding"]["columns"].as_array().unwrap().iter().map(|c| of(c, "name")).collect();
    assert_eq!(columns, names);
    let mut sorted = classes.map(|class| class.trim().to_string());
    sorted.sort();
    assert_eq!(entry["classes"], serde_json::json!(sorted));
    let mut stored: Vec<&str> =
        entry["encoding"]["columns"][3]["levels"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    stored.sort_unstable();
    let mut expected = levels.map(str::trim);
    expected.sort_unstable();
    assert_eq!(stored, expected);

    let predicted = folder.admm("predict run odd.csv --label class --header").ok();
    let mut reader = csv::Reader::from_reader(predicted.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    assert_eq!(header[2..], sorted.clone().map(|class| format!("probability_{class}")));
    assert!(reader.records().all(|record| sorted.contains(&record.unwrap()[1].to_string())));

    let page = folder.text("run/report.html");
    assert!(page.contains("&lt;b&gt;&amp;amp;|`*") && !page.contains("<b>&amp;|"), "names are text");
    let escaped =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    for text in [names[0], names[1], classes[1], levels[1]] {
        assert!(page.contains(&escaped(text)), "{text}");
    }
    for part in page.split("<svg ").skip(1) {
        let svg = format!("<svg {}</svg>", part.split("</svg>").next().unwrap());
        assert!(roxmltree::Document::parse(&svg).is_ok(), "{svg}");
    }
    folder.admm(&format!("path odd.csv {BOTH} --header --cv 2 --weights 0.5 --out path")).ok();
    let score = folder.admm("score run odd.csv --header --json score.json");
    score.ok();
    let score: Value = serde_json::from_slice(&folder.read("score.json")).unwrap();
    assert_eq!(score["confusion"]["classes"], serde_json::json!(sorted));
}

/// docs/data.md shows commands, and they work.
#[cfg(unix)]
#[test]
fn the_commands_of_the_page_on_data_work() {
    let folder = Folder::new();
    let without_label: String =
        PENGUINS.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect();
    folder.file("new-penguins.csv", without_label);
    let with_commas = |separator: &str| small_csv().replace(',', separator).replace('.', ",");
    folder.file("spreadsheet.csv", with_commas(";").replace("side", "Art"));
    folder.file("bars.txt", with_commas("|"));
    folder.file("side.csv.gz", gzip(small_csv().as_bytes()));
    folder.file("sensors.csv", small_csv().replacen('\n', "\n-999,0.5,0.1,left\n", 1));
    let table = |ports: &[&str]| {
        let kept = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            let name = if cells.len() == 13 { "\"x\"" } else { "Name" };
            let at = cells.len() - 8;
            format!("{},{name},{},{},{}\n", cells[1], cells[at], cells[at + 1], cells[at + 7])
        };
        passengers(ports).lines().map(kept).collect::<String>()
    };
    folder.file("passengers.csv", table(&["S", "C", "Q"]));
    let strangers = table(&["S", "C", "Q", "T"]).replace(",\"x\",", ",").replace(",Name,", ",");
    folder.file("strangers.csv", strangers);
    std::fs::create_dir(folder.path().join("visits-by-month")).unwrap();
    for part in ["visits-by-month/part-1.csv", "visits-by-month/part-2.csv"] {
        folder.file(part, small_csv().replacen(",side\n", ",outcome\n", 1));
    }
    folder.file("visits.csv", crate::weights::table(false).replacen(",side\n", ",outcome\n", 1));
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/data.md")).unwrap();
    let blocks = page.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let commands: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert!(commands.len() > 8, "{commands:?}");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_admm")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    for command in commands {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", command]).current_dir(folder.path()).env("PATH", &path);
        let run = Run::of(shell.output().unwrap());
        assert_eq!(run.code, Some(0), "{command}\n{}", run.err);
    }
}
