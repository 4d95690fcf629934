//! Reading text into values, and telling everything that is wrong at once.

use super::field::{Field, FieldKind, Filled, Flaw};
use super::{Day, SystemId, VendorId};
use crate::id::MINUTE_MS;
use crate::{AccountId, Timestamp};

/// What a record may refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The present: nothing that has happened lies after it.
    pub now: Timestamp,
    /// Vendors with their names; those that count come first.
    pub vendors: Vec<(VendorId, String)>,
    /// Systems with their names; those that count come first.
    pub systems: Vec<(SystemId, String)>,
}

impl Known {
    /// The vendor of this name, in whatever case.
    pub fn vendor(&self, name: &str) -> Option<VendorId> {
        named(&self.vendors, name)
    }

    /// The system of this name, in whatever case.
    pub fn system(&self, name: &str) -> Option<SystemId> {
        named(&self.systems, name)
    }

    /// The name of a vendor; its number where nobody knows.
    pub fn vendor_name(&self, id: VendorId) -> String {
        name_of(&self.vendors, id).unwrap_or_else(|| format!("vendor {id}"))
    }

    /// The name of a system; its number where nobody knows.
    pub fn system_name(&self, id: SystemId) -> String {
        name_of(&self.systems, id).unwrap_or_else(|| format!("system {id}"))
    }
}

fn named<I: Copy>(list: &[(I, String)], name: &str) -> Option<I> {
    let name = name.trim().to_lowercase();
    list.iter().find(|pair| pair.1.trim().to_lowercase() == name).map(|pair| pair.0)
}

fn name_of<I: Copy + PartialEq>(list: &[(I, String)], id: I) -> Option<String> {
    list.iter().find(|pair| pair.0 == id).map(|pair| pair.1.clone())
}

/// The first and the last year in which anything is dated: others are slips of the hand.
const YEARS: std::ops::RangeInclusive<&str> = "1990"..="2099";

/// Reads the fields of one record and collects what is wrong.
#[derive(Debug)]
pub struct Reading<'a> {
    filled: &'a Filled,
    fields: &'static [Field],
    known: &'a Known,
    flaws: Vec<Flaw>,
}

impl<'a> Reading<'a> {
    /// Begins, and asks for everything that must be there.
    pub fn new(filled: &'a Filled, fields: &'static [Field], known: &'a Known) -> Self {
        let mut reading = Self { filled, fields, known, flaws: Vec::new() };
        for field in fields.iter().filter(|field| field.required) {
            if filled.get(field.name).is_empty() {
                let sentence = format!("“{}” is needed: {}.", field.label, field.takes());
                reading.flaws.push(Flaw::new(field.name, sentence));
            }
        }
        reading
    }

    /// The text as it was filled in.
    pub fn raw(&self, name: &str) -> &'a str {
        self.filled.get(name)
    }

    /// Whether anything was filled in.
    pub fn given(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// Notes what is wrong.
    pub fn wrong(&mut self, field: &'static str, sentence: impl Into<String>) {
        self.flaws.push(Flaw::new(field, sentence));
    }

    /// Text of a field; empty when it was left alone.
    pub fn text(&mut self, name: &'static str) -> String {
        let text = self.raw(name);
        let kind = self.fields.iter().find(|field| field.name == name).map(|field| field.kind);
        let (most, lines) = match kind {
            Some(FieldKind::Line(most)) => (most, false),
            Some(FieldKind::Text(most)) => (most, true),
            _ => (200, false),
        };
        let length = text.chars().count();
        if length > most {
            self.wrong(name, format!("This has {length} characters, where {most} are kept."));
        }
        let break_ = |it: char| matches!(it, '\n' | '\r' | '\t');
        if text.chars().any(|it| it.is_control() && !(lines && break_(it))) {
            self.wrong(name, "This has characters that cannot be seen; write it on one line.");
        }
        text.replace("\r\n", "\n")
    }

    /// A day.
    pub fn day(&mut self, name: &'static str) -> Option<Day> {
        let text = self.given(name).then(|| self.raw(name))?;
        let day = Day::parse(text).filter(|_| likely(text));
        if day.is_none() {
            let right = "write year-month-day between 1990 and 2099, such as 2026-03-09";
            self.wrong(name, format!("“{text}” is no day: {right}."));
        }
        day
    }

    /// A day that has come.
    pub fn past_day(&mut self, name: &'static str) -> Option<Day> {
        let day = self.day(name)?;
        if day > Day::of(self.known.now) {
            self.wrong(name, format!("{day} has not come yet: today or an earlier day is right."));
        }
        Some(day)
    }

    /// A minute in UTC that has come.
    pub fn past_minute(&mut self, name: &'static str) -> Option<Timestamp> {
        let text = self.given(name).then(|| self.raw(name))?;
        let Some(at) = minute(text).filter(|_| likely(text)) else {
            let right = "write year-month-dayThour:minute in UTC, such as 2026-03-09T14:05";
            self.wrong(name, format!("“{text}” is no time: {right}."));
            return None;
        };
        if at > self.known.now {
            self.wrong(name, format!("{text} UTC has not come yet: now or earlier is right."));
        }
        Some(at)
    }

    /// One of the words of a choice.
    pub fn choice<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        choices: &[(&str, &str)],
    ) -> Option<T> {
        let text = self.given(name).then(|| self.raw(name).to_lowercase())?;
        let value = parse(&text);
        if value.is_none() {
            let words: Vec<&str> = choices.iter().map(|choice| choice.0).collect();
            self.wrong(name, format!("“{text}” is none of {}.", words.join(", ")));
        }
        value
    }

    /// SHA-256 in small hexadecimal digits.
    pub fn digest(&mut self, name: &'static str) -> Option<String> {
        let text = self.given(name).then(|| self.raw(name).to_lowercase())?;
        let right = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !right {
            let sentence = "SHA-256 has 64 hexadecimal digits; choose the file itself and it is \
                            computed.";
            self.wrong(name, sentence);
        }
        right.then_some(text)
    }

    /// A whole number from nought on.
    pub fn number(&mut self, name: &'static str) -> Option<i64> {
        let text = self.given(name).then(|| self.raw(name))?;
        let number = text.parse().ok().filter(|number| (0..=1_000_000_000_000).contains(number));
        if number.is_none() {
            self.wrong(name, format!("“{text}” is no whole number from 0 on."));
        }
        number
    }

    /// AWS accounts.
    pub fn accounts(&mut self, name: &'static str) -> Vec<AccountId> {
        let pieces = self.raw(name).split([',', ';', ' ', '\n', '\t', '\r']);
        let mut accounts: Vec<AccountId> = Vec::new();
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            if piece.len() == 12 && piece.bytes().all(|byte| byte.is_ascii_digit()) {
                accounts.push(piece.into());
            } else {
                self.wrong(name, format!("“{piece}” is no AWS account: it has twelve digits."));
            }
        }
        accounts.dedup();
        accounts
    }

    /// A vendor of the register.
    pub fn vendor(&mut self, name: &'static str) -> Option<VendorId> {
        let text = self.given(name).then(|| self.raw(name))?;
        let found = self.known.vendor(text);
        if found.is_none() {
            let right = "write its name as it stands there, or register it first";
            self.wrong(name, format!("No vendor “{text}” is in the register: {right}."));
        }
        found
    }

    /// A system of the register.
    pub fn system(&mut self, name: &'static str) -> Option<SystemId> {
        let text = self.given(name).then(|| self.raw(name))?;
        let found = self.known.system(text);
        if found.is_none() {
            let right = "write its name as it stands there, or register it first";
            self.wrong(name, format!("No system “{text}” is in the register: {right}."));
        }
        found
    }

    /// The record, if nothing is wrong with it.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn finish<T>(self, record: T) -> Result<T, Vec<Flaw>> {
        if self.flaws.is_empty() { Ok(record) } else { Err(self.flaws) }
    }
}

fn likely(text: &str) -> bool {
    text.get(..4).is_some_and(|year| YEARS.contains(&year))
}

/// Reads a minute: with `Z` or an offset, or without, which means UTC. Seconds are left off.
pub(crate) fn minute(text: &str) -> Option<Timestamp> {
    let text = text.trim().replacen(' ', "T", 1);
    let at = Timestamp::parse(&text)
        .or_else(|| Timestamp::parse(&format!("{text}Z")))
        .or_else(|| Timestamp::parse(&format!("{text}:00Z")))?;
    Some(Timestamp(at.0.div_euclid(MINUTE_MS) * MINUTE_MS))
}

/// `2026-03-09T14:05`, in UTC, as [`Reading::past_minute`] reads it.
pub fn write_minute(at: Timestamp) -> String {
    at.rfc3339().chars().take(16).collect()
}

/// An absent value is an empty text.
pub(crate) fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_read_as_browsers_tables_and_programs_write_them() {
        let right = Timestamp::parse("2026-03-09T14:05:00Z");
        for text in [
            "2026-03-09T14:05",
            "2026-03-09 14:05",
            "2026-03-09T14:05:41",
            "2026-03-09T14:05:41.5Z",
            "2026-03-09T09:05-05:00",
        ] {
            assert_eq!(minute(text), right, "{text}");
        }
        assert_eq!(minute(&write_minute(right.unwrap())), right);
        for text in ["", "yesterday", "2026-03-09", "14:05", "2026-13-09T14:05"] {
            assert_eq!(minute(text), None, "{text}");
        }
    }
}
