//! How fast anybody may guess: passwords, second factors and recovery codes in one budget.
//!
//! # What waits
//! - **An account at an address**: three attempts freely, then 1 s, 2 s, 4 s … up to 15 minutes
//!   after each further failure.
//! - **An address**: ten attempts at once, then one in 6 s; a network a hundred, then one in 2 s.
//!   Attempts that succeed are given back, so that a shift can sign in from behind one address.
//! - **An account that is being guessed from many addresses**: after ten failures from addresses it
//!   has not signed in from, such an address waits 1 s, at sixty 30 s, and doubles that with each
//!   failure of its own. Nobody else's failure makes it wait longer than 30 s.
//! - **The second factor of an account**, from addresses it has not signed in from: twenty, then
//!   one in three minutes for all of them together. Six digits fall to patience: a thousand
//!   addresses at the pace of passwords would guess one code in fifty in an hour. Only who knows
//!   the password gets here, so strangers cannot use this limit against anybody.
//!
//! An address from which the account signed in within 30 days is bound by the first rule alone, and
//! the first rule counts only what happened at that address: strangers cannot lock anybody out.
//! The limit of that: who shares an address with somebody (behind one NAT) can make him wait there
//! up to 15 minutes at a time; he can sign in from elsewhere.
//!
//! NIST SP 800-63B asks for at most 100 failed attempts in a row before an authenticator is
//! disabled. We slow instead of disabling, because a stranger must not be able to lock the person
//! who is on call out of the record of an incident.
//!
//! # What that bounds, in guesses
//! - One address, one account: 15 in the first hour, 5 in any later one.
//! - One address, any accounts it has not signed in to: 610 in an hour.
//! - 1,000 addresses in as many networks, one account: 15,000 in any hour by the first rule alone;
//!   all trying again the moment they may, 7,100 in the first hour and 4,100 in any later one.
//! - Second factors of one account, from all those addresses: 40 in any hour.
//!
//! # How it fails
//! Closed. An attempt counts as failed from the moment it is allowed, so that parallel guesses and
//! requests that are broken off gain nothing. A clock that is set back frees nobody, and holds
//! nobody longer than the rule says; read it under the lock. A refused attempt is not counted, so
//! asking again does no harm. Whoever holds the lock and finds it poisoned must refuse.
//!
//! Memory is bounded; what would be forgotten soonest makes room, which is what has few failures
//! long ago. A newcomer in a full table takes over the failures of the record that made room for
//! him (the space-saving rule of Metwally et al., 2005), up to the delay that is never more than
//! 30 s. So to wash away a record of `n` failures somebody must first make about 100,000 times `n`
//! attempts elsewhere, and gains three guesses. Only signing in adds a known address, and one
//! account keeps sixteen, so nobody can push out another's.
//!
//! Kept in memory: a restart forgets failures. [`Pace::remember`] brings known addresses back.

mod books;
mod key;
mod known;
mod meter;
mod settings;
mod steady;
mod table;

use std::net::IpAddr;

use books::{Account, Pair};
use key::{AccountKey, Prefix};
use known::Known;
use meter::Meter;
pub use meter::Rate;
pub use settings::Settings;
use steady::Steady;
use table::Table;

/// What is being tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A password, or anything else that anybody may try.
    First,
    /// A one-time code or a recovery code, after the first factor was right.
    Second,
}

/// Whether an attempt may be made now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Reply {
    /// Go on, and report what came of it.
    Allowed,
    /// Not yet. Do not look at what was typed.
    Wait {
        /// Milliseconds until it is worth asking again: at least 1, at most 15 minutes.
        ms: i64,
    },
}

/// The rate limiter of sign-in. One for the process, behind a lock. Not to be asked about sessions
/// and tokens, which nobody can guess.
#[derive(Debug)]
pub struct Pace {
    settings: Settings,
    steady: Steady,
    /// Accounts at addresses that they have not signed in from.
    strange: Table<(AccountKey, Prefix), Pair>,
    /// Accounts at addresses that they have signed in from: apart, so that no stranger's record
    /// takes the room of one of these.
    familiar: Table<(AccountKey, Prefix), Pair>,
    prefixes: Table<Prefix, Meter>,
    accounts: Table<AccountKey, Account>,
    known: Known,
}

impl Pace {
    /// An empty memory.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            steady: Steady::NEW,
            strange: Table::new(settings.most),
            familiar: Table::new(settings.most),
            prefixes: Table::new(settings.most),
            accounts: Table::new(settings.most),
            known: Known::new(settings.most / 10, settings.known_ms),
        }
    }

    /// Whether an attempt for `account` (the name as typed) from `address` may be made at `now_ms`.
    /// When it may, it is counted as failed until [`Pace::passed`] or [`Pace::succeeded`].
    pub fn ask(&mut self, account: &str, address: IpAddr, factor: Factor, now_ms: i64) -> Reply {
        let asker = self.asker(account, address, now_ms);
        let now = self.steady.at(now_ms);
        let found = self.pair(asker, now);
        let pair = found.unwrap_or_else(|| self.newcomer(asker, now));
        let own = self.own_wait(asker, pair, now);
        let ms = own.max(self.common_wait(asker, factor, now));
        if ms == 0 {
            self.keep_pair(asker, pair.after_attempt(now));
            self.charge(asker, factor, now);
            return Reply::Allowed;
        }
        if found.is_none() && own > 0 {
            // The wait begins to run.
            self.keep_pair(asker, pair);
        }
        Reply::Wait { ms }
    }

    /// The attempt was wrong. It was counted when it was allowed; the delay runs from now.
    pub fn failed(&mut self, account: &str, address: IpAddr, now_ms: i64) {
        let asker = self.asker(account, address, now_ms);
        let now = self.steady.at(now_ms);
        if let Some(pair) = self.pair(asker, now) {
            self.keep_pair(asker, pair.judged(now));
        }
    }

    /// The first factor was right and the second is still to come. The attempt is given back, and
    /// earlier failures stay: otherwise who knows the password could guess codes without end.
    pub fn passed(&mut self, account: &str, address: IpAddr, now_ms: i64) {
        let asker = self.asker(account, address, now_ms);
        let now = self.steady.at(now_ms);
        if let Some(pair) = self.pair(asker, now) {
            self.keep_pair(asker, pair.without_attempt());
            self.give_back(asker, Factor::First);
        }
    }

    /// Everything that was asked for was right: the account's failures at this address are
    /// forgotten, and the address is known.
    pub fn succeeded(&mut self, account: &str, address: IpAddr, factor: Factor, now_ms: i64) {
        let asker = self.asker(account, address, now_ms);
        let now = self.steady.at(now_ms);
        if self.pair(asker, now).is_some() {
            self.give_back(asker, factor);
        }
        self.strange.remove(asker.pair());
        self.familiar.remove(asker.pair());
        self.known.remember(asker.account, asker.host, now_ms);
    }

    /// An address from which the account signed in at `at_ms`, read from the log after a restart.
    pub fn remember(&mut self, account: &str, address: IpAddr, at_ms: i64) {
        self.known.remember(AccountKey::of(account), Prefix::host(address), at_ms);
    }

    /// How many records are held, of all kinds.
    pub fn records(&self) -> usize {
        self.strange.len()
            + self.familiar.len()
            + self.prefixes.len()
            + self.accounts.len()
            + self.known.accounts()
    }
}
