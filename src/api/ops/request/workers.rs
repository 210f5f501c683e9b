//! Reading requests about workers: the name in the path.
//!
//! Easy to get wrong: a worker's name is its operator's choice, so it may be any plain text, percent-encoded in the path.

use super::{Piece, piece};
use crate::{
    api::problem::Problem,
    domain::dependents::{MAX_ID_BYTES, is_plain_text},
};

/// The worker's name.
pub(crate) fn name(path: Piece) -> Result<String, Problem> {
    let name = piece(path);
    if is_plain_text(&name, MAX_ID_BYTES) {
        return Ok(name);
    }
    let said = format!("The worker's name must be 1 to {MAX_ID_BYTES} bytes without control characters.");
    Err(Problem::bad_parameter("name", said))
}
