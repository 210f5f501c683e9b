//! A hundred thousand users.
