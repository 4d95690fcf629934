//! Resident memory of `wardround serve`: at rest, after a first round, after many pages.

use anyhow::{Context, Result, bail};

use super::Plan;
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::measure::Spread;
use super::product::{Product, empty, start_round, wait_until_idle};

const TITLE: &str = "Memory";

/// Pages that are looked at before the last reading.
const VIEWS: usize = 1_000;

pub fn measure(product: &Product, plan: &Plan) -> Result<Figure> {
    let findings = plan.size(1_000_000, 10_000);
    let (ingested, peak) = after_a_round(product, findings)?;
    let (rest, viewed) = after_pages(product, findings)?;
    let shown = grouped(findings as f64);
    let line = |what: String, bytes: f64| {
        let promise = Promise::at_most(Some(300e6), None);
        Line::promised(what, Spread::of(&[bytes]), Unit::Megabytes, promise)
    };
    let lines = vec![
        line(format!("at rest, over {shown} findings"), rest),
        line(format!("after collecting {shown} findings"), ingested),
        Line::told(
            format!("the most while collecting {shown} findings"),
            Spread::of(&[peak]),
            Unit::Megabytes,
        ),
        line(format!("after {} page views", grouped(VIEWS as f64)), viewed),
    ];
    Ok(Figure::new(TITLE, method(&shown), lines))
}

fn method(shown: &str) -> String {
    format!(
        "What Linux counts as resident (`VmRSS`, and `VmHWM` for the most) of the one process. \
         First `wardround serve` over an empty folder runs its first round against `wardround \
         awsim --scale` with {shown} findings, and is read ten seconds after the round ended. Then \
         it is started over that many findings already collected, read ten seconds later (at \
         rest), and read again after {} page views: `/`, `/findings`, `/controls` and \
         `/collection` in turns. One run each. The most that is used for moments while a first \
         round is judged is told and not promised.",
        grouped(VIEWS as f64),
    )
}

fn settle() {
    std::thread::sleep(std::time::Duration::from_secs(10));
}

fn after_a_round(product: &Product, findings: u64) -> Result<(f64, f64)> {
    let data = product.folder.join("memory");
    empty(&data)?;
    let simulator = product.awsim(findings, 0)?;
    let mut dashboards = product.serve(&data, simulator.port)?;
    dashboards.server.wait_for_port()?;
    let client = dashboards.client();
    start_round(&client)?;
    wait_until_idle(&client)?;
    let scores = client.json("/api/v1/scores")?;
    if scores.get("as_of").is_none_or(serde_json::Value::is_null) {
        bail!("the round left no scores");
    }
    settle();
    Ok((dashboards.server.resident()?, dashboards.server.peak()?))
}

fn after_pages(product: &Product, findings: u64) -> Result<(f64, f64)> {
    let data = product.database_copy(findings, "memory")?;
    let dashboards = product.serve_at_rest(&data)?;
    settle();
    let rest = dashboards.server.resident()?;
    let client = dashboards.client();
    for address in ["/", "/findings", "/controls", "/collection"].iter().cycle().take(VIEWS) {
        client.ok(address).context("viewing pages")?;
    }
    Ok((rest, dashboards.server.resident()?))
}
