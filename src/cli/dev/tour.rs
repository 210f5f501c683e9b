//! What `offstage dev` prints when it serves: the line `ready …`, and three commands to paste.
//!
//! Owns the words only; what is in the directory comes in as facts. The token is written into the commands, or they
//! would not work in another shell than the one that started this.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

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

/// The `ready` line and the tour, ready to print.
pub(super) fn text(listening: SocketAddr, facts: &TourFacts, token: &AdminToken) -> String {
    let base = format!("http://{}", reachable(listening));
    let whose = match token {
        AdminToken::Made(token) => {
            format!("The administrator's token, made for this start: {}", token.expose_secret())
        }
        AdminToken::Given(_) => "The administrator's token is the one you gave.".to_owned(),
    };
    let commands = commands(&base, facts, &header(token));
    let shown = commands.map(|(what, command)| format!("# {what}\n{command}\n\n")).concat();
    format!("ready {base}\n\n{whose}\n\n{shown}")
}

/// The header that carries the token, quoted for a shell.
fn header(token: &AdminToken) -> String {
    let (AdminToken::Given(token) | AdminToken::Made(token)) = token;
    format!("-H 'SEC: {}'", token.expose_secret().replace('\'', r"'\''"))
}

fn commands(base: &str, facts: &TourFacts, header: &str) -> [(&'static str, String); 3] {
    let Some(user) = facts.user_id else { return commands_without_users(base) };
    let users = format!("{base}/api/staged_config/access/users");
    let tasks = format!("{base}/api/staged_config/access/user_delete_tasks");
    let task = facts.next_task_id;
    let delete = |user: u64| format!("curl -sS -X DELETE {header} {users}/{user}");
    let cancel = |task: u64| {
        format!(
            "curl -sS -X POST {header} -H 'Content-Type: application/json' -d '{{\"status\":\"CANCEL_REQUESTED\"}}' {tasks}/{task}"
        )
    };
    // In one line, so that the cancel is in time however slowly one pastes.
    let third = facts.other_user_id.map_or_else(
        || ("See what depended on the user.", format!("curl -sS {header} {tasks}/{task}/results")),
        |other| {
            let both = format!("{} && echo && {}", delete(other), cancel(task + 1));
            ("Change your mind: cancel a deletion while its checks run.", both)
        },
    );
    [
        ("Ask for the deletion of a user: the answer is a task.", delete(user)),
        ("See how far the task is, and what it says.", format!("curl -sS {header} {tasks}/{task}")),
        third,
    ]
}

fn commands_without_users(base: &str) -> [(&'static str, String); 3] {
    [
        (
            "There are no users yet (see --seed and `offstage import`). Is it ready?",
            format!("curl -sS {base}/readyz"),
        ),
        ("What can it do?", format!("curl -sS {base}/api-docs/openapi.json")),
        ("What does it count?", format!("curl -sS {base}/metrics")),
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
        text("0.0.0.0:8080".parse().unwrap(), facts, token)
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
