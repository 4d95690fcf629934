//! Running other programs.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;

use anyhow::{Context, Result, bail};

/// The cargo that runs this tool, to be run in `directory`.
///
/// What `cargo run` tells this process about the `xtask` package is taken away again: a build
/// script that watches one of these variables would otherwise run anew each time.
pub fn cargo(directory: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command.current_dir(directory);
    command
}

/// Runs a command to its end with its output shown, and fails unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("starting `{shown}`"))?;
    check(status, &shown)
}

/// Runs a command and returns what it wrote to standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("starting `{shown}`"))?;
    check(output.status, &shown)?;
    String::from_utf8(output.stdout).with_context(|| format!("reading the output of `{shown}`"))
}

/// Runs a command with its output shown, and returns the lines of that output that `keep` chooses.
///
/// The two streams are read by two threads, so neither can fill up and stall the program.
pub fn watched(command: &mut Command, keep: fn(&str) -> bool) -> Result<Vec<String>> {
    let shown = shown(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting `{shown}`"))?;
    let (sender, lines) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);
    let kept = lines.iter().inspect(|line| println!("{line}")).filter(|line| keep(line)).collect();
    check(child.wait()?, &shown)?;
    Ok(kept)
}

/// Whether a command can be started and succeeds; nothing it writes is shown.
pub fn succeeds(program: impl AsRef<OsStr>, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn check(status: ExitStatus, shown: &str) -> Result<()> {
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// The command line as it would be typed.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    command.get_args().fold(name.into_owned(), |mut line, argument| {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
        line
    })
}
