//! What the value of a key must look like.

/// What a value must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Some words.
    Text,
    /// An IANA time zone.
    Zone,
    /// From 0 to 100.
    Percent,
    /// True or false.
    Flag,
    /// An AWS account id.
    Account,
    /// The ARN of a role.
    Role,
    /// The external id of a role's trust policy.
    ExternalId,
    /// A list of region codes.
    Regions,
    /// A span of time.
    Span,
    /// An address with a port.
    Listen,
    /// The address that browsers use.
    Origin,
    /// A list of addresses or networks.
    Networks,
    /// A list of witnesses of the audit log.
    Anchors,
    /// A recipient of age.
    Recipient,
    /// The issuer of an OpenID provider.
    Issuer,
    /// A role that a provider may give.
    Assigned,
    /// A folder.
    Path,
    /// A database file.
    Database,
    /// A small count.
    Count,
    /// Some days.
    Days,
    /// Points of a budget.
    Points,
    /// A list of words.
    Words,
    /// A regular expression.
    Pattern,
    /// The kind of a contact's channel.
    Channel,
    /// A time of the wall.
    Wall,
    /// How long a step of an escalation waits.
    Wait,
    /// A port.
    Port,
    /// How a mail server is spoken to.
    Security,
    /// Names of contacts.
    Contacts,
    /// Hosts and networks.
    Hosts,
}

impl Shape {
    /// What is allowed, as it completes "… is not allowed; allowed is".
    pub fn allowed(self) -> &'static str {
        match self {
            Self::Text => "text in quotes, 1 to 200 characters",
            Self::Zone => "an IANA time zone in quotes, such as \"America/Chicago\" or \"UTC\"",
            Self::Percent => "a number from 0 to 100, such as 90",
            Self::Flag => "true or false",
            Self::Account => "an AWS account id: twelve digits in quotes",
            Self::Role => {
                "the ARN of an IAM role in quotes, such as \
                 \"arn:aws:iam::123456789012:role/WardroundReadOnly\""
            }
            Self::ExternalId => {
                "text in quotes, 2 to 1224 letters, digits and the signs _+=,.@:/- without spaces"
            }
            Self::Regions => {
                "a list of at least one AWS region, each once, such as [\"us-east-1\", \"us-east-2\"]"
            }
            Self::Span => "a time from 1 minute to 24 hours in quotes, such as \"15m\" or \"1h\"",
            Self::Listen => {
                "an address with a port in quotes, such as \"127.0.0.1:3000\" or \"0.0.0.0:443\""
            }
            Self::Origin => {
                "https, a name and at most a port in quotes, without a path, such as \
                 \"https://wardround.example.org\""
            }
            Self::Networks => {
                "a list of addresses or networks, such as [\"10.0.0.5\", \"10.1.0.0/16\"]"
            }
            Self::Anchors => {
                "a list of targets, each once: \"file:PATH\", an https address (http only on this \
                 machine), or \"s3://BUCKET/PREFIX\""
            }
            Self::Recipient => {
                "a public key of age in quotes, such as \"age1…\"; `wardround backup key` makes one"
            }
            Self::Issuer => {
                "the issuer's address in quotes, such as \"https://login.example.org/realms/hospital\"; \
                 http only on this machine"
            }
            Self::Assigned => {
                "one of \"executive\", \"on-call\", \"engineer\", \"compliance\" and \
                 \"administrator\"; auditors are bound to a period and are added by \
                 `wardround user add`"
            }
            Self::Path => "a path in quotes",
            Self::Database => "a path in quotes that ends in .db or .sqlite",
            Self::Count => "a whole number from 1 to 64",
            Self::Days => "a whole number of days from 1 to 3650",
            Self::Points => "a number from 0 to 10000",
            Self::Words => "a list of words in quotes, such as [\"visit\", \"encounter\"]",
            Self::Pattern => "a regular expression in quotes, 1 to 200 characters",
            Self::Channel => {
                "one of \"pagerduty\", \"slack\", \"webhook\", \"email\", \"sns\" and \"heartbeat\""
            }
            Self::Wall => "a time of day in quotes, such as \"09:00\"",
            Self::Wait => "a time from 0 minutes to 4 hours in quotes, such as \"15m\"",
            Self::Port => "a port from 1 to 65535",
            Self::Security => "one of \"tls\", \"starttls\" and \"none\"",
            Self::Contacts => "a list of names of contacts, such as [\"On-call engineer\"]",
            Self::Hosts => {
                "a list of hosts, addresses or networks, such as [\"hooks.internal\", \"10.1.0.0/16\"]"
            }
        }
    }
}
