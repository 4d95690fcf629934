//! `wardround demo`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use ::awsim::Sim;
use app::Mode;
use domain::Clock;
use tokio::sync::watch;

use super::awsim::Simulation;
use super::{DataDirectory, Ending};
use crate::clock::{DemoClock, SystemClock};
use crate::config::{Data, Telemetry, loopback_address};
use crate::measure::Measure;
use crate::premises::Premises;
use crate::round::Rounds;
use crate::serving::{self, Setting, Wired};
use crate::simulated::attack;
use crate::simulated::clinic::Clinic;
use crate::simulated::pager::Pager;
use crate::{http, lock, schedule, simulated, upkeep};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to serve; loopback only. Port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = loopback_address, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Keep the demonstration's data in this folder; a new one for each start unless told.
    /// Nothing is written anywhere else.
    #[command(flatten)]
    data: DataDirectory,
    /// Minutes between rounds, 1 to 1440; two unless told, thirty for a large organisation.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=1_440))]
    interval: Option<u32>,
    /// Begin today instead of replaying ninety days first.
    #[arg(long)]
    no_history: bool,
    /// Visit a simulated AWS that runs already (`wardround awsim`) instead of one of our own; it
    /// knows no past.
    #[arg(long, value_name = "URL", conflicts_with_all = ["seed", "scale", "latency", "throttle", "faults"])]
    simulator: Option<String>,
    #[command(flatten)]
    simulation: Simulation,
}

pub async fn run(arguments: Arguments) -> Ending {
    let listener = http::bind(arguments.listen).await?;
    let passing = match &arguments.data.directory {
        Some(_) => None,
        None => Some(Passing::make()?),
    };
    let directory = passing
        .as_ref()
        .map(|passing| passing.0.clone())
        .or(arguments.data.directory)
        .unwrap_or_default();
    eprintln!("the demonstration's data lie in {}", directory.display());
    let sim = match &arguments.simulator {
        Some(_) => None,
        None => Some(simulated::start(arguments.simulation.options()?).await?),
    };
    let endpoint = match (&sim, arguments.simulator) {
        (Some(sim), _) => format!("http://{}", sim.address()),
        (None, address) => address.unwrap_or_default(),
    };
    let clock = Arc::new(DemoClock::default());
    let local = listener.local_addr()?;
    let data = Data::at(directory);
    let (ask_attack, attacks) = tokio::sync::mpsc::channel(1);
    let pager = Pager::start(&data).await?;
    let _held = lock::take(&data, "start a second one")?;
    let Wired { rounds, wakes, shared, upkeep, measure, engine, stopping, stop } =
        serving::wire(Setting {
            organisation: simulated::organisation(),
            intervals: simulated::intervals(arguments.interval, arguments.simulation.findings()),
            data,
            session: simulated::session(endpoint).await,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            wall: Arc::new(SystemClock),
            mode: Mode::Demo,
            premises: Premises::at(local),
            telemetry: Telemetry::default(),
            alerting: pager.alerting()?,
            attack: sim.is_some().then_some(ask_attack),
        })
        .await?;
    let kept = upkeep::run(upkeep, stopping.clone());
    let address = format!("http://{local}");
    let address_of_events = address.clone();
    let state = shared.app.clone();
    let rounds = async move {
        let mut measure = measure;
        let mut clinic = match Clinic::open(&state, address).await {
            Ok(clinic) => Some(clinic),
            Err(error) => {
                tracing::error!(%error, "the simulated clinic cannot send");
                None
            }
        };
        if let Some(sim) = sim.as_ref().filter(|_| !arguments.no_history) {
            let mut past = Past { rounds: &rounds, sim, clock: &clock };
            past.replay(clinic.as_mut(), &mut measure, stopping.clone()).await;
        }
        let attacked =
            attack::run(sim.as_ref(), attacks, &state, address_of_events, stopping.clone());
        let clinic = async {
            if let Some(clinic) = clinic {
                clinic.present(stopping.clone()).await;
            }
        };
        let measured = measure.run(stopping.clone());
        let told = engine.run(stopping.clone());
        tokio::join!(
            schedule::run(rounds, wakes, stopping.clone()),
            measured,
            clinic,
            told,
            attacked
        );
        if let Some(sim) = sim {
            sim.stop().await;
        }
    };
    let task = Box::pin(async move {
        tokio::join!(rounds, kept);
    });
    let served = serving::until_signalled(listener, None, shared, stop, task).await;
    pager.stop();
    drop(passing);
    served?;
    Ok(ExitCode::SUCCESS)
}

/// What is shown of the time before the start.
struct Past<'a> {
    rounds: &'a Arc<Rounds>,
    sim: &'a Sim,
    clock: &'a DemoClock,
}

impl Past<'_> {
    /// Replays rounds and telemetry, once for each database, and puts the clocks right again.
    async fn replay(
        &mut self,
        clinic: Option<&mut Clinic>,
        measure: &mut Measure,
        mut stopping: watch::Receiver<bool>,
    ) {
        tokio::select! {
            replayed = self.all(clinic, measure) => {
                if let Err(error) = replayed {
                    tracing::error!(%error, "the past could not be replayed");
                }
            }
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => {}
        }
        simulated::catch_up(self.sim, self.clock);
    }

    async fn all(&self, clinic: Option<&mut Clinic>, measure: &mut Measure) -> anyhow::Result<()> {
        if self.rounds.reader.run_latest().await?.is_some() {
            return Ok(());
        }
        simulated::replay(self.rounds, self.sim, self.clock).await?;
        if let Some(clinic) = clinic {
            clinic.past(self.clock, measure).await?;
        }
        simulated::arrive(self.rounds, self.sim, self.clock).await
    }
}

/// A folder that goes with the process.
struct Passing(PathBuf);

impl Passing {
    fn make() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("wardround-demo-{}", std::process::id()));
        // Left over from a process that had the same number and was killed.
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "could not be removed");
        }
    }
}
