//! Who was refused, and how often.

use leptos::prelude::*;
use store::Reader;
use store::telemetry_health::AttemptRow;

use super::PATH;
use crate::components::{Empty, ago, empty, scroll, section};
use crate::error::PageError;
use crate::pages::Ask;
use crate::query::Query;
use crate::words;

/// Attempts of the last day.
#[derive(Debug, Clone)]
pub struct Attempts {
    /// The identity that was asked for.
    pub who: Option<String>,
    /// Identities, the most refused first.
    pub rows: Vec<AttemptRow>,
}

pub(super) async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Attempts, PageError> {
    let who = ask.query.get("who").map(str::to_owned);
    Ok(Attempts { rows: reader.attempts(who.as_deref(), ask.now).await?, who })
}

pub(super) fn view(attempts: &Attempts) -> AnyView {
    let all = attempts.who.as_ref().map(|_| {
        let href = Query::default().with("view", "attempts").href(PATH);
        view! { <a href=href>"Everybody"</a> }
    });
    let aside = view! {
        <span class="quiet">"last 24 hours "</span> {all} " "
        <a href="/slis/unauthorised-access">"M5 Unauthorised access attempts"</a>
    };
    section("attempts", "Attempts by identity", aside, table(attempts))
}

fn table(attempts: &Attempts) -> AnyView {
    if attempts.rows.is_empty() {
        let sentence = "Nobody tried to sign in, as far as anybody reports it.".to_owned();
        return empty(Empty::Zero { sentence });
    }
    let rows = attempts
        .rows
        .iter()
        .map(|row| {
            let href =
                Query::default().with("view", "attempts").with("who", &row.who).href(PATH);
            view! {
                <tr>
                    <th scope="row" class="reason"><a href=href><bdi>{row.who.clone()}</bdi></a></th>
                    <td class="number">{words::count(row.refused)}</td>
                    <td class="number">{words::count(row.allowed)}</td>
                    <td class="nowrap">{ago(row.last)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <p class="note">
            "People are pseudonyms that only this installation can make; identities of AWS are \
             roles and users."
        </p>
        <table>
            <caption class="hidden">"Attempts by identity"</caption>
            <thead>
                <tr>
                    <th scope="col">"Identity"</th>
                    <th scope="col" class="number">"Refused"</th>
                    <th scope="col" class="number">"Let in"</th>
                    <th scope="col">"Last hour"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    scroll("Attempts by identity", table)
}
