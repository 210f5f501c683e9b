//! Metrics pages, read the way Prometheus reads them.

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// A metrics page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its text.
    pub text: String,
}

/// One line of it that is no comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The metric's name.
    pub name: String,
    /// Names and values of its labels.
    pub labels: Vec<(String, String)>,
    /// The number.
    pub value: f64,
}

impl Page {
    /// The page of the program whose port that is: `http://HOST:PORT`.
    pub async fn of(base: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let response = client.get(format!("{base}/metrics")).send().await.expect("the server answers");
        assert_eq!(response.status(), 200);
        let kind = response.headers()["content-type"].to_str().expect("text").to_owned();
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
        Self { text: response.text().await.expect("the body comes whole") }
    }

    /// Every sample.
    #[must_use]
    pub fn samples(&self) -> Vec<Sample> {
        let lines = self.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(read).collect()
    }

    /// The samples of a metric that have all these labels.
    #[must_use]
    pub fn find(&self, name: &str, labels: &[(&str, &str)]) -> Vec<Sample> {
        let has = |sample: &Sample, wanted: &(&str, &str)| {
            sample.labels.iter().any(|(name, value)| (name.as_str(), value.as_str()) == *wanted)
        };
        let mut samples = self.samples();
        samples.retain(|sample| sample.name == name && labels.iter().all(|label| has(sample, label)));
        samples
    }

    /// The number of the one sample of a metric that has these labels.
    #[must_use]
    #[track_caller]
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let found = self.find(name, labels);
        let [sample] = &found[..] else {
            panic!("not one {name} {labels:?} but {found:?} in:\n{}", self.text)
        };
        sample.value
    }

    /// The same, 0 where there is none yet.
    #[must_use]
    #[track_caller]
    pub fn count(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        if self.find(name, labels).is_empty() {
            return 0;
        }
        let value = self.value(name, labels);
        format!("{value}").parse().unwrap_or_else(|_| panic!("{name} {labels:?} is no count: {value}"))
    }

    /// Prometheus' own opinion of the page, where its tool is installed.
    pub fn check_by_promtool(&self) {
        let mut command = Command::new("promtool");
        command.args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped());
        let Ok(mut child) = command.spawn() else {
            eprintln!("SKIPPED: promtool is not installed");
            return;
        };
        let mut input = child.stdin.take().expect("its input is ours");
        input.write_all(self.text.as_bytes()).expect("it reads");
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}\n{}", self.text);
    }
}

/// Label values of ours hold no quotes and no commas.
fn read(line: &str) -> Sample {
    let (what, value) = line.rsplit_once(' ').expect("a sample has a number");
    let (name, labels) = what.split_once('{').map_or((what, ""), |(name, rest)| {
        (name, rest.strip_suffix('}').unwrap_or_else(|| panic!("labels end with a brace: {line}")))
    });
    let pairs = labels.split(',').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("no label: {line}"));
        (name.to_owned(), value.trim_matches('"').to_owned())
    });
    let value = value.parse().unwrap_or_else(|_| panic!("no number: {line}"));
    Sample { name: name.to_owned(), labels: pairs.collect(), value }
}
