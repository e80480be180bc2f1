//! A folder of results, and who may write it.

use std::fs;
use std::path::{Path, PathBuf};

use admm::file::{self, Claim, Disk, Files, Staged};

use super::files::check_writable;
use crate::failure::Failure;

/// A folder of results, ours alone while we live.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// A function that returns true for the name of a result.
    is_ours: fn(&str) -> bool,
    _claim: Claim,
}

impl Folder {
    /// Makes the folder, or takes one that is empty or holds nothing but earlier results.
    pub fn claim(path: &Path, is_ours: fn(&str) -> bool) -> Result<Self, Failure> {
        let folder = Self { path: path.into(), is_ours, _claim: Claim::take(&Disk, path)? };
        if let Some(name) = folder.names()?.iter().find(|name| !is_ours(name)) {
            let path = path.display();
            return Err(Failure::Other(format!(
                "{path} holds `{name}`, which is no result of an earlier run: choose an empty or a new folder"
            )));
        }
        file::check(&Disk, &path.join("results"))?;
        Ok(folder)
    }

    /// Makes these the results in the folder. All of them are on the disk before the first takes its place, and earlier
    /// ones beside them are removed once these are there.
    pub fn fill(&self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        let stage = |(name, bytes): &(String, Vec<u8>)| {
            let path = self.path.join(name);
            check_writable(&path)?;
            Ok(Staged::write(&Disk, &path, bytes)?)
        };
        let staged = files.iter().map(stage).collect::<Result<Vec<_>, Failure>>()?;
        staged.into_iter().try_for_each(Staged::place)?;
        Disk.sync_folder(&self.path).map_err(Failure::io("synchronise", &self.path))?;
        let stale = |name: &&String| (self.is_ours)(name) && files.iter().all(|(kept, _)| kept != *name);
        self.names()?.iter().filter(stale).try_for_each(|name| self.remove(name))
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        Disk.names(&self.path).map_err(Failure::io("list", &self.path))
    }

    fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::remove_file(&path).map_err(Failure::io("remove", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::files::tests::names;

    #[test]
    fn a_folder_is_taken_with_earlier_results_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let claim = || Folder::claim(&path, |name| name != "foreign");
        let files = |names: &[&str]| names.iter().map(|name| (name.to_string(), Vec::new())).collect::<Vec<_>>();
        claim().unwrap().fill(&files(&["one", "two"])).unwrap();
        fs::write(path.join(".admm-killed.tmp"), "half").unwrap();
        let second = claim().unwrap();
        fs::write(path.join("foreign"), "dear").unwrap();
        second.fill(&files(&["two", "three"])).unwrap();
        drop(second);
        assert_eq!(names(&path), ["foreign", "three", "two"], "what came meanwhile stays");
        assert!(claim().unwrap_err().to_string().contains("`foreign`"));
        assert_eq!(names(&path), ["foreign", "three", "two"]);
    }

    #[test]
    fn where_one_result_cannot_be_written_all_old_ones_stay() {
        let folder = tempfile::tempdir().unwrap();
        let files = |text: &str| ["one", "two"].map(|name| (name.to_string(), text.as_bytes().to_vec()));
        Folder::claim(folder.path(), |_| true).unwrap().fill(&files("old")).unwrap();
        fs::remove_file(folder.path().join("two")).unwrap();
        fs::create_dir(folder.path().join("two")).unwrap();
        Folder::claim(folder.path(), |_| true).unwrap().fill(&files("new")).unwrap_err();
        assert_eq!(fs::read(folder.path().join("one")).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["one", "two"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_has_one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::claim(folder.path(), |_| true).unwrap();
        assert!(Folder::claim(folder.path(), |_| true).unwrap_err().to_string().contains("another run"));
        drop(first);
        Folder::claim(folder.path(), |_| true).unwrap();
    }
}
