//! What happened, once.

use serde::{Deserialize, Serialize};

use crate::{Error, bytes::Canon};

/// Most bytes that the texts of one entry may have together, and most that a detail may have.
pub const TEXT_LIMIT: usize = 1 << 20;

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed, or what was sent was not acceptable.
    Refused,
    /// It was allowed and did not succeed.
    Failed,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 3] = [Self::Done, Self::Refused, Self::Failed];

    /// The number in storage and in what is hashed; it never changes its meaning.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 1,
            Self::Refused => 2,
            Self::Failed => 3,
        }
    }

    /// The inverse of [`Outcome::code`].
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// The word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The inverse of [`Outcome::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// Who did what to what, when, and how it ended. Holds no personal data: people are numbers here,
/// and names and addresses go into a [`Detail`](crate::Detail).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log: 1, 2, 3, … without a gap.
    pub seq: u64,
    /// When: microseconds since 1970-01-01T00:00:00Z.
    pub at_us: i64,
    /// Who: `user:3`, `token:5`, `system` or `anonymous`.
    pub actor: String,
    /// The role in which, or empty.
    pub role: String,
    /// What was done, e.g. `sign-in`.
    pub action: String,
    /// To what, e.g. `finding:ab12`, or empty.
    pub object: String,
    /// How it ended.
    pub outcome: Outcome,
    /// A little JSON of facts that are not personal, or empty. Taken byte for byte.
    pub facts: String,
    /// The commitment of the [`Detail`](crate::Detail), if there is one.
    pub commitment: Option<[u8; 32]>,
}

impl Entry {
    /// The entry as canonical bytes: every field in the order of the struct, each behind its length
    /// in four bytes; numbers as eight bytes. Different entries have different bytes.
    pub fn payload(&self) -> Vec<u8> {
        Canon::default()
            .number(self.seq)
            .signed(self.at_us)
            .field(self.actor.as_bytes())
            .field(self.role.as_bytes())
            .field(self.action.as_bytes())
            .field(self.object.as_bytes())
            .number(u64::from(self.outcome.code()))
            .field(self.facts.as_bytes())
            .field(self.commitment.as_ref().map_or(&[], |bytes| &bytes[..]))
            .done()
    }

    /// Whether the texts fit into [`TEXT_LIMIT`]. To be asked before an entry is chained: a log
    /// with a longer one could not be exported.
    ///
    /// # Errors
    /// [`Error::TooLong`].
    pub fn check(&self) -> Result<(), Error> {
        let texts = [&self.actor, &self.role, &self.action, &self.object, &self.facts];
        let found = texts.into_iter().map(String::len).sum();
        if found > TEXT_LIMIT { Err(Error::TooLong { found }) } else { Ok(()) }
    }
}
