//! What the product is measured against; `cargo xtask bench` builds it as the product is built.
//!
//! `bare serve FOLDER PORT` is a bare axum handler that returns recorded answers from memory.
//! `bare prowler-csv FILE FINDINGS` writes findings for the peer's dashboard.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use serde::Deserialize;

/// Every run writes the same findings.
const SEED: u64 = 1;

/// One recorded answer, as `recorded.json` lists it.
#[derive(Debug, Deserialize)]
struct Recorded {
    /// Without the query, which the handler does not look at.
    path: String,
    headers: Vec<(String, String)>,
    /// File in the same folder.
    body: String,
}

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", folder, port] => serve(Path::new(folder), port.parse()?),
        ["prowler-csv", file, findings] => prowler_csv(Path::new(file), findings.parse()?),
        _ => bail!("usage: bare serve FOLDER PORT | bare prowler-csv FILE FINDINGS"),
    }
}

fn prowler_csv(file: &Path, findings: u64) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    awsim::prowler::write_csv(&mut out, findings, SEED)?;
    out.flush().context("writing")
}

#[tokio::main]
async fn serve(folder: &Path, port: u16) -> Result<()> {
    let listener =
        tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    axum::serve(listener, router(folder)?).await.context("serving")
}

fn router(folder: &Path) -> Result<Router> {
    let index = fs::read(folder.join("recorded.json")).context("reading what was recorded")?;
    let mut router = Router::new();
    for recorded in serde_json::from_slice::<Vec<Recorded>>(&index)? {
        let mut headers = HeaderMap::new();
        for (name, value) in &recorded.headers {
            headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        let answer = Arc::new((headers, Bytes::from(fs::read(folder.join(&recorded.body))?)));
        let handler = move || {
            let answer = Arc::clone(&answer);
            async move { (answer.0.clone(), answer.1.clone()) }
        };
        router = router.route(&recorded.path, get(handler));
    }
    Ok(router)
}
