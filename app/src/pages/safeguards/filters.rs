//! What the parameters of the list mean, and how they are offered.

use domain::catalogue::{Class, Requirement};
use leptos::prelude::*;

use super::{Met, PATH, SafeguardRow, SafeguardsPage};
use crate::components::{self, Choice, Facet, facet};
use crate::error::PageError;
use crate::query::{self, Query};

const REQUIREMENTS: [Requirement; 2] = [Requirement::Required, Requirement::Addressable];

/// Which safeguards. Empty lists do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Any of these classes.
    pub classes: Vec<Class>,
    /// Any of these requirements.
    pub requirements: Vec<Requirement>,
    /// Any of these states.
    pub met: Vec<Met>,
}

impl Filters {
    pub(in crate::pages) fn read(query: &Query) -> Result<Self, PageError> {
        Ok(Self {
            classes: query
                .many("class", Class::parse, || query::words(&Class::ALL, |it| it.as_str()))?,
            requirements: query.many("requirement", requirement, || {
                query::words(&REQUIREMENTS, |it| it.as_str())
            })?,
            met: query.many("state", Met::parse, || query::words(&Met::ALL, |it| it.as_str()))?,
        })
    }

    /// Whether they leave this row.
    pub(super) fn leave(&self, row: &SafeguardRow) -> bool {
        self.class(row) && self.requirement(row) && self.met(row)
    }

    fn class(&self, row: &SafeguardRow) -> bool {
        self.classes.is_empty() || self.classes.contains(&row.safeguard.class)
    }

    fn requirement(&self, row: &SafeguardRow) -> bool {
        self.requirements.is_empty()
            || row.safeguard.requirement.is_some_and(|it| self.requirements.contains(&it))
    }

    fn met(&self, row: &SafeguardRow) -> bool {
        self.met.is_empty() || self.met.contains(&row.met)
    }
}

fn requirement(text: &str) -> Option<Requirement> {
    REQUIREMENTS.into_iter().find(|it| it.as_str() == text)
}

fn requirement_word(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Required => "Required",
        Requirement::Addressable => "Addressable",
    }
}

/// The facets; each counts what the other two leave.
pub(super) fn facets(page: &SafeguardsPage) -> Vec<AnyView> {
    let filters = &page.filters;
    let count = |keep: &dyn Fn(&SafeguardRow) -> bool| {
        Some(page.rows.iter().filter(|row| row.asks() && keep(row)).count() as u64)
    };
    let choice = |value: &str, word: &str, count| Choice {
        value: value.to_owned(),
        word: word.to_owned(),
        count,
    };
    let classes = Class::ALL.map(|class| {
        let n = count(&|row| {
            row.safeguard.class == class && filters.requirement(row) && filters.met(row)
        });
        choice(class.as_str(), class.title(), n)
    });
    let requirements = REQUIREMENTS.map(|it| {
        let n = count(&|row| {
            row.safeguard.requirement == Some(it) && filters.class(row) && filters.met(row)
        });
        choice(it.as_str(), requirement_word(it), n)
    });
    let met = Met::ALL.map(|met| {
        let n = count(&|row| row.met == met && filters.class(row) && filters.requirement(row));
        choice(met.as_str(), met.words().0, n)
    });
    [
        Facet { name: "state", title: "State", choices: met.to_vec(), many: true },
        Facet { name: "class", title: "Class", choices: classes.to_vec(), many: true },
        Facet {
            name: "requirement",
            title: "Requirement",
            choices: requirements.to_vec(),
            many: true,
        },
    ]
    .into_iter()
    .map(|it| facet(PATH, &page.query, it))
    .collect()
}

/// The applied filters in words.
pub(super) fn chips(query: &Query) -> AnyView {
    components::chips(PATH, query, |name, value| {
        let (title, shown) = match name {
            "class" => ("Class", Class::parse(value)?.title()),
            "requirement" => ("Requirement", requirement_word(requirement(value)?)),
            "state" => ("State", Met::parse(value)?.words().0),
            _ => return None,
        };
        Some((title.to_owned(), shown.to_owned()))
    })
}
