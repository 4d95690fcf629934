//! What is wrong with a template, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something wrong with a template, its line, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Flaw {
    /// The line in the file; the first is 1.
    pub line: usize,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}; {}.", self.line, self.wrong, self.right)
    }
}

/// Flaws beyond this many help nobody.
const MOST: usize = 200;

/// Collects flaws by their place in a text.
#[derive(Debug)]
pub(super) struct Flaws<'t> {
    text: &'t str,
    found: Vec<Flaw>,
}

impl<'t> Flaws<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes a flaw at an offset in bytes.
    pub(super) fn at(&mut self, offset: usize, wrong: impl Into<String>, right: impl Into<String>) {
        self.below(offset, 0, wrong, right);
    }

    /// Notes a flaw so many lines below an offset: in a block of code, whose text was moved out of
    /// the list or the quote around it.
    pub(super) fn below(
        &mut self,
        offset: usize,
        lines: usize,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) {
        if self.found.len() >= MOST {
            return;
        }
        let line = self.line(offset) + lines;
        self.found.push(Flaw { line, wrong: wrong.into(), right: right.into() });
    }

    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    /// Whether something was told of this line already.
    pub(super) fn told(&self, offset: usize) -> bool {
        let line = self.line(offset);
        self.found.iter().any(|flaw| flaw.line == line)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, by line.
    pub(super) fn finish(mut self) -> Vec<Flaw> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
