//! `/audit`: who did what, in a log that proves itself.

mod filters;
mod proof;
mod table;

use std::collections::BTreeMap;

use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::{Anchored, AuditColumn, AuditQuery, AuditRow, Bounds, Reader};
use trail::SignedCheckpoint;

use super::{Ask, Page};
use crate::components::{Empty, empty, heading, listing, pager, section};
use crate::error::PageError;
use crate::query::Query;
use crate::shell::Here;
use crate::state::{Installation, Verified};

/// The address of this page.
const PATH: &str = "/audit";
/// Rows on a page.
const ROWS: u32 = 50;

/// A page of the audit log.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The state of the page.
    pub query: Query,
    /// The present.
    pub now: Timestamp,
    /// The rows that the filters leave.
    pub rows: Vec<AuditRow>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// The number of the last entry.
    pub head: u64,
    /// What was ever done.
    pub actions: Vec<String>,
    /// Who ever did something.
    pub actors: Vec<String>,
    /// Names of those who have an account, by how the log calls them.
    pub names: BTreeMap<String, String>,
    /// What the last look at the whole log found.
    pub verified: Verified,
    /// The last checkpoint.
    pub checkpoint: Option<SignedCheckpoint>,
    /// The last attempts to take checkpoints away.
    pub anchors: Vec<Anchored>,
    /// How the installation is set up.
    pub installation: Installation,
    /// How far whoever looks may see.
    pub bounds: Bounds,
    /// Whether whoever looks may take the log away.
    pub may_export: bool,
}

impl Page for AuditPage {
    const HERE: Here = Here::Audit;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        let bounds = ask.who.bounds();
        let asked = filters::read(ask.query, bounds)?;
        let page = reader.audit_page(&AuditQuery { limit: ROWS, ..asked }).await?;
        let people = reader.people().await?;
        let name = |person: store::Person| (format!("person:{}", person.id.0), person.name);
        Ok(Self {
            query: ask.query.clone(),
            now: ask.now,
            rows: page.items,
            next: page.next,
            head: reader.audit_head().await?.0,
            actions: reader.audit_words(AuditColumn::Action).await?,
            actors: reader.audit_words(AuditColumn::Actor).await?,
            names: people.into_iter().map(name).collect(),
            verified: ask.verified.clone(),
            checkpoint: reader.checkpoint_last().await?,
            anchors: reader.anchors().await?,
            installation: ask.installation.clone(),
            bounds,
            may_export: ask.who.may(Action::ExportAudit),
        })
    }

    fn title(&self) -> String {
        "Audit log".to_owned()
    }

    fn view(self) -> AnyView {
        let shown = self.rows.len();
        let rows = if self.rows.is_empty() {
            empty(Empty::NoMatch { things: "entries", clear: PATH.to_owned() })
        } else {
            table::table(&self)
        };
        let body = view! {
            {filters::chips(&self)}
            {rows}
            {pager(PATH, &self.query, self.next.clone(), shown)}
        };
        let sentence = "Every sign-in, refusal, view, export and change, each chained to the one \
                        before. Nobody can change or remove an entry unseen.";
        let export = self.may_export.then(|| proof::export(&self));
        view! {
            {heading("Audit log", sentence, export)}
            {section("proof", "How it is proved", (), proof::proof(&self))}
            {section("entries", "Entries", (), listing(filters::facets(&self), body))}
        }
        .into_any()
    }
}

/// Who it is, as people read it.
fn actor_name(page: &AuditPage, actor: &str) -> String {
    match actor {
        "system" => "Wardround itself".to_owned(),
        "nobody" => "Nobody signed in".to_owned(),
        actor => page.names.get(actor).cloned().unwrap_or_else(|| actor.replace(':', " ")),
    }
}

/// An action or a kind, as people read it.
fn spaced(word: &str) -> String {
    word.replace('-', " ")
}
