//! What `offstage dev` prints when it serves: the line `ready …`, and three commands to paste.
//!
//! Owns the words only; what is in the directory comes in as facts. The token is written into the commands, or they
//! would not work in another shell than the one that started this.
//!
//! Easy to get wrong: a certificate for trying things out is no authority's, and names `localhost`. So that the commands
//! work, they trust it by its file, and go to that name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{self, Path};

use secrecy::ExposeSecret as _;

use super::token::AdminToken;

/// What the tour shows of the directory; without a user it shows other things.
#[derive(Clone, Debug, Default)]
pub struct TourFacts {
    /// A staged user whose deletion is not blocked.
    pub user_id: Option<u64>,
    /// Another one, whose deletion the tour cancels; none if checks end too soon for a cancel.
    pub other_user_id: Option<u64>,
    /// The id that the next task gets.
    pub next_task_id: u64,
}

/// The `ready` line and the tour, ready to print; `tls_cert` is the file of the certificate, if there is one.
pub(super) fn text(
    listening: SocketAddr,
    tls_cert: Option<&Path>,
    facts: &TourFacts,
    token: &AdminToken,
) -> String {
    let base = base(reachable(listening), tls_cert.is_some());
    let whose = match token {
        AdminToken::Made(token) => {
            format!("The administrator's token, made for this start: {}", token.expose_secret())
        }
        AdminToken::Given(_) => "The administrator's token is the one you gave.".to_owned(),
    };
    let commands = commands(&base, &curl(tls_cert), facts, &header(token));
    let shown = commands.map(|(what, command)| format!("# {what}\n{command}\n\n")).concat();
    format!("ready {base}\n\n{whose}\n\n{shown}")
}

/// The header that carries the token, quoted for a shell.
fn header(token: &AdminToken) -> String {
    let (AdminToken::Given(token) | AdminToken::Made(token)) = token;
    format!("-H {}", quoted(&format!("SEC: {}", token.expose_secret())))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Where the API is asked.
fn base(listening: SocketAddr, tls: bool) -> String {
    match (tls, listening.ip().is_loopback()) {
        (false, _) => format!("http://{listening}"),
        (true, false) => format!("https://{listening}"),
        (true, true) => format!("https://localhost:{}", listening.port()),
    }
}

/// The command, which trusts the certificate of that file.
fn curl(tls_cert: Option<&Path>) -> String {
    tls_cert.map_or_else(
        || "curl -sS".to_owned(),
        |file| {
            let file = path::absolute(file).unwrap_or_else(|_| file.to_owned());
            format!("curl -sS --cacert {}", quoted(&file.to_string_lossy()))
        },
    )
}

fn commands(base: &str, curl: &str, facts: &TourFacts, header: &str) -> [(&'static str, String); 3] {
    let Some(user) = facts.user_id else { return commands_without_users(base, curl) };
    let users = format!("{base}/api/staged_config/access/users");
    let tasks = format!("{base}/api/staged_config/access/user_delete_tasks");
    let task = facts.next_task_id;
    let delete = |user: u64| format!("{curl} -X DELETE {header} {users}/{user}");
    let cancel = |task: u64| {
        format!(
            "{curl} -X POST {header} -H 'Content-Type: application/json' -d '{{\"status\":\"CANCEL_REQUESTED\"}}' {tasks}/{task}"
        )
    };
    // In one line, so that the cancel is in time however slowly one pastes.
    let third = facts.other_user_id.map_or_else(
        || ("See what depended on the user.", format!("{curl} {header} {tasks}/{task}/results")),
        |other| {
            let both = format!("{} && echo && {}", delete(other), cancel(task + 1));
            ("Change your mind: cancel a deletion while its checks run.", both)
        },
    );
    [
        ("Ask for the deletion of a user: the answer is a task.", delete(user)),
        ("See how far the task is, and what it says.", format!("{curl} {header} {tasks}/{task}")),
        third,
    ]
}

fn commands_without_users(base: &str, curl: &str) -> [(&'static str, String); 3] {
    [
        (
            "There are no users yet (see --seed and `offstage import`). Is it ready?",
            format!("{curl} {base}/readyz"),
        ),
        ("What can it do?", format!("{curl} {base}/api-docs/openapi.json")),
        ("What does it count?", format!("{curl} {base}/metrics")),
    ]
}

/// An address that can be connected to: one that listens everywhere is also on the loopback.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) => IpAddr::V4(if ip.is_unspecified() { Ipv4Addr::LOCALHOST } else { ip }),
        IpAddr::V6(ip) => IpAddr::V6(if ip.is_unspecified() { Ipv6Addr::LOCALHOST } else { ip }),
    };
    SocketAddr::new(ip, listening.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(facts: &TourFacts, token: &AdminToken) -> String {
        text("0.0.0.0:8080".parse().unwrap(), None, facts, token)
    }

    #[test]
    fn with_a_certificate_the_commands_trust_its_file_and_go_to_the_name_it_is_for() {
        let facts = TourFacts { user_id: Some(5), ..TourFacts::default() };
        let token = AdminToken::Given("t0ken".to_owned().into());
        let shown =
            |address: &str| text(address.parse().unwrap(), Some(Path::new("/keys/it's.pem")), &facts, &token);
        let here = shown("0.0.0.0:8443");
        assert!(here.starts_with("ready https://localhost:8443\n"), "{here}");
        let trusting = r"curl -sS --cacert '/keys/it'\''s.pem' ";
        assert_eq!(here.lines().filter(|line| line.starts_with(trusting)).count(), 3, "{here}");
        assert_eq!(here.matches("https://localhost:8443/api/").count(), 3, "{here}");
        assert!(shown("192.0.2.1:8443").starts_with("ready https://192.0.2.1:8443\n"));
    }

    #[test]
    fn the_first_line_is_ready_and_three_lines_are_commands() {
        let facts = TourFacts { user_id: Some(5), other_user_id: Some(9), next_task_id: 41 };
        for facts in [facts, TourFacts::default()] {
            let text = shown(&facts, &AdminToken::Given("it's".to_owned().into()));
            assert_eq!(text.lines().next(), Some("ready http://127.0.0.1:8080"));
            assert_eq!(text.lines().filter(|line| line.starts_with("curl ")).count(), 3, "{text}");
        }
    }

    #[test]
    fn the_commands_name_the_user_and_the_tasks_that_will_be() {
        let facts = TourFacts { user_id: Some(5), other_user_id: Some(9), next_task_id: 41 };
        let text = shown(&facts, &AdminToken::Made("t0ken".to_owned().into()));
        for part in ["users/5\n", "user_delete_tasks/41\n", "users/9 && ", "user_delete_tasks/42\n"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.matches("made for this start: t0ken").count(), 1);
        assert!(text.contains("-H 'SEC: t0ken'"));
        let quoted = shown(&facts, &AdminToken::Given("it's".to_owned().into()));
        assert!(quoted.contains(r"-H 'SEC: it'\''s'"), "{quoted}");
    }
}
