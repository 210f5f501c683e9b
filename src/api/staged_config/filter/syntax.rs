//! A filter as it is written, before anybody knows what its fields hold.
//!
//! Easy to get wrong: `!=`, `not in`, `is not null` and the like have no words of their own here. They are `Not` around
//! the positive one, which is what the documented rules for null come to.

/// What an element must fulfil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    /// All of these.
    All(Vec<Self>),
    /// One of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// This, of one field.
    Test(Field, Test),
}

/// Which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// The element itself, where elements have no fields.
    Element,
    /// `a(b(c))`: at least one name.
    Named(Vec<String>),
}

/// What a field must fulfil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// It compares like this.
    Compare(Relation, Literal),
    /// It is one of these.
    Among(Vec<Literal>),
    /// It is neither below the first nor above the second.
    Between(Literal, Literal),
    /// It is null.
    Null,
    /// It is like this pattern; of any case, or not.
    Like {
        /// The pattern between its quotation marks.
        pattern: Quoted,
        /// The case of letters does not matter.
        any_case: bool,
    },
    /// One element of the list fulfils this.
    Contains(Box<Expression>),
    /// One element of the list is this.
    Holds(Literal),
}

/// How a value stands to a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// `=`
    Equal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A value as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// In quotation marks.
    Quoted(Quoted),
    /// A word or a number.
    Bare(String),
}

/// What stands between two quotation marks, with its backslashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quoted(pub(super) String);

/// Before these a backslash stands for nothing but them. Before anything else it stands for itself.
const ESCAPED_IN_STRINGS: [char; 3] = ['\\', '"', '\''];

impl Literal {
    /// The text that it stands for.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Quoted(quoted) => {
                quoted.characters(&ESCAPED_IN_STRINGS).map(|(character, _)| character).collect()
            }
            Self::Bare(text) => text.clone(),
        }
    }
}

impl Quoted {
    /// The characters, each with whether a backslash took its meaning away.
    pub(super) fn characters(&self, escaped: &'static [char]) -> impl Iterator<Item = (char, bool)> + '_ {
        let mut rest = self.0.chars().peekable();
        std::iter::from_fn(move || {
            let character = rest.next()?;
            let next = rest.peek().copied().filter(|next| character == '\\' && escaped.contains(next));
            Some(next.map_or((character, false), |next| {
                rest.next();
                (next, true)
            }))
        })
    }
}
