//! A name and a password, as XML or as JSON.
//!
//! Easy to get wrong: real clients leave white space between the elements, and a password may begin or end with some.

use axum::{body::Bytes, extract::Request};
use secrecy::SecretString;
use std::{net::IpAddr, time::Duration};
use utoipa::ToSchema;

use super::{Media, body};
use crate::{
    api::{
        platform::xml::{self, Element, faulty},
        problem::{Problem, ProblemKind},
    },
    http::{Fault, PeerAddr, members},
};

/// Who logs on, in XML: `<User><name></name><pass></pass></User>`; or the same in JSON.
#[derive(ToSchema)]
#[schema(as = PlatformLogon, xml(name = "User"))]
#[expect(dead_code, reason = "bodies are read element by element; this only describes them")]
pub(in crate::api::platform) struct LogonBody {
    /// His name.
    name: String,
    /// His password.
    pass: String,
}

/// Who logs on.
pub(in crate::api::platform) struct Logon {
    /// His name.
    pub(in crate::api::platform) name: String,
    /// His password.
    pub(in crate::api::platform) password: SecretString,
    /// The address of the socket's other end.
    pub(in crate::api::platform) from: Option<IpAddr>,
}

/// Reads who logs on.
pub(in crate::api::platform) async fn logon(request: Request, timeout: Duration) -> Result<Logon, Problem> {
    let from = PeerAddr::ip_of(&request);
    let (media, bytes) = body(request, timeout).await?;
    if bytes.is_empty() {
        return Err(Fault::MissingBody.into());
    }
    let (name, password) = match media {
        Media::Json => json(&bytes)?,
        Media::Xml | Media::Form | Media::Text => xml::read(&bytes, "User", read)?,
    };
    if name.is_empty() {
        return Err(Problem::new(ProblemKind::BadBody, "The user name must not be empty."));
    }
    Ok(Logon { name, password, from })
}

fn json(bytes: &Bytes) -> Result<(String, SecretString), Problem> {
    let mut all = members(bytes)?;
    let logon = (all.take_string("name")?, all.take_string("pass")?.into());
    all.finish()?;
    Ok(logon)
}

fn read(root: Element<'_>) -> Result<(String, SecretString), Problem> {
    root.attributes([])?;
    let children = root.children(&["name", "pass"])?;
    let text = |name: &str| {
        let child = Element::one(&children, name)?;
        child.ok_or_else(|| faulty(format!("The element User must hold the element {name}.")))?.text()
    };
    Ok((text("name")?, text("pass")?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use secrecy::ExposeSecret as _;

    async fn sent(content_type: &'static str, text: &'static str) -> Result<(String, String), ProblemKind> {
        let mut request =
            Request::builder().header("content-type", content_type).body(Body::from(text)).unwrap();
        request.extensions_mut().insert(PeerAddr("10.0.0.7:1234".parse().unwrap()));
        let logon = logon(request, Duration::from_secs(5)).await.map_err(|problem| problem.kind)?;
        assert_eq!(logon.from, "10.0.0.7".parse().ok());
        Ok((logon.name, logon.password.expose_secret().to_owned()))
    }

    #[tokio::test]
    async fn a_logon_is_read_in_either_form() {
        let expected = Ok(("lsfadmin".to_owned(), "p&ss<1>".to_owned()));
        let xml = "<User><name>lsfadmin</name> <pass>p&amp;ss&lt;1&gt;</pass> </User>";
        assert_eq!(sent("application/xml", xml).await, expected);
        assert_eq!(sent("application/json", r#"{"name":"lsfadmin","pass":"p&ss<1>"}"#).await, expected);
        let spaced = sent("text/xml", "<User><pass> a </pass><name>x</name></User>").await;
        assert_eq!(spaced, Ok(("x".to_owned(), " a ".to_owned())));
    }

    #[tokio::test]
    async fn half_a_logon_is_none() {
        for text in [
            "<User><name>x</name></User>",
            "<User><name/><pass>y</pass></User>",
            "<User><name>x</name><name>x</name><pass>y</pass></User>",
            "<User><name>x</name><pass>y</pass><otp>1</otp></User>",
            "<User><name>x<b/></name><pass>y</pass></User>",
            "<user><name>x</name><pass>y</pass></user>",
        ] {
            assert_eq!(sent("application/xml", text).await, Err(ProblemKind::BadBody), "{text}");
        }
        assert_eq!(sent("application/json", r#"{"name":"x"}"#).await, Err(ProblemKind::BadBody));
        assert!(sent("application/xml", "").await.is_err());
    }
}
