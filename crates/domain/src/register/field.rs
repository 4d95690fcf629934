//! Fields of a record: what a form asks for, and what was answered.

use std::collections::BTreeMap;

/// One field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in forms and the head of the column in a table.
    pub name: &'static str,
    /// On the screen.
    pub label: &'static str,
    /// What to write, in a sentence; may be empty.
    pub hint: &'static str,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// The part of the form in which it stands.
    pub group: &'static str,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of at most so many characters.
    Line(usize),
    /// Several lines, at most so many characters together.
    Text(usize),
    /// A day, year-month-day.
    Day,
    /// A minute in UTC, year-month-dayThour:minute.
    Minute,
    /// One of these words; the second of each pair is for people.
    Choice(&'static [(&'static str, &'static str)]),
    /// SHA-256 in 64 hexadecimal digits.
    Digest,
    /// A whole number.
    Number,
    /// AWS accounts of twelve digits, with commas between them.
    Accounts,
    /// One AWS account.
    Account,
    /// A vendor by its name.
    Vendor,
    /// A system by its name.
    System,
}

impl Field {
    /// A field that may be left empty.
    pub const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self { name, label, hint: "", kind, required: false, group: "" }
    }

    /// The same, but it must be filled in.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The same with a hint.
    #[must_use]
    pub const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// The same in a part of the form.
    #[must_use]
    pub const fn group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// What it takes, in words, for the description of a table.
    pub fn takes(&self) -> String {
        match self.kind {
            FieldKind::Line(most) => format!("text, one line, at most {most} characters"),
            FieldKind::Text(most) => format!("text, at most {most} characters"),
            FieldKind::Day => "a day, year-month-day".to_owned(),
            FieldKind::Minute => "a time in UTC, such as 2026-03-09T14:05".to_owned(),
            FieldKind::Choice(choices) => {
                let words: Vec<&str> = choices.iter().map(|choice| choice.0).collect();
                format!("one of {}", words.join(", "))
            }
            FieldKind::Digest => "SHA-256, 64 hexadecimal digits".to_owned(),
            FieldKind::Number => "a whole number".to_owned(),
            FieldKind::Accounts => "AWS accounts of twelve digits, separated by spaces".to_owned(),
            FieldKind::Account => "an AWS account of twelve digits".to_owned(),
            FieldKind::Vendor => "the name of a vendor in its register".to_owned(),
            FieldKind::System => "the name of a system in its register".to_owned(),
        }
    }
}

/// What a form or a line of a table says, field by field. Untrusted text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled(BTreeMap<&'static str, String>);

impl Filled {
    /// The text of a field without the space around it; empty when it was left alone.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |text| text.trim())
    }

    /// Fills a field in.
    pub fn set(&mut self, name: &'static str, text: impl Into<String>) {
        self.0.insert(name, text.into());
    }

    /// The same with one field filled in.
    #[must_use]
    pub fn with(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.set(name, text);
        self
    }

    /// Whether a field was given at all, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// What is wrong with a field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The field.
    pub field: &'static str,
    /// A sentence for people.
    pub sentence: String,
}

impl Flaw {
    /// Puts both together.
    pub fn new(field: &'static str, sentence: impl Into<String>) -> Self {
        Self { field, sentence: sentence.into() }
    }
}
