//! What is wrong with a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong. As text, a sentence for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The entry that is proven bad: the number of a place in the chain, where something else
    /// stands than what stood there. `None` when no entry can be named.
    pub seq: Option<u64>,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with the log or with its export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// A gap: a later entry stands in its place.
    Missing {
        /// The sequence number found.
        found: u64,
    },
    /// An earlier entry stands in its place.
    OutOfOrder {
        /// The sequence number found.
        found: u64,
    },
    /// Its previous hash is not the hash of the entry before it.
    Previous,
    /// The next entry is whole, and was chained to another one than this.
    Replaced,
    /// Its hash is not that of its content.
    Content,
    /// Its personal details are not those that it was chained with.
    Detail,
    /// The line of the export cannot be read.
    Unreadable {
        /// Counted from 1.
        line: u64,
        /// What the reader said.
        why: String,
    },
    /// The line of the export is not written as the format wants it.
    Form {
        /// Counted from 1.
        line: u64,
    },
    /// A signed head of the log names another hash: the log was rewritten.
    Rewritten {
        /// What names another hash.
        by: Voucher,
        /// The first entry that may have been rewritten; all before it are anchored.
        since: u64,
    },
    /// The tail is cut off: something knows of later entries.
    Cut {
        /// What knows of them.
        by: Voucher,
        /// The last entry that it knows of.
        reaches: u64,
    },
    /// The head is cut off although nobody who is trusted signed for that.
    Headless {
        /// The first entry that is there.
        first: u64,
    },
    /// There are more entries than the manifest knows of.
    Surplus {
        /// The last entry of the manifest.
        last: u64,
    },
    /// The last entry has another hash than the manifest says.
    Head,
    /// There are more or fewer lines than the manifest says.
    Count {
        /// What the manifest says.
        stated: u64,
        /// How many there are.
        found: u64,
    },
    /// A file of the export is missing, unreadable or another one.
    File {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The manifest is missing, unreadable or not as it was signed.
    Manifest {
        /// What is wrong with it.
        why: String,
    },
    /// The manifest is signed by a key that is not trusted.
    Key {
        /// Id of the key that signed.
        found: String,
        /// Ids of the keys that are trusted.
        trusted: Vec<String>,
    },
    /// A checkpoint of the export is unreadable, not signed, or disagrees.
    Checkpoint {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// An anchor is not signed by the key that it names.
    Anchor {
        /// Its place among the anchors given, counted from 1.
        number: u64,
        /// What is wrong with it.
        why: String,
    },
}

/// What a log is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Voucher {
    /// A signed checkpoint from outside.
    Anchor,
    /// A signed checkpoint inside the export.
    Checkpoint,
    /// The manifest of the export.
    Manifest,
}

impl fmt::Display for Voucher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anchor => "an anchor from outside",
            Self::Checkpoint => "a signed checkpoint of the export",
            Self::Manifest => "the manifest",
        })
    }
}

impl Wrong {
    /// The word for programs, also in the JSON of other verifiers.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::Previous => "previous",
            Self::Replaced => "replaced",
            Self::Content => "content",
            Self::Detail => "detail",
            Self::Unreadable { .. } => "unreadable",
            Self::Form { .. } => "form",
            Self::Rewritten { .. } => "rewritten",
            Self::Cut { .. } => "cut",
            Self::Headless { .. } => "headless",
            Self::Surplus { .. } => "surplus",
            Self::Head => "head",
            Self::Count { .. } => "count",
            Self::File { .. } => "file",
            Self::Manifest { .. } => "manifest",
            Self::Key { .. } => "key",
            Self::Checkpoint { .. } => "checkpoint",
            Self::Anchor { .. } => "anchor",
        }
    }
}

impl Fault {
    pub(crate) fn at(seq: u64, wrong: Wrong) -> Self {
        Self { seq: Some(seq), wrong }
    }

    pub(crate) fn nowhere(wrong: Wrong) -> Self {
        Self { seq: None, wrong }
    }

    /// Where, as the subject of a sentence.
    fn place(&self) -> String {
        self.seq.map_or_else(|| "An entry".to_owned(), |seq| format!("Entry {seq}"))
    }

    fn about_entry(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        match &self.wrong {
            Wrong::Missing { found } => {
                write!(f, "{place} is missing: entry {found} stands in its place.")
            }
            Wrong::OutOfOrder { found } => {
                write!(f, "{place} is not in its place: entry {found} stands there, out of order.")
            }
            Wrong::Previous => write!(
                f,
                "{place} does not follow the entry before it: its previous hash is another one."
            ),
            Wrong::Replaced => {
                write!(f, "{place} was replaced: the next entry was chained to another one.")
            }
            Wrong::Content => {
                write!(f, "{place} was changed: its hash is not that of its content.")
            }
            Wrong::Detail => {
                write!(f, "{place} has personal details that are not those it was chained with.")
            }
            Wrong::Unreadable { line, why } => {
                write!(f, "{place} cannot be read (line {line}: {why}).")
            }
            Wrong::Form { line } => write!(
                f,
                "{place} is not written as the format wants it (line {line}): something was added \
                 to the line, reordered or spelled differently."
            ),
            Wrong::Rewritten { by, since } => write!(
                f,
                "{place} is not the one that {by} vouches for: the log was rewritten. Entries from \
                 {since} on are suspect."
            ),
            _ => self.about_export(f),
        }
    }

    fn about_export(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.wrong {
            Wrong::Cut { by, reaches } => write!(
                f,
                "{} is missing: the tail was cut off, for {by} knows of entry {reaches}.",
                self.place()
            ),
            Wrong::Headless { first } => write!(
                f,
                "{} is missing: the export starts with entry {first}, and nobody who is trusted \
                 signed for that.",
                self.place()
            ),
            Wrong::Surplus { last } => {
                write!(f, "{} was added: the manifest ends with entry {last}.", self.place())
            }
            Wrong::Head => {
                write!(f, "{} has another hash than the manifest says.", self.place())
            }
            Wrong::Count { stated, found } => {
                write!(f, "The manifest says {stated} entries, and there are {found} lines.")
            }
            Wrong::File { name, why } => write!(f, "The file {name} {why}."),
            Wrong::Manifest { why } => write!(f, "The manifest {why}."),
            Wrong::Key { found, trusted } => write!(
                f,
                "The manifest is signed by the key {found}, which is not trusted (trusted: {}).",
                trusted.join(", ")
            ),
            Wrong::Checkpoint { line, why } => {
                write!(f, "The checkpoint on line {line} {why}.")
            }
            Wrong::Anchor { number, why } => write!(f, "Anchor number {number} {why}."),
            other => f.write_str(other.as_str()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.about_entry(f)
    }
}
