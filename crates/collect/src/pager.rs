//! The walk from page to page.

use std::collections::HashSet;

use domain::{ErrorClass, SourceError};

use crate::fault;
use crate::operation::Operation;

/// The walk through one listing.
#[derive(Debug)]
pub(crate) struct Pager {
    pub(crate) operation: &'static Operation,
    token: Option<String>,
    done: bool,
    restarted: bool,
    used: HashSet<String>,
}

impl Pager {
    pub(crate) fn new(operation: &'static Operation) -> Self {
        Self { operation, token: None, done: false, restarted: false, used: HashSet::new() }
    }

    /// Whether there is another page.
    pub(crate) fn is_open(&self) -> bool {
        !self.done
    }

    /// The token to send next; the first page has none.
    pub(crate) fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// After a failed call: whether to begin again, once, because the token was refused.
    pub(crate) fn begins_again(&mut self, error: &mut SourceError) -> bool {
        let refused =
            self.token.is_some() && fault::refuses_token(self.operation.source, &error.code);
        if !refused {
            return false;
        }
        if self.restarted {
            error.class = ErrorClass::BadToken;
            return false;
        }
        self.restarted = true;
        self.token = None;
        self.used.clear();
        true
    }

    /// Goes on to the next page. A token that was used before would go round for ever.
    pub(crate) fn advance(&mut self, next: Option<String>) -> Result<(), SourceError> {
        let Some(token) = next else {
            self.done = true;
            return Ok(());
        };
        if !self.used.insert(token.clone()) {
            return Err(fault::made(
                self.operation,
                ErrorClass::BadToken,
                "",
                "The listing repeats a page token, so it was not read to its end.",
            ));
        }
        self.token = Some(token);
        Ok(())
    }
}
