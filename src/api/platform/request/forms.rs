//! Forms: which users are given which roles, and the address that a ping asks about.
//!
//! Easy to get wrong: a parameter that comes twice. Two are refused, or two programs could read one form as two.

use axum::extract::Request;
use std::time::Duration;
use utoipa::ToSchema;

use super::{Media, body, list};
use crate::api::{
    parameters,
    problem::{Problem, ProblemKind},
};

/// Which users are given which roles.
#[derive(ToSchema)]
#[schema(as = PlatformRoleAssignment)]
pub(in crate::api::platform) struct Assignment {
    /// The users' names, by commas.
    #[schema(value_type = String)]
    pub(in crate::api::platform) username: Vec<String>,
    /// The roles' names, by commas.
    #[schema(value_type = String)]
    pub(in crate::api::platform) roles: Vec<String>,
}

/// What a ping asks about.
#[derive(ToSchema)]
#[schema(as = PlatformPing)]
pub(in crate::api::platform) struct Ping {
    /// The address; that of this server where there is none.
    pub(in crate::api::platform) url: Option<String>,
}

/// Reads an assignment.
pub(in crate::api::platform) async fn assignment(
    request: Request,
    timeout: Duration,
) -> Result<Assignment, Problem> {
    let mut fields = Fields::read(request, timeout).await?;
    let (username, roles) = (fields.needed("username")?, fields.needed("roles")?);
    fields.finish()?;
    Ok(Assignment { username: list("username", &username)?, roles: list("roles", &roles)? })
}

/// Reads a ping, which may say nothing.
pub(in crate::api::platform) async fn ping(request: Request, timeout: Duration) -> Result<Ping, Problem> {
    let mut fields = Fields::read(request, timeout).await?;
    let url = fields.take("url")?.filter(|url| !url.is_empty());
    fields.finish()?;
    Ok(Ping { url })
}

/// The text of a ping as the old client sends it: an address and nothing else.
pub(in crate::api::platform) async fn bare_url(request: Request, timeout: Duration) -> Result<Ping, Problem> {
    let (_, bytes) = body(request, timeout).await?;
    let text = std::str::from_utf8(&bytes).map_err(|_| bad("The body is not UTF-8 text."))?.trim();
    Ok(Ping { url: (!text.is_empty()).then(|| text.to_owned()) })
}

struct Fields(Vec<(String, String)>);

impl Fields {
    async fn read(request: Request, timeout: Duration) -> Result<Self, Problem> {
        let (media, bytes) = body(request, timeout).await?;
        if media != Media::Form && !bytes.is_empty() {
            let said = "The body must be sent as application/x-www-form-urlencoded.";
            return Err(Problem::new(ProblemKind::UnsupportedBody, said));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| bad("The form is not UTF-8 text."))?;
        Ok(Self(parameters::query(Some(text)).map_err(|_| bad("The form is not UTF-8 text."))?))
    }

    fn take(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let mut values: Vec<_> = self.0.extract_if(.., |(given, _)| given == name).collect();
        let value = values.pop().map(|(_, value)| value);
        if values.is_empty() { Ok(value) } else { Err(bad(format!("The form has the field {name} twice."))) }
    }

    fn needed(&mut self, name: &'static str) -> Result<String, Problem> {
        self.take(name)?.ok_or_else(|| bad(format!("The form must have the field {name}.")))
    }

    fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(bad("The form has a field that is not known.")) }
    }
}

fn bad(said: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::BadBody, said)
}
