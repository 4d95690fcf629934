//! The product's commands as the figures need them, and the databases that they are measured on.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::client::Client;
use super::processes::{Server, free_port, timed};
use super::session;
use crate::process;
use crate::workspace::Workspace;

/// The simulated organisation as an operator would write it into the configuration. Intervals are
/// as long as can be: a round starts when the measurement wants one.
const CONFIGURATION: &str = include_str!("wardround.toml");

/// A simulator that listens on a loopback port accepts any credentials of this form.
const CREDENTIALS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIAMERIDIANVALLEY00"),
    ("AWS_SECRET_ACCESS_KEY", "awsim/does/not/verify/signatures/at/all/"),
    ("AWS_REGION", "us-east-1"),
];

/// A database is made anew before a round would be due by itself.
const FRESH_FOR: Duration = Duration::from_hours(12);

/// A session ends after a quarter of an hour in which nobody did anything.
const SIGNED_IN_FOR: Duration = Duration::from_mins(5);

/// A first round over a million findings takes minutes; this is the point of giving up.
const ROUND_WITHIN: Duration = Duration::from_mins(40);

/// The shipped executable and a folder to work in.
#[derive(Debug)]
pub struct Product {
    executable: PathBuf,
    /// Everything that the measurement writes, below cargo's target directory.
    pub folder: PathBuf,
    /// The repository's migrations, by content: a cached database belongs to one schema.
    schema: String,
}

impl Product {
    /// Finds the built product; `cargo xtask build` has run.
    pub fn find(workspace: &Workspace) -> Result<Self> {
        let name = format!("wardround{}", std::env::consts::EXE_SUFFIX);
        let executable = workspace.path("target/dist").join(name);
        if !executable.is_file() {
            bail!("{} is missing; build it with: cargo xtask build", workspace.shown(&executable));
        }
        let folder = workspace.target("bench");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("wardround.toml"), CONFIGURATION)?;
        let mut digest = Sha256::new();
        for file in workspace.files("migrations")? {
            digest.update(fs::read(&file)?);
        }
        let schema = hex::encode(digest.finalize())[..12].to_owned();
        Ok(Self { executable, folder, schema })
    }

    /// `wardround --version`
    pub fn version(&self) -> String {
        Command::new(&self.executable)
            .arg("--version")
            .output()
            .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
            .unwrap_or_default()
    }

    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.log"))
    }

    /// The simulator with so many findings, each answer delayed by so many milliseconds.
    pub fn awsim(&self, findings: u64, latency_ms: u64) -> Result<Server> {
        let port = free_port()?;
        let mut command = Command::new(&self.executable);
        command.args(["awsim", "--listen", &format!("127.0.0.1:{port}")]);
        command.args(["--scale", &findings.to_string()]);
        if latency_ms > 0 {
            command.args(["--latency", &latency_ms.to_string()]);
        }
        let mut server = Server::spawn(&mut command, port, &self.log("awsim"))?;
        server.wait_for_port()?;
        Ok(server)
    }

    /// A command that asks the simulator on a port; port 9 (discard) where nothing is to be asked.
    fn command(&self, verb: &str, data: &Path, simulator: u16) -> Command {
        self.configured("wardround.toml", verb, data, simulator)
    }

    /// The same with another configuration.
    fn configured(&self, file: &str, verb: &str, data: &Path, simulator: u16) -> Command {
        let mut command = Command::new(&self.executable);
        command.arg(verb);
        command.arg("--config").arg(self.folder.join(file));
        command.arg("--data").arg(data);
        command.envs(CREDENTIALS);
        command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{simulator}"));
        command.env("WARDROUND_UNLIMITED", "true");
        command
    }

    /// The dashboards over a data folder, not yet waited for, and somebody who is signed in.
    pub fn serve(&self, data: &Path, simulator: u16) -> Result<Dashboards> {
        let session = self.session(data)?;
        Ok(Dashboards { server: self.spawn(data, simulator)?, session })
    }

    fn spawn(&self, data: &Path, simulator: u16) -> Result<Server> {
        self.spawn_configured("wardround.toml", data, simulator)
    }

    fn spawn_configured(&self, file: &str, data: &Path, simulator: u16) -> Result<Server> {
        let port = free_port()?;
        let mut command = self.configured(file, "serve", data, simulator);
        command.args(["--listen", &format!("127.0.0.1:{port}")]);
        Server::spawn(&mut command, port, &self.log("serve"))
    }

    /// The dashboards over a data folder with nobody to ask, which tell a webhook on a port of this
    /// machine of pages and tickets.
    pub fn serve_telling(&self, data: &Path, webhook: u16) -> Result<Dashboards> {
        const FILE: &str = "telling.toml";
        let secret = self.folder.join("webhook-secret");
        fs::write(&secret, format!("whsec_{}", data_encoding::BASE64.encode(&[7; 32])))?;
        let contact = format!(
            "\n[alerting]\nteam = [\"Receiver\"]\n\n[reach]\nallow = [\"127.0.0.1\"]\n\n\
             [[contact]]\nname = \"Receiver\"\nkind = \"webhook\"\n\
             url = \"http://127.0.0.1:{webhook}/\"\nsecret_file = \"{}\"\n\n\
             [[escalation]]\nwait = \"0m\"\ncontacts = [\"Receiver\"]\n",
            secret.display()
        );
        fs::write(self.folder.join(FILE), format!("{CONFIGURATION}{contact}"))?;
        let session = self.session(data)?;
        let mut server = self.spawn_configured(FILE, data, 9)?;
        server.wait_for_port()?;
        let dashboards = Dashboards { server, session };
        wait_until_idle(&dashboards.client())?;
        Ok(dashboards)
    }

    /// The dashboards over a data folder with nobody to ask, ready and at rest.
    pub fn serve_at_rest(&self, data: &Path) -> Result<Dashboards> {
        let mut dashboards = self.serve(data, 9)?;
        dashboards.server.wait_for_port()?;
        wait_until_idle(&dashboards.client())?;
        Ok(dashboards)
    }

    /// The cookie of a session in this database: the one of a moment ago, or a new one.
    fn session(&self, data: &Path) -> Result<String> {
        fs::create_dir_all(data)?;
        let kept = data.join("session");
        let known = fs::metadata(&kept).and_then(|found| found.modified());
        if known.is_ok_and(|made| age(made) < SIGNED_IN_FOR) {
            return Ok(fs::read_to_string(&kept)?);
        }
        let mut server = self.spawn(data, 9)?;
        server.wait_for_port()?;
        let cookie = session::sign_in(&self.executable, data, &server.base(), now_ms())?;
        fs::write(&kept, &cookie)?;
        Ok(cookie)
    }

    /// One round into a data folder; the answer is how many seconds the command took.
    ///
    /// The simulated organisation has gaps on purpose, so the command says that a source failed:
    /// what counts here is that the round ended.
    pub fn collect(&self, data: &Path, simulator: u16) -> Result<f64> {
        let log = self.log("collect");
        let mut command = self.command("collect", data, simulator);
        command.args(["--once", "--json"]).stdin(Stdio::null()).stderr(File::create(&log)?);
        let started = Instant::now();
        let output = command.output().context("starting wardround collect")?;
        let seconds = started.elapsed().as_secs_f64();
        let told = serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap_or_default();
        if told.pointer("/run/state").and_then(serde_json::Value::as_str) != Some("done") {
            let text = fs::read_to_string(&log).unwrap_or_default();
            bail!("collect ended with {} and no finished round:\n{text}", output.status);
        }
        Ok(seconds)
    }

    /// Makes an empty database with the product's schema.
    pub fn migrate(&self, data: &Path) -> Result<()> {
        let mut command = Command::new(&self.executable);
        command.arg("migrate").arg("--data").arg(data);
        timed(&mut command, &self.log("migrate")).map(|_| ())
    }

    /// A data folder with so many findings, collected from the simulator once and kept.
    pub fn database(&self, findings: u64) -> Result<PathBuf> {
        let data = self.folder.join(format!("data-{findings}-{}", self.schema));
        let done = data.join("made");
        let fresh = fs::metadata(&done)
            .and_then(|found| found.modified())
            .is_ok_and(|made| age(made) < FRESH_FOR);
        if !fresh {
            println!("bench: collecting a database of {findings} findings");
            empty(&data)?;
            let simulator = self.awsim(findings, 0)?;
            let seconds = self.collect(&data, simulator.port)?;
            println!("bench: collected in {seconds:.0} s");
            fs::write(&done, "")?;
        }
        Ok(data)
    }

    /// A copy of [`Product::database`] that may be written to.
    pub fn database_copy(&self, findings: u64, name: &str) -> Result<PathBuf> {
        let data = self.database(findings)?;
        let copy = self.folder.join(name);
        empty(&copy)?;
        for entry in fs::read_dir(&data)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), copy.join(entry.file_name()))?;
            }
        }
        Ok(copy)
    }
}

/// A server of ours, and somebody who is signed in there.
#[derive(Debug)]
pub struct Dashboards {
    pub server: Server,
    /// What their browser holds.
    pub session: String,
}

impl Dashboards {
    /// A client of theirs.
    pub fn client(&self) -> Client {
        Client::new(&self.server.base(), &self.session)
    }
}

/// What measures from inside, built with optimisation as the product is.
pub fn inside(workspace: &Workspace) -> Result<Command> {
    built(workspace, "inside")
}

/// What the product is measured against, built with optimisation as the product is.
pub fn bare(workspace: &Workspace) -> Result<Command> {
    built(workspace, "bare")
}

fn built(workspace: &Workspace, package: &str) -> Result<Command> {
    process::run(workspace.cargo().args(["build", "--quiet", "--release", "--package", package]))?;
    let name = format!("{package}{}", std::env::consts::EXE_SUFFIX);
    Ok(Command::new(workspace.target("release").join(name)))
}

#[expect(clippy::disallowed_methods, reason = "this tool measures real time")]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "this tool measures real time")]
fn age(made: SystemTime) -> Duration {
    SystemTime::now().duration_since(made).unwrap_or_default()
}

/// Makes sure that a folder exists and that nothing is in it.
pub fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))
}

/// The database file in a data folder.
pub fn database_file(data: &Path) -> Result<PathBuf> {
    fs::read_dir(data)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|ending| ending == "db" || ending == "sqlite"))
        .with_context(|| format!("no database in {}", data.display()))
}

/// The round that is running, by its number, as `/api/v1/collection` tells it.
pub fn running(client: &Client) -> Result<Option<i64>> {
    let answer = client.json("/api/v1/collection")?;
    let progress = answer.get("progress").unwrap_or(&answer);
    let is_running = progress
        .get("running")
        .and_then(serde_json::Value::as_bool)
        .context("/api/v1/collection does not say whether a round is running")?;
    let run = progress.get("run").and_then(serde_json::Value::as_i64);
    Ok(is_running.then(|| run.unwrap_or_default()))
}

/// Asks for a round, unless one is running.
pub fn start_round(client: &Client) -> Result<i64> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_mins(1) {
        if let Some(run) = running(client)? {
            return Ok(run);
        }
        let status = client.post("/api/v1/collection/run")?;
        // 409: the round before is just ending.
        if !matches!(status.as_u16(), 202 | 409) {
            bail!("POST /api/v1/collection/run answered {status}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("no round began within a minute")
}

/// Waits until no round is running.
pub fn wait_until_idle(client: &Client) -> Result<()> {
    let started = Instant::now();
    while started.elapsed() < ROUND_WITHIN {
        if running(client)?.is_none() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    bail!("the round did not end within {ROUND_WITHIN:?}")
}
