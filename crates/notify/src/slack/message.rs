//! The message itself, in [Block Kit](https://docs.slack.dev/block-kit/): a section has at most
//! 3,000 characters, and a message is short enough to read on a telephone.

use std::fmt::Write as _;

use serde::Serialize;

use crate::notice::Notice;
use crate::text;

/// Characters in the text of a section, with room for what closes it.
const LONGEST_SECTION: usize = 2_900;
/// Rules named.
const MOST_LINES: usize = 10;

/// What is posted: blocks, and a text for notifications and for readers of screens.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    text: String,
    blocks: Vec<Block>,
    unfurl_links: bool,
    unfurl_media: bool,
}

#[derive(Debug, Serialize)]
struct Block {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Mrkdwn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Mrkdwn>,
}

#[derive(Debug, Serialize)]
struct Mrkdwn {
    #[serde(rename = "type")]
    kind: &'static str,
    text: String,
}

impl Mrkdwn {
    fn new(text: String) -> Self {
        Self { kind: "mrkdwn", text }
    }
}

impl Block {
    fn section(text: String) -> Self {
        Self { kind: "section", text: Some(Mrkdwn::new(text)), fields: Vec::new() }
    }
}

impl Message {
    pub(super) fn of(notice: &Notice) -> Self {
        let mut blocks = vec![Block::section(format!("*{}*", headline(notice)))];
        let facts = text::facts(notice).into_iter();
        let fields = facts
            .map(|(name, value)| Mrkdwn::new(format!("*{name}*\n{}", text::escape(&value))))
            .collect();
        blocks.push(Block { kind: "section", text: None, fields });
        if !notice.lines.is_empty() {
            blocks.push(Block::section(rules(notice)));
        }
        if let Some(runbook) = &notice.runbook {
            blocks.push(Block::section(format!("<{}|Runbook>", text::escape(runbook.as_str()))));
        }
        let text = text::escape(&text::summary(notice, 300));
        Self { text, blocks, unfurl_links: false, unfurl_media: false }
    }
}

/// What is said in the thread when somebody should look again.
pub(super) fn again(notice: &Notice) -> String {
    let counts = text::counts(notice.counts);
    format!("*{}*: {} ({counts})", notice.reason.words(), headline(notice))
}

/// The summary as a link to the incident.
fn headline(notice: &Notice) -> String {
    let address = text::escape(notice.link.as_str());
    format!("<{address}|{}>", text::escape(&text::summary(notice, 300)))
}

fn rules(notice: &Notice) -> String {
    let mut said = String::new();
    let mut shown = 0;
    for found in notice.lines.iter().take(MOST_LINES) {
        let line = format!("• {}\n", text::escape(&text::rule(found)));
        if said.chars().count() + line.chars().count() > LONGEST_SECTION {
            break;
        }
        said.push_str(&line);
        shown += 1;
    }
    if notice.lines.len() > shown {
        let _ = write!(said, "• and {} more rules", notice.lines.len() - shown);
    }
    said
}
