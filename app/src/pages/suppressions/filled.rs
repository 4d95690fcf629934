//! What somebody filled in, and what it asks for.

use domain::Timestamp;
use domain::alert::hours::{at_minute, minute_at};
use domain::alert::suppression::Recurrence;
use domain::alert::suppression::matcher::{Field, Matcher, Op};
use domain::alert::suppression::proposal::MOST_MATCHERS;
use domain::alert::{Proposal, Suppression, WallTime, Weekday};
use domain::id::{HOUR_MS, MINUTE_MS};
use domain::register::Flaw;

use crate::query::Query;

/// Conditions besides the account that the form has room for, unless more are filled in.
pub(super) const ROWS: usize = 6;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 4_000;
/// The longest reference of a change, in characters.
const LONGEST_CHANGE: usize = 200;

/// One condition, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The word of a field.
    pub field: String,
    /// The word of a comparison.
    pub op: String,
    /// What it is compared with.
    pub value: String,
}

/// The form, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filled {
    /// The account.
    pub account: String,
    /// The other conditions.
    pub rows: Vec<Row>,
    /// The first minute in the organisation's zone; empty for at once.
    pub starts: String,
    /// The last.
    pub ends: String,
    /// The words of the days on which it comes back.
    pub days: Vec<String>,
    /// When a window begins.
    pub at: String,
    /// How long it lasts.
    pub minutes: String,
    /// The zone of its clock.
    pub zone: String,
    /// Why.
    pub reason: String,
    /// The change or ticket.
    pub change_ref: String,
    /// The suppression in whose place it is to stand, with the version that was looked at.
    pub place_of: Option<(i64, i64)>,
}

impl Filled {
    /// Reads a form, or the parameters of a link to it: `account`, `region`, `group`, `rule` and
    /// `identity` fill conditions in.
    pub fn of(query: &Query) -> Self {
        let text = |name: &str| query.get(name).unwrap_or_default().trim().to_owned();
        let numbered = |name: &str, index: usize| text(&format!("{name}-{index}"));
        let mut rows: Vec<Row> = (1..=MOST_MATCHERS)
            .map(|index| Row {
                field: numbered("field", index),
                op: numbered("op", index),
                value: numbered("value", index),
            })
            .filter(|row| !row.value.is_empty())
            .collect();
        for field in [Field::Region, Field::Group, Field::Rule, Field::Identity] {
            let value = text(field.as_str());
            if !value.is_empty() {
                let op = Op::Is.as_str().to_owned();
                rows.push(Row { field: field.as_str().to_owned(), op, value });
            }
        }
        let number = |name: &str| text(name).parse::<i64>().ok();
        Self {
            account: text("account"),
            rows,
            starts: text("starts_at"),
            ends: text("ends_at"),
            days: query.all("days").map(str::to_owned).collect(),
            at: text("at"),
            minutes: text("duration"),
            zone: text("zone"),
            reason: query.get("reason").unwrap_or_default().to_owned(),
            change_ref: text("change_ref"),
            place_of: number("place_of").zip(number("version")),
        }
    }

    /// The form of a change: what stands there, to be changed.
    pub fn of_suppression(one: &Suppression, version: i64, zone: &str) -> Self {
        let account = one.matchers.iter().find(|it| it.field == Field::Account && it.op == Op::Is);
        let row = |matcher: &Matcher| Row {
            field: matcher.field.as_str().to_owned(),
            op: matcher.op.as_str().to_owned(),
            value: matcher.value.clone(),
        };
        let recurrence = one.recurrence.as_ref();
        let part = |tell: fn(&Recurrence) -> String| recurrence.map(tell).unwrap_or_default();
        let days = |it: &Recurrence| it.days.iter().map(|day| day.as_str().to_owned()).collect();
        Self {
            account: account.map(|it| it.value.clone()).unwrap_or_default(),
            rows: one.matchers.iter().filter(|it| Some(*it) != account).map(row).collect(),
            starts: minute_at(zone, one.starts_at),
            ends: minute_at(zone, one.ends_at),
            days: recurrence.map(days).unwrap_or_default(),
            at: part(|it| it.at.to_string()),
            minutes: part(|it| (it.duration_ms / MINUTE_MS).to_string()),
            zone: part(|it| it.zone.clone()),
            reason: one.reason.clone(),
            change_ref: one.change_ref.clone(),
            place_of: Some((one.id.0, version)),
        }
    }

    /// What it asks for, and what of it could not be read. Where a time is unreadable another
    /// stands in its place, so that everything else can be judged at once.
    pub fn read(&self, zone: &str, now: Timestamp) -> (Proposal, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let matchers = self.matchers(&mut flaws);
        let mut minute = |field: &'static str, text: &str, otherwise: Timestamp| {
            at_minute(zone, text).unwrap_or_else(|| {
                let sentence = "This is no time such as 2027-03-14T02:30.";
                flaws.push(Flaw::new(field, sentence));
                otherwise
            })
        };
        let starts_at =
            if self.starts.is_empty() { now } else { minute("starts_at", &self.starts, now) };
        let later = starts_at.max(now).plus(HOUR_MS);
        let ends_at = if self.ends.is_empty() {
            flaws.push(Flaw::new("ends_at", "Say when it ends."));
            later
        } else {
            minute("ends_at", &self.ends, later)
        };
        for (field, text, most) in [
            ("reason", &self.reason, LONGEST_REASON),
            ("change_ref", &self.change_ref, LONGEST_CHANGE),
        ] {
            if text.chars().count() > most {
                flaws.push(Flaw::new(field, format!("This is longer than {most} characters.")));
            }
        }
        let proposal = Proposal {
            matchers,
            starts_at,
            ends_at,
            recurrence: self.recurrence(zone, &mut flaws),
            reason: self.reason.clone(),
            change_ref: self.change_ref.clone(),
        };
        (proposal, flaws)
    }

    fn matchers(&self, flaws: &mut Vec<Flaw>) -> Vec<Matcher> {
        let mut matchers = Vec::new();
        if !self.account.is_empty() {
            matchers.push(Matcher::new(Field::Account, Op::Is, self.account.clone()));
        }
        for row in &self.rows {
            if let (Some(field), Some(op)) = (Field::parse(&row.field), Op::parse(&row.op)) {
                matchers.push(Matcher::new(field, op, row.value.clone()));
            } else {
                let sentence = format!("Choose what {:?} is compared with.", row.value);
                flaws.push(Flaw::new("matchers", sentence));
            }
        }
        matchers
    }

    /// Whether windows come back: the zone alone says nothing, it is filled in for everybody.
    pub(super) fn comes_back(&self) -> bool {
        !self.days.is_empty() || !self.at.is_empty() || !self.minutes.is_empty()
    }

    fn recurrence(&self, zone: &str, flaws: &mut Vec<Flaw>) -> Option<Recurrence> {
        if !self.comes_back() {
            return None;
        }
        let at = WallTime::parse(self.at.get(..5).unwrap_or(&self.at)).unwrap_or_else(|| {
            flaws.push(Flaw::new("at", "Say when a window begins, such as 02:30."));
            WallTime::default()
        });
        let minutes = self.minutes.parse::<i64>().unwrap_or_else(|_| {
            flaws.push(Flaw::new("duration", "Say how many minutes a window lasts."));
            60
        });
        let zone = if self.zone.is_empty() { zone } else { &self.zone };
        Some(Recurrence {
            zone: zone.to_owned(),
            days: Weekday::ALL
                .iter()
                .copied()
                .filter(|day| self.days.iter().any(|word| word == day.as_str()))
                .collect(),
            at,
            duration_ms: minutes.saturating_mul(MINUTE_MS),
        })
    }
}
