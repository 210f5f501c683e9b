//! Phrases that existing clients search answers for.
//!
//! Owns the list: these are said in English to everybody, whatever his language, because a program on the other side
//! branches on them. Who searches for a phrase stands beside it. Those of interfaces that are still to come are listed
//! too, since nothing that is said today may contain them by accident.
//!
//! It must never hold a sentence that is merely pleasant: what no client searches for may be changed and translated.
//!
//! Easy to get wrong: a phrase inside an unrelated sentence. One of these clients repeats a destructive request without
//! its credentials when it reads "invalid token" anywhere in an answer.

macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        /// All of them.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

phrases! {
    /// 401 of `staged_config`. Cortex XSOAR's `QRadar_v3` integration asks its user to look at the credentials.
    NO_SEC_HEADER = "No SEC header present in request";
    /// The meaning of 401 in `staged_config`. The same integration searches for it, for the same purpose.
    UNAUTHORIZED = "You are unauthorized to access the requested resource.";
    /// 403 of `staged_config`. The same integration tells its user which permissions are needed.
    INSUFFICIENT_CAPABILITIES = "User has insufficient capabilities to access this endpoint resource";

    /// 422 of a list whose `Range` cannot be read. The same integration explains the header.
    RANGE_PATTERN = "items=x-y";
    /// 409 of a deployment. Ansible's `ibm.qradar` takes it for "nothing to change".
    NO_CHANGES_TO_DEPLOY = "No changes to deploy";
    /// A workspace in use, in the words of Esri's documentation, which scripts compare.
    CONTAINERS_ARE_RUNNING = "Failed to delete user workspace. The user has actively running containers.";
    /// The same, when its contents are to be transferred.
    CONTAINERS_ARE_RUNNING_AT_TRANSFER = "Failed to transfer user workspace. The user has actively running containers.";
    /// The same, when something in it is to be moved.
    CONTAINERS_ARE_RUNNING_AT_MOVE = "Failed to move user workspace. The user has actively running containers.";
    /// Code 400 of `generateToken`, with what is wrong beside it. Third parties' emulators say the same.
    UNABLE_TO_GENERATE_TOKEN = "Unable to generate token.";
    /// What is wrong with name or password, in the same place.
    INVALID_LOGIN = "Invalid username or password.";
    /// Code 498, in small or large letters. Esri's Python client sends the request again without its token.
    INVALID_TOKEN = "Invalid token";
    /// Code 499, likewise.
    TOKEN_REQUIRED = "Token required";
    /// Code 403 of the original. The same client sends the request again without its token, so we do not say this.
    ACCESS_IS_DENIED = "Token is valid but access is denied.";
}
