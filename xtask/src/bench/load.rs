//! Many requests at once: `wrk`, a load generator that we did not write.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};

use super::client::PAGE;
use crate::process;

/// Connections that are kept busy.
const CONNECTIONS: &str = "16";

/// One thread: the machine's other cores are for the server.
const THREADS: &str = "1";

/// How `wrk` is called, for the document.
pub fn described(seconds: u32) -> String {
    format!("`wrk -t{THREADS} -c{CONNECTIONS} -d{seconds}s`")
}

/// The version, or how to get it.
pub fn version() -> Result<String> {
    let output = Command::new("wrk")
        .arg("--version")
        .output()
        .context("wrk is missing; install it with: apt-get install wrk")?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// Requests per second over some seconds. Any answer but 200 and any broken connection fails the
/// measurement: an error page is fast.
pub fn requests_per_second(url: &str, session: &str, seconds: u32) -> Result<f64> {
    wrk(url, session, seconds, None)
}

/// The same with an address that was never asked for before each time, see [`Views`].
pub fn first_views_per_second(
    folder: &Path,
    url: &str,
    session: &str,
    seconds: u32,
) -> Result<f64> {
    let script = folder.join("first-views.lua");
    std::fs::write(&script, Views::new().script())?;
    wrk(url, session, seconds, Some(&script))
}

/// Addresses of one page, each of them new: `view=SERIES-NUMBER`, a parameter that no page knows and
/// that changes nothing but the address. Two series have no address in common.
#[derive(Debug)]
pub struct Views {
    series: u64,
    number: u64,
}

impl Views {
    pub fn new() -> Self {
        static SERIES: AtomicU64 = AtomicU64::new(1);
        Self { series: SERIES.fetch_add(1, Ordering::Relaxed), number: 0 }
    }

    /// The next address of a page.
    pub fn next(&mut self, address: &str) -> String {
        self.number += 1;
        let glue = if address.contains('?') { '&' } else { '?' };
        format!("{address}{glue}view={}-{}", self.series, self.number)
    }

    /// The same for `wrk`.
    fn script(&self) -> String {
        format!(
            "local view = {}\n\
             request = function()\n\
             view = view + 1\n\
             local glue = wrk.path:find('?', 1, true) and '&' or '?'\n\
             return wrk.format(nil, wrk.path .. glue .. 'view={}-' .. view)\n\
             end\n",
            self.number, self.series
        )
    }
}

fn wrk(url: &str, session: &str, seconds: u32, script: Option<&Path>) -> Result<f64> {
    let mut command = Command::new("wrk");
    command.args([&format!("-t{THREADS}"), &format!("-c{CONNECTIONS}")]);
    command.arg(format!("-d{seconds}s"));
    command.args(["-H", &format!("Cookie: {session}"), "-H", &format!("Accept: {PAGE}")]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let text = process::output(command.arg(url))
        .context("wrk is needed; install it with: apt-get install wrk")?;
    if let Some(trouble) =
        text.lines().find(|line| line.contains("Non-2xx") || line.contains("Socket errors"))
    {
        bail!("wrk on {url}: {}", trouble.trim());
    }
    rate(&text).with_context(|| format!("wrk on {url} printed no rate:\n{text}"))
}

fn rate(text: &str) -> Option<f64> {
    text.lines()
        .find_map(|line| line.trim().strip_prefix("Requests/sec:"))
        .and_then(|rest| rest.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_comes_twice() {
        let (mut one, mut two) = (Views::new(), Views::new());
        let all = [
            one.next("/"),
            one.next("/"),
            one.next("/findings?limit=50"),
            two.next("/"),
            two.next("/"),
        ];
        let different: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(different.len(), all.len(), "{all:?}");
        assert!(all[0].starts_with("/?view="), "{all:?}");
        assert!(all[2].starts_with("/findings?limit=50&view="), "{all:?}");
        assert!(two.script().contains(&format!("'view={}-'", two.series)), "{}", two.script());
    }

    #[test]
    fn reads_the_rate() {
        let text =
            "  12 requests in 1.00s, 2.00MB read\nRequests/sec:  10517.32\nTransfer/sec: 1MB";
        assert_eq!(rate(text), Some(10517.32));
        assert_eq!(rate("nothing"), None);
    }
}
