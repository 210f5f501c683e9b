//! What a workspace is called: its owner's name, which is the name of a directory too.

/// The folder under the root that takes in what is being removed. No workspace has its name.
pub const TRASH: &str = "trash";

/// The longest name of a directory, in bytes.
const MAX_BYTES: usize = 255;

/// The name of a workspace: one plain component of a path.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkspaceName(String);

impl WorkspaceName {
    /// The name of that text, if it is one: 1 to 255 bytes without `/` and control characters; not `.`, `..` or `trash`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain =
            (1..=MAX_BYTES).contains(&text.len()) && !text.contains('/') && !text.contains(char::is_control);
        (plain && ![".", "..", TRASH].contains(&text)).then(|| Self(text.to_owned()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A name is a person's: it stays out of logs.
impl std::fmt::Debug for WorkspaceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WorkspaceName(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::WorkspaceName;

    #[test]
    fn a_name_is_one_plain_component() {
        for good in ["gis_joe", "DOM\\joe", "joe@realm", "jörg", ".hidden", "a b", &"x".repeat(255)] {
            assert!(WorkspaceName::new(good).is_some(), "{good:?}");
        }
        for bad in ["", ".", "..", "trash", "a/b", "/a", "a\0b", "a\nb", &"x".repeat(256)] {
            assert!(WorkspaceName::new(bad).is_none(), "{bad:?}");
        }
    }
}
