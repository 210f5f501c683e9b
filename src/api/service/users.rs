//! Users as both configurations have them: seen, created, changed.
//!
//! Owns the order of the steps of each operation. Who may what is the domain's (`Judge`). A user whom the caller may neither
//! see nor change is not there for him. Whoever may change one is answered with his record, even if he may not look at him:
//! so it is with ADMINMANAGER alone, which the original lets change any user.
//!
//! Easy to get wrong: a change is decided on what was read, and written only if that still is so; where it is not, all of it
//! is decided again. And hashing costs: it comes after everything that can be refused without it. It takes its turn, too, so
//! that who calls is asked once more behind it, and all is decided anew.

use secrecy::SecretString;
use std::net::IpAddr;
use tracing::info;

use super::{
    Credentials, Operation, Principal, Problem, Service, accounts::being_deleted, refusals::no_user,
    roles::capabilities, within,
};
use crate::{
    api::problem::ProblemKind,
    domain::{
        task::UserId,
        user::{
            Side, Sight, User, UserRule,
            judge::Judge,
            patch::UserPatch,
            surroundings::{Directory, Domain, Policy, SecurityProfile},
        },
    },
    store::{
        directory::{Collection, Named},
        users::changes::{Created, Snapshot, Update, Updated},
    },
};

/// How often a change is decided anew, because the user was changed meanwhile; a new password takes one.
const MOST_DECISIONS: usize = 6;

/// Who asks, and how to find out whether he still may: passwords take their time.
#[derive(Clone, Copy)]
pub struct Writer<'a> {
    /// Who he is.
    pub principal: &'a Principal,
    /// What he has shown.
    pub credentials: &'a Credentials,
}

/// What is asked to become of a user.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was sent.
    pub wanted: UserPatch,
    /// What the installation says, in the release that the caller speaks.
    pub policy: Policy,
    /// Where the caller is: passwords are worked on in turns.
    pub from: Option<IpAddr>,
}

impl Service {
    /// That user of a side, if this caller sees him.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn user(&self, principal: &Principal, side: Side, id: UserId) -> Result<User, Problem> {
        reading(side).permit(principal)?;
        let found = within(self.inner.store.users(side, &[id])).await?.pop().flatten();
        found.filter(|user| Sight::of(principal).covers(user)).ok_or_else(|| no_user(id))
    }

    /// Creates a staged user.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::UserRule`] for the first rule that what was sent breaks.
    pub async fn create_user(&self, writer: Writer<'_>, asked: &Asked) -> Result<User, Problem> {
        Operation::WriteStagedUsers.permit(writer.principal)?;
        let user = within(self.create(writer, asked)).await?;
        info!(user.id = user.id.0, dialect = self.dialect, "a staged user was created");
        Ok(user)
    }

    /// Changes a staged user; what does not wait for a deploy, on both sides.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::UserRule`] for the first rule that the change breaks.
    pub async fn update_staged_user(
        &self,
        writer: Writer<'_>,
        id: UserId,
        asked: &Asked,
    ) -> Result<User, Problem> {
        writing(Side::Staged).permit(writer.principal)?;
        self.update(writer, Side::Staged, id, asked).await
    }

    /// Changes a deployed user's preferences, on both sides.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::UserRule`] for the first rule that the change breaks.
    pub async fn update_deployed_user(
        &self,
        writer: Writer<'_>,
        id: UserId,
        asked: &Asked,
    ) -> Result<User, Problem> {
        writing(Side::Deployed).permit(writer.principal)?;
        self.update(writer, Side::Deployed, id, asked).await
    }

    async fn create(&self, writer: Writer<'_>, asked: &Asked) -> Result<User, Problem> {
        let judged = async |caller: &Principal| {
            let directory = self.user_directory().await?;
            let judge = Judge { caller, directory: &directory, policy: asked.policy };
            judge.new_user(&asked.wanted).map_err(broken)
        };
        let mut new = judged(writer.principal).await?;
        let hash = self.hashed(asked).await?;
        if hash.is_some() {
            let again = Box::pin(self.admit(writer.credentials.clone(), Operation::WriteStagedUsers));
            new = Box::pin(judged(&again.await?)).await?;
        }
        match self.inner.store.create_user(&new, &asked.wanted, hash.as_deref()).await? {
            Created::Created(id) => self.written(Side::Staged, id).await,
            Created::NameTaken => Err(broken(UserRule::UsernameTaken)),
            Created::Full => Err(broken(UserRule::NoNumbersLeft)),
        }
    }

    async fn update(
        &self,
        writer: Writer<'_>,
        side: Side,
        id: UserId,
        asked: &Asked,
    ) -> Result<User, Problem> {
        let user = within(Box::pin(self.rewrite(writer, side, id, asked))).await?;
        info!(user.id = id.0, side = side.name(), dialect = self.dialect, "a user was changed");
        Ok(user)
    }

    async fn rewrite(
        &self,
        writer: Writer<'_>,
        side: Side,
        id: UserId,
        asked: &Asked,
    ) -> Result<User, Problem> {
        let (mut caller, mut hash, mut shown) = (writer.principal.clone(), None, None);
        for _ in 0..MOST_DECISIONS {
            let snapshot = self.inner.store.snapshot(id).await?;
            // Behind the user: whatever he has been given is in it.
            let directory = self.user_directory().await?;
            let judge = Judge { caller: &caller, directory: &directory, policy: asked.policy };
            let mut update =
                decided(&judge, &snapshot, side, asked).ok_or_else(|| no_user(id))?.map_err(broken)?;
            // The password may be what was changed meanwhile.
            if shown.as_ref() != Some(&snapshot.password_hash) {
                self.must_know_the_old_password(&snapshot, asked).await?;
                shown = Some(snapshot.password_hash.clone());
            }
            if hash.is_none() && asked.wanted.password.is_some() {
                hash = self.hashed(asked).await?;
                caller = self.admit(writer.credentials.clone(), writing(side)).await?;
                continue;
            }
            update.password_hash = hash.as_deref();
            match self.inner.store.update_user(id, &snapshot, &update).await? {
                Updated::Done => return self.written(side, id).await,
                Updated::Changed => {}
                Updated::BeingDeleted => return Err(being_deleted()),
                Updated::LastAdministrator => return Err(broken(UserRule::LastAdministrator)),
            }
        }
        Err(Problem::unavailable().caused_by("the user was changed each time by somebody else"))
    }

    /// The old password, where one was sent with a new one, is his.
    async fn must_know_the_old_password(&self, snapshot: &Snapshot, asked: &Asked) -> Result<(), Problem> {
        let (Some(_), Some(old)) = (&asked.wanted.password, &asked.wanted.old_password) else {
            return Ok(());
        };
        let is_right = match &snapshot.password_hash {
            Some(hash) => self.inner.doorman.is_password(hash.clone(), old.clone(), asked.from).await?,
            None => false,
        };
        if is_right { Ok(()) } else { Err(broken(UserRule::OldPasswordWrong)) }
    }

    async fn hashed(&self, asked: &Asked) -> Result<Option<String>, Problem> {
        match &asked.wanted.password {
            Some(password) => {
                Ok(Some(self.inner.doorman.hash(SecretString::clone(password), asked.from).await?))
            }
            None => Ok(None),
        }
    }

    /// The user who was just written.
    async fn written(&self, side: Side, id: UserId) -> Result<User, Problem> {
        let found = self.inner.store.users(side, &[id]).await?.pop().flatten();
        found.ok_or_else(|| no_user(id))
    }

    /// What users can be given.
    async fn user_directory(&self) -> Result<Directory, Problem> {
        let store = &self.inner.store;
        let (roles, profiles) =
            (store.named(Collection::Roles).await?, store.named(Collection::Profiles).await?);
        let (tenants, domains) =
            (store.named(Collection::Tenants).await?, store.named(Collection::Domains).await?);
        let profile = |Named { name, domain_ids, .. }| SecurityProfile { name, domains: domain_ids };
        let domain = |Named { tenant_id, deleted, .. }| Domain { tenant: tenant_id, deleted };
        Ok(Directory {
            roles: roles.into_iter().map(|(id, role)| (id, capabilities(&role))).collect(),
            profiles: profiles.into_iter().map(|(id, named)| (id, profile(named))).collect(),
            tenants: tenants.into_keys().collect(),
            domains: domains.into_iter().map(|(id, named)| (id, domain(named))).collect(),
        })
    }
}

/// What is to be written, if that caller may; none where there is no such user for him.
fn decided<'a>(
    judge: &Judge<'_>,
    snapshot: &Snapshot,
    side: Side,
    asked: &'a Asked,
) -> Option<Result<Update<'a>, UserRule>> {
    let update = Update {
        wanted: &asked.wanted,
        password_hash: None,
        staged_fields: side == Side::Staged,
        makes_administrator: None,
        awaits_deploy: false,
    };
    match side {
        Side::Staged => {
            let change = judge.staged_change(&snapshot.sides, &asked.wanted)?;
            Some(change.map(|change| Update {
                makes_administrator: change.makes_administrator,
                awaits_deploy: change.awaits_deploy,
                ..update
            }))
        }
        Side::Deployed => {
            let allowed = judge.preferences(&snapshot.sides, &asked.wanted)?;
            Some(allowed.map(|()| update))
        }
    }
}

fn broken(rule: UserRule) -> Problem {
    Problem::new(ProblemKind::UserRule(rule), rule.sentence())
}

/// What it takes to change users of a side at all.
const fn writing(side: Side) -> Operation {
    match side {
        Side::Staged => Operation::WriteStagedUsers,
        Side::Deployed => Operation::WritePreferences,
    }
}

/// What it takes to see users of a side at all.
pub(super) const fn reading(side: Side) -> Operation {
    match side {
        Side::Staged => Operation::ReadStagedUsers,
        Side::Deployed => Operation::ReadDeployedUsers,
    }
}
