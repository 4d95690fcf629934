//! The command line: one file for each command.

mod audit;
mod awsim;
mod backup;
mod collect;
mod completions;
mod config;
mod demo;
mod doctor;
mod iam_policy;
mod limits;
mod log;
mod migrate;
mod restore;
mod serve;
mod table;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::config::{DEFAULT_FILE, Problems};

/// Continuous HIPAA compliance for AWS: visits your accounts on a schedule, asks Security Hub, AWS
/// Config, GuardDuty, AWS Backup and CloudTrail how things stand, judges the answers, and shows the
/// result.
#[derive(Debug, Parser)]
#[command(
    name = "wardround",
    version,
    propagate_version = true,
    after_help = "Without an AWS account: wardround demo\n\
                  With one: wardround config example > wardround.toml, fill it in, then\n\
                  wardround doctor, and wardround serve.\n\n\
                  Credentials are found by the AWS SDK (instance role, AWS_PROFILE, SSO, …) and are\n\
                  never read from the configuration. WARDROUND_LOG sets what is logged."
)]
pub struct Cli {
    /// How to write the log, which goes to standard error.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log: log::Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboards and visit the configured accounts on schedule.
    Serve(serve::Arguments),
    /// Show the product with a simulated organisation: no AWS account, no configuration.
    Demo(demo::Arguments),
    /// Visit the configured accounts without serving dashboards.
    Collect(collect::Arguments),
    /// Check configuration, database and every AWS call that will be made, and say what is missing.
    Doctor(doctor::Arguments),
    /// Print the IAM policy that reading an account needs, and no more.
    IamPolicy(iam_policy::Arguments),
    /// Run the simulated AWS alone, for tests of your own.
    Awsim(awsim::Arguments),
    /// Add people, change their roles, make tokens for programs.
    User(user::Arguments),
    /// Take the audit log away, and prove what was taken.
    Audit(audit::Arguments),
    /// Copy Wardround's own data, encrypted, and verify the copy.
    Backup(backup::Arguments),
    /// Put such a copy in the place of the data.
    Restore(restore::Arguments),
    /// Bring the database to this version's schema, after copying it.
    Migrate(migrate::Arguments),
    /// Work with the configuration.
    Config(config::Arguments),
    /// Print shell completions.
    Completions(completions::Arguments),
}

/// Where the configuration is.
#[derive(Debug, Args)]
struct ConfigFile {
    /// The configuration; ./wardround.toml unless told.
    #[arg(long = "config", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl ConfigFile {
    fn path(&self) -> &Path {
        self.file.as_deref().unwrap_or(Path::new(DEFAULT_FILE))
    }
}

/// Where the data is.
#[derive(Debug, Args)]
struct DataDirectory {
    /// The folder for the database and its copies; goes before the configuration.
    #[arg(long = "data", value_name = "DIR")]
    directory: Option<PathBuf>,
}

/// Writes to standard output. Whoever closed the pipe does not want the rest.
fn print(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// How a command ended when it did not fail outright.
type Ending = anyhow::Result<ExitCode>;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log::start(cli.log);
    log::panics_without_their_text();
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("wardround: starting: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(run(cli.command));
    // Nothing that still sleeps somewhere may hold the process up.
    runtime.shutdown_background();
    ended.unwrap_or_else(|error| {
        if error.is::<Problems>() {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
        eprintln!("wardround: {error:#}");
        ExitCode::FAILURE
    })
}

/// The Security Hub SDK parses findings with deep frames: the usual two mebibytes are not enough
/// without optimisation.
const STACK: usize = 8 << 20;

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()
}

async fn run(command: Command) -> Ending {
    match command {
        Command::Serve(arguments) => serve::run(arguments).await,
        Command::Demo(arguments) => demo::run(arguments).await,
        Command::Collect(arguments) => collect::run(arguments).await,
        Command::Doctor(arguments) => doctor::run(arguments).await,
        Command::IamPolicy(arguments) => iam_policy::run(&arguments),
        Command::Awsim(arguments) => awsim::run(arguments).await,
        Command::User(arguments) => user::run(arguments).await,
        Command::Audit(arguments) => audit::run(arguments).await,
        Command::Backup(arguments) => backup::run(arguments).await,
        Command::Restore(arguments) => restore::run(arguments).await,
        Command::Migrate(arguments) => migrate::run(arguments).await,
        Command::Config(arguments) => Ok(config::run(&arguments)),
        Command::Completions(arguments) => Ok(completions::run(&arguments)),
    }
}
