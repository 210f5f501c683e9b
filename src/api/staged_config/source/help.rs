//! The endpoints of all versions, as the help tells them to a caller.

use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};

use super::{Source, texts};
use crate::api::{
    problem::Problem,
    service::Principal,
    staged_config::{filter::Filter, help::Help},
};

/// The list.
pub(in crate::api::staged_config) struct HelpEndpoints {
    pub(in crate::api::staged_config) help: Arc<Help>,
    pub(in crate::api::staged_config) principal: Principal,
}

impl Source for HelpEndpoints {
    async fn ids(&self, filter: Option<&Filter>) -> Result<Vec<u64>, Problem> {
        Ok(self.help.endpoint_ids(texts(filter, "version").as_deref()))
    }

    async fn elements(
        &self,
        ids: &[u64],
        _fields: Option<&BTreeSet<&'static str>>,
    ) -> Result<Vec<(u64, Value)>, Problem> {
        let known = ids.iter().filter_map(|id| Some((*id, self.help.endpoint(*id, &self.principal)?)));
        known
            .map(|(id, told)| Ok((id, serde_json::to_value(told)?)))
            .collect::<Result<_, serde_json::Error>>()
            .map_err(|error| Problem::internal().caused_by(error))
    }
}
