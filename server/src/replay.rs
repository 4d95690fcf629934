//! What the mapping of today makes of an answer that was kept.

use app::Replayed;
use domain::{Part, Scope, Timestamp};

/// Items that are named.
const MOST: usize = 20;

/// Maps one answer. Stores nothing.
pub fn replay(scope: &Scope, part: Part, operation: &str, body: &[u8], now: Timestamp) -> Replayed {
    let page = match collect::replay(scope, part, operation, body, now) {
        Some(Ok(page)) => page,
        Some(Err(why)) => return Replayed { refused: Some(why.0), ..Replayed::default() },
        None => {
            let why = format!(
                "{operation} is only mapped together with other answers of its visit; the next \
                 round does that."
            );
            return Replayed { refused: Some(why), ..Replayed::default() };
        }
    };
    let findings = page.findings.iter().map(|finding| finding.title.clone());
    let resources = page.resources.iter().map(|resource| resource.key.to_string());
    Replayed {
        findings: page.findings.len() as u64,
        resources: page.resources.len() as u64,
        items: findings.chain(resources).take(MOST).collect(),
        problems: page.problems,
        refused: None,
    }
}
