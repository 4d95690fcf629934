//! What redaction costs, and what the indicators cost over many events.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use domain::Timestamp;
use domain::id::DAY_MS;
use domain::sli::Sli;
use domain::telemetry::{
    AuditFact, AuthCause, AuthFact, AuthOutcome, EventKey, LogRecord, Parcel, Producer, Received,
};
use regex::Regex;
use serde_json::{Map, json};
use store::sli::{Expectations, Registers};
use telemetry::{Encoding, Sieve};

/// An instant, so that nothing depends on when it is measured.
const NOW: Timestamp = Timestamp(1_795_000_000_000);
/// Log records in a request.
const RECORDS: u64 = 500;

/// Lines as applications log them; every twentieth holds an identifier.
pub fn line(number: u64) -> String {
    let seed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let (a, b, c) = (seed % 9_973, seed / 7 % 65_536, seed / 11 % 1_000);
    match number % 20 {
        0 => format!("patient_name=\"Sample, Jordan\" mrn={:08} dob=1961-04-09 opened", a * 997),
        1 => format!("GET /api/v2/orders/{a}/items 200 {c}ms bytes={b} cache=miss"),
        2 => format!("worker-{} claimed job 0x{seed:012x} from queue imaging-export", c % 16),
        3 => format!(
            "java.lang.IllegalStateException: pool exhausted at com.clinic.Pool.take(Pool.java:{c})"
        ),
        4 => format!(
            "SELECT id, status FROM orders WHERE version = {a} ORDER BY id LIMIT 50 took {c} ms"
        ),
        5 => format!(
            "2026-11-28T02:{:02}:{:02}.{c:03}Z INFO scheduler tick={a} lag={c}",
            c % 60,
            a % 60
        ),
        6 => "connection to the cache was reset by the peer, trying again with back-off".to_owned(),
        7 => format!(
            "arn:aws:s3:::imaging-archive-{a}/2026/11/{b:05}.dcm stored, sha256 {seed:016x}"
        ),
        8 => format!("thread pool resized from {} to {} after {c} rejected tasks", c % 32, c % 64),
        _ => {
            format!("request completed route=/results status=200 duration_ms={c} span={seed:016x}")
        }
    }
}

fn batch(number: u64) -> Vec<u8> {
    let records: Vec<_> = (0..RECORDS)
        .map(|index| {
            let event = number * RECORDS + index;
            json!({
                "timeUnixNano": format!("{}{:06}", NOW.0 - 60_000 + index as i64, event % 1_000_000),
                "severityText": "INFO",
                "body": { "stringValue": line(event) },
                "attributes": [
                    { "key": "http.route", "value": { "stringValue": "/results/{id}" } },
                    { "key": "event", "value": { "intValue": event.to_string() } },
                ],
            })
        })
        .collect();
    let service = json!({ "key": "service.name", "value": { "stringValue": "portal" } });
    json!({ "resourceLogs": [{
        "resource": { "attributes": [service] },
        "scopeLogs": [{ "logRecords": records }]
    }] })
    .to_string()
    .into_bytes()
}

fn sieve() -> Result<Sieve> {
    Sieve::new(&[], [7; 32]).context("the built-in rules")
}

/// Events per second from the bytes of a request to the committed row.
pub async fn events(folder: &Path, requests: u64, redact: bool) -> Result<f64> {
    let (writer, _) = store::open(folder).await?;
    let sieve = if redact { sieve()? } else { sieve()?.without_redaction() };
    let batches: Vec<Vec<u8>> = (0..requests).map(batch).collect();
    let begun = Instant::now();
    for body in &batches {
        let received = sieve.logs(body, Encoding::Json).context("a request of our own")?;
        writer.telemetry_add(received, NOW).await?;
    }
    Ok((requests * RECORDS) as f64 / begun.elapsed().as_secs_f64())
}

/// What other redactors do: one expression for each kind, one after the other.
const PATTERNS: [&str; 22] = [
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b9\d{2}-[5-9]\d-\d{4}\b",
    r"\b[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b",
    r"(?i)\bnpi\W{0,3}[12]\d{9}\b",
    r"\b[ABCDEFGHJKLMPRSTUX][A-Z]\d{7}\b",
    r"(?i)\b(?:mrn|medical record|chart)\W{0,5}[A-Z0-9-]{4,}",
    r"(?i)\b(?:member|subscriber|policy)[ _]?id\W{0,5}[A-Z0-9-]{4,}",
    r"\b(?:\d[ -]?){13,19}\b",
    r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}\b",
    r"\b[A-HJ-NPR-Z0-9]{17}\b",
    r"(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}\b",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b",
    r#"https?://[^\s"']+"#,
    r"\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b",
    r"(?i)\b(?:dob|birth\w*|admit\w*)\W{0,5}\d{1,4}[-/]\d{1,2}[-/]\d{1,4}",
    r"(?i)\bage\W{0,3}(?:9\d|1[0-4]\d)\b",
    r"\b[A-Z]{2} \d{5}(?:-\d{4})?\b",
    r#"(?i)\b(?:patient|first|last|full)_?name\W{0,3}"?[\w, ]+"#,
    r"PID\|[^\r\n]*",
    r"(?i)\b(?:dx|icd|diagnosis)\W{0,3}[A-TV-Z]\d[0-9AB](?:\.\w{1,4})?\b",
];

/// Bytes of lines per second through one core, by what is done to them.
pub fn redact(how: &str, seconds: u64) -> Result<f64> {
    let lines: Vec<String> = (0..60_000).map(line).collect();
    let bytes: usize = lines.iter().map(String::len).sum();
    let sieve = sieve()?;
    let patterns: Vec<Regex> =
        PATTERNS.iter().map(|one| Regex::new(one)).collect::<Result<_, _>>()?;
    let mut room = Vec::with_capacity(bytes);
    let mut pass: Box<dyn FnMut()> = match how {
        "sieve" => Box::new(|| {
            for line in &lines {
                black_box(sieve.text(line, None));
            }
        }),
        "patterns" => Box::new(|| {
            for line in &lines {
                let mut text = line.clone();
                for pattern in &patterns {
                    text = pattern.replace_all(&text, "[taken]").into_owned();
                }
                black_box(text);
            }
        }),
        "memcpy" => Box::new(|| {
            room.clear();
            for line in &lines {
                room.extend_from_slice(line.as_bytes());
            }
            black_box(&room);
        }),
        _ => bail!("there is sieve, patterns and memcpy"),
    };
    let begun = Instant::now();
    let mut passes = 0_u32;
    while begun.elapsed() < Duration::from_secs(seconds) || passes == 0 {
        pass();
        passes += 1;
    }
    Ok(f64::from(passes) * bytes as f64 / begun.elapsed().as_secs_f64())
}

/// Applications of one organisation.
const SERVICES: [&str; 4] = ["portal", "records", "imaging", "pharmacy"];
/// People who sign in. More events are more of the same people's.
const PEOPLE: u64 = 60;

/// Fills a database with thirty days of sign-ins and numbered records of audit logs, as a few
/// applications send them: people mistype, and now and then something is broken.
pub async fn fill(folder: &Path, events: u64) -> Result<()> {
    const AT_ONCE: u64 = 20_000;
    let (writer, _) = store::open(folder).await?;
    let step = 30 * DAY_MS as u64 / events.max(1);
    let mut next = 0;
    while next < events {
        let end = (next + AT_ONCE).min(events);
        let now = NOW.plus(-30 * DAY_MS + (end * step) as i64);
        let parcel = |(index, service): (u64, &str)| Parcel {
            producer: Producer { service: service.to_owned(), instance: String::new() },
            redactions: Vec::new(),
            spans: Vec::new(),
            logs: (next..end)
                .filter(|number| number % SERVICES.len() as u64 == index)
                .map(|number| event(number, step, service))
                .collect(),
        };
        let received = Received {
            parcels: (0..).zip(SERVICES).map(parcel).collect(),
            rejected: 0,
            why_rejected: None,
            redactor: "measure".to_owned(),
        };
        writer.telemetry_add(received, now).await?;
        next = end;
    }
    Ok(())
}

/// Every fifth record of an application belongs to its audit log; the others are sign-ins.
fn event(number: u64, step: u64, service: &str) -> LogRecord {
    let mut key = [1; 16];
    key[..8].copy_from_slice(&number.to_be_bytes());
    let of_service = number / SERVICES.len() as u64;
    let audit = of_service
        .is_multiple_of(5)
        .then(|| AuditFact { producer: service.to_owned(), seq: Some(of_service / 5 + 1) });
    LogRecord {
        key: EventKey(key),
        at: NOW.plus(-30 * DAY_MS + (number * step) as i64),
        severity: 9,
        severity_text: "INFO".to_owned(),
        scope: String::new(),
        body: if audit.is_some() { "record viewed" } else { "sign-in" }.to_owned(),
        attributes: Map::new(),
        trace: None,
        span: None,
        redactions: Vec::new(),
        auth: audit.is_none().then(|| sign_in(number)),
        audit,
    }
}

/// Three in a hundred are refused, three in ten thousand break.
fn sign_in(number: u64) -> AuthFact {
    let seed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let cause = match seed % 10_000 {
        0..3 => Some(AuthCause::Timeout),
        3..303 => Some(AuthCause::WrongCredential),
        _ => None,
    };
    let outcome = if cause.is_some() { AuthOutcome::Failure } else { AuthOutcome::Success };
    AuthFact { outcome, cause, who: Some(format!("[user:{:032x}]", seed / 10_000 % PEOPLE)) }
}

/// Milliseconds for all ten indicators: the middle one of many.
pub async fn judge(folder: &Path, times: usize) -> Result<f64> {
    let (writer, _) = store::open(folder).await?;
    let registers = Registers::default();
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let begun = Instant::now();
        let readings = writer.sli_judge(&registers, Expectations::default(), NOW).await?;
        took.push(begun.elapsed().as_secs_f64() * 1e3);
        let attempts = readings.iter().find(|one| one.sli == Sli::UnauthorisedAccess);
        let counted = attempts.is_some_and(|attempts| attempts.examined > 0);
        anyhow::ensure!(readings[0].total > 0 && counted, "nothing was counted");
    }
    took.sort_by(f64::total_cmp);
    took.get(times / 2).copied().context("it was never measured")
}
