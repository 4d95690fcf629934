//! Checking what somebody types as a second factor: a one-time code or a recovery code.

use identity::recovery;
use identity::totp::{Totp, TotpError};
use store::{Person, Proof};

use crate::state::AppState;

/// What sealed secrets are sealed for, so that one person's does not open as another's.
pub(super) fn context(person: &Person) -> String {
    format!("second factor of person {}", person.id.0)
}

/// What somebody typed, as a proof, or why it is none.
pub(super) async fn check(
    state: &AppState,
    person: &Person,
    typed: &str,
) -> Result<Proof, &'static str> {
    let digits: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    if digits.len() <= 8 && digits.chars().all(|character| character.is_ascii_digit()) {
        return one_time(state, person, &digits);
    }
    // The store knows which recovery codes are left and takes each once.
    let (owner, typed) = (context(person), typed.to_owned());
    hashing(state, move || recovery::hash(&owner, &typed))
        .await
        .flatten()
        .map(Proof::Recovery)
        .ok_or("A one-time code has six digits, a recovery code looks like abcd-efgh-jkmn.")
}

/// Runs what takes some twenty megabytes and milliseconds beside the requests, a few at once.
pub(super) async fn hashing<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    // Closed only when the process ends.
    let _permit = state.door.hashing.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}

fn one_time(state: &AppState, person: &Person, digits: &str) -> Result<Proof, &'static str> {
    let sealed = person.second.as_deref().ok_or("No second factor is set up.")?;
    let opened = state.door.key.open(sealed, &context(person)).map_err(|_| {
        tracing::error!(
            person = person.id.0,
            "a second factor cannot be unsealed: is keys/ complete?"
        );
        "The second factor cannot be read on this server; an administrator has to reset it."
    })?;
    let totp = Totp::from_bytes(&opened).ok_or("The second factor cannot be read.")?;
    match totp.check(digits, state.wall.now().0, person.second_step) {
        Ok(step) => Ok(Proof::Step(step)),
        Err(TotpError::Replayed) => Err("This code was used already. Wait for the next one."),
        Err(TotpError::Shape) => Err("A one-time code has six digits."),
        Err(TotpError::Wrong) => {
            Err("This code is wrong or too old. Check the clock of your device.")
        }
    }
}
