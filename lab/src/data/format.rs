//! The formats of files, by their names.

use std::path::Path;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Format {
    Csv,
    Npy,
    Npz,
    Idx,
    Svmlight,
    Parquet,
    Arrow,
}

impl Format {
    /// The format that the name of a file stands for.
    pub(super) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "npy" => Self::Npy,
            "npz" => Self::Npz,
            "svm" | "svmlight" | "libsvm" => Self::Svmlight,
            "parquet" => Self::Parquet,
            "arrow" | "feather" | "ipc" => Self::Arrow,
            _ if name.ends_with("ubyte") => Self::Idx,
            _ => Self::Csv,
        }
    }
}
