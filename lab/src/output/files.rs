//! Standard output, and files that are replaced as a whole.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf, absolute};

use admm::file::{self, Disk, Files};
use serde::Serialize;

use crate::failure::Failure;

/// Writes to stdout, all of it now.
pub fn print(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_ref()).and_then(|()| out.flush()).map_err(Failure::Stdout)
}

/// Replaces a file in one step: whoever looks sees the old one or the new one. What is no regular file, such as a pipe,
/// is written to as it is.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let target = match fs::metadata(path) {
        Ok(there) if !there.is_file() => return fs::write(path, bytes).map_err(Failure::io("write", path)),
        Ok(_) => fs::canonicalize(path).map_err(Failure::io("write", path))?, // through a link
        Err(_) => path.into(),
    };
    Ok(file::replace(&Disk, &target, bytes)?)
}

/// Replaces a file in a folder of ours, by its name: a link in its place goes, and what it points to stays.
pub fn write_here(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    Ok(file::replace(&Disk, path, bytes)?)
}

/// Reads a regular file. A pipe of that name would be waited for without end.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    Disk.read(path, u64::MAX)
}

/// The JSON form, for people to read too.
pub fn json(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string_pretty(value).expect("numbers, words and lists have a JSON form");
    (text + "\n").into_bytes()
}

/// Checks, before a long computation, that [`write()`] can succeed.
pub fn check_writable(path: &Path) -> Result<(), Failure> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(Failure::io("write", path)(io::ErrorKind::IsADirectory.into())),
        Ok(there) if !there.is_file() => Ok(()),
        _ => Ok(file::check(&Disk, path)?),
    }
}

/// Refuses an output, with its flag, that would be written over a file that is read.
pub fn check_apart(read: &[PathBuf], outputs: &[(&str, Option<&Path>)]) -> Result<(), Failure> {
    let real = |path: &Path| fs::canonicalize(path).ok().filter(|path| path.is_file());
    let read: Vec<_> = read.iter().filter_map(|path| real(path)).collect();
    let over = |path: &Path| real(path).is_some_and(|path| read.contains(&path));
    let refused = outputs.iter().find_map(|(flag, path)| path.filter(|path| over(path)).map(|path| (flag, path)));
    refused.map_or(Ok(()), |(flag, path)| {
        Err(Failure::Usage(vec![format!("{flag} would overwrite {}, which is read", path.display())]))
    })
}

/// Returns the problem of an output that lies in the folder of another output.
pub fn inside(outputs: &[(&str, Option<&Path>)], folders: &[(&str, Option<&Path>)]) -> Option<String> {
    let place = |path: &Option<&Path>| absolute((*path)?).ok();
    folders.iter().find_map(|(folder, around)| {
        let around = place(around)?;
        let lies = |path: &Option<&Path>| place(path).is_some_and(|path| path.starts_with(&around));
        let (flag, _) = outputs.iter().find(|(flag, path)| flag != folder && lies(path))?;
        Some(format!("{flag} lies in the folder of {folder}, which holds nothing else: choose another place"))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The names in a folder, in order.
    pub fn names(folder: &Path) -> Vec<String> {
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
    fn what_a_link_in_a_folder_of_ours_points_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, link) = (folder.path().join("victim"), folder.path().join("report.html"));
        fs::write(&victim, "dear").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        write_here(&link, b"new").unwrap();
        assert_eq!((fs::read(&victim).unwrap(), fs::read(&link).unwrap()), (b"dear".to_vec(), b"new".to_vec()));
        assert!(!fs::symlink_metadata(&link).unwrap().is_symlink());
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_regular_file_is_not_waited_for() {
        assert_eq!(read(Path::new("/dev/null")).unwrap_err().kind(), io::ErrorKind::InvalidInput);
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
    fn an_output_is_no_input() {
        let folder = tempfile::tempdir().unwrap();
        let (data, other) = (folder.path().join("data"), folder.path().join("other"));
        fs::write(&data, "").unwrap();
        let apart =
            |output: &Path| check_apart(std::slice::from_ref(&data), &[("--json", None), ("--out", Some(output))]);
        apart(&other).unwrap();
        let same = folder.path().join(".").join("data");
        assert!(apart(&same).unwrap_err().to_string().contains("--out would overwrite"));
    }
}
