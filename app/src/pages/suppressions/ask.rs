//! `/suppressions/new`: the form, and what it would mute before anybody asks.

use domain::Timestamp;
use domain::alert::hours::minute_at;
use domain::alert::rules::Rules;
use domain::alert::suppression::Preview;
use domain::alert::{Proposal, Suppression, SuppressionId};
use domain::id::HOUR_MS;
use domain::register::Flaw;
use leptos::prelude::*;
use store::{Reader, SuppressionPreview};

use super::{Filled, NEW, PATH, fields, preview, told};
use crate::components::{crumbs, heading, section};
use crate::error::PageError;
use crate::pages::arrival::trouble_note;
use crate::pages::{Ask, Page};
use crate::shell::Here;

/// What a suppression asks for.
#[derive(Debug, Clone)]
pub struct AskPage {
    /// What is filled in.
    pub filled: Filled,
    /// What it asks for, as far as it could be read.
    pub proposal: Proposal,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// What is wrong besides.
    pub trouble: Option<String>,
    /// What it would mute; `None` before somebody asked.
    pub preview: Option<SuppressionPreview>,
    /// The organisation's zone.
    pub zone_name: String,
    /// Accounts with their names.
    pub accounts: Vec<(String, String)>,
    /// The present.
    pub now: Timestamp,
}

impl AskPage {
    /// The form as it was filled in, judged with everything that is wrong with it.
    pub(crate) async fn judged(
        reader: &Reader,
        filled: Filled,
        now: Timestamp,
    ) -> Result<Self, PageError> {
        let page = Self::blank(reader, filled, now).await?;
        let (proposal, mut flaws) = page.filled.read(&page.zone_name, now);
        let preview = reader.suppression_preview(&proposal, now).await?;
        add(&mut flaws, proposal.flaws(Rules::get(), &preview.counts, now));
        Ok(Self { proposal, flaws, preview: Some(preview), ..page })
    }

    async fn blank(reader: &Reader, filled: Filled, now: Timestamp) -> Result<Self, PageError> {
        let organisation = reader.organisation().await?;
        let zone_name = organisation.as_ref().map_or("UTC", |it| it.time_zone.as_str()).to_owned();
        let accounts = organisation.iter().flat_map(|it| &it.accounts);
        let (proposal, _) = filled.read(&zone_name, now);
        Ok(Self {
            filled,
            proposal,
            flaws: Vec::new(),
            trouble: None,
            preview: None,
            accounts: accounts.map(|it| (it.id.to_string(), it.name.clone())).collect(),
            zone_name,
            now,
        })
    }
}

/// Adds flaws of what could be read; what could not be read was told already.
fn add(flaws: &mut Vec<Flaw>, more: Vec<Flaw>) {
    let told: Vec<&'static str> = flaws.iter().map(|flaw| flaw.field).collect();
    flaws.extend(more.into_iter().filter(|flaw| !told.contains(&flaw.field)));
}

impl Page for AskPage {
    const HERE: Here = Here::OnCall;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let organisation = reader.organisation().await?;
        let zone = organisation.as_ref().map_or("UTC", |it| it.time_zone.as_str());
        let filled = match ask.query.get("place_of") {
            Some(id) => {
                let missing = || PageError::missing("suppression", id, PATH);
                let number = id.parse().map(SuppressionId).map_err(|_| missing())?;
                let row = reader.suppression(number).await?.ok_or_else(missing)?;
                Filled::of_suppression(&row.suppression, row.version, zone)
            }
            None => Filled::of(ask.query),
        };
        let hour = minute_at(zone, ask.now.plus(HOUR_MS));
        let usual =
            |text: String, usual: &str| if text.is_empty() { usual.to_owned() } else { text };
        let filled =
            Filled { ends: usual(filled.ends, &hour), zone: usual(filled.zone, zone), ..filled };
        Self::blank(reader, filled, ask.now).await
    }

    fn title(&self) -> String {
        match self.filled.place_of {
            Some((id, _)) => format!("Change suppression {id}"),
            None => "Ask for a suppression".to_owned(),
        }
    }

    fn view(self) -> AnyView {
        let sentence = match self.filled.place_of {
            Some(_) => {
                "The present one ends at once, and the changed one waits for its own approval."
            }
            None => "Somebody else has to approve it. Look at what it would mute first.",
        };
        let shown = self.preview.as_ref().map(|looked| shown(&self, looked));
        view! {
            {crumbs(vec![
                ("/oncall".to_owned(), "On call".to_owned()),
                (PATH.to_owned(), "Suppressions".to_owned()),
            ])}
            {heading(self.title(), sentence, ())}
            {self.trouble.clone().map(trouble_note)}
            {flaws_told(&self.flaws)}
            <form method="post" action="/suppressions/preview" class="form form-record" novalidate>
                {place_of(&self)}
                {fields::fields(&self)}
                <div class="form-buttons">{buttons(&self)}</div>
            </form>
            {shown}
            {section("never", "Never muted", (), told::never_muted())}
        }
        .into_any()
    }
}

fn place_of(page: &AskPage) -> Option<AnyView> {
    let (id, version) = page.filled.place_of?;
    Some(
        view! {
            <input type="hidden" name="place_of" value=id.to_string()/>
            <input type="hidden" name="version" value=version.to_string()/>
        }
        .into_any(),
    )
}

/// One looks first; what was looked at and is right can be asked for.
fn buttons(page: &AskPage) -> AnyView {
    let right = page.preview.is_some() && page.flaws.is_empty();
    let look = if right { "button" } else { "button button-primary" };
    let ask = right.then(|| {
        view! { <button class="button button-primary" formaction=PATH>"Ask for approval"</button> }
    });
    let draft = (right && page.filled.place_of.is_none()).then(|| {
        view! {
            <button class="button" formaction=PATH name="do" value="draft">
                "Keep as a draft"
            </button>
        }
    });
    view! { <button class=look>"Preview"</button> {ask} {draft} }.into_any()
}

fn shown(page: &AskPage, looked: &SuppressionPreview) -> AnyView {
    let one = page.proposal.draft(SuppressionId(0), "", page.now);
    let body = view! {
        {preview::preview(looked)}
        {times(page, &one)}
        <p class="note">{needs(&one)}</p>
    };
    section("preview", "What it would mute", (), body)
}

fn needs(one: &Suppression) -> &'static str {
    if one.approvals_needed() > 1 {
        "Two persons other than you must approve it: it lasts longer than a day or comes back."
    } else {
        "One person other than you must approve it."
    }
}

/// The most windows that are told ahead.
pub(super) const WINDOWS: usize = 12;

fn times(page: &AskPage, one: &Suppression) -> AnyView {
    let windows = one.windows(page.now, WINDOWS);
    let zone = one.recurrence.as_ref().map_or(page.zone_name.as_str(), |it| it.zone.as_str());
    view! { <h3>"When"</h3> {told::windows(&windows, zone)} }.into_any()
}

/// Everything that is wrong, above the form, each with a link to its field.
fn flaws_told(flaws: &[Flaw]) -> AnyView {
    if flaws.is_empty() {
        return ().into_any();
    }
    let items = flaws
        .iter()
        .map(|flaw| {
            let href = format!("#{}", fields::id(flaw.field));
            let label = fields::label(flaw.field);
            view! { <li><a href=href>{label}</a> ": " <bdi>{flaw.sentence.clone()}</bdi></li> }
        })
        .collect_view();
    view! {
        <div class="form-trouble" role="alert">
            <p>"Nothing was asked for yet. Please look at this:"</p>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

/// The address of the form for a change.
pub(super) fn change_address(id: SuppressionId) -> String {
    format!("{NEW}?place_of={id}")
}

/// Whether a share was too small to be judged.
pub(super) fn few(counts: &Preview) -> bool {
    counts.all < domain::alert::suppression::preview::FEWEST
}
