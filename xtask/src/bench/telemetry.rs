//! What redaction costs, and what the indicators cost over many events.

use anyhow::{Context, Result};

use super::Plan;
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::measure::{Spread, Turns};
use super::presidio::Presidio;
use super::product::{Product, empty, inside};
use crate::process;
use crate::workspace::Workspace;

const TITLE: &str = "Telemetry";

pub fn measure(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Figure> {
    let mut lines = events(workspace, product, plan)?;
    lines.extend(redaction(workspace, plan)?);
    if plan.presidio {
        lines.extend(presidio(workspace, product, plan)?);
    }
    let (many, few) = (plan.size(10_000_000, 200_000), plan.size(100_000, 20_000));
    lines.extend(indicators(workspace, product, plan, (many, few))?);
    Ok(Figure::new(TITLE, method(many, few), lines))
}

fn number(workspace: &Workspace, words: &[&str]) -> Result<f64> {
    let text = process::output(inside(workspace)?.args(words))?;
    text.trim().parse().with_context(|| format!("no number: {text}"))
}

fn events(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Vec<Line>> {
    let folder = product.folder.join("telemetry");
    let requests = plan.size(200, 20).to_string();
    let rate = |how: &str| {
        empty(&folder)?;
        number(workspace, &["events", &folder.display().to_string(), &requests, how])
    };
    let turns = Turns::take(plan.times, || rate("with"), || rate("without"))?;
    Ok(vec![
        Line::promised(
            "events per second, with redaction ÷ without",
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(0.5, 0.7),
        ),
        Line::told("events, with redaction", Spread::of(&turns.first), Unit::PerSecond),
        Line::told("events, without", Spread::of(&turns.second), Unit::PerSecond),
    ])
}

fn redaction(workspace: &Workspace, plan: &Plan) -> Result<Vec<Line>> {
    let seconds = plan.size(4, 1).to_string();
    let rate = |how: &str| number(workspace, &["redact", how, &seconds]);
    let copied = Turns::take(plan.times, || rate("sieve"), || rate("memcpy"))?;
    let patterns = Turns::take(plan.times, || rate("sieve"), || rate("patterns"))?;
    Ok(vec![
        Line::promised(
            "redaction, bytes per second on one core ÷ memcpy",
            copied.ratios(),
            Unit::Ratio,
            Promise::at_least(0.05, 0.125),
        ),
        Line::promised(
            "redaction ÷ each pattern by `replace_all` in turn",
            patterns.ratios(),
            Unit::Ratio,
            Promise::at_least(2.0, 2.0),
        ),
        Line::told("redaction, in a second", Spread::of(&copied.first), Unit::Megabytes),
        Line::told("memcpy, in a second", Spread::of(&copied.second), Unit::Megabytes),
        Line::told("patterns, in a second", Spread::of(&patterns.second), Unit::Megabytes),
    ])
}

fn presidio(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Vec<Line>> {
    let peer = Presidio::install(workspace, product)?;
    let seconds = plan.size(10, 2).to_string();
    let turns = Turns::take(
        plan.times,
        || number(workspace, &["redact", "sieve", "2"]),
        || peer.rate(&seconds),
    )?;
    Ok(vec![
        Line::promised(
            "redaction ÷ Presidio's pattern recognisers",
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(100.0, 100.0),
        ),
        Line::told("Presidio, in a second", Spread::of(&turns.second), Unit::Kilobytes),
    ])
}

fn indicators(
    workspace: &Workspace,
    product: &Product,
    plan: &Plan,
    (many, few): (u64, u64),
) -> Result<Vec<Line>> {
    let folder = |events: u64| product.folder.join(format!("indicators-{events}"));
    for events in [many, few] {
        empty(&folder(events))?;
        let place = folder(events).display().to_string();
        process::run(inside(workspace)?.args(["fill", &place, &events.to_string()]))?;
    }
    let time =
        |events: u64| number(workspace, &["judge", &folder(events).display().to_string(), "25"]);
    let turns = Turns::take(plan.times, || time(many), || time(few))?;
    Ok(vec![
        Line::promised(
            format!(
                "indicators: time over {} events ÷ over {}",
                grouped(many as f64),
                grouped(few as f64)
            ),
            turns.ratios(),
            Unit::Ratio,
            Promise::at_most(Some(1.5), Some(1.2)),
        ),
        Line::told("indicators: over many", Spread::of(&turns.first), Unit::Milliseconds),
        Line::told("indicators: over few", Spread::of(&turns.second), Unit::Milliseconds),
    ])
}

fn method(many: u64, few: u64) -> String {
    format!(
        "*Events*: requests of 500 log records in OTLP/JSON go through decoding, redaction and the \
         store, until they are committed; beside it, in turns, the same with the redactor switched \
         off, which only this program can do. Every twentieth line holds a name, a record number \
         and a date of birth. *Redaction*: the same lines one by one on one core, beside copying \
         them, and beside 22 regular expressions of the kinds that are looked for, each applied by \
         `replace_all`; where it was asked for, beside the pattern recognisers of Presidio for English text \
         of the United States, which find and do not replace. Recall stands beside it: the conformance corpus of `crates/telemetry` \
         plants every kind in every position and fails the gate below 1.0. *Indicators*: all ten \
         computed and stored over databases with {} and {} events spread over thirty days: sign-ins of sixty \
         people to four applications, three in a hundred refused, and every fifth a numbered record \
         of an audit log; the middle one of 25 times.",
        grouped(many as f64),
        grouped(few as f64),
    )
}
