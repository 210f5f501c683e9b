//! Records as Redis keeps them, and as the domain knows them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

use super::StoreError;
use crate::domain::{
    checklist::{Checklist, Progress},
    dependents::{Database, Dependent, Label},
    reason::Reason,
    state::TaskState,
    task::{DeployOrder, Requester, Subject, Task, TaskId, TaskKind},
    workspace::WorkspaceName,
};

/// Milliseconds since the epoch, as a time. What no calendar holds becomes the epoch.
pub(super) fn time(millis: u64) -> DateTime<Utc> {
    i64::try_from(millis).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
}

/// The fields of a hash, each asked for by name.
pub(super) struct Fields {
    key: String,
    values: HashMap<String, String>,
}

impl Fields {
    pub(super) fn new(key: String, values: HashMap<String, String>) -> Self {
        Self { key, values }
    }

    pub(super) fn text(&self, field: &'static str) -> Option<&str> {
        self.values.get(field).map(String::as_str)
    }

    pub(super) fn parsed<T>(
        &self,
        field: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let corrupt = || StoreError::Corrupt { key: self.key.clone(), field };
        self.text(field).map(|text| read(text).ok_or_else(corrupt)).transpose()
    }

    pub(super) fn number(&self, field: &'static str) -> Result<Option<u64>, StoreError> {
        self.parsed(field, |text| text.parse().ok())
    }

    pub(super) fn instant(&self, field: &'static str) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.number(field)?.map(time))
    }

    pub(super) fn needed<T>(&self, field: &'static str, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| StoreError::Corrupt { key: self.key.clone(), field })
    }

    fn subject(&self) -> Option<Subject> {
        let text = |field| self.text(field).unwrap_or_default();
        subject(text("user"), text("workspace"), text("deploy"))
    }

    fn prepared(&self) -> Result<Option<Progress>, StoreError> {
        let (done, of) = (self.number("prepared")?, self.number("to_prepare")?);
        Ok(done.zip(of).map(|(done, of)| Progress { done, of }))
    }

    /// The record of a task.
    pub(super) fn into_task(self, id: TaskId) -> Result<Task, StoreError> {
        let reason =
            self.parsed("reason", |name| Reason::from_parts(name, self.text("detail").unwrap_or_default()))?;
        Ok(Task {
            id,
            kind: self.needed("kind", self.parsed("kind", TaskKind::from_name)?)?,
            subject: self.needed("user", self.subject())?,
            prepared: self.prepared()?,
            committed: self.text("committed") == Some("1"),
            state: self.needed("state", self.parsed("state", TaskState::from_name)?)?,
            requester: Requester {
                name: self.needed("created_by", self.text("created_by"))?.to_owned(),
                is_administrator: self.text("by_admin") == Some("1"),
            },
            cancelled_by: self.text("cancelled_by").map(str::to_owned),
            reason,
            attempt: self.needed("attempt", self.parsed("attempt", |text| text.parse().ok())?)?,
            checks: self.parsed("checks", Checklist::parse)?.unwrap_or_default(),
            retry_of: self.number("retry_of")?.map(TaskId),
            created: self.needed("created", self.instant("created")?)?,
            started: self.instant("started")?,
            modified: self.needed("modified", self.instant("modified")?)?,
            completed: self.instant("completed")?,
            not_before: self.instant("not_before")?,
        })
    }
}

/// The user of that number, or else the workspace of that name, or the configuration as it is to be deployed.
pub(super) fn subject(user: &str, workspace: &str, deploy: &str) -> Option<Subject> {
    if !user.is_empty() {
        return user.parse().ok().map(Subject::User);
    }
    if !deploy.is_empty() {
        return DeployOrder::parse(deploy).map(Subject::Configuration);
    }
    WorkspaceName::new(workspace).map(Subject::Workspace)
}

/// A dependent as JSON. Registered ones carry `blocking` before the JSON as well; see `put_dependents.lua`.
#[derive(Serialize, Deserialize)]
struct DependentRecord {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    group_ids: Vec<u64>,
    blocking: bool,
}

/// The JSON of a dependent.
pub(super) fn write_dependent(dependent: &Dependent) -> String {
    let record = DependentRecord {
        kind: dependent.kind.as_str().to_owned(),
        id: dependent.id.clone(),
        name: dependent.name.clone(),
        owner: dependent.owner.clone(),
        database: dependent.database.map(|database| database.name().to_owned()),
        group_ids: dependent.group_ids.clone(),
        blocking: dependent.blocking,
    };
    serde_json::to_string(&record)
        .unwrap_or_else(|error| unreachable!("strings and numbers are JSON: {error}"))
}

/// The dependent of that JSON; `key` names where it was read, for the error.
pub(super) fn read_dependent(key: &str, json: &str) -> Result<Dependent, StoreError> {
    let corrupt = || StoreError::Corrupt { key: key.to_owned(), field: "dependent" };
    let record: DependentRecord = serde_json::from_str(json).map_err(|_| corrupt())?;
    Ok(Dependent {
        kind: Label::new(&record.kind).ok_or_else(corrupt)?,
        id: record.id,
        name: record.name,
        owner: record.owner,
        database: record
            .database
            .as_deref()
            .map(|name| Database::from_name(name).ok_or_else(corrupt))
            .transpose()?,
        group_ids: record.group_ids,
        blocking: record.blocking,
    })
}
