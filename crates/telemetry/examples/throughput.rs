//! How fast text goes through the sieve: `cargo run --release -p telemetry --example throughput`.
//! Prints nanoseconds and megabytes a second for a few sorts of lines, the best of several rounds.

use std::time::{Duration, Instant};

use telemetry::{RuleProblem, Sieve};

const SORTS: &[(&str, &str)] = &[
    ("words", "the ward is quiet and all beds are made; nobody waits at the door"),
    (
        "log line",
        "2026-01-15T10:00:00.123Z INFO [main] o.a.c.core.StandardService - ready in 412 ms",
    ),
    (
        "key and value",
        "ts=1768471200 level=info msg=\"ready\" took=12.345ms port=8443 route=/wards/{id}",
    ),
    ("stack frame", "\tat org.example.ward.BedService.assign(BedService.java:214)"),
    ("ids", "trace_id=0af7651916cd43dd8448eb211c80319c span_id=b7ad6b7169203331 sampled=true"),
    (
        "json",
        "{\"level\":30,\"time\":1768471200123,\"pid\":17,\"hostname\":\"ward-7d9f\",\"msg\":\"ok\"}",
    ),
    ("identified", "lookup of mrn=12345678 for jane.roe@example.org from 203.0.113.77 failed"),
];

fn main() -> Result<(), RuleProblem> {
    let sieve = Sieve::new(&[], [0; 32])?;
    let long: Vec<(String, String)> = SORTS
        .iter()
        .map(|(name, line)| {
            (format!("{name}, 1 MB"), format!("{line} ").repeat((1 << 20) / line.len()))
        })
        .collect();
    let all = SORTS.iter().map(|(name, line)| ((*name).to_owned(), (*line).to_owned())).chain(long);
    for (name, text) in all {
        let times = (2_000_000 / text.len()).clamp(1, 20_000);
        let best = (0..9)
            .map(|_| {
                let begun = Instant::now();
                for _ in 0..times {
                    std::hint::black_box(sieve.text(std::hint::black_box(&text), None));
                }
                begun.elapsed()
            })
            .min()
            .unwrap_or(Duration::ZERO);
        let nanos = best.as_nanos() as f64 / times as f64;
        let byte = nanos / text.len() as f64;
        println!(
            "{name:24} {:9} bytes {nanos:12.0} ns {byte:7.2} ns/byte {:8.0} MB/s",
            text.len(),
            1e3 / byte
        );
    }
    Ok(())
}
