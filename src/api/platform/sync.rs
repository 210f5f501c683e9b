//! The loop that loads the cluster's users, at the start and at every interval, as the original loads those of LSF.
//!
//! Owns when it runs and what is logged, which never is a name. A user who is there stays as he is; one who was deleted comes
//! back, which is what the warning at the start is about.
//!
//! Easy to get wrong: the loop must outlive whatever fails in one turn. A storage that is away is tried again soon; every turn
//! is bounded, because the file is, and the store takes a hundred at once.

use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::routes::DIALECT;
use crate::{
    api::{
        DialectSettings,
        problem::{Problem, ProblemKind},
        service::Service,
    },
    cluster::{Cluster, Setting},
    domain::username::Username,
};

/// How long to wait before a turn is tried again that the storage did not let through.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Warns of what the settings mean, and loads the cluster's users until `stop` is cancelled.
pub(in crate::api) async fn keep_in_step(
    service: Service,
    settings: Arc<DialectSettings>,
    stop: CancellationToken,
) {
    let (service, cluster) = (service.speaking(DIALECT), &settings.cluster);
    cluster.policy().ways_back(true).into_iter().for_each(warn_of);
    let Some(interval) = cluster.policy().sync_interval() else { return };
    let turns = async {
        loop {
            let next = match turn(&service, cluster).await {
                Ok(new) => {
                    if new > 0 {
                        info!(users = new, "the cluster's users were loaded");
                    }
                    interval
                }
                Err(problem) => {
                    problem.log();
                    let is_away = matches!(problem.kind, ProblemKind::Unavailable { .. });
                    if is_away { TRY_AGAIN.min(interval) } else { interval }
                }
            };
            tokio::time::sleep(next).await;
        }
    };
    stop.run_until_cancelled(Box::pin(turns)).await;
}

async fn turn(service: &Service, cluster: &Arc<Cluster>) -> Result<usize, Problem> {
    let cluster = Arc::clone(cluster);
    let read = move || cluster.roster().names().cloned().collect::<Vec<Username>>();
    let names = tokio::task::spawn_blocking(read).await;
    let names = names.map_err(|error| Problem::internal().caused_by(error))?;
    if names.is_empty() { Ok(0) } else { service.enlist(&names).await }
}

fn warn_of(setting: Setting) {
    let means = match setting {
        Setting::AllowUnknownUser => "a deleted user whom the cluster knows can log on again",
        Setting::EnableUserGroup => "a deleted user whom the cluster knows is loaded again",
    };
    warn!(setting = setting.name(), "pmc.conf: {setting}=Y: {means}; set it to N to keep deleted users away");
}
