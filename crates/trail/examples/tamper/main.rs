//! Writes a good export, exports that were tampered with in every way we thought of, and
//! `expected.json` with the verdict that each has to get: `cargo run --example tamper -- OUT`.
//!
//! For verifiers that are not ours.

mod cases;
mod forge;
mod spelling;
mod world;

use std::{fs, path::Path, process::ExitCode};

use serde_json::json;

fn main() -> ExitCode {
    let Some(out) = std::env::args_os().nth(1) else {
        eprintln!("usage: cargo run --example tamper -- OUT (a new or empty folder)");
        return ExitCode::from(2);
    };
    match write(Path::new(&out)) {
        Ok(count) => {
            println!("{count} cases in {}", Path::new(&out).display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(out: &Path) -> world::Done<usize> {
    let cases = cases::make(out)?;
    let anchors: Result<Vec<_>, _> = world::anchors().iter().map(serde_json::to_string).collect();
    fs::write(out.join("anchors.ndjson"), anchors?.join("\n") + "\n")?;
    let expected = json!({
        "public_key": world::owner().public_key(),
        "anchors": "anchors.ndjson",
        "cases": cases,
    });
    fs::write(out.join("expected.json"), serde_json::to_string_pretty(&expected)? + "\n")?;
    Ok(cases.len())
}
