//! Programs that run while something is measured, and end with it.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;

/// How long a server may take until it answers. A filled database needs nothing like it; the
/// peer imports half the Python world first.
const READY_WITHIN: Duration = Duration::from_mins(3);

/// A server on a loopback port; it ends when this value goes.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Port on 127.0.0.1.
    pub port: u16,
    /// When it was started.
    pub started: Instant,
    shown: String,
}

impl Server {
    /// Starts a server with its output in a file, without waiting for it.
    ///
    /// `command` must already say where to listen: take a port from [`free_port`].
    pub fn spawn(command: &mut Command, port: u16, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let shown = process::shown(command);
        let started = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("starting `{shown}`"))?;
        Ok(Self { child, port, started, shown })
    }

    /// `http://127.0.0.1:PORT`
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until the server accepts connections.
    pub fn wait_for_port(&mut self) -> Result<()> {
        while self.started.elapsed() < READY_WITHIN {
            if std::net::TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("`{}` ended with {status} before it accepted a connection", self.shown);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        bail!("`{}` accepts no connection after {READY_WITHIN:?}", self.shown)
    }

    /// Resident memory now, in bytes.
    pub fn resident(&self) -> Result<f64> {
        memory(self.child.id(), "VmRSS:")
    }

    /// The most that was ever resident, in bytes.
    pub fn peak(&self) -> Result<f64> {
        memory(self.child.id(), "VmHWM:")
    }

    /// Peak memory of this process and of those below it, in bytes: some servers have workers.
    pub fn family_peak(&self) -> Result<f64> {
        let mut sum = self.peak()?;
        let mut parents = vec![self.child.id()];
        while let Some(parent) = parents.pop() {
            for child in children(parent) {
                sum += memory(child, "VmHWM:").unwrap_or_default();
                parents.push(child);
            }
        }
        Ok(sum)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nobody left to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A loopback port that nobody listens on now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Runs a program to its end with its output in a file, and returns how long it took in seconds.
pub fn timed(command: &mut Command, log: &Path) -> Result<f64> {
    let shown = process::shown(command);
    let file = File::create(log)?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let started = Instant::now();
    let status = command.status().with_context(|| format!("starting `{shown}`"))?;
    let seconds = started.elapsed().as_secs_f64();
    if !status.success() {
        let text = std::fs::read_to_string(log).unwrap_or_default();
        let tail: Vec<&str> = text.lines().rev().take(8).collect();
        let tail: Vec<&str> = tail.into_iter().rev().collect();
        bail!("`{shown}` failed ({status}):\n{}", tail.join("\n"));
    }
    Ok(seconds)
}

/// One line of the kernel's account of a process, in bytes.
fn memory(process: u32, line: &str) -> Result<f64> {
    let path = format!("/proc/{process}/status");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{path}: memory is read from Linux's /proc"))?;
    let kilobytes = text
        .lines()
        .find_map(|text| text.strip_prefix(line))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse::<f64>().ok())
        .with_context(|| format!("{path} has no {line}"))?;
    Ok(kilobytes * 1024.0)
}

fn children(process: u32) -> Vec<u32> {
    std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect()
}
