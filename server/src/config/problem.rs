//! What is wrong with a configuration, said so that it can be put right at once.

use std::fmt;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The file as a whole: something is missing.
    File,
    /// A line of the file, counted from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// The key, such as `organisation.goal`; empty when the text is not TOML at all.
    pub key: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file, as the operator named it.
    pub file: String,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            match &problem.place {
                Place::File => write!(f, "{}: ", self.file)?,
                Place::Line(line) => write!(f, "{}:{line}: ", self.file)?,
                Place::Variable(name) => write!(f, "{name}: ")?,
            }
            if !problem.key.is_empty() {
                write!(f, "{}: ", problem.key)?;
            }
            f.write_str(&problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Words that a credential's key contains.
const SECRETIVE: [&str; 9] = [
    "access_key",
    "accesskey",
    "secret",
    "password",
    "passwd",
    "token",
    "credential",
    "private_key",
    "api_key",
];

/// Why credentials are refused.
pub const NO_CREDENTIALS: &str = "credentials are never read from here, so that they cannot leak \
    from here; the AWS SDK finds them by itself (an instance role, a profile or SSO session named \
    by AWS_PROFILE, or its other usual places). Remove this, and replace the credential if this \
    file was shared";

/// Whether a key asks for a credential.
pub fn looks_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('-', "_");
    SECRETIVE.iter().any(|word| key.contains(word))
}

/// Whether a text has the shape of an AWS access key id.
pub fn is_access_key(text: &str) -> bool {
    let id = text.trim();
    (id.starts_with("AKIA") || id.starts_with("ASIA"))
        && id.len() >= 16
        && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}
