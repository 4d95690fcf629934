//! `/registers`: what an organisation knows about itself. Four registers, made alike.

mod drills;
mod form;
mod history;
mod import;
mod incidents;
mod index;
mod list;
mod record;
mod systems;
mod vendors;

use domain::register::{Filled, Known, Registered};
use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::Table;

pub use form::FormPage;
pub use import::{ImportPage, Looked};
pub use index::RegistersPage;
pub use list::ListPage;
pub use record::RecordPage;

/// The addresses of a register.
#[derive(Debug, Clone, Copy)]
pub struct Paths {
    /// The list; a POST adds.
    pub list: &'static str,
    /// The form for a new record.
    pub new: &'static str,
    /// A table into the register.
    pub import: &'static str,
    /// The register as a table.
    pub export: &'static str,
    /// One record.
    pub item: &'static str,
    /// Changes a record.
    pub change: &'static str,
    /// Ends a record.
    pub end: &'static str,
}

macro_rules! paths {
    ($words:literal) => {
        $crate::pages::registers::Paths {
            list: concat!("/registers/", $words),
            new: concat!("/registers/", $words, "/new"),
            import: concat!("/registers/", $words, "/import"),
            export: concat!("/registers/", $words, "/export"),
            item: concat!("/registers/", $words, "/{id}"),
            change: concat!("/registers/", $words, "/change"),
            end: concat!("/registers/", $words, "/end"),
        }
    };
}
pub(super) use paths;

/// A state with a word for the URL and one for people.
pub type Choices = &'static [(&'static str, &'static str)];

/// How a register is shown.
pub trait Register: Table {
    /// One record, for people.
    const ONE: &'static str;
    /// Many, for people.
    const MANY: &'static str;
    /// What the register is for, in a sentence.
    const PURPOSE: &'static str;
    /// What to do while it is empty.
    const EMPTY: &'static str;
    /// Who may change it.
    const KEEP: Action;
    /// What the audit log calls a look at one record; `None` where it needs none.
    const VIEWED: Option<&'static str>;
    /// Its addresses.
    const PATHS: Paths;
    /// What ending a record is called.
    const END: &'static str;
    /// The states to filter by. The last one is of records that ended: unless asked for, a list
    /// leaves it out.
    const STATES: Choices;
    /// The heads of the columns after name and state.
    const HEADS: &'static [&'static str];

    /// The word of [`Self::STATES`] that fits.
    fn state_of(one: &Registered<Self>, now: Timestamp) -> &'static str;

    /// The state with its shape.
    fn state_mark(one: &Registered<Self>, now: Timestamp) -> AnyView;

    /// The state in a sentence.
    fn sentence(one: &Registered<Self>, now: Timestamp) -> String;

    /// The cells under [`Self::HEADS`].
    fn cells(one: &Registered<Self>, known: &Known) -> Vec<AnyView>;

    /// The number that leads the list, with what stands beside it.
    fn lead(all: &[Registered<Self>], now: Timestamp) -> Lead;

    /// Fills in what is known of a file that was sent along.
    fn take_file(filled: &mut Filled, name: &str, bytes: u64, sha256: &str) {
        let _ = (filled, name, bytes, sha256);
    }

    /// A field for such a file, and the part of the form in which it stands.
    fn file_field() -> Option<(&'static str, AnyView)> {
        None
    }

    /// The address of a record.
    fn address(id: Self::Id) -> String {
        format!("{}/{id}", Self::PATHS.list)
    }
}

/// What leads the list of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The number.
    pub number: String,
    /// The list behind it.
    pub href: String,
    /// What it says, in words.
    pub words: String,
    /// The shape and the words of where that stands.
    pub mark: Option<(&'static str, String)>,
}

impl Lead {
    fn view(self) -> AnyView {
        let mark = self.mark.map(|(shape, words)| crate::components::mark(shape, words));
        view! {
            <div class="register-lead">
                <p class="leading">
                    <a class="leading-number" href=self.href>{self.number}</a>
                    {mark}
                </p>
                <p class="quiet">{self.words}</p>
            </div>
        }
        .into_any()
    }
}

/// Counts the records in a state.
fn in_state<T: Register>(all: &[Registered<T>], word: &str, now: Timestamp) -> u64 {
    all.iter().filter(|one| T::state_of(one, now) == word).count() as u64
}

/// `2 Jan 2026`.
fn day_words(day: domain::register::Day) -> String {
    crate::words::date(day.start(), &jiff::tz::TimeZone::UTC)
}

/// A text in a cell; a dash for nothing.
fn cell(text: &str) -> AnyView {
    if text.is_empty() {
        return view! { <span class="quiet">"–"</span> }.into_any();
    }
    view! { <bdi>{text.to_owned()}</bdi> }.into_any()
}
