//! Reads a table of TOML member by member, and tells everything that is wrong with it at once.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::flaw::Flaws;

/// A value with its offset in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<T> {
    pub(super) at: usize,
    pub(super) value: T,
}

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Fields<'t, 'i> {
    table: &'t DeTable<'i>,
    /// Where the text of the TOML begins in the file.
    base: usize,
    /// Where the table itself begins in the file.
    pub(super) at: usize,
    /// The members that were asked for.
    known: Vec<&'static str>,
}

/// Reads TOML that begins at `base`. What cannot be read is told, what can be is returned.
pub(super) fn table<'i>(text: &'i str, base: usize, flaws: &mut Flaws<'_>) -> DeTable<'i> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let at = base + error.span().map_or(0, |span| span.start);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        flaws.at(at, format!("this is no TOML: {message}"), "write `name = value`");
    }
    table.into_inner()
}

impl<'t, 'i> Fields<'t, 'i> {
    pub(super) fn new(table: &'t DeTable<'i>, base: usize, at: usize) -> Self {
        Self { table, base, at, known: Vec::new() }
    }

    fn find(&mut self, name: &'static str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.known.push(name);
        self.table.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value)
    }

    fn member<T>(
        &mut self,
        name: &'static str,
        takes: &str,
        read: impl Fn(&'t DeValue<'i>) -> Option<T>,
        flaws: &mut Flaws<'_>,
    ) -> Option<Placed<T>> {
        let value = self.find(name)?;
        let at = self.base + value.span().start;
        let read = read(value.get_ref());
        // What is no TOML was read as something or other, and told.
        if read.is_none() && !flaws.told(at) {
            let kind = value.get_ref().type_str();
            flaws.at(at, format!("`{name}` is of type {kind}"), format!("write {takes}"));
        }
        read.map(|value| Placed { at, value })
    }

    /// Text on one line without space around it.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        flaws: &mut Flaws<'_>,
    ) -> Option<Placed<String>> {
        let read = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
        let text = self.member(name, "text in quotes", read, flaws)?;
        let fits = text.value.trim() == text.value
            && !text.value.is_empty()
            && text.value.chars().count() <= LONGEST
            && !text.value.chars().any(char::is_control);
        if !fits {
            let right =
                format!("write one line of 1 to {LONGEST} characters, without space around");
            flaws.at(text.at, format!("`{name}` is empty, too long or not on one line"), right);
        }
        fits.then_some(text)
    }

    /// A day: a date of TOML, or one in quotes.
    pub(super) fn day(
        &mut self,
        name: &'static str,
        flaws: &mut Flaws<'_>,
    ) -> Option<Placed<crate::register::Day>> {
        let read = |value: &DeValue<'_>| {
            let written = value.as_datetime().map(ToString::to_string);
            let written = written.as_deref().or_else(|| value.as_str())?;
            crate::register::Day::parse(written)
        };
        self.member(name, "a day, such as 2026-11-23", read, flaws)
    }

    /// A whole number from 1 on.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        flaws: &mut Flaws<'_>,
    ) -> Option<Placed<u32>> {
        let read = |value: &DeValue<'_>| {
            let number = value.as_integer()?;
            u32::from_str_radix(number.as_str(), number.radix()).ok().filter(|number| *number > 0)
        };
        self.member(name, "a whole number from 1 on", read, flaws)
    }

    /// `true` or `false`.
    pub(super) fn flag(
        &mut self,
        name: &'static str,
        flaws: &mut Flaws<'_>,
    ) -> Option<Placed<bool>> {
        self.member(name, "`true` or `false`", DeValue::as_bool, flaws)
    }

    /// Text that is one of these words.
    pub(super) fn word<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        words: &[&str],
        flaws: &mut Flaws<'_>,
    ) -> Option<Placed<T>> {
        let text = self.text(name, flaws)?;
        let value = parse(&text.value);
        if value.is_none() {
            let wrong = format!("`{name}` is “{}”", text.value);
            flaws.at(text.at, wrong, format!("write one of {}", words.join(", ")));
        }
        value.map(|value| Placed { at: text.at, value })
    }

    /// A list of texts; empty where it is left out.
    pub(super) fn texts(
        &mut self,
        name: &'static str,
        flaws: &mut Flaws<'_>,
    ) -> Vec<Placed<String>> {
        let list = self.member(name, "a list in brackets", DeValue::as_array, flaws);
        let mut texts = Vec::new();
        for item in list.into_iter().flat_map(|list| list.value.iter()) {
            let at = self.base + item.span().start;
            match item.get_ref().as_str() {
                Some(text) => texts.push(Placed { at, value: text.to_owned() }),
                None => flaws.at(at, format!("`{name}` holds something else"), "write texts alone"),
            }
        }
        texts
    }

    /// The tables of `[[name]]`.
    pub(super) fn tables(&mut self, name: &'static str, flaws: &mut Flaws<'_>) -> Vec<Self> {
        let list = self.member(name, "tables, each under `[[…]]`", DeValue::as_array, flaws);
        let mut tables = Vec::new();
        for item in list.into_iter().flat_map(|list| list.value.iter()) {
            let at = self.base + item.span().start;
            match item.get_ref().as_table() {
                Some(table) => tables.push(Self::new(table, self.base, at)),
                None => flaws.at(at, format!("`{name}` holds something else"), "write `[[…]]`"),
            }
        }
        tables
    }

    /// The members of a table of texts, such as `with = { resource = "table" }`.
    pub(super) fn pairs(
        &mut self,
        name: &'static str,
        flaws: &mut Flaws<'_>,
    ) -> Vec<(String, Placed<String>)> {
        let table = self.member(name, "a table in braces", DeValue::as_table, flaws);
        let mut pairs = Vec::new();
        for (key, value) in table.into_iter().flat_map(|table| table.value.iter()) {
            let at = self.base + value.span().start;
            match value.get_ref().as_str() {
                Some(text) => {
                    let placed = Placed { at, value: text.to_owned() };
                    pairs.push((key.get_ref().to_string(), placed));
                }
                None => flaws.at(at, format!("`{name}` holds something else"), "write texts alone"),
            }
        }
        pairs
    }

    /// Tells what was never asked for.
    pub(super) fn finish(self, flaws: &mut Flaws<'_>) {
        for (key, _) in self.table {
            if !self.known.contains(&key.get_ref().as_ref()) {
                let wrong = format!("nobody knows `{}`", key.get_ref());
                let right = format!("what may stand here is {}", self.known.join(", "));
                flaws.at(self.base + key.span().start, wrong, right);
            }
        }
    }
}

/// The longest text in a table, in characters.
const LONGEST: usize = 400;
