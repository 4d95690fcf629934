//! Parameters of a template, and the values that somebody filled in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Template;
use crate::Timestamp;
use crate::register::words;

words!(
    /// What a parameter takes.
    ParameterKind {
        /// An AWS account.
        Account = "account", "AWS account";
        /// An AWS region.
        Region = "region", "AWS region";
        /// A resource by its key, for most its ARN.
        Resource = "resource", "Resource (ARN)";
        /// A line of text.
        Text = "text", "Text";
        /// An instant.
        Time = "time", "Time (UTC)";
        /// A whole number.
        Number = "number", "Number";
    }
);

words!(
    /// A field of an alert from which a parameter is filled in beforehand.
    AlertField {
        /// The account.
        Account = "account", "Account";
        /// The region.
        Region = "region", "Region";
        /// The key of the resource.
        Resource = "resource", "Resource";
        /// The last piece of that key: the name of a bucket, a table, a user.
        ResourceName = "resource-name", "Name of the resource";
        /// Who did it, normalised.
        Identity = "identity", "Identity";
        /// The last piece of it: the name of a user or role.
        IdentityName = "identity-name", "Name of the identity";
        /// The type of GuardDuty's finding.
        FindingType = "finding-type", "Type of finding";
        /// The rule that raised it.
        Rule = "rule", "Rule";
        /// When it was first seen.
        FirstSeen = "first-seen", "First seen";
    }
);

impl AlertField {
    /// The kind of parameter that it fills in; every kind fills in a text.
    pub fn kind(self) -> ParameterKind {
        match self {
            Self::Account => ParameterKind::Account,
            Self::Region => ParameterKind::Region,
            Self::Resource => ParameterKind::Resource,
            Self::FirstSeen => ParameterKind::Time,
            Self::ResourceName
            | Self::Identity
            | Self::IdentityName
            | Self::FindingType
            | Self::Rule => ParameterKind::Text,
        }
    }
}

/// Something that a template wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name in the text: `{{bucket}}`.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it takes.
    pub kind: ParameterKind,
    /// Whether a run cannot begin without it.
    pub required: bool,
    /// From which field of an alert it is filled in beforehand.
    pub from: Option<AlertField>,
    /// What to write, in a sentence; may be empty.
    pub hint: String,
}

/// The longest value, in characters: an ARN has at most 2,048 (AWS Config, `AmazonResourceName`),
/// and few have more than a hundred.
pub const LONGEST_VALUE: usize = 512;

impl Parameter {
    /// Reads a value: without the space around it, and as this kind writes it.
    ///
    /// # Errors
    /// A sentence that says what is wrong and what would be right.
    pub fn read(&self, text: &str) -> Result<String, String> {
        let text = text.trim();
        let wrong = |right: &str| Err(format!("“{}” does not fit: {right}.", start(text)));
        if text.chars().count() > LONGEST_VALUE {
            return wrong("at most 512 characters are kept");
        }
        if text.chars().any(char::is_control) {
            return wrong("write it on one line");
        }
        if text.starts_with('-') {
            return wrong("a command would take a value that begins with a hyphen for an option");
        }
        let right = match self.kind {
            ParameterKind::Account => {
                text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
            }
            ParameterKind::Region => super::is_slug(text) && text.contains('-'),
            ParameterKind::Resource => {
                let in_keys = |it: char| it.is_ascii_graphic() && !"'\"`<>\\".contains(it);
                text.contains([':', '/']) && text.chars().all(in_keys)
            }
            ParameterKind::Text => true,
            ParameterKind::Time => return time(text).map_or_else(|| wrong(TIME), Ok),
            ParameterKind::Number => {
                text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit())
            }
        };
        if right && !text.is_empty() { Ok(text.to_owned()) } else { wrong(self.kind.takes()) }
    }
}

const TIME: &str = "write year-month-dayThour:minute in UTC, such as 2026-03-09T14:05";

fn time(text: &str) -> Option<String> {
    let at = Timestamp::parse(text).or_else(|| crate::register::reading::minute(text))?;
    Some(at.rfc3339())
}

fn start(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).take(60).collect()
}

impl ParameterKind {
    /// What it takes, in words.
    pub fn takes(self) -> &'static str {
        match self {
            Self::Account => "an AWS account has twelve digits",
            Self::Region => "a region is written like us-east-1",
            Self::Resource => {
                "write the ARN, such as arn:aws:s3:::name, or the key in the inventory"
            }
            Self::Text => "write a line of text",
            Self::Time => TIME,
            Self::Number => "write a whole number from 0 on",
        }
    }

    /// Whether a value of this kind can be read as nothing but itself, wherever in a command.
    pub fn harmless(self) -> bool {
        match self {
            Self::Account | Self::Region | Self::Time | Self::Number => true,
            Self::Resource | Self::Text => false,
        }
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueFlaw {
    /// The parameter.
    pub name: String,
    /// A sentence for people.
    pub sentence: String,
}

/// The values of a template's parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// Reads what was filled in. What is empty was left alone.
    ///
    /// # Errors
    /// Everything that is wrong, parameter by parameter.
    pub fn read(
        template: &Template,
        filled: &BTreeMap<String, String>,
    ) -> Result<Self, Vec<ValueFlaw>> {
        let (mut values, mut flaws) = (BTreeMap::new(), Vec::new());
        let flaw = |name: &str, sentence: String| ValueFlaw { name: name.to_owned(), sentence };
        for parameter in &template.parameters {
            let text = filled.get(&parameter.name).map_or("", |text| text.trim());
            if text.is_empty() {
                if parameter.required {
                    let sentence = format!("“{}” is needed.", parameter.title);
                    flaws.push(flaw(&parameter.name, sentence));
                }
                continue;
            }
            match parameter.read(text) {
                Ok(value) => {
                    values.insert(parameter.name.clone(), value);
                }
                Err(sentence) => flaws.push(flaw(&parameter.name, sentence)),
            }
        }
        for name in filled.keys().filter(|name| template.parameter(name).is_none()) {
            flaws.push(flaw(name, "The template has no such parameter.".to_owned()));
        }
        if flaws.is_empty() { Ok(Self(values)) } else { Err(flaws) }
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: ParameterKind, text: &str) -> Result<String, String> {
        let name = "x".to_owned();
        let parameter = Parameter {
            title: name.clone(),
            name,
            kind,
            required: true,
            from: None,
            hint: String::new(),
        };
        parameter.read(text)
    }

    #[test]
    fn each_kind_takes_what_it_says() {
        use ParameterKind::{Account, Number, Region, Resource, Text, Time};
        for (kind, right) in [
            (Account, " 111122223333 "),
            (Region, "us-gov-west-1"),
            (Resource, "arn:aws:dynamodb:us-east-1:111122223333:table/visits"),
            (Resource, "AWS::EC2::Volume/111122223333/us-east-1/vol-1"),
            (Text, "it's"),
            (Time, "2026-03-09T14:05"),
            (Time, "2026-03-09T14:05:00Z"),
            (Number, "0"),
        ] {
            assert!(read(kind, right).is_ok(), "{kind:?} {right}");
        }
        for (kind, wrong) in [
            (Account, "1111"),
            (Region, "here"),
            (Resource, "bucket"),
            (Resource, "arn:aws:s3:::a b"),
            (Text, "--endpoint-url=http://x"),
            (Text, "a\nb"),
            (Text, ""),
            (Time, "yesterday"),
            (Number, "-1"),
            (Number, "1e3"),
        ] {
            let sentence = read(kind, wrong).unwrap_err();
            assert!(sentence.contains("does not fit: "), "{sentence}");
        }
        assert_eq!(read(Time, "2026-03-09 14:05").unwrap(), "2026-03-09T14:05:00.000Z");
    }
}
