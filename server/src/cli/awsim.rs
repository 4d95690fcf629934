//! `wardround awsim`, and the flags that it shares with `wardround demo`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use awsim::{FaultScript, Options, Sim};

use super::Ending;
use crate::config::listen_address;
use crate::http;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to listen; loopback only. Port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen_address, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    #[command(flatten)]
    simulation: Simulation,
}

/// How to simulate.
#[derive(Debug, clap::Args)]
pub struct Simulation {
    /// Everything about the organisation follows from this number.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// About so many Security Hub findings, up to 1000000, instead of the natural some thousands.
    #[arg(long, value_name = "FINDINGS")]
    scale: Option<u64>,
    /// Wait so many milliseconds before every answer.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,
    /// Throttle this share of the calls, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    throttle: f64,
    /// A JSON list of faults, such as [{"service":"backup","region":"us-east-2","fault":"denied","times":5}].
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
}

fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a number from 0 to 1, such as 0.05".to_owned())
}

impl Simulation {
    /// Findings, where a number was given.
    pub fn findings(&self) -> Option<u64> {
        self.scale
    }

    /// For the simulation.
    pub fn options(&self) -> anyhow::Result<Options> {
        let defaults = Options::default();
        let faults = match &self.faults {
            None => FaultScript::default(),
            Some(file) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("reading {}", file.display()))?;
                FaultScript::parse(&text).with_context(|| file.display().to_string())?
            }
        };
        Ok(Options {
            seed: self.seed.unwrap_or(defaults.seed),
            findings: self.scale,
            latency: Duration::from_millis(self.latency),
            throttle: self.throttle,
            faults,
            ..defaults
        })
    }
}

pub async fn run(arguments: Arguments) -> Ending {
    let sim = Sim::start(arguments.listen, arguments.simulation.options()?)
        .await
        .with_context(|| format!("listening on {}", arguments.listen))?;
    super::print(&format!("listening on http://{}\n", sim.address()));
    http::signalled().await;
    sim.stop().await;
    Ok(ExitCode::SUCCESS)
}
