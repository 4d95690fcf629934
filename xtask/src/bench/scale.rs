//! Whether a page stays as fast when there are a hundred times as many findings, during a round.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::Plan;
use super::client::Client;
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::load::Views;
use super::measure::{Spread, Turns, percentile};
use super::product::{Dashboards, Product, running, start_round, wait_until_idle};

const TITLE: &str = "Scale";

/// How long the simulator lets each answer wait, in milliseconds: the round lasts as long as rounds
/// over a real network do, and the sample fits inside.
const LATENCY_MS: u64 = 250;

/// Requests between two looks at whether the round is still running.
const WINDOW: usize = 25;

/// The page of the findings that is far from the beginning.
const FAR: usize = 200;

/// A database with the addresses of its pages.
struct Side {
    data: PathBuf,
    findings: u64,
    /// Overview, first page of findings, far page of findings.
    addresses: [String; 3],
}

pub fn measure(product: &Product, plan: &Plan) -> Result<Figure> {
    let sizes = [plan.size(1_000_000, 20_000), plan.size(10_000, 2_000)];
    let far = if plan.quick { 20 } else { FAR };
    let requests = if plan.quick { 100 } else { 500 };
    let [large, small] = [
        side(product, sizes[0], "scale-large", far)?,
        side(product, sizes[1], "scale-small", far)?,
    ];
    let names = ["overview", "findings", "findings, far page"];
    let mut first: [Vec<f64>; 3] = Default::default();
    let mut second: [Vec<f64>; 3] = Default::default();
    for _ in 0..plan.times {
        for (side, kept) in [(&large, &mut first), (&small, &mut second)] {
            for (kept, value) in kept.iter_mut().zip(sample(product, side, requests)?) {
                kept.push(value);
            }
        }
    }
    let mut lines = Vec::new();
    for ((name, first), second) in names.iter().zip(first).zip(second) {
        let turns = Turns { first, second };
        lines.push(Line::promised(
            format!("{name}: p99 with {} ÷ with {}", shown(sizes[0]), shown(sizes[1])),
            turns.ratios(),
            Unit::Ratio,
            Promise::at_most(Some(2.0), Some(1.2)),
        ));
        for (size, values) in [(sizes[0], &turns.first), (sizes[1], &turns.second)] {
            let what = format!("{name}: p99 with {}", shown(size));
            lines.push(Line::told(what, Spread::of(values), Unit::Milliseconds));
        }
    }
    Ok(Figure::new(TITLE, method(sizes, far, requests), lines))
}

fn shown(findings: u64) -> String {
    grouped(findings as f64)
}

fn method(sizes: [u64; 2], far: usize, requests: usize) -> String {
    format!(
        "Two databases, collected from `wardround awsim` at {} and {} findings. For each sample \
         `awsim` is started at that size with {LATENCY_MS} ms of latency on each answer, `wardround \
         serve` on the database, and a round is begun with `POST /api/v1/collection/run`. One \
         client then asks for `/`, `/findings` and page {far} of the findings (its address learned \
         by following the `next` links) in turns, one request at a time over a keep-alive \
         connection, without pause, until each was answered {requests} times; the time runs to the \
         last byte. `/api/v1/collection` is asked before and after every {WINDOW} requests of each \
         page, and what was not wholly within a running round is thrown away and asked again. \
         Each request has an address that was never asked for before (`view=1-1`, `view=1-2`, …, a \
         parameter that changes nothing else): no page is one that the product kept in memory, all \
         are read from the database and rendered.",
        shown(sizes[0]),
        shown(sizes[1]),
    )
}

fn side(product: &Product, findings: u64, name: &str, far: usize) -> Result<Side> {
    let data = product.database_copy(findings, name)?;
    let dashboards = product.serve_at_rest(&data)?;
    let address = far_page(&dashboards.client(), far)?;
    let addresses = ["/".to_owned(), "/findings".to_owned(), address];
    Ok(Side { data, findings, addresses })
}

/// Follows the links to the next page until the wanted one, and returns its address.
fn far_page(client: &Client, far: usize) -> Result<String> {
    // Of all states: a small database has fewer open findings than that.
    let mut address = "/findings?state=all".to_owned();
    for page in 2..=far {
        let answer = client.ok(&address)?;
        let text = String::from_utf8_lossy(&answer.body);
        address = next_link(&text)
            .with_context(|| format!("page {} of the findings has no next page", page - 1))?;
    }
    client.ok(&address)?;
    Ok(address)
}

/// The address in the link with `rel="next"`.
fn next_link(page: &str) -> Option<String> {
    page.split('<').find(|tag| tag.starts_with("a ") && tag.contains("rel=\"next\"")).and_then(
        |tag| {
            let rest = &tag[tag.find("href=\"")? + 6..];
            let address = &rest[..rest.find('"')?];
            let address = address.replace("&amp;", "&").replace("&#x3D;", "=");
            Some(if address.starts_with('?') { format!("/findings{address}") } else { address })
        },
    )
}

/// The p99 of each page in milliseconds, during a round.
fn sample(product: &Product, side: &Side, requests: usize) -> Result<[f64; 3]> {
    let simulator = product.awsim(side.findings, LATENCY_MS)?;
    let dashboards = start(product, &side.data, simulator.port)?;
    let client = dashboards.client();
    wait_until_idle(&client)?;
    let mut taken: [Vec<f64>; 3] = Default::default();
    let mut views = Views::new();
    // A round that is always over too soon would otherwise keep this going for ever.
    let mut windows = 20 * 3 * requests.div_ceil(WINDOW);
    while taken.iter().any(|times| times.len() < requests) {
        windows = windows.checked_sub(1).context("rounds end too soon to be measured in")?;
        start_round(&client)?;
        for (address, times) in side.addresses.iter().zip(&mut taken) {
            if times.len() < requests {
                times.extend(window(&client, address, &mut views)?);
            }
        }
    }
    Ok([0, 1, 2].map(|page: usize| percentile(&taken[page], 99.0)))
}

/// Some requests; none of their times where they were not all within one round.
fn window(client: &Client, address: &str, views: &mut Views) -> Result<Vec<f64>> {
    let before = running(client)?;
    let times = (0..WINDOW)
        .map(|_| Ok(client.ok(&views.next(address))?.last.as_secs_f64() * 1e3))
        .collect::<Result<Vec<_>>>()?;
    let after = running(client)?;
    Ok(if before.is_some() && before == after { times } else { Vec::new() })
}

fn start(product: &Product, data: &Path, simulator: u16) -> Result<Dashboards> {
    let mut dashboards = product.serve(data, simulator)?;
    dashboards.server.wait_for_port()?;
    if dashboards.server.resident()? <= 0.0 {
        bail!("the server is gone");
    }
    Ok(dashboards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_next_page() {
        let page = r#"<a href="/findings?cursor=a" rel="prev">x</a>
            <a class="b" href="/findings?limit=50&amp;cursor=abc" rel="next">Next</a>"#;
        assert_eq!(next_link(page).as_deref(), Some("/findings?limit=50&cursor=abc"));
        assert_eq!(
            next_link(r#"<a rel="next" href="?cursor=1">"#).as_deref(),
            Some("/findings?cursor=1")
        );
        assert_eq!(next_link("<a href=\"/\">"), None);
    }
}
