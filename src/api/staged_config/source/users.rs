//! The users of one side, as a caller sees them.

use serde_json::Value;
use std::collections::BTreeSet;

use super::{Source, numbers, texts};
use crate::{
    api::{
        problem::Problem,
        service::{Principal, Service, UserChoice},
        staged_config::{filter::Filter, range::Range, response::users::User},
    },
    domain::{
        task::UserId,
        user::{self, Side},
    },
};

/// The list.
pub(in crate::api::staged_config) struct Users {
    pub(in crate::api::staged_config) service: Service,
    pub(in crate::api::staged_config) principal: Principal,
    pub(in crate::api::staged_config) side: Side,
    /// Only the caller himself is asked for, whom else he may see.
    pub(in crate::api::staged_config) only_himself: bool,
}

impl Source for Users {
    async fn ids(&self, filter: Option<&Filter>) -> Result<Vec<u64>, Problem> {
        let choice =
            texts(filter, "username").map_or_else(|| UserChoice::Numbers(numbers(filter)), UserChoice::Named);
        let mut ids = self.service.user_ids(&self.principal, self.side, &choice).await?;
        if self.only_himself {
            ids.retain(|id| self.principal.user == Some(*id));
        }
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    async fn ids_at(&self, range: Range, downwards: bool) -> Result<Option<(usize, Vec<u64>)>, Problem> {
        let Some(places) = range.places().filter(|_| !self.only_himself) else { return Ok(None) };
        let found = self.service.user_ids_at(&self.principal, self.side, places, downwards).await?;
        Ok(found.map(|(total, ids)| {
            (usize::try_from(total).unwrap_or(usize::MAX), ids.into_iter().map(|id| id.0).collect())
        }))
    }

    async fn elements(
        &self,
        ids: &[u64],
        fields: Option<&BTreeSet<&'static str>>,
    ) -> Result<Vec<(u64, Value)>, Problem> {
        let ids: Vec<_> = ids.iter().copied().map(UserId).collect();
        // The fields of a user's record have the names that they have here.
        let names = fields.map(|fields| fields.iter().copied().collect::<Vec<_>>());
        let users = self.service.users(&self.principal, self.side, &ids, names.as_deref()).await?;
        let element = |user: user::User| {
            let id = user.id.0;
            let value = match fields {
                Some(fields) => Ok(User::only(&user, fields)),
                None => serde_json::to_value(User::from(user)),
            };
            Ok((id, value.map_err(|error| Problem::internal().caused_by(error))?))
        };
        users.into_iter().map(element).collect()
    }
}
