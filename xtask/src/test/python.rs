//! Tests in Python: clients and servers that we did not write, against ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{runner, rust};
use crate::service::Service;
use crate::workspace::Workspace;
use crate::{process, tools};

/// A good export of the audit log and many that were tampered with, before a verifier in Python
/// that was written from `FORMAT.md` and shares no code with ours.
pub fn trail(workspace: &Workspace) -> Result<String> {
    let folder = workspace.path("end2end/trail");
    let exports = workspace.target("trail-exports");
    if exports.exists() {
        fs::remove_dir_all(&exports)
            .with_context(|| format!("emptying {}", workspace.shown(&exports)))?;
    }
    let made = ["run", "--quiet", "--package", "trail", "--example", "tamper", "--"];
    process::run(workspace.cargo().args(made).arg(&exports))?;
    let python = environment(workspace, "trail", &folder)?;
    runner(pytest(&python, &folder).env("AUDIT_EXPORTS", exports))
}

/// `awsim` against boto3.
pub fn boto3(workspace: &Workspace) -> Result<String> {
    let folder = workspace.path("end2end/boto3");
    let executable = rust::executable(workspace)?;
    let python = environment(workspace, "boto3", &folder)?;
    let awsim =
        Service::start(Command::new(&executable).args(["awsim", "--listen", "127.0.0.1:0"]))?;
    runner(pytest(&python, &folder).env("AWSIM_URL", awsim.url()))
}

/// The collectors against moto, whose server the tests start themselves.
pub fn moto(workspace: &Workspace) -> Result<String> {
    let folder = workspace.path("end2end/moto");
    if !folder.is_dir() {
        return Ok("skipped: there is no end2end/moto".to_owned());
    }
    let executable = rust::executable(workspace)?;
    let python = environment(workspace, "moto", &folder)?;
    runner(pytest(&python, &folder).env("WARDROUND_BIN", executable))
}

/// The product against OpenTelemetry's SDK for Python, and the example for pipelines against the
/// product. The tests start the product themselves, some of them with a kill in between.
pub fn otel(workspace: &Workspace) -> Result<String> {
    let folder = workspace.path("end2end/otel");
    let executable = rust::executable(workspace)?;
    let python = environment(workspace, "otel", &folder)?;
    runner(pytest(&python, &folder).env("WARDROUND_BIN", executable))
}

/// Notices before receivers that we did not write: the library of Standard Webhooks, aiosmtpd, moto,
/// Slack's SDK, and schemas of what PagerDuty and Alertmanager document.
pub fn notify(workspace: &Workspace) -> Result<String> {
    let folder = workspace.path("end2end/notify");
    let build = ["build", "--quiet", "--package", "notify", "--example", "send"];
    process::run(workspace.cargo().args(build))?;
    let name = format!("debug/examples/send{}", std::env::consts::EXE_SUFFIX);
    let python = environment(workspace, "notify", &folder)?;
    runner(pytest(&python, &folder).env("NOTIFY_SEND", workspace.target(&name)))
}

fn pytest(python: &Path, folder: &Path) -> Command {
    let mut command = Command::new(python);
    command
        .args(["-m", "pytest", "-p", "no:cacheprovider", "--durations", "3"])
        .current_dir(folder)
        .env("PYTHONUNBUFFERED", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A virtual environment below the target directory, made anew when the requirements change.
fn environment(workspace: &Workspace, name: &str, folder: &Path) -> Result<PathBuf> {
    let requirements = folder.join("requirements.txt");
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("reading {}", workspace.shown(&requirements)))?;
    let folder = workspace.target(&format!("python/{name}"));
    let python = folder.join("bin/python");
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    println!("{name}: installing {}", workspace.shown(&requirements));
    process::run(Command::new(tools::python()?).args(["-m", "venv", "--clear"]).arg(&folder))?;
    process::run(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&requirements),
    )?;
    fs::write(&installed, wanted)?;
    Ok(python)
}
