//! Tables for people, on standard output.
//!
//! Owns how rows become lines. On a terminal they fit its width and the header stands out; anywhere else each row is one
//! line without borders or escape codes, so that `grep`, `awk` and `cut` work on it.
//!
//! It must never let a server's text reach the terminal as it is: a name with an escape code in it would be obeyed.

use std::io::{self, IsTerminal as _};

use comfy_table::{Attribute, Cell, Color, ContentArrangement, presets};

use crate::config;
use crate::domain::state::TaskState;

/// Spaces between two columns.
const GAP: u16 = 2;

/// What standard output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Screen {
    terminal: bool,
    colours: bool,
}

/// How a word stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Not at all.
    Plain,
    /// All is well.
    Good,
    /// Somebody might look.
    Warn,
    /// Somebody has to look.
    Bad,
}

impl Screen {
    /// Standard output of this process. `NO_COLOR`, whatever it says, takes the colours away.
    pub(crate) fn of_stdout() -> Self {
        let terminal = io::stdout().is_terminal();
        Self { terminal, colours: terminal && !config::client::no_color() }
    }

    /// Text that stands out, where colours are welcome.
    pub(crate) fn tinted(self, tone: Tone, text: &str) -> String {
        match (self.colours, tone) {
            (true, Tone::Good) => format!("\x1b[32m{text}\x1b[0m"),
            (true, Tone::Warn) => format!("\x1b[33m{text}\x1b[0m"),
            (true, Tone::Bad) => format!("\x1b[31m{text}\x1b[0m"),
            (true, Tone::Plain) | (false, _) => text.to_owned(),
        }
    }
}

/// Rows under a header.
#[derive(Debug)]
pub(crate) struct Table {
    screen: Screen,
    table: comfy_table::Table,
}

impl Table {
    /// A table for standard output.
    pub(crate) fn new(header: &[&str]) -> Self {
        Self::on(Screen::of_stdout(), header)
    }

    fn on(screen: Screen, header: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        if screen.terminal {
            table.set_content_arrangement(ContentArrangement::Dynamic);
        } else {
            table.force_no_tty();
        }
        let bold = |text: &&str| {
            let cell = Cell::new(text);
            if screen.colours { cell.add_attribute(Attribute::Bold) } else { cell }
        };
        table.set_header(header.iter().map(bold));
        table.column_iter_mut().for_each(|column| _ = column.set_padding((0, GAP)));
        Self { screen, table }
    }

    /// One more row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.toned(cells.map(|text| (Tone::Plain, text)));
    }

    /// One more row whose cells may stand out.
    pub(crate) fn toned<const N: usize>(&mut self, cells: [(Tone, String); N]) {
        let colours = self.screen.colours;
        self.table.add_row(cells.map(|(tone, text)| {
            let cell = Cell::new(printable(&text));
            match tone {
                Tone::Good if colours => cell.fg(Color::Green),
                Tone::Warn if colours => cell.fg(Color::Yellow),
                Tone::Bad if colours => cell.fg(Color::Red),
                Tone::Plain | Tone::Good | Tone::Warn | Tone::Bad => cell,
            }
        }));
    }

    /// The lines, without spaces after the last word.
    pub(crate) fn text(&self) -> String {
        self.table.lines().flat_map(|line| [line.trim_end().to_owned(), "\n".to_owned()]).collect()
    }
}

/// How a task's state stands out.
pub(crate) fn tone_of(state: Option<TaskState>) -> Tone {
    match state {
        Some(TaskState::Completed) => Tone::Good,
        Some(TaskState::Conflict | TaskState::Exception) => Tone::Bad,
        Some(TaskState::Cancelled | TaskState::Interrupted | TaskState::Paused) => Tone::Warn,
        Some(
            TaskState::Initializing
            | TaskState::Queued
            | TaskState::Processing
            | TaskState::CancelRequested
            | TaskState::Canceling
            | TaskState::Resuming,
        )
        | None => Tone::Plain,
    }
}

/// The text in one line without anything that a terminal would obey.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { '\u{fffd}' } else { sign }).collect()
}

/// What there is, or a dash.
pub(crate) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(screen: Screen) -> String {
        let mut table = Table::on(screen, &["ID", "STATE", "MESSAGE"]);
        let message = "a sentence that is longer than any terminal would be wide, and then some more of it, \
            because it has to be, and it goes on until there is no terminal left that could show it in one line";
        table.toned([
            (Tone::Plain, "71".to_owned()),
            (Tone::Bad, "CONFLICT".to_owned()),
            (Tone::Plain, message.to_owned()),
        ]);
        table.row(["9".to_owned(), "\x1b[2J\nevil".to_owned(), String::new()]);
        table.text()
    }

    #[test]
    fn without_a_terminal_a_row_is_one_plain_line() {
        let text = shown(Screen { terminal: false, colours: false });
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines[0].starts_with("ID") && lines[1].starts_with("71"), "{text}");
        assert!(lines[1].ends_with("in one line"), "{text}");
        assert!(!text.contains(['\x1b', '|', '+', '─', '│']), "{text}");
        assert!(lines.iter().all(|line| line.trim_end() == *line), "{text:?}");
    }

    #[test]
    fn on_a_terminal_rows_are_wrapped_and_states_stand_out() {
        let text = {
            let screen = Screen { terminal: true, colours: true };
            let mut table = Table::on(screen, &["STATE"]);
            table.table.enforce_styling().set_width(12);
            table.toned([(Tone::Bad, "three words here".to_owned())]);
            table.text()
        };
        assert!(text.contains("\x1b["), "{text:?}");
        assert!(text.lines().count() > 2, "{text:?}");
    }

    #[test]
    fn colours_are_left_out_where_they_are_not_welcome() {
        let plain = Screen { terminal: true, colours: false };
        assert!(!shown(plain).contains('\x1b'));
        assert_eq!(plain.tinted(Tone::Bad, "bad"), "bad");
        assert_eq!(Screen { terminal: true, colours: true }.tinted(Tone::Bad, "bad"), "\x1b[31mbad\x1b[0m");
    }
}
