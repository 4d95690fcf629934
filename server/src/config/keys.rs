//! Every key of the configuration, once: the reader, the error messages and the annotated example
//! are made from these definitions.

mod alerting;

pub use super::shape::Shape;

/// One key.
#[derive(Debug)]
pub struct Key {
    /// Its name within the section.
    pub name: &'static str,
    /// What its value must look like.
    pub shape: Shape,
    /// The environment variable that overrides it.
    pub variable: Option<&'static str>,
    /// Its default, written as TOML; `None` when the key has to be given, or may be left out.
    pub default: Option<&'static str>,
    /// Whether the configuration is refused without it.
    pub required: bool,
    /// The value in the annotated example, written as TOML.
    pub example: &'static str,
    /// For the annotated example.
    pub about: &'static str,
}

/// A table of the file.
#[derive(Debug)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// Whether it is written `[[name]]`, any number of times.
    pub repeated: bool,
    /// For the annotated example.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

impl Section {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// The section with this name.
pub fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}

const fn key(name: &'static str, shape: Shape, example: &'static str, about: &'static str) -> Key {
    Key { name, shape, variable: None, default: None, required: false, example, about }
}

const fn required(key: Key) -> Key {
    Key { required: true, ..key }
}

/// The example shows the default.
const fn defaults(key: Key, variable: &'static str) -> Key {
    Key { variable: Some(variable), default: Some(key.example), ..key }
}

/// All sections, in the order of the example.
pub static SECTIONS: [Section; 19] = [
    Section {
        name: "organisation",
        repeated: false,
        about: "Who is watched.",
        keys: &[
            Key {
                variable: Some("WARDROUND_ORGANISATION_NAME"),
                ..required(key(
                    "name",
                    Shape::Text,
                    "\"Example Health\"",
                    "The name at the top of every page and report.",
                ))
            },
            defaults(
                key(
                    "time_zone",
                    Shape::Zone,
                    "\"UTC\"",
                    "Times on screen are in this zone; they are stored in UTC.",
                ),
                "WARDROUND_TIME_ZONE",
            ),
            defaults(
                key(
                    "goal",
                    Shape::Percent,
                    "90",
                    "The score that you want to reach, in per cent. Scores below it are not green.",
                ),
                "WARDROUND_GOAL",
            ),
        ],
    },
    Section {
        name: "policy",
        repeated: false,
        about: "What you demand beyond the regulation.",
        keys: &[defaults(
            key(
                "dedicated_tenancy",
                Shape::Flag,
                "false",
                "EC2 instances must run on dedicated hardware. AWS has not required this for PHI since 2017, so it is off unless your own policy says otherwise.",
            ),
            "WARDROUND_DEDICATED_TENANCY",
        )],
    },
    Section {
        name: "account",
        repeated: true,
        about: "The AWS accounts to visit: one block for each.",
        keys: &[
            required(key("id", Shape::Account, "\"123456789012\"", "Twelve digits, in quotes.")),
            required(key("name", Shape::Text, "\"Patient records\"", "The name that people use.")),
            key(
                "role_arn",
                Shape::Role,
                "\"arn:aws:iam::123456789012:role/WardroundReadOnly\"",
                "The role to assume for reading this account; `wardround iam-policy` prints what it needs. Without it the credentials that the AWS SDK finds must belong to the account.",
            ),
            key(
                "external_id",
                Shape::ExternalId,
                "\"choose-something-long-and-random\"",
                "The external id in the role's trust policy; `wardround iam-policy --trust` prints one.",
            ),
            required(key(
                "regions",
                Shape::Regions,
                "[\"us-east-1\", \"us-east-2\"]",
                "Every region in use. A region that is not listed here is not looked at.",
            )),
            required(key(
                "phi",
                Shape::Flag,
                "true",
                "Whether the account may hold protected health information. Only HIPAA-eligible services may be used in such an account. There is no default: somebody has to know.",
            )),
        ],
    },
    Section {
        name: "intervals",
        repeated: false,
        about: "How often each source is visited. What is older than three intervals counts as unknown.",
        keys: &[
            defaults(
                key("securityhub", Shape::Span, "\"15m\"", "AWS Security Hub."),
                "WARDROUND_INTERVAL_SECURITYHUB",
            ),
            defaults(
                key("config", Shape::Span, "\"1h\"", "AWS Config: rules and inventory."),
                "WARDROUND_INTERVAL_CONFIG",
            ),
            defaults(
                key("guardduty", Shape::Span, "\"15m\"", "Amazon GuardDuty."),
                "WARDROUND_INTERVAL_GUARDDUTY",
            ),
            defaults(
                key("backup", Shape::Span, "\"1h\"", "AWS Backup."),
                "WARDROUND_INTERVAL_BACKUP",
            ),
            defaults(
                key(
                    "cloudtrail",
                    Shape::Span,
                    "\"15m\"",
                    "CloudTrail: trails, console sign-ins, denied calls.",
                ),
                "WARDROUND_INTERVAL_CLOUDTRAIL",
            ),
        ],
    },
    Section {
        name: "server",
        repeated: false,
        about: "Where the dashboards are, and how the connection is protected.",
        keys: &[
            defaults(
                key(
                    "listen",
                    Shape::Listen,
                    "\"127.0.0.1:3000\"",
                    "Where to listen. Anything but loopback needs a certificate below, or the proxy that has one.",
                ),
                "WARDROUND_LISTEN",
            ),
            Key {
                variable: Some("WARDROUND_ADDRESS"),
                ..key(
                    "address",
                    Shape::Origin,
                    "\"https://wardround.example.org\"",
                    "The address that browsers use. Requests under another name are refused, and links begin with it.",
                )
            },
            key(
                "tls_certificate",
                Shape::Path,
                "\"/etc/wardround/tls.crt\"",
                "The certificate and its chain, as PEM. A renewed file is taken up within seconds, without a restart.",
            ),
            key("tls_key", Shape::Path, "\"/etc/wardround/tls.key\"", "Its private key, as PEM."),
            key(
                "proxies",
                Shape::Networks,
                "[\"10.0.0.5\"]",
                "Proxies in front that speak TLS to browsers. Only they may connect then, and only they are believed about X-Forwarded-For.",
            ),
        ],
    },
    Section {
        name: "data",
        repeated: false,
        about: "What is kept, and where.",
        keys: &[
            defaults(
                key(
                    "directory",
                    Shape::Path,
                    "\"data\"",
                    "The folder for the database and its copies. `--data` goes before it.",
                ),
                "WARDROUND_DATA",
            ),
            Key {
                variable: Some("WARDROUND_DATABASE"),
                ..key(
                    "database",
                    Shape::Database,
                    "\"data/wardround.db\"",
                    "The database file, if it should lie somewhere else than in the folder.",
                )
            },
        ],
    },
    Section {
        name: "audit",
        repeated: false,
        about: "Witnesses outside, so that the audit log cannot be rewritten unseen.",
        keys: &[key(
            "anchors",
            Shape::Anchors,
            "[\"s3://hospital-audit-anchors/wardround\"]",
            "Where signed checkpoints are taken to, every five minutes while something is logged: a file on another machine's share, a webhook, or a bucket with Object Lock.",
        )],
    },
    Section {
        name: "backup",
        repeated: false,
        about: "Copies of Wardround's own data, encrypted, opened and verified after writing. Without a recipient none are made.",
        keys: &[
            Key {
                variable: Some("WARDROUND_BACKUP_RECIPIENT"),
                ..key(
                    "recipient",
                    Shape::Recipient,
                    "\"age1pyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq8r66x\"",
                    "Whose key opens them. Keep the private half on another machine.",
                )
            },
            key(
                "directory",
                Shape::Path,
                "\"/mnt/backups/wardround\"",
                "The folder, best on another machine; `backups` in the data folder unless told.",
            ),
            defaults(
                key("every", Shape::Span, "\"24h\"", "Time between two of them."),
                "WARDROUND_BACKUP_EVERY",
            ),
            defaults(
                key(
                    "keep",
                    Shape::Count,
                    "14",
                    "How many are kept; older ones are removed after the next has succeeded.",
                ),
                "WARDROUND_BACKUP_KEEP",
            ),
        ],
    },
    Section {
        name: "openid",
        repeated: false,
        about: "Sign-in through an OpenID Connect provider, beside accounts of this server. SAML is not supported; most providers speak both.",
        keys: &[
            key(
                "issuer",
                Shape::Issuer,
                "\"https://login.example.org/realms/hospital\"",
                "The provider. Its address for the answer is the server's address followed by /sign-in/provider/back.",
            ),
            key(
                "client_id",
                Shape::Text,
                "\"wardround\"",
                "The name under which Wardround is registered there.",
            ),
            key(
                "client_secret_file",
                Shape::Path,
                "\"/etc/wardround/openid-client\"",
                "A file with the client secret, if the provider gave one. The secret itself does not belong here.",
            ),
            key(
                "name",
                Shape::Text,
                "\"Hospital login\"",
                "What the button calls the provider; the issuer's host unless told.",
            ),
            key(
                "groups_claim",
                Shape::Text,
                "\"groups\"",
                "The claim of the ID token that lists groups; `groups` unless told.",
            ),
            key(
                "second_factor_there",
                Shape::Flag,
                "false",
                "Take the provider's word for the second factor when its `amr` claim names one (RFC 8176). Otherwise, or without the claim, a one-time code is asked for here.",
            ),
        ],
    },
    Section {
        name: "openid_group",
        repeated: true,
        about: "Which group of the provider has which role: one block for each; the first that fits counts. Who is in none of them is refused.",
        keys: &[
            key(
                "group",
                Shape::Text,
                "\"wardround-engineers\"",
                "The group, as the claim writes it.",
            ),
            key("role", Shape::Assigned, "\"engineer\"", "The role."),
        ],
    },
    Section {
        name: "telemetry",
        repeated: false,
        about: "Traces and logs that applications send with OpenTelemetry to /v1/traces and /v1/logs.",
        keys: &[
            defaults(
                key(
                    "expect_every",
                    Shape::Span,
                    "\"15m\"",
                    "Every application that reports sign-ins or audit events is to be heard this often. After three of these spans it is silent, and what rests on it is unknown.",
                ),
                "WARDROUND_TELEMETRY_EXPECT_EVERY",
            ),
            defaults(
                key(
                    "keep_traces_days",
                    Shape::Days,
                    "14",
                    "How long spans are kept. Sums, gaps and violations are kept besides.",
                ),
                "WARDROUND_TELEMETRY_KEEP_TRACES_DAYS",
            ),
            defaults(
                key("keep_logs_days", Shape::Days, "30", "How long log records are kept."),
                "WARDROUND_TELEMETRY_KEEP_LOGS_DAYS",
            ),
        ],
    },
    Section {
        name: "redaction",
        repeated: true,
        about: "Identifiers of your own that are taken out of telemetry, besides those of 45 CFR 164.514(b)(2) that are known: one block for each.",
        keys: &[
            key(
                "name",
                Shape::Text,
                "\"visit\"",
                "Stands in the place of what was found: small letters, digits and hyphens.",
            ),
            key(
                "pattern",
                Shape::Pattern,
                "'VN-[0-9]{8}'",
                "What it looks like, in the syntax of the Rust crate `regex`.",
            ),
            key(
                "keys",
                Shape::Words,
                "[\"visit\"]",
                "Words of which one must stand near; without them it counts anywhere.",
            ),
        ],
    },
    Section {
        name: "gate",
        repeated: false,
        about: "What deployment pipelines are told by /api/v1/gate.",
        keys: &[defaults(
            key(
                "quarter_budget",
                Shape::Points,
                "40",
                "Points that an account may spend in a calendar quarter by controls that go from pass to fail: critical 10, high 5, medium 2, low 1.",
            ),
            "WARDROUND_GATE_QUARTER_BUDGET",
        )],
    },
    alerting::ALERTING,
    alerting::CONTACT,
    alerting::ESCALATION,
    alerting::REACH,
    Section {
        name: "runbooks",
        repeated: false,
        about: "What to do when something has happened.",
        keys: &[Key {
            variable: Some("WARDROUND_RUNBOOKS"),
            ..key(
                "directory",
                Shape::Path,
                "\"runbooks\"",
                "A folder with runbooks of your own, one file called ID.md for each. One with the id of a runbook that ships stands in its place. Read at the start; see docs/runbooks.md.",
            )
        }],
    },
    Section {
        name: "limits",
        repeated: false,
        about: "How hard AWS is asked.",
        keys: &[
            defaults(
                key(
                    "in_flight",
                    Shape::Count,
                    "16",
                    "API calls that are under way at the same time. Each API's own rate limit is kept besides.",
                ),
                "WARDROUND_IN_FLIGHT",
            ),
            defaults(
                key(
                    "unlimited",
                    Shape::Flag,
                    "false",
                    "Keep no rate limits: for measuring against `wardround awsim`. Refused unless\nAWS_ENDPOINT_URL names this machine.",
                ),
                "WARDROUND_UNLIMITED",
            ),
        ],
    },
];

/// Variables that begin with `WARDROUND_` and are not configuration keys.
pub const OTHER_VARIABLES: [&str; 5] = [
    "WARDROUND_LOG",
    "WARDROUND_SITE",
    "WARDROUND_BIN",
    "WARDROUND_SAMPLES",
    "WARDROUND_DEMO_TOKEN",
];
