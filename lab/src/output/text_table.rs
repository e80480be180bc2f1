//! A table of words and numbers, in the forms that people put it into.

use crate::words::visible;

/// Cells as they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextTable {
    /// The first row.
    pub headings: Vec<String>,
    /// The others, of the same length.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Aligned plain text.
    pub fn text(&self) -> String {
        align_columns(&[std::slice::from_ref(&self.headings), &self.rows].concat(), |column| {
            is_text(&self.rows, column)
        })
    }

    /// A table of Markdown, whose source is aligned too.
    pub fn markdown(&self) -> String {
        let escaped = self.map(|cell| cell.replace('|', "\\|"));
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule = |column| if is_text(&self.rows, column) { "---" } else { "---:" };
        let rule = (0..self.headings.len()).map(rule).collect::<Vec<_>>().join("|");
        line(&escaped.headings) + &format!("|{rule}|\n") + &escaped.rows.iter().map(|row| line(row)).collect::<String>()
    }

    /// A `tabular` of LaTeX with the rules of the package booktabs.
    pub fn latex(&self) -> String {
        let escaped = self.map(latex_cell);
        let line = |cells: &[String]| format!("{} \\\\\n", cells.join(" & "));
        let letter = |column| if is_text(&self.rows, column) { 'l' } else { 'r' };
        let columns: String = (0..self.headings.len()).map(letter).collect();
        let rows: String = escaped.rows.iter().map(|row| line(row)).collect();
        let head = line(&escaped.headings);
        format!("\\begin{{tabular}}{{{columns}}}\n\\toprule\n{head}\\midrule\n{rows}\\bottomrule\n\\end{{tabular}}\n")
    }

    fn map(&self, cell: impl Fn(&str) -> String) -> Self {
        let row = |cells: &Vec<String>| cells.iter().map(|text| cell(text)).collect();
        TextTable { headings: row(&self.headings), rows: self.rows.iter().map(row).collect() }
    }
}

/// Returns true if a column holds words.
pub fn is_text(rows: &[Vec<String>], column: usize) -> bool {
    rows.iter().any(|row| row[column].starts_with(|first: char| first.is_alphabetic()))
}

/// Columns of one width, words to the left and numbers to the right.
pub fn align_columns(rows: &[Vec<String>], is_text: impl Fn(usize) -> bool) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if is_text(column) { format!("{cell:width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string() + "\n"
    };
    visible(&rows.iter().map(line).collect::<String>())
}

fn latex_cell(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', letter]),
            '\\' => escaped += "\\textbackslash{}",
            '~' => escaped += "\\textasciitilde{}",
            '^' => escaped += "\\textasciicircum{}",
            '±' => escaped += "$\\pm$",
            '×' => escaped += "$\\times$",
            '‖' => escaped += "$\\|$",
            '–' => escaped += "--",
            'λ' => escaped += "$\\lambda$",
            'ρ' => escaped += "$\\rho$",
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> TextTable {
        let row = |cells: [&str; 2]| cells.map(String::from).to_vec();
        TextTable {
            headings: row(["data_set", "error"]), rows: vec![row(["a|b & c", "0.1 ± 0.02"]), row(["d", "–"])]
        }
    }

    #[test]
    fn every_form() {
        assert_eq!(table().text(), "data_set       error\na|b & c   0.1 ± 0.02\nd                  –\n");
        let markdown = "| data_set | error |\n|---|---:|\n| a\\|b & c | 0.1 ± 0.02 |\n| d | – |\n";
        assert_eq!(table().markdown(), markdown);
        let latex = table().latex();
        assert!(latex.contains("{lr}") && latex.contains("data\\_set & error \\\\\n\\midrule"), "{latex}");
        assert!(latex.contains("a|b \\& c & 0.1 $\\pm$ 0.02 \\\\\nd & -- \\\\\n\\bottomrule"), "{latex}");
    }
}
