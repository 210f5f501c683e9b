//! Which paths this dialect answers: one file of handlers for each resource.
//!
//! Owns the list. The original has two prefixes side by side, a singular beside the plural, and clients that end a path with a
//! slash or do not; each handler is documented at one path and answers at all of them. Handlers hold no rule.
//!
//! Easy to get wrong: [`render_refusals`] must stay around every route, the aliases too, or a refusal would go out as a bare
//! 500.

mod groups;
mod legacy;
mod roles;
mod session;
mod users;

use axum::{
    middleware::from_fn,
    routing::{MethodRouter, delete, get, post},
};
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::error::{Shapes, render_refusals};
use crate::api::Entrance;

/// The name of this dialect in the log, and of its sessions.
pub(super) const DIALECT: &str = "platform";
/// The prefixes, side by side; documented is the first.
const PREFIXES: [&str; 2] = ["/platform/ws", "/platform/webservice"];

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    let documented = OpenApiRouter::with_openapi(Shapes::openapi())
        .routes(routes!(users::list_users, users::add_user, users::update_user))
        .routes(routes!(users::get_user, users::delete_user))
        .routes(routes!(groups::list_groups))
        .routes(routes!(groups::get_groups))
        .routes(routes!(roles::list_roles))
        .routes(routes!(roles::get_roles))
        .routes(routes!(roles::assign_roles))
        .routes(routes!(session::log_on))
        .routes(routes!(session::log_out))
        .routes(routes!(session::ping))
        .routes(routes!(session::version))
        .routes(routes!(legacy::log_on))
        .routes(routes!(legacy::log_out))
        .routes(routes!(legacy::ping));
    let all = aliases().into_iter().fold(documented, |router, (path, methods)| router.route(&path, methods));
    all.route_layer(from_fn(render_refusals)).with_state(entrance)
}

/// The other paths of the same handlers.
fn aliases() -> Vec<(String, MethodRouter<Entrance>)> {
    let users = get(users::list_users).post(users::add_user).put(users::update_user);
    let user = get(users::get_user).merge(delete(users::delete_user));
    let slashed = [
        ("/users/", users.clone()),
        ("/user/", users.clone()),
        ("/usergroups/", get(groups::list_groups)),
        ("/roles/", get(roles::list_roles)),
    ];
    let everywhere = [
        ("/users", "/user", users),
        ("/users/{userName}", "/user/{userName}", user),
        ("/logon", "/logon/", post(session::log_on)),
        ("/logout", "/logout/", post(session::log_out)),
        ("/ping", "/ping/", post(session::ping)),
        ("/version", "/version/", get(session::version)),
    ];
    let second = [
        ("/usergroups", get(groups::list_groups)),
        ("/usergroups/{names}", get(groups::get_groups)),
        ("/roles", get(roles::list_roles)),
        ("/roles/{names}", get(roles::get_roles)),
        ("/roles/assign", post(roles::assign_roles)),
    ];
    let old = [("logon", get(legacy::log_on)), ("logout", get(legacy::log_out)), ("ping", get(legacy::ping))];
    let [first_prefix, second_prefix] = PREFIXES;
    let mut aliases = Vec::new();
    for (path, other, methods) in everywhere {
        aliases.push((format!("{second_prefix}{path}"), methods.clone()));
        aliases.push((format!("{first_prefix}{other}"), methods.clone()));
        aliases.push((format!("{second_prefix}{other}"), methods));
    }
    for (path, methods) in slashed {
        aliases.push((format!("{first_prefix}{path}"), methods.clone()));
        aliases.push((format!("{second_prefix}{path}"), methods));
    }
    aliases.extend(second.map(|(path, methods)| (format!("{second_prefix}{path}"), methods)));
    for (path, methods) in old {
        aliases.push((format!("{second_prefix}/pacclient/{path}"), methods.clone()));
        aliases.push((format!("{first_prefix}/pacclient/{path}"), methods.clone()));
        aliases.push((format!("{first_prefix}/pacclient/{path}/"), methods));
    }
    aliases
}
