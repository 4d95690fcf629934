//! `wardround iam-policy`.

use std::process::ExitCode;

use ::collect::iam_policy;
use serde_json::{Value, json};

use super::{ConfigFile, Ending};
use crate::config;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print the role's trust policy instead: who may assume it, and with which external id.
    #[arg(long)]
    trust: bool,
    /// Whom the role trusts: the ARN of the role or user that Wardround runs as.
    #[arg(long, value_name = "ARN", requires = "trust")]
    principal: Option<String>,
    /// The external id that the trust policy demands; the configured one unless told.
    #[arg(long, value_name = "ID", requires = "trust")]
    external_id: Option<String>,
    /// Print the policy of the identity that Wardround runs as: it may assume the configured roles.
    #[arg(long, conflicts_with = "trust")]
    assume: bool,
    #[command(flatten)]
    config: ConfigFile,
}

pub fn run(arguments: &Arguments) -> Ending {
    let policy = if arguments.trust {
        trust(arguments)?
    } else if arguments.assume {
        let config = config::load(arguments.config.path())?;
        let accounts = &config.organisation.accounts;
        ::collect::assume_role_policy(accounts.iter().filter_map(|one| one.role_arn.as_deref()))
    } else {
        iam_policy()
    };
    super::print(&format!("{policy:#}\n"));
    Ok(ExitCode::SUCCESS)
}

/// Stand where the operator has to choose. IAM refuses both, so neither is left in by mistake.
const PRINCIPAL: &str = "ARN OF THE ROLE OR USER THAT WARDROUND RUNS AS";
const EXTERNAL_ID: &str = "SOMETHING LONG AND RANDOM";

fn trust(arguments: &Arguments) -> anyhow::Result<Value> {
    let external_id = match &arguments.external_id {
        Some(id) => id.clone(),
        None => configured(arguments)?,
    };
    let principal = arguments.principal.as_deref().unwrap_or(PRINCIPAL);
    if principal == PRINCIPAL || external_id == EXTERNAL_ID {
        eprintln!("fill in what is written in capitals, or give --principal and --external-id");
    }
    Ok(json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "WardroundMayAssume",
            "Effect": "Allow",
            "Principal": { "AWS": principal },
            "Action": "sts:AssumeRole",
            "Condition": { "StringEquals": { "sts:ExternalId": external_id } },
        }],
    }))
}

/// The one external id of the configuration, or a stand-in where there is none yet.
fn configured(arguments: &Arguments) -> anyhow::Result<String> {
    let file = arguments.config.path();
    if arguments.config.file.is_none() && !file.exists() {
        return Ok(EXTERNAL_ID.to_owned());
    }
    let config = config::load(file)?;
    let accounts = &config.organisation.accounts;
    let mut ids: Vec<&String> =
        accounts.iter().filter_map(|account| account.external_id.as_ref()).collect();
    ids.sort();
    ids.dedup();
    match ids.as_slice() {
        [id] => Ok((*id).clone()),
        [] => Ok(EXTERNAL_ID.to_owned()),
        _ => anyhow::bail!(
            "the configuration names several external ids; choose one with --external-id"
        ),
    }
}
