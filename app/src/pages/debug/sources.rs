//! Sources by account and region, backup jobs and retention checks.

use domain::{ControlId, ScopeStatus, Tally, Timestamp};
use leptos::prelude::*;
use store::Reader;

use crate::components::{scroll, section, verdict_link};
use crate::error::PageError;
use crate::pages::Ask;
use crate::pages::collection::matrix;
use crate::pages::scored;
use domain::Catalogue;

/// The controls about backups and retention that are shown.
const CHECKS: [&str; 6] = [
    "backup-jobs-succeed",
    "backup-recovery-points-encrypted",
    "backup-restore-tested",
    "backup-vault-locked",
    "backup-plan-frequency-retention",
    "cloudwatch-log-retention",
];

/// Sources and checks.
#[derive(Debug, Clone)]
pub struct Sources {
    /// Every scope.
    pub statuses: Vec<ScopeStatus>,
    /// Checks about backups and retention.
    pub checks: Vec<(ControlId, String, Tally)>,
}

pub(super) async fn load(reader: &Reader, _: &Ask<'_>) -> Result<Sources, PageError> {
    let tallies = reader.control_tallies(None).await?;
    let checks = CHECKS
        .iter()
        .filter_map(|id| Catalogue::get().control(&ControlId::from(*id)))
        .map(|control| {
            let tally = scored::tally_of(&tallies, &control.id);
            (control.id.clone(), control.title.clone(), tally)
        })
        .collect();
    Ok(Sources { statuses: reader.scope_statuses().await?, checks })
}

pub(super) fn view(sources: &Sources, now: Timestamp) -> AnyView {
    let all: Vec<&ScopeStatus> = sources.statuses.iter().collect();
    let collection = view! { <a href="/collection">"Collection"</a> };
    view! {
        {section("checks", "Backup jobs and retention", (), checks(sources))}
        {section("matrix", "Sources by account and region", collection, matrix(&all, now))}
    }
    .into_any()
}

fn checks(sources: &Sources) -> AnyView {
    let rows = sources
        .checks
        .iter()
        .map(|(id, title, tally)| {
            let href = format!("/controls/{id}");
            let leads = href.clone();
            view! {
                <tr>
                    <th scope="row"><a href=href>{title.clone()}</a></th>
                    <td class="state">
                        {verdict_link(tally, |state| format!("{leads}?state={state}#evaluations"))}
                    </td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table class="compact">
            <caption class="hidden">"Checks about backups and retention"</caption>
            <thead class="hidden-head">
                <tr><th scope="col">"Check"</th><th scope="col">"State"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Backup jobs and retention", table)
}
