//! What a page costs, against a bare axum handler that returns the same bytes.

use std::fs;
use std::path::Path;

use anyhow::Result;
use serde::Serialize;

use super::Plan;
use super::client::Answer;
use super::figure::{Figure, Line, Promise, Unit};
use super::load;
use super::measure::{Spread, Turns};
use super::processes::{Server, free_port};
use super::product::{Product, bare};
use crate::workspace::Workspace;

const TITLE: &str = "Page cost";

/// Headers that the server software writes itself for each answer.
const NOT_COPIED: [&str; 4] = ["date", "connection", "content-length", "transfer-encoding"];

/// The pages, with a name for each.
const PAGES: [(&str, &str); 2] = [("overview", "/"), ("findings, 50 rows", "/findings?limit=50")];

pub fn measure(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Figure> {
    let seconds = if plan.quick { 1 } else { 5 };
    let data = product.database_copy(10_000, "page")?;
    let dashboards = product.serve_at_rest(&data)?;
    let client = dashboards.client();
    let answers = PAGES
        .iter()
        .map(|(_, address)| Ok((*address, client.ok(address)?)))
        .collect::<Result<Vec<_>>>()?;
    let folder = product.folder.join("recorded");
    record(&folder, &answers)?;
    let bare = start_bare(workspace, product, &folder)?;
    let mut lines = Vec::new();
    for ((name, address), (_, answer)) in PAGES.iter().zip(&answers) {
        let ours = format!("{}{address}", dashboards.server.base());
        let theirs = format!("{}{address}", bare.base());
        let first = |url: &str| {
            load::first_views_per_second(&product.folder, url, &dashboards.session, seconds)
        };
        let again = |url: &str| load::requests_per_second(url, &dashboards.session, seconds);
        let turns = Turns::take(plan.times, || first(&ours), || first(&theirs))?;
        lines.extend(compared(&format!("{name}, first views"), &turns));
        let turns = Turns::take(plan.times, || again(&ours), || again(&theirs))?;
        lines.extend(compared(&format!("{name}, again"), &turns));
        let bytes = Spread::of(&[answer.body.len() as f64]);
        lines.push(Line::told(format!("{name}: size of the page"), bytes, Unit::Kilobytes));
    }
    Ok(Figure::new(TITLE, method(seconds), lines))
}

/// The promised row with the two that explain it.
fn compared(what: &str, turns: &Turns) -> [Line; 3] {
    [
        Line::promised(
            format!("{what}: requests per second ÷ bare handler's"),
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(0.025, 0.1),
        ),
        Line::told(format!("{what}: ours"), Spread::of(&turns.first), Unit::PerSecond),
        Line::told(format!("{what}: bare"), Spread::of(&turns.second), Unit::PerSecond),
    ]
}

fn method(seconds: u32) -> String {
    format!(
        "`wardround serve` over a database of 10,000 findings, no round running, and beside it a \
         process of its own with one axum handler that returns a recorded answer of the page, \
         body and headers, from memory. Both get {} in turns, \
         without compression, with nothing else running; an answer other than 200 fails the \
         measurement. *First views* are requests for addresses that were never asked for before \
         (`view=1-1`, `view=1-2`, …, a parameter that changes nothing else), so that each page is \
         read from the database and rendered: what a page costs. *Again* are requests for one and \
         the same address: the product keeps what it rendered until anything is committed, a round \
         moves on or five seconds have passed, so that nearly all of them are answered from \
         memory: what a wall display and ten people on the same page cost. The bare handler gets \
         the same addresses and does not look at the query.",
        load::described(seconds)
    )
}

/// One recorded answer, as the bare handler reads it.
#[derive(Debug, Serialize)]
struct Recorded {
    path: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Writes answers of the product into a folder. Queries are dropped: the bare handler does not
/// look at them.
fn record(folder: &Path, answers: &[(&str, Answer)]) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut index = Vec::new();
    for (number, (address, answer)) in answers.iter().enumerate() {
        let body = format!("{number}.body");
        fs::write(folder.join(&body), &answer.body)?;
        let headers = answer
            .headers
            .iter()
            .filter(|(name, _)| !NOT_COPIED.contains(&name.as_str()))
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let path = address.split('?').next().unwrap_or(address).to_owned();
        index.push(Recorded { path, headers, body });
    }
    fs::write(folder.join("recorded.json"), serde_json::to_vec_pretty(&index)?)?;
    Ok(())
}

/// The bare handler in a process of its own.
fn start_bare(workspace: &Workspace, product: &Product, folder: &Path) -> Result<Server> {
    let port = free_port()?;
    let mut command = bare(workspace)?;
    command.arg("serve").arg(folder).arg(port.to_string());
    let mut server = Server::spawn(&mut command, port, &product.log("bare"))?;
    server.wait_for_port()?;
    Ok(server)
}
