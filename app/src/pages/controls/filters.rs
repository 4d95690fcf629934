//! The filters, and how many controls each of them would leave.

use domain::catalogue::Class;
use domain::{Catalogue, Category, Control, SectionId, Severity, Source};
use leptos::prelude::*;

use super::{ControlLine, ControlsPage, PATH, Wanted};
use crate::components::{Choice, Facet, facet};
use crate::error::PageError;
use crate::query::{Query, words as allowed};
use crate::setting::Setting;
use crate::words;

/// The filters, read.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter {
    categories: Vec<Category>,
    severities: Vec<Severity>,
    sources: Vec<Source>,
    class: Option<Class>,
    section: Option<SectionId>,
    kind: Option<String>,
    q: Option<String>,
    wanted: Option<Wanted>,
}

/// Choices of a facet with their counts.
pub type Counts = Vec<(&'static str, u64)>;

/// How many controls every choice would leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ControlCounts {
    /// By state.
    pub state: Counts,
    /// By category.
    pub category: Counts,
    /// By severity.
    pub severity: Counts,
    /// By source.
    pub source: Counts,
}

/// The states that are offered; the unknown ones together.
const STATES: [&str; 5] = ["fail", "unknown", "pass", "excepted", "not-applicable"];

/// Reads the filters.
pub(super) fn read(query: &Query) -> Result<Filter, PageError> {
    let section = |text: &str| Catalogue::get().safeguard(text).map(|it| it.section.clone());
    Ok(Filter {
        categories: query
            .many("category", Category::parse, || allowed(&Category::ALL, |it| it.as_str()))?,
        severities: query
            .many("severity", Severity::parse, || allowed(&Severity::ALL, |it| it.as_str()))?,
        sources: query
            .many("source", Source::parse, || allowed(&Source::JUDGED, |it| it.as_str()))?,
        class: query.one("class", Class::parse, || allowed(&Class::ALL, |it| it.as_str()))?,
        section: query.one("section", section, || "a section such as 164.312(b)".to_owned())?,
        kind: query.get("kind").map(str::to_owned),
        q: query.get("q").map(str::to_lowercase),
        wanted: query.one("state", Wanted::parse, Wanted::allowed)?,
    })
}

/// A facet, when a control is asked whether it would match without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum But {
    Nothing,
    State,
    Category,
    Severity,
    Source,
}

impl Filter {
    /// Whether the list contains it.
    pub(super) fn takes(&self, line: &ControlLine) -> bool {
        self.matches(line, But::Nothing)
    }

    fn matches(&self, line: &ControlLine, but: But) -> bool {
        let control = line.control;
        let sources = control.sources();
        let chosen = |own: But, empty: bool, has: bool| own == but || empty || has;
        chosen(
            But::State,
            self.wanted.is_none(),
            self.wanted.is_some_and(|wanted| wanted.count(&line.tally) > 0),
        ) && chosen(
            But::Category,
            self.categories.is_empty(),
            self.categories.contains(&control.category),
        ) && chosen(
            But::Severity,
            self.severities.is_empty(),
            self.severities.contains(&control.severity),
        ) && chosen(
            But::Source,
            self.sources.is_empty(),
            sources.iter().any(|source| self.sources.contains(source)),
        ) && self.concerns(control)
    }

    fn concerns(&self, control: &Control) -> bool {
        let catalogue = Catalogue::get();
        self.class.is_none_or(|class| catalogue.supports(&control.id, class))
            && self
                .section
                .as_ref()
                .is_none_or(|section| catalogue.controls_of_section(section).contains(&control.id))
            && self.kind.as_ref().is_none_or(|kind| {
                control.resource_types.iter().any(|it| it.starts_with(kind.as_str()))
            })
            && self.q.as_ref().is_none_or(|q| speaks_of(control, q))
    }

    /// How many controls every choice would leave.
    pub(super) fn counts(&self, lines: &[ControlLine]) -> ControlCounts {
        let count = |but: But, has: &dyn Fn(&ControlLine) -> bool| {
            lines.iter().filter(|line| has(line) && self.matches(line, but)).count() as u64
        };
        let of_state = |word: &'static str| {
            let wanted = Wanted::parse(word);
            let has = |line: &ControlLine| wanted.is_some_and(|it| it.count(&line.tally) > 0);
            (word, count(But::State, &has))
        };
        ControlCounts {
            state: STATES.map(of_state).to_vec(),
            category: Category::ALL
                .map(|it| (it.as_str(), count(But::Category, &|line| line.control.category == it)))
                .to_vec(),
            severity: Severity::ALL
                .map(|it| (it.as_str(), count(But::Severity, &|line| line.control.severity == it)))
                .to_vec(),
            source: Source::JUDGED
                .map(|it| {
                    let has = |line: &ControlLine| line.control.sources().contains(&it);
                    (it.as_str(), count(But::Source, &has))
                })
                .to_vec(),
        }
    }
}

/// Whether every word occurs in the id, the title, a rule or a resource type.
fn speaks_of(control: &Control, q: &str) -> bool {
    let mut text = format!("{} {}", control.id, control.title).to_lowercase();
    for more in control
        .config_rules
        .iter()
        .chain(&control.securityhub)
        .chain(&control.checks)
        .chain(&control.resource_types)
    {
        text.push(' ');
        text.push_str(&more.to_lowercase());
    }
    q.split_whitespace().all(|word| text.contains(word))
}

/// The facets on the left.
pub(super) fn facets(page: &ControlsPage) -> Vec<AnyView> {
    let here = Setting::here();
    let counted = |counts: &Counts, word: fn(&str) -> String| -> Vec<Choice> {
        counts
            .iter()
            .map(|(value, n)| Choice {
                value: (*value).to_owned(),
                word: word(value),
                count: Some(*n),
            })
            .collect()
    };
    let accounts = here
        .organisation
        .iter()
        .flat_map(|it| &it.accounts)
        .map(|it| Choice { value: it.id.to_string(), word: it.name.clone(), count: None })
        .collect();
    let counts = &page.counts;
    [
        ("state", "State", counted(&counts.state, state_word), false),
        ("category", "Category", counted(&counts.category, category_word), true),
        ("severity", "Severity", counted(&counts.severity, severity_word), true),
        ("source", "Source", counted(&counts.source, source_word), true),
        ("account", "Account", accounts, false),
    ]
    .into_iter()
    .map(|(name, title, choices, many)| {
        facet(PATH, &page.query, Facet { name, title, choices, many })
    })
    .collect()
}

fn state_word(value: &str) -> String {
    Wanted::parse(value).map_or_else(String::new, |it| it.word().to_owned())
}

fn category_word(value: &str) -> String {
    Category::parse(value).map_or_else(String::new, |it| it.title().to_owned())
}

fn severity_word(value: &str) -> String {
    Severity::parse(value).map_or_else(String::new, |it| words::severity(it).to_owned())
}

fn source_word(value: &str) -> String {
    Source::parse(value).map_or_else(String::new, |it| it.title().to_owned())
}

/// An applied filter in words: its name and its value.
pub(super) fn chip(name: &str, value: &str) -> Option<(String, String)> {
    let (title, word) = match name {
        "category" => ("Category", category_word(value)),
        "severity" => ("Severity", severity_word(value)),
        "source" => ("Source", source_word(value)),
        "class" => ("Class", Class::parse(value)?.title().to_owned()),
        "state" => ("State", state_word(value)),
        "section" => ("Section", format!("§ {value}")),
        "account" => ("Account", Setting::here().account_name(&value.into())),
        "kind" => ("Resource type", value.to_owned()),
        "q" => ("Search", value.to_owned()),
        _ => return None,
    };
    Some((title.to_owned(), word))
}
