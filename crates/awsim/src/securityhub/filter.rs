//! The filters of GetFindings.
//!
//! Values of one attribute: any positive comparison may match, every negative one must hold.
//! Attributes are joined by AND; at most ten of them, at most twenty values each.

use serde_json::{Map, Value};

use super::finding::Finding;
use super::invalid;
use crate::answer::Failure;
use crate::clock::{DAY, iso, parse_iso};

#[derive(Debug)]
enum Test {
    Text { attribute: Attribute, values: Vec<(Comparison, String)> },
    Time { attribute: Moment, ranges: Vec<(i64, i64)> },
    Number { ranges: Vec<(f64, f64)> },
    Tag { values: Vec<(Comparison, String, String)> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    ProductArn,
    ProductName,
    CompanyName,
    AwsAccountId,
    AwsAccountName,
    Id,
    GeneratorId,
    Region,
    Type,
    SeverityLabel,
    Title,
    Description,
    ResourceType,
    ResourceId,
    ComplianceStatus,
    SecurityControlId,
    StandardsId,
    WorkflowStatus,
    RecordState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Created,
    Updated,
    FirstObserved,
    LastObserved,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equals,
    Prefix,
    Contains,
    NotEquals,
    PrefixNotEquals,
    NotContains,
}

impl Comparison {
    fn read(value: &Value) -> Result<Comparison, Failure> {
        Ok(match value.get("Comparison").and_then(Value::as_str) {
            Some("EQUALS") | None => Comparison::Equals,
            Some("PREFIX") => Comparison::Prefix,
            Some("CONTAINS" | "CONTAINS_WORD") => Comparison::Contains,
            Some("NOT_EQUALS") => Comparison::NotEquals,
            Some("PREFIX_NOT_EQUALS") => Comparison::PrefixNotEquals,
            Some("NOT_CONTAINS") => Comparison::NotContains,
            Some(other) => {
                return Err(invalid(format!(
                    "Invalid parameter 'Filters'. Unknown comparison '{other}'."
                )));
            }
        })
    }

    fn positive(self) -> bool {
        matches!(self, Comparison::Equals | Comparison::Prefix | Comparison::Contains)
    }

    /// Whether one actual value has the property that the comparison names or denies.
    fn hits(self, actual: &str, wanted: &str) -> bool {
        match self {
            Comparison::Equals | Comparison::NotEquals => actual == wanted,
            Comparison::Prefix | Comparison::PrefixNotEquals => actual.starts_with(wanted),
            Comparison::Contains | Comparison::NotContains => actual.contains(wanted),
        }
    }
}

/// The parsed `Filters` of a request.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    tests: Vec<Test>,
}

impl Filter {
    pub(crate) fn read(filters: Option<&Value>, now: i64) -> Result<Filter, Failure> {
        let Some(members) = filters.and_then(Value::as_object) else {
            return Ok(Filter::default());
        };
        if members.len() > 10 {
            return Err(invalid("Invalid parameter 'Filters'. At most 10 attributes are allowed."));
        }
        let tests = members.iter().map(|(name, values)| test(name, values, now));
        Ok(Filter { tests: tests.collect::<Result<_, _>>()? })
    }

    /// The earliest and latest `UpdatedAt` that can match.
    pub(crate) fn updated_bounds(&self) -> (i64, i64) {
        let mut bounds = (i64::MIN, i64::MAX);
        for test in &self.tests {
            if let Test::Time { attribute: Moment::Updated, ranges } = test {
                bounds.0 = bounds.0.max(ranges.iter().map(|r| r.0).min().unwrap_or(i64::MIN));
                bounds.1 = bounds.1.min(ranges.iter().map(|r| r.1).max().unwrap_or(i64::MAX));
            }
        }
        bounds
    }

    pub(crate) fn matches(&self, finding: &Finding<'_>) -> bool {
        self.tests.iter().all(|test| match test {
            Test::Text { attribute, values } => text_matches(*attribute, values, finding),
            Test::Time { attribute, ranges } => {
                let at = moment(*attribute, finding);
                ranges.iter().any(|(start, end)| (*start..=*end).contains(&at))
            }
            Test::Number { ranges } => {
                let at = finding.severity.normalized as f64;
                ranges.iter().any(|(low, high)| *low <= at && at <= *high)
            }
            Test::Tag { values } => tag_matches(values, finding),
        })
    }
}

fn test(name: &str, values: &Value, now: i64) -> Result<Test, Failure> {
    let values = values.as_array().ok_or_else(|| {
        invalid(format!("Invalid parameter 'Filters.{name}'. It must be a list."))
    })?;
    if values.len() > 20 {
        return Err(invalid(format!(
            "Invalid parameter 'Filters.{name}'. At most 20 values are allowed."
        )));
    }
    if let Some(attribute) = moment_named(name) {
        let ranges = values.iter().map(|value| range(name, value, now));
        return Ok(Test::Time { attribute, ranges: ranges.collect::<Result<_, _>>()? });
    }
    if name == "SeverityNormalized" {
        return Ok(Test::Number { ranges: values.iter().map(numbers).collect() });
    }
    if name == "ResourceTags" {
        let tags = values.iter().map(|value| {
            Ok((Comparison::read(value)?, member(value, "Key")?, member(value, "Value")?))
        });
        return Ok(Test::Tag { values: tags.collect::<Result<_, Failure>>()? });
    }
    let attribute = text_named(name).ok_or_else(|| {
        invalid(format!("Invalid parameter 'Filters'. The attribute '{name}' is not supported."))
    })?;
    let texts = values.iter().map(|value| Ok((Comparison::read(value)?, member(value, "Value")?)));
    Ok(Test::Text { attribute, values: texts.collect::<Result<_, Failure>>()? })
}

fn member(value: &Value, name: &str) -> Result<String, Failure> {
    value
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .ok_or_else(|| invalid(format!("Invalid parameter 'Filters'. '{name}' must not be empty.")))
}

fn range(name: &str, value: &Value, now: i64) -> Result<(i64, i64), Failure> {
    if let Some(range) = value.get("DateRange") {
        let days = range.get("Value").and_then(Value::as_i64).unwrap_or(0);
        if range.get("Unit").and_then(Value::as_str).is_some_and(|unit| unit != "DAYS") || days < 1
        {
            return Err(invalid(format!(
                "Invalid parameter 'Filters.{name}'. DateRange needs days."
            )));
        }
        let then = now - days * DAY;
        return Ok(match range.get("Comparison").and_then(Value::as_str) {
            Some("OLDER_THAN") => (i64::MIN, then),
            _ => (then, i64::MAX),
        });
    }
    let edge = |key: &str, absent: i64| match value.get(key).and_then(Value::as_str) {
        None => Ok(absent),
        Some(text) => parse_iso(text).ok_or_else(|| {
            invalid(format!(
                "Invalid parameter 'Filters.{name}.{key}'. '{text}' is not a time like {}.",
                iso(now)
            ))
        }),
    };
    Ok((edge("Start", i64::MIN)?, edge("End", i64::MAX)?))
}

fn numbers(value: &Value) -> (f64, f64) {
    let get = |name: &str| value.get(name).and_then(Value::as_f64);
    match get("Eq") {
        Some(exact) => (exact, exact),
        None => (
            get("Gte").or(get("Gt").map(|gt| gt + 0.5)).unwrap_or(f64::MIN),
            get("Lte").or(get("Lt").map(|lt| lt - 0.5)).unwrap_or(f64::MAX),
        ),
    }
}

fn moment_named(name: &str) -> Option<Moment> {
    Some(match name {
        "CreatedAt" => Moment::Created,
        "UpdatedAt" => Moment::Updated,
        "FirstObservedAt" => Moment::FirstObserved,
        "LastObservedAt" => Moment::LastObserved,
        _ => return None,
    })
}

fn moment(attribute: Moment, finding: &Finding<'_>) -> i64 {
    match attribute {
        Moment::Created | Moment::FirstObserved => finding.first_seen,
        Moment::Updated => finding.updated,
        Moment::LastObserved => finding.last_seen,
    }
}

fn text_named(name: &str) -> Option<Attribute> {
    Some(match name {
        "ProductArn" => Attribute::ProductArn,
        "ProductName" => Attribute::ProductName,
        "CompanyName" => Attribute::CompanyName,
        "AwsAccountId" => Attribute::AwsAccountId,
        "AwsAccountName" => Attribute::AwsAccountName,
        "Id" => Attribute::Id,
        "GeneratorId" => Attribute::GeneratorId,
        "Region" | "ResourceRegion" => Attribute::Region,
        "Type" => Attribute::Type,
        "SeverityLabel" => Attribute::SeverityLabel,
        "Title" => Attribute::Title,
        "Description" => Attribute::Description,
        "ResourceType" => Attribute::ResourceType,
        "ResourceId" => Attribute::ResourceId,
        "ComplianceStatus" => Attribute::ComplianceStatus,
        "ComplianceSecurityControlId" => Attribute::SecurityControlId,
        "ComplianceAssociatedStandardsId" => Attribute::StandardsId,
        "WorkflowStatus" => Attribute::WorkflowStatus,
        "RecordState" => Attribute::RecordState,
        _ => return None,
    })
}

fn text_matches(
    attribute: Attribute,
    values: &[(Comparison, String)],
    finding: &Finding<'_>,
) -> bool {
    let hit = |comparison: Comparison, wanted: &str| {
        any_value(attribute, finding, &mut |actual| comparison.hits(actual, wanted))
    };
    let mut positives = values.iter().filter(|(c, _)| c.positive()).peekable();
    (positives.peek().is_none() || positives.any(|(c, wanted)| hit(*c, wanted)))
        && values.iter().filter(|(c, _)| !c.positive()).all(|(c, wanted)| !hit(*c, wanted))
}

/// Tries the attribute's values; an absent attribute has none.
fn any_value(
    attribute: Attribute,
    finding: &Finding<'_>,
    test: &mut dyn FnMut(&str) -> bool,
) -> bool {
    let compliance = finding.compliance.as_ref();
    match attribute {
        Attribute::ProductArn => test(&finding.product.arn(finding.place)),
        Attribute::ProductName => test(finding.product.name()),
        Attribute::CompanyName => test(finding.product.company()),
        Attribute::AwsAccountId => test(finding.place.account().id),
        Attribute::AwsAccountName => test(finding.place.account().name),
        Attribute::Id => test(&finding.id),
        Attribute::GeneratorId => test(&finding.generator),
        Attribute::Region => test(finding.place.region()),
        Attribute::Type => test(finding.types),
        Attribute::Title => test(&finding.title),
        Attribute::Description => test(&finding.description),
        Attribute::ResourceType => finding.resources.iter().any(|about| test(about.kind)),
        Attribute::ResourceId => finding.resources.iter().any(|about| test(&about.id)),
        // The service derives the label where the producer sent the number alone.
        Attribute::SeverityLabel => {
            test(finding.severity.label.unwrap_or(match finding.severity.normalized {
                0 => "INFORMATIONAL",
                1..=39 => "LOW",
                40..=69 => "MEDIUM",
                70..=89 => "HIGH",
                _ => "CRITICAL",
            }))
        }
        Attribute::ComplianceStatus => compliance.is_some_and(|c| test(c.status)),
        Attribute::SecurityControlId => compliance.and_then(|c| c.control).is_some_and(test),
        Attribute::StandardsId => {
            compliance.is_some_and(|c| c.standards.iter().any(|standard| test(standard)))
        }
        Attribute::WorkflowStatus => finding.workflow.is_some_and(test),
        Attribute::RecordState => test(finding.record_state()),
    }
}

fn tag_matches(values: &[(Comparison, String, String)], finding: &Finding<'_>) -> bool {
    let hit = |comparison: Comparison, key: &str, wanted: &str| {
        finding
            .resources
            .iter()
            .flat_map(|about| &about.tags)
            .any(|(name, value)| *name == key && comparison.hits(value, wanted))
    };
    let mut positives = values.iter().filter(|(c, ..)| c.positive()).peekable();
    (positives.peek().is_none() || positives.any(|(c, key, wanted)| hit(*c, key, wanted)))
        && values
            .iter()
            .filter(|(c, ..)| !c.positive())
            .all(|(c, key, wanted)| !hit(*c, key, wanted))
}

/// Whether the newest update comes first. Findings can be sorted by `UpdatedAt` alone.
pub(crate) fn sort_descending(criteria: Option<&Value>) -> Result<bool, Failure> {
    let Some(first) = criteria.and_then(Value::as_array).and_then(|list| list.first()) else {
        return Ok(false);
    };
    let members = first.as_object().cloned().unwrap_or_else(Map::new);
    match members.get("Field").and_then(Value::as_str) {
        Some("UpdatedAt") | None => {}
        Some(other) => {
            return Err(invalid(format!(
                "Invalid parameter 'SortCriteria'. The field '{other}' is not supported; use UpdatedAt."
            )));
        }
    }
    match members.get("SortOrder").and_then(Value::as_str) {
        Some("asc") | None => Ok(false),
        Some("desc") => Ok(true),
        Some(other) => {
            Err(invalid(format!("Invalid parameter 'SortCriteria'. Unknown order '{other}'.")))
        }
    }
}
