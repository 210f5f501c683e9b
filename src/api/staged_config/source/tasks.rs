//! The tasks of users' deletions, whichever dialect asked for them.

use serde_json::Value;
use std::collections::BTreeSet;

use super::{Source, numbers, texts};
use crate::{
    api::{
        language::Language,
        problem::Problem,
        service::{Principal, Service, TaskChoice},
        staged_config::{filter::Filter, response::tasks::DeleteTask},
    },
    domain::{
        state::TaskState,
        task::{TaskId, TaskKind},
    },
};

/// The list, as this caller sees it.
pub(in crate::api::staged_config) struct Deletions {
    pub(in crate::api::staged_config) service: Service,
    pub(in crate::api::staged_config) principal: Principal,
    pub(in crate::api::staged_config) language: Language,
}

impl Source for Deletions {
    async fn ids(&self, filter: Option<&Filter>) -> Result<Vec<u64>, Problem> {
        let states = texts(filter, "status").map(|words| {
            // The words of the dialect are those of the states; what is none is nowhere.
            words.iter().filter_map(|word| TaskState::from_name(word)).collect()
        });
        let choice = TaskChoice {
            kinds: TaskKind::ALL.into_iter().filter(|kind| kind.deletes_a_user()).collect(),
            states: states.unwrap_or_else(|| TaskState::ALL.to_vec()),
            numbers: numbers(filter),
        };
        let names = texts(filter, "created_by");
        let ids = self.service.deletion_ids(&self.principal, &choice, names.as_deref()).await?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    async fn elements(
        &self,
        ids: &[u64],
        _fields: Option<&BTreeSet<&'static str>>,
    ) -> Result<Vec<(u64, Value)>, Problem> {
        let ids: Vec<_> = ids.iter().copied().map(TaskId).collect();
        let tasks = self.service.deletions(&self.principal, &ids).await?;
        let element = |task| {
            let value = serde_json::to_value(DeleteTask::of(task, self.language));
            Ok((task.id.0, value.map_err(|error| Problem::internal().caused_by(error))?))
        };
        tasks.iter().map(element).collect()
    }
}
