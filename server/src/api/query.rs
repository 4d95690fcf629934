//! Parameters of the API: every one is known, has one meaning, and is refused when it is wrong.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query};
use domain::judge::ORGANISATION;
use domain::{AccountId, Catalogue, ControlId, Region, SectionId, Timestamp};
use http::Uri;

use crate::refusal::Problem;

/// The parameters of one request.
#[derive(Debug)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
}

impl Parameters {
    /// Takes the query apart and refuses what is not among `known`.
    pub fn of(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|_| Problem::new(http::StatusCode::BAD_REQUEST, "The query is unreadable."))?;
        for (name, _) in &pairs {
            if !known.contains(&name.as_str()) {
                let allowed =
                    if known.is_empty() { "no parameters".to_owned() } else { known.join(", ") };
                return Err(Problem::parameter(
                    name,
                    format!("There is no parameter {name:?} here."),
                    allowed,
                ));
            }
        }
        Ok(Self { pairs })
    }

    /// All values of a parameter: repeated, separated by commas, or both.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(known, _)| known == name)
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// The one value of a parameter; an empty one counts as absent.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.pairs.iter().filter(|(known, _)| known == name);
        let first = values.next().map(|(_, value)| value.trim()).filter(|value| !value.is_empty());
        if values.next().is_some() {
            let wrong = format!("The parameter {name:?} is given more than once.");
            return Err(Problem::parameter(name, wrong, "one value"));
        }
        Ok(first)
    }

    /// A list of words out of a closed set.
    pub fn list<T>(
        &self,
        name: &str,
        parse: impl Fn(&str) -> Option<T>,
        allowed: &[&str],
    ) -> Result<Vec<T>, Problem> {
        self.values(name)
            .map(|value| parse(value).ok_or_else(|| wrong(name, value, allowed.join(", "))))
            .collect()
    }

    /// An AWS account id, or the word under which the answers of the organisation as a whole stand.
    pub fn account(&self, name: &str) -> Result<Option<AccountId>, Problem> {
        self.text(name)?
            .map(|id| {
                let digits = id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit());
                (digits || id == ORGANISATION).then(|| id.into()).ok_or_else(|| {
                    wrong(name, id, format!("twelve digits, or {ORGANISATION} for attestations"))
                })
            })
            .transpose()
    }

    /// A region code.
    pub fn region(&self, name: &str) -> Result<Option<Region>, Problem> {
        self.text(name)?
            .map(|code| {
                let sign =
                    |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                let fits = (3..=32).contains(&code.len()) && code.bytes().all(sign);
                fits.then(|| code.into())
                    .ok_or_else(|| wrong(name, code, "a region code such as us-east-1"))
            })
            .transpose()
    }

    /// Controls by `control` and `section`; with both, those that are in both.
    pub fn controls(&self, catalogue: &Catalogue) -> Result<Option<Vec<ControlId>>, Problem> {
        let named: Vec<ControlId> = self
            .values("control")
            .map(|id| {
                let id = ControlId::from(id);
                match catalogue.control(&id) {
                    Some(_) => Ok(id),
                    None => Err(wrong("control", id.as_str(), "an id from /api/v1/controls")),
                }
            })
            .collect::<Result<_, _>>()?;
        let below = self.section_controls(catalogue)?;
        Ok(match (named.is_empty(), below) {
            (true, below) => below,
            (false, None) => Some(named),
            (false, Some(below)) => {
                Some(named.into_iter().filter(|id| below.contains(id)).collect())
            }
        })
    }

    fn section_controls(&self, catalogue: &Catalogue) -> Result<Option<Vec<ControlId>>, Problem> {
        let sections: Vec<&SectionId> = self
            .values("section")
            .map(|section| {
                catalogue.safeguard(section).map(|safeguard| &safeguard.section).ok_or_else(|| {
                    wrong("section", section, "a section of 45 CFR part 164 such as 164.312(b)")
                })
            })
            .collect::<Result<_, _>>()?;
        if sections.is_empty() {
            return Ok(None);
        }
        let mut controls: Vec<ControlId> = sections
            .into_iter()
            .flat_map(|section| catalogue.controls_of_section(section))
            .cloned()
            .collect();
        controls.sort();
        controls.dedup();
        Ok(Some(controls))
    }

    /// Words to look for.
    pub fn words(&self) -> Result<Option<String>, Problem> {
        match self.text("q")? {
            Some(words) if words.chars().count() > 200 => {
                Err(Problem::parameter("q", "These are too many words.", "at most 200 characters"))
            }
            words => Ok(words.map(str::to_owned)),
        }
    }

    /// Rows on a page; 50 unless told.
    pub fn limit(&self) -> Result<u32, Problem> {
        let Some(text) = self.text("limit")? else { return Ok(50) };
        text.parse()
            .ok()
            .filter(|limit| (1..=200).contains(limit))
            .ok_or_else(|| wrong("limit", text, "a whole number from 1 to 200"))
    }

    /// Where a page begins.
    pub fn cursor(&self) -> Result<Option<String>, Problem> {
        Ok(self.text("cursor")?.map(str::to_owned))
    }

    /// An instant.
    pub fn since(&self) -> Result<Option<Timestamp>, Problem> {
        self.text("since")?
            .map(|text| {
                Timestamp::parse(text).ok_or_else(|| {
                    wrong("since", text, "a time as in RFC 3339, such as 2026-01-31T00:00:00Z")
                })
            })
            .transpose()
    }
}

/// The id in the address of one thing. It need not exist, but it must be text.
pub fn path_id(
    path: Result<Path<String>, PathRejection>,
    allowed: &str,
) -> Result<String, Problem> {
    path.map(|Path(id)| id).map_err(|_| {
        Problem::parameter("id", "The id in this address cannot be read as UTF-8 text.", allowed)
    })
}

/// A value that a parameter cannot have.
fn wrong(name: &str, value: &str, allowed: impl Into<String>) -> Problem {
    let shown: String = value.chars().take(60).collect();
    Problem::parameter(name, format!("The parameter {name:?} cannot be {shown:?}."), allowed)
}
