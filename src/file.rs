//! Files reach their place whole or not at all.

use crate::{Error, Result};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// The operations of a file system that are used here. Tests replace the [`Disk`] by one that fails.
pub trait Files: Send + Sync {
    /// The names in a folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// The first bytes of a regular file, at most so many.
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>>;
    /// A new file where there was none.
    fn create(&self, path: &Path) -> io::Result<File>;
    /// All bytes, behind those that are there.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;
    /// Waits until the bytes are on the disk.
    fn sync(&self, file: &File) -> io::Result<()>;
    /// Puts a file in the place of another.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Waits until the names in a folder are on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }
    fn read(&self, path: &Path, most: u64) -> io::Result<Vec<u8>> {
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
    fn create(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }
    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        // Folders can be opened on Unix only.
        if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

/// Replaces a file in one step, whatever happens meanwhile: whoever looks sees the old one or the new one, and after
/// the return a loss of power leaves the new one.
///
/// # Errors
/// [`Error::File`]. Nothing is left beside the file, and unless it was the last operation that failed, the old one
/// stands.
pub fn replace(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<()> {
    Staged::write(files, path, bytes)?.place()?;
    files.sync_folder(parent(path)).map_err(Error::file("synchronise the folder of", path))
}

/// A file that is on the disk, but not yet in its place. Where it is dropped before, nothing is left of it. Several of
/// them are written, and only then put in their places, where a disk that is full must leave all old ones.
pub struct Staged<'a> {
    files: &'a dyn Files,
    temporary: Option<PathBuf>,
    path: PathBuf,
}

impl<'a> Staged<'a> {
    /// # Errors
    /// [`Error::File`].
    pub fn write(files: &'a dyn Files, path: &Path, bytes: &[u8]) -> Result<Self> {
        let (mut file, temporary) = temporary(files, path)?;
        let staged = Staged { files, temporary: Some(temporary), path: path.into() };
        files.write(&mut file, bytes).map_err(Error::file("write", path))?;
        files.sync(&file).map_err(Error::file("synchronise", path))?;
        Ok(staged)
    }

    /// # Errors
    /// [`Error::File`]: the old one stands.
    pub fn place(mut self) -> Result<()> {
        let Some(temporary) = &self.temporary else { return Ok(()) };
        self.files.rename(temporary, &self.path).map_err(Error::file("replace", &self.path))?;
        self.temporary = None;
        Ok(())
    }
}

impl fmt::Debug for Staged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.temporary.as_deref().unwrap_or(Path::new("")).display(), self.path.display())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            let _ = self.files.remove(temporary); // there is an error before this one to report
        }
    }
}

/// Checks, before a long computation, that [`replace`] could begin.
///
/// # Errors
/// [`Error::File`].
pub fn check(files: &dyn Files, path: &Path) -> Result<()> {
    let (_, temporary) = temporary(files, path)?;
    files.remove(&temporary).map_err(Error::file("remove", &temporary))
}

const PREFIX: &str = ".admm-";
const SUFFIX: &str = ".tmp";

/// A new file beside the one to be replaced, with the rights of an ordinary one.
fn temporary(files: &dyn Files, path: &Path) -> Result<(File, PathBuf)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let (process, count) = (process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let name = parent(path).join(format!("{PREFIX}{process}-{count}{SUFFIX}"));
        match files.create(&name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue, // of an earlier process
            created => return Ok((created.map_err(Error::file("write", path))?, name)),
        }
    }
}

/// Returns true if a file is a temporary one that a killed process left behind.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A folder that is ours alone while this lives. Taking it makes it where it is missing, and removes what a killed
/// process left behind.
#[derive(Debug)]
pub struct Claim {
    // On the folder itself, so that it leaves no file behind.
    _lock: Option<File>,
}

impl Claim {
    /// # Errors
    /// [`Error::File`], of the kind [`ResourceBusy`](io::ErrorKind::ResourceBusy) where another run has the folder.
    pub fn take(files: &dyn Files, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(Error::file("create the folder", folder))?;
        let lock = lock(folder).map_err(Error::file("lock", folder))?;
        let names = files.names(folder).map_err(Error::file("list", folder))?;
        for name in names.iter().filter(|name| is_temporary(name)) {
            let path = folder.join(name);
            files.remove(&path).map_err(Error::file("remove", &path))?;
        }
        Ok(Claim { _lock: lock })
    }
}

fn lock(folder: &Path) -> io::Result<Option<File>> {
    if !cfg!(unix) {
        return Ok(None);
    }
    let file = File::open(folder)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let message = "another run writes to it; choose another folder";
            Err(io::Error::new(io::ErrorKind::ResourceBusy, message))
        }
        _ => Ok(Some(file)), // some file systems have no locks
    }
}
