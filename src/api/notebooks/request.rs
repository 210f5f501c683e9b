//! Reading requests: what is said, by whom, from where, and how the answer is to be written.
//!
//! Owns the order in which a handler may look: [`Asked::admit`] before [`Asked::given`]. Tokens come in bodies here, so a
//! body is read before its sender is known; what is wrong with it is kept until he is.
//!
//! It must never believe a header about scheme, host or address, but for `Host` itself: behind a proxy, the proxy is whom
//! we talk to.
//!
//! Easy to get wrong: a body that cannot be read may have had the token in it, and the format. Its sender is told what is
//! wrong with it, and not that he has no token; in JSON, since people do not write bodies.

mod carriers;
mod format;
mod given;
pub(super) mod jobs;
pub(super) mod logins;
pub(super) mod workspaces;

use axum::extract::{Path, Request, rejection::PathRejection};
use http::header;
use std::time::Duration;

pub(super) use self::{format::Format, given::Given};
use crate::{
    api::{
        problem::{Problem, ProblemKind},
        service::{Operation, Origin, Principal, Service, Session, SessionTerms},
    },
    http::{Scheme, read, require_form},
};

/// The largest body: names and paths in any encoding.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// One piece of a path, or why it could not be taken out of it.
pub(super) type Piece = Result<Path<String>, PathRejection>;

/// The text of a piece of the path; empty, which nothing is, where it is not UTF-8.
pub(super) fn text(piece: Piece) -> String {
    piece.map(|Path(text)| text).unwrap_or_default()
}

/// What is wrong with a request, told once its sender is known.
#[derive(Clone)]
struct Wrong {
    kind: ProblemKind,
    public: String,
}

impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Self {
        Self { kind: problem.kind, public: problem.public }
    }
}

/// A request as a handler sees it. Has no `Debug` on purpose.
pub(super) struct Asked {
    given: Result<Given, Wrong>,
    format: Result<Format, Wrong>,
    token: Result<Option<String>, Wrong>,
    from: Origin,
    scheme: Scheme,
    host: String,
}

impl Asked {
    /// Reads a request, whatever is wrong with it.
    pub(super) async fn read(request: Request, timeout: Duration) -> Self {
        let from = carriers::origin(&request);
        let scheme = request.extensions().get::<Scheme>().copied().unwrap_or(Scheme::Http);
        let query = request.uri().query().map(str::to_owned);
        let headers = request.headers().clone();
        let given = body(request, query.as_deref(), timeout).await.map_err(Wrong::from);
        // What can be read of a request is enough to know its sender, and the format he expects.
        let readable = match &given {
            Ok(given) => given,
            Err(_) => &Given::read(b"", query.as_deref()).unwrap_or_default(),
        };
        let token = match (carriers::token(readable, &headers), &given) {
            (Ok(None), Err(wrong)) => Err(wrong.clone()),
            (token, _) => token.map_err(Wrong::from),
        };
        let unless_said = if given.is_ok() { Format::Html } else { Format::Json };
        Self {
            token,
            format: Format::of(readable, unless_said).map_err(Wrong::from),
            host: headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
            given,
            from,
            scheme,
        }
    }

    /// Who calls.
    pub(super) async fn caller(&self, service: &Service) -> Result<Principal, Problem> {
        let token = self.token.clone().map_err(told)?;
        service.authenticate(carriers::credentials(token, self.from.clone())?).await
    }

    /// Another token for the one he shows.
    pub(super) async fn exchange(&self, service: &Service, terms: &SessionTerms) -> Result<Session, Problem> {
        let token = self.token.clone().map_err(told)?;
        service.exchange_session(carriers::credentials(token, self.from.clone())?, terms).await
    }

    /// Who calls, if he may do that.
    pub(super) async fn admit(&self, service: &Service, operation: Operation) -> Result<Principal, Problem> {
        let principal = self.caller(service).await?;
        operation.permit(&principal)?;
        Ok(principal)
    }

    /// What he says.
    pub(super) fn given(&self) -> Result<&Given, Problem> {
        self.format.as_ref().map_err(|wrong| told(wrong.clone()))?;
        self.given.as_ref().map_err(|wrong| told(wrong.clone()))
    }

    /// How the answer is to be written. Who asks for a format that there is not is a program.
    pub(super) fn format(&self) -> Format {
        self.format.as_ref().map_or(Format::Json, |format| *format)
    }

    /// He shows a token, in whatever place.
    pub(super) fn has_token(&self) -> bool {
        !matches!(self.token, Ok(None))
    }

    /// Where the request comes from.
    pub(super) fn from(&self) -> &Origin {
        &self.from
    }

    /// What he calls us: a host, with a port where he needs one.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The request came over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.scheme == Scheme::Https
    }

    /// Where he finds what is at that path.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme.name(), self.host)
    }
}

async fn body(request: Request, query: Option<&str>, timeout: Duration) -> Result<Given, Problem> {
    let (parts, body) = read(request, MAX_BODY_BYTES, timeout).await?;
    require_form(&parts.headers, &body)?;
    Given::read(&body, query)
}

fn told(wrong: Wrong) -> Problem {
    Problem::new(wrong.kind, wrong.public)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn asked(uri: &str, headers: &[(&str, &str)], body: &str) -> Asked {
        let mut request = Request::builder().method("POST").uri(uri).header("host", "gis.example.com:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        Asked::read(request, Duration::from_secs(5)).await
    }

    const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

    #[tokio::test]
    async fn a_body_that_cannot_be_read_hides_neither_sender_nor_format() {
        let json = ("content-type", "application/json");
        for (header, body, kind) in [
            (json, "{}", ProblemKind::UnsupportedBody),
            (FORM, "a=%zz", ProblemKind::BadBody),
            (FORM, &"x".repeat(MAX_BODY_BYTES + 1), ProblemKind::BodyTooLarge),
        ] {
            let asked = asked("/?token=t&f=pjson", &[header], body).await;
            assert_eq!(asked.given().unwrap_err().kind, kind);
            assert!(asked.has_token());
            assert_eq!(asked.format(), Format::PrettyJson);
        }
    }

    #[tokio::test]
    async fn what_a_body_that_cannot_be_read_may_have_said_is_not_held_against_its_sender() {
        let latin = ("content-type", "application/x-www-form-urlencoded; charset=ISO-8859-1");
        let large = format!("f=json&token=t&a={}", "x".repeat(MAX_BODY_BYTES));
        for (headers, body, kind) in [
            (&[FORM][..], "f=json&token=t&a=%zz", ProblemKind::BadBody),
            (&[FORM], "f=json&token=t&a=%ff", ProblemKind::BadBody),
            (&[FORM], &large, ProblemKind::BodyTooLarge),
            (&[], "f=json&token=t", ProblemKind::UnsupportedBody),
            (&[latin], "f=json&token=t", ProblemKind::UnsupportedBody),
        ] {
            let asked = asked("/", headers, body).await;
            assert_eq!(asked.format(), Format::Json, "{headers:?}");
            assert_eq!(asked.token.err().map(|wrong| wrong.kind), Some(kind), "{headers:?}");
        }
        assert_eq!(asked("/?f=html", &[], "x").await.format(), Format::Html);
    }

    #[tokio::test]
    async fn who_asks_for_an_unknown_format_is_told_in_json() {
        let asked = asked("/", &[FORM], "f=xml").await;
        assert_eq!(asked.format(), Format::Json);
        assert_eq!(asked.given().unwrap_err().kind, ProblemKind::BadParameter { name: "f" });
    }

    #[tokio::test]
    async fn an_address_is_what_the_caller_calls_us() {
        let forwarded = [
            ("x-forwarded-host", "evil.example.com"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "host=e"),
        ];
        let asked = asked("http://elsewhere/", &forwarded, "").await;
        assert_eq!(asked.address("/arcgis"), "http://gis.example.com:8080/arcgis");
        assert!(!asked.is_secure());
    }
}
