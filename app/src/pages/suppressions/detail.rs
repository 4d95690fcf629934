//! `/suppressions/{id}`: what it mutes and when, who decided, and what can be done.

use domain::alert::suppression::{Approval, Decided, Ended, Stage};
use domain::alert::{Suppression, SuppressionId};
use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::suppression::Names;
use store::{MutedAlert, Reader, SuppressionEntry, SuppressionPreview, SuppressionRow};

use super::acts::{self, Viewer};
use super::ask::{WINDOWS, change_address};
use super::told::{self, address, instant};
use super::{PATH, preview};
use crate::access::Principal;
use crate::components::{at, copyable, crumbs, heading, section};
use crate::error::PageError;
use crate::pages::arrival::trouble_note;
use crate::pages::{Ask, Page};
use crate::shell::Here;

/// Alerts that are named.
const ALERTS: u32 = 50;

/// One suppression.
#[derive(Debug, Clone)]
pub struct SuppressionPage {
    /// What it says.
    pub row: SuppressionRow,
    /// Its history, the oldest first.
    pub entries: Vec<SuppressionEntry>,
    /// The names of those who made it.
    pub names: Names,
    /// What it mutes now.
    pub muted: Vec<MutedAlert>,
    /// What it would mute, while somebody has to decide.
    pub preview: Option<SuppressionPreview>,
    /// Who looks.
    pub viewer: Viewer,
    /// Whether they may read the audit log.
    pub may_audit: bool,
    /// The present.
    pub now: Timestamp,
    /// What could not be done.
    pub trouble: Option<String>,
    /// What was typed then.
    pub typed: Option<Typed>,
}

/// A remark that could not be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The last piece of the form's address.
    pub path: &'static str,
    /// The remark.
    pub note: String,
}

impl SuppressionPage {
    /// Reads everything about one.
    pub(crate) async fn of(
        reader: &Reader,
        who: &Principal,
        now: Timestamp,
        id: SuppressionId,
    ) -> Result<Self, PageError> {
        let missing = || PageError::missing("suppression", id.to_string(), PATH);
        let row = reader.suppression(id).await?.ok_or_else(missing)?;
        let (entries, names) = reader.suppression_history(id).await?;
        let waits = matches!(row.suppression.stage(now), Stage::Draft | Stage::Pending);
        let preview = if waits {
            Some(reader.suppression_preview(&row.suppression.proposal(), now).await?)
        } else {
            None
        };
        Ok(Self {
            muted: reader.suppression_muted_alerts(id, ALERTS).await?,
            viewer: Viewer::of(who, now),
            may_audit: who.may(Action::ReadAudit),
            row,
            entries,
            names,
            preview,
            now,
            trouble: None,
            typed: None,
        })
    }
}

impl Page for SuppressionPage {
    const HERE: Here = Here::OnCall;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let id = ask.id.parse::<i64>().ok().map(SuppressionId);
        let id = id.ok_or_else(|| PageError::missing("suppression", ask.id, PATH))?;
        Self::of(reader, ask.who, ask.now, id).await
    }

    fn title(&self) -> String {
        format!("Suppression {}", self.row.suppression.id)
    }

    fn view(self) -> AnyView {
        let one = &self.row.suppression;
        let marks = view! { <p class="heading-marks">{told::stage_marks(one, self.now)}</p> };
        let muted = section("muted", "What it mutes now", (), muted(&self));
        let would = self
            .preview
            .as_ref()
            .map(|looked| section("preview", "What it would mute", (), preview::preview(looked)));
        view! {
            {crumbs(vec![
                ("/oncall".to_owned(), "On call".to_owned()),
                (PATH.to_owned(), "Suppressions".to_owned()),
            ])}
            {heading(self.title(), told::stage_sentence(one, self.now), marks)}
            {self.trouble.clone().map(trouble_note)}
            {red(one)}
            <div class="columns">
                <div class="column-main">
                    {section("facts", "What it says", change(&self), facts(&self))}
                    {section("windows", "When it mutes", (), windows(&self))}
                    {would}
                    {muted}
                    {section("approvals", "Approvals", (), approvals(&self))}
                    {section("history", "History", (), history(&self))}
                </div>
                <div class="column-side">
                    {section("acts", "What can be done", (), acts::acts(&self))}
                    {section("never", "Never muted", (), told::never_muted())}
                </div>
            </div>
        }
        .into_any()
    }
}

fn red(one: &Suppression) -> Option<AnyView> {
    one.unratified().then(|| {
        view! {
            <p class="form-trouble" role="note">
                "It was taken in an emergency, and nobody else has approved it yet. Without \
                 approval it ends an hour after it was taken."
            </p>
        }
        .into_any()
    })
}

fn change(page: &SuppressionPage) -> Option<AnyView> {
    let one = &page.row.suppression;
    let open = matches!(
        one.stage(page.now),
        Stage::Draft | Stage::Pending | Stage::Approved | Stage::Active
    );
    (open && page.viewer.may_ask)
        .then(|| view! { <a href=change_address(one.id)>"Change it"</a> }.into_any())
}

fn called(page: &SuppressionPage, who: &str) -> AnyView {
    let name = page.names.get(who).or_else(|| page.row.names.get(who));
    view! { <bdi>{name.map_or(who, String::as_str).to_owned()}</bdi> }.into_any()
}

fn fact(title: &'static str, value: impl IntoView + 'static) -> AnyView {
    view! { <div class="fact"><dt>{title}</dt><dd>{value.into_any()}</dd></div> }.into_any()
}

fn facts(page: &SuppressionPage) -> AnyView {
    let one = &page.row.suppression;
    let matchers = one
        .matchers
        .iter()
        .map(|matcher| view! { <li><bdi>{told::matcher_words(matcher)}</bdi></li> })
        .collect_view();
    let asked_by = view! { {called(page, &one.requested_by)} ", " {at(one.requested_at)} };
    let place = one.supersedes.map(|old| {
        let link = view! { <a href=address(old)>{format!("Suppression {old}")}</a> };
        fact("In the place of", link)
    });
    view! {
        <dl class="record-facts">
            {fact("All of this holds", view! { <ul class="plain">{matchers}</ul> })}
            {fact("Begins", instant(one.starts_at))}
            {fact("Ends", instant(one.ends_at))}
            {one.recurrence.as_ref().map(|it| fact("Comes back", it.sentence()))}
            {fact("Reason", view! { <span class="untrusted">{one.reason.clone()}</span> })}
            {fact("Change or ticket", view! { <bdi>{one.change_ref.clone()}</bdi> })}
            {fact("Asked by", asked_by)}
            {place}
            {ended(page)}
            {fact("What an approval is bound to", copyable(&one.scope_hash()))}
        </dl>
    }
    .into_any()
}

fn ended(page: &SuppressionPage) -> Option<AnyView> {
    let told = |ended: &Ended| {
        view! {
            {called(page, &ended.by)} ", " {at(ended.at)} ": "
            <span class="untrusted">{ended.note.clone()}</span>
        }
    };
    match &page.row.suppression.decided {
        Decided::Rejected(it) => Some(fact("Rejected", told(it))),
        Decided::Revoked(it) => Some(fact("Ended early", told(it))),
        Decided::Superseded { by, at: when } => {
            let link =
                view! { <a href=address(*by)>{format!("Suppression {by}")}</a> ", " {at(*when)} };
            Some(fact("Replaced by", link))
        }
        Decided::Draft | Decided::Pending | Decided::Approved => None,
    }
}

fn windows(page: &SuppressionPage) -> AnyView {
    let one = &page.row.suppression;
    let windows = one.windows(page.now, WINDOWS);
    if windows.is_empty() {
        return view! { <p class="quiet">"None of its windows is left."</p> }.into_any();
    }
    let organisation = crate::setting::Setting::here().zone;
    let zone = one.recurrence.as_ref().map(|it| it.zone.clone());
    let zone = zone.or_else(|| organisation.iana_name().map(str::to_owned));
    told::windows(&windows, zone.as_deref().unwrap_or("UTC"))
}

fn muted(page: &SuppressionPage) -> AnyView {
    if page.muted.is_empty() {
        return view! { <p class="quiet">"It mutes no alert at present."</p> }.into_any();
    }
    preview::alerts_table(&page.muted)
}

fn approvals(page: &SuppressionPage) -> AnyView {
    let one = &page.row.suppression;
    if one.approvals.is_empty() {
        return view! { <p class="quiet">"Nobody has approved it."</p> }.into_any();
    }
    let scope = one.scope_hash();
    let rows = one.approvals.iter().map(|it| approval(page, it, &scope)).collect_view();
    view! { <ul class="plain">{rows}</ul> }.into_any()
}

fn approval(page: &SuppressionPage, approval: &Approval, scope: &str) -> AnyView {
    let bound = if approval.scope == scope {
        "bound to what stands here"
    } else {
        "bound to something else than what stands here: it does not count"
    };
    let how = if approval.emergency { " took it in an emergency, " } else { " approved it, " };
    view! {
        <li>
            {called(page, &approval.by)} {how} {at(approval.at)} "; " {bound} " ("
            <code>{approval.scope.get(..12).unwrap_or_default().to_owned()}</code> ")"
            <span class="below untrusted">{approval.note.clone()}</span>
        </li>
    }
    .into_any()
}

fn history(page: &SuppressionPage) -> AnyView {
    let items = page
        .entries
        .iter()
        .rev()
        .map(|entry| {
            let text = (!entry.text.is_empty())
                .then(|| view! { <span class="below untrusted">{entry.text.clone()}</span> });
            view! {
                <li>
                    {entry.deed.title()} " by " {called(page, &entry.by)} ", " {at(entry.at)} {text}
                </li>
            }
        })
        .collect_view();
    let log = page.may_audit.then(|| {
        let href = format!("/audit?object=suppression:{}", page.row.suppression.id);
        view! { <p><a href=href>"The entries of the audit log"</a></p> }
    });
    view! { {note(page)} <ol class="timeline">{items}</ol> {log} }.into_any()
}

fn note(page: &SuppressionPage) -> Option<AnyView> {
    if !page.viewer.may_ask {
        return None;
    }
    let typed = page.typed.as_ref().filter(|typed| typed.path == "note");
    let text = typed.map(|typed| typed.note.clone()).unwrap_or_default();
    Some(
        view! {
            <form
                method="post"
                action=format!("{}/note", address(page.row.suppression.id))
                class="form"
            >
                <label for="note-note">"Add a note"</label>
                <input
                    id="note-note"
                    name="note"
                    value=text
                    required
                    maxlength="2000"
                    autocomplete="off"
                />
                <button class="button">"Add the note"</button>
            </form>
        }
        .into_any(),
    )
}
