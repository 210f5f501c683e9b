//! What became of a deletion, in words and as a document.
//!
//! Owns the tables at the end, and which exit code all of it amounts to. Easy to get wrong: two users may share one task
//! (he was asked for by name and by id), and a user who was refused has none.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::{
    client::{
        indented,
        model::{Detail, Verdict},
    },
    exit::Exit,
    table::{Table, Tone, or_dash, tone_of},
};

/// See the module's header.
#[derive(Debug)]
pub(super) struct Report {
    verdicts: Vec<(Verdict, Value)>,
    /// The tasks that were followed to their end.
    ended: Option<BTreeMap<u64, (Detail, Value)>>,
}

impl Report {
    /// A report of what was said about each user.
    pub(super) fn new(verdicts: Vec<(Verdict, Value)>) -> Self {
        Self { verdicts, ended: None }
    }

    /// The tasks that carry the requests out.
    pub(super) fn tasks(&self) -> Vec<u64> {
        self.labels().into_keys().collect()
    }

    /// The same, with a name for each.
    pub(super) fn labels(&self) -> BTreeMap<u64, String> {
        let labelled = self.verdicts.iter().filter_map(|(verdict, _)| {
            let user =
                verdict.username.clone().or(verdict.id.map(|id| format!("user {id}"))).unwrap_or_default();
            verdict.task_id.map(|task| (task, format!("task {task} {user}")))
        });
        labelled.collect()
    }

    /// Notes how the tasks ended.
    pub(super) fn ended(&mut self, ended: BTreeMap<u64, (Detail, Value)>) {
        self.ended = Some(ended);
    }

    /// Everything, as the server sent it.
    pub(super) fn document(&self) -> String {
        let items: Vec<_> = self.verdicts.iter().map(|(_, document)| document).collect();
        let mut document = json!({ "items": items });
        if let Some(ended) = &self.ended {
            document["tasks"] = ended.values().map(|(_, document)| document.clone()).collect();
        }
        indented(&document)
    }

    /// Who was accepted.
    pub(super) fn verdicts(&self) -> String {
        let mut table = Table::new(&["USER", "NAME", "VERDICT", "TASK"]);
        for (verdict, _) in &self.verdicts {
            let [id, name] = user_cells(verdict);
            let task = (Tone::Plain, or_dash(verdict.task_id));
            table.toned([id, name, (tone(verdict), verdict.verdict.clone()), task]);
        }
        table.text()
    }

    /// How each ended, and what blocks those that were refused.
    pub(super) fn outcomes(&self) -> String {
        let mut table = Table::new(&["USER", "NAME", "TASK", "OUTCOME", "MESSAGE"]);
        for (verdict, _) in &self.verdicts {
            let [id, name] = user_cells(verdict);
            let task = (Tone::Plain, or_dash(verdict.task_id));
            let (outcome, message) = match self.detail(verdict) {
                Some(Detail { task, .. }) => {
                    ((tone_of(task.state()), task.state.clone()), task.message.clone())
                }
                None => ((tone(verdict), verdict.verdict.clone()), String::new()),
            };
            table.toned([id, name, task, outcome, (Tone::Plain, message)]);
        }
        table.text() + &self.blocking()
    }

    /// The dependents that block, of all tasks; empty where nothing does.
    fn blocking(&self) -> String {
        let mut table = Table::new(&["USER", "TASK", "TYPE", "ID", "DEPENDENT", "OWNER", "DATABASE"]);
        let (mut listed, mut in_all) = (0, 0);
        for (detail, _) in self.ended.iter().flat_map(BTreeMap::values) {
            in_all += detail.task.blocking;
            for dependent in detail.dependents.iter().filter(|dependent| dependent.blocking) {
                listed += 1;
                table.row([
                    detail.task.about(),
                    detail.task.id.to_string(),
                    dependent.r#type.clone(),
                    dependent.id.clone(),
                    or_dash(dependent.name.clone()),
                    or_dash(dependent.owner.clone()),
                    or_dash(dependent.database.clone()),
                ]);
            }
        }
        match (listed, in_all.saturating_sub(listed)) {
            (0, _) => String::new(),
            (_, 0) => format!("\n{}", table.text()),
            (_, more) => format!("\n{}{more} more block and are not listed\n", table.text()),
        }
    }

    /// What the requests amount to.
    pub(super) fn accepted(&self) -> Exit {
        let one = |(verdict, _): &(Verdict, Value)| {
            if verdict.task_id.is_some() { Exit::Done } else { Exit::Failed }
        };
        self.verdicts.iter().map(one).fold(Exit::Done, Exit::or_worse)
    }

    /// What requests and ends amount to.
    pub(super) fn outcome(&self) -> Exit {
        let ended = self.ended.iter().flat_map(BTreeMap::values);
        let ends = ended.filter_map(|(detail, _)| detail.task.exit());
        ends.fold(self.accepted(), Exit::or_worse)
    }

    fn detail(&self, verdict: &Verdict) -> Option<&Detail> {
        let ended = self.ended.as_ref()?;
        ended.get(&verdict.task_id?).map(|(detail, _)| detail)
    }
}

fn user_cells(verdict: &Verdict) -> [(Tone, String); 2] {
    [(Tone::Plain, or_dash(verdict.id)), (Tone::Plain, or_dash(verdict.username.clone()))]
}

fn tone(verdict: &Verdict) -> Tone {
    if verdict.task_id.is_some() { Tone::Plain } else { Tone::Bad }
}
