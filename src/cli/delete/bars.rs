//! Progress bars while deletions are waited for, on standard error: one a task, and one for all where there are many.
//!
//! Owns what moves on the screen. Where standard error is no terminal there is nothing of it, so that a log stays readable.
//!
//! Easy to get wrong: anything else that is written meanwhile has to go through the bars, or they are drawn over it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, IsTerminal as _},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::cli::{client::model::Detail, follow::Show, output, table::printable};

/// Bars on the screen at the same time, without the one for all.
const MOST_BARS: usize = 20;

/// See the module's header.
pub(super) struct Bars {
    /// None where nobody sees it.
    screen: Option<MultiProgress>,
    labels: BTreeMap<u64, String>,
    /// The tasks that have one.
    shown: BTreeMap<u64, ProgressBar>,
    /// Those that have yet to get one.
    waiting: BTreeSet<u64>,
    /// Where there are many.
    all: Option<ProgressBar>,
    ended: u64,
}

impl Bars {
    /// Bars for these tasks, under these names.
    pub(super) fn new(labels: &BTreeMap<u64, String>) -> Self {
        Self::on(io::stderr().is_terminal().then(MultiProgress::new), labels)
    }

    fn on(screen: Option<MultiProgress>, labels: &BTreeMap<u64, String>) -> Self {
        let number = u64::try_from(labels.len()).unwrap_or(u64::MAX);
        let many = screen.as_ref().filter(|_| labels.len() > MOST_BARS);
        let all = many.map(|screen| {
            let bar =
                ProgressBar::new(number).with_style(style("{wide_bar} {human_pos} of {human_len} ended"));
            screen.add(bar)
        });
        let waiting = labels.keys().copied().collect();
        let shown = BTreeMap::new();
        let mut bars = Self { screen, labels: labels.clone(), shown, waiting, all, ended: 0 };
        bars.fill();
        bars
    }

    /// Gives the free places to tasks that have none.
    fn fill(&mut self) {
        let Some(screen) = &self.screen else { return };
        while self.shown.len() < MOST_BARS {
            let Some(task) = self.waiting.pop_first() else { return };
            let bar = ProgressBar::new(1).with_style(style("{prefix:30!} {bar:20} {wide_msg}"));
            let bar = match &self.all {
                Some(all) => screen.insert_before(all, bar),
                None => screen.add(bar),
            };
            bar.set_prefix(printable(self.labels.get(&task).map_or("", String::as_str)));
            self.shown.insert(task, bar);
        }
    }

    /// Takes everything off the screen.
    pub(super) fn clear(&self) {
        self.shown.values().chain(&self.all).for_each(ProgressBar::finish_and_clear);
    }

    fn end(&mut self, task: u64) {
        self.ended += 1;
        self.waiting.remove(&task);
        // Few tasks keep their bars to the end; of many, the next one needs the place.
        if let Some(all) = &self.all {
            all.set_position(self.ended);
            if let Some(bar) = self.shown.remove(&task) {
                bar.finish_and_clear();
            }
        }
        self.fill();
    }
}

impl Show for Bars {
    fn wants_steps(&self, task: u64) -> bool {
        self.shown.contains_key(&task)
    }

    fn looked(&mut self, detail: &Detail) -> anyhow::Result<bool> {
        let task = &detail.task;
        if let Some(bar) = self.shown.get(&task.id) {
            let ended = task.ended().is_some();
            bar.set_length(task.maximum.max(1));
            bar.set_position(if ended { task.maximum.max(1) } else { task.progress });
            bar.set_message(said(detail));
        }
        if task.ended().is_some() {
            self.end(task.id);
        }
        Ok(true)
    }

    fn note(&self, line: &str) {
        match &self.screen {
            Some(screen) => screen.suspend(|| output::complain(line)),
            None => output::complain(line),
        }
    }
}

/// The state, and what was found so far.
fn said(detail: &Detail) -> String {
    let task = &detail.task;
    match (task.found, task.blocking) {
        (0, _) => task.state.clone(),
        (found, 0) => format!("{}, {found} found", task.state),
        (found, blocking) => format!("{}, {found} found, {blocking} blocking", task.state),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|error| unreachable!("the templates are well formed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(number: u64) -> BTreeMap<u64, String> {
        (1..=number).map(|task| (task, format!("user{task}"))).collect()
    }

    fn on_a_screen(number: u64) -> Bars {
        let screen = MultiProgress::with_draw_target(indicatif::ProgressDrawTarget::hidden());
        Bars::on(Some(screen), &labels(number))
    }

    #[test]
    fn many_tasks_share_twenty_bars_and_the_next_one_takes_a_free_place() {
        let mut bars = on_a_screen(50);
        assert!(bars.wants_steps(20) && !bars.wants_steps(21));
        bars.end(3);
        assert!(!bars.wants_steps(3) && bars.wants_steps(21));
        bars.end(40);
        for task in 1..=50 {
            bars.end(task);
        }
        assert!(bars.shown.is_empty() && bars.waiting.is_empty());
    }

    #[test]
    fn few_tasks_keep_their_bars_and_without_a_screen_there_are_none() {
        let mut bars = on_a_screen(2);
        bars.end(1);
        assert!(bars.wants_steps(1));
        assert!(!Bars::on(None, &labels(2)).wants_steps(1));
    }
}
