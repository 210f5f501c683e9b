//! A dependent as this dialect shows it, the same in and out.
//!
//! Easy to get wrong: what is not known is null and written out, so
//! that a reader need not guess whether a member exists.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        ops::{request::dependents::write_cursor, words::DatabaseWord},
        problem::Problem,
        service::{DependentsPage, Registration},
    },
    domain::{
        dependents::{Database, Dependent},
        task::UserId,
    },
};

/// RFC 3986's unreserved characters stay as they are.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Something that depends on a user.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredDependent)]
pub(crate) struct DependentView {
    /// What it is.
    r#type: String,
    /// Its identifier among those of its type.
    id: String,
    /// What people call it.
    #[schema(required)]
    name: Option<String>,
    /// Whose it is.
    #[schema(required)]
    owner: Option<String>,
    /// Which database it lives in.
    #[schema(required, value_type = Option<DatabaseWord>)]
    database: Option<&'static str>,
    /// The groups it is in.
    group_ids: Vec<u64>,
    /// It stops the deletion of the user.
    blocking: bool,
}

impl From<Dependent> for DependentView {
    fn from(dependent: Dependent) -> Self {
        Self {
            r#type: dependent.kind.as_str().to_owned(),
            id: dependent.id,
            name: dependent.name,
            owner: dependent.owner,
            database: dependent.database.map(Database::name),
            group_ids: dependent.group_ids,
            blocking: dependent.blocking,
        }
    }
}

/// A page of dependents.
#[derive(Serialize, ToSchema)]
#[schema(as = RegisteredDependents)]
pub(crate) struct Items {
    /// In the order of type and id.
    items: Vec<DependentView>,
    /// The cursor of the next page; null at the end.
    #[schema(required)]
    next: Option<String>,
}

/// A dependent that was registered.
pub(crate) fn registered(
    user: UserId,
    dependent: Dependent,
    registration: Registration,
) -> Result<Response, Problem> {
    match registration {
        Registration::Updated => Ok(Json(DependentView::from(dependent)).into_response()),
        Registration::Created => {
            let location = location(user, &dependent)?;
            let mut response = (StatusCode::CREATED, Json(DependentView::from(dependent))).into_response();
            response.headers_mut().insert(header::LOCATION, location);
            Ok(response)
        }
    }
}

/// A page of dependents.
pub(crate) fn page(page: DependentsPage) -> Response {
    let items = page.items.into_iter().map(DependentView::from).collect();
    Json(Items { items, next: page.next.as_deref().map(write_cursor) }).into_response()
}

fn location(user: UserId, dependent: &Dependent) -> Result<HeaderValue, Problem> {
    let (kind, id) = (dependent.kind.as_str(), utf8_percent_encode(&dependent.id, SEGMENT));
    let path = format!("/ops/v1/users/{user}/dependents/{kind}/{id}");
    HeaderValue::try_from(path).map_err(|error| Problem::internal().caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dependents::Label;

    #[test]
    fn a_new_dependent_says_where_it_is() {
        let dependent = Dependent {
            kind: Label::new("REPORT").unwrap(),
            id: "a/b ä".into(),
            name: None,
            owner: None,
            database: None,
            group_ids: vec![],
            blocking: true,
        };
        let created = registered(UserId(5), dependent.clone(), Registration::Created).unwrap();
        assert_eq!(created.status(), 201);
        assert_eq!(created.headers()["location"], "/ops/v1/users/5/dependents/REPORT/a%2Fb%20%C3%A4");
        let updated = registered(UserId(5), dependent, Registration::Updated).unwrap();
        assert_eq!(updated.status(), 200);
        assert!(!updated.headers().contains_key("location"));
    }
}
