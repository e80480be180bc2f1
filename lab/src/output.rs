//! Results reach files whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::failure::Failure;

const PREFIX: &str = ".admm-";
const SUFFIX: &str = ".tmp";

/// Writes to stdout, all of it now.
pub fn print(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref()).and_then(|()| out.flush()).map_err(Failure::Stdout)
}

/// Replaces a file in one step: whoever looks sees the old one or the new one. What is no regular file, such as a pipe,
/// is written to as it is.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    replace(path, bytes).map_err(Failure::io("write", path))
}

/// The JSON form, for people to read too.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string_pretty(value).expect("numbers, words and lists have a JSON form");
    (text + "\n").into_bytes()
}

/// Whether [`write()`] can succeed, for the time before a long computation.
pub fn check_writable(path: &Path) -> Result<(), Failure> {
    let check = || match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if !there.is_file() => Ok(()),
        _ => temporary(parent(path)).map(drop),
    };
    check().map_err(Failure::io("write", path))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = match fs::metadata(path) {
        Ok(there) if !there.is_file() => return fs::write(path, bytes),
        Ok(_) => fs::canonicalize(path)?, // through a link
        Err(_) => path.into(),
    };
    let folder = parent(&target);
    let mut file = temporary(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(&target).map_err(|error| error.error)?;
    sync(folder)
}

/// A file beside the one to be replaced, with the rights of an ordinary new file.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a rename last. Folders can be opened on Unix only.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A folder of results, ours alone while we live.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: Option<File>,
}

impl Folder {
    /// Makes the folder, or takes one that is empty or holds nothing but earlier results.
    pub fn claim(path: &Path, is_ours: impl Fn(&str) -> bool) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(Failure::io("create the folder", path))?;
        let folder = Self { path: path.into(), _lock: lock(path)? };
        for name in folder.names()? {
            if is_temporary(&name) {
                folder.remove(&name)?;
            } else if !is_ours(&name) {
                let path = path.display();
                return Err(Failure::Other(format!(
                    "{path} holds `{name}`, which is no result of an earlier run: choose an empty or a new folder"
                )));
            }
        }
        temporary(path).map_err(Failure::io("write into", path))?;
        Ok(folder)
    }

    /// Makes these the files of the folder: the others are removed once these are there.
    pub fn fill(&self, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
        files.iter().try_for_each(|(name, bytes)| write(&self.path.join(name), bytes))?;
        let stale = |name: &&String| files.iter().all(|(kept, _)| kept != *name);
        self.names()?.iter().filter(stale).try_for_each(|name| self.remove(name))
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
        let names = fs::read_dir(&self.path).and_then(|entries| entries.map(name).collect());
        names.map_err(Failure::io("list", &self.path))
    }

    fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        fs::remove_file(&path).map_err(Failure::io("remove", &path))
    }
}

fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// The lock is on the folder itself, so that it leaves no file behind.
fn lock(folder: &Path) -> Result<Option<File>, Failure> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let file = File::open(folder).map_err(Failure::io("open", folder))?;
    match file.try_lock() {
        Err(fs::TryLockError::WouldBlock) => {
            Err(Failure::Other(format!("another run writes to {}: choose another folder", folder.display())))
        }
        _ => Ok(Some(file)), // some file systems have no locks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write(&path, b"old").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["file"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_and_rights_survive() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let rights = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        fs::write(folder.path().join("plain"), "").unwrap();
        write(&folder.path().join("whole"), b"").unwrap();
        assert_eq!(rights(&folder.path().join("whole")), rights(&folder.path().join("plain")));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_a_device() {
        write(Path::new("/dev/null"), b"gone").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
        check_writable(Path::new("/dev/null")).unwrap();
    }

    #[test]
    fn a_folder_in_the_way_is_seen_beforehand() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_writable(folder.path()).unwrap_err().to_string().contains("directory"));
        assert!(check_writable(&folder.path().join("missing/file")).is_err());
        check_writable(&folder.path().join("file")).unwrap();
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_is_taken_with_earlier_results_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        let claim = || Folder::claim(&path, |name| name != "foreign");
        let files = |names: &[&str]| names.iter().map(|name| (name.to_string(), Vec::new())).collect::<Vec<_>>();
        claim().unwrap().fill(&files(&["one", "two"])).unwrap();
        fs::write(path.join(".admm-killed.tmp"), "half").unwrap();
        claim().unwrap().fill(&files(&["two", "three"])).unwrap();
        assert_eq!(names(&path), ["three", "two"]);
        fs::write(path.join("foreign"), "dear").unwrap();
        assert!(claim().unwrap_err().to_string().contains("`foreign`"));
        assert_eq!(names(&path), ["foreign", "three", "two"]);
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
