//! A disk that can be slow, and that loses what was not synced: what a power cut does to the files of a server.
//!
//! A small library (`disk.c`, made with `cc` when it is wanted) stands before the server's fsync and notes how much of each
//! file is safe. After a `kill -9`, [`LossyDisk::lose`] cuts every file back to that.
//!
//! Easy to get wrong: a file is known by its inode, because Redis writes under a temporary name and renames. Only lengths
//! are lost here; a rename that was not synced stays.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Redis syncs once a second: so long after a sync the next one has not begun, and what it held back meanwhile is written.
const AT_REST: std::ops::Range<Duration> = Duration::from_millis(200)..Duration::from_millis(800);

/// See the module's header.
#[derive(Debug)]
pub struct LossyDisk {
    library: PathBuf,
    log: PathBuf,
}

impl LossyDisk {
    /// Makes the library in that folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let (source, library, log) =
            (folder.join("disk.c"), folder.join("disk.so"), folder.join("synced.log"));
        fs::write(&source, include_str!("disk.c")).expect("the folder can be written");
        File::create(&log).expect("the folder can be written");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source);
        assert!(compiler.status().expect("there is a C compiler").success(), "the library is made");
        Self { library, log }
    }

    /// What a server must be started with.
    pub(crate) fn environment(&self) -> [(&'static str, &Path); 2] {
        [("LD_PRELOAD", &self.library), ("LOSSY_DISK_LOG", &self.log)]
    }

    /// From now on every sync takes 1.8 s longer, or as long as it takes.
    pub fn slow(&self, on: bool) {
        let slow = self.log.with_extension("log.slow");
        if on {
            File::create(slow).expect("the folder can be written");
        } else if slow.exists() {
            fs::remove_file(slow).expect("the folder can be written");
        }
    }

    /// No sync is under way, and none is due: a server that syncs every second holds nothing back.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        let age = self.log.metadata().and_then(|log| log.modified()).expect("it is there").elapsed();
        let ended = self.lines().last().is_some_and(|(what, ..)| *what == "e");
        ended && age.is_ok_and(|age| AT_REST.contains(&age))
    }

    /// How many syncs have come off.
    #[must_use]
    pub fn syncs(&self) -> usize {
        self.lines().iter().filter(|(what, ..)| *what == "e").count()
    }

    /// A sync is under way.
    #[must_use]
    pub fn is_syncing(&self) -> bool {
        self.lines().last().is_some_and(|(what, ..)| *what == "b")
    }

    /// Cuts the append-only files of a dead server back to what is safe, and this share of the rest, wherever that ends; how many
    /// bytes were lost.
    #[must_use]
    pub fn lose(&self, data: &Path, kept: f64) -> u64 {
        let mut safe = HashMap::new();
        for (what, inode, length) in self.lines() {
            if what == "e" {
                safe.insert(inode, length);
            }
        }
        let mut lost = 0;
        for path in append_only_files(data) {
            let file = OpenOptions::new().write(true).open(&path).expect("it can be written");
            let metadata = file.metadata().expect("it is there");
            let safe = safe.get(&metadata.ino()).copied().unwrap_or(0).min(metadata.len());
            let length = safe + share_of(metadata.len() - safe, kept);
            file.set_len(length).expect("it can be cut");
            lost += metadata.len() - length;
        }
        lost
    }

    /// What was noted: what, of which inode, with which length.
    fn lines(&self) -> Vec<(&'static str, u64, u64)> {
        let text = fs::read_to_string(&self.log).expect("it is there");
        let parse = |line: &str| {
            let mut words = line.split(' ');
            let what = if words.next()? == "e" { "e" } else { "b" };
            Some((what, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
        };
        text.lines().map(|line| parse(line).unwrap_or_else(|| panic!("not a line: {line}"))).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "at most as many bytes, and few"
)]
fn share_of(bytes: u64, share: f64) -> u64 {
    (bytes as f64 * share) as u64
}

fn append_only_files(data: &Path) -> Vec<PathBuf> {
    let files = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
        entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect()
    };
    let is_one = |path: &PathBuf| path.to_string_lossy().contains("appendonly.aof");
    files(data).into_iter().chain(files(&data.join("appendonlydir"))).filter(is_one).collect()
}

#[cfg(test)]
mod tests {
    use crate::{eventually, redis::PrivateRedis};
    use std::time::Duration;

    fn set(redis: &PrivateRedis, key: &str) {
        redis::cmd("SET").arg(key).arg("1").exec(&mut redis.connection()).unwrap();
    }

    fn keys(redis: &PrivateRedis) -> Vec<String> {
        let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut redis.connection()).unwrap();
        keys.sort();
        keys
    }

    #[tokio::test]
    async fn what_was_synced_survives_a_power_cut_and_the_rest_does_not() {
        let mut redis = PrivateRedis::on_lossy_disk(&[]).await;
        set(&redis, "safe");
        redis.cut_power(0.0);
        redis.restart().await;
        assert_eq!(keys(&redis), ["safe"]);
        redis::cmd("CONFIG").arg(&["SET", "appendfsync", "no"]).exec(&mut redis.connection()).unwrap();
        set(&redis, "in memory");
        assert!(redis.cut_power(0.0) > 0);
        redis.restart().await;
        assert_eq!(keys(&redis), ["safe"]);
    }

    #[tokio::test]
    async fn a_kill_between_two_syncs_loses_nothing_and_one_amid_a_slow_sync_does() {
        let mut redis = PrivateRedis::on_lossy_disk(&["--appendfsync", "everysec"]).await;
        for number in 0..20 {
            set(&redis, &format!("{number:02}"));
        }
        redis.kill_between_syncs().await;
        redis.restart().await;
        assert_eq!(keys(&redis).len(), 20);
        redis.lossy_disk().slow(true);
        eventually("a slow sync is under way", Duration::from_secs(10), async || {
            set(&redis, "more");
            redis.lossy_disk().is_syncing().then_some(())
        })
        .await;
        set(&redis, "held back");
        redis.kill();
        redis.lossy_disk().slow(false);
        redis.restart().await;
        assert!(!keys(&redis).contains(&"held back".to_owned()));
    }
}
