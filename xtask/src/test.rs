//! Every test, in the order in which a failure is cheapest to learn of.

mod browser;
mod fuzz;
mod generated;
mod python;
mod rust;
mod sources;

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use clap::ValueEnum;

use crate::workspace::Workspace;
use crate::{process, site, tools};

/// What `cargo xtask test` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Leave out the tests that need a browser.
    #[arg(long)]
    no_browser: bool,
    /// Run these steps alone; may be given several times.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

/// One step of the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// rustfmt changes nothing.
    Format,
    /// House rules that no linter knows: length of files, where raw markup may stand.
    Sources,
    /// The browser's half builds and keeps its byte budget.
    Site,
    /// clippy has nothing to say, for the machine and for the browser.
    Lints,
    /// The documentation builds without a warning.
    Docs,
    /// Unit and integration tests.
    Unit,
    /// The examples in the documentation.
    Examples,
    /// Files made from the code are up to date.
    Generated,
    /// A verifier of the audit log's format, written from its document alone, agrees with ours.
    Trail,
    /// The simulated AWS answers a client that we did not write.
    Boto3,
    /// The collectors ask a server that we did not write.
    Moto,
    /// OpenTelemetry's SDK for Python sends, and a pipeline asks whether to deploy.
    Otel,
    /// Receivers that we did not write take notices.
    Notify,
    /// Arbitrary bytes make nothing panic that reads the answers of others.
    Fuzz,
    /// The pages in a browser.
    Browser,
}

impl Step {
    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Runs the step; the answer is its closing line.
    fn run(self, workspace: &Workspace) -> Result<String> {
        match self {
            Self::Format => rust::format(workspace),
            Self::Sources => sources::check(workspace),
            Self::Site => site::run(workspace),
            Self::Lints => rust::lints(workspace),
            Self::Docs => rust::docs(workspace),
            Self::Unit => rust::unit(workspace),
            Self::Examples => rust::examples(workspace),
            Self::Generated => generated::check(workspace),
            Self::Trail => python::trail(workspace),
            Self::Boto3 => python::boto3(workspace),
            Self::Moto => python::moto(workspace),
            Self::Otel => python::otel(workspace),
            Self::Notify => python::notify(workspace),
            Self::Fuzz => fuzz::run(workspace),
            Self::Browser => browser::run(workspace),
        }
    }
}

/// How a step ended.
struct Done {
    step: Step,
    took: Duration,
    closing: Result<String>,
}

/// Runs the steps until one fails, and closes with a summary.
pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let chosen: Vec<Step> = Step::value_variants()
        .iter()
        .copied()
        .filter(|step| arguments.only.is_empty() || arguments.only.contains(step))
        .filter(|step| !(arguments.no_browser && *step == Step::Browser))
        .collect();
    missing_tools(&chosen)?;
    let mut done: Vec<Done> = Vec::new();
    for (index, step) in chosen.iter().enumerate() {
        println!("\n==> {} of {}: {}", index + 1, chosen.len(), step.name());
        let started = Instant::now();
        let closing = step.run(workspace);
        let failed = closing.is_err();
        done.push(Done { step: *step, took: started.elapsed(), closing });
        if failed {
            break;
        }
    }
    summarise(&done, &chosen, arguments.no_browser)
}

/// Learns of a missing tool now, and not after half an hour.
fn missing_tools(chosen: &[Step]) -> Result<()> {
    tools::c_compiler()?;
    let in_python = [Step::Trail, Step::Boto3, Step::Moto, Step::Otel, Step::Notify];
    if in_python.iter().any(|step| chosen.contains(step)) {
        tools::python()?;
    }
    if chosen.contains(&Step::Otel) {
        tools::curl()?;
    }
    if chosen.contains(&Step::Fuzz) {
        tools::cxx_compiler()?;
    }
    if chosen.contains(&Step::Browser) {
        tools::node()?;
        tools::chromium()?;
    }
    Ok(())
}

fn summarise(done: &[Done], chosen: &[Step], no_browser: bool) -> Result<()> {
    println!("\n==> summary");
    let mut failure = None;
    for Done { step, took, closing } in done {
        let (word, line) = match closing {
            Ok(line) => ("ok", line.clone()),
            Err(error) => {
                failure = Some(anyhow!("{} failed: {error:#}", step.name()));
                ("FAILED", format!("{error:#}"))
            }
        };
        println!("  {word:<8}{:<10}{:>7.1} s  {line}", step.name(), took.as_secs_f64());
    }
    for step in &chosen[done.len()..] {
        println!("  {:<8}{}", "not run", step.name());
    }
    if no_browser {
        println!("  {:<8}{}  LEFT OUT by --no-browser", "not run", Step::Browser.name());
    }
    failure.map_or(Ok(()), Err)
}

/// Runs a test runner with its output shown; the answer is the last line in which it counts tests.
fn runner(command: &mut std::process::Command) -> Result<String> {
    let counts = |line: &str| {
        ["tests run", "test result", " passed", "skipped"].iter().any(|word| line.contains(word))
    };
    let lines = process::watched(command, counts)?;
    Ok(lines.last().map_or_else(String::new, |line| line.trim().to_owned()))
}
