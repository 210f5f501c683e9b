//! Which paths this dialect answers: each under all the spellings of the documents, which disagree with each other and
//! with the clients.
//!
//! Owns the list. Each handler asks who calls, then what he says, asks the service, renders; none may hold a rule.
//!
//! Easy to get wrong: what only looks may be asked for by GET or by POST, since clients post what is long. What changes
//! anything is for POST alone: a GET deletes nothing, whoever follows a link.

mod containers;
mod jobs;
mod portal;
mod tokens;
mod workspaces;

use axum::{
    Router,
    extract::Extension,
    handler::Handler,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::{request, response::converse};
use crate::api::Entrance;

/// The name of this dialect in the log.
const DIALECT: &str = "notebooks";
/// Where administrators find a notebook server. The first spelling is the one that is documented here.
const ADMIN: [&str; 3] = ["/arcgis/notebooks/admin", "/arcgis/admin", "/arcgis/admin/notebooks"];
/// Where tokens are made: the portal and each server.
const TOKENS: [&str; 4] =
    ["/arcgis/sharing/rest", "/arcgis/sharing", "/arcgis/admin", "/arcgis/notebooks/admin"];

/// What a handler is given of a request.
type Asking = Extension<Arc<request::Asked>>;

/// The documentation of the routes, each under one spelling.
#[derive(OpenApi)]
#[openapi(paths(
    workspaces::delete_workspace,
    workspaces::list_workspaces,
    workspaces::transfer_workspace,
    workspaces::move_entry,
    containers::list_containers,
    containers::get_container,
    containers::terminate_container,
    jobs::list_jobs,
    jobs::get_job,
    jobs::cancel_job,
    tokens::generate_token,
    portal::info,
))]
struct Documented;

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    let routes = ADMIN.iter().fold(Router::new(), |routes, admin| routes.merge(administration(admin)));
    let tokens = TOKENS.iter().fold(routes, |routes, parent| {
        routes.route(&format!("{parent}/generateToken"), post(tokens::generate_token))
    });
    let all = tokens
        .merge(discovery())
        .route_layer(from_fn_with_state(entrance.clone(), converse))
        .with_state(entrance);
    OpenApiRouter::with_openapi(Documented::openapi()).merge(OpenApiRouter::from(all))
}

/// Everything below one spelling of the administrators' address. Below each of it, a client may ask whose server it is.
fn administration(admin: &str) -> Router<Entrance> {
    let operations = [
        ("", reads(portal::site)),
        ("/dataaccess", reads(portal::data_access)),
        ("/dataaccess/listUserWorkspaces", reads(workspaces::list_workspaces)),
        ("/dataaccess/deleteUserWorkspace", post(workspaces::delete_workspace)),
        ("/dataaccess/{workspace}/deleteUserWorkspace", post(workspaces::delete_named_workspace)),
        ("/dataaccess/transferUserWorkspace", post(workspaces::transfer_workspace)),
        ("/dataaccess/{workspace}/transferUserWorkspace", post(workspaces::transfer_named_workspace)),
        ("/dataaccess/{workspace}/move", post(workspaces::move_entry)),
        ("/dataaccess/{workspace}/notebookworkspace/move", post(workspaces::move_entry)),
        ("/system", reads(portal::system)),
        ("/system/containers", reads(containers::list_containers)),
        ("/system/containers/{id}", reads(containers::get_container)),
        ("/system/containers/{id}/terminateContainer", post(containers::terminate_container)),
        ("/system/jobs", reads(jobs::list_jobs)),
        ("/system/jobs/{id}", reads(jobs::get_job)),
        ("/system/jobs/{id}/cancel", post(jobs::cancel_job)),
        // As the one on Kubernetes has them.
        ("/jobs", reads(jobs::list_jobs)),
        ("/jobs/{id}", reads(jobs::get_job)),
        ("/jobs/{id}/cancel", post(jobs::cancel_job)),
    ];
    operations.into_iter().fold(Router::new(), |routes, (path, answers)| {
        routes
            .route(&format!("{admin}{path}"), answers)
            .route(&format!("{admin}{path}/rest/info"), reads(portal::federated_info))
    })
}

/// What clients ask before they reach an operation.
fn discovery() -> Router<Entrance> {
    Router::new()
        .route("/arcgis/info", reads(portal::info))
        .route("/arcgis/rest/info", reads(portal::info))
        .route("/arcgis/sharing/rest", reads(portal::version))
        .route("/arcgis/sharing/rest/", reads(portal::version))
        .route("/arcgis/sharing/rest/info", reads(portal::federated_info))
        .route("/arcgis/sharing/rest/portals/self", reads(portal::portal))
        .route("/arcgis/sharing/rest/portals/{id}/roles", reads(portal::roles))
        .route("/arcgis/sharing/rest/portals/{id}/servers", reads(portal::servers))
        .route("/arcgis/sharing/rest/community/self", reads(portal::user))
        .route("/arcgis/sharing/rest/community/users/{name}", reads(portal::named_user))
}

fn reads<H, T>(handler: H) -> MethodRouter<Entrance>
where
    H: Handler<T, Entrance>,
    T: 'static,
{
    get(handler.clone()).post(handler)
}
