//! House rules that no linter knows.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const LONGEST: usize = 500;

/// Words that may stand in one file of the interface alone, and why.
const ALONE: [(&str, &str); 2] = [
    (
        "<textarea",
        "leptos does not escape what stands inside it, so one component owns the element",
    ),
    ("inner_html", "it is raw by design, so one component takes charts and nothing else"),
];

/// One source file.
struct Source {
    shown: String,
    text: String,
}

/// Checks all rules and names every file that breaks one.
pub fn check(workspace: &Workspace) -> Result<String> {
    let mut sources = Vec::new();
    for folder in ["app", "server", "crates", "xtask", "fuzz"] {
        for path in workspace.files(folder)?.into_iter().filter(|path| is_rust(path)) {
            let text = fs::read_to_string(&path)?;
            sources.push(Source { shown: workspace.shown(&path), text });
        }
    }
    let mut complaints = too_long(&sources);
    for (word, reason) in ALONE {
        complaints.extend(not_alone(&sources, word, reason));
    }
    if !complaints.is_empty() {
        bail!("house rules are broken:\n  {}", complaints.join("\n  "));
    }
    Ok(format!("{} files", sources.len()))
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn is_test(source: &Source) -> bool {
    source.shown.split('/').any(|part| part == "tests" || part == "tests.rs")
}

fn too_long(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .filter(|source| !is_test(source))
        .map(|source| (source, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(source, lines)| {
            format!("{}: {lines} lines, where {LONGEST} are allowed", source.shown)
        })
        .collect()
}

fn not_alone(sources: &[Source], word: &str, reason: &str) -> Option<String> {
    let users: Vec<&str> = sources
        .iter()
        .filter(|source| source.shown.starts_with("app/") && !is_test(source))
        .filter(|source| {
            let code = source.text.lines().filter(|line| !line.trim_start().starts_with("//"));
            code.into_iter().any(|line| line.contains(word))
        })
        .map(|source| source.shown.as_str())
        .collect();
    (users.len() > 1).then(|| format!("`{word}` stands in {}: {reason}", users.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(shown: &str, text: &str) -> Source {
        Source { shown: shown.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_second_owner_of_a_raw_element_is_named() {
        let owner = source("app/src/components/text_area.rs", "view! { <textarea></textarea> }");
        let comment = source("app/src/pages/findings.rs", "// not a <textarea>");
        let intruder = source("app/src/pages/note.rs", "view! { <textarea/> }");
        let (word, reason) = ALONE[0];
        assert_eq!(not_alone(&[owner, comment], word, reason), None);
        let owner = source("app/src/components/text_area.rs", "<textarea>");
        let complaint = not_alone(&[owner, intruder], word, reason).unwrap_or_default();
        assert!(complaint.contains("app/src/pages/note.rs"), "{complaint}");
    }

    #[test]
    fn only_what_is_not_a_test_is_measured() {
        let long = "//\n".repeat(LONGEST + 1);
        let sources = [source("app/src/a.rs", &long), source("app/tests/it/a.rs", &long)];
        let complaints = too_long(&sources);
        assert_eq!(complaints.len(), 1);
        assert!(complaints[0].starts_with("app/src/a.rs: 501 lines"), "{complaints:?}");
    }
}
