//! Asks an outside system over HTTP: a JSON array of what depends on the user, or 404 for nothing.
//!
//! Its answer is untrusted. A time-out, a refused connection, a redirect, any status but 200 and 404, a body above the
//! limit, and anything in it that is not understood is "cannot answer".
//!
//! Easy to get wrong: the answer ages from when it was asked for, not from when it came; [`Findings::asking`] is called
//! right before the request, and the wait for a free slot is over by then.

use futures::{FutureExt, StreamExt, future::BoxFuture};
use offstage::{
    config::{HttpCheckSettings, PLACEHOLDER_ID, PLACEHOLDER_USERNAME},
    domain::{dependents::Dependent, sub_type::SubType},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, Response, StatusCode, redirect};
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Check, Findings, Subject, Unanswered};

mod answer;

/// Everything but RFC 3986's unreserved characters is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// See the module's header.
#[derive(Debug)]
pub struct Http {
    name: String,
    sub_type: SubType,
    url: String,
    timeout: Duration,
    max_body_bytes: usize,
    slots: Semaphore,
    client: Client,
}

impl Http {
    /// The check of these settings.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(settings: &HttpCheckSettings) -> anyhow::Result<Self> {
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().build()?;
        Ok(Self {
            name: settings.name.clone(),
            sub_type: settings.sub_type(),
            url: settings.url.clone(),
            timeout: Duration::from_millis(settings.timeout_ms),
            max_body_bytes: settings.max_body_bytes,
            slots: Semaphore::new(settings.concurrency),
            client,
        })
    }

    fn url_for(&self, subject: &Subject) -> String {
        let username = utf8_percent_encode(&subject.username, ENCODED).to_string();
        // The id goes in first: an encoded name cannot contain a placeholder.
        let id = subject.about.user().map_or_else(String::new, |user| user.to_string());
        self.url.replace(PLACEHOLDER_ID, &id).replace(PLACEHOLDER_USERNAME, &username)
    }

    async fn ask(&self, subject: &Subject, findings: &Findings) -> Result<Vec<Dependent>, Unanswered> {
        findings.asking();
        let outcome = tokio::time::timeout(self.timeout, self.exchange(subject)).await;
        outcome
            .unwrap_or_else(|_| Err(Unanswered(format!("no answer within {} ms", self.timeout.as_millis()))))
    }

    async fn exchange(&self, subject: &Subject) -> Result<Vec<Dependent>, Unanswered> {
        // An error of the client names the URL, and the URL names the user: it must not reach the log.
        let failed =
            |error: reqwest::Error| Unanswered(format!("the request failed: {}", error.without_url()));
        let response = self.client.get(self.url_for(subject)).send().await.map_err(failed)?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(Vec::new()),
            StatusCode::OK => answer::parse(&self.body(response).await?),
            status => Err(Unanswered(format!("the answer was {}", status.as_u16()))),
        }
    }

    async fn body(&self, response: Response) -> Result<Vec<u8>, Unanswered> {
        let mut body = Vec::new();
        let mut chunks = response.bytes_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk
                .map_err(|error| Unanswered(format!("the answer broke off: {}", error.without_url())))?;
            if body.len() + chunk.len() > self.max_body_bytes {
                return Err(Unanswered(format!("the answer is longer than {} bytes", self.max_body_bytes)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl Check for Http {
    fn name(&self) -> &str {
        &self.name
    }

    fn asks_outside(&self) -> bool {
        true
    }

    fn sub_type(&self) -> Option<SubType> {
        Some(self.sub_type)
    }

    fn applies(&self, subject: &Subject) -> bool {
        subject.about.user().is_some()
    }

    fn slot(&self) -> BoxFuture<'_, Option<SemaphorePermit<'_>>> {
        self.slots.acquire().map(Result::ok).boxed()
    }

    fn find<'a>(
        &'a self,
        subject: &'a Subject,
        findings: &'a Findings,
    ) -> BoxFuture<'a, Result<(), Unanswered>> {
        async move {
            for dependent in self.ask(subject, findings).await? {
                findings.add(dependent).await;
            }
            Ok(())
        }
        .boxed()
    }
}
