//! The file of a ledger: opened to append, made when it is not there, opened anew after a fault and when it was moved away.
//!
//! It must never say that something is on disk which is not. Easy to get wrong: what an fsync could not write is not
//! written by the next one either, so a fault costs the whole append; and a file that was just made is only there to stay
//! once its folder is on disk.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

/// Its owner writes, its group may read.
const MODE: u32 = 0o640;

/// See the module's header.
#[derive(Debug)]
pub(super) struct LedgerFile {
    path: PathBuf,
    open: Option<File>,
}

/// Why nothing could be appended.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} {path}")]
pub(super) struct FileError {
    doing: &'static str,
    path: String,
    source: io::Error,
}

impl FileError {
    pub(super) fn of(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self { doing, path: path.display().to_string(), source }
    }
}

impl LedgerFile {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, open: None }
    }

    /// Appends whole lines with one write, and returns once they are on disk.
    ///
    /// # Errors
    /// Nothing is sure then: any part of the lines may be there.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), FileError> {
        let mut file = match self.open.take().filter(|file| is_at(file, &self.path)) {
            Some(file) => file,
            None => open(&self.path).map_err(|source| FileError::of("open", &self.path, source))?,
        };
        if !lines.is_empty() {
            // After a fault it stays closed, and the next append looks at how it ends.
            file.write_all(lines)
                .and_then(|()| file.sync_data())
                .map_err(|source| FileError::of("append to", &self.path, source))?;
        }
        self.open = Some(file);
        Ok(())
    }
}

/// Whether the path still leads to that file: it may have been moved away, or deleted.
fn is_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), path.metadata()) {
        (Ok(open), Ok(there)) => identity(open) == identity(there),
        (Ok(_), Err(_)) | (Err(_), Ok(_) | Err(_)) => false,
    }
}

fn open(path: &Path) -> io::Result<File> {
    // Opening a pipe would wait for a reader, and a device keeps nothing.
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).mode(MODE).open(path)?;
    let length = file.metadata()?.len();
    if length == 0 {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    } else if !ends_its_line(&file, length)? {
        file.write_all(b"\n")?;
    }
    Ok(file)
}

/// A full disk or a power cut may have torn the last line.
fn ends_its_line(file: &File, length: u64) -> io::Result<bool> {
    let mut last = [0];
    file.read_exact_at(&mut last, length - 1)?;
    Ok(last == *b"\n")
}
