//! What AWS answered, without what identifies, and what our mapping makes of it today.

use domain::{Scope, Source};
use leptos::prelude::*;
use store::{EvidenceRow, Reader};

use super::{DebugPage, PATH};
use crate::components::{Empty, ago, empty, hidden_fields, scroll, section};
use crate::error::PageError;
use crate::pages::{Ask, place};
use crate::query::{Query, words as allowed};
use crate::setting::Setting;
use crate::state::Replayed;
use crate::words;

/// Answers of a scope that are listed.
const ROWS: u32 = 50;
/// Characters of an answer that are shown.
const MOST: usize = 40_000;

/// Answers of one scope, and one of them.
#[derive(Debug, Clone)]
pub struct Answers {
    /// Scopes that can be chosen.
    pub scopes: Vec<Scope>,
    /// The chosen one.
    pub scope: Option<Scope>,
    /// Its answers, the newest first.
    pub rows: Vec<EvidenceRow>,
    /// The chosen answer.
    pub shown: Option<Shown>,
}

/// An answer, ready to be shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Which one.
    pub row: EvidenceRow,
    /// Its text without what identifies, shortened.
    pub text: String,
    /// What was taken out of it, by rule.
    pub found: Vec<(String, u32)>,
    /// Whether there is more of it.
    pub cut: bool,
    /// What the mapping makes of it, where that was asked for.
    pub replayed: Option<Replayed>,
}

pub(super) async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Answers, PageError> {
    let query = ask.query;
    let scopes: Vec<Scope> =
        reader.scope_statuses().await?.into_iter().map(|status| status.scope).collect();
    let source = query.one("source", Source::parse, || allowed(&Source::ALL, |it| it.as_str()))?;
    let (account, region) = (place::judged_account_of(query)?, place::region_of(query)?);
    let fits = |scope: &&Scope| {
        source.is_none_or(|source| scope.source == source)
            && account.as_ref().is_none_or(|account| scope.account == *account)
            && region.as_ref().is_none_or(|region| scope.region == *region)
    };
    let scope = scopes.iter().find(fits).cloned();
    let rows = match &scope {
        Some(scope) => reader.evidence_page(scope, ROWS).await?,
        None => Vec::new(),
    };
    let wanted = query.get("answer").and_then(|hash| rows.iter().find(|row| row.hash == hash));
    let shown = match (wanted, &scope) {
        (Some(row), Some(scope)) => show(reader, ask, scope, row).await?,
        _ => None,
    };
    Ok(Answers { scopes, scope, rows, shown })
}

async fn show(
    reader: &Reader,
    ask: &Ask<'_>,
    scope: &Scope,
    row: &EvidenceRow,
) -> Result<Option<Shown>, PageError> {
    let Some(body) = reader.evidence_body(&row.hash).await? else { return Ok(None) };
    let replayed = ask
        .query
        .has("replay", "yes")
        .then(|| (ask.tools.replay)(scope, row.part, &row.operation, &body, ask.now));
    let (whole, found) = clean(ask, &body);
    let text: String = whole.chars().take(MOST).collect();
    let cut = text.len() < whole.len();
    Ok(Some(Shown { row: row.clone(), text, found, cut, replayed }))
}

/// The whole answer without what identifies: in JSON, names say what numbers are. It is cut only
/// afterwards, so that half an identifier is not left at the end.
fn clean(ask: &Ask<'_>, body: &[u8]) -> (String, Vec<(String, u32)>) {
    let sieve = &ask.tools.sieve;
    if let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(body) {
        let found = sieve.json(&mut value);
        if let Ok(text) = serde_json::to_string_pretty(&value) {
            return (text, found);
        }
    }
    let cleaned = sieve.text(&String::from_utf8_lossy(body), None);
    (cleaned.text, cleaned.found)
}

pub(super) fn view(page: &DebugPage, answers: &Answers) -> AnyView {
    if answers.scopes.is_empty() {
        return empty(Empty::NoData);
    }
    let shown = answers.shown.as_ref().map(|one| shown(page, one));
    view! { {chooser(answers)} {shown} {list(page, answers)} }.into_any()
}

fn chooser(answers: &Answers) -> AnyView {
    let here = Setting::here();
    let chosen = answers.scope.as_ref();
    let sources = Source::ALL
        .map(|source| {
            let selected = chosen.is_some_and(|scope| scope.source == source);
            view! { <option value=source.as_str() selected=selected>{source.title()}</option> }
        })
        .into_iter()
        .collect_view();
    let mut accounts: Vec<_> = answers.scopes.iter().map(|scope| &scope.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let accounts = accounts
        .into_iter()
        .map(|account| {
            let selected = chosen.is_some_and(|scope| scope.account == *account);
            let name = here.account_name(account).clone();
            view! { <option value=account.to_string() selected=selected>{name}</option> }
        })
        .collect_view();
    let mut regions: Vec<_> = answers.scopes.iter().map(|scope| &scope.region).collect();
    regions.sort_unstable();
    regions.dedup();
    let regions = regions
        .into_iter()
        .map(|region| {
            let selected = chosen.is_some_and(|scope| scope.region == *region);
            view! { <option value=region.to_string() selected=selected>{region.to_string()}</option> }
        })
        .collect_view();
    view! {
        <form class="chooser" action=PATH>
            <input type="hidden" name="view" value="answers"/>
            <label>"Source " <select name="source">{sources}</select></label>
            <label>"Account " <select name="account">{accounts}</select></label>
            <label>"Region " <select name="region">{regions}</select></label>
            <button class="button">"Show"</button>
        </form>
    }
    .into_any()
}

fn list(page: &DebugPage, answers: &Answers) -> AnyView {
    let Some(scope) = &answers.scope else {
        let clear = Query::default().with("view", "answers").href(PATH);
        return empty(Empty::NoMatch { things: "places", clear });
    };
    if answers.rows.is_empty() {
        let sentence = format!("{scope} has not answered anything yet.");
        return empty(Empty::Zero { sentence });
    }
    let rows = answers
        .rows
        .iter()
        .map(|row| {
            let href = format!(
                "{}#answer",
                page.query.without("replay").with("answer", &row.hash).href(PATH)
            );
            let short: String = row.hash.chars().take(12).collect();
            view! {
                <tr>
                    <td class="nowrap">{ago(row.taken_at)}</td>
                    <th scope="row"><a href=href>{row.operation.clone()}</a></th>
                    <td>{row.part.as_str()}</td>
                    <td class="number">{words::count(row.size)}</td>
                    <td><code>{short}</code></td>
                    <td class="reason"><code>{row.request_id.clone()}</code></td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <table>
            <caption class="hidden">"Raw answers, the newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Taken"</th>
                    <th scope="col">"Operation"</th>
                    <th scope="col">"Part"</th>
                    <th scope="col" class="number">"Bytes"</th>
                    <th scope="col">"SHA-256"</th>
                    <th scope="col">"Request"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    section("answers", scope.to_string(), (), scroll("Raw answers", table))
}

fn shown(page: &DebugPage, shown: &Shown) -> AnyView {
    let found = if shown.found.is_empty() {
        "Nothing in it looks like an identifier.".to_owned()
    } else {
        let all: Vec<String> =
            shown.found.iter().map(|(rule, count)| format!("{rule} × {count}")).collect();
        format!("Taken out before it is shown: {}.", all.join(", "))
    };
    let cut = shown.cut.then(|| {
        view! { <p class="quiet">"Only the beginning is shown; the evidence is kept whole."</p> }
    });
    let replayed = shown.replayed.as_ref().map(replayed);
    let body = view! {
        <p class="note">{found}</p>
        <form action=format!("{PATH}#answer")>
            {hidden_fields(&page.query, &["replay"])}
            <input type="hidden" name="replay" value="yes"/>
            <button class="button">"Replay the mapping"</button>
        </form>
        {replayed}
        <pre class="raw" tabindex="0">{shown.text.clone()}</pre>
        {cut}
    };
    let title = format!("{}, {} bytes", shown.row.operation, words::count(shown.row.size));
    section("answer", title, view! { <code class="quiet">{shown.row.hash.clone()}</code> }, body)
}

/// Nothing is stored by a replay: it only tells.
fn replayed(replayed: &Replayed) -> AnyView {
    if let Some(why) = &replayed.refused {
        return view! { <p class="form-trouble" role="status">{why.clone()}</p> }.into_any();
    }
    let problems = replayed
        .problems
        .iter()
        .map(|problem| {
            view! { <li><code>{problem.subject.clone()}</code> " " {problem.message.clone()}</li> }
        })
        .collect_view();
    let items = replayed.items.iter().map(|item| view! { <li><bdi>{item.clone()}</bdi></li> });
    view! {
        <div class="form-told" role="status">
            <p>
                {format!(
                    "Today the mapping makes of it: {}, {}, {}. Nothing was stored.",
                    words::counted(replayed.findings, "finding", "findings"),
                    words::counted(replayed.resources, "resource", "resources"),
                    words::counted(replayed.problems.len() as u64, "problem", "problems"),
                )}
            </p>
            <ul class="plain">{problems}</ul>
            <details>
                <summary>"The first of them"</summary>
                <ul class="plain">{items.collect_view()}</ul>
            </details>
        </div>
    }
    .into_any()
}
