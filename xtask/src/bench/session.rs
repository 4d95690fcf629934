//! Signs somebody in as a browser would, so that what is measured is what people get.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use identity::totp::Totp;
use ureq::Agent;

use crate::process;

/// The cookie of a session.
const COOKIE: &str = "__Host-wardround";
/// A password of the measurement's own account, which ends with its database.
const PASSWORD: &str = "nine slow ferries before noon";

/// Adds an account, sets its password, signs in and sets up a second factor; the answer is what a
/// browser would hold: `name=value`.
pub fn sign_in(executable: &Path, data: &Path, base: &str, now_ms: i64) -> Result<String> {
    let name = format!("measurer-{now_ms}");
    let link = process::output(
        Command::new(executable)
            .args(["user", "--address", base, "--data"])
            .arg(data)
            .args(["add", &name, "--role", "engineer"]),
    )?;
    let key = link.trim().split_once("key=").context("no link was printed")?.1;
    let mut browser = Browser::new(base);
    browser.post("/set-up", &[("key", key), ("password", PASSWORD), ("again", PASSWORD)])?;
    browser.post("/sign-in", &[("name", &name), ("password", PASSWORD)])?;
    let page = browser.get("/sign-in/enrol")?;
    let sealed = between(&page, "name=\"sealed\" value=\"", "\"")?;
    let shown = between(&page, "<p class=\"enrol-secret\">", "</p>")?;
    let text: String = between(shown, "<code>", "</code>")?.split_whitespace().collect();
    let bytes = data_encoding::BASE32_NOPAD.decode(text.as_bytes())?;
    let totp = Totp::from_bytes(&bytes).context("the page shows no secret")?;
    browser.post("/sign-in/enrol", &[("sealed", sealed), ("code", &totp.code(now_ms))])?;
    if browser.cookie.is_empty() {
        bail!("nobody was signed in");
    }
    Ok(browser.cookie)
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Result<&'a str> {
    text.split_once(open)
        .and_then(|(_, rest)| rest.split_once(close))
        .map(|(found, _)| found)
        .with_context(|| format!("the page has no {open}"))
}

struct Browser {
    agent: Agent,
    base: String,
    cookie: String,
}

impl Browser {
    fn new(base: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        let agent = Agent::new_with_config(config);
        Self { agent, base: base.to_owned(), cookie: String::new() }
    }

    fn get(&mut self, path: &str) -> Result<String> {
        let request = self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        Ok(request.call()?.body_mut().read_to_string()?)
    }

    fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Result<()> {
        let request =
            self.agent.post(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let answer = request.send_form(form.iter().copied())?;
        if answer.status().is_client_error() || answer.status().is_server_error() {
            bail!("POST {path} answered {}", answer.status());
        }
        for value in answer.headers().get_all("set-cookie") {
            let pair = value.to_str()?.split(';').next().unwrap_or_default();
            if pair.starts_with(COOKIE) {
                pair.clone_into(&mut self.cookie);
            }
        }
        Ok(())
    }
}
