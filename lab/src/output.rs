//! The output of the program: messages, tables, figures, pages and files.

pub mod agreement;
pub mod figure;
mod files;
mod folder;
pub mod methods_table;
mod progress;
pub mod report;
mod summary;
mod text_table;

pub use files::{check_apart, check_writable, inside, json, print, read, write, write_here};
pub use folder::Folder;
pub use progress::{Console, Counter};
pub use summary::{MethodSummary, history_csv};
pub use text_table::{TextTable, align_columns, is_text};

/// The model in a folder of results.
pub const MODEL: &str = "model.safetensors";
