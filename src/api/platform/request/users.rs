//! A user to be added or changed, as XML.
//!
//! Easy to get wrong: the real client sends `email=""` for no address, and its older documents call this body a form.

use axum::extract::Request;
use std::time::Duration;
use utoipa::ToSchema;

use super::{Media, body};
use crate::{
    api::{
        platform::xml::{self, Element, faulty},
        problem::{Problem, ProblemKind},
        service::Wanted,
    },
    domain::username::Username,
    http::Fault,
};

const MOST_EMAIL_CHARS: usize = 255;

/// A user, in XML: `<user name="" email=""><roles><role name=""/></roles></user>`. Without roles he is a normal user.
#[derive(ToSchema)]
#[schema(as = PlatformUserToAdd, xml(name = "user"))]
#[expect(dead_code, reason = "bodies are read element by element; this only describes them")]
pub(in crate::api::platform) struct UserBody {
    /// His name: none of the characters `# ? / % < >` and the back-tick, no control characters, not `.` or `..`, no white space around it.
    #[schema(xml(attribute))]
    name: String,
    /// His address; may be empty.
    #[schema(xml(attribute))]
    email: Option<String>,
    /// The names of his roles.
    roles: Option<Vec<String>>,
}

/// What a body says: whom, and what he is to have.
#[derive(Debug)]
pub(in crate::api::platform) struct Named {
    /// His name as it came.
    pub(in crate::api::platform) name: String,
    /// The rest.
    pub(in crate::api::platform) wanted: Wanted,
}

impl Named {
    /// The name, if a new user may have it.
    pub(in crate::api::platform) fn new_name(&self) -> Result<Username, Problem> {
        Username::new(&self.name).map_err(|bad| faulty(format!("This name cannot be given: {bad}.")))
    }
}

/// Reads a user.
pub(in crate::api::platform) async fn user(request: Request, timeout: Duration) -> Result<Named, Problem> {
    let (media, bytes) = body(request, timeout).await?;
    if bytes.is_empty() {
        return Err(Fault::MissingBody.into());
    }
    match media {
        Media::Xml | Media::Form => xml::read(&bytes, "user", read),
        Media::Json | Media::Text => {
            Err(Problem::new(ProblemKind::UnsupportedBody, "The body must be sent as application/xml."))
        }
    }
}

fn read(root: Element<'_>) -> Result<Named, Problem> {
    let [name, email] = root.attributes(["name", "email"])?;
    let name = name.ok_or_else(|| faulty("The element user must have the attribute name."))?;
    let children = root.children(&["roles"])?;
    let roles = match Element::one(&children, "roles")? {
        Some(roles) => Some(role_names(roles)?),
        None => None,
    };
    let email = email.filter(|email| !email.is_empty()).map(address).transpose()?;
    Ok(Named { name: name.to_owned(), wanted: Wanted { email, roles } })
}

fn role_names(roles: Element<'_>) -> Result<Vec<String>, Problem> {
    roles.attributes([])?;
    let name = |role: Element<'_>| {
        role.must_be_empty()?;
        let [name] = role.attributes(["name"])?;
        name.map(str::to_owned).ok_or_else(|| faulty("The element role must have the attribute name."))
    };
    roles.children(&["role"])?.into_iter().map(name).collect()
}

fn address(text: &str) -> Result<String, Problem> {
    let is_one = text.contains('@')
        && text.chars().count() <= MOST_EMAIL_CHARS
        && !text.chars().any(char::is_control)
        && text.trim() == text;
    if is_one { Ok(text.to_owned()) } else { Err(faulty("The attribute email is not an e-mail address.")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn sent(content_type: &'static str, text: &str) -> Result<Named, Problem> {
        let request = Request::builder().header("content-type", content_type);
        user(request.body(Body::from(text.to_owned())).unwrap(), Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn a_user_is_read_as_the_real_client_sends_him() {
        let text = r#"<user name="testUser" email="testUser@domain.com"><roles><role name="Normal User" /><role name="Cluster Administrator" /></roles></user>"#;
        for media in ["application/xml", "text/xml; charset=UTF-8", "application/x-www-form-urlencoded"] {
            let user = sent(media, text).await.unwrap();
            assert_eq!(user.name, "testUser");
            assert_eq!(user.wanted.email.as_deref(), Some("testUser@domain.com"));
            assert_eq!(user.wanted.roles.unwrap(), ["Normal User", "Cluster Administrator"]);
        }
        let bare = sent("application/xml", r#"<user name="x" email=""></user>"#).await.unwrap();
        assert!(bare.wanted.email.is_none() && bare.wanted.roles.is_none());
    }

    #[tokio::test]
    async fn a_body_that_is_no_user_is_refused() {
        for (media, text, kind) in [
            ("application/xml", "", ProblemKind::MissingBody { name: "body" }),
            ("application/json", "{}", ProblemKind::UnsupportedBody),
            ("application/xml; charset=latin1", "<user name=\"x\"/>", ProblemKind::UnsupportedBody),
            ("image/png", "<user name=\"x\"/>", ProblemKind::UnsupportedBody),
            ("application/xml", "<user/>", ProblemKind::BadBody),
            ("application/xml", "<user name=\"x\" email=\"y\"/>", ProblemKind::BadBody),
            ("application/xml", "<user name=\"x\"><roles><role/></roles></user>", ProblemKind::BadBody),
            ("application/xml", "<user name=\"x\"><roles a=\"b\"/></user>", ProblemKind::BadBody),
            ("application/xml", "<user name=\"x\"><role name=\"y\"/></user>", ProblemKind::BadBody),
        ] {
            assert_eq!(sent(media, text).await.unwrap_err().kind, kind, "{text}");
        }
        let large = format!("<user name=\"{}\"/>", "x".repeat(20_000));
        assert_eq!(sent("application/xml", &large).await.unwrap_err().kind, ProblemKind::BodyTooLarge);
        let named = sent("application/xml", "<user name=\"a#b\"/>").await.unwrap();
        assert!(named.new_name().unwrap_err().public.contains("# ? / %"));
    }
}
