//! Whatever the dialect, a deletion is a task that operators see, and nobody's hanging up stops it.
