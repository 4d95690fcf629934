//! What can go wrong while remembering.

/// An error of the store. Each says what was being done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused.
    #[error("{doing}: {source}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// SQLite's words.
        source: sqlx::Error,
    },
    /// The database could not be brought to this program's schema.
    #[error("bringing the database to this program's schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database was written by a newer program.
    #[error(
        "the database has schema {found}, this program knows schemas up to {known}: \
         start the newer program, or restore the backup taken before the upgrade"
    )]
    Newer {
        /// The newest migration in the database.
        found: i64,
        /// The newest migration in this program.
        known: i64,
    },
    /// An exception that does not say what it must.
    #[error(transparent)]
    Exception(#[from] domain::ExceptionFlaw),
    /// What was asked for cannot be done as things stand. The sentence is for people.
    #[error("{0}")]
    Conflict(&'static str),
    /// What was asked for is refused, with a sentence for people.
    #[error("{0}")]
    Refused(String),
    /// The audit log could not be written: what it was to tell of did not happen.
    #[error("{0}")]
    Audit(String),
    /// A page's cursor that this store did not make.
    #[error("the cursor is not one of this list's")]
    Cursor,
    /// A stored value that cannot be read.
    #[error("{doing}: unreadable value: {what}")]
    Unreadable {
        /// What was being done.
        doing: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Packing or unpacking evidence, or making a folder, failed.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        source: std::io::Error,
    },
}

/// Adds what was being done to an error.
pub(crate) trait Doing<T> {
    /// Names the work.
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { doing, source })
    }
}

impl<T> Doing<T> for Result<T, std::io::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Io { doing, source })
    }
}

impl<T> Doing<T> for Result<T, serde_json::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::Unreadable { doing, what: error.to_string() })
    }
}

impl StoreError {
    /// Why something cannot be as things stand, for people; `None` for what broke.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Conflict(why) => Some(why),
            Self::Refused(why) => Some(why),
            _ => None,
        }
    }

    /// A refusal of the domain, as a sentence.
    pub(crate) fn refused(refusal: &impl std::fmt::Display) -> Self {
        let text = refusal.to_string();
        let mut letters = text.chars();
        let mut sentence: String =
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        if !sentence.ends_with('.') {
            sentence.push('.');
        }
        Self::Refused(sentence)
    }
}
