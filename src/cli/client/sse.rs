//! Server-sent events: from bytes, cut anywhere, to events (HTML standard, section 9.2.6).
//!
//! Owns the parsing. A comment is a heartbeat and tells nothing; an event without data is none, but its id counts.
//!
//! Easy to get wrong: a chunk may end in the middle of a line, of a character, or between the two signs of a line end. And a
//! server that never ends its line must not fill the memory.

/// The longest event, in bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    /// What it is; `message` where it does not say.
    pub(super) name: String,
    /// What it says.
    pub(super) data: String,
    /// What to name as the last one seen.
    pub(super) id: Option<String>,
}

/// An event is longer than anything that makes sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event is too long")]
pub(super) struct TooLong;

/// What has come of the next event.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: String,
    id: Option<String>,
}

impl Parser {
    /// Takes the next bytes; gives the events that are complete with them.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for &byte in bytes {
            let second_half = byte == b'\n' && std::mem::take(&mut self.after_return);
            if second_half {
                continue;
            }
            self.after_return = byte == b'\r';
            if matches!(byte, b'\n' | b'\r') {
                let line = std::mem::take(&mut self.line);
                events.extend(self.end_line(&String::from_utf8_lossy(&line)));
                continue;
            }
            self.line.push(byte);
            if self.line.len() + self.data.len() > MOST_BYTES {
                return Err(TooLong);
            }
        }
        Ok(events)
    }

    fn end_line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // A comment has an empty field name; how long to wait before the next connection is ours to say.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let (name, mut data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        data.pop()?;
        let name = if name.is_empty() { "message".to_owned() } else { name };
        Some(Event { name, data, id: self.id.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str = ": heartbeat\n\nevent: transition\nid: 7-0\ndata: {\"a\":\n data: ü}\ndata:x\n\n\
        retry: 5\r\nid\r\ndata: second\r\n\r\nevent: gap\n\ndata: unfinished\n";

    fn expected() -> Vec<Event> {
        let event = |name: &str, data: &str, id: &str| Event {
            name: name.into(),
            data: data.into(),
            id: Some(id.into()),
        };
        vec![event("transition", "{\"a\":\nx", "7-0"), event("message", "second", "")]
    }

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_cut() {
        for size in [1, 2, 3, 7, STREAM.len()] {
            let mut parser = Parser::default();
            let events: Vec<_> =
                STREAM.as_bytes().chunks(size).flat_map(|piece| parser.take(piece).unwrap()).collect();
            assert_eq!(events, expected(), "in pieces of {size}");
        }
    }

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let mut parser = Parser::default();
        assert_eq!(parser.take(&vec![b'x'; MOST_BYTES + 1]), Err(TooLong));
        let mut parser = Parser::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; MOST_BYTES / 2], b"\n"].concat();
        assert_eq!(parser.take(&line), Ok(vec![]));
        assert_eq!(parser.take(&line), Err(TooLong));
    }
}
