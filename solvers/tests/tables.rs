//! Tables with missing cells and categories: what is learnt from them, and what a model makes of others.

use admm::Exec;
use admm_solvers::data::{
    Categories, Cells, Column, Encoding, EncodingChoices, Missing, Scale, Table, TableError, Unknown, standardise,
};
use admm_solvers::joint::{JointModel, Model, Names};
use nalgebra::DMatrix;
use proptest::prelude::*;

/// The penguins that come with the command line, column by column: six of numbers or texts, then the class.
fn penguins() -> (Table, Vec<usize>) {
    let file = include_str!("../../lab/data/penguins.csv");
    let rows: Vec<Vec<&str>> = file.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let header: Vec<&str> = file.lines().next().unwrap().split(',').collect();
    let cell = |row: &Vec<&str>, at: usize| Some(row[at].to_string()).filter(|cell| cell != "NA");
    let column = |at: usize| {
        let texts: Vec<_> = rows.iter().map(|row| cell(row, at)).collect();
        let numbers = texts.iter().map(|text| text.as_ref().map_or(Ok(f64::NAN), |text| text.parse()));
        let cells = numbers.collect::<Result<_, _>>().map_or_else(|_| Cells::Texts(texts.clone()), Cells::Numbers);
        (header[at].to_string(), cells)
    };
    let class = |row: &Vec<&str>| ["Adelie", "Chinstrap", "Gentoo"].iter().position(|name| *name == row[7]).unwrap();
    (Table::of((0..7).map(column).collect()).unwrap(), rows.iter().map(class).collect())
}

fn choices(missing: Missing) -> EncodingChoices {
    EncodingChoices { missing: Some(missing), categories: Some(Categories::OneHot), ..EncodingChoices::default() }
}

fn numbers(name: &str, cells: &[f64]) -> (String, Cells) {
    (name.into(), Cells::Numbers(cells.to_vec()))
}

fn texts(name: &str, cells: &[&str]) -> (String, Cells) {
    (name.into(), Cells::Texts(cells.iter().map(|cell| Some(cell.to_string()).filter(|text| text != "-")).collect()))
}

#[test]
fn penguins_are_told_apart_on_folds() {
    let (table, labels) = penguins();
    let encoding = Encoding::learn(&table, &choices(Missing::Mean)).unwrap();
    let missing: Vec<_> = encoding.columns.iter().map(|column| column.missing).collect();
    assert_eq!(missing, [0, 2, 2, 2, 2, 11, 0]);
    let encoded = encoding.encode(table).unwrap();
    assert_eq!(encoded.x.shape(), (10, 344));
    let (x, model) = (encoded.features().unwrap(), JointModel::builder().weight(0.1).build().unwrap());
    let folds = 5;
    let hits: f64 = (0..folds)
        .map(|fold| {
            let (test, train): (Vec<_>, Vec<_>) = (0..344).partition(|sample| sample % folds == fold);
            let of = |numbers: &[usize]| numbers.iter().map(|&sample| labels[sample]).collect::<Vec<_>>();
            let fitted = model.fit(x.select(&train), &of(&train)).unwrap();
            let mut other = x.select(&test).into_dense();
            fitted.scaler.fill(&mut other);
            fitted.score(&other, &of(&test)).unwrap() * test.len() as f64
        })
        .sum();
    assert!(hits / 344.0 >= 0.98, "{hits} of 344");
}

#[test]
fn the_mean_and_the_deviation_are_those_of_the_cells_that_are_there() {
    let (column, there) = ([1.0, f64::NAN, 3.0, 8.0, f64::NAN], [1.0, 3.0, 8.0]);
    let table = Table::of(vec![numbers("a", &column), numbers("b", &[1.0, 2.0, 4.0, 8.0, 16.0])]).unwrap();
    let encoding = Encoding::learn(&table, &choices(Missing::Mean)).unwrap();
    let x = encoding.encode(table).unwrap().features().unwrap();
    let (z, scaler, _) = standardise(x, &[1.0; 5], Scale::Standard, &Exec::Serial).unwrap();
    let alone = DMatrix::from_row_slice(1, 3, &there);
    let (expected, learnt, _) = standardise(alone.into(), &[1.0; 3], Scale::Standard, &Exec::Serial).unwrap();
    assert_eq!((scaler.mean[0], scaler.scale[0]), (learnt.mean[0], learnt.scale[0]));
    let (z, expected) = (z.to_dense(), expected.to_dense());
    let row: Vec<f64> = z.row(0).iter().copied().collect();
    assert_eq!(row, [expected[0], 0.0, expected[1], expected[2], 0.0]);
}

#[test]
fn a_mean_stands_for_a_cell_only_where_it_is_taken_off() {
    let table = || Table::of(vec![numbers("a", &[1.0, f64::NAN, 3.0])]).unwrap();
    let encoding = Encoding::learn(&table(), &choices(Missing::Mean)).unwrap();
    let x = || encoding.encode(table()).unwrap().features().unwrap();
    assert!(standardise(x(), &[1.0; 3], Scale::Center, &Exec::Serial).is_ok());
    let error = standardise(x(), &[1.0; 3], Scale::None, &Exec::Serial).unwrap_err().to_string();
    assert!(error.contains("scale none takes no mean off"), "{error}");
}

#[test]
fn rows_with_missing_cells_are_left_out() {
    let table = Table::of(vec![numbers("a", &[1.0, f64::NAN, 3.0, 4.0]), texts("b", &["u", "w", "-", "v"])]).unwrap();
    let encoding = Encoding::learn(&table, &choices(Missing::Drop)).unwrap();
    assert_eq!(encoding.features(), ["a", "b=u", "b=v"], "a level of a row that is left out is none");
    let encoded = encoding.encode(table).unwrap();
    assert_eq!((encoded.kept, encoded.missing), (vec![0, 3], vec![("a".into(), 1), ("b".into(), 1)]));
    assert_eq!(encoded.x.as_slice(), [1.0, 1.0, 0.0, 4.0, 0.0, 1.0]);
}

#[test]
fn what_nobody_chose_is_named() {
    let table =
        Table::of(vec![numbers("a", &[1.0, f64::NAN]), texts("b", &["u", "v"]), texts("c", &["-", "v"])]).unwrap();
    let error = Encoding::learn(&table, &EncodingChoices::default()).unwrap_err();
    assert_eq!(error.to_string(), "columns of text: `b`, `c`; 2 cells are missing, in `a` (1), `c` (1)");
    let one = EncodingChoices { missing: Some(Missing::Mean), ..EncodingChoices::default() };
    let error = Encoding::learn(&table, &one).unwrap_err();
    assert_eq!(error.to_string(), "columns of text: `b`, `c`");
    let other = EncodingChoices { categories: Some(Categories::OneHot), ..EncodingChoices::default() };
    let error = Encoding::learn(&table, &other).unwrap_err();
    assert_eq!(error.to_string(), "2 cells are missing, in `a` (1), `c` (1)");
}

#[test]
fn tables_that_are_none_are_refused() {
    let refused = |columns| Table::of(columns).map(|_| ()).unwrap_err();
    assert_eq!(refused(vec![numbers("a", &[1.0]), numbers("b", &[])]), TableError::Sizes { expected: 1, got: 0 });
    assert_eq!(refused(vec![numbers("a", &[1.0]), texts("a", &["u"])]), TableError::SameName { name: "a".into() });
    let infinite = refused(vec![numbers("a", &[1.0, f64::INFINITY])]);
    assert_eq!(infinite, TableError::Cell { row: 2, column: "a".into(), cell: f64::INFINITY });
    let column = Column { name: "a".into(), texts: Some(vec!["u".into()]) };
    let beyond = Table::new(vec![column], DMatrix::from_element(1, 1, 1.0)).map(|_| ()).unwrap_err();
    assert_eq!(beyond, TableError::Cell { row: 1, column: "a".into(), cell: 1.0 });
    let learn = |columns| Encoding::learn(&Table::of(columns).unwrap(), &choices(Missing::Mean)).unwrap_err();
    assert_eq!(learn(vec![numbers("a", &[f64::NAN; 2])]), TableError::NoCells { column: "a".into() });
    assert_eq!(learn(vec![texts("a", &["-", "-"])]), TableError::NoCells { column: "a".into() });
    let same = learn(vec![texts("a", &["u", "v"]), numbers("a=u", &[1.0, 2.0])]);
    assert_eq!(same, TableError::SameName { name: "a=u".into() });
    let dates = learn(vec![texts("day", &["2007-11-11", "2008-01-02"])]);
    assert_eq!(dates, TableError::Dates { column: "day".into(), text: "2007-11-11".into() });
    let names: Vec<String> = (0..30).map(|row| format!("name {row}")).collect();
    let free = learn(vec![texts("name", &names.iter().map(String::as_str).collect::<Vec<_>>())]);
    assert_eq!(free, TableError::FreeText { column: "name".into(), levels: 30, cells: 30 });
}

#[test]
fn another_table_is_encoded_like_the_first() {
    let train = Table::of(vec![numbers("a", &[1.0, 2.0]), texts("b", &["v", "u"])]).unwrap();
    let encoding = Encoding::learn(&train, &choices(Missing::Mean)).unwrap();
    let turned = Table::of(vec![texts("b", &["u", "v", "-"]), numbers("a", &[3.0, 4.0, 5.0])]).unwrap();
    let x = encoding.encode(turned).unwrap().x;
    assert_eq!(&x.as_slice()[..6], &[3.0, 1.0, 0.0, 4.0, 0.0, 1.0]);
    assert!(x[(0, 2)] == 5.0 && x[(1, 2)].is_nan() && x[(2, 2)].is_nan());
    let encode = |columns| encoding.encode(Table::of(columns).unwrap()).map(|_| ()).unwrap_err();
    let columns = encode(vec![numbers("a", &[1.0]), texts("c", &["u"])]);
    assert_eq!(columns, TableError::Columns { missing: vec!["b".into()], unknown: vec!["c".into()] });
    let text = encode(vec![texts("a", &["x"]), texts("b", &["u"])]);
    assert_eq!(text, TableError::NotANumber { row: 1, column: "a".into(), text: "x".into() });
    let unknown = encode(vec![numbers("a", &[1.0, 2.0]), texts("b", &["u", "w"])]);
    let levels = vec!["u".to_string(), "v".into()];
    assert_eq!(unknown, TableError::UnknownLevel { row: 2, column: "b".into(), level: "w".into(), levels });
    let ignoring = Encoding { unknown: Unknown::Ignore, ..encoding };
    let more = Table::of(vec![numbers("a", &[1.0, 2.0]), texts("b", &["u", "w"])]).unwrap();
    let encoded = ignoring.encode(more).unwrap();
    assert_eq!(encoded.unknown, [("b".to_string(), 1)]);
    assert!(encoded.x[(1, 1)].is_nan() && encoded.x[(2, 1)].is_nan());
}

#[test]
fn levels_that_are_numbers_are_found_in_a_column_of_numbers() {
    let train = Table::of(vec![texts("zone", &["1", "2", "b"])]).unwrap();
    let encoding = Encoding::learn(&train, &choices(Missing::Mean)).unwrap();
    let x = encoding.encode(Table::of(vec![numbers("zone", &[2.0])]).unwrap()).unwrap().x;
    assert_eq!(x.as_slice(), [0.0, 1.0, 0.0]);
}

#[test]
fn a_model_file_keeps_the_encoding() {
    let (table, labels) = penguins();
    let encoding = Encoding::learn(&table, &choices(Missing::Mean)).unwrap();
    let x = encoding.encode(table).unwrap().features().unwrap();
    let fitted = JointModel::builder().build().unwrap().fit(x, &labels).unwrap();
    let classes = ["Adelie", "Chinstrap", "Gentoo"].map(String::from).to_vec();
    let names = Names::with_encoding(encoding, classes);
    let bytes = fitted.to_bytes(&names).unwrap();
    let (model, read) = Model::<f64>::from_bytes(&bytes).unwrap();
    assert_eq!((&model, &read), (&fitted.model, &names));
    let mut wrong = bytes.clone();
    let at = bytes.windows(13).position(|window| window == b"island=Biscoe").unwrap();
    wrong[at + 12] = b't';
    let error = Model::<f64>::from_bytes(&wrong).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("the encoding makes other features"), "{error}");
}

proptest! {
    /// Without a missing cell and a category, a mixed table is the plain matrix, bit for bit.
    #[test]
    fn a_table_of_numbers_is_its_matrix(cells in prop::collection::vec(-1e3..1e3_f64, 20)) {
        let columns = (0..4).map(|at| numbers(&format!("x{at}"), &cells[5 * at..5 * at + 5])).collect();
        let table = Table::of(columns).unwrap();
        let plain = table.cells().clone();
        let x = Encoding::learn(&table, &choices(Missing::Mean)).unwrap().encode(table).unwrap().features().unwrap();
        let (mixed, of_mixed, _) = standardise(x, &[1.0; 5], Scale::Standard, &Exec::Serial).unwrap();
        let (plain, of_plain, _) = standardise(plain.into(), &[1.0; 5], Scale::Standard, &Exec::Serial).unwrap();
        prop_assert_eq!(of_mixed, of_plain);
        prop_assert_eq!(mixed.to_dense(), plain.to_dense());
    }

    /// The variances of a category sum to 1, whatever its levels, their shares and the cells that it misses: as that of
    /// one number does. Each feature is its centred indicator over √(n/(n−1) · p(L − 1)).
    #[test]
    fn a_category_counts_as_one_number(cells in prop::collection::vec(0..5_usize, 4..40)) {
        let words: Vec<&str> = cells.iter().map(|&cell| ["a", "b", "c", "d", "-"][cell]).collect();
        let there: Vec<&str> = words.iter().copied().filter(|word| *word != "-").collect();
        let mut levels = there.clone();
        levels.sort_unstable();
        levels.dedup();
        prop_assume!(levels.len() > 1);
        let table = Table::of(vec![texts("t", &words)]).unwrap();
        let encoding = Encoding::learn(&table, &choices(Missing::Mean)).unwrap();
        let n = words.len();
        let x = encoding.encode(table).unwrap().features().unwrap();
        let z = standardise(x, &vec![1.0; n], Scale::Standard, &Exec::Serial).unwrap().0.to_dense();
        let m = there.len() as f64;
        prop_assert!((z.norm_squared() / (m - 1.0) - 1.0).abs() < 1e-12);
        for (feature, level) in levels.iter().enumerate() {
            let share = there.iter().filter(|word| *word == level).count() as f64 / m;
            let divisor = (m / (m - 1.0) * share * (levels.len() as f64 - 1.0)).sqrt();
            for (sample, word) in words.iter().enumerate() {
                let indicator = if word == level { 1.0 } else { 0.0 };
                let expected = if *word == "-" { 0.0 } else { (indicator - share) / divisor };
                prop_assert!((z[(feature, sample)] - expected).abs() < 1e-12);
            }
        }
    }

    /// A sample of weight w counts as w samples.
    #[test]
    fn weights_are_repetitions(cells in prop::collection::vec((0..4_usize, 1..4_usize), 6..20)) {
        let words: Vec<&str> = cells.iter().map(|(cell, _)| ["a", "b", "c", "-"][*cell]).collect();
        prop_assume!(words.iter().any(|word| *word != "-"));
        let repeated: Vec<&str> = cells.iter().zip(&words).flat_map(|((_, times), word)| vec![*word; *times]).collect();
        let weights: Vec<f64> = cells.iter().map(|(_, times)| *times as f64).collect();
        let scaler = |words: &[&str], weights: &[f64]| {
            let table = Table::of(vec![texts("t", words)]).unwrap();
            let encoding = Encoding::learn(&table, &choices(Missing::Mean)).unwrap();
            standardise(encoding.encode(table).unwrap().features().unwrap(), weights, Scale::Standard, &Exec::Serial).unwrap().1
        };
        let (one, other) = (scaler(&words, &weights), scaler(&repeated, &vec![1.0; repeated.len()]));
        prop_assert!((one.mean - other.mean).amax() < 1e-12);
        prop_assert!((one.scale - other.scale).amax() < 1e-12);
    }
}
