//! Patterns in which a star stands for any run of characters, and nothing else is special.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A pattern. Letter case matters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glob(String);

impl Glob {
    /// A pattern from its text; every text is one.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole text fits. Takes time in proportion to text times pattern at worst: there
    /// is one point to return to, never a tree of them.
    pub fn matches(&self, text: &str) -> bool {
        let (pattern, text) = (self.0.as_bytes(), text.as_bytes());
        let (mut p, mut t) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while t < text.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    back = Some((p, t));
                    p += 1;
                }
                Some(byte) if *byte == text[t] => {
                    p += 1;
                    t += 1;
                }
                _ => match back {
                    Some((star, from)) => {
                        back = Some((star, from + 1));
                        p = star + 1;
                        t = from + 1;
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|byte| *byte == b'*')
    }

    /// The characters that are not stars.
    pub fn literal(&self) -> usize {
        self.0.chars().filter(|c| *c != '*').count()
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_star_is_any_run() {
        let fits = |pattern: &str, text: &str| Glob::new(pattern).matches(text);
        assert!(fits("Recon:*", "Recon:EC2/Portscan"));
        assert!(fits("Impact:S3/*Delete*", "Impact:S3/AnomalousBehavior.Delete"));
        assert!(fits("Behavior:EC2/*Unusual", "Behavior:EC2/TrafficVolumeUnusual"));
        assert!(!fits("Behavior:EC2/*Unusual", "Behavior:EC2/TrafficVolumeUnusual.X"));
        assert!(fits("*", "") && fits("**", "x") && fits("a*b*c", "aXbYbZc"));
        assert!(!fits("", "x") && fits("", "") && !fits("a", "A") && !fits("a*", ""));
        assert!(!fits(&"*a".repeat(40), &"a".repeat(39)));
    }

    proptest! {
        #[test]
        fn a_pattern_from_a_text_fits_it(text in "[a-z/:]{0,20}", from in 0_usize..20, to in 0_usize..20) {
            let (from, to) = (from.min(text.len()), to.min(text.len()));
            let (from, to) = (from.min(to), from.max(to));
            let pattern = format!("{}*{}", &text[..from], &text[to..]);
            prop_assert!(Glob::new(pattern).matches(&text));
            prop_assert!(Glob::new(text.clone()).matches(&text));
        }
    }
}
