//! What stands in the file, and that nobody is told that a line is there which is not.

use super::{FileError, LedgerFile, Unwritable, Waiting, keep};
use std::{
    fs, io,
    path::PathBuf,
    sync::mpsc::{Receiver, channel},
};
use tokio::sync::{mpsc, oneshot};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("ledger"), _folder: folder }
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }
}

#[test]
fn lines_are_appended_to_what_is_there() {
    let place = Place::new();
    fs::write(&place.path, "older\n").unwrap();
    let mut file = LedgerFile::new(place.path.clone());
    file.append(b"first\nsecond\n").unwrap();
    LedgerFile::new(place.path.clone()).append(b"another's\n").unwrap();
    file.append(b"third\n").unwrap();
    assert_eq!(place.text(), "older\nfirst\nsecond\nanother's\nthird\n");
}

#[test]
fn a_torn_line_stands_alone() {
    let place = Place::new();
    fs::write(&place.path, "whole\n{\"at\":\"20").unwrap();
    LedgerFile::new(place.path.clone()).append(b"next\n").unwrap();
    assert_eq!(place.text(), "whole\n{\"at\":\"20\nnext\n");
}

#[test]
fn a_file_that_was_moved_away_or_deleted_is_begun_anew() {
    let place = Place::new();
    let mut file = LedgerFile::new(place.path.clone());
    file.append(b"first\n").unwrap();
    let moved = place.path.with_extension("1");
    fs::rename(&place.path, &moved).unwrap();
    file.append(b"second\n").unwrap();
    assert_eq!((fs::read_to_string(moved).unwrap(), place.text()), ("first\n".into(), "second\n".into()));
    fs::remove_file(&place.path).unwrap();
    file.append(b"third\n").unwrap();
    assert_eq!(place.text(), "third\n");
}

#[test]
fn what_is_no_file_is_refused_until_it_is_one() {
    let place = Place::new();
    fs::create_dir(&place.path).unwrap();
    let mut file = LedgerFile::new(place.path.clone());
    let error = file.append(b"first\n").unwrap_err();
    assert!(error.to_string().starts_with("cannot open"), "{error}");
    fs::remove_dir(&place.path).unwrap();
    file.append(b"first\n").unwrap();
    assert_eq!(place.text(), "first\n");
    for device in ["/dev/null", "/dev/full"] {
        assert!(LedgerFile::new(device.into()).append(b"first\n").is_err(), "{device} keeps nothing");
    }
}

/// A line, and where its answer comes.
fn line(text: &str) -> (Waiting, oneshot::Receiver<Result<(), Unwritable>>) {
    let (written, answer) = oneshot::channel();
    (Waiting { line: text.to_owned(), written }, answer)
}

/// A ledger whose every write but the empty first one waits for a word from the test, which says how it ends.
fn steered() -> (mpsc::Sender<Waiting>, std::sync::mpsc::Sender<bool>, Receiver<String>) {
    let (lines, waiting) = mpsc::channel(100);
    let (steer, steering) = channel::<bool>();
    let (wrote, written) = channel();
    let append = move |text: &[u8]| {
        if text.is_empty() {
            return Ok(());
        }
        wrote.send(String::from_utf8_lossy(text).into_owned()).unwrap();
        if steering.recv().unwrap() { Ok(()) } else { Err(fault()) }
    };
    std::thread::spawn(move || keep(append, waiting));
    (lines, steer, written)
}

fn fault() -> FileError {
    FileError::of("append to", std::path::Path::new("ledger"), io::ErrorKind::StorageFull.into())
}

#[test]
fn one_write_is_for_all_who_wait() {
    let (lines, steer, written) = steered();
    let (first, mut first_answer) = line("first");
    lines.blocking_send(first).unwrap();
    assert_eq!(written.recv().unwrap(), "first\n");
    let mut answers = Vec::new();
    for number in 0..50 {
        let (one, answer) = line(&number.to_string());
        lines.blocking_send(one).unwrap();
        answers.push(answer);
    }
    assert!(first_answer.try_recv().is_err(), "nobody is told before it is on disk");
    steer.send(true).unwrap();
    assert_eq!(written.recv().unwrap().lines().count(), 50);
    assert_eq!(first_answer.blocking_recv(), Ok(Ok(())));
    steer.send(true).unwrap();
    assert!(answers.into_iter().all(|answer| answer.blocking_recv() == Ok(Ok(()))));
}

#[test]
fn all_whose_write_failed_are_told_and_the_next_ones_are_written() {
    let (lines, steer, written) = steered();
    for (text, comes_off) in [("first", false), ("second", true)] {
        let (one, answer) = line(text);
        lines.blocking_send(one).unwrap();
        assert_eq!(written.recv().unwrap(), format!("{text}\n"));
        steer.send(comes_off).unwrap();
        assert_eq!(answer.blocking_recv(), Ok(if comes_off { Ok(()) } else { Err(Unwritable) }));
    }
}
