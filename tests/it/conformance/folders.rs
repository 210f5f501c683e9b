//! The dialects' sources stand side by side: the same five files in each.
