//! Who called, as one name for all sessions of the same principal.

use domain::{IdentityKind, Network};
use serde_json::Value;

use crate::read::{at, bounded, get, text};
use crate::resource_name::is_account;

/// Longer names do not exist in IAM.
const NAME_CHARS: usize = 128;
/// What CloudTrail writes where a sign-in named a user that does not exist: people type passwords
/// into the wrong field.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// The normalised name, and its kind. `home` is the account in which the event was recorded.
pub(super) fn of(record: &Value, home: &str, network: Option<Network>) -> (String, IdentityKind) {
    let nobody = || match network {
        Some(network) => (format!("network/{network}"), IdentityKind::Network),
        None => (format!("unknown/{home}"), IdentityKind::Unknown),
    };
    let Some(who) = get(record, "UserIdentity") else { return nobody() };
    let account = text(who, "AccountId").filter(|id| is_account(id)).unwrap_or(home);
    let named = |kind: IdentityKind, name: Option<String>| match name {
        Some(name) => (format!("{}/{account}/{name}", kind.as_str()), kind),
        None => nobody(),
    };
    match text(who, "Type").unwrap_or_default() {
        "Root" => (format!("root/{account}"), IdentityKind::Root),
        "IAMUser" => named(IdentityKind::User, user(who)),
        "AssumedRole" | "Role" => named(IdentityKind::Role, role(who)),
        // A provider's name for a person is often an address; the provider itself says enough.
        "SAMLUser" | "WebIdentityUser" => {
            let provider = name(text(who, "IdentityProvider")).unwrap_or_else(|| "idp".to_owned());
            named(IdentityKind::Federated, Some(provider))
        }
        "FederatedUser" => named(IdentityKind::Federated, issuer(who)),
        "IdentityCenterUser" => {
            let id = at(who, &["OnBehalfOf", "UserId"]).and_then(Value::as_str);
            named(IdentityKind::Federated, name(id))
        }
        "AWSAccount" => {
            let given = text(who, "AccountId").filter(|id| is_account(id));
            given.map_or_else(nobody, |id| (format!("account/{id}"), IdentityKind::Account))
        }
        "AWSService" => match name(text(who, "InvokedBy")) {
            Some(service) => (format!("service/{service}"), IdentityKind::Service),
            None => nobody(),
        },
        _ => nobody(),
    }
}

/// A name, cut short; none when it is empty or withheld.
fn name(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    let last = text.rsplit('/').next().unwrap_or(text);
    (!last.is_empty() && last != HIDDEN).then(|| bounded(last, NAME_CHARS))
}

fn user(who: &Value) -> Option<String> {
    match text(who, "UserName") {
        Some(given) => name(Some(given)),
        None => name(after(text(who, "Arn")?, "user/")),
    }
}

/// The role, without the session that assumed it.
fn role(who: &Value) -> Option<String> {
    let session = text(who, "Arn").and_then(|arn| after(arn, "assumed-role/"));
    let of_session = session.and_then(|rest| name(rest.split('/').next()));
    let of_role = || name(text(who, "Arn").and_then(|arn| after(arn, "role/")));
    of_session.or_else(|| issuer(who)).or_else(of_role)
}

/// The role or user on whose credentials a session rests.
fn issuer(who: &Value) -> Option<String> {
    let issuer = at(who, &["SessionContext", "SessionIssuer"])?;
    name(text(issuer, "UserName")).or_else(|| name(text(issuer, "Arn")))
}

/// What follows a word in the resource of an ARN.
fn after<'t>(arn: &'t str, word: &str) -> Option<&'t str> {
    arn.splitn(6, ':').nth(5)?.strip_prefix(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HOME: &str = "123456789012";

    fn who(identity: Value) -> String {
        let network = Network::parse("198.51.100.9");
        of(&json!({ "userIdentity": identity }), HOME, network).0
    }

    #[test]
    fn sessions_of_a_role_are_one_and_name_nobody() {
        let arn = "arn:aws:sts::210987654321:assumed-role/Nurse/ada@example.org";
        let session = json!({"type": "AssumedRole", "accountId": "210987654321", "arn": arn});
        assert_eq!(who(session), "role/210987654321/Nurse");
        let issuer = json!({"type": "Role", "userName": "Nurse"});
        let session = json!({"type": "AssumedRole", "sessionContext": {"sessionIssuer": issuer}});
        assert_eq!(who(session), "role/123456789012/Nurse");
        let saml = json!({"type": "SAMLUser", "userName": "ada@example.org"});
        assert_eq!(who(saml), "federated/123456789012/idp");
    }

    #[test]
    fn users_keep_their_names_and_the_unknown_are_networks() {
        assert_eq!(who(json!({"type": "Root", "accountId": HOME})), "root/123456789012");
        let arn = "arn:aws:iam::123456789012:user/wards/ada";
        assert_eq!(who(json!({"type": "IAMUser", "arn": arn})), "user/123456789012/ada");
        for nobody in [
            json!({"type": "IAMUser", "userName": HIDDEN, "accountId": HOME}),
            json!({"type": "IAMUser"}),
            json!({"type": "NewKind", "userName": "ada"}),
            json!({"type": 7}),
            json!("ada"),
            Value::Null,
        ] {
            assert_eq!(who(nobody), "network/198.51.100.0/24");
        }
        assert_eq!(of(&Value::Null, HOME, None).0, "unknown/123456789012");
    }

    #[test]
    fn services_and_other_accounts_are_what_they_are() {
        let service = json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
        assert_eq!(who(service), "service/ec2.amazonaws.com");
        let other = json!({"type": "AWSAccount", "accountId": "210987654321"});
        assert_eq!(who(other), "account/210987654321");
    }
}
