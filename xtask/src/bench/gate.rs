//! What sign-in and the audit log cost: a page with and without them, and durable entries per sync.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::Plan;
use super::figure::{Figure, Line, Promise, Unit};
use super::load;
use super::measure::{Spread, Turns};
use super::processes::{Server, free_port};
use super::product::{Product, empty, inside};
use crate::process;
use crate::workspace::Workspace;

const TITLE: &str = "Sign-in and the audit log";

/// Writers that each wait for their entry.
const WRITERS: &str = "64";

pub fn measure(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Figure> {
    let seconds = if plan.quick { 1 } else { 5 };
    let mut lines = pages(workspace, product, plan, seconds)?;
    lines.extend(appends(workspace, product, plan, seconds)?);
    Ok(Figure::new(TITLE, method(seconds), lines))
}

fn pages(workspace: &Workspace, product: &Product, plan: &Plan, seconds: u32) -> Result<Vec<Line>> {
    let data = product.database_copy(10_000, "gate")?;
    let dashboards = product.serve_at_rest(&data)?;
    let findings = dashboards.client().json("/api/v1/findings?limit=1")?;
    let id = findings.pointer("/items/0/id").and_then(serde_json::Value::as_str);
    let finding = format!("/findings/{}", id.context("the database has no finding")?);
    let ungated = ungated(workspace, product, &data)?;
    let mut lines = Vec::new();
    let pages = [("overview (session)", "/"), ("one finding (session and an entry)", &finding)];
    for (name, address) in pages {
        let rate = |base: String| {
            let url = format!("{base}{address}");
            load::first_views_per_second(&product.folder, &url, &dashboards.session, seconds)
        };
        let turns =
            Turns::take(plan.times, || rate(dashboards.server.base()), || rate(ungated.base()))?;
        lines.push(Line::promised(
            format!("{name}: pages per second ÷ without"),
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(0.8, 0.8),
        ));
        lines.push(Line::told(format!("{name}: with"), Spread::of(&turns.first), Unit::PerSecond));
        let without = Spread::of(&turns.second);
        lines.push(Line::told(format!("{name}: without"), without, Unit::PerSecond));
    }
    Ok(lines)
}

/// The same pages over the same database, without the gate.
fn ungated(workspace: &Workspace, product: &Product, data: &Path) -> Result<Server> {
    let port = free_port()?;
    let mut command = inside(workspace)?;
    command.arg("ungated").arg(data).arg(port.to_string());
    let mut server = Server::spawn(&mut command, port, &product.log("ungated"))?;
    server.wait_for_port()?;
    Ok(server)
}

fn appends(
    workspace: &Workspace,
    product: &Product,
    plan: &Plan,
    seconds: u32,
) -> Result<Vec<Line>> {
    let folder = product.folder.join("appends");
    let rate = |command: &mut Command| -> Result<f64> {
        let text = process::output(command)?;
        text.trim().parse().with_context(|| format!("no number: {text}"))
    };
    let seconds = seconds.to_string();
    let entries = || {
        empty(&folder)?;
        rate(inside(workspace)?.arg("appends").arg(&folder).args([WRITERS, &seconds]))
    };
    let syncs = || rate(inside(workspace)?.arg("fsyncs").arg(&product.folder).arg(&seconds));
    let turns = Turns::take(plan.times, entries, syncs)?;
    Ok(vec![
        Line::promised(
            "durable entries per second ÷ syncs per second",
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(10.0, 20.0),
        ),
        Line::told("durable entries", Spread::of(&turns.first), Unit::PerSecond),
        Line::told("syncs", Spread::of(&turns.second), Unit::PerSecond),
    ])
}

fn method(seconds: u32) -> String {
    format!(
        "*Pages*: `wardround serve` over a database of 10,000 findings, asked by somebody who is \
         signed in, and beside it a process with the same pages, store and headers over the same \
         database, but without looking up a session, asking the table of roles, or writing the \
         audit log. Both get {} in turns, each request for an address that was never asked for \
         before. Looking at one finding writes an entry, and the page waits until the entry would \
         survive a power cut. *Entries*: {WRITERS} writers append to the audit log through the \
         store (`synchronous=FULL`, personal details beside each entry), each waiting until its \
         entry is on the disk before it writes the next; beside it, in turns, one writer appends \
         4 KiB to a file on the same disk and calls `fdatasync` each time.",
        load::described(seconds)
    )
}
