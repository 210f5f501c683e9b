//! RELIABILITY.md, made of the figures of the last long run; `deploy/reliability.json` has these for machines.
//!
//! Easy to get wrong: a row that the figures lack is in the table all the same, so that nobody takes it for tested.

use std::fmt::Write;

use crate::{
    arguments::Size,
    figures::{Figures, RowFigures, seconds},
    planted::PLANTED,
    report::promised,
    rows::{ROWS, Row},
};

const INTRODUCTION: &str = "# Reliability

`make faults` breaks offstage in minutes, and CI runs it; `make faults-long` does the same for about an hour and writes this
page. Real programs (`offstage serve`, `offstage-worker`) and a private Redis stand under load while faults are injected.
Clients keep a log of what they were told (yes, no, unknown), workers a ledger of effects outside Redis. At the end both are
held against the records, their histories, and the users who are left, once all has ended and two leases have passed.
Redis is started as `docker-compose.yml` starts it, by `deploy/start-redis.sh`: one that is started otherwise can carry out
what it died over two starts later, as F03 and F04 have found.

What is checked after every row whose records are still there:

- every accepted task is there and has reached exactly one terminal state;
- at most one effect a user, by the worker that held the task then; COMPLETED exactly when there was one;
- CANCELLED, CONFLICT and EXCEPTION mean that there was none; a cancel answered with yes ends in CANCELLED;
- no effect over a registered dependent;
- only transitions that the state machine has; reads never go back; the same idempotency key, the same task; no other answer
  than is due, and 503 the only error of the server; every program runs on that was not ended;
- every counter, index and queue of the store agrees with its records.

A request without an answer (time-out, broken connection, 503) is unknown: it is asked again under the same idempotency key,
and counts neither as accepted nor as lost.

Where Redis itself forgets what it acknowledged (F04e, F05e, F06, F18), nobody promises that it is kept, and nothing of these
rows counts as accepted or lost. What holds (the rows try what the API answers that they ask):

- An emptied Redis, or one of another name, is noticed by all: every request is answered with 503, and workers claim nothing,
  until the programs were started anew.
- A Redis whose task numbers went back (a power cut or a stalled disk under `everysec`, an older copy) is noticed by an API
  that was told of a later task: it accepts no submits until it is started anew. It goes on to answer reads, with 404 for the
  lost task; workers go on; an API that never heard of the task accepts; a lost end (a commit, a cancel) is not noticed.
- A single record that is deleted by hand is a 404; whoever asks for the deletion again gets a new task.
";

const CALIBRATION: &str = "
## The checker is tried first

A harness that never fails proves nothing. So bugs are planted: the shipped programs run, and a proxy before Redis puts another
text in the place of one of their scripts. Each must be caught, and the same scene without the bug must pass.

| | planted bug | caught by |
|---|---|---|
";

const FAULTS: &str = "
## Faults

| row | fault | injected | tasks accepted | lost | double effects | over a dependent | illegal transitions | other violations | slowest recovery |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// The page.
pub(crate) fn render(figures: &Figures) -> String {
    let mut page = INTRODUCTION.to_owned();
    let size = match figures.size {
        Size::Short => "`make faults`",
        Size::Long => "`make faults-long`",
    };
    let text = |page: &mut String, line: String| page.write_str(&line).expect("a string takes text");
    text(&mut page, format!("\n## The claim\n\n> {}\n", figures.claim()));
    let (version, cores) = (&figures.version, figures.cores);
    text(&mut page, format!("\nPrinted by {size}: offstage {version}, debug build, {cores} cores.\n"));
    page += CALIBRATION;
    for row in PLANTED {
        let caught = figures.row(row.id).and_then(|row| row.caught.as_deref()).unwrap_or("not run");
        let by = caught.split(':').next().unwrap_or_default();
        let bug = row.fault.trim_start_matches("planted: ");
        text(&mut page, format!("| {} | {bug} | {by} |\n", row.id));
    }
    page += FAULTS;
    for row in ROWS {
        text(&mut page, line(row, figures.row(row.id)));
    }
    page
}

fn line(row: &Row, figures: Option<&RowFigures>) -> String {
    let Row { id, fault, .. } = row;
    let Some(figures) = figures else { return format!("| {id} | {fault} | not run | | | | | | | |\n") };
    let RowFigures { injected, double_effects, over_dependents, .. } = figures;
    let (accepted, lost) = (promised(row.kind, &figures.accepted), promised(row.kind, &figures.lost));
    let RowFigures { illegal_transitions, others, slowest_recovery_ms, .. } = figures;
    let recovery = slowest_recovery_ms.map_or("-".to_owned(), seconds);
    if let Some(why) = &figures.skipped {
        return format!("| {id} | {fault} | skipped: {why} | | | | | | | |\n");
    }
    format!(
        "| {id} | {fault} | {injected} | {accepted} | {lost} | {double_effects} | {over_dependents} | \
         {illegal_transitions} | {others} | {recovery} |\n"
    )
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::figures::Figures;
    use std::path::Path;

    /// `UPDATE_GOLDENS=1` writes the page anew, of the figures that there are.
    #[test]
    fn the_page_fits_the_figures_and_the_table_of_rows() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let json = std::fs::read_to_string(root.join("deploy/reliability.json")).unwrap();
        let figures: Figures = serde_json::from_str(&json).unwrap();
        let page = root.join("RELIABILITY.md");
        if std::env::vars_os().any(|(name, _)| name == "UPDATE_GOLDENS") {
            std::fs::write(&page, render(&figures)).unwrap();
        }
        let written = std::fs::read_to_string(page).unwrap();
        assert_eq!(written, render(&figures), "another page now (UPDATE_GOLDENS=1 writes it)");
    }
}
