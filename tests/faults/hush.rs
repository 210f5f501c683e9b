//! Panics that are caught and told as violations; what the standard hook would print of them is told once, not twice.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
};

thread_local! {
    static IS_HUSHED: Cell<bool> = const { Cell::new(false) };
}

/// From now on a panic on a thread that is hushed prints nothing.
pub(crate) fn install() {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IS_HUSHED.get() {
            loud(info);
        }
    }));
}

/// Runs something that may panic; what it said is the error.
pub(crate) fn hushed<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    IS_HUSHED.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(run));
    IS_HUSHED.set(false);
    outcome.map_err(|panic| text_of(&*panic))
}

/// What a panic said.
pub(crate) fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_owned()
}
