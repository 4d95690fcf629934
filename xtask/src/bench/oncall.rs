//! On call: alerts taken in, the queue, memory and the way to a receiver, beside Alertmanager.

mod peer;
mod sink;
mod stream;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::sink::Sink;
use self::stream::{CONNECTIONS, Door, PAGE, Side, TICKET, event};
use super::Plan;
use super::client::Client;
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::measure::{Spread, Turns, percentile};
use super::product::{Dashboards, Product, empty};

const TITLE: &str = "On call";

/// How long a notification may be on its way before the measurement gives up.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn measure(product: &Product, plan: &Plan) -> Result<Figure> {
    let version = match peer::version() {
        Ok(version) => version,
        Err(why) => return Ok(Figure::skipped(TITLE, format!("{why:#}"))),
    };
    let alerts = plan.size(50_000, 5_000);
    let few = plan.size(1_000, 100);
    let sink = Sink::start()?;
    let mut lines = Vec::new();
    for (groups, floor) in [(few, 0.5), (alerts, 1.0)] {
        lines.extend(rates(product, plan, &sink, (alerts, groups), floor)?);
    }
    lines.extend(queue(product, plan, &sink, alerts)?);
    lines.extend(notified(product, plan)?);
    Ok(Figure::new(TITLE, method(&version, alerts, few), lines))
}

/// Our server over an empty folder, which tells the receiver.
fn ours(product: &Product, sink: &Sink) -> Result<(Dashboards, Door)> {
    let data = product.folder.join("oncall");
    empty(&data)?;
    let dashboards = product.serve_telling(&data, sink.port)?;
    let door = Door {
        side: Side::Wardround,
        url: format!("{}/ingest/eventbridge", dashboards.server.base()),
        session: dashboards.session.clone(),
    };
    Ok((dashboards, door))
}

fn rates(
    product: &Product,
    plan: &Plan,
    sink: &Sink,
    (alerts, groups): (u64, u64),
    floor: f64,
) -> Result<Vec<Line>> {
    let mine = || {
        let (dashboards, door) = ours(product, sink)?;
        let rate = door.rate(alerts, groups)?;
        counted(&dashboards.client(), groups)?;
        Ok(rate)
    };
    let theirs = || {
        let server = peer::start(product, sink.port)?;
        peer::door(&server).rate(alerts, groups)
    };
    let turns = Turns::take(plan.times, mine, theirs)?;
    let shown = grouped(groups as f64);
    Ok(vec![
        Line::promised(
            format!("alerts per second, durable, {shown} groups ÷ Alertmanager"),
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(floor, floor),
        ),
        Line::told(format!("ours, {shown} groups"), Spread::of(&turns.first), Unit::PerSecond),
        Line::told(
            format!("Alertmanager, {shown} groups"),
            Spread::of(&turns.second),
            Unit::PerSecond,
        ),
    ])
}

/// Every group of the stream is an incident in the queue: nothing was only answered.
fn counted(client: &Client, groups: u64) -> Result<()> {
    let text = String::from_utf8(client.ok("/metrics")?.body)?;
    let open: f64 = text
        .lines()
        .filter(|line| line.starts_with("wardround_oncall_incidents{"))
        .filter(|line| !line.contains("\"over\""))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum();
    if open < groups as f64 {
        bail!("{open} incidents of {groups} groups are in the queue");
    }
    Ok(())
}

/// The queue and the memory over as many groups as alerts.
fn queue(product: &Product, plan: &Plan, sink: &Sink, groups: u64) -> Result<Vec<Line>> {
    let (dashboards, door) = ours(product, sink)?;
    door.rate(groups, groups)?;
    let server = peer::start(product, sink.port)?;
    peer::door(&server).rate(groups, groups)?;
    std::thread::sleep(Duration::from_secs(10));
    let memory = (dashboards.server.resident()?, server.resident()?);
    let (ours, theirs) = (dashboards.client(), Client::new(&server.base(), ""));
    let time = |client: &Client, path: &str| Ok(client.ok(path)?.last.as_secs_f64() * 1e3);
    let turns = Turns::take(
        plan.times.max(3),
        || time(&theirs, "/api/v2/alerts/groups"),
        || time(&ours, "/oncall"),
    )?;
    let shown = grouped(groups as f64);
    Ok(vec![
        Line::promised(
            format!("Alertmanager's groups ÷ the first page of `/oncall`, {shown} groups"),
            turns.ratios(),
            Unit::Ratio,
            Promise::at_least(50.0, 50.0),
        ),
        Line::told("Alertmanager's groups", Spread::of(&turns.first), Unit::Milliseconds),
        Line::told("`/oncall`", Spread::of(&turns.second), Unit::Milliseconds),
        Line::promised(
            format!("resident memory ÷ Alertmanager's, {shown} groups"),
            Spread::of(&[memory.0 / memory.1]),
            Unit::Ratio,
            Promise::at_most(Some(0.3), Some(0.3)),
        ),
        Line::told("our memory", Spread::of(&[memory.0]), Unit::Megabytes),
        Line::told("Alertmanager's memory", Spread::of(&[memory.1]), Unit::Megabytes),
    ])
}

/// From an event to the receiver, while other alerts come in.
fn notified(product: &Product, plan: &Plan) -> Result<Vec<Line>> {
    // A receiver of its own: servers before this one had incidents of the same numbers.
    let sink = Sink::start()?;
    let (dashboards, door) = ours(product, &sink)?;
    let pages = plan.size(200, 20);
    let done = AtomicBool::new(false);
    let sent = std::thread::scope(|scope| {
        let busy = scope.spawn(|| -> Result<u64> {
            let agent = stream::agent();
            let mut number = 1 << 32;
            while !done.load(Ordering::Relaxed) {
                let batch: Value = (number..number + 20)
                    .map(|n| event(TICKET, n, &format!("person-{n}")))
                    .collect();
                door.send(&agent, batch.to_string().as_bytes())?;
                number += 20;
            }
            Ok(number - (1 << 32))
        });
        let sent = paged(&door, pages);
        done.store(true, Ordering::Relaxed);
        let beside =
            busy.join().map_err(|_| anyhow::anyhow!("the stream ended with a panic"))??;
        println!("bench: {} alerts beside the pages", grouped(beside as f64));
        sent
    })?;
    let began = Instant::now();
    let told = loop {
        let ids = incidents(&dashboards.client())?;
        let mut told = sink.told();
        told.retain(|id, _| ids.contains(id));
        if told.len() as u64 >= pages {
            break told;
        }
        if began.elapsed() > PATIENCE {
            bail!("{} of {pages} pages reached the receiver within {PATIENCE:?}", told.len());
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    // Each event opened an incident, and waited for the answer before the next: the order is one.
    let times: Vec<f64> = sent
        .iter()
        .zip(told.values())
        .map(|(sent, at)| (*at - *sent).as_secs_f64() * 1e3)
        .collect();
    Ok(vec![
        Line::promised(
            "event to webhook while alerts come in, 99th percentile",
            Spread::of(&[percentile(&times, 99.0)]),
            Unit::Milliseconds,
            Promise::at_most(Some(2_000.0), Some(2_000.0)),
        ),
        Line::told(
            "event to webhook, median",
            Spread::of(&[percentile(&times, 50.0)]),
            Unit::Milliseconds,
        ),
    ])
}

/// Sends pages one after the other; the answers are when each was sent.
fn paged(door: &Door, pages: u64) -> Result<Vec<Instant>> {
    let agent = stream::agent();
    let mut sent = Vec::new();
    for number in 0..pages {
        let body = event(PAGE, number, &format!("thief-{number}")).to_string();
        sent.push(Instant::now());
        door.send(&agent, body.as_bytes())?;
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(sent)
}

/// The numbers of all incidents that page about PHI.
fn incidents(client: &Client) -> Result<Vec<u64>> {
    let mut ids = Vec::new();
    let mut path = "/api/v1/incidents?class=page-phi&limit=200".to_owned();
    loop {
        let page = client.json(&path)?;
        let items = page.get("items").and_then(Value::as_array).context("no items")?;
        ids.extend(items.iter().filter_map(|one| one.get("id")?.as_u64()));
        let Some(next) = page.get("next").and_then(Value::as_str) else { return Ok(ids) };
        path = format!("/api/v1/incidents?class=page-phi&limit=200&cursor={next}");
    }
}

fn method(version: &str, alerts: u64, few: u64) -> String {
    format!(
        "The peer is Debian's `prometheus-alertmanager` ({version}). Both sides begin with an empty \
         folder and take the same {} alerts over {CONNECTIONS} connections, a hundred in a request: \
         ours as findings of GuardDuty at `/ingest/eventbridge`, each an event of its own, \
         Alertmanager's at `/api/v2/alerts` with the identity as a label. Once they are {} groups, \
         once every alert is a group of its own; both group by type, account and identity, and both \
         tell the same receiver after the same times. A request of ours is answered once its alerts, \
         incidents and timelines are in the database and synced; Alertmanager keeps alerts in \
         memory. Ten seconds later resident memory (`VmRSS`) is read, and the first page of the \
         queue is asked for in turns with Alertmanager's groups. Then a server of ours takes tickets \
         without pause on one connection while pages are sent one by one on another; each is timed \
         from before it is sent until the webhook stands at the receiver. One key has one open \
         incident after twenty `kill -9`: that is a test of the gate.",
        grouped(alerts as f64),
        grouped(few as f64),
    )
}
