//! The data sets inside the program. Where they come from is in `data/README.md`.

use std::path::Path;

const SETS: [(&str, &[u8]); 6] = [
    ("digits", include_bytes!("../../data/digits.csv.gz")),
    ("wine", include_bytes!("../../data/wine.csv")),
    ("iris", include_bytes!("../../data/iris.csv")),
    ("breast-cancer", include_bytes!("../../data/breast-cancer.csv")),
    ("penguins", include_bytes!("../../data/penguins.csv")),
    ("diabetes", include_bytes!("../../data/diabetes.csv")),
];

/// The names that [`read`](super::read) takes besides those of files.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETS.iter().map(|(name, _)| *name)
}

/// The file of the set of that name, if there is one.
pub(super) fn bytes(name: &Path) -> Option<&'static [u8]> {
    SETS.iter().find(|(set, _)| name.as_os_str() == *set).map(|(_, bytes)| *bytes)
}
