//! Faults on demand: a script says which calls go wrong, and how.

use serde::Deserialize;

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service's own throttling error.
    Throttle,
    /// The service's own internal error, HTTP 500.
    Internal,
    /// HTTP 504 from a gateway, with a short text.
    Timeout,
    /// No answer, ever.
    Hang,
    /// The connection closes before any byte of the answer.
    Disconnect,
    /// The connection closes in the middle of the answer.
    Truncate,
    /// HTTP 200 with JSON (or XML) that cannot be parsed.
    Malformed,
    /// The service's access-denied error.
    Denied,
    /// What the service says where it is not enabled.
    NotEnabled,
    /// A list answer whose page token is the one that was sent, or one that leads nowhere new.
    SameToken,
    /// The service's error for an unusable page token.
    BadToken,
    /// The signature is refused because the client's clock is wrong.
    ClockSkew,
    /// HTTP 200 with a page of HTML, as a captive portal sends it.
    Html,
    /// A good list answer whose first item is a number instead of what it should be.
    OddItem,
    /// The service's error for a request that it does not accept as it stands.
    Refused,
}

const NAMES: [(&str, Fault); 15] = [
    ("throttle", Fault::Throttle),
    ("internal", Fault::Internal),
    ("timeout", Fault::Timeout),
    ("hang", Fault::Hang),
    ("disconnect", Fault::Disconnect),
    ("truncate", Fault::Truncate),
    ("malformed", Fault::Malformed),
    ("denied", Fault::Denied),
    ("not-enabled", Fault::NotEnabled),
    ("same-token", Fault::SameToken),
    ("bad-token", Fault::BadToken),
    ("clock-skew", Fault::ClockSkew),
    ("html", Fault::Html),
    ("odd-item", Fault::OddItem),
    ("refused", Fault::Refused),
];

const SERVICES: [&str; 6] = ["securityhub", "config", "guardduty", "backup", "cloudtrail", "sts"];

/// A script that cannot be used, with what is wrong and what is allowed.
#[derive(Debug, thiserror::Error)]
#[error("fault script: {0}")]
pub struct FaultScriptError(String);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    service: Option<String>,
    operation: Option<String>,
    account: Option<String>,
    region: Option<String>,
    containing: Option<String>,
    #[serde(default)]
    after: u64,
    #[serde(default = "once")]
    times: u64,
    fault: String,
}

fn once() -> u64 {
    1
}

#[derive(Debug, Clone)]
struct Rule {
    line: Line,
    fault: Fault,
    seen: u64,
}

/// A list of faults. Each line names any of `service`, `operation`, `account`, `region` and
/// `containing`, a piece of the request's JSON (an absent one means any), lets `after` matching
/// calls pass (0), then strikes `times` calls (1).
#[derive(Debug, Clone, Default)]
pub struct FaultScript {
    rules: Vec<Rule>,
}

impl FaultScript {
    /// Reads a script from JSON, a list of objects.
    ///
    /// # Errors
    /// Names the line, what is wrong with it, and what is allowed.
    pub fn parse(json: &str) -> Result<FaultScript, FaultScriptError> {
        let lines: Vec<serde_json::Value> = serde_json::from_str(json)
            .map_err(|error| FaultScriptError(format!("not a JSON list of objects: {error}")))?;
        let rules = lines.into_iter().enumerate().map(|(index, line)| rule(index + 1, line));
        Ok(FaultScript { rules: rules.collect::<Result<_, _>>()? })
    }

    /// The fault that strikes this call, if any; the call is counted by every line that matches.
    pub(crate) fn strike(
        &mut self,
        service: &str,
        operation: &str,
        account: &str,
        region: &str,
        body: &serde_json::Value,
    ) -> Option<Fault> {
        let matches = |wanted: &Option<String>, actual: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == actual)
        };
        let mut struck = None;
        for rule in &mut self.rules {
            let line = &rule.line;
            if !(matches(&line.service, service)
                && matches(&line.operation, operation)
                && matches(&line.account, account)
                && matches(&line.region, region)
                && line.containing.as_ref().is_none_or(|piece| body.to_string().contains(piece)))
            {
                continue;
            }
            rule.seen += 1;
            let strikes = rule.seen > line.after && rule.seen - line.after <= line.times;
            if strikes && struck.is_none() {
                struck = Some(rule.fault);
            }
        }
        struck
    }
}

fn rule(number: usize, value: serde_json::Value) -> Result<Rule, FaultScriptError> {
    let line: Line = serde_json::from_value(value).map_err(|error| {
        FaultScriptError(format!(
            "line {number}: {error}; allowed are service, operation, account, region, containing, after, times and fault"
        ))
    })?;
    let Some((_, fault)) = NAMES.iter().find(|(name, _)| *name == line.fault) else {
        let allowed: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        return Err(FaultScriptError(format!(
            "line {number}: unknown fault {:?}; allowed are {}",
            line.fault,
            allowed.join(", ")
        )));
    };
    if let Some(service) = &line.service
        && !SERVICES.contains(&service.as_str())
    {
        return Err(FaultScriptError(format!(
            "line {number}: unknown service {service:?}; allowed are {}",
            SERVICES.join(", ")
        )));
    }
    Ok(Rule { fault: *fault, line, seen: 0 })
}
