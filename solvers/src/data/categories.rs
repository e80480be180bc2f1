//! The levels of a category: their spelling, their order, and texts that are none.

use super::TableError;

/// A category may have so many levels in a table of any length.
const ALWAYS: usize = 10;

/// A category of more levels has at least so many cells for each of them.
const CELLS: usize = 5;

/// The text of a number: `1` for 1, `1.0`, `+1` and `1e0`, so that a column of text spells its numbers in one way.
pub fn number_text(number: f64) -> String {
    format!("{}", number + 0.0)
}

/// Orders levels as numbers where all are integers, else as texts.
pub(super) fn order(levels: &mut [String]) {
    levels.sort_unstable();
    if levels.iter().all(|level| level.parse::<i128>().is_ok()) {
        levels.sort_by_key(|level| level.parse::<i128>().ok());
    }
}

/// Refuses dates, and texts of which hardly any occurs twice.
pub(super) fn check_category(column: &str, levels: &[String], cells: usize) -> Result<(), TableError> {
    if let Some(text) = levels.first().filter(|_| levels.iter().all(|level| is_date(level))) {
        return Err(TableError::Dates { column: column.into(), text: text.clone() });
    }
    if levels.len() > ALWAYS && levels.len() * CELLS > cells {
        return Err(TableError::FreeText { column: column.into(), levels: levels.len(), cells });
    }
    Ok(())
}

/// Returns true for three numbers of at most four digits with one separator, perhaps with a time after them.
fn is_date(text: &str) -> bool {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    ['-', '/', '.'].into_iter().any(|separator| {
        let parts: Vec<&str> = date.split(separator).collect();
        parts.len() == 3 && parts.iter().all(|part| is_number(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seen() {
        for date in ["2007-11-11", "11/12/2007", "1.2.07", "2007-11-11T10:00:00Z", "2007/1/1 10:00"] {
            assert!(is_date(date), "{date}");
        }
        for text in ["Biscoe", "1-2", "10:30", "a-b-c", "127.0.0.1", "", "12345-1-1"] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn levels_are_ordered_as_numbers_or_as_texts() {
        let ordered = |levels: &[&str]| {
            let mut levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
            order(&mut levels);
            levels.join(" ")
        };
        assert_eq!(ordered(&["10", "9", "-1"]), "-1 9 10");
        assert_eq!(ordered(&["10", "9", "a"]), "10 9 a");
        assert_eq!([1.0, -0.0, 0.5, 1e21].map(number_text), ["1", "0", "0.5", "1000000000000000000000"]);
    }

    #[test]
    fn free_text_has_hardly_a_level_twice() {
        let levels: Vec<String> = (0..11).map(|level| format!("level {level}")).collect();
        assert!(check_category("a", &levels, 55).is_ok());
        let refused = check_category("a", &levels, 54).unwrap_err();
        assert_eq!(refused, TableError::FreeText { column: "a".into(), levels: 11, cells: 54 });
        assert!(check_category("a", &levels[..10], 10).is_ok());
    }
}
