//! The administrator's token of `offstage dev`: it works, and it is nowhere it could be read.

use offstage_tests::{
    dev::{DataFolder, Dev},
    eventually, fixtures,
};
use rustix::process::{Signal, kill_process};
use std::path::Path;

use super::{DEADLINE, sample};

fn own_command_line(pid: u32) -> String {
    String::from_utf8_lossy(&std::fs::read(format!("/proc/{pid}/cmdline")).unwrap()).into_owned()
}

/// The text is in no log, no command line, no environment of a child and no file of the data folder.
fn is_hidden(data: &DataFolder, dev: &Dev, token: &str) {
    assert!(!dev.program.log().contains(token));
    assert!(!own_command_line(dev.program.pid()).contains(token));
    for process in data.marked() {
        assert!(
            !process.command.contains(token) && !process.environment.contains(token),
            "{}",
            process.command
        );
    }
    assert!(!is_in_a_file(&data.path(), token));
}

fn is_in_a_file(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).unwrap().filter_map(Result::ok).any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return is_in_a_file(&path, text);
        }
        // A socket cannot be read.
        std::fs::read(&path)
            .is_ok_and(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
    })
}

#[tokio::test]
async fn a_given_token_works_and_is_shown_nowhere_but_in_the_tour() {
    let data = DataFolder::new();
    let dev = data.start(&["--seed", &sample()], &[("OFFSTAGE_LOG", "trace")]).await;
    assert!(!dev.announcement.contains(fixtures::ADMIN_TOKEN));
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    is_hidden(&data, &dev, fixtures::ADMIN_TOKEN);
    let worker = data.only("offstage-worker");
    kill_process(worker, Signal::KILL).unwrap();
    eventually("it is started again", DEADLINE, async || {
        data.running("offstage-worker").iter().any(|pid| *pid != worker).then_some(())
    })
    .await;
    is_hidden(&data, &dev, fixtures::ADMIN_TOKEN);
}

#[tokio::test]
async fn a_made_token_is_announced_once_works_and_is_replaced_by_the_next_start() {
    let data = DataFolder::new();
    let mut dev = Dev::serving(data.spawn(&["--seed", &sample()], &[])).await;
    let announced = dev.announcement.rsplit(' ').next().unwrap().to_owned();
    assert!(announced.len() >= 32, "{}", dev.announcement);
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    is_hidden(&data, &dev, &announced);
    dev.program.signal(Signal::TERM);
    dev.program.ended(DEADLINE).await;
    assert!(dev.program.rest().await.iter().all(|line| !line.contains("made for this start")));

    let next = Dev::serving(data.spawn(&[], &[])).await;
    assert_ne!(next.announcement, dev.announcement);
    assert_eq!(next.api.task(task).await.status, 200);
    assert_eq!(next.api.with_token(Some(&announced)).task(task).await.status, 401);
}
