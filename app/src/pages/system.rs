//! `/system`: whether Wardround itself is in order: its copies, its witnesses, its doors.

use domain::{Action, Timestamp};
use leptos::prelude::*;
use store::{Anchored, Backup, Reader};

use super::{Ask, Page};
use crate::components::{ago, at, heading, mark, scroll, section};
use crate::error::PageError;
use crate::shell::Here;
use crate::state::Installation;
use crate::words;

/// Copies that are listed.
const SHOWN: u32 = 20;

/// The installation.
#[derive(Debug, Clone)]
pub struct SystemPage {
    /// How it is set up.
    pub installation: Installation,
    /// Its last backups, the latest first.
    pub backups: Vec<Backup>,
    /// The last attempts to anchor the audit log.
    pub anchors: Vec<Anchored>,
    /// The present.
    pub now: Timestamp,
    /// Whether whoever looks may make a backup.
    pub may_back_up: bool,
    /// Whether one was just asked for.
    pub asked: bool,
}

impl Page for SystemPage {
    const HERE: Here = Here::System;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Ok(Self {
            installation: ask.installation.clone(),
            backups: reader.backups(SHOWN).await?,
            anchors: reader.anchors().await?,
            now: ask.now,
            may_back_up: ask.who.may(Action::StartBackup),
            asked: ask.query.get("backup") == Some("asked"),
        })
    }

    fn title(&self) -> String {
        "System".to_owned()
    }

    fn view(self) -> AnyView {
        let configured = !self.installation.backups.is_empty();
        let button = (self.may_back_up && configured).then(|| {
            view! {
                <form method="post" action="/system/backup">
                    <button class="button button-primary">"Back up now"</button>
                </form>
            }
        });
        let asked = self.asked.then(|| {
            view! {
                <p class="form-told" role="status">
                    "A backup was asked for. It appears below when it has been made and checked."
                </p>
            }
        });
        let sentence = "Wardround’s own safeguards: copies of its data, witnesses of its audit \
                        log, and the doors to it.";
        view! {
            {heading("System", sentence, button)}
            {asked}
            {section("backups", "Backups", (), backups(&self))}
            {section("anchors", "Anchors of the audit log", (), anchors(&self))}
            {section("doors", "How it is reached", (), doors(&self.installation))}
        }
        .into_any()
    }
}

fn backups(page: &SystemPage) -> AnyView {
    if page.installation.backups.is_empty() {
        return view! {
            <p>{mark("stale", "No backups are made.")}</p>
            <p class="note">
                "Set " <code>"[backup] recipient"</code> " in the configuration; "
                <code>"wardround backup key"</code> " makes one."
            </p>
        }
        .into_any();
    }
    let every = page.installation.backup_every_ms.map(words::span).unwrap_or_default();
    let place = view! {
        <p class="note">
            {format!("Every {every} into ")} <code>{page.installation.backups.clone()}</code>
            ", encrypted, opened and verified after writing."
        </p>
    };
    if page.backups.is_empty() {
        return view! { {place} <p>{mark("not-evaluated", "None was made yet.")}</p> }.into_any();
    }
    let rows = page.backups.iter().map(row).collect_view();
    let table = view! {
        <table class="backups">
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"Result"</th>
                    <th scope="col">"File"</th>
                    <th scope="col" class="number">"Size"</th>
                    <th scope="col" class="number">"Rows"</th>
                    <th scope="col" class="number">"Audit entries"</th>
                    <th scope="col" class="number">"Took"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    view! { {place} {scroll("Backups", table)} }.into_any()
}

fn row(backup: &Backup) -> AnyView {
    let result = match &backup.error {
        None => mark("pass", "Made and verified").into_any(),
        Some(error) => view! {
            {mark("fail", "Failed")} <span class="below">{error.clone()}</span>
        }
        .into_any(),
    };
    let megabytes = format!("{:.1} MB", backup.bytes as f64 / 1e6);
    view! {
        <tr>
            <th scope="row" class="nowrap">{at(backup.at)}</th>
            <td>{result}</td>
            <td class="clip"><code>{backup.file.clone()}</code></td>
            <td class="number">{megabytes}</td>
            <td class="number">{words::count(backup.rows)}</td>
            <td class="number">{words::count(backup.head)}</td>
            <td class="number">{words::span(backup.took_ms as i64)}</td>
        </tr>
    }
    .into_any()
}

fn anchors(page: &SystemPage) -> AnyView {
    if page.installation.anchors.is_empty() {
        return view! {
            <p>{mark("stale", "The audit log has no witness outside.")}</p>
            <p class="note">
                "Set " <code>"[audit] anchors"</code>
                ": a file on another machine, a webhook, or an S3 bucket with Object Lock."
            </p>
        }
        .into_any();
    }
    let rows = page
        .installation
        .anchors
        .iter()
        .map(|target| {
            let of_target = || page.anchors.iter().filter(|it| it.target == *target);
            let last = of_target().find(|it| it.error.is_none());
            let trouble = of_target().next().and_then(|it| it.error.clone());
            let state = match (last, &trouble) {
                (_, Some(_)) => mark("error", "Failing").into_any(),
                (Some(_), None) => mark("pass", "Reached").into_any(),
                (None, None) => mark("not-evaluated", "Not tried yet").into_any(),
            };
            let when = last.map(|it| {
                view! { {ago(it.at)} {format!(", up to no. {}", words::count(it.seq))} }
            });
            view! {
                <tr>
                    <th scope="row"><bdi>{target.clone()}</bdi></th>
                    <td class="nowrap">{state}</td>
                    <td>{when}</td>
                    <td class="reason">{trouble}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="anchors">
            <thead>
                <tr>
                    <th scope="col">"Target"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Last anchored"</th>
                    <th scope="col">"Trouble"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Anchors", table)
}

fn doors(installation: &Installation) -> AnyView {
    let provider = installation.provider.clone();
    view! {
        <dl class="stack">
            <dt>"Address"</dt>
            <dd>{installation.address.clone()}</dd>
            <dt>"Protection of the connection"</dt>
            <dd>{installation.protection.clone()}</dd>
            <dt>"Who signs people in"</dt>
            <dd>
                {match provider {
                    Some(issuer) => format!("This server, and {issuer}."),
                    None => "This server.".to_owned(),
                }}
            </dd>
            <dt>"Key that signs checkpoints and exports"</dt>
            <dd class="mono">{installation.signing_key.clone()}</dd>
        </dl>
    }
    .into_any()
}
