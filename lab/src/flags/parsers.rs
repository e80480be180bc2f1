//! The values of flags that are neither names nor plain numbers.

use std::path::PathBuf;
use std::str::FromStr;

/// A number that counts. That it is in its range is checked together with those of the others.
pub fn count<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| "it must be a whole number that is not negative".into())
}

/// One character of ASCII, or `tab`.
pub fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte) => Ok(*byte),
        _ => Err("it must be one character, neither a letter, a digit nor a quote; or `tab`".into()),
    }
}

/// The value of `--report`, the name of a page. Anything else after `--report` is rather the DATA that was meant to
/// stand before it.
pub fn page(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    match path.extension() {
        Some(extension) if extension.eq_ignore_ascii_case("html") => Ok(path),
        _ => Err("a report ends in .html; DATA stands before --report".into()),
    }
}
