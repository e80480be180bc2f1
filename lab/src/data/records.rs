//! Records of a CSV file.
//!
//! The `csv` crate skips blank lines, takes an open quote for a field that ends with the file, and lets a field grow
//! without limit. Each is a fault here, hence this reader; `csv` is its oracle in the tests.

use std::io::BufRead;
use std::path::Path;

use super::error::DataError;
use super::lines::{Lines, MAX_LINE};
use super::problem::LineProblem;
use super::stretch::RowReader;

/// The fields of one record.
#[derive(Default)]
pub(super) struct Record {
    /// The line where it starts.
    pub(super) line: usize,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Record {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Field `i`, counted from 0, without blanks around it.
    pub(super) fn text(&self, path: &Path, i: usize) -> Result<&str, DataError> {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        let text = std::str::from_utf8(&self.bytes[start..self.ends[i]]);
        let problem = LineProblem::NotUtf8 { field: i + 1 };
        text.map(str::trim).map_err(|_| DataError::line(path, self.line, problem))
    }

    fn clear(&mut self, line: usize) {
        self.line = line;
        self.bytes.clear();
        self.ends.clear();
    }

    /// One byte, in the state that the bytes before it led to; `None` for text after a closing quote.
    fn push(&mut self, state: State, byte: u8, separator: u8) -> Option<State> {
        match (state, byte) {
            (State::Start, b'"') => return Some(State::Quoted),
            (State::Quoted, b'"') => return Some(State::Closed),
            (State::Quoted, _) => self.bytes.push(byte),
            (State::Closed, b'"') => {
                self.bytes.push(byte);
                return Some(State::Quoted);
            }
            (_, byte) if byte == separator => {
                self.ends.push(self.bytes.len());
                return Some(State::Start);
            }
            (State::Closed, _) => return None,
            (State::Start | State::Plain, _) => {
                self.bytes.push(byte);
                return Some(State::Plain);
            }
        }
        Some(state)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Start,
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the field, or the first half of a doubled quote.
    Closed,
}

/// Reads one record after the other.
pub(super) struct Records<'a> {
    lines: Lines<'a>,
    /// The separator, if it is known.
    separator: Option<u8>,
}

impl<'a> Records<'a> {
    pub(super) fn new(path: &'a Path, reader: Box<dyn BufRead + 'a>) -> Self {
        Self { lines: Lines::new(path, reader), separator: None }
    }

    /// The records from a byte on, where a record starts and the reader stands.
    pub(super) fn from_byte(path: &'a Path, reader: Box<dyn BufRead + 'a>, position: u64) -> Self {
        Self { lines: Lines::from_byte(path, reader, position), separator: None }
    }

    /// With a separator in place of that of the first line.
    pub(super) fn separated_by(self, separator: Option<u8>) -> Self {
        Self { separator, ..self }
    }

    /// The separator, once a record was read.
    pub(super) fn separator(&self) -> u8 {
        self.separator.unwrap_or(b',')
    }

    /// Reads the next record; `false` at the end of the file, which blank lines may precede.
    pub(super) fn next(&mut self, record: &mut Record) -> Result<bool, DataError> {
        let more = self.advance()?;
        if more {
            self.split(record)?;
        }
        Ok(more)
    }

    /// Goes to the first line of the next record.
    fn advance(&mut self) -> Result<bool, DataError> {
        let mut blank = None;
        loop {
            if !self.lines.advance()? {
                return Ok(false);
            }
            if !self.lines.is_blank() {
                break;
            }
            blank.get_or_insert(self.lines.number);
        }
        match blank {
            Some(line) => Err(DataError::line(self.lines.path, line, LineProblem::Blank)),
            None => Ok(true),
        }
    }

    /// Splits the current line, and those after it that a quote spans.
    fn split(&mut self, record: &mut Record) -> Result<(), DataError> {
        record.clear(self.lines.number);
        let separator = *self.separator.get_or_insert_with(|| separator(&self.lines.text));
        let mut state = State::Start;
        loop {
            for &byte in &self.lines.text {
                let field = record.len() + 1;
                let next = record.push(state, byte, separator);
                state = next.ok_or_else(|| self.lines.error(LineProblem::AfterQuote { field }))?;
            }
            if state != State::Quoted {
                record.ends.push(record.bytes.len());
                return Ok(());
            }
            record.bytes.push(b'\n');
            if record.bytes.len() > MAX_LINE || !self.lines.advance()? {
                return Err(DataError::line(self.lines.path, record.line, LineProblem::OpenQuote));
            }
        }
    }
}

impl RowReader for Records<'_> {
    fn skip(&mut self) -> Result<bool, DataError> {
        let more = self.advance()?;
        if more && self.lines.text.contains(&b'"') {
            self.split(&mut Record::default())?;
        }
        Ok(more)
    }

    fn position(&mut self) -> Result<u64, DataError> {
        self.lines.next_start()
    }
}

/// The first of comma, tab and semicolon that stands in a line outside quotes, else the comma.
fn separator(line: &[u8]) -> u8 {
    let mut quoted = false;
    let mut outside = line.to_vec();
    outside.retain(|&byte| {
        quoted ^= byte == b'"';
        !quoted
    });
    [b',', b'\t', b';'].into_iter().find(|separator| outside.contains(separator)).unwrap_or(b',')
}
