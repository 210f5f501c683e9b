//! One `offstage dev` per data folder.
//!
//! An advisory lock on `<data>/lock`, held as long as the file is open: the kernel gives it back whatever way the
//! process ends, and no child inherits it. The file's content, the holder's process id, is only for the message;
//! it proves nothing. The file is never removed, or two starts could lock two different files of one name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

/// Keeps the folder locked until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Takes the folder's lock, without waiting.
///
/// # Errors
/// The lock is held; the text names the folder and the holder's process id.
pub(super) fn take(data: &Path) -> anyhow::Result<Lock> {
    let path = data.join("lock");
    let shown = path.display();
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot open {shown}"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => bail!(
            "another `offstage dev` ({}) runs on the folder {}; stop it, or choose another folder with --data",
            holder(&mut file),
            data.display()
        ),
        Err(TryLockError::Error(error)) => return Err(error).with_context(|| format!("cannot lock {shown}")),
    }
    write_holder(&mut file).with_context(|| format!("cannot write {shown}"))?;
    Ok(Lock { _file: file })
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// The holder as it describes itself; it may just be writing.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text).map(|_| text.trim().parse::<u32>()) {
        Ok(Ok(pid)) => format!("process {pid}"),
        Ok(Err(_)) | Err(_) => "process unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_with_folder_and_process_until_the_first_is_gone() {
        let data = tempfile::tempdir().unwrap();
        let first = take(data.path()).unwrap();
        let text = take(data.path()).unwrap_err().to_string();
        assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
        assert!(text.contains(&data.path().display().to_string()), "{text}");
        drop(first);
        take(data.path()).unwrap();
    }
}
