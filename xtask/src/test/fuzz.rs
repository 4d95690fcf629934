//! Arbitrary bytes for whatever reads the answers of others, some ten thousand inputs each.
//!
//! The flags are those with which `cargo fuzz` instruments code where no sanitizer is wanted; the
//! compiler that builds the product takes them too. The programs have a target directory of their
//! own, so that the flags do not make cargo build everything else anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::process;
use crate::workspace::Workspace;

/// Inputs for each program, and not seconds: a busy machine tries the same ones as an idle one.
/// Longer hunts: start the program itself, it stands where the step says.
const RUNS: u32 = 40_000;

/// One flag each. With a target triple they reach neither build scripts nor macros.
const FLAGS: [&str; 9] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Cdebug-assertions",
    "-Coverflow-checks",
];

/// Lints the programs, builds them and runs each; a crash fails the step and names the input.
pub fn run(workspace: &Workspace) -> Result<String> {
    let target = workspace.target("fuzz");
    lint(workspace, &target)?;
    let built = build(workspace, &target)?;
    let names = names(workspace)?;
    for name in &names {
        hunt(workspace, &target, &built.join(name), name)?;
    }
    Ok(format!("{} with {RUNS} inputs each, no crash", names.join(", ")))
}

/// clippy has nothing to say of them. They are no part of the workspace that the other step looks at.
fn lint(workspace: &Workspace, target: &Path) -> Result<()> {
    let mut command = process::cargo(&workspace.path("fuzz"));
    command.args(["clippy", "--locked", "--all-targets", "--target-dir"]).arg(target);
    process::run(command.args(["--", "-D", "warnings"]))
}

/// The programs; the answer is the folder in which they stand.
fn build(workspace: &Workspace, target: &Path) -> Result<PathBuf> {
    let host = host()?;
    let mut command = process::cargo(&workspace.path("fuzz"));
    command
        .args(["build", "--locked", "--bins", "--target", &host, "--target-dir"])
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"));
    process::run(&mut command)?;
    Ok(target.join(host).join("debug"))
}

fn host() -> Result<String> {
    let told = process::output(Command::new("rustc").arg("-vV"))?;
    told.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("`rustc -vV` names no host"))
}

/// Every folder of seeds has a program of its name.
fn names(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path("fuzz/seeds");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    if names.is_empty() {
        bail!("{} holds no seeds", folder.display());
    }
    Ok(names)
}

/// Begins with the seeds alone each time: what an earlier hunt found would lead this one elsewhere.
/// A crash stays where it was written.
fn hunt(workspace: &Workspace, target: &Path, program: &Path, name: &str) -> Result<()> {
    let (found, crashes) = (target.join("found").join(name), target.join("crashes"));
    if found.exists() {
        fs::remove_dir_all(&found).with_context(|| format!("emptying {}", found.display()))?;
    }
    for folder in [&found, &crashes] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let mut command = Command::new(program);
    command
        .arg(&found)
        .arg(workspace.path("fuzz/seeds").join(name))
        .arg(format!("-dict={}", workspace.path("fuzz/json.dict").display()))
        .arg(format!("-artifact_prefix={}/{name}-", crashes.display()))
        .arg(format!("-runs={RUNS}"))
        // The same inputs in the same order each time: a gate says the same of the same code. Longer
        // hunts with other numbers are made by hand.
        .args([
            "-seed=1",
            "-max_len=16384",
            "-timeout=5",
            "-rss_limit_mb=1024",
            "-print_final_stats=1",
        ]);
    let output = command.output().with_context(|| format!("starting {}", program.display()))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        let runs = told.lines().find(|line| line.contains("number_of_executed_units"));
        let runs = runs.and_then(|line| line.rsplit(' ').next()).unwrap_or("?");
        let covered = told.lines().rev().find_map(|line| line.split("cov: ").nth(1));
        let covered = covered.and_then(|rest| rest.split(' ').next()).unwrap_or("?");
        println!("{name}: {runs} inputs, {covered} places reached");
        return Ok(());
    }
    let wrote = told.lines().find_map(|line| line.split("Test unit written to ").nth(1));
    let why = why(&told);
    eprintln!("{}", last_lines(&told, 30));
    match wrote {
        Some(input) => bail!(
            "{name} crashed: {why}\n  input: {}\n  again: {} {0}",
            input.trim(),
            program.display()
        ),
        None => bail!("{name} failed: {why} ({})", output.status),
    }
}

/// Where it panicked and why, else libFuzzer's own complaint, else the last thing it said.
fn why(told: &str) -> String {
    let mut lines = told.lines().skip_while(|line| !line.contains(" panicked at "));
    if let (Some(place), Some(words)) = (lines.next(), lines.next()) {
        return format!("{place} {words}");
    }
    let complaint = told.lines().find(|line| line.contains("ERROR:"));
    complaint.or_else(|| told.lines().last()).unwrap_or("it ended without a word").to_owned()
}

fn last_lines(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(most)..].join("\n")
}
