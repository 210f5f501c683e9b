//! F10: the disk of Redis is full. With `always` Redis gives up and ends, so that a person has to make room and start it
//! again; with `everysec` it takes no writes until there is room, and goes on by itself.
//!
//! The disk is a small file system in memory, which only root may make.

use offstage_tests::eventually;
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::{fs::File, io::Write, path::PathBuf, time::Duration};
use tempfile::TempDir;

use crate::{
    load::Load,
    run::Run,
    scene::{Fsync, Scene, Setup},
};

/// How soon Redis must have noticed.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);

/// Half of the faults each way.
pub(crate) async fn disk_full(run: &mut Run) {
    for (fsync, faults) in [(Fsync::Always, run.faults().div_ceil(2)), (Fsync::Everysec, run.faults() / 2)] {
        let disk = match Disk::mounted() {
            Ok(disk) => disk,
            Err(error) => return run.skip(format!("no file system can be mounted here ({error}): be root")),
        };
        fill_up(run, &disk, fsync, faults).await;
    }
}

async fn fill_up(run: &mut Run, disk: &Disk, fsync: Fsync, faults: u32) {
    let folder = disk.0.path().to_str().expect("UTF-8");
    let setup = Setup { fsync, redis: &["--dir", folder], users: 1_000, ..Setup::default() };
    let mut scene = Scene::start(run, setup).await;
    let load = scene.load(run, Load::default());
    for _ in 0..faults {
        scene.some_progress(run, &load).await;
        let ballast = disk.fill();
        scene.takes_nothing(run).await;
        match fsync {
            Fsync::Always => {
                eventually("Redis gives up", NOTICED_WITHIN, async || {
                    scene.redis.client().get_connection().is_err().then_some(())
                })
                .await;
                std::fs::remove_file(ballast).expect("there is room again");
                scene.redis.kill();
                scene.redis.restart().await;
            }
            Fsync::Everysec => std::fs::remove_file(ballast).expect("there is room again"),
        }
        run.injected(1);
        scene.recovered(run).await;
    }
    scene.finish(run, load).await;
}

/// A file system of some megabytes.
struct Disk(TempDir);

impl Disk {
    fn mounted() -> std::io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("offstage-disk-").tempdir()?;
        mount("tmpfs", folder.path(), "tmpfs", MountFlags::empty(), Some(c"size=24m"))?;
        Ok(Self(folder))
    }

    /// Fills it up to the brim; the file that does.
    fn fill(&self) -> PathBuf {
        let path = self.0.path().join("ballast");
        let mut file = File::create(&path).expect("a file");
        let mut block = [0_u8; 4_096].as_slice();
        while !block.is_empty() {
            // The last piece is as small as a byte.
            if file.write_all(block).is_err() {
                block = &block[..block.len() / 2];
            }
        }
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Whoever still has a file open there keeps it until he ends.
        if let Err(error) = unmount(self.0.path(), UnmountFlags::DETACH) {
            eprintln!("{} stays mounted: {error}", self.0.path().display());
        }
    }
}
