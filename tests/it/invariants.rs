//! What must always hold (ARCHITECTURE.md has the list), one test an invariant: `invariant_<number>_...`. Shown on the store
//! alone, and through real programs; two races stand with the other tests of programs.

mod programs;
mod store;
