//! The files around the programs: make's targets, the compose file, the sample.

use offstage_tests::{
    programs::{Ended, run},
    redis::PrivateRedis,
};
use std::process::Command;

use super::{DEADLINE, ended, repository, sample};

async fn in_repository(program: &str, args: &[&str]) -> Ended {
    let mut command = Command::new(program);
    command.args(args).current_dir(repository(""));
    // Not the surrounding make's own flags.
    command.env_remove("MAKEFLAGS").env_remove("MAKELEVEL").env_remove("MFLAGS");
    run(command, 6 * DEADLINE).await
}

#[tokio::test]
async fn every_target_of_make_that_people_type_can_be_planned() {
    for (target, says) in [
        ("run", "deploy/sample-directory.json"),
        ("run", "deploy/dev.toml"),
        ("test", "nextest run"),
        ("check", "-D warnings"),
        ("check", "deploy/check-files.sh"),
        ("bench", "bench"),
    ] {
        let plan = in_repository("make", &["-n", target]).await;
        assert!(plan.status.success(), "{target}: {plan:?}");
        assert!(plan.stdout.contains(says), "{target}: {}", plan.stdout);
    }
    let help = in_repository("make", &[]).await;
    for target in ["run", "test", "check"] {
        assert!(help.stdout.contains(&format!("make {target}")), "{}", help.stdout);
    }
}

/// With the network it checks them, without it says that it did not; it never fails for want of a tool.
#[tokio::test]
async fn the_deployment_files_pass_their_checks() {
    let checked = in_repository("deploy/check-files.sh", &[]).await;
    eprintln!("{}", checked.stdout.trim());
    assert!(checked.status.success(), "{checked:?}");
    let outcomes = ["check: deployment files are fine", "check: SKIPPED deployment files"];
    assert!(outcomes.iter().any(|outcome| checked.stdout.contains(outcome)), "{checked:?}");
}

#[tokio::test]
async fn the_sample_directory_has_no_faults_and_its_settings_can_be_used() {
    let redis = PrivateRedis::start().await;
    let (url, sample, config) = (redis.url(), sample(), repository("deploy/dev.toml"));
    let args = ["import", &sample, "--redis-url", &url, "--config", &config];
    let imported = ended("offstage", redis.folder(), &args, &[]).await;
    assert!(imported.status.success(), "{imported:?}");
    assert!(imported.stdout.contains("users: 9 added, 0 kept as they were, 0 skipped"), "{imported:?}");
}
