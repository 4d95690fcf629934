//! STS: AssumeRole and GetCallerIdentity, in the query protocol with XML answers.
//!
//! Shapes: the STS API model 2011-06-15.

use crate::answer::{Answer, Failure, Service, escape_xml};
use crate::call::Call;
use crate::clock::iso;
use crate::identity;
use crate::noise;
use crate::organisation::ACCOUNTS;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers one STS call; `static_key` is whether the caller signs with a long-lived key.
pub(crate) fn answer(seed: u64, call: &Call, key_id: &str) -> Result<Answer, Failure> {
    let body = match call.operation {
        "AssumeRole" => assume_role(seed, call)?,
        _ => caller_identity(call, key_id),
    };
    let request = noise::uuid(noise::combine(&[seed, call.now as u64]));
    Ok(Answer::text(
        Service::Sts,
        format!(
            "<{op}Response xmlns=\"{NAMESPACE}\">\n  <{op}Result>\n{body}  </{op}Result>\n  \
             <ResponseMetadata>\n    <RequestId>{request}</RequestId>\n  </ResponseMetadata>\n\
             </{op}Response>\n",
            op = call.operation
        ),
    ))
}

fn assume_role(seed: u64, call: &Call) -> Result<String, Failure> {
    let missing = |name: &str| {
        Failure::new(
            "ValidationError",
            400,
            format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"
            ),
        )
    };
    let role = call.query("RoleArn").ok_or_else(|| missing("roleArn"))?;
    let session = call.query("RoleSessionName").ok_or_else(|| missing("roleSessionName"))?;
    let seconds: i64 = match call.query("DurationSeconds") {
        None => 3600,
        Some(text) => {
            text.parse().ok().filter(|s| (900..=43_200).contains(s)).ok_or_else(|| {
                Failure::new(
                    "ValidationError",
                    400,
                    "The requested DurationSeconds must be between 900 and 43200.",
                )
            })?
        }
    };
    let account = ACCOUNTS
        .iter()
        .position(|account| {
            account.role_arn == role && call.query("ExternalId") == Some(account.external_id)
        })
        .ok_or_else(|| {
            Failure::new(
                "AccessDenied",
                403,
                format!(
                    "User: arn:aws:iam::{}:user/wardround is not authorized to perform: \
                     sts:AssumeRole on resource: {role}",
                    ACCOUNTS[call.place.account].id
                ),
            )
        })?;
    let given = identity::session(seed, account, seconds);
    let role_id = noise::letters(noise::combine(&[seed, account as u64, 0xa40a]), 17);
    let session = escape_xml(session);
    Ok(format!(
        "    <AssumedRoleUser>\n      <AssumedRoleId>AROA{role_id}:{session}</AssumedRoleId>\n      \
         <Arn>arn:aws:sts::{}:assumed-role/WardroundReadOnly/{session}</Arn>\n    \
         </AssumedRoleUser>\n    <Credentials>\n      <AccessKeyId>{}</AccessKeyId>\n      \
         <SecretAccessKey>{}</SecretAccessKey>\n      <SessionToken>{}</SessionToken>\n      \
         <Expiration>{}</Expiration>\n    </Credentials>\n    <PackedPolicySize>6</PackedPolicySize>\n",
        ACCOUNTS[account].id,
        given.access_key_id,
        given.secret,
        given.token,
        iso(given.expires_ms)
    ))
}

fn caller_identity(call: &Call, key_id: &str) -> String {
    let account = ACCOUNTS[call.place.account].id;
    let (user, arn) = if key_id.starts_with("ASIA") {
        (
            "AROAWARDROUNDREADONLY:wardround".to_owned(),
            format!("arn:aws:sts::{account}:assumed-role/WardroundReadOnly/wardround"),
        )
    } else {
        ("AIDAWARDROUNDCOLLECTO".to_owned(), format!("arn:aws:iam::{account}:user/wardround"))
    };
    format!("    <Arn>{arn}</Arn>\n    <UserId>{user}</UserId>\n    <Account>{account}</Account>\n")
}
