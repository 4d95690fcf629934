//! One record: what it says, how it came to say so, and the forms that change it.

use domain::register::{Field, FieldKind, Filled, Flaw, Known, Registered};
use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::{Earlier, Reader};

use super::form::record_form;
use super::{Register, cell, day_words, history};
use crate::access::Principal;
use crate::components::{Asked, at, copyable, crumbs, flaws_told, heading, section};
use crate::error::PageError;
use crate::pages::arrival::trouble_note;
use crate::pages::{Ask, Page};
use crate::shell::Here;
use crate::words;

/// A record of a register.
#[derive(Debug, Clone)]
pub struct RecordPage<T: Register> {
    /// The record.
    pub one: Registered<T>,
    /// What it said before, the oldest first.
    pub earlier: Vec<Earlier<T>>,
    /// What records refer to.
    pub known: Known,
    /// The present.
    pub now: Timestamp,
    /// Whether whoever looks may change it.
    pub may_keep: bool,
    /// Whether they may see who did.
    pub may_audit: bool,
    /// What was filled in and could not be stored.
    pub filled: Option<Filled>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// What is wrong besides.
    pub trouble: Option<String>,
}

impl<T: Register> RecordPage<T> {
    /// Reads everything about one record.
    pub async fn of(
        reader: &Reader,
        who: &Principal,
        now: Timestamp,
        id: T::Id,
    ) -> Result<Self, PageError> {
        let one = reader.record_get::<T>(id).await?;
        let missing = || PageError::missing(T::WORD, id.to_string(), T::PATHS.list);
        Ok(Self {
            one: one.ok_or_else(missing)?,
            earlier: reader.record_history(id).await?,
            known: reader.register_known::<T>(now).await?,
            now,
            may_keep: who.may(T::KEEP),
            may_audit: who.may(Action::ReadAudit),
            filled: None,
            flaws: Vec::new(),
            trouble: None,
        })
    }
}

impl<T: Register> Page for RecordPage<T> {
    const HERE: Here = Here::Registers;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let id = ask.id.parse::<i64>().ok().map(T::Id::from);
        let id = id.ok_or_else(|| PageError::missing(T::WORD, ask.id, T::PATHS.list))?;
        Self::of(reader, ask.who, ask.now, id).await
    }

    fn title(&self) -> String {
        self.one.record.title().to_owned()
    }

    fn view(self) -> AnyView {
        let path = vec![
            ("/registers".to_owned(), "Registers".to_owned()),
            (T::PATHS.list.to_owned(), T::MANY.to_owned()),
        ];
        let page = &self;
        let mark = view! { <p class="heading-marks">{T::state_mark(&self.one, self.now)}</p> };
        let keep = (self.may_keep && self.one.stands()).then(|| forms(page));
        view! {
            {crumbs(path)}
            {heading(self.title(), T::sentence(&self.one, self.now), mark)}
            {self.trouble.clone().map(trouble_note)}
            {flaws_told(T::FIELDS, &self.flaws)}
            {ended(&self.one)}
            {section("facts", "What it says", (), facts(page))}
            {keep}
            {section("history", "How it came to say so", (), history::history(page))}
        }
        .into_any()
    }
}

fn ended<T: Register>(one: &Registered<T>) -> Option<AnyView> {
    let ended = one.ended.clone()?;
    Some(
        view! {
            <p class="form-told">
                "Ended " {at(ended.at)} ": " <bdi>{ended.reason}</bdi>
            </p>
        }
        .into_any(),
    )
}

fn facts<T: Register>(page: &RecordPage<T>) -> AnyView {
    let filled = page.one.record.write(&page.known);
    let rows = T::FIELDS
        .iter()
        .filter(|field| !filled.get(field.name).is_empty())
        .map(|field| {
            let shown = value(field, filled.get(field.name), &page.known);
            view! { <div class="fact"><dt>{field.label}</dt><dd>{shown}</dd></div> }
        })
        .collect_view();
    view! { <dl class="record-facts">{rows}</dl> }.into_any()
}

/// The text of a field as people read it.
pub(super) fn value(field: &Field, text: &str, known: &Known) -> AnyView {
    let link = |href: String| view! { <a href=href><bdi>{text.to_owned()}</bdi></a> }.into_any();
    match field.kind {
        FieldKind::Choice(choices) => {
            let title = choices.iter().find(|choice| choice.0 == text);
            cell(title.map_or(text, |choice| choice.1))
        }
        FieldKind::Day => match domain::register::Day::parse(text) {
            Some(day) => cell(&day_words(day)),
            None => cell(text),
        },
        FieldKind::Minute => match Timestamp::parse(&format!("{text}:00Z")) {
            Some(time) => at(time).into_any(),
            None => cell(text),
        },
        FieldKind::Digest => copyable(text).into_any(),
        FieldKind::Number => cell(&text.parse().map_or_else(|_| text.to_owned(), words::count)),
        FieldKind::Vendor => match known.vendor(text) {
            Some(id) => link(format!("/registers/vendors/{id}")),
            None => cell(text),
        },
        FieldKind::System => match known.system(text) {
            Some(id) => link(format!("/registers/systems/{id}")),
            None => cell(text),
        },
        _ => view! { <span class="untrusted">{text.to_owned()}</span> }.into_any(),
    }
}

fn forms<T: Register>(page: &RecordPage<T>) -> AnyView {
    let filled = page.filled.clone().unwrap_or_else(|| page.one.record.write(&page.known));
    let asked =
        Asked { fields: T::FIELDS, filled: &filled, flaws: &page.flaws, known: &page.known };
    let id = page.one.id.to_string();
    let version = Some((id.clone(), page.one.version.to_string()));
    let open = page.filled.is_some();
    let body = view! {
        <details class="change" open=open>
            <summary>"Change what it says"</summary>
            {record_form::<T>(T::PATHS.change, asked, version, "Store the change")}
        </details>
        <details class="change">
            <summary>{T::END}</summary>
            <form method="post" action=T::PATHS.end class="form">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="version" value=page.one.version.to_string()/>
                <label for="end-reason">"Why; it stays in the register with this reason"</label>
                <input
                    id="end-reason"
                    name="reason"
                    required
                    autocomplete="off"
                    maxlength=domain::register::LONGEST_REASON.to_string()
                />
                <button class="button">{T::END}</button>
            </form>
        </details>
    };
    section("change", "Change", (), body)
}
