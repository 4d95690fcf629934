//! What the pace remembers, and how it counts.

use std::net::IpAddr;

use super::{
    Factor, Pace,
    key::{AccountKey, Prefix},
    meter::Meter,
};

/// An account at an address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    /// Failed attempts, and allowed ones of which nothing was reported.
    failures: u32,
    /// The last attempt, or the first question of an address that has made none. Delays run from
    /// here.
    since: i64,
    /// `since` before the last attempt, to go back to when that attempt was right.
    before: i64,
    /// Whether there was an attempt; without one, nothing holds it longer than the brake.
    tried: bool,
}

impl Pair {
    /// With one attempt more, not yet judged.
    pub(super) fn after_attempt(self, now: i64) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            since: now,
            before: self.since,
            tried: true,
        }
    }

    /// The last attempt was wrong, as was known at `now`.
    pub(super) fn judged(self, now: i64) -> Self {
        Self { since: self.since.max(now), ..self }
    }

    /// The last attempt was right: as before it.
    pub(super) fn without_attempt(self) -> Self {
        let since = self.since.min(self.before);
        Self { failures: self.failures.saturating_sub(1), since, before: since, ..self }
    }
}

/// What happened to an account from addresses it has not signed in from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    /// Failures.
    heat: Meter,
    /// Second factors tried.
    second: Meter,
}

impl Account {
    const CALM: Self = Self { heat: Meter::EMPTY, second: Meter::EMPTY };
}

/// Who asks, from where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker {
    pub(super) account: AccountKey,
    pub(super) host: Prefix,
    network: Prefix,
    /// Whether the account has signed in from there.
    known: bool,
}

impl Asker {
    pub(super) fn pair(self) -> (AccountKey, Prefix) {
        (self.account, self.host)
    }
}

impl Pace {
    pub(super) fn asker(&self, account: &str, address: IpAddr, now: i64) -> Asker {
        let (account, host) = (AccountKey::of(account), Prefix::host(address));
        let known = self.known.knows(account, host, now);
        Asker { account, host, network: Prefix::network(address), known }
    }

    /// The record, if it is not to be forgotten.
    pub(super) fn pair(&self, asker: Asker, now: i64) -> Option<Pair> {
        let table = if asker.known { &self.familiar } else { &self.strange };
        table.get(asker.pair()).filter(|pair| self.is_live(*pair, now))
    }

    fn is_live(&self, pair: Pair, now: i64) -> bool {
        now.saturating_sub(pair.since) < self.settings.keep(pair.failures)
    }

    pub(super) fn keep_pair(&mut self, asker: Asker, pair: Pair) {
        let until = pair.since.saturating_add(self.settings.keep(pair.failures));
        let table = if asker.known { &mut self.familiar } else { &mut self.strange };
        table.put(asker.pair(), pair, until);
    }

    /// A record for somebody of whom nothing is known. Where strangers' records fill the table, he
    /// takes over the failures of the weakest, as far as they delay nobody longer than the brake.
    pub(super) fn newcomer(&self, asker: Asker, now: i64) -> Pair {
        let weakest = if asker.known { None } else { self.strange.weakest() };
        let mut failures =
            weakest.filter(|pair| self.is_live(*pair, now)).map_or(0, |pair| pair.failures);
        while failures > 0 && self.settings.delay(failures) > self.settings.brake_ms {
            failures -= 1;
        }
        Pair { failures, since: now, before: now, tried: false }
    }

    /// How long this account waits at this address for its own failures and for the brake.
    pub(super) fn own_wait(&self, asker: Asker, pair: Pair, now: i64) -> i64 {
        let mut delay = self.settings.delay(pair.failures);
        if !asker.known {
            let heat = self.account(asker).heat.level(now, self.settings.heat);
            delay = delay.max(self.settings.brake(heat, pair.failures));
        }
        if !pair.tried {
            delay = delay.min(self.settings.brake_ms);
        }
        pair.since.saturating_add(delay).saturating_sub(now).max(0)
    }

    /// How long it waits for what others share: address, network, the account's second factor.
    pub(super) fn common_wait(&self, asker: Asker, factor: Factor, now: i64) -> i64 {
        if asker.known {
            return 0;
        }
        let settings = &self.settings;
        let host = self.prefix(asker.host).wait(now, settings.host);
        let network = self.prefix(asker.network).wait(now, settings.network);
        let second = match factor {
            Factor::First => 0,
            Factor::Second => self.account(asker).second.wait(now, settings.second),
        };
        host.max(network).max(second)
    }

    /// Counts an attempt where others share the count.
    pub(super) fn charge(&mut self, asker: Asker, factor: Factor, now: i64) {
        if asker.known {
            return;
        }
        let settings = self.settings;
        for (prefix, rate) in [(asker.host, settings.host), (asker.network, settings.network)] {
            let mut meter = self.prefix(prefix);
            meter.add(now, rate);
            self.prefixes.put(prefix, meter, meter.empty_at());
        }
        let mut account = self.account(asker);
        account.heat.add(now, settings.heat);
        if factor == Factor::Second {
            account.second.add(now, settings.second);
        }
        self.keep_account(asker, account);
    }

    /// Takes one attempt out of those counts.
    pub(super) fn give_back(&mut self, asker: Asker, factor: Factor) {
        if asker.known {
            return;
        }
        let settings = self.settings;
        for (prefix, rate) in [(asker.host, settings.host), (asker.network, settings.network)] {
            if let Some(mut meter) = self.prefixes.get(prefix) {
                meter.take_back(rate);
                self.prefixes.put(prefix, meter, meter.empty_at());
            }
        }
        if let Some(mut account) = self.accounts.get(asker.account) {
            account.heat.take_back(settings.heat);
            if factor == Factor::Second {
                account.second.take_back(settings.second);
            }
            self.keep_account(asker, account);
        }
    }

    fn prefix(&self, prefix: Prefix) -> Meter {
        self.prefixes.get(prefix).unwrap_or(Meter::EMPTY)
    }

    fn account(&self, asker: Asker) -> Account {
        self.accounts.get(asker.account).unwrap_or(Account::CALM)
    }

    fn keep_account(&mut self, asker: Asker, account: Account) {
        let until = account.heat.empty_at().max(account.second.empty_at());
        self.accounts.put(asker.account, account, until);
    }
}
