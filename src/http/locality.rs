//! Whether a request was made on this machine.
//!
//! Easy to get wrong: one that a proxy on this machine passed on comes from afar, whatever the socket says.

use axum::extract::Request;
use http::{HeaderMap, HeaderName, header};

use super::PeerAddr;

/// Headers that a proxy adds.
const PASSED_ON: [HeaderName; 2] = [header::FORWARDED, HeaderName::from_static("x-forwarded-for")];

/// The request was made on this machine, and by nobody else's order.
#[must_use]
pub fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<PeerAddr>();
    let loopback = peer.is_some_and(|PeerAddr(addr)| addr.ip().to_canonical().is_loopback());
    loopback && !was_passed_on(request.headers())
}

fn was_passed_on(headers: &HeaderMap) -> bool {
    PASSED_ON.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn local(peer: &str, header: Option<&str>) -> bool {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(PeerAddr(peer.parse().unwrap()));
        if let Some(name) = header {
            request.headers_mut().insert(HeaderName::try_from(name).unwrap(), "10.0.0.1".parse().unwrap());
        }
        is_local(&request)
    }

    #[test]
    fn only_this_machine_is_local() {
        assert!(local("127.0.0.1:1", None));
        assert!(local("[::1]:1", None));
        assert!(local("[::ffff:127.0.0.1]:1", None));
        assert!(!local("10.0.0.1:1", None));
        assert!(!local("127.0.0.1:1", Some("x-forwarded-for")));
        assert!(!local("127.0.0.1:1", Some("forwarded")));
        assert!(!is_local(&Request::new(Body::empty())));
    }
}
