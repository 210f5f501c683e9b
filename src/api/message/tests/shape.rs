//! The files of sentences as they are written: that no language lacks anything, and no kind and no reason is forgotten.
//!
//! Easy to get wrong: a sentence can be rendered although its words are another's, because a choice has a star. So the
//! files are read here, not their sentences.

use super::{COMPONENT, Language, NAME, Reason, TaskKind, TaskState, source};
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey},
    parser::parse,
};
use std::collections::{BTreeMap, BTreeSet};

/// What one sentence is made of.
#[derive(Default)]
struct Made<'a> {
    /// The arguments it uses.
    arguments: BTreeSet<&'a str>,
    /// The other sentences in it.
    parts: BTreeSet<&'a str>,
    /// The arguments it chooses by, with the values it has words for.
    choices: Vec<(&'a str, BTreeSet<&'a str>)>,
}

impl<'a> Made<'a> {
    fn of(mut self, pattern: &Pattern<&'a str>) -> Self {
        for element in &pattern.elements {
            self = match element {
                PatternElement::TextElement { .. } => self,
                PatternElement::Placeable { expression } => self.expression(expression),
            };
        }
        self
    }

    fn expression(self, expression: &Expression<&'a str>) -> Self {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                let mut made = self.inline(selector);
                if let InlineExpression::VariableReference { id } = selector {
                    let keys = variants.iter().map(|variant| match variant.key {
                        VariantKey::Identifier { name } => name,
                        VariantKey::NumberLiteral { value } => value,
                    });
                    made.choices.push((id.name, keys.collect()));
                }
                variants.iter().fold(made, |made, variant| made.of(&variant.value))
            }
        }
    }

    fn inline(mut self, inline: &InlineExpression<&'a str>) -> Self {
        match inline {
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::VariableReference { id } => drop(self.arguments.insert(id.name)),
            InlineExpression::MessageReference { id, attribute: None } => drop(self.parts.insert(id.name)),
            InlineExpression::Placeable { expression } => return self.expression(expression),
            InlineExpression::MessageReference { attribute: Some(_), .. }
            | InlineExpression::FunctionReference { .. }
            | InlineExpression::TermReference { .. } => {
                panic!("sentences need no more than this: {inline:?}")
            }
        }
        self
    }
}

/// The sentences of a language, by their keys.
fn sentences(language: Language) -> BTreeMap<&'static str, Made<'static>> {
    let mut sentences = BTreeMap::new();
    for entry in parse(source(language)).expect("the file is well-formed").body {
        match entry {
            Entry::Message(message) => {
                let made = Made::default().of(&message.value.expect("a sentence has words"));
                assert!(sentences.insert(message.id.name, made).is_none(), "twice: {}", message.id.name);
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(_) | Entry::Junk { .. } => {
                panic!("{language:?}: neither sentence nor comment: {entry:?}")
            }
        }
    }
    sentences
}

#[test]
fn the_languages_have_the_same_sentences_made_of_the_same_arguments() {
    let [english, german] = Language::ALL.map(|language| {
        let made = sentences(language).into_iter().map(|(key, made)| (key, (made.arguments, made.parts)));
        made.collect::<BTreeMap<_, _>>()
    });
    assert_eq!(english, german);
}

#[test]
fn every_state_has_a_sentence_and_no_sentence_is_left_over() {
    let sentences = sentences(Language::English);
    let asked_for = TaskState::ALL.map(TaskState::name).into_iter().chain([NAME, COMPONENT]);
    let parts = sentences.values().flat_map(|made| made.parts.iter().copied());
    assert_eq!(sentences.keys().copied().collect::<BTreeSet<_>>(), asked_for.chain(parts).collect());
}

#[test]
fn where_the_kind_or_the_reason_matters_each_has_its_own_words() {
    let kinds = TaskKind::ALL.map(TaskKind::name);
    let reasons = Reason::every("");
    for language in Language::ALL {
        let mut seen = BTreeSet::new();
        for (key, made) in sentences(language) {
            for (argument, values) in made.choices {
                // Whether there is one at all needs no more words than two.
                if argument == "reason" && values == ["none", "other"].into() {
                    continue;
                }
                let wanted: BTreeSet<_> = match argument {
                    "kind" => kinds.into_iter().collect(),
                    "reason" => reasons.iter().map(Reason::name).chain(["none"]).collect(),
                    _ => continue,
                };
                seen.insert(argument);
                assert_eq!(values, wanted, "{language:?}, {key}: {argument}");
            }
        }
        assert_eq!(seen, ["kind", "reason"].into());
    }
}
