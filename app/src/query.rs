//! The state of a page, which is in its URL.

use std::fmt::Write;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::error::PageError;

/// What must be escaped in a query value. Parentheses of section numbers stay readable.
const VALUE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'\'')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// What must be escaped in a segment of a path.
const SEGMENT: &AsciiSet =
    &VALUE.add(b'/').add(b'?').add(b'\\').add(b'|').add(b'^').add(b'[').add(b']');

/// A segment of a path, escaped.
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The parameters of a URL, in order. Empty values are as good as absent: a form sends them for
/// fields that were left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Reads what stands behind the question mark.
    pub fn parse(raw: Option<&str>) -> Self {
        let decode = |text: &str| {
            percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
        };
        let pairs = raw
            .unwrap_or_default()
            .split('&')
            .filter_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                let value = decode(value);
                (!value.trim().is_empty()).then(|| (decode(name), value))
            })
            .collect();
        Self { pairs }
    }

    /// The fields of a form that was sent in parts.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Self {
        let filled = |pair: &(String, String)| !pair.1.trim().is_empty();
        Self { pairs: pairs.into_iter().filter(filled).collect() }
    }

    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// All values of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |pair| pair.0 == name).map(|pair| pair.1.as_str())
    }

    /// Whether a parameter has this value.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|it| it == value)
    }

    /// One value, read by `parse`.
    pub fn one<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        allowed: impl Fn() -> String,
    ) -> Result<Option<T>, PageError> {
        self.get(name).map(|value| read(name, value, &parse, &allowed)).transpose()
    }

    /// All values, read by `parse`.
    pub fn many<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        allowed: impl Fn() -> String,
    ) -> Result<Vec<T>, PageError> {
        self.all(name).map(|value| read(name, value, &parse, &allowed)).collect()
    }

    /// The same with one value of a parameter; the page starts again.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut query = self.without(name);
        query.pairs.push((name.to_owned(), value.to_owned()));
        query
    }

    /// The same with one more value of a parameter.
    #[must_use]
    pub fn and(&self, name: &str, value: &str) -> Self {
        let mut query = self.without("cursor");
        query.pairs.push((name.to_owned(), value.to_owned()));
        query
    }

    /// The same without a parameter; the page starts again.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let keep = |pair: &&(String, String)| pair.0 != name && pair.0 != "cursor";
        Self { pairs: self.pairs.iter().filter(keep).cloned().collect() }
    }

    /// The same without one value of a parameter; the page starts again.
    #[must_use]
    pub fn without_value(&self, name: &str, value: &str) -> Self {
        let keep =
            |pair: &&(String, String)| !(pair.0 == name && pair.1 == value) && pair.0 != "cursor";
        Self { pairs: self.pairs.iter().filter(keep).cloned().collect() }
    }

    /// Name and value of every parameter, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|pair| (pair.0.as_str(), pair.1.as_str()))
    }

    /// The URL of `path` with these parameters.
    pub fn href(&self, path: &str) -> String {
        let mut url = path.to_owned();
        for (index, (name, value)) in self.pairs.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            let (name, value) =
                (utf8_percent_encode(name, VALUE), utf8_percent_encode(value, VALUE));
            let _ = write!(url, "{mark}{name}={value}");
        }
        url
    }
}

fn read<T>(
    name: &'static str,
    value: &str,
    parse: impl Fn(&str) -> Option<T>,
    allowed: impl Fn() -> String,
) -> Result<T, PageError> {
    parse(value).ok_or_else(|| PageError::Parameter {
        name,
        value: value.to_owned(),
        allowed: allowed(),
    })
}

/// The words that a parameter may have, for an error page.
pub fn words<T>(all: &[T], word: impl Fn(&T) -> &'static str) -> String {
    all.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_goes_through_a_url_and_back() {
        let query = Query::default().with("q", "a&b=c +%/ü").and("state", "open");
        let url = query.href("/findings");
        let (_, raw) = url.split_once('?').unwrap();
        assert_eq!(Query::parse(Some(raw)), query);
    }

    #[test]
    fn a_changed_filter_starts_from_the_first_page() {
        let query = Query::parse(Some("state=open&cursor=abc&q="));
        assert_eq!(query.get("q"), None);
        assert_eq!(query.with("severity", "high").href("/f"), "/f?state=open&severity=high");
        assert_eq!(query.without_value("state", "open").href("/f"), "/f");
    }

    #[test]
    fn a_wrong_value_is_named() {
        let query = Query::parse(Some("state=ajar"));
        let error = query.one("state", domain::State::parse, || "fail".to_owned());
        assert!(
            matches!(error, Err(PageError::Parameter { name: "state", value, .. }) if value == "ajar")
        );
    }
}
