//! What this dialect asks of the cluster: who logs on with its passwords, which groups it has, who can come back.
//!
//! Owns the order of a logon: a user's own password first; the cluster's only for who has none here, or is a stranger and may
//! come in. Its files are read where a thread may wait for a disk.
//!
//! Easy to get wrong: a password of the cluster must never open the door of a user who has one here. The service looks once
//! more before it opens a session.

use secrecy::SecretString;
use std::{net::IpAddr, sync::Arc, time::Duration};

use super::request::logon::Logon;
use crate::{
    api::{
        Entrance,
        parameters::bad_credentials,
        problem::{Problem, ProblemKind},
        service::{Binding, Session, SessionTerms},
    },
    cluster::{Cluster, Group, Setting},
    domain::username::Username,
};

/// Opens a session for whoever has the right password.
pub(super) async fn log_on(entrance: &Entrance, logon: Logon) -> Result<Session, Problem> {
    let idle = Duration::from_secs(entrance.settings.platform.token_idle_s);
    let terms = SessionTerms { idle: Some(idle), lifetime: None, binding: Binding::None };
    let Logon { name, password, from } = logon;
    match entrance.service.try_log_in(name.clone(), password.clone(), from, &terms).await {
        Err(problem) if problem.kind == ProblemKind::BadCredentials => {}
        other => return other,
    }
    match vouched(entrance, &name, password, from, &terms).await {
        Err(problem) if problem.kind == ProblemKind::BadCredentials => {
            let refused = entrance.service.refuse_login(name, from);
            Err(Problem { public: "The user name or the password is not right.".to_owned(), ..refused })
        }
        other => other,
    }
}

/// Opens a session for whoever has the right password in the cluster.
async fn vouched(
    entrance: &Entrance,
    name: &str,
    password: SecretString,
    from: Option<IpAddr>,
    terms: &SessionTerms,
) -> Result<Session, Problem> {
    let name = Username::new(name).map_err(|_| bad_credentials())?;
    let asked = name.clone();
    let is_right = ask(entrance, move |cluster| {
        cluster.roster().member(asked.as_str()).is_some_and(|member| member.has_password(&password))
    });
    if !is_right.await? {
        return Err(bad_credentials());
    }
    let strangers_may = entrance.settings.cluster.policy().allow_unknown_user;
    entrance.service.log_in_vouched(&name, from, strangers_may, terms).await
}

/// The groups of the cluster, where its users and groups are loaded.
pub(super) async fn groups(entrance: &Entrance) -> Result<Vec<Group>, Problem> {
    if !entrance.settings.cluster.policy().enable_user_group {
        return Ok(Vec::new());
    }
    ask(entrance, |cluster| cluster.roster().groups().cloned().collect()).await
}

/// The settings that let a deleted user of that name come back.
pub(super) async fn ways_back(entrance: &Entrance, name: String) -> Result<Vec<Setting>, Problem> {
    ask(entrance, move |cluster| cluster.ways_back(&name)).await
}

async fn ask<T: Send + 'static>(
    entrance: &Entrance,
    question: impl FnOnce(&Cluster) -> T + Send + 'static,
) -> Result<T, Problem> {
    let cluster = Arc::clone(&entrance.settings.cluster);
    let answer = tokio::task::spawn_blocking(move || question(&cluster)).await;
    answer.map_err(|error| Problem::internal().caused_by(error))
}
