//! The log, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

/// How to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object on each line.
    Json,
}

/// Ours at information level, everything else only when it warns.
const USUAL: &str = "warn,app=info,awsim=info,collect=info,server=info,store=info";

/// Starts logging what `WARDROUND_LOG` names.
pub fn start(format: Format) {
    let wanted = std::env::var("WARDROUND_LOG").unwrap_or_default();
    let wanted = if wanted.trim().is_empty() { USUAL } else { wanted.as_str() };
    let (filter, wrong) = match EnvFilter::try_new(wanted) {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new(USUAL), Some(error)),
    };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        Format::Text => {
            log.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init()
        }
        Format::Json => log.json().try_init(),
    };
    if let Some(error) = wrong {
        tracing::warn!(%error, "WARDROUND_LOG cannot be read; such as `info` or `server=debug`");
    }
    if let Err(error) = started {
        eprintln!("wardround: no log: {error}");
    }
}

/// A panic says where it was and nothing of what it was about: the text it was working on may be
/// part of what it says.
pub fn panics_without_their_text() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("wardround: panicked at {place}");
    }));
}
