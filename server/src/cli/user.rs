//! `wardround user`: accounts, from the machine that the server runs on.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::actions::set_up::{INVITATION_MS, link};
use clap::Subcommand;
use comfy_table::Cell;
use domain::id::DAY_MS;
use domain::{Action, Clock as _, Role, Timestamp};
use identity::secret::Secret;
use store::{Bounds, By, NewPerson, Person, Reader, Writer};

use super::{ConfigFile, DataDirectory, Ending, print, table};
use crate::clock::SystemClock;
use crate::config;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    data: DataDirectory,
    #[command(flatten)]
    config: ConfigFile,
    /// How browsers reach the server, for the links that are printed.
    #[arg(long, global = true, value_name = "URL", default_value = "http://127.0.0.1:3000")]
    address: String,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add somebody, and print the link at which they set a password.
    Add {
        /// What they sign in with.
        name: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// List all accounts.
    List,
    /// Print a new link for somebody who lost theirs, or their password.
    Invite {
        /// What they sign in with.
        name: String,
    },
    /// Change what somebody is here for; they are signed out everywhere.
    Role {
        /// What they sign in with.
        name: String,
        #[command(flatten)]
        rights: Rights,
    },
    /// Take a second factor away; the next sign-in sets up a new one.
    ResetSecondFactor {
        /// What they sign in with.
        name: String,
    },
    /// End an account with its sessions and tokens; its history stays.
    End {
        /// What they sign in with.
        name: String,
    },
    /// Make an API token for a program and print it, once.
    Token {
        /// Who answers for it.
        name: String,
        /// What it is for.
        #[arg(long = "for", value_name = "WORDS")]
        purpose: String,
        /// What it may do, as long as its person may; may be given several times.
        #[arg(long, value_name = "SCOPE", value_parser = scope, required = true)]
        scope: Vec<Action>,
        /// Days that it lasts, 1 to 365.
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=365), default_value = "90")]
        days: i64,
    },
}

#[derive(Debug, clap::Args)]
struct Rights {
    /// executive, on-call, engineer, compliance, administrator or auditor.
    #[arg(long, value_parser = role)]
    role: Role,
    /// The last day of the account; auditors need one.
    #[arg(long, value_name = "DATE", value_parser = day)]
    ends: Option<Timestamp>,
    /// Auditors: the first day of the period that they look at.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Timestamp>,
    /// Auditors: the last day of that period.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Timestamp>,
}

fn role(text: &str) -> Result<Role, String> {
    let all = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("a role is one of {}", all()))
}

fn scope(text: &str) -> Result<Action, String> {
    let all = || Action::ALL.into_iter().filter(|it| it.for_tokens()).map(Action::as_str);
    Action::parse(text)
        .filter(|action| action.for_tokens())
        .ok_or_else(|| format!("a scope is one of {}", all().collect::<Vec<_>>().join(", ")))
}

fn day(text: &str) -> Result<Timestamp, String> {
    let wrong = || format!("a date is written year-month-day, such as 2026-11-25; not “{text}”");
    let date: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
    Ok(Timestamp(start.timestamp().as_millisecond()))
}

impl Rights {
    /// The bounds, checked: an auditor's account ends and looks at a period.
    fn bounds(&self) -> anyhow::Result<Bounds> {
        let after = |at: Option<Timestamp>| at.map(|at| at.plus(DAY_MS));
        let bounds = Bounds { ends: after(self.ends), from: self.from, to: after(self.to) };
        match bounds.of(self.role) {
            Ok(bounds) => Ok(bounds),
            Err(why) => bail!("{why} Give --ends, --from and --to."),
        }
    }
}

pub async fn run(arguments: Arguments) -> Ending {
    let Arguments { data, config, address, what } = arguments;
    let data = config::load_data(config.file.as_deref(), data.directory)?;
    let place = PathBuf::from(data.location());
    let (writer, reader) = store::open(&place)
        .await
        .with_context(|| format!("opening the database in {}", place.display()))?;
    let desk = Desk { writer, reader, by: By::system(SystemClock.now()), address };
    match what {
        What::Add { name, rights } => desk.add(name, &rights).await?,
        What::List => desk.list().await?,
        What::Invite { name } => desk.invite(&desk.find(&name).await?).await?,
        What::Role { name, rights } => {
            let person = desk.find(&name).await?;
            desk.writer.person_role(&desk.by, person.id, rights.role, rights.bounds()?).await?;
        }
        What::ResetSecondFactor { name } => {
            let person = desk.find(&name).await?;
            desk.writer.person_second_reset(&desk.by, person.id).await?;
        }
        What::End { name } => {
            let person = desk.find(&name).await?;
            desk.writer.person_end(&desk.by, person.id).await?;
        }
        What::Token { name, purpose, scope, days } => {
            desk.token(&desk.find(&name).await?, &purpose, &scope, days).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Where accounts are kept.
struct Desk {
    writer: Writer,
    reader: Reader,
    by: By,
    address: String,
}

impl Desk {
    async fn find(&self, name: &str) -> anyhow::Result<Person> {
        let person = self.reader.person_named(name).await?;
        match person.filter(|person| person.active(self.by.at)) {
            Some(person) => Ok(person),
            None => bail!("there is no active account {name:?}; `wardround user list` shows all"),
        }
    }

    async fn add(&self, name: String, rights: &Rights) -> anyhow::Result<()> {
        let bounds = rights.bounds()?;
        let new = NewPerson { name, role: rights.role, bounds, external: None, demo: false };
        let id = self.writer.person_add(&self.by, &new).await?;
        let person = self.reader.person_get(id).await?.context("the account vanished")?;
        self.invite(&person).await
    }

    async fn invite(&self, person: &Person) -> anyhow::Result<()> {
        let secret = Secret::invitation()?;
        let expires = self.by.at.plus(INVITATION_MS);
        self.writer.invitation_make(&self.by, person.id, &secret.digest(), expires).await?;
        eprintln!("{} sets a password within three days at", person.name);
        print(&format!("{}\n", link(&self.address, &secret)));
        Ok(())
    }

    async fn token(
        &self,
        person: &Person,
        purpose: &str,
        scopes: &[Action],
        days: i64,
    ) -> anyhow::Result<()> {
        if let Some(scope) = scopes.iter().find(|scope| !person.role.may(**scope)) {
            bail!("{} is {} and may not {}", person.name, person.role.title(), scope.sentence());
        }
        let secret = Secret::token()?;
        let expires = self.by.at.plus(days * DAY_MS);
        self.writer
            .token_make(&self.by, person.id, purpose, scopes, &secret.digest(), expires)
            .await?;
        print(&format!("{}\n", secret.reveal().as_str()));
        Ok(())
    }

    async fn list(&self) -> anyhow::Result<()> {
        let mut rows = table::with_head(["Name", "Role", "Second factor", "State"]);
        for person in self.reader.people().await? {
            let second = match (person.external, person.second.is_some()) {
                (true, _) => "the provider's",
                (false, true) => "yes",
                (false, false) => "not yet",
            };
            let state = match (person.ended, person.bounds.ends) {
                (Some(at), _) => format!("ended {}", at.rfc3339()),
                (None, Some(at)) => format!("until {}", at.rfc3339()),
                (None, None) => "active".to_owned(),
            };
            rows.add_row(
                [person.name, person.role.title().to_owned(), second.to_owned(), state]
                    .map(Cell::new),
            );
        }
        print(&format!("{rows}\n"));
        Ok(())
    }
}
