//! Asking for deletions, up to a thousand users a request.
//!
//! Owns the requests and their keys: each has a random one of its own, so that a repetition after a time-out or a 503 gets
//! the first answer again instead of asking anew.

use rand::RngCore as _;
use serde_json::{Value, json};

use super::users::User;
use crate::cli::{
    client::{
        http::{Client, Request},
        model::{Items, Verdict, decode},
    },
    words::Moment,
};

/// Users in one request.
const AT_ONCE: usize = 1_000;

/// What came of asking.
#[derive(Debug)]
pub(super) struct Asked {
    /// What the server said about each user, in order: as it is shown, and as it came.
    pub(super) verdicts: Vec<(Verdict, Value)>,
    /// Why the rest was not asked for.
    pub(super) failure: Option<anyhow::Error>,
}

/// Asks for all of them. A failure before the first answer is an error, a later one goes with what came before.
pub(super) async fn ask(
    client: &Client,
    users: &[User],
    dry_run: bool,
    not_before: Option<Moment>,
) -> anyhow::Result<Asked> {
    let not_before = match not_before {
        Some(moment) => Some(moment.ms(client.now().await?)),
        None => None,
    };
    let mut asked = Asked { verdicts: Vec::new(), failure: None };
    for some in users.chunks(AT_ONCE) {
        let documents: Vec<_> = some.iter().map(User::document).collect();
        let body = json!({ "users": documents, "not_before": not_before, "dry_run": dry_run });
        match ask_some(client, body).await {
            Ok(verdicts) => asked.verdicts.extend(verdicts),
            Err(error) if asked.verdicts.is_empty() => return Err(error),
            Err(error) => {
                let (answered, all) = (asked.verdicts.len(), users.len());
                let context =
                    format!("only the first {answered} of {all} users are sure to have been asked for");
                asked.failure = Some(error.context(context));
                break;
            }
        }
    }
    Ok(asked)
}

async fn ask_some(client: &Client, body: Value) -> anyhow::Result<Vec<(Verdict, Value)>> {
    let request = Request::post(&["deletions"]).body(body).key(new_key());
    let document = client.send_until_answered(request).await?;
    let items: Items<Value> = decode(client, &document)?;
    let read = |item: Value| Ok((decode(client, &item)?, item));
    items.items.into_iter().map(read).collect()
}

/// A key that nobody else has: 128 random bits.
fn new_key() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    format!("offstage-delete-{:032x}", u128::from_be_bytes(bytes))
}
