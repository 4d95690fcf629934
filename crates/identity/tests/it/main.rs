//! The crate from outside, as the server uses it.

#[cfg(test)]
mod guessing;
#[cfg(test)]
mod pace;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod sealing;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod totp;
