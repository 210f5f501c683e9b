//! What a task is called and what goes on with it, in the caller's language.
//!
//! Owns how a record becomes a sentence. Sentences stand in `message/en.ftl` and `message/de.ftl`, in Project Fluent's
//! format; their keys and arguments are what a record holds anyway, and they are made each time somebody reads it. So
//! they can never lag behind it, and every caller has his own language.
//!
//! It must never name a person: users appear by their id. Words that programs compare have no language; they belong to
//! the dialects' `status.rs`, and sentences that programs search are in [`phrases`].
//!
//! Easy to get wrong: counts of one, in every language; and a new kind or reason, which gets the sentence with the star
//! until it has its own. The tests find both.

pub mod phrases;
#[cfg(test)]
mod tests;

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use std::{borrow::Cow, sync::LazyLock};

use super::language::Language;
use crate::domain::{
    checklist::Progress, components::Component, reason::Reason, state::TaskState, task::Task,
};

/// The key of a task's name; the key of what goes on with it is its state's name.
const NAME: &str = "name";
/// The key of what goes on with one component of a dry run.
const COMPONENT: &str = "component";

/// What the task is called.
#[must_use]
pub fn name(task: &Task, language: Language) -> String {
    sentence(NAME, task, language)
}

/// What goes on with it.
#[must_use]
pub fn message(task: &Task, language: Language) -> String {
    sentence(task.state.name(), task, language)
}

/// What goes on with one component of a dry run: one check, looking for one kind of dependents.
#[must_use]
pub fn component(state: TaskState, component: &Component, progress: Progress, language: Language) -> String {
    let mut arguments = FluentArgs::with_capacity(4);
    arguments.set("state", state.name());
    arguments.set("found", component.counts.found);
    arguments.set("done", progress.done);
    arguments.set("objects", progress.of);
    render(COMPONENT, &arguments, language)
}

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::English));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Language::German));

const fn source(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("message/en.ftl"),
        Language::German => include_str!("message/de.ftl"),
    }
}

fn bundle(language: Language) -> Bundle {
    let locale = language.tag().parse();
    let mut bundle = Bundle::new_concurrent(vec![
        locale.unwrap_or_else(|fault| unreachable!("our tags are tags: {fault}")),
    ]);
    // Invisible marks around what is filled in would surprise programs that compare texts.
    bundle.set_use_isolating(false);
    let sentences = FluentResource::try_new(source(language).to_owned())
        .unwrap_or_else(|(_, faults)| unreachable!("our sentences are read by the tests: {faults:?}"));
    bundle.add_resource_overriding(sentences);
    bundle
}

fn sentence(key: &str, task: &Task, language: Language) -> String {
    render(key, &arguments(task), language)
}

/// A sentence that is not there, which the tests rule out, must keep nobody from seeing his task: he sees its key.
fn render(key: &str, arguments: &FluentArgs<'_>, language: Language) -> String {
    let bundle = match language {
        Language::English => &*ENGLISH,
        Language::German => &*GERMAN,
    };
    let mut faults = Vec::new();
    let pattern = bundle.get_message(key).and_then(|message| message.value());
    let said = pattern.map(|pattern| bundle.format_pattern(pattern, Some(arguments), &mut faults));
    debug_assert!(said.is_some() && faults.is_empty(), "{key} in {language:?}: {faults:?}");
    said.map_or_else(|| key.to_owned(), Cow::into_owned)
}

/// What a sentence may be made of, all of it from the record. Counts are numbers, for the plural; ids are not counts.
fn arguments(task: &Task) -> FluentArgs<'_> {
    let progress = task.progress();
    let mut arguments = FluentArgs::with_capacity(10);
    arguments.set("kind", task.kind.name());
    arguments.set("user", task.user().map_or_else(String::new, |user| user.to_string()));
    arguments.set("committed", if task.committed { "yes" } else { "no" });
    arguments.set("state", task.state.name());
    arguments.set("reason", task.reason.as_ref().map_or("none", Reason::name));
    arguments.set("check", task.reason.as_ref().map_or("", Reason::detail));
    arguments.set("attempt", task.attempt);
    arguments.set("checks", progress.of);
    arguments.set("done", progress.done);
    arguments.set("blocking", task.checks.counts().blocking);
    arguments
}
