//! Rules that an operator adds to the built-in ones.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::{kind::Kind, scan::Hit};

/// The longest text that an operator's pattern is sure to find as a whole, in bytes. Longer texts
/// are looked at in windows of twice that, each half over the one before: the engine is linear for
/// one search, but finding all matches of some patterns is not, and windows bound that.
const REACH: usize = 1024;

/// How far before a match one of its keys may stand, in bytes.
const NEAR: usize = 48;

/// The most memory that a compiled pattern may take, in bytes.
const SIZE: usize = 1 << 20;

/// The most rules.
const MOST: usize = 200;

/// A rule of the operator's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorRule {
    /// Its name, which stands in the place of what it finds: small letters, digits and hyphens, at
    /// most 32.
    pub name: String,
    /// What it finds, in the syntax of the `regex` crate (docs.rs/regex, "Syntax").
    pub pattern: String,
    /// Words of which one must stand at most 48 bytes before the match, or in the name of the
    /// attribute; upper and lower case are the same. None: it counts anywhere.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// A rule that cannot be used. Names the rule and says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// The name.
    #[error(
        "rule {0:?}: a name has 1 to 32 small letters, digits and hyphens, and begins with a letter"
    )]
    Name(String),
    /// Twice.
    #[error("rule {0:?}: another rule has this name; built-in rules keep theirs")]
    Twice(String),
    /// The pattern.
    #[error("rule {name:?}: the pattern cannot be read: {problem}")]
    Pattern {
        /// Which rule.
        name: String,
        /// What the compiler says.
        problem: String,
    },
    /// Matches everywhere.
    #[error("rule {0:?}: the pattern matches empty text; write what it must contain")]
    Empty(String),
    /// A key.
    #[error("rule {0:?}: a key is a word; leave `keys` out if the pattern counts anywhere")]
    Key(String),
    /// Too many.
    #[error("{0} rules; at most {MOST} are possible")]
    Many(usize),
}

/// A rule that can be used.
pub struct Compiled {
    pattern: Regex,
    keys: Vec<String>,
    rule: u16,
}

/// Checks and compiles rules.
pub fn compile(rules: &[OperatorRule]) -> Result<Vec<Compiled>, RuleProblem> {
    if rules.len() > MOST {
        return Err(RuleProblem::Many(rules.len()));
    }
    let mut compiled = Vec::with_capacity(rules.len());
    for (place, rule) in rules.iter().enumerate() {
        let name = || rule.name.chars().take(64).collect::<String>();
        let fits = rule.name.len() <= 32
            && rule.name.starts_with(|c: char| c.is_ascii_lowercase())
            && rule.name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if !fits {
            return Err(RuleProblem::Name(name()));
        }
        let taken = Kind::ALL.iter().any(|kind| kind.name() == rule.name)
            || rules[..place].iter().any(|other| other.name == rule.name);
        if taken {
            return Err(RuleProblem::Twice(name()));
        }
        let pattern = RegexBuilder::new(&rule.pattern)
            .size_limit(SIZE)
            .dfa_size_limit(SIZE)
            .build()
            .map_err(|error| RuleProblem::Pattern { name: name(), problem: error.to_string() })?;
        if pattern.is_match("") {
            return Err(RuleProblem::Empty(name()));
        }
        if rule.keys.iter().any(|key| key.trim().is_empty()) {
            return Err(RuleProblem::Key(name()));
        }
        let keys = rule.keys.iter().map(|key| key.trim().to_lowercase()).collect();
        compiled.push(Compiled { pattern, keys, rule: (Kind::ALL.len() + place) as u16 });
    }
    Ok(compiled)
}

impl Compiled {
    /// Adds what it finds in a text, given the name of the attribute the text belongs to, in small
    /// letters.
    pub fn find(&self, text: &str, key: Option<&str>, hits: &mut Vec<Hit>) {
        let keyed = self.keys.is_empty()
            || key.is_some_and(|key| self.keys.iter().any(|word| key.contains(word)));
        let mut start = 0;
        loop {
            let end = boundary(text, start + 2 * REACH);
            for found in self.pattern.find_iter(&text[start..end]) {
                let (from, to) = (start + found.start(), start + found.end());
                if from < to && (keyed || self.near(text, from)) {
                    hits.push(Hit { start: from, end: to, rule: self.rule });
                }
            }
            if end == text.len() {
                return;
            }
            start = boundary(text, start + REACH);
        }
    }

    fn near(&self, text: &str, at: usize) -> bool {
        let before = text[boundary(text, at.saturating_sub(NEAR))..at].to_lowercase();
        self.keys.iter().any(|word| before.contains(word))
    }
}

/// The last place not behind `at` where a character begins.
pub fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
