//! Registers: what an organisation knows about itself that no cloud can tell.
//!
//! Vendors and their agreements (45 CFR 164.308(b), 164.314(a), 164.502(e), 164.504(e)), systems and
//! what they hold, incidents (164.308(a)(6)) and the drills that show that one would be noticed.
//!
//! A record is a plain struct that is read from text, field by field, and written back as text:
//! forms, tables (CSV) and the history of a record all rest on that one list of fields. What is
//! wrong is told for each field, with what would be right.

mod day;
pub mod drill;
pub mod field;
pub mod incident;
pub mod plan;
pub mod reading;
pub mod system;
pub mod table;
pub mod vendor;

use std::fmt::{self, Debug};
use std::hash::Hash;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

pub use day::Day;
pub use drill::{Drill, DrillKind, DrillOutcome};
pub use field::{Field, FieldKind, Filled, Flaw};
pub use incident::{Elapsed, Incident, IncidentKind, IncidentState};
pub use plan::{Fate, Line, Plan, plan};
pub use reading::{Known, Reading};
pub use system::{Criticality, System};
pub use table::{TableFlaw, read_table, write_table};
pub use vendor::{Agreement, BaaCoverage, Need, Vendor, VendorState, baa_coverage};

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

number_id!(
    /// A vendor in its register.
    VendorId
);
number_id!(
    /// A system in its register.
    SystemId
);
number_id!(
    /// An incident in its register.
    IncidentId
);
number_id!(
    /// A drill in its register.
    DrillId
);

/// Small enumerations with a word for programs and one for people.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal, $title:literal;)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in the order of a list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The same as word and title, for a form.
            pub const CHOICES: &'static [(&'static str, &'static str)] = &[$(($word, $title)),+];

            /// The word in URLs, tables and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The words for people.
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// The inverse of [`Self::as_str`].
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}
pub(crate) use words;

/// A kind of record, with its fields.
pub trait Record:
    Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Its number.
    type Id: Debug
        + Copy
        + Eq
        + Ord
        + Hash
        + fmt::Display
        + From<i64>
        + Into<i64>
        + Serialize
        + Send
        + Sync;

    /// One of them: the word in the audit log, such as `vendor`.
    const WORD: &'static str;
    /// Many of them: the word in URLs, such as `vendors`.
    const WORDS: &'static str;
    /// Its fields, in the order of a form and of a table.
    const FIELDS: &'static [Field];

    /// Reads a record from text.
    ///
    /// # Errors
    /// Everything that is wrong, each with the field in which it is.
    fn read(filled: &Filled, known: &Known) -> Result<Self, Vec<Flaw>>;

    /// The same as text: reading it gives the same record.
    fn write(&self, known: &Known) -> Filled;

    /// What people call it.
    fn title(&self) -> &str;

    /// That by which an import finds it again.
    fn key(&self) -> String {
        Self::key_of(&self.write(&Known::default()))
    }

    /// The key of a record that has not been read yet.
    fn key_of(filled: &Filled) -> String {
        let part = |name: &&str| {
            let text = filled.get(name);
            reading::minute(text).map_or_else(|| text.to_lowercase(), reading::write_minute)
        };
        Self::KEYS.iter().map(part).collect::<Vec<_>>().join(" ")
    }

    /// Whether no two that stand may have the same key.
    const UNIQUE: bool;
    /// The field that holds the title.
    const TITLE: &'static str;
    /// The fields of which the key is made.
    const KEYS: &'static [&'static str];

    /// What is wrong with `self` as the next version of `before`.
    fn follows(&self, before: &Self) -> Option<Flaw> {
        let _ = before;
        None
    }
}

/// A record as the register has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Registered<T: Record> {
    /// Its number.
    pub id: T::Id,
    /// Rises by one with each change and with the end; the first is 1.
    pub version: i64,
    /// When it was registered.
    pub added: Timestamp,
    /// When this version was made, be it by its end.
    pub changed: Timestamp,
    /// Whether it does not count any more, since when and why.
    pub ended: Option<Ended>,
    /// What it says.
    pub record: T,
}

/// The end of a record; it stays in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When.
    pub at: Timestamp,
    /// Why. Text of a person.
    pub reason: String,
}

impl<T: Record> Registered<T> {
    /// Whether it counts.
    pub fn stands(&self) -> bool {
        self.ended.is_none()
    }
}

/// The longest reason for an end, in characters.
pub const LONGEST_REASON: usize = 500;

/// Reads the reason for which a record ends.
///
/// # Errors
/// A sentence about what is wrong.
pub fn end_reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("Say why it ends: an auditor will ask.".to_owned()),
        n if n > LONGEST_REASON => Err(format!(
            "The reason has {n} characters, where {LONGEST_REASON} are kept: shorten it."
        )),
        _ if text.contains(reading::UNREADABLE) => Err(reading::NOT_UTF8.to_owned()),
        _ => Ok(text.to_owned()),
    }
}

/// The names of the fields in which two versions differ.
pub fn differences<T: Record>(before: &T, after: &T, known: &Known) -> Vec<&'static str> {
    let (before, after) = (before.write(known), after.write(known));
    let differs = |field: &&Field| before.get(field.name) != after.get(field.name);
    T::FIELDS.iter().filter(differs).map(|field| field.name).collect()
}
