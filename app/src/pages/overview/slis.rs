//! The ten indicators in one row.

use domain::Sli;
use domain::sli::Reading;
use leptos::prelude::*;

use crate::components::sli_mark;

pub(super) fn strip(readings: &[Reading]) -> AnyView {
    let tiles = readings.iter().map(tile).collect_view();
    view! {
        <section class="levels-section" aria-labelledby="slis-title">
            <h2 id="slis-title" class="hidden">"Service levels"</h2>
            <ol class="levels">{tiles}</ol>
        </section>
    }
    .into_any()
}

/// A name that fits a tenth of the page.
pub(super) fn short(sli: Sli) -> &'static str {
    match sli {
        Sli::AuthenticationSuccess => "Authentication",
        Sli::AuditCompleteness => "Audit complete",
        Sli::AuditLatency => "Audit in time",
        Sli::UnredactedPhi => "PHI in logs",
        Sli::UnauthorisedAccess => "Access attempts",
        Sli::BackupEncryption => "Encrypted backups",
        Sli::BaaCoverage => "BAA coverage",
        Sli::TimeToDetect => "Time to detect",
        Sli::TimeToContain => "Time to contain",
        Sli::RetentionCompliance => "Retention",
    }
}

fn tile(reading: &Reading) -> AnyView {
    let definition = reading.sli.definition();
    let href = format!("/slis/{}", reading.sli.as_str());
    let title = format!("{}, {}. {}", definition.title, definition.target, reading.why);
    view! {
        <li class="level">
            <a href=href title=title>
                <span class="level-name">{short(reading.sli)}</span>
                <span class="level-number">{reading.figure()}</span>
                {sli_mark(reading.state)}
            </a>
        </li>
    }
    .into_any()
}
