//! Physical lines of a text file, in bounded memory.

use std::io::{BufRead, ErrorKind};
use std::path::Path;

use super::error::DataError;
use super::problem::LineProblem;

/// The longest line, and the longest record of several lines: a million columns.
pub(super) const MAX_LINE: usize = 16 << 20;

/// Lines that end in LF, CR LF or CR.
pub(super) struct Lines<'a> {
    pub(super) path: &'a Path,
    /// The number of the current line.
    pub(super) number: usize,
    /// The current line without its end.
    pub(super) text: Vec<u8>,
    reader: Box<dyn BufRead + 'a>,
    /// The number of bytes of the file before those that the reader has left.
    position: u64,
    after_cr: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(path: &'a Path, reader: Box<dyn BufRead + 'a>) -> Self {
        Self::from_byte(path, reader, 0)
    }

    /// The lines from a byte on, at which the reader stands. They are counted from there.
    pub(super) fn from_byte(path: &'a Path, reader: Box<dyn BufRead + 'a>, position: u64) -> Self {
        Self { path, number: 0, text: Vec::new(), reader, position, after_cr: false }
    }

    /// The byte at which the next line starts.
    pub(super) fn next_start(&mut self) -> Result<u64, DataError> {
        if self.after_cr {
            let chunk = self.reader.fill_buf().map_err(DataError::io("read", self.path))?;
            let is_pair = chunk.first() == Some(&b'\n');
            self.consume(usize::from(is_pair));
            self.after_cr = false;
        }
        Ok(self.position)
    }

    fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
        self.position += bytes as u64;
    }

    /// Goes to the next line; `false` at the end of the file.
    pub(super) fn advance(&mut self) -> Result<bool, DataError> {
        self.text.clear();
        let is_first = self.position == 0;
        let mut end = self.read_chunk()?;
        if end == Some(Chunk::EndOfFile) {
            return Ok(false);
        }
        self.number += 1;
        while end.is_none() {
            if self.text.len() > MAX_LINE {
                return Err(self.error(LineProblem::TooLong { limit: MAX_LINE }));
            }
            end = self.read_chunk()?;
        }
        if is_first {
            self.check_start()?;
        }
        if end == Some(Chunk::Nul) {
            return Err(self.error(LineProblem::Nul));
        }
        Ok(true)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    pub(super) fn error(&self, problem: LineProblem) -> DataError {
        DataError::line(self.path, self.number, problem)
    }

    /// Appends what the reader has up to the end of the line; `None` where the line goes on.
    fn read_chunk(&mut self) -> Result<Option<Chunk>, DataError> {
        loop {
            let chunk = match self.reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(DataError::io("read", self.path)(error)),
            };
            if std::mem::take(&mut self.after_cr) && chunk.first() == Some(&b'\n') {
                self.consume(1);
                continue;
            }
            if chunk.is_empty() {
                return Ok(Some(Chunk::EndOfFile));
            }
            let stop = chunk.iter().position(|&byte| matches!(byte, b'\n' | b'\r' | 0));
            let kept = stop.unwrap_or(chunk.len());
            self.text.extend_from_slice(&chunk[..kept]);
            let end = stop.map(|i| if chunk[i] == 0 { Chunk::Nul } else { Chunk::Line });
            self.after_cr = stop.is_some_and(|i| chunk[i] == b'\r');
            self.consume(kept + usize::from(stop.is_some()));
            return Ok(end);
        }
    }

    /// Removes the byte order mark of UTF-8, refuses those of UTF-16.
    fn check_start(&mut self) -> Result<(), DataError> {
        if self.text.starts_with(&[0xff, 0xfe]) || self.text.starts_with(&[0xfe, 0xff]) {
            return Err(self.error(LineProblem::Utf16));
        }
        if self.text.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.text.drain(..3);
        }
        Ok(())
    }
}

/// The place where a chunk stopped.
#[derive(PartialEq)]
enum Chunk {
    Line,
    Nul,
    EndOfFile,
}
