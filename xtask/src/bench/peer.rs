//! The same number of findings in `prowler dashboard` and in the product.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Plan;
use super::browser::{self, Seen, Visit};
use super::figure::{Figure, Line, Promise, Unit, grouped};
use super::measure::Spread;
use super::processes::Server;
use super::product::{Product, bare};
use crate::workspace::Workspace;
use crate::{process, tools};

const TITLE: &str = "Against a peer";

/// The release that is compared with.
const PROWLER: &str = "prowler==5.46.0";

/// It always listens here.
const PORT: u16 = 11_666;

/// Our two pages that show what the peer's one page shows.
const PAGES: [&str; 2] = ["/", "/safeguards/164.312(b)"];

/// What one visit cost.
struct Cost {
    /// Milliseconds of the slowest answer.
    server: f64,
    drawn: f64,
    bytes: f64,
    /// Peak memory of the server, in bytes.
    memory: f64,
}

pub fn measure(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Figure> {
    if let Err(why) = browser::available(workspace) {
        return Ok(Figure::skipped(TITLE, format!("{why:#}")));
    }
    let mut lines = Vec::new();
    let sizes: &[u64] = if plan.quick { &[10_000] } else { &[10_000, 100_000, 1_000_000] };
    for findings in sizes {
        lines.extend(ours(workspace, product, plan, *findings)?);
    }
    let size = plan.size(100_000, 10_000);
    let closing = match theirs(workspace, product, plan, size) {
        Ok(told) => {
            lines.extend(told);
            String::new()
        }
        Err(why) => {
            println!("bench: prowler left out: {why:#}");
            format!(" Prowler could not be had for this run, so its side is missing ({why}).")
        }
    };
    Ok(Figure::new(TITLE, method(size) + &closing, lines))
}

fn method(size: u64) -> String {
    format!(
        "A page is opened in headless Chromium with an empty profile, by a server that was just \
         started: `prowler dashboard` ({PROWLER} from PyPI) on its compliance page with {} \
         findings that `awsim` wrote as Prowler's HIPAA CSV, and `wardround serve` on `/` and \
         `/safeguards/164.312(b)`. Server time is the slowest single answer that the page waited \
         for, from request to last byte in the browser's own clock; drawn is the time from asking \
         for the page until its content is painted; bytes are all answers as they came over the \
         connection; memory is the peak (`VmHWM`) of the server process and its children by then. \
         What the peer asks of other hosts is refused, as on a machine without internet.",
        grouped(size as f64),
    )
}

fn cost(seen: &Seen, server: &Server) -> Result<Cost> {
    Ok(Cost {
        server: seen.slowest_ms,
        drawn: seen.drawn_ms,
        bytes: seen.answers.iter().map(|answer| answer.bytes).sum(),
        memory: server.family_peak()?,
    })
}

/// The lines of some visits; promises are ours to keep and not the peer's.
fn lines(who: &str, costs: &[Cost], promised: bool) -> Vec<Line> {
    let line = |what: &str, of: fn(&Cost) -> f64, unit, promise: Option<Promise>| {
        let spread = Spread::of(&costs.iter().map(of).collect::<Vec<_>>());
        let what = format!("{who}: {what}");
        match promise.filter(|_| promised) {
            Some(promise) => Line::promised(what, spread, unit, promise),
            None => Line::told(what, spread, unit),
        }
    };
    let at_most = |floor: f64| Some(Promise::at_most(Some(floor), None));
    let time = Some(Promise::at_most(Some(300.0), Some(150.0)));
    vec![
        line("server time", |cost| cost.server, Unit::Milliseconds, time),
        line("drawn", |cost| cost.drawn, Unit::Milliseconds, None),
        line("bytes", |cost| cost.bytes, Unit::Kilobytes, at_most(150e3)),
        line("memory", |cost| cost.memory, Unit::Megabytes, at_most(150e6)),
    ]
}

fn ours(workspace: &Workspace, product: &Product, plan: &Plan, findings: u64) -> Result<Vec<Line>> {
    let data = product.database_copy(findings, "peer")?;
    let mut all = Vec::new();
    for page in PAGES {
        let mut costs = Vec::new();
        for _ in 0..plan.times {
            let dashboards = product.serve_at_rest(&data)?;
            let url = format!("{}{page}", dashboards.server.base());
            let visit = Visit::page(&url, &dashboards.session);
            let seen = browser::visit(workspace, &product.folder, &visit)?;
            costs.push(cost(&seen, &dashboards.server)?);
        }
        let who = format!("`{page}`, {} findings", grouped(findings as f64));
        all.extend(lines(&who, &costs, true));
    }
    fs::remove_dir_all(&data)?;
    Ok(all)
}

fn theirs(
    workspace: &Workspace,
    product: &Product,
    plan: &Plan,
    findings: u64,
) -> Result<Vec<Line>> {
    let python = install(product)?;
    let folder = product.folder.join("prowler-run");
    let compliance = folder.join("output/compliance");
    fs::create_dir_all(&compliance)?;
    let file = compliance.join("prowler-output-awsim_hipaa_aws.csv");
    process::run(bare(workspace)?.arg("prowler-csv").arg(&file).arg(findings.to_string()))?;
    let mut costs = Vec::new();
    // It takes half a minute a time, and differs by less than it takes to tell.
    for _ in 0..plan.times.min(3) {
        let server = dashboard(&python, &folder, &product.log("prowler"))?;
        let visit = Visit {
            url: format!("{}/compliance", server.base()),
            drawn: "#output *".to_owned(),
            busy: Some("[data-dash-is-loading=true]".to_owned()),
            session: None,
        };
        let seen = browser::visit(workspace, &product.folder, &visit)?;
        costs.push(cost(&seen, &server)?);
    }
    let who = format!("prowler, {} findings", grouped(findings as f64));
    Ok(lines(&who, &costs, false))
}

/// Prowler in a virtual environment of its own, installed the first time.
fn install(product: &Product) -> Result<PathBuf> {
    let folder = product.folder.join("prowler");
    let python = folder.join("bin/python");
    let found = process::succeeds(&python, &["-c", "import dashboard, prowler"]);
    if !found {
        println!("bench: installing {PROWLER} from PyPI; this takes some minutes");
        process::run(Command::new(tools::python()?).args(["-m", "venv"]).arg(&folder))?;
        process::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", PROWLER]))
            .context("prowler could not be installed")?;
    }
    Ok(python)
}

fn dashboard(python: &Path, folder: &Path, log: &Path) -> Result<Server> {
    let mut command = Command::new(python.with_file_name("prowler"));
    command.arg("dashboard").current_dir(folder).env("HOST", "127.0.0.1");
    let mut server = Server::spawn(&mut command, PORT, log)?;
    server.wait_for_port()?;
    Ok(server)
}
