//! Sending what the outbox holds, signs of life, and looks at contacts.

use std::sync::Arc;
use std::time::Duration;

use app::AppState;
use domain::Timestamp;
use futures::StreamExt as _;
use notify::{Channel, Event, Outcome, backoff};
use store::StoreError;
use store::alert::notices::CHECK_EVERY_MS;
use store::alert::outbox::{Due, Ended};
use tokio::sync::watch;

use super::message::{message, sign_of_life};
use super::{Engine, told};

/// Deliveries that are under way at the same time.
const AT_ONCE: usize = 16;
/// The longest sleep of the sender.
const LONGEST: Duration = Duration::from_secs(10);
/// Time between two signs of life.
const ALIVE_EVERY: Duration = Duration::from_mins(1);
/// Time between two looks at each contact.
const CHECK_EVERY: Duration = Duration::from_millis(CHECK_EVERY_MS.cast_unsigned());

/// Sends until `stopping` becomes true. What is under way then is sent again after the next start.
pub(super) async fn deliveries(engine: Arc<Engine>, mut stopping: watch::Receiver<bool>) {
    loop {
        let sent = engine.deliver().await;
        let wait = match sent {
            Ok(0) => engine.next_delivery().await,
            Ok(_) => Duration::ZERO,
            Err(error) => {
                tracing::error!(%error, "what is to be told cannot be read");
                LONGEST
            }
        };
        tokio::select! {
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => return,
            () = engine.state.oncall.outbox.notified(), if wait > Duration::ZERO => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Says each minute that somebody looks. Whoever hears it outside notices when it stops.
pub(super) async fn signs_of_life(engine: Arc<Engine>, mut stopping: watch::Receiver<bool>) {
    let hears = |channel: &Channel| channel.takes(Event::Heartbeat);
    let listeners: Vec<_> = engine
        .contacts
        .channels
        .iter()
        .filter(|(_, channel)| matches!(channel, Channel::Heartbeat(_)) && hears(channel))
        .collect();
    if listeners.is_empty() {
        return;
    }
    loop {
        let now = engine.state.wall.now();
        for (name, channel) in &listeners {
            let Some(notice) = sign_of_life(&engine.contacts, now) else { continue };
            let outcome = engine.contacts.sender.send(channel, &notice, None, now).await;
            let found = match outcome {
                Outcome::Delivered { .. } => Ok("It took the last sign of life.".to_owned()),
                Outcome::Retry { why, .. } | Outcome::Refused { why } => Err(why),
            };
            let noted = engine.state.writer.contact_note(name, &found, now).await;
            told("noting a sign of life", noted);
        }
        tokio::select! {
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(ALIVE_EVERY) => {}
        }
    }
}

/// Finds out a few times a day whether each contact can be reached, without a message to anybody.
pub(super) async fn checks(engine: Arc<Engine>, mut stopping: watch::Receiver<bool>) {
    loop {
        told("noting what a look at a contact found", engine.check_contacts().await);
        tokio::select! {
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(CHECK_EVERY) => {}
        }
    }
}

impl Engine {
    /// Finds out whether each contact can be reached.
    pub async fn check_contacts(&self) -> Result<(), StoreError> {
        for (name, channel) in &self.contacts.channels {
            let now = self.state.wall.now();
            let found = self.contacts.sender.check(channel, now).await;
            self.state.writer.contact_note(name, &found, now).await?;
        }
        Ok(())
    }

    /// Sends what is due; answers how many attempts that were.
    pub async fn deliver(&self) -> Result<usize, StoreError> {
        let now = self.state.wall.now();
        let due = self.state.writer.deliveries_claim(AT_ONCE as u32, now).await?;
        let count = due.len();
        let sending = futures::stream::iter(due).for_each_concurrent(AT_ONCE, |one| async move {
            let ended = self.attempt(&one).await;
            let AppState { writer, wall, oncall, .. } = &self.state;
            let noted = writer.delivery_end(one.id, &ended, &oncall.setting, wall.now()).await;
            told("noting how a delivery ended", noted);
        });
        sending.await;
        Ok(count)
    }

    async fn next_delivery(&self) -> Duration {
        let next = self.state.reader.delivery_next().await.ok().flatten();
        let wait = next.map_or(i64::MAX, |next| next.since(self.state.wall.now()));
        Duration::from_millis(wait.max(50).cast_unsigned()).min(LONGEST)
    }

    /// One attempt.
    async fn attempt(&self, due: &Due) -> Ended {
        let refused = |why: &str| Ended::Refused { why: why.to_owned() };
        let Some(channel) = self.contacts.channels.get(&due.contact) else {
            return refused("no contact of this name is configured any more");
        };
        let now = self.state.wall.now();
        let reader = &self.state.reader;
        let notice = match reader.notice(due.notice).await {
            Ok(Some(notice)) => message(reader, &self.contacts, &notice, now).await,
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        let notice = match notice {
            Ok(Some(notice)) => notice,
            Ok(None) => return refused("what it is about is not there"),
            Err(error) => {
                tracing::error!(%error, "a message cannot be written");
                return later(due, None, "the store could not be read", now);
            }
        };
        let sender = &self.contacts.sender;
        match sender.send(channel, &notice, due.receipt.as_deref(), now).await {
            Outcome::Delivered { receipt, remark } => {
                Ended::Delivered { receipt, remark: remark.unwrap_or_default() }
            }
            Outcome::Retry { after, why } => later(due, after, &why, self.state.wall.now()),
            Outcome::Refused { why } => Ended::Refused { why },
        }
    }
}

/// When it is tried again, with back-off; or that it was tried for long enough.
fn later(due: &Due, asked: Option<Duration>, why: &str, now: Timestamp) -> Ended {
    let tried = Duration::from_millis(now.since(due.first_at).max(0).cast_unsigned());
    let why = why.to_owned();
    match backoff::next(due.attempts, asked, share(due.id, due.attempts), tried, backoff::PAGES) {
        Some(wait) => {
            let ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            Ended::Later { at: now.plus(ms), why }
        }
        None => Ended::GivenUp { why },
    }
}

/// A share between 0 and 1 that spreads attempts of many deliveries: from their numbers, so that a
/// restart changes nothing.
fn share(id: i64, attempts: u32) -> f64 {
    let mixed = id.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(attempts) << 32;
    (mixed.wrapping_mul(0xff51_afd7_ed55_8ccd) >> 40) as f64 / f64::from(1_u32 << 24)
}
