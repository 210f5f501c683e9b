//! LIKE and ILIKE, beside the slow way that is plainly right.

use proptest::prelude::*;

use super::super::{
    pattern::{Pattern, fold},
    syntax::Quoted,
};

fn like(pattern: &str, text: &str) -> bool {
    Pattern::new(&Quoted(pattern.to_owned()), false).fits(text)
}

fn ilike(pattern: &str, text: &str) -> bool {
    Pattern::new(&Quoted(pattern.to_owned()), true).fits(text)
}

#[test]
fn the_whole_text_must_fit() {
    assert!(like("%.domain_", "server.domain1") && like("%.domain_", "server.domain2"));
    assert!(!like("%.domain_", "SERVER.domain") && !like("%.domain_", "server.DOMAIN"));
    assert!(like("", "") && like("%", "") && like("%%", "x") && like("_", "ß") && like("a%c", "abcbc"));
    assert!(!like("", "x") && !like("_", "") && !like("a", "ab") && !like("b", "ab") && !like("a%c", "abcb"));
}

#[test]
fn the_case_matters_to_like_and_to_ilike_it_does_not_in_any_script() {
    assert!(ilike("server.domain", "SERVER.domain") && !like("server.domain", "SERVER.domain"));
    assert!(ilike("ÄRGER%", "ärgerlich") && ilike("ж", "Ж") && ilike("ς", "Σ") && ilike("σ", "ς"));
    assert!(ilike("straße", "STRAßE") && !ilike("strasse", "straße"));
}

#[test]
fn a_backslash_takes_the_meaning_of_a_wildcard_away() {
    assert!(like(r"50\%", "50%") && !like(r"50\%", "500"));
    assert!(like(r"a\_b", "a_b") && !like(r"a\_b", "axb"));
    assert!(like(r"a\\%", r"a\b") && like(r"a\b", r"a\b") && like(r"\'", "'"));
}

#[test]
fn a_pattern_made_to_take_long_takes_no_longer() {
    let text = "a".repeat(4_000);
    let pattern = format!("{}b", "%a".repeat(1_000));
    let begun = std::time::Instant::now();
    assert!(!like(&pattern, &text));
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

/// What LIKE means, tried in every way there is.
fn slow(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['%', rest @ ..], _) => (0..=text.len()).any(|skipped| slow(rest, &text[skipped..])),
        (['_', rest @ ..], [_, text @ ..]) => slow(rest, text),
        ([wanted, rest @ ..], [found, text @ ..]) => wanted == found && slow(rest, text),
        ([..], _) => false,
    }
}

proptest! {
    #[test]
    fn like_is_what_trying_every_way_finds(pattern in "[ab%_]{0,8}", text in "[abß]{0,8}") {
        let (pieces, letters): (Vec<_>, Vec<_>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(like(&pattern, &text), slow(&pieces, &letters));
    }

    #[test]
    fn ilike_is_like_once_the_case_is_gone(pattern in "[aBÄß%_]{0,8}", text in "[AbäÄß]{0,8}") {
        let without_case = |text: &str| text.chars().map(fold).collect::<String>();
        prop_assert_eq!(ilike(&pattern, &text), like(&without_case(&pattern), &without_case(&text)));
    }
}
