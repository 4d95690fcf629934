//! `wardround collect`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use ::collect::{Options, Session};
use app::Mode;
use domain::{Organisation, ScopeState, ScopeStatus};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use store::{Run, Trigger};

use super::{ConfigFile, DataDirectory, Ending, limits, table};
use crate::clock::SystemClock;
use crate::premises::Premises;
use crate::round::{Order, Rounds};
use crate::serving::{self, Setting};
use crate::{config, http, schedule};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Go round once, print how it went, and exit with 1 if a source failed. Without this, rounds
    /// follow the schedule until the process is stopped.
    #[arg(long)]
    once: bool,
    /// Print JSON instead of a table.
    #[arg(long, requires = "once")]
    json: bool,
    /// Read everything again, also where only news would do.
    #[arg(long, requires = "once")]
    full: bool,
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

pub async fn run(arguments: Arguments) -> Ending {
    let config = config::load(arguments.config.path())?;
    let limits = limits::of(&config)?;
    let zone = config.organisation.time_zone.clone();
    let wired = serving::wire(Setting {
        organisation: config.organisation,
        intervals: config.intervals,
        data: config.data.or_directory(arguments.data.directory),
        session: Session::new(Options { limits, ..Options::default() }).await,
        clock: Arc::new(SystemClock),
        wall: Arc::new(SystemClock),
        mode: Mode::Serve,
        telemetry: config.telemetry,
        premises: Premises::at(([127, 0, 0, 1], 0).into()),
        // Nobody is told by a command that ends.
        alerting: crate::config::Alerting::nobody(&zone),
        attack: None,
    })
    .await?;
    if !arguments.once {
        let task = tokio::spawn(schedule::run(wired.rounds, wired.wakes, wired.stopping));
        http::signalled().await;
        // An error means that the task has ended already.
        let _ = wired.stop.send(true);
        task.await?;
        return Ok(ExitCode::SUCCESS);
    }
    let order = Order { full: arguments.full, ..Order::all(Trigger::Command) };
    let rounds = wired.rounds;
    let run = tokio::select! {
        run = with_progress(&rounds, &order) => run?,
        () = http::signalled() => anyhow::bail!("interrupted; the next round completes it"),
    };
    let statuses = rounds.reader.scope_statuses().await?;
    if arguments.json {
        let answer = json!({ "run": run, "scopes": statuses });
        super::print(&format!("{answer:#}\n"));
    } else {
        print_table(&rounds.organisation, &statuses, run.as_ref());
    }
    let failed = statuses
        .iter()
        .any(|status| matches!(status.state, ScopeState::Failed | ScopeState::Partial));
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Shows how far the round is; on anything but a terminal nothing is drawn.
async fn with_progress(rounds: &Arc<Rounds>, order: &Order) -> anyhow::Result<Option<Run>> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
        "{spinner} {msg} {bar:30} {pos} of {len}, {elapsed}",
    )?);
    bar.enable_steady_tick(Duration::from_millis(120));
    let mut progress = rounds.progress.subscribe();
    let going = rounds.go(order);
    tokio::pin!(going);
    let ended = loop {
        tokio::select! {
            ended = &mut going => break ended,
            Ok(()) = progress.changed() => {
                let now = progress.borrow_and_update();
                bar.set_length(now.total);
                bar.set_position(now.done);
                bar.set_message(now.phase.clone());
            }
        }
    };
    bar.finish_and_clear();
    Ok(ended?)
}

fn print_table(organisation: &Organisation, statuses: &[ScopeStatus], run: Option<&Run>) {
    let mut table = table::with_head([
        "Source",
        "Account",
        "Region",
        "State",
        "Items",
        "Calls",
        "Error",
        "Missing permission",
    ]);
    for status in statuses {
        let errors: Vec<String> = status
            .errors()
            .map(|error| format!("{}: {}", error.operation, error.class.sentence()))
            .collect();
        let mut missing: Vec<&str> =
            status.errors().filter_map(|error| error.missing_action.as_deref()).collect();
        missing.sort_unstable();
        missing.dedup();
        let scope = &status.scope;
        table.add_row([
            scope.source.title().to_owned(),
            organisation.account_name(&scope.account).to_owned(),
            scope.region.to_string(),
            status.state.as_str().to_owned(),
            status.items.to_string(),
            status.calls.to_string(),
            errors.join("\n"),
            missing.join("\n"),
        ]);
    }
    super::print(&format!("{table}\n"));
    if let Some(run) = run {
        super::print(&format!(
            "round {}: {} visited, {} failed, {} findings new, {} changed\n",
            run.id, run.scopes_done, run.failed, run.findings_new, run.findings_changed
        ));
    }
}
