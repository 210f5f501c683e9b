//! Users, in the field names of this dialect.
//!
//! Easy to get wrong: the two passwords are fields like any other in the original, and always null; so they can be chosen, but
//! nobody filters or sorts by them. And the list of known fields stands beside the shape and must say the same; a test
//! compares them.

use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::ToSchema;

use crate::{
    api::staged_config::fields::Known,
    domain::user::{self, NotificationFlag},
};

/// The release that brought local accounts and flags.
const LOCAL_ACCOUNTS: u16 = 19;
/// The release that brought themes.
const THEMES: u16 = 24;

/// The fields of a user.
pub(in crate::api::staged_config) static USER_FIELDS: [Known; 17] = [
    Known::number("id"),
    Known::text("username"),
    Known::text("email"),
    Known::text("description"),
    Known::number("user_role_id"),
    Known::number("security_profile_id"),
    Known::text("locale_id"),
    Known::flag("enable_popup_notifications"),
    Known::text("old_password").opaque(),
    Known::text("password").opaque(),
    Known::number("password_creation_time"),
    Known::number("tenant_id"),
    Known::flag("allow_system_authentication_fallback"),
    Known::flag("local_only_account").since(LOCAL_ACCOUNTS),
    Known::number("inactivity_timeout"),
    Known::text("notification_flag").since(LOCAL_ACCOUNTS),
    Known::text("display_theme").since(THEMES),
];

/// A user. What is not known of him is null.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedConfigUser)]
#[expect(clippy::struct_field_names, reason = "the original's names")]
pub(in crate::api::staged_config) struct User {
    /// His number, the same on both sides.
    id: u64,
    /// His name.
    username: String,
    /// His address.
    #[schema(required)]
    email: Option<String>,
    /// What is said of him.
    #[schema(required)]
    description: Option<String>,
    /// His role.
    #[schema(required)]
    user_role_id: Option<u64>,
    /// His security profile.
    #[schema(required)]
    security_profile_id: Option<u64>,
    /// The language he is spoken to in.
    #[schema(required)]
    locale_id: Option<String>,
    /// He wants to see notices.
    #[schema(required)]
    enable_popup_notifications: Option<bool>,
    /// Always null.
    #[schema(required)]
    old_password: Option<String>,
    /// Always null.
    #[schema(required)]
    password: Option<String>,
    /// When his password was made, in milliseconds since the epoch.
    #[schema(required)]
    password_creation_time: Option<i64>,
    /// His tenant.
    #[schema(required)]
    tenant_id: Option<u64>,
    /// His password here will do where an outside system does not let him in.
    #[schema(required)]
    allow_system_authentication_fallback: Option<bool>,
    /// His password here is the only one. From version 19.0 on.
    #[schema(required)]
    local_only_account: Option<bool>,
    /// After how long he is logged out, in milliseconds; 0 for never.
    #[schema(required)]
    inactivity_timeout: Option<u64>,
    /// Why an administrator should look at him. From version 19.0 on.
    #[schema(required)]
    notification_flag: Option<&'static str>,
    /// How his pages look. From version 24.0 on.
    #[schema(required)]
    display_theme: Option<String>,
}

impl User {
    /// Some fields of a user, as they are told: for those who look at many users and show few.
    pub(in crate::api::staged_config) fn only(user: &user::User, fields: &BTreeSet<&'static str>) -> Value {
        let members = fields.iter().map(|field| ((*field).to_owned(), Self::member(user, field)));
        Value::Object(members.collect())
    }

    fn member(user: &user::User, field: &str) -> Value {
        match field {
            "id" => user.id.0.into(),
            "username" => user.username.as_str().into(),
            "email" => user.email.as_deref().into(),
            "description" => user.description.as_deref().into(),
            "user_role_id" => user.user_role_id.into(),
            "security_profile_id" => user.security_profile_id.into(),
            "locale_id" => user.locale_id.as_deref().into(),
            "enable_popup_notifications" => user.enable_popup_notifications.into(),
            "password_creation_time" => user.password_creation_time.into(),
            "tenant_id" => user.tenant_id.into(),
            "allow_system_authentication_fallback" => user.allow_system_authentication_fallback.into(),
            "local_only_account" => user.local_only_account.into(),
            "inactivity_timeout" => user.inactivity_timeout.into(),
            "notification_flag" => user.notification_flag.map(NotificationFlag::name).into(),
            "display_theme" => user.display_theme.as_deref().into(),
            _ => Value::Null,
        }
    }
}

impl From<user::User> for User {
    fn from(user: user::User) -> Self {
        Self {
            id: user.id.0,
            username: user.username,
            email: user.email,
            description: user.description,
            user_role_id: user.user_role_id,
            security_profile_id: user.security_profile_id,
            locale_id: user.locale_id,
            enable_popup_notifications: user.enable_popup_notifications,
            old_password: None,
            password: None,
            password_creation_time: user.password_creation_time,
            tenant_id: user.tenant_id,
            allow_system_authentication_fallback: user.allow_system_authentication_fallback,
            local_only_account: user.local_only_account,
            inactivity_timeout: user.inactivity_timeout,
            notification_flag: user.notification_flag.map(NotificationFlag::name),
            display_theme: user.display_theme,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::UserId;

    #[test]
    fn the_known_fields_are_those_of_the_shape_in_its_order() {
        let user = serde_json::to_value(User::from(user::User::named(UserId(5), "alice"))).unwrap();
        let names: Vec<_> = user.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, USER_FIELDS.iter().map(|known| known.name).collect::<Vec<_>>());
        assert_eq!((&user["id"], &user["username"]), (&5.into(), &"alice".into()));
        assert!(user.as_object().unwrap().values().skip(2).all(Value::is_null));
    }

    #[test]
    fn a_field_by_itself_is_what_it_is_in_the_whole() {
        let text = |text: &str| Some(text.to_owned());
        let user = user::User {
            email: text("a@example.com"),
            description: text("d"),
            user_role_id: Some(2),
            security_profile_id: Some(3),
            tenant_id: Some(4),
            locale_id: text("en"),
            enable_popup_notifications: Some(true),
            password_creation_time: Some(5),
            allow_system_authentication_fallback: Some(false),
            local_only_account: Some(true),
            inactivity_timeout: Some(60_000),
            notification_flag: Some(NotificationFlag::UserNotFound),
            display_theme: text("dark"),
            ..user::User::named(UserId(5), "alice")
        };
        let whole = serde_json::to_value(User::from(user.clone())).unwrap();
        for known in &USER_FIELDS {
            let only = User::only(&user, &[known.name].into());
            assert_eq!(only, serde_json::json!({ known.name: whole[known.name] }));
            assert_eq!(whole[known.name].is_null(), known.is_opaque, "{} is given", known.name);
        }
    }
}
