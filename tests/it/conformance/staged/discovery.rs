//! Finding out what there is to be called, and by what.
//!
//! Easy to get wrong: the numbers of the help's entries change with every route that is added, so none is recorded.

use reqwest::Method;

use super::{Call, Tape};
use offstage_tests::fixtures::{ADMIN_TOKEN, READER_TOKEN};

const ENDPOINTS: &str = "/api/help/endpoints";
const ABOUT_LOGOUT: &str = "filter=version%3D26.0+and+path%3D'/auth/logout'";

/// Somebody who knows nothing but the address asks around.
pub(super) async fn a_client_looks_around(tape: &mut Tape) {
    tape.ask(
        "A client asks what it speaks with.",
        Method::GET,
        "/api/system/about?fields=external_version,release_name",
    )
    .await;
    let path = "/api/help/versions?filter=version+in+('14.0',+'26.0')&fields=version,deprecated,removed";
    tape.ask("It asks which versions there are.", Method::GET, path).await;
    let path = format!(
        "{ENDPOINTS}?{ABOUT_LOGOUT}&fields=http_method,+path,+summary,+success_responses,+error_responses"
    );
    tape.ask("It asks about an endpoint.", Method::GET, &path).await;
    let path =
        format!("{ENDPOINTS}?filter=version%3D26.0+and+http_method%3DDELETE&fields=path,caller_has_access");
    let part = Call::new(Method::GET, path).header("sec", READER_TOKEN).header("range", "items=0-4");
    tape.send("Somebody else asks what he may delete.", part).await;
    let path =
        "/api/help/resources?filter=version%3D26.0+and+path%3D'/staged_config/access'&fields=path,resource";
    tape.ask("It asks about a resource.", Method::GET, path).await;
    for entry in ["endpoints", "resources", "versions"] {
        let path = format!("/api/help/{entry}/1?fields=version");
        tape.ask("It asks for the first entry.", Method::GET, &path).await;
        tape.ask("There is none before it.", Method::GET, &format!("/api/help/{entry}/0")).await;
    }
}

/// Somebody asks in ways that are not spoken here.
pub(super) async fn what_is_common_to_all_is_refused(tape: &mut Tape) {
    let about = || Call::new(Method::GET, "/api/system/about?fields=release_name");
    tape.send("Nobody asks.", about()).await;
    let asks = |name, value: &str| about().header("sec", ADMIN_TOKEN).header(name, value);
    tape.send("An old client asks.", asks("version", "9.1")).await;
    tape.send("One of long ago asks.", asks("version", "3.0")).await;
    tape.send("One asks for what never was.", asks("version", "17.5")).await;
    tape.send("A browser asks for a page.", asks("accept", "text/html")).await;
    let xml = Call { body: "<a/>".to_owned(), ..asks("content-type", "application/xml") };
    tape.send("Somebody speaks XML.", xml).await;
}
