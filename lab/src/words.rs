//! Numbers and names in sentences.

/// Every digit, and not three hundred zeros.
pub fn every_digit(value: f64) -> String {
    if value == 0.0 || (1e-6..1e15).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

/// Returns a number with its thing, such as `1 feature` or `2 features`.
pub fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// A share for people.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// Returns a text for a terminal: what would command it, such as an escape sequence in a name, is made visible.
pub fn visible(text: &str) -> String {
    let commands = |c: char| c.is_control() && c != '\n' && c != '\t';
    text.chars().map(|c| if commands(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// At most forty characters of a field, for a message.
pub fn excerpt(field: &str) -> String {
    match field.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &field[..end]),
        None => field.into(),
    }
}

/// Returns at most so many of the names, and the number of the others.
pub fn some_of(names: &[String], most: usize) -> String {
    let shown = names.iter().take(most).map(|name| format!("`{}`", excerpt(name))).collect::<Vec<_>>().join(", ");
    if names.len() > most { format!("{shown} and {} more", names.len() - most) } else { shown }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn names_do_not_command_a_terminal() {
        assert_eq!(visible("a\u{1b}[2J\u{7}\u{9b}b\r\tλ\n"), "a\u{fffd}[2J\u{fffd}\u{fffd}b\u{fffd}\tλ\n");
    }
}
