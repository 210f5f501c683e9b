//! The table of this dialect's endpoints, a file a group.
//!
//! Easy to get wrong: a route without a row here is refused as an unknown path; a test compares the table with the routes.

mod delete_tasks;
mod dependent_tasks;
mod deploy;
mod deployed_users;
mod help;
mod roles;
mod sessions;
mod user_lists;
mod user_rules;
mod users;

use http::Method;

use super::endpoint::{Endpoint, LOGOUT, LOGOUT_TOO};

/// All of them.
pub(super) fn all() -> impl Iterator<Item = &'static Endpoint> {
    let groups = [
        users::ALL,
        deployed_users::ALL,
        user_lists::ALL,
        roles::ALL,
        delete_tasks::ALL,
        dependent_tasks::ALL,
        deploy::ALL,
        sessions::ALL,
        help::ALL,
    ];
    groups.into_iter().flatten()
}

/// The one of that method and that path, as the router has it. HEAD is GET without a body.
pub(super) fn find(method: &Method, path: &str) -> Option<&'static Endpoint> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let path = if path == LOGOUT_TOO { LOGOUT } else { path };
    all().find(|endpoint| endpoint.method == *method && endpoint.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        api::{Entrance, service::Service, staged_config::routes},
        config::NotebookSettings,
        store::Store,
    };
    use std::{collections::BTreeSet, sync::Arc, time::Duration};
    use tokio_util::sync::CancellationToken;

    #[tokio::test]
    async fn every_route_has_a_row_and_every_row_a_route() {
        let nowhere = Store::new("redis://127.0.0.1:1/", "{offstage}", "test").unwrap();
        let entrance = Entrance {
            service: Service::new(nowhere, &NotebookSettings::default()),
            body_timeout: Duration::from_secs(1),
            settings: Arc::default(),
            stop: CancellationToken::new(),
        };
        let document = serde_json::to_value(routes::router(&entrance).into_openapi()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let routes: BTreeSet<_> = paths
            .iter()
            .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (method, path)))
            .map(|(method, path)| format!("{} {path}", method.to_uppercase()))
            .collect();
        let rows: Vec<_> = all().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path)).collect();
        assert_eq!(rows.len(), routes.len(), "a row twice");
        assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), routes);
    }
}
