//! Nothing to show, and why. Each reason has its own words and its own way out.

use leptos::prelude::*;

use super::{copyable_block, prose};

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Empty {
    /// No round has ended yet.
    NoData,
    /// The service that would answer is off.
    NotEnabled {
        /// The service.
        service: &'static str,
        /// Where, in words.
        places: String,
        /// How to turn it on.
        how: &'static str,
    },
    /// An IAM permission is missing.
    Denied {
        /// The action, e.g. `config:DescribeConfigRules`.
        action: String,
        /// Where, in words.
        places: String,
    },
    /// Filters leave nothing.
    NoMatch {
        /// What is listed, e.g. `findings`.
        things: &'static str,
        /// The list without filters.
        clear: String,
    },
    /// Everything was looked at, and there is none.
    Zero {
        /// What there is none of, as a sentence.
        sentence: String,
    },
    /// Nobody wrote anything down yet.
    Unwritten {
        /// What there is none of.
        title: &'static str,
        /// What belongs here, and what to do.
        sentence: &'static str,
        /// Where that is done, for those who may.
        way: Option<Way>,
    },
}

/// A link out of an empty place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub words: String,
}

/// The reason in words, with what to do.
pub fn empty(reason: Empty) -> AnyView {
    match reason {
        Empty::NoData => words(
            "no-data",
            "No data yet",
            "Nothing has been collected so far. The page fills when the first round ends.",
            Some(Way { href: "/collection".to_owned(), words: "See the collection".to_owned() }),
        ),
        Empty::NotEnabled { service, places, how } => words(
            "not-enabled",
            &format!("{service} is not enabled"),
            &format!("In {places} nobody can answer. {how}"),
            Some(Way { href: "/collection".to_owned(), words: "See where".to_owned() }),
        ),
        Empty::Denied { action, places } => denied(&action, &places),
        Empty::NoMatch { things, clear } => words(
            "no-match",
            &format!("No {things} match these filters"),
            "There are some, but the filters leave none.",
            Some(Way { href: clear, words: "Clear all filters".to_owned() }),
        ),
        Empty::Zero { sentence } => words("zero", "None", &sentence, None),
        Empty::Unwritten { title, sentence, way } => words("unwritten", title, sentence, way),
    }
}

fn words(kind: &str, title: &str, sentence: &str, way: Option<Way>) -> AnyView {
    view! {
        <div class=format!("empty empty-{kind}")>
            <p class="empty-title">{title.to_owned()}</p>
            {prose(sentence)}
            {way.map(|way| view! { <p><a class="button" href=way.href>{way.words}</a></p> })}
        </div>
    }
    .into_any()
}

fn denied(action: &str, places: &str) -> AnyView {
    view! {
        <div class="empty empty-denied">
            <p class="empty-title">
                "The permission " <code>{action.to_owned()}</code> " is missing"
            </p>
            <p>{format!("In {places}. Add this statement to the role that Wardround assumes:")}</p>
            {copyable_block(format!("IAM statement that allows {action}"), &statement(action))}
        </div>
    }
    .into_any()
}

/// The IAM statement that allows one action.
pub fn statement(action: &str) -> String {
    format!("{{\n  \"Effect\": \"Allow\",\n  \"Action\": \"{action}\",\n  \"Resource\": \"*\"\n}}")
}
