//! `wardround serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use ::collect::{Options, Session};
use app::Mode;

use super::{ConfigFile, DataDirectory, Ending, limits};
use crate::clock::SystemClock;
use crate::config::{self, listen_address};
use crate::serving::{self, Setting, Wired};
use crate::{http, schedule};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to serve; loopback only, because sign-in does not exist yet. Port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

pub async fn run(arguments: Arguments) -> Ending {
    let config = config::load(arguments.config.path())?;
    let listener = http::bind(arguments.listen.unwrap_or(config.listen)).await?;
    let limits = limits::of(&config)?;
    let Wired { rounds, wakes, shared, stopping, stop } = serving::wire(Setting {
        organisation: config.organisation,
        intervals: config.intervals,
        data: config.data.or_directory(arguments.data.directory),
        session: Session::new(Options { limits, ..Options::default() }).await,
        clock: Arc::new(SystemClock),
        mode: Mode::Serve,
    })
    .await?;
    let task = schedule::run(rounds, wakes, stopping);
    serving::until_signalled(listener, shared, stop, task).await?;
    Ok(ExitCode::SUCCESS)
}
