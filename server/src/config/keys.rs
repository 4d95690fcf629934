//! Every key of the configuration, once: the reader, the error messages and the annotated example
//! are made from these definitions.

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
    /// A loopback address with a port.
    Listen,
    /// A folder.
    Path,
    /// A database file.
    Database,
    /// A small count.
    Count,
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
                "a loopback address with a port in quotes, such as \"127.0.0.1:3000\", and no other, \
                 because sign-in does not exist yet"
            }
            Self::Path => "a path in quotes",
            Self::Database => "a path in quotes that ends in .db or .sqlite",
            Self::Count => "a whole number from 1 to 64",
        }
    }
}

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
pub static SECTIONS: [Section; 7] = [
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
        ],
    },
    Section {
        name: "server",
        repeated: false,
        about: "Where the dashboards are.",
        keys: &[defaults(
            key(
                "listen",
                Shape::Listen,
                "\"127.0.0.1:3000\"",
                "Loopback only: there is no sign-in yet, so nothing else is accepted.",
            ),
            "WARDROUND_LISTEN",
        )],
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
pub const OTHER_VARIABLES: [&str; 4] =
    ["WARDROUND_LOG", "WARDROUND_SITE", "WARDROUND_BIN", "WARDROUND_SAMPLES"];
