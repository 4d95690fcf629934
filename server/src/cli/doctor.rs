//! `wardround doctor`.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use ::collect::{Check, CheckResult, Limits, Options, Session, caller_identity, doctor};
use domain::{Account, Organisation, Scope, Source, SourceError};
use futures::{StreamExt as _, stream};
use serde_json::json;

use super::{ConfigFile, DataDirectory, Ending, table};
use crate::clock::SystemClock;
use crate::config::{self, Data};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print every call, also those that work.
    #[arg(long)]
    all: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
}

/// How one thing that was checked is.
struct Line {
    what: String,
    place: String,
    call: String,
    standing: Standing,
    remedy: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Ok,
    Off,
    Failed,
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Off => "not enabled",
            Self::Failed => "FAILED",
        }
    }
}

/// Scopes that are tried at the same time.
const AT_ONCE: usize = 8;

pub async fn run(arguments: Arguments) -> Ending {
    let config = config::load(arguments.config.path())?;
    let mut lines = vec![Line {
        what: "configuration".to_owned(),
        place: arguments.config.path().display().to_string(),
        call: String::new(),
        standing: Standing::Ok,
        remedy: String::new(),
    }];
    lines.push(database(&config.data.or_directory(arguments.data.directory)));
    let limits = Limits { in_flight: config.in_flight, ..Limits::default() };
    let session = Session::new(Options { limits, ..Options::default() }).await;
    for account in &config.organisation.accounts {
        lines.push(identity(&session, account).await);
    }
    lines.extend(calls(&session, &config.organisation).await);
    let failed = lines.iter().filter(|line| line.standing == Standing::Failed).count();
    let off = lines.iter().filter(|line| line.standing == Standing::Off).count();
    let total = lines.len();
    lines.retain(|line| arguments.all || line.standing != Standing::Ok || line.call.is_empty());
    if arguments.json {
        print_json(&lines);
    } else {
        print_table(&lines);
        super::print(&format!("{total} checked, {failed} failed, {off} not enabled\n"));
    }
    Ok(if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Looks at the database without changing it.
fn database(data: &Data) -> Line {
    let file = data.file();
    let (standing, remedy) = match look_at(&file) {
        Ok(remark) => (Standing::Ok, remark.to_owned()),
        Err(error) => (Standing::Failed, error.to_string()),
    };
    Line {
        what: "database".to_owned(),
        place: file.display().to_string(),
        call: String::new(),
        standing,
        remedy,
    }
}

fn look_at(file: &Path) -> std::io::Result<&'static str> {
    if !file.exists() {
        return Ok("will be made at the first start");
    }
    let mut head = [0; 16];
    std::fs::OpenOptions::new().read(true).write(true).open(file)?.read_exact(&mut head)?;
    if head == *b"SQLite format 3\0" {
        return Ok("");
    }
    Err(std::io::Error::other("this is not a SQLite database"))
}

/// Whether the credentials belong to the account, or its role can be assumed.
async fn identity(session: &Session, account: &Account) -> Line {
    let (standing, remedy) = match caller_identity(session, account).await {
        Ok(found) if found == account.id => (Standing::Ok, String::new()),
        Ok(found) => (Standing::Failed, format!("the credentials belong to account {found}")),
        Err(error) => (Standing::Failed, remedy(&error)),
    };
    Line {
        what: "credentials".to_owned(),
        place: format!("{} ({})", account.name, account.id),
        call: String::new(),
        standing,
        remedy,
    }
}

async fn calls(session: &Session, organisation: &Organisation) -> Vec<Line> {
    let scopes: Vec<(&Account, Scope)> = organisation
        .accounts
        .iter()
        .flat_map(|account| {
            account.regions.iter().flat_map(move |region| {
                Source::ALL.map(|source| {
                    let (account_id, region) = (account.id.clone(), region.clone());
                    (account, Scope { source, account: account_id, region })
                })
            })
        })
        .collect();
    // In order, however they end.
    stream::iter(scopes)
        .map(|(account, scope)| async move {
            let checks = doctor(session, account, &scope.region, scope.source, &SystemClock).await;
            checks.iter().map(|check| line(account, &scope, check)).collect::<Vec<Line>>()
        })
        .buffered(AT_ONCE)
        .collect::<Vec<Vec<Line>>>()
        .await
        .into_iter()
        .flatten()
        .collect()
}

fn line(account: &Account, scope: &Scope, check: &Check) -> Line {
    let (standing, remedy) = match &check.result {
        CheckResult::Ok => (Standing::Ok, String::new()),
        CheckResult::NotEnabled => {
            (Standing::Off, format!("{} is not enabled here", scope.source.title()))
        }
        CheckResult::Failed(error) => (Standing::Failed, remedy(error)),
    };
    Line {
        what: scope.source.title().to_owned(),
        place: format!("{} {}", account.name, scope.region),
        call: check.operation.name.to_owned(),
        standing,
        remedy,
    }
}

fn remedy(error: &SourceError) -> String {
    match &error.missing_action {
        Some(action) => format!("allow {action}"),
        None => format!("{} {}", error.class.sentence(), error.message).trim().to_owned(),
    }
}

fn print_table(lines: &[Line]) {
    let mut table = table::with_head(["What", "Where", "Call", "Standing", "What to do"]);
    for line in lines {
        table.add_row([
            line.what.as_str(),
            line.place.as_str(),
            line.call.as_str(),
            line.standing.word(),
            line.remedy.as_str(),
        ]);
    }
    super::print(&format!("{table}\n"));
}

fn print_json(lines: &[Line]) {
    let lines: Vec<serde_json::Value> = lines
        .iter()
        .map(|line| {
            json!({
                "what": line.what,
                "where": line.place,
                "call": line.call,
                "standing": line.standing.word().to_ascii_lowercase(),
                "what_to_do": line.remedy,
            })
        })
        .collect();
    super::print(&format!("{:#}\n", serde_json::Value::Array(lines)));
}
