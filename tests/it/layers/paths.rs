//! The paths that a source names: comments, literals and tests are left out, groups are taken apart, and what begins with
//! `self`, `super` or a module brought in by `use` is followed back to its crate.

use std::collections::BTreeMap;

/// A path, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

impl Path {
    /// Its first part is one of these.
    pub(super) fn root_is(&self, roots: &[&str]) -> bool {
        roots.contains(&self.segments[0].as_str())
    }

    /// It is that path, or lies within it.
    pub(super) fn starts_with(&self, path: &str) -> bool {
        let wanted: Vec<_> = path.split("::").collect();
        self.segments.len() >= wanted.len() && self.segments.iter().zip(wanted).all(|(is, want)| is == want)
    }
}

/// All paths of two parts or more, and single ones that are imported.
pub(super) fn paths(file: &str, source: &str) -> Vec<Path> {
    if file.ends_with("/tests.rs") || file.contains("/tests/") {
        return Vec::new();
    }
    let tokens = tokens(source);
    let module = module(file);
    let mut found = Vec::new();
    let mut local: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut at = 0;
    while at < tokens.len() {
        let before = at.checked_sub(1).map(|index| tokens[index].0.as_str());
        match (tokens[at].0.as_str(), before) {
            ("use", _) => {
                at += 1;
                let first = found.len();
                read_path(&tokens, &mut at, &[], &mut found);
                for path in &mut found[first..] {
                    resolve(path, &module, &BTreeMap::new());
                    if path.segments[0] == "crate" {
                        local
                            .insert(path.segments.last().cloned().unwrap_or_default(), path.segments.clone());
                    }
                }
            }
            (name, Some("mod")) => {
                local.insert(name.to_owned(), [&module[..], &[name.to_owned()]].concat());
                at += 1;
            }
            (token, _) if is_name(token) => {
                let mut here = Vec::new();
                read_path(&tokens, &mut at, &[], &mut here);
                here.retain(|path| path.segments.len() > 1);
                for path in &mut here {
                    resolve(path, &module, &local);
                }
                found.extend(here);
            }
            _ => at += 1,
        }
    }
    found
}

/// The module that a file is, as a path from its crate.
fn module(file: &str) -> Vec<String> {
    let inside = file.split_once("src/").map_or(file, |(_, inside)| inside);
    let inside = inside.trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| !["mod", "lib", "main"].contains(part));
    std::iter::once("crate").chain(parts).map(str::to_owned).collect()
}

/// Follows `self`, `super` and local names.
fn resolve(path: &mut Path, module: &[String], local: &BTreeMap<String, Vec<String>>) {
    let first = path.segments[0].clone();
    let mut base = module.to_vec();
    let mut rest = path.segments.as_slice();
    match first.as_str() {
        "self" => rest = &rest[1..],
        "super" => {
            while rest.first().is_some_and(|segment| segment == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        name => match local.get(name) {
            Some(known) => {
                base.clone_from(known);
                rest = &rest[1..];
            }
            None => return,
        },
    }
    path.segments = [&base[..], rest].concat();
}

/// Reads one path from `at` on, groups taken apart, and moves `at` behind it.
fn read_path(tokens: &[(String, usize)], at: &mut usize, prefix: &[String], found: &mut Vec<Path>) {
    let token = |index: usize| tokens.get(index).map_or("", |token| token.0.as_str());
    if token(*at) == "::" {
        *at += 1;
    }
    let line = tokens.get(*at).map_or(0, |token| token.1);
    let mut segments = prefix.to_vec();
    loop {
        if token(*at) == "{" {
            *at += 1;
            while !matches!(token(*at), "}" | "") {
                if is_name(token(*at)) || matches!(token(*at), "::" | "{") {
                    read_path(tokens, at, &segments, found);
                } else {
                    *at += 1;
                }
            }
            *at += 1;
            return;
        }
        if !is_name(token(*at)) {
            break;
        }
        // `use a::b::{self}` is a::b itself.
        if token(*at) != "self" || segments.is_empty() {
            segments.push(token(*at).to_owned());
        }
        *at += 1;
        if token(*at) != "::" {
            break;
        }
        *at += 1;
    }
    if token(*at) == "as" {
        *at += 2;
    }
    if !segments.is_empty() {
        found.push(Path { segments, line });
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names and signs with their lines, up to the tests at the end; comments and literals are left out.
fn tokens(source: &str) -> Vec<(String, usize)> {
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let text: Vec<char> = source.chars().collect();
    let find = |from: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        (from..text.len()).find(|at| text[*at..].starts_with(&end)).map_or(text.len(), |at| at + end.len())
    };
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < text.len() {
        let begin = at;
        let next = text.get(at + 1).copied().unwrap_or(' ');
        let raw = (text[at] == 'r').then(|| text[at + 1..].iter().take_while(|sign| **sign == '#').count());
        at = match text[at] {
            '/' if next == '/' => find(at, "\n") - usize::from(find(at, "\n") < text.len()),
            '/' if next == '*' => find(at + 2, "*/"),
            'r' if raw.is_some_and(|hashes| text.get(at + 1 + hashes) == Some(&'"')) => {
                let hashes = raw.unwrap_or_default();
                find(at + 2 + hashes, &format!("\"{}", "#".repeat(hashes)))
            }
            '"' => after_quote(&text, at, '"'),
            '\'' if next == '\\' || text.get(at + 2) == Some(&'\'') => after_quote(&text, at, '\''),
            first if first.is_alphanumeric() || first == '_' => {
                let name = |at: &usize| !(text[*at].is_alphanumeric() || text[*at] == '_');
                let end = (at..text.len()).find(name).unwrap_or(text.len());
                tokens.push((text[at..end].iter().collect(), line));
                end
            }
            ':' if next == ':' => {
                tokens.push(("::".to_owned(), line));
                at + 2
            }
            sign => {
                if !sign.is_whitespace() {
                    tokens.push((sign.to_string(), line));
                }
                at + 1
            }
        };
        line += text[begin..at].iter().filter(|sign| **sign == '\n').count();
    }
    tokens
}

/// Behind the end of a literal that begins at `at`.
fn after_quote(text: &[char], mut at: usize, quote: char) -> usize {
    at += 1;
    while at < text.len() && text[at] != quote {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}
