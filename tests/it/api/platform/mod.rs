//! The platform dialect as its clients see it: real programs, and bytes on sockets.
//!
//! Owns what these modules say alike. Easy to get wrong: this dialect's users come from the directory, and so do their
//! rights; `people` has the ones who may do something.

mod clients;
mod deletion;
mod faulty;
mod logon;
mod logs;
mod names;
mod roles;
mod sync;
mod users;

use offstage_tests::{
    api::Api,
    platform::{Caller, MANAGER, people},
    programs::Program,
    stack::Stack,
};

/// A stack with these users and people, an API, and a caller who may do everything.
async fn start(
    ids: impl IntoIterator<Item = u64>,
    environment: &[(&str, &str)],
) -> (Stack, Program, Api, Caller) {
    let stack = Stack::with_users(ids).await;
    people(&stack).await;
    let (program, api) = stack.api(environment).await;
    let manager = Caller::logged_on(&api, MANAGER).await;
    (stack, program, api, manager)
}

/// Writes the cluster's files; returns the settings that name them.
fn cluster(stack: &Stack, pmc_conf: &str, roster: &str) -> [(&'static str, String); 2] {
    let file = |name: &str, text: &str| {
        let path = stack.redis.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    [
        ("OFFSTAGE_PLATFORM__PMC_CONF", file("pmc.conf", pmc_conf)),
        ("OFFSTAGE_PLATFORM__CLUSTER_FILE", file("cluster.json", roster)),
    ]
}
