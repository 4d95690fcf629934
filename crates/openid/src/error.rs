//! Why somebody is not let in.

/// What went wrong between us and the provider. The sentence may be shown: it holds nothing that a
/// stranger wrote.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum Error {
    /// The provider cannot be asked.
    #[error("The sign-in provider does not answer. Try again in a moment.")]
    Unreachable(String),
    /// The answer belongs to no sign-in that was begun in this browser.
    #[error("This answer belongs to no sign-in that was begun in this browser. Begin again.")]
    NotBegun,
    /// The code was refused: used already, too old, or made up.
    #[error("The provider did not take the code of this answer: it is used, too old or made up.")]
    Code(String),
    /// The token is not one that the provider signed for us, now.
    #[error("What the provider sent does not verify, so nobody was signed in.")]
    Token(String),
    /// The provider's word about the second factor is not fresh.
    #[error("The provider did not ask again, so this confirms nothing.")]
    NotFresh,
    /// In no group that has a role.
    #[error("You are in no group that has a role here. Ask whoever keeps the groups.")]
    NoRole,
}

impl Error {
    /// What stands in the log of the server; it may repeat what the provider said.
    pub fn detail(&self) -> &str {
        match self {
            Self::Unreachable(detail) | Self::Code(detail) | Self::Token(detail) => detail,
            Self::NotBegun | Self::NotFresh | Self::NoRole => "",
        }
    }

    /// One word for the audit log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => "provider does not answer",
            Self::NotBegun => "answer without a beginning",
            Self::Code(_) => "code refused by the provider",
            Self::Token(_) => "token does not verify",
            Self::NotFresh => "not confirmed afresh",
            Self::NoRole => "in no group with a role",
        }
    }
}
