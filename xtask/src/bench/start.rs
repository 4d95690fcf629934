//! From the start of the process to the first byte of a page, over a filled database.

use std::fs;

use anyhow::Result;

use super::Plan;
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::measure::Spread;
use super::product::Product;

const TITLE: &str = "Start";

pub fn measure(product: &Product, plan: &Plan) -> Result<Figure> {
    let findings = plan.size(1_000_000, 10_000);
    let data = product.database_copy(findings, "start")?;
    let mut times = Vec::new();
    // The first start reads the executable from the disk and settles the database; it is not kept.
    for _ in 0..=plan.times {
        times.push(first_byte(product, &data)?);
    }
    times.remove(0);
    let shown = grouped(findings as f64);
    let line = Line::promised(
        format!("start to first byte of `/`, {shown} findings"),
        Spread::of(&times),
        Unit::Milliseconds,
        Promise::at_most(None, Some(200.0)),
    );
    fs::remove_dir_all(&data)?;
    Ok(Figure::new(TITLE, method(&shown), vec![line]))
}

fn method(shown: &str) -> String {
    format!(
        "`wardround serve` is started over a database of {shown} findings; a client tries to \
         connect every millisecond and sends `GET /` as soon as it can. The time runs from before \
         the process is started to the head of the answer. The process is killed each time, so \
         the next start also meets a database that was not closed. One start beforehand is not \
         counted; the file is in the page cache."
    )
}

/// Milliseconds.
fn first_byte(product: &Product, data: &std::path::Path) -> Result<f64> {
    let mut dashboards = product.serve(data, 9)?;
    dashboards.server.wait_for_port()?;
    let connected = dashboards.server.started.elapsed();
    let answer = dashboards.client().ok("/")?;
    Ok((connected + answer.first).as_secs_f64() * 1e3)
}
