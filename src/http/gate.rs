//! The layers around a router: what every request passes before a handler sees it.
//!
//! This owns their order and the refusals that need no body: Host, target, size of the head, transfer coding, unknown path,
//! wrong method. It must never read a body, which is the handlers' business through `body::read`.
//!
//! Easy to get wrong: hyper does not look at Host at all, and it forgives a Transfer-Encoding that merely
//! ends in `chunked`. A refusal that leaves the body unread also closes the connection, and says so, because
//! what follows must not be taken for the next request.

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use http::{HeaderMap, HeaderValue, Uri, header, uri::Authority};

use super::{
    fault::{Fault, FaultRenderer},
    limits::Limits,
    panic, request_id,
    unread::Unread,
};

/// Puts the layers around a finished router, outermost first: request id, metrics and response headers;
/// panics; this module's refusals. Also answers unknown paths and methods, so call it once, last: the router
/// must not have a fallback of its own.
pub fn harden(router: Router, limits: &Limits, render: FaultRenderer) -> Router {
    let limits = *limits;
    describe_metrics();
    router
        .fallback(move |uri: Uri| async move { render(uri.path(), Fault::UnknownPath) })
        .method_not_allowed_fallback(
            move |uri: Uri| async move { render(uri.path(), Fault::MethodNotAllowed) },
        )
        .layer(from_fn(move |request, next| admit(request, next, limits, render)))
        .layer(from_fn(move |request, next| panic::catch(request, next, render)))
        .layer(from_fn(request_id::track))
}

/// Tells what the metrics of this module mean.
fn describe_metrics() {
    metrics::describe_counter!(
        "offstage_http_requests_total",
        "Requests answered, by method, route and status."
    );
    metrics::describe_histogram!(
        "offstage_http_request_duration_seconds",
        "How long answers took, to their first byte."
    );
    metrics::describe_gauge!("offstage_http_requests_in_flight", "Requests that are being answered.");
    metrics::describe_counter!("offstage_http_panics_total", "Requests that failed by a fault of ours.");
    metrics::describe_counter!(
        "offstage_http_connection_cap_reached_total",
        "How often a new connection had to wait for an open one to end."
    );
    metrics::describe_counter!(
        "offstage_http_handshakes_failed_total",
        "Connections that ended without a TLS session, by reason."
    );
}

async fn admit(request: Request, next: Next, limits: Limits, render: FaultRenderer) -> Response {
    let checked = check_host(request.headers())
        .and_then(|()| check_target(request.uri(), limits.max_target_bytes))
        .and_then(|()| check_head(request.uri(), request.headers(), &limits))
        .and_then(|()| check_transfer_encoding(request.headers()));
    match checked {
        Ok(()) => {
            let (request, unread) = Unread::watch(request);
            let mut response = next.run(request).await;
            // hyper closes by itself when it sees bytes left over; this tells the client.
            if unread.is_left() {
                close_after(&mut response);
            }
            response
        }
        Err(fault) => {
            let mut response = render(request.uri().path(), fault);
            close_after(&mut response);
            response
        }
    }
}

fn close_after(response: &mut Response) {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
}

/// RFC 9112 section 3.2, and stricter for HTTP/1.0, which may leave Host out there but not here.
fn check_host(headers: &HeaderMap) -> Result<(), Fault> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(Fault::BadHost);
    };
    let authority = Authority::try_from(host.as_bytes()).map_err(|_| Fault::BadHost)?;
    // The parser takes any text for a port; RFC 3986 allows an empty one.
    let after_host = authority.as_str().strip_prefix(authority.host()).ok_or(Fault::BadHost)?;
    let port = after_host.strip_prefix(':').unwrap_or(after_host);
    let port_is_good = port.is_empty() || (!port.starts_with('+') && port.parse::<u16>().is_ok());
    // A user name stands before the host, so it was refused with the prefix.
    if authority.host().is_empty() || !port_is_good {
        return Err(Fault::BadHost);
    }
    Ok(())
}

/// Refuses `OPTIONS *`, `CONNECT host:port` and whatever else is not a path.
fn check_target(uri: &Uri, max_target_bytes: usize) -> Result<(), Fault> {
    if !uri.path().starts_with('/') {
        return Err(Fault::MalformedHead);
    }
    // Without the scheme and host of an absolute target, which only proxies' clients send.
    let length_bytes = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length_bytes > max_target_bytes {
        return Err(Fault::UriTooLong { limit_bytes: max_target_bytes });
    }
    Ok(())
}

/// hyper is lenient up to a bound of its own, so that most of these are refused in the dialect's words.
fn check_head(uri: &Uri, headers: &HeaderMap, limits: &Limits) -> Result<(), Fault> {
    const SEPARATORS_BYTES: usize = ": \r\n".len();
    let lines: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + SEPARATORS_BYTES).sum();
    let target = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if headers.len() > limits.max_headers || target + lines > limits.max_head_bytes {
        return Err(Fault::HeadTooLarge {
            limit_lines: limits.max_headers,
            limit_bytes: limits.max_head_bytes,
        });
    }
    Ok(())
}

/// Only `chunked` is ever undone here, so any other coding would reach a handler still encoded.
fn check_transfer_encoding(headers: &HeaderMap) -> Result<(), Fault> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, None) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        (Some(_) | None, Some(_)) | (Some(_), None) => Err(Fault::MalformedHead),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &header::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_an_optional_port() {
        for host in ["example", "example.com:8080", "127.0.0.1", "[::1]:80"] {
            assert_eq!(check_host(&headers(&header::HOST, &[host])), Ok(()), "{host}");
        }
        for host in [
            "",
            "a b",
            "a/b",
            "user@example",
            ":80",
            "example:port",
            "example:+80",
            "@example",
            "example:99999",
            "a,b:1:2",
        ] {
            assert_eq!(check_host(&headers(&header::HOST, &[host])), Err(Fault::BadHost), "{host}");
        }
    }

    #[test]
    fn two_hosts_are_refused_even_when_equal() {
        assert_eq!(check_host(&headers(&header::HOST, &["a", "a"])), Err(Fault::BadHost));
    }

    #[test]
    fn no_transfer_coding_passes_but_one_chunked() {
        let check =
            |values: &[&'static str]| check_transfer_encoding(&headers(&header::TRANSFER_ENCODING, values));
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&["Chunked"]), Ok(()));
        assert_eq!(check(&["gzip, chunked"]), Err(Fault::MalformedHead));
        assert_eq!(check(&["chunked", "chunked"]), Err(Fault::MalformedHead));
    }

    #[test]
    fn a_target_must_be_a_path_of_bounded_length() {
        assert_eq!(check_target(&Uri::from_static("/a?b=c"), 6), Ok(()));
        assert_eq!(check_target(&Uri::from_static("http://host/a?b=c"), 6), Ok(()));
        assert_eq!(check_target(&Uri::from_static("/a?b=cd"), 6), Err(Fault::UriTooLong { limit_bytes: 6 }));
        assert_eq!(check_target(&Uri::from_static("*"), 6), Err(Fault::MalformedHead));
        assert_eq!(check_target(&Uri::from_static("host:80"), 6), Err(Fault::MalformedHead));
    }
}
