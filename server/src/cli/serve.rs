//! `wardround serve`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use ::collect::{Options, Session};
use anyhow::bail;
use app::Mode;

use super::{ConfigFile, DataDirectory, Ending, limits};
use crate::clock::SystemClock;
use crate::config::{self, Front, listen_address};
use crate::premises::{self, Premises};
use crate::serving::{self, Setting, Wired};
use crate::{http, lock, schedule, tls, upkeep};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where to serve; goes before the configuration. Port 0 takes any free one.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

pub async fn run(arguments: Arguments) -> Ending {
    let config = config::load(arguments.config.path())?;
    let limits = limits::of(&config)?;
    let listen = arguments.listen.unwrap_or(config.front.listen);
    let front = Front { listen, ..config.front };
    if let Some((key, why)) = front.fault() {
        bail!("server.{key}: {why}");
    }
    let data = config.data.or_directory(arguments.data.directory);
    let tls = match &front.tls {
        Some(files) => Some((files.clone(), tls::read(files).await?)),
        None => None,
    };
    let listener = http::bind(listen).await?;
    let _held = lock::take(&data, "start a second one")?;
    let Wired { rounds, wakes, shared, upkeep, measure, engine, stopping, stop } =
        serving::wire(Setting {
            organisation: config.organisation,
            intervals: config.intervals,
            data,
            session: Session::new(Options { limits, ..Options::default() }).await,
            clock: Arc::new(SystemClock),
            wall: Arc::new(SystemClock),
            mode: Mode::Serve,
            premises: Premises {
                local: listener.local_addr()?,
                front,
                anchors: config.anchors,
                backups: config.backups,
                openid: config.openid,
                runbooks: config.runbooks,
            },
            telemetry: config.telemetry,
            alerting: config.alerting,
            attack: None,
        })
        .await?;
    if let Some(link) = premises::first_link(&shared.app).await? {
        eprintln!("nobody can sign in yet; the first administrator sets a password at\n{link}");
    }
    let task = Box::pin(async move {
        let upkeep = upkeep::run(upkeep, stopping.clone());
        let measured = measure.run(stopping.clone());
        let told = engine.run(stopping.clone());
        tokio::join!(schedule::run(rounds, wakes, stopping), upkeep, measured, told);
    });
    serving::until_signalled(listener, tls, shared, stop, task).await?;
    Ok(ExitCode::SUCCESS)
}
