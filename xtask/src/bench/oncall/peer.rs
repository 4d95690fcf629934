//! Debian's Alertmanager, as the peer of the queue.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::stream::{Door, Side};
use crate::bench::processes::{Server, free_port};
use crate::bench::product::{Product, empty};

const PROGRAM: &str = "prometheus-alertmanager";

/// The version, or how to get it.
pub fn version() -> Result<String> {
    let output = Command::new(PROGRAM).arg("--version").output().with_context(|| {
        format!("{PROGRAM} is missing; install it with: apt-get install {PROGRAM}")
    })?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    Ok(words.join(" "))
}

/// Groups by what makes an incident of ours, and tells the same receiver after the same times as
/// our tickets.
fn configuration(sink: u16) -> String {
    format!(
        "route:\n  receiver: sink\n  group_by: [alertname, account, identity]\n  group_wait: 5m\n  \
         group_interval: 1h\n  repeat_interval: 24h\nreceivers:\n- name: sink\n  webhook_configs:\n  \
         - url: http://127.0.0.1:{sink}/\n"
    )
}

/// Starts it over an empty folder.
pub fn start(product: &Product, sink: u16) -> Result<Server> {
    let folder = product.folder.join("alertmanager");
    empty(&folder)?;
    let file = folder.join("alertmanager.yml");
    fs::write(&file, configuration(sink))?;
    let port = free_port()?;
    let mut command = Command::new(PROGRAM);
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!("--storage.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--cluster.listen-address=")
        .arg("--log.level=warn");
    let mut server = Server::spawn(&mut command, port, &product.log("alertmanager"))?;
    server.wait_for_port()?;
    Ok(server)
}

/// Where its alerts are sent.
pub fn door(server: &Server) -> Door {
    let url = format!("{}/api/v2/alerts", server.base());
    Door { side: Side::Alertmanager, url, session: String::new() }
}
