//! On what it was measured, without anything that would tell whose machine it is.

use std::fs;
use std::process::Command;

use super::load;

/// The machine and the versions, as lines for the document.
pub fn described(product: &str) -> Vec<(&'static str, String)> {
    vec![
        ("processor", format!("{} cores, {}", cores(), processor())),
        ("memory", memory()),
        ("kernel", first_line("uname", &["-s", "-r", "-m"])),
        ("wardround", product.to_owned()),
        ("compiler", first_line("rustc", &["--version"])),
        (
            "sqlite3 shell",
            first_line("sqlite3", &["--version"]).split(' ').take(2).collect::<Vec<_>>().join(" "),
        ),
        ("load generator", load::version().unwrap_or_else(|_| "none".into())),
    ]
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many programs wanted a core over the last minute, on average.
pub fn load_average() -> f64 {
    fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split(' ').next().and_then(|word| word.parse().ok()))
        .unwrap_or_default()
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("model name")).map_or_else(
        || "unnamed".into(),
        |rest| rest.trim_start_matches([' ', '\t', ':']).to_owned(),
    )
}

fn memory() -> String {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes: f64 = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    format!("{:.0} GB", kilobytes * 1024.0 / 1e9)
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| {
            String::from_utf8_lossy(&output.stdout).lines().next().map(ToOwned::to_owned)
        })
        .unwrap_or_else(|| "none".into())
}
