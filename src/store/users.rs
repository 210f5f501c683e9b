//! Users as both configurations have them: whole records, by their numbers.
//!
//! Owns which field of a record is which of a [`User`]. A password's hash is in none of them.
//!
//! Easy to get wrong: the fields are written by several (imports, the platform dialect, deploys), all by the names that they
//! have on the wire; numbers are decimal, and truths are `true` and `false`.

pub mod changes;

use redis::Pipeline;

use super::{Store, StoreError, records::Fields, sides::Sides};
use crate::domain::{
    task::UserId,
    user::{NotificationFlag, Side, User, rules::whole_minutes},
};

/// Most users read in one round trip.
const MOST_READ_AT_ONCE: usize = 500;
/// The fields of a record that a [`User`] is made of.
pub(super) const FIELDS: [&str; 16] = [
    "username",
    "email",
    "description",
    "user_role_id",
    "security_profile_id",
    "tenant_id",
    "locale_id",
    "enable_popup_notifications",
    "password_creation_time",
    "allow_system_authentication_fallback",
    "local_only_account",
    "inactivity_timeout",
    "notification_flag",
    "display_theme",
    "further_roles",
    "admin",
];

impl Store {
    /// These users of one side, in their order; none for one who is not there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn users(&self, side: Side, ids: &[UserId]) -> Result<Vec<Option<User>>, StoreError> {
        self.users_in_part(side, ids, &FIELDS).await
    }

    /// The same, but of their records only these fields: a user's others are as if he had none.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn users_in_part(
        &self,
        side: Side,
        ids: &[UserId],
        fields: &[&str],
    ) -> Result<Vec<Option<User>>, StoreError> {
        // Who has no name is not there.
        let wanted = FIELDS.map(|field| field == "username" || fields.contains(&field));
        let asked: Vec<_> = FIELDS.into_iter().zip(wanted).filter(|(_, wanted)| *wanted).collect();
        let asked: Vec<&str> = asked.into_iter().map(|(field, _)| field).collect();
        let mut users = Vec::with_capacity(ids.len());
        for some in ids.chunks(MOST_READ_AT_ONCE) {
            let records = |sides: &Sides, commands: &mut Pipeline| {
                for id in some {
                    commands.hmget(format!("{}user:{id}", sides.of(side)), &asked);
                }
            };
            let found: Vec<Vec<Option<String>>> = self.read_users("users", records).await?;
            for (id, values) in some.iter().zip(found) {
                let mut values = values.into_iter();
                let all = wanted.map(|wanted| if wanted { values.next().flatten() } else { None });
                users.push(read_user(side, *id, all.into())?);
            }
        }
        Ok(users)
    }
}

/// The user of these values, which stand in the order of [`FIELDS`].
pub(super) fn read_user(
    side: Side,
    id: UserId,
    values: Vec<Option<String>>,
) -> Result<Option<User>, StoreError> {
    let there = FIELDS.into_iter().zip(values);
    let there = there.filter_map(|(field, value)| Some((field.to_owned(), value?)));
    let fields = Fields::new(format!("{}:user:{id}", side.name()), there.collect());
    let Some(username) = fields.text("username") else { return Ok(None) };
    let text = |field| fields.text(field).map(str::to_owned);
    let truth = |field| fields.parsed(field, |text| text.parse().ok());
    Ok(Some(User {
        id,
        username: username.to_owned(),
        email: text("email"),
        description: text("description"),
        user_role_id: fields.number("user_role_id")?,
        security_profile_id: fields.number("security_profile_id")?,
        tenant_id: fields.number("tenant_id")?,
        locale_id: text("locale_id"),
        enable_popup_notifications: truth("enable_popup_notifications")?,
        password_creation_time: fields.parsed("password_creation_time", |text| text.parse().ok())?,
        allow_system_authentication_fallback: truth("allow_system_authentication_fallback")?,
        local_only_account: truth("local_only_account")?,
        inactivity_timeout: fields.number("inactivity_timeout")?.map(whole_minutes),
        notification_flag: fields.parsed("notification_flag", NotificationFlag::from_name)?,
        display_theme: text("display_theme"),
        further_roles: fields
            .text("further_roles")
            .unwrap_or_default()
            .split(',')
            .filter_map(|role| role.parse().ok())
            .collect(),
        is_administrator: fields.text("admin") == Some("1"),
    }))
}
