//! Measures from inside; `cargo xtask bench` builds it as the product is built.
//!
//! `inside ungated DATA PORT` serves some pages without session and audit log.
//! `inside appends FOLDER WRITERS SECONDS` prints durable entries of the audit log per second.
//! `inside fsyncs FOLDER SECONDS` prints syncs of a file per second on the same disk.
//! `inside events FOLDER REQUESTS with|without` prints events of telemetry per second.
//! `inside redact sieve|patterns|memcpy SECONDS` prints bytes per second on one core.
//! `inside lines COUNT` prints lines as applications log them.
//! `inside fill FOLDER EVENTS` and `inside judge FOLDER TIMES` print the milliseconds of judging.

mod telemetry;

use std::env;
use std::fs::File;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use app::Mode;
use app::access::{Principal, Who};
use domain::Clock as _;
use server::clock::SystemClock;
use server::config::{Alerting, Data, Intervals, Telemetry};
use server::premises::Premises;
use server::serving::{self, Setting};
use server::{http, simulated};
use store::{By, Origin, Reader, Stage};
use tokio::net::TcpListener;

/// As in the product.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(8 << 20)
        .build()?;
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ungated", data, port] => runtime.block_on(ungated(Path::new(data), port.parse()?)),
        ["appends", folder, writers, seconds] => {
            let rate = appends(Path::new(folder), writers.parse()?, seconds.parse()?);
            println!("{}", runtime.block_on(rate)?);
            Ok(())
        }
        ["fsyncs", folder, seconds] => {
            println!("{}", fsyncs(Path::new(folder), seconds.parse()?)?);
            Ok(())
        }
        ["events", folder, requests, how @ ("with" | "without")] => {
            let rate = telemetry::events(Path::new(folder), requests.parse()?, how == "with");
            println!("{}", runtime.block_on(rate)?);
            Ok(())
        }
        ["redact", how, seconds] => {
            println!("{}", telemetry::redact(how, seconds.parse()?)?);
            Ok(())
        }
        ["lines", count] => {
            for number in 0..count.parse()? {
                println!("{}", telemetry::line(number));
            }
            Ok(())
        }
        ["fill", folder, events] => {
            runtime.block_on(telemetry::fill(Path::new(folder), events.parse()?))
        }
        ["judge", folder, times] => {
            let time = telemetry::judge(Path::new(folder), times.parse()?);
            println!("{}", runtime.block_on(time)?);
            Ok(())
        }
        _ => bail!(
            "usage: inside ungated DATA PORT | appends FOLDER WRITERS SECONDS | \
             fsyncs FOLDER SECONDS | events FOLDER REQUESTS with|without | \
             redact sieve|patterns|memcpy SECONDS | lines COUNT | fill FOLDER EVENTS | judge FOLDER TIMES"
        ),
    }
}

async fn ungated(data: &Path, port: u16) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let wired = serving::wire(Setting {
        organisation: simulated::organisation(),
        intervals: Intervals::all(domain::id::DAY_MS),
        data: Data::at(data),
        session: simulated::session("http://127.0.0.1:9".to_owned()).await,
        clock: Arc::new(SystemClock),
        wall: Arc::new(SystemClock),
        mode: Mode::Serve,
        premises: Premises::at(address),
        telemetry: Telemetry::default(),
        alerting: Alerting::nobody("UTC"),
        attack: None,
    })
    .await?;
    let state = wired.shared.app.clone();
    let who = signed_in(&state.reader).await?;
    let principal = Principal { who, ..Principal::nobody() };
    let router = http::around(app::ungated(state, principal), &wired.shared);
    // Whoever waits for the port finds pages behind it.
    let listener = TcpListener::bind(address).await?;
    http::serve(listener, router, wired.stopping.clone()).await
}

/// Somebody with a session in this database.
async fn signed_in(reader: &Reader) -> Result<Who> {
    for person in reader.people().await? {
        let sessions = reader.sessions_of(person.id).await?;
        if let Some(session) = sessions.into_iter().find(|it| it.stage == Stage::Full) {
            return Ok(Who::Person(Arc::new((session, person))));
        }
    }
    bail!("nobody is signed in in this database")
}

/// Each writer waits until its entry would survive a power cut, and writes the next.
async fn appends(folder: &Path, writers: u32, seconds: u64) -> Result<f64> {
    let (writer, reader) = store::open(folder).await?;
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let mut tasks = Vec::new();
    for number in 0..writers {
        let writer = writer.clone();
        tasks.push(tokio::spawn(async move {
            let mut by = By::system(SystemClock.now());
            // Entries of requests have personal details beside them.
            by.origin = Origin {
                name: format!("writer-{number}"),
                address: "192.0.2.1".to_owned(),
                agent: String::new(),
            };
            while Instant::now() < end {
                writer.audit(by.did("view-finding", "finding:0123456789abcdef")).await?;
            }
            anyhow::Ok(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    let took = begun.elapsed().as_secs_f64();
    Ok(reader.audit_head().await?.0 as f64 / took)
}

/// One page of a file at a time, as SQLite's log is written.
fn fsyncs(folder: &Path, seconds: u64) -> Result<f64> {
    let mut file = File::create(folder.join("fsyncs"))?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(seconds) {
        file.write_all(&[0x55; 4096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
