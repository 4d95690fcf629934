//! `wardround.toml` and the `WARDROUND_…` variables.
//!
//! Everything is read before anything is refused, so that an operator sees all problems at once.

mod access;
mod alerting;
mod document;
mod example;
mod keys;
mod problem;
mod read;
mod shape;
mod telemetry;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::{Account, Goal, Organisation, Policy, Source};

pub use access::{Backups, Front, OpenId, Target, Tls};
pub use alerting::{Alerting, ChannelKind, ContactSetting};
pub use example::example;
pub use problem::{Place, Problem, Problems};
pub use telemetry::Telemetry;

use document::{Document, Table};
use read::Reader;

/// Where the configuration is looked for unless the operator names another file.
pub const DEFAULT_FILE: &str = "wardround.toml";

/// The configuration, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Who is watched.
    pub organisation: Organisation,
    /// How often.
    pub intervals: Intervals,
    /// Where the dashboards are, and how the connection is protected.
    pub front: Front,
    /// Witnesses of the audit log.
    pub anchors: Vec<Target>,
    /// Copies of our own data, if they are wanted.
    pub backups: Option<Backups>,
    /// A provider that signs people in.
    pub openid: Option<OpenId>,
    /// What is expected of telemetry, and what is taken out of it.
    pub telemetry: Telemetry,
    /// Who is told of alerts, and how.
    pub alerting: Alerting,
    /// What is kept, and where.
    pub data: Data,
    /// The folder with runbooks of the operator, if there is one.
    pub runbooks: Option<PathBuf>,
    /// API calls that are under way at the same time.
    pub in_flight: usize,
    /// No rate limits; only against a simulator on this machine.
    pub unlimited: bool,
}

/// Milliseconds between visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intervals {
    /// Security Hub.
    pub securityhub: i64,
    /// AWS Config.
    pub config: i64,
    /// GuardDuty.
    pub guardduty: i64,
    /// AWS Backup.
    pub backup: i64,
    /// CloudTrail.
    pub cloudtrail: i64,
}

impl Intervals {
    /// The interval of a source, in milliseconds.
    pub fn of(&self, source: Source) -> i64 {
        match source {
            Source::SecurityHub => self.securityhub,
            Source::Config => self.config,
            Source::GuardDuty => self.guardduty,
            Source::Backup => self.backup,
            Source::CloudTrail => self.cloudtrail,
        }
    }

    /// The same for all sources.
    pub fn all(ms: i64) -> Self {
        Self { securityhub: ms, config: ms, guardduty: ms, backup: ms, cloudtrail: ms }
    }
}

/// Where data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The folder of the database and its copies.
    pub directory: PathBuf,
    /// The database file, where it lies elsewhere.
    pub database: Option<PathBuf>,
}

impl Data {
    /// Data in a folder.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), database: None }
    }

    /// What the store opens: the file that was named, else the folder.
    pub fn location(&self) -> &Path {
        self.database.as_deref().unwrap_or(&self.directory)
    }

    /// The database file.
    pub fn file(&self) -> PathBuf {
        self.database.clone().unwrap_or_else(|| self.directory.join(store::open::FILE))
    }

    /// Puts the folder that the command line names before the configured one.
    pub fn or_directory(self, directory: Option<PathBuf>) -> Self {
        directory.map_or(self, Self::at)
    }
}

/// Reads a file and the environment of this process.
pub fn load(file: &Path) -> Result<Config, Problems> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(text) => parse(&name, &text, variables),
        Err(error) => Err(unreadable(name, &error)),
    }
}

/// Where the data lies, for commands that need nothing else: a configuration may be absent, but
/// not broken.
pub fn load_data(file: Option<&Path>, directory: Option<PathBuf>) -> Result<Data, Problems> {
    let data = load_part(file, |config| config.data, data)?;
    Ok(data.or_directory(directory))
}

/// How copies are made, for a command that needs nothing else.
pub fn load_backups(file: Option<&Path>) -> Result<Option<Backups>, Problems> {
    load_part(file, |config| config.backups, |it, problems| Some(access::backups(it, problems)))
}

/// One part: of the whole configuration if there is one, else of the variables alone.
fn load_part<T>(
    file: Option<&Path>,
    of: impl Fn(Config) -> T,
    alone: impl Fn(&Document, &mut Vec<Problem>) -> Option<T>,
) -> Result<T, Problems> {
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    if file.is_some() || path.exists() {
        return load(path).map(of);
    }
    let mut document = Document::default();
    document.override_with(
        std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }),
    );
    let mut problems = std::mem::take(&mut document.problems);
    match alone(&document, &mut problems) {
        Some(part) if problems.is_empty() => Ok(part),
        _ => Err(Problems { file: path.display().to_string(), problems }),
    }
}

fn unreadable(file: String, error: &std::io::Error) -> Problems {
    let message = if error.kind() == std::io::ErrorKind::NotFound {
        format!(
            "there is no such file; `wardround config example > {file}` writes one to fill in, \
             and `wardround demo` needs none"
        )
    } else {
        format!("cannot be read: {error}")
    };
    Problems { file, problems: vec![Problem { place: Place::File, key: String::new(), message }] }
}

/// Reads a configuration.
///
/// `file` is the name in messages. Unknown keys and variables, wrong values and missing keys are
/// refused, all at once and in the order of the file.
pub fn parse(
    file: &str,
    text: &str,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Problems> {
    let mut document = Document::parse(text);
    document.override_with(variables);
    let mut problems = std::mem::take(&mut document.problems);
    let config = config(&document, &mut problems);
    match config {
        Some(config) if problems.is_empty() => Ok(config),
        _ => {
            problems.sort();
            Err(Problems { file: file.to_owned(), problems })
        }
    }
}

/// Every part is read, also after another one failed: each adds its own problems.
fn config(document: &Document, problems: &mut Vec<Problem>) -> Option<Config> {
    let organisation = organisation(document, problems);
    let intervals = intervals(document, problems);
    let front = access::front(document, problems);
    let anchors = Reader::of("audit", document, problems)?.get("anchors", read::anchors);
    let backups = access::backups(document, problems);
    let openid = access::openid(document, problems);
    let telemetry = telemetry::telemetry(document, problems);
    let zone = organisation.as_ref().map_or("UTC", |it| it.time_zone.as_str());
    let alerting = alerting::alerting(document, zone, problems);
    let data = data(document, problems);
    let runbooks = Reader::of("runbooks", document, problems)?.get("directory", read::path);
    let mut limits = Reader::of("limits", document, problems)?;
    let in_flight = limits.get("in_flight", read::count);
    let unlimited = limits.get("unlimited", read::flag);
    Some(Config {
        organisation: organisation?,
        intervals: intervals?,
        front: front?,
        anchors: anchors.unwrap_or_default(),
        backups,
        openid,
        telemetry: telemetry?,
        alerting: alerting?,
        data: data?,
        runbooks,
        in_flight: in_flight?,
        unlimited: unlimited?,
    })
}

fn organisation(document: &Document, problems: &mut Vec<Problem>) -> Option<Organisation> {
    let accounts = accounts(document, problems);
    let dedicated_tenancy =
        Reader::of("policy", document, problems)?.get("dedicated_tenancy", read::flag);
    let mut reader = Reader::of("organisation", document, problems)?;
    let name = reader.get("name", read::text);
    let time_zone = reader.get("time_zone", read::zone);
    let goal = reader.get("goal", read::percent);
    Some(Organisation {
        name: name?,
        time_zone: time_zone?,
        goal: Goal(goal?),
        accounts: accounts?,
        policy: Policy { dedicated_tenancy: dedicated_tenancy? },
    })
}

fn accounts(document: &Document, problems: &mut Vec<Problem>) -> Option<Vec<Account>> {
    let tables = document.tables.get("account").map_or(&[][..], Vec::as_slice);
    if tables.is_empty() {
        problems.push(Problem {
            place: Place::File,
            key: "account".to_owned(),
            message: "no account is named; write at least one [[account]] block".to_owned(),
        });
        return None;
    }
    let read: Vec<Option<Account>> = tables.iter().map(|table| account(table, problems)).collect();
    for (index, account) in read.iter().enumerate() {
        let Some(account) = account else { continue };
        if read.iter().take(index).flatten().any(|earlier| earlier.id == account.id)
            && let Some(mut reader) = Reader::at("account", &tables[index], problems)
        {
            reader.wrong("id", format!("the account {} is named twice", account.id));
        }
    }
    read.into_iter().collect()
}

fn account(table: &Table, problems: &mut Vec<Problem>) -> Option<Account> {
    let mut reader = Reader::at("account", table, problems)?;
    let id = reader.get("id", read::account);
    let name = reader.get("name", read::text);
    let role_arn = reader.get("role_arn", read::role);
    let external_id = reader.get("external_id", read::external_id);
    let regions = reader.get("regions", read::regions);
    let phi = reader.get("phi", read::flag);
    if let (Some(id), Some(role)) = (&id, &role_arn)
        && read::account_of_role(role) != id
    {
        let named = read::account_of_role(role);
        reader.wrong("role_arn", format!("this role is in account {named}, but id says {id}"));
    }
    if external_id.is_some() && !table.values.contains_key("role_arn") {
        reader.wrong("external_id", "an external id does nothing without role_arn");
    }
    Some(Account {
        id: id?.into(),
        name: name?,
        role_arn,
        external_id,
        regions: regions?.into_iter().map(Into::into).collect(),
        phi: phi?,
    })
}

fn intervals(document: &Document, problems: &mut Vec<Problem>) -> Option<Intervals> {
    let mut reader = Reader::of("intervals", document, problems)?;
    let [securityhub, config, guardduty, backup, cloudtrail] =
        Source::ALL.map(|source| reader.get(source.as_str(), read::span));
    Some(Intervals {
        securityhub: securityhub?,
        config: config?,
        guardduty: guardduty?,
        backup: backup?,
        cloudtrail: cloudtrail?,
    })
}

fn data(document: &Document, problems: &mut Vec<Problem>) -> Option<Data> {
    let mut reader = Reader::of("data", document, problems)?;
    let directory = reader.get("directory", read::path);
    let database = reader.get("database", read::database);
    Some(Data { directory: directory?, database })
}

/// Reads the address of `--listen`.
pub fn listen_address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("write ADDRESS:PORT, {}", keys::Shape::Listen.allowed());
    read::address(text).ok_or_else(wrong)
}

/// Reads the address of the demonstration: its doors have no keys, so only loopback is taken.
pub fn loopback_address(text: &str) -> Result<SocketAddr, String> {
    let address = listen_address(text)?;
    if address.ip().is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "refusing to listen on {address}: whoever reaches the demonstration may enter as anybody. \
         Listen on 127.0.0.1 or [::1], and reach it from elsewhere through a tunnel such as \
         `ssh -L 3000:127.0.0.1:3000 HOST`"
    ))
}
