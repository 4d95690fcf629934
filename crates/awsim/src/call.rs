//! A request, understood: service, operation, place, parameters.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::answer::{Failure, Service};
use crate::noise;
use crate::organisation::Place;
use crate::token::Position;

/// One call of one operation.
#[derive(Debug)]
pub(crate) struct Call {
    pub service: Service,
    pub operation: &'static str,
    pub place: Place,
    pub region_name: String,
    /// Decoded path segments, as the route needs them.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    /// The JSON body; null when there is none.
    pub body: Value,
    pub now: i64,
}

impl Call {
    /// A query parameter that is not empty.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// A text member of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// The texts of a list member of the body.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        self.body
            .get(name)
            .and_then(Value::as_array)
            .map(|items| items.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default()
    }

    fn token(&self) -> Option<&str> {
        self.query("nextToken")
            .or_else(|| self.query("NextToken"))
            .or_else(|| self.text("NextToken"))
            .or_else(|| self.text("nextToken"))
    }

    /// What identifies the listing that a page token continues: everything but the token itself
    /// and the page size.
    pub(crate) fn identity(&self) -> u64 {
        let paging = |name: &str| {
            matches!(
                name,
                "NextToken" | "nextToken" | "MaxResults" | "maxResults" | "Limit" | "limit"
            )
        };
        let mut hash = noise::combine(&[
            noise::text(self.operation),
            self.place.account as u64,
            self.place.region as u64,
            noise::text(&self.path.join("/")),
        ]);
        for (key, value) in self.query.iter().filter(|(key, _)| !paging(key)) {
            hash = noise::combine(&[hash, noise::text(key), noise::text(value)]);
        }
        if let Some(members) = self.body.as_object() {
            for (key, value) in members.iter().filter(|(key, _)| !paging(key)) {
                hash = noise::combine(&[hash, noise::text(key), noise::text(&value.to_string())]);
            }
        }
        hash
    }

    /// Where this page starts.
    pub(crate) fn position(&self) -> Result<Position, Failure> {
        match self.token() {
            None | Some("") => Ok(Position::start(self.now)),
            Some(token) => Position::read(token, self.identity())
                .ok_or_else(|| Failure::bad_token(self.service)),
        }
    }

    /// The page size from `MaxResults` or `Limit`, in the body or the query.
    pub(crate) fn size_given(&self) -> Result<Option<i64>, Failure> {
        for name in ["MaxResults", "maxResults", "Limit", "limit"] {
            if let Some(value) = self.body.get(name).filter(|value| !value.is_null()) {
                return value.as_i64().map(Some).ok_or_else(|| self.bad_size(name));
            }
            if let Some(value) = self.query(name) {
                return value.parse().map(Some).map_err(|_| self.bad_size(name));
            }
        }
        Ok(None)
    }

    fn bad_size(&self, name: &str) -> Failure {
        let code = match self.service {
            Service::SecurityHub => "InvalidInputException",
            Service::Config | Service::CloudTrail => "SerializationException",
            Service::GuardDuty => "BadRequestException",
            Service::Backup | Service::Sts => "InvalidParameterValueException",
        };
        Failure::new(code, 400, format!("Invalid parameter '{name}'. It must be an integer."))
    }
}

/// Reads `a=1&b=2`.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&key.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
