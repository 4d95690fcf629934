//! Where each account has signed in before.

use super::{
    key::{AccountKey, Prefix},
    table::Table,
};

/// Places remembered for one account. Only somebody who can sign in adds one, and pushes out none
/// but his own.
const PLACES: usize = 16;

type Place = Option<(Prefix, i64)>;

/// The addresses from which each account has signed in, with the last time.
#[derive(Debug)]
pub(super) struct Known {
    for_ms: i64,
    accounts: Table<AccountKey, [Place; PLACES]>,
}

impl Known {
    pub(super) fn new(most: usize, for_ms: i64) -> Self {
        Self { for_ms, accounts: Table::new(most) }
    }

    pub(super) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// Whether the account has signed in from there within the time that counts.
    pub(super) fn knows(&self, account: AccountKey, host: Prefix, now: i64) -> bool {
        self.accounts
            .get(account)
            .unwrap_or_default()
            .into_iter()
            .flatten()
            .any(|(place, at)| place == host && now.saturating_sub(at) <= self.for_ms)
    }

    /// Remembers a sign-in; the account's oldest place makes room.
    pub(super) fn remember(&mut self, account: AccountKey, host: Prefix, at: i64) {
        let mut places = self.accounts.get(account).unwrap_or_default();
        let same = places.iter().position(|place| place.is_some_and(|(known, _)| known == host));
        let oldest = (0..PLACES).min_by_key(|index| places[*index].map(|(_, at)| at));
        if let Some(index) = same.or(oldest) {
            let before = places[index].filter(|_| same.is_some()).map_or(at, |(_, before)| before);
            places[index] = Some((host, at.max(before)));
        }
        let last = places.iter().flatten().map(|(_, at)| *at).max().unwrap_or(at);
        self.accounts.put(account, places, last.saturating_add(self.for_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_pushes_out_only_its_own_oldest_place() {
        let mut known = Known::new(10, 1_000);
        let place = |index: usize| Prefix::host(std::net::Ipv4Addr::from(index as u32).into());
        let (jane, joan) = (AccountKey::of("jane"), AccountKey::of("joan"));
        known.remember(joan, place(0), 0);
        for index in 0..=PLACES {
            known.remember(jane, place(index), index as i64);
        }
        assert!(known.knows(joan, place(0), 100));
        assert!(!known.knows(jane, place(0), 100));
        assert!(known.knows(jane, place(1), 100));
        assert!(known.knows(jane, place(PLACES), 100));
    }

    #[test]
    fn a_place_is_forgotten_and_an_older_sign_in_does_not_shorten_a_newer() {
        let mut known = Known::new(10, 1_000);
        let here = Prefix::host([192, 0, 2, 1].into());
        let jane = AccountKey::of("jane");
        known.remember(jane, here, 500);
        known.remember(jane, here, 100);
        assert!(known.knows(jane, here, 1_500));
        assert!(!known.knows(jane, here, 1_501));
    }
}
