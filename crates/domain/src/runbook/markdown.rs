//! Markdown as a small tree that a page turns into elements, without ever setting markup.
//!
//! What a value of a parameter says stands in a node of its own: whatever it holds, it cannot
//! become a link, an element or a second command.

use serde::{Deserialize, Serialize};

use super::Values;
use super::text::quoted;

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    /// A heading inside a step; its level is 3 or more.
    Heading {
        /// From 3 to 6.
        level: u8,
        /// The words.
        of: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph {
        /// The words.
        of: Vec<Inline>,
    },
    /// A list.
    List {
        /// The number of the first item; `None` for bullets.
        start: Option<u64>,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// Something quoted or set apart.
    Quote {
        /// The blocks in it.
        of: Vec<Block>,
    },
    /// Code.
    Code {
        /// The language, or empty.
        language: String,
        /// Whether running it changes something: a page says so.
        changes: bool,
        /// The text.
        of: Vec<Piece>,
    },
    /// A table.
    Table {
        /// The cells of the head.
        head: Vec<Vec<Inline>>,
        /// The rows below it.
        rows: Vec<Vec<Vec<Inline>>>,
    },
}

/// Words in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "inline", rename_all = "kebab-case")]
pub enum Inline {
    /// Text, to be shown as text.
    Text {
        /// As it is.
        text: String,
    },
    /// The value of a parameter.
    Value(Value),
    /// Code in a line.
    Code {
        /// The text.
        of: Vec<Piece>,
    },
    /// Strong words.
    Strong {
        /// The words.
        of: Vec<Inline>,
    },
    /// Stressed words.
    Emphasis {
        /// The words.
        of: Vec<Inline>,
    },
    /// A link.
    Link {
        /// `https://…`, a path in the product such as `/controls/dynamodb-pitr`, or `#step`.
        to: String,
        /// The words.
        of: Vec<Inline>,
    },
    /// The line ends here.
    Break,
}

/// A piece of code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "piece", rename_all = "kebab-case")]
pub enum Piece {
    /// Text, to be shown as text.
    Text {
        /// As it is.
        text: String,
    },
    /// The value of a parameter.
    Value(Value),
}

/// The place of a parameter, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// The name of the parameter.
    pub name: String,
    /// What stands there; `None` where nobody filled it in.
    pub text: Option<String>,
}

impl Value {
    /// What to show: the value, or the name in braces where there is none.
    pub fn shown(&self) -> String {
        self.text.clone().unwrap_or_else(|| format!("{{{{{}}}}}", self.name))
    }

    fn fill(&mut self, values: &Values, code: bool) {
        let text = values.get(&self.name);
        self.text = text.map(|text| if code { quoted(text) } else { text.to_owned() });
    }
}

/// Puts the values of parameters into their places. In code they are quoted for a shell where they
/// hold anything that a shell would read.
pub fn fill(blocks: &mut [Block], values: &Values) {
    for block in blocks {
        match block {
            Block::Heading { of, .. } | Block::Paragraph { of } => fill_inlines(of, values),
            Block::List { items, .. } => items.iter_mut().for_each(|item| fill(item, values)),
            Block::Quote { of } => fill(of, values),
            Block::Code { of, .. } => fill_pieces(of, values),
            Block::Table { head, rows } => {
                let cells = head.iter_mut().chain(rows.iter_mut().flatten());
                cells.for_each(|cell| fill_inlines(cell, values));
            }
        }
    }
}

fn fill_inlines(inlines: &mut [Inline], values: &Values) {
    for inline in inlines {
        match inline {
            Inline::Value(value) => value.fill(values, false),
            Inline::Code { of } => fill_pieces(of, values),
            Inline::Strong { of } | Inline::Emphasis { of } | Inline::Link { of, .. } => {
                fill_inlines(of, values);
            }
            Inline::Text { .. } | Inline::Break => {}
        }
    }
}

fn fill_pieces(pieces: &mut [Piece], values: &Values) {
    for piece in pieces {
        if let Piece::Value(value) = piece {
            value.fill(values, true);
        }
    }
}

/// The words without any form, for a search, an export and a digest.
pub fn plain(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        plain_block(block, &mut text);
    }
    text
}

fn plain_block(block: &Block, text: &mut String) {
    match block {
        Block::Heading { of, .. } | Block::Paragraph { of } => plain_inlines(of, text),
        Block::List { items, .. } => items.iter().flatten().for_each(|it| plain_block(it, text)),
        Block::Quote { of } => of.iter().for_each(|block| plain_block(block, text)),
        Block::Code { of, .. } => text.push_str(&joined(of)),
        Block::Table { head, rows } => {
            for cell in head.iter().chain(rows.iter().flatten()) {
                plain_inlines(cell, text);
                text.push('\n');
            }
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
}

fn plain_inlines(inlines: &[Inline], text: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text { text: words } => text.push_str(words),
            Inline::Value(value) => text.push_str(&value.shown()),
            Inline::Code { of } => text.push_str(&joined(of)),
            Inline::Strong { of } | Inline::Emphasis { of } => plain_inlines(of, text),
            Inline::Link { to, of } => {
                plain_inlines(of, text);
                text.push_str(" <");
                text.push_str(to);
                text.push('>');
            }
            Inline::Break => text.push('\n'),
        }
    }
}

/// Code as it would be copied.
pub fn joined(pieces: &[Piece]) -> String {
    let shown = |piece: &Piece| match piece {
        Piece::Text { text } => text.clone(),
        Piece::Value(value) => value.shown(),
    };
    pieces.iter().map(shown).collect()
}
