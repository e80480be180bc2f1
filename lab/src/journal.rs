//! Work in many pieces that may be killed at any moment: what is finished is kept, a line each, durable before the next.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use admm::Exec;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::interrupt;
use crate::output::{Console, Counter};
use crate::ranks;
use crate::words::count;

/// The name of the file, in the folder of the results.
pub const JOURNAL: &str = "running.jsonl";

/// A line: a piece of work, and what was found.
#[derive(Serialize, Deserialize)]
struct Line<R> {
    piece: usize,
    found: R,
}

/// An open file of lines. The first says what the run is, so that no other run goes on with it.
pub struct Journal<R> {
    path: PathBuf,
    file: Mutex<File>,
    /// The pieces that it held already.
    done: BTreeMap<usize, R>,
    /// The number of finished pieces of another run that it held.
    dropped: usize,
}

impl<R: Serialize + DeserializeOwned> Journal<R> {
    /// Opens the journal of a run; what it holds already, if it is of the same run. A line that was cut off is dropped.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub fn open(path: &Path, run: &str) -> Result<Self, Failure> {
        let text = match crate::output::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            read => read.map_err(Failure::io("read", path))?,
        };
        let mut lines = text.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n"));
        let same = lines.next().is_some_and(|line| line.strip_suffix(b"\n") == Some(run.as_bytes()));
        let found: Vec<&[u8]> = lines.take_while(|line| read::<R>(line).is_some()).collect();
        let (kept, dropped) = if same { (found, 0) } else { (Vec::new(), found.len()) };
        let done = kept.iter().filter_map(|line| read(line)).collect();
        // Rewritten whole: after a cut-off line nothing could be appended.
        crate::output::write_here(path, &[&[run.as_bytes(), b"\n"], &kept[..]].concat().concat())?;
        let file = File::options().append(true).open(path).map_err(Failure::io("open", path))?;
        Ok(Self { path: path.into(), file: Mutex::new(file), done, dropped })
    }

    /// Says what is there already of so many pieces, or of another run.
    pub fn tell(&self, pieces: usize, what: &str, console: Console) {
        if !self.done.is_empty() {
            let done = self.done.len();
            console.warn(&format!("going on with an earlier run: {done} of {} are there", count(pieces, what)));
        }
        if self.dropped > 0 {
            let dropped = count(self.dropped, &format!("finished {what}"));
            console.warn(&format!("dropped {dropped} of another run, which was interrupted"));
        }
    }

    /// Adds a piece, from any thread.
    fn add(&self, piece: usize, found: &R) -> Result<(), Failure> {
        let line = written(piece, found);
        let mut file = self.file.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        file.write_all(&line).and_then(|()| file.sync_data()).map_err(Failure::io("write", &self.path))
    }
}

/// The line of a piece.
fn written<R: Serialize>(piece: usize, found: &R) -> Vec<u8> {
    let mut line = serde_json::to_vec(&Line { piece, found }).expect("values have a JSON form");
    line.push(b'\n');
    line
}

/// The piece of a line, and what was found, unless the line is cut off.
fn read<R: DeserializeOwned>(line: &[u8]) -> Option<(usize, R)> {
    let Line { piece, found } = serde_json::from_slice(line).ok()?;
    Some((piece, found))
}

/// The pieces of some work.
pub struct Pieces<'a> {
    /// The number of pieces.
    pub count: usize,
    /// The threads of this process.
    pub exec: &'a Exec,
    /// The bar that is moved on.
    pub counter: &'a Counter,
}

impl Pieces<'_> {
    /// Returns what is found for each piece, in their order. The journal of the first process may know some, and keeps the
    /// others. Each piece is done as a whole, by a thread of one of the processes.
    ///
    /// # Errors
    /// The failure of a piece, [`Failure::Interrupted`], and a journal that cannot be written. What was finished is kept.
    pub fn complete<R: Serialize + DeserializeOwned + Send + Sync>(
        &self,
        mut journal: Option<Journal<R>>,
        piece: impl Fn(usize) -> Result<R, Failure> + Sync + Send,
    ) -> Result<Vec<R>, Failure> {
        let known = journal.as_mut().map(|journal| std::mem::take(&mut journal.done)).unwrap_or_default();
        let mut found = of_first(known)?;
        found.iter().for_each(|_| self.counter.tick());
        let missing: Vec<usize> = (0..self.count).filter(|number| !found.contains_key(number)).collect();
        let piece = |number: usize| {
            let found = if interrupt::requested() { Err(Failure::Interrupted) } else { piece(number) }?;
            // What was interrupted ends early, and so is not what it would be.
            if interrupt::requested() { Err(Failure::Interrupted) } else { Ok(found) }
        };
        let keep = |number: usize, found: R| {
            journal.iter().try_for_each(|journal| journal.add(number, &found))?;
            self.counter.tick();
            Ok((number, found))
        };
        let processes = ranks::all().size();
        if processes == 1 {
            let found_now = self.exec.map(missing.len(), |i| keep(missing[i], piece(missing[i])?));
            found.extend(found_now.into_iter().collect::<Result<Vec<_>, Failure>>()?);
        } else {
            for round in missing.chunks(processes * self.exec.width()) {
                found.extend(self.shared(round, &piece, &keep)?);
            }
        }
        Ok(found.into_values().collect())
    }

    /// The pieces of a round, which the processes share. What was finished is kept before the failure of another ends all.
    fn shared<R: Serialize + DeserializeOwned>(
        &self,
        round: &[usize],
        piece: &(dyn Fn(usize) -> Result<R, Failure> + Sync + Send),
        keep: &dyn Fn(usize, R) -> Result<(usize, R), Failure>,
    ) -> Result<Vec<(usize, R)>, Failure> {
        // A line of the journal, or a failure in words, where an interruption has none.
        let told = |number: usize| match piece(number) {
            Ok(found) => Ok(written(number, &found)),
            Err(Failure::Interrupted) => Err(None),
            Err(failure) => Err(Some(failure.to_string())),
        };
        let lines = ranks::spread(round.len(), |own| Ok(self.exec.map(own.len(), |i| told(round[own[i]]))))?;
        let (mut found, mut failure) = (Vec::new(), None);
        for line in lines {
            match line {
                Ok(line) => {
                    let (number, of) = read(&line).expect("a line of this program");
                    found.push(keep(number, of)?);
                }
                Err(problem) => failure = failure.or(Some(problem.map_or(Failure::Interrupted, Failure::Other))),
            }
        }
        failure.map_or(Ok(found), Err)
    }
}

/// Hands out what the first process knows to all of them.
fn of_first<R: Serialize + DeserializeOwned>(known: BTreeMap<usize, R>) -> Result<BTreeMap<usize, R>, Failure> {
    if ranks::all().size() == 1 {
        return Ok(known);
    }
    let lines: Vec<Vec<u8>> = known.iter().map(|(number, found)| written(*number, found)).collect();
    Ok(ranks::of_first(lines)?.iter().filter_map(|line| read(line)).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_finished_comes_back_and_a_torn_line_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let open = |run: &str| Journal::<Vec<f64>>::open(&path, run).unwrap();
        let journal = open("run 1");
        assert!(journal.done.is_empty());
        journal.add(3, &vec![1.0 / 3.0, 2.0]).unwrap();
        journal.add(1, &vec![]).unwrap();
        drop(journal);
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let journal = open("run 1");
            let lines = whole[..cut].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(journal.done.len(), lines.saturating_sub(1), "{cut}");
            journal.add(7, &vec![0.0]).unwrap();
            let again = open("run 1").done;
            assert!(again.contains_key(&7) && again.len() == journal.done.len() + 1, "{cut}");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(open("run 1").done[&3][0], 1.0 / 3.0);
        let other = open("run 2");
        assert_eq!((other.done.len(), other.dropped), (0, 2));
    }

    #[test]
    fn what_is_known_is_not_done_again_and_what_is_found_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (exec, counter) = (Exec::threads(2).unwrap(), Console::Quiet.count("pieces", 5));
        let pieces = Pieces { count: 5, exec: &exec, counter: &counter };
        let squares = |failing: usize| {
            let journal = Journal::open(&path, "run").unwrap();
            let known = journal.done.len();
            let piece = |number: usize| {
                if number == failing { Err(Failure::Other("no".into())) } else { Ok((number * number) as f64) }
            };
            (known, pieces.complete(Some(journal), piece))
        };
        squares(4).1.unwrap_err();
        let (known, found) = squares(usize::MAX);
        assert_eq!((known, found.unwrap()), (4, vec![0.0, 1.0, 4.0, 9.0, 16.0]));
        let (known, found) = squares(0);
        assert_eq!((known, found.unwrap().len()), (5, 5), "the failing piece is known");
    }
}
