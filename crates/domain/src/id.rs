//! Typed ids and the one kind of time.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

text_id!(
    /// An AWS account: twelve digits.
    AccountId
);
text_id!(
    /// An AWS region code such as `us-east-1`.
    Region
);
text_id!(
    /// A control of our catalogue: a stable slug such as `s3-public-access-blocked`.
    ControlId
);
text_id!(
    /// A section of 45 CFR part 164, such as `164.312(a)(2)(iv)`.
    SectionId
);
text_id!(
    /// What a source said, once: 32 hexadecimal digits, see [`FindingId::of`].
    FindingId
);
text_id!(
    /// One resource across all sources: its ARN where any source knows it, else `type/id`.
    ResourceKey
);

/// One round over all accounts; numbers rise with time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub i64);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FindingId {
    /// The identity of a finding: the first 16 bytes of SHA-256 over length-prefixed fields.
    ///
    /// Severity, title and times are left out, so that an update meets its own row again.
    pub fn of(source: crate::Source, account: &AccountId, region: &Region, native: &str) -> Self {
        Self(fingerprint(["f1", source.as_str(), account.as_str(), region.as_str(), native]))
    }
}

/// The first 16 bytes of SHA-256 over length-prefixed fields, in hexadecimal. The first field is
/// the kind of key and its version, so that keys of different kinds never meet.
pub(crate) fn fingerprint<T: AsRef<str>>(fields: impl IntoIterator<Item = T>) -> String {
    let mut hash = Sha256::new();
    for field in fields {
        let field = field.as_ref();
        hash.update((field.len() as u32).to_be_bytes());
        hash.update(field.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 3_600_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;

impl Timestamp {
    /// Reads RFC 3339 text, with `Z` or an offset, with or without a fraction.
    pub fn parse(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.trim().parse().ok()?;
        Some(Self(instant.as_millisecond()))
    }

    /// The instant that lies `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC with milliseconds, e.g. `2026-11-23T09:00:00.000Z`.
    pub fn rfc3339(self) -> String {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => format!("{instant:.3}"),
            Err(_) => self.0.to_string(),
        }
    }

    /// The number of the UTC day, for grouping.
    pub fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finding_ids_depend_on_field_borders() {
        let id = |account: &str, native: &str| {
            FindingId::of(crate::Source::Config, &account.into(), &"r".into(), native)
        };
        assert_ne!(id("1", "23"), id("12", "3"));
        assert_eq!(id("1", "23").as_str().len(), 32);
    }

    #[test]
    fn times_read_and_print() {
        let time = Timestamp::parse("2026-11-23T10:00:00+01:00").unwrap();
        assert_eq!(time.rfc3339(), "2026-11-23T09:00:00.000Z");
        assert_eq!(Timestamp::parse("2026-11-23T09:00:00.000Z"), Some(time));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
