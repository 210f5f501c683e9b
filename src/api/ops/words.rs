//! The words of this dialect, as the document that describes it lists them: a named schema for each set.
//!
//! Owns no word: the lists are made from the tables that the answers are made from, so that a new state or reason stands
//! in the document by itself.
//!
//! Easy to get wrong: a client that was made from the document refuses a word that is not listed, so a set that answers
//! can grow by is no set to list.

use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Type,
        schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat},
    },
};

use super::status;
use crate::{
    api::service::ContainerType,
    domain::{capability::Capability, dependents::Database},
};

macro_rules! words {
    ($($(#[doc = $said:literal])+ $name:ident($shown:literal) = $words:expr;)+) => {$(
        $(#[doc = $said])+
        pub(super) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_of($words, concat!($($said),+).trim())
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($shown)
            }
        }
    )+};
}

words! {
    /// Where a task stands.
    StateWord("TaskState") = status::states();
    /// What a task is for: `staged_user` deletes, `dependents` only looks.
    KindWord("TaskKind") = status::kinds();
    /// Why a task ended, or why its last attempt ended without an outcome.
    ReasonWord("TaskReason") = status::reasons();
    /// Where a check stands.
    CheckWord("CheckState") = status::checks();
    /// `accepted`: it has a task. `live`: that task deletes him already, or is just being cancelled. `not_found`: there is no such user. `forbidden`: this user stays, or the caller may not delete him.
    VerdictWord("Verdict") = status::verdicts();
    /// How one thing is that was looked at.
    LevelWord("Level") = status::levels();
    /// When Redis writes to disk what it acknowledged.
    DurabilityWord("Durability") = status::durabilities();
    /// The least that it must be for anything to be accepted.
    PromiseWord("DurabilityPromised") = status::promises();
    /// What a caller may do.
    CapabilityWord("Capability") = Capability::ALL.map(Capability::name);
    /// What a container is for.
    ContainerTypeWord("ContainerType") = ContainerType::ALL.map(ContainerType::name);
    /// A database that something lives in.
    DatabaseWord("Database") = Database::ALL.map(Database::name);
}

fn one_of(words: impl IntoIterator<Item = &'static str>, said: &str) -> RefOr<Schema> {
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
    words.description(Some(said)).build().into()
}

/// A number for each of the twelve states.
pub(super) struct DepthByState;

impl PartialSchema for DepthByState {
    fn schema() -> RefOr<Schema> {
        let number = || {
            let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
            number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        };
        let depth = ObjectBuilder::new().description(Some("Tasks in each of the twelve states."));
        let depth =
            status::states().fold(depth, |depth, state| depth.property(state, number()).required(state));
        depth.build().into()
    }
}

impl ToSchema for DepthByState {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Depth")
    }
}
