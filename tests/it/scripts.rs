//! Every script in every situation it can find: the answer, and that a refusal leaves all keys as they were.
//!
//! What is expected where comes from `domain::state::next`, so that these tables cannot drift from the one table.

mod accounts;
mod broken;
mod cancel;
mod claim;
mod commit;
mod containers;
mod dependents;
mod deploys;
mod deploys_amid;
mod directory;
mod dry_runs;
mod events;
mod held;
mod history;
mod listing;
mod logins;
mod lost_data;
mod new_users;
mod platform_users;
mod principals;
mod promise;
mod prune;
mod reclaim;
mod reconcile;
mod sessions;
mod settle;
mod steer;
mod submit;
mod submit_keys;
mod submit_live;
mod tallies;
mod tokens;
mod users;
mod workers;
