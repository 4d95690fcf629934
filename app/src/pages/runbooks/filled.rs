//! What was filled in to start a run, and for what it is started.

use std::collections::BTreeMap;

use domain::ResourceKey;
use domain::runbook::run::Subject;
use domain::runbook::{AlertField, ParameterKind, Template, ValueFlaw};

use crate::query::Query;

/// The longest id of an incident, and a fingerprint of an alert.
const LONGEST_SUBJECT: usize = 128;

/// A form to start a run, as far as it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Started {
    /// The parameters, by name.
    pub values: BTreeMap<String, String>,
    /// What is wrong with them.
    pub flaws: Vec<ValueFlaw>,
    /// What is wrong with the whole.
    pub trouble: Option<String>,
}

impl Started {
    /// The fields of a form: `p-bucket` for the parameter `bucket`.
    pub fn sent(form: &Query) -> BTreeMap<String, String> {
        form.pairs()
            .filter_map(|(name, value)| Some((name.strip_prefix("p-")?, value)))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// What the address tells beforehand: fields of an alert, or parameters as a form sends them.
    pub fn beforehand(template: &Template, query: &Query) -> Self {
        let mut values = Self::sent(query);
        for parameter in &template.parameters {
            let told = parameter.from.and_then(|field| told(query, field));
            if let Some(told) = told.filter(|_| !values.contains_key(&parameter.name)) {
                let value = match parameter.kind {
                    ParameterKind::Time => minute(&told),
                    _ => told,
                };
                values.insert(parameter.name.clone(), value);
            }
        }
        Self { values, ..Self::default() }
    }

    /// What is wrong with a parameter.
    pub fn flaw(&self, name: &str) -> Option<&str> {
        self.flaws.iter().find(|flaw| flaw.name == name).map(|flaw| flaw.sentence.as_str())
    }
}

fn told(query: &Query, field: AlertField) -> Option<String> {
    let own = query.get(field.as_str()).map(str::to_owned);
    match field {
        AlertField::ResourceName => {
            own.or_else(|| Some(ResourceKey::from(query.get("resource")?).short().to_owned()))
        }
        _ => own,
    }
}

/// A time as a browser's field writes it: to the minute.
fn minute(text: &str) -> String {
    let utc = domain::Timestamp::parse(text).map(domain::Timestamp::rfc3339);
    utc.and_then(|utc| utc.get(..16).map(str::to_owned)).unwrap_or_else(|| text.to_owned())
}

/// Reads for what a run is opened: `incident:12`, `alert:` with a fingerprint, or nothing.
pub fn subject(text: &str) -> Option<Subject> {
    let right = |id: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        !id.is_empty() && id.len() <= LONGEST_SUBJECT && id.bytes().all(plain)
    };
    match text.split_once(':') {
        None if text.is_empty() => Some(Subject::Alone),
        Some(("incident", id)) if right(id) => Some(Subject::Incident(id.to_owned())),
        Some(("alert", id)) if right(id) => Some(Subject::Alert(id.to_owned())),
        _ => None,
    }
}

/// The inverse of [`subject`].
pub fn subject_text(subject: &Subject) -> String {
    match subject {
        Subject::Incident(id) => format!("incident:{id}"),
        Subject::Alert(fingerprint) => format!("alert:{fingerprint}"),
        Subject::Alone => String::new(),
    }
}

/// The words that an address may say.
pub(super) fn subjects() -> String {
    "incident: and the id of an incident, or alert: and the fingerprint of an alert".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_come_back_and_nothing_else_is_one() {
        for text in ["", "incident:12", "alert:ab12"] {
            assert_eq!(subject(text).map(|it| subject_text(&it)).as_deref(), Some(text));
        }
        for text in ["incident:", "incident:a/b", "incident:1#x", "other:1", "12", "alert:é"] {
            assert_eq!(subject(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_fills_in_what_a_parameter_takes_from_an_alert() {
        let template = domain::runbook::library::by_id("audit-log-gap").unwrap();
        let query = Query::parse(Some(
            "account=111122223333&region=us-east-1&first-seen=2026-03-09T14:05:59.000Z\
             &resource=arn:aws:cloudtrail:us-east-1:111122223333:trail/main&p-log-bucket=logs\
             &p-region=eu-west-1&other=x",
        ));
        let values = Started::beforehand(template, &query).values;
        assert_eq!(values["account"], "111122223333");
        assert_eq!(values["gap-begin"], "2026-03-09T14:05");
        assert_eq!(values["log-bucket"], "logs");
        // What a form sent goes before what an alert said.
        assert_eq!(values["region"], "eu-west-1");
        assert_eq!(values.len(), 5, "{values:?}");
        let template = domain::runbook::library::by_id("public-bucket").unwrap();
        let query = Query::parse(Some("resource=arn:aws:s3:::scans"));
        let values = Started::beforehand(template, &query).values;
        let named = template
            .parameters
            .iter()
            .find(|it| it.from == Some(AlertField::ResourceName))
            .unwrap();
        assert_eq!(values[&named.name], "scans");
    }
}
