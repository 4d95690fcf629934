//! The promises of the pace, held against attackers with a clock of their own.

use std::net::{IpAddr, Ipv6Addr};
use std::{cmp::Reverse, collections::BinaryHeap};

use identity::{Factor, Pace, Reply, pace::Settings};
use proptest::prelude::*;

const HOUR_MS: i64 = 3_600_000;
const LONGEST_MS: i64 = 900_000;

fn address(index: u32) -> IpAddr {
    Ipv6Addr::from((0x2001_0db8_u128 << 96) + (u128::from(index) << 80)).into()
}

/// The instants of all guesses at one account by so many addresses, each of which tries again the
/// moment it may.
fn greedy(addresses: u32, factor: Factor, hours: i64) -> Vec<i64> {
    let mut pace = Pace::new(Settings::DEFAULT);
    let mut queue: BinaryHeap<_> = (0..addresses).map(|index| Reverse((0_i64, index))).collect();
    let mut guesses = Vec::new();
    while let Some(Reverse((now, index))) = queue.pop() {
        if now > hours * HOUR_MS {
            break;
        }
        let next = match pace.ask("jane", address(index), factor, now) {
            Reply::Wait { ms } => now + ms,
            Reply::Allowed => {
                pace.failed("jane", address(index), now);
                guesses.push(now);
                now
            }
        };
        queue.push(Reverse((next, index)));
    }
    guesses
}

fn between(guesses: &[i64], from: i64, to: i64) -> usize {
    guesses.iter().filter(|at| (from..=to).contains(*at)).count()
}

#[test]
fn one_address_has_fifteen_guesses_and_then_five_an_hour() {
    let guesses = greedy(1, Factor::First, 24);
    assert!(between(&guesses, 0, HOUR_MS) <= 15);
    for hour in 1..24 {
        let count = between(&guesses, hour * HOUR_MS, (hour + 1) * HOUR_MS);
        assert!((4..=5).contains(&count), "hour {hour}: {count}");
    }
}

#[test]
fn one_address_has_610_guesses_at_all_accounts() {
    let mut pace = Pace::new(Settings::DEFAULT);
    let (mut now, mut guesses) = (0, 0);
    while now <= HOUR_MS {
        match pace.ask(&format!("user{guesses}"), address(1), Factor::First, now) {
            Reply::Wait { ms } => now += ms,
            Reply::Allowed => guesses += 1,
        }
    }
    assert_eq!(guesses, 610);
}

#[test]
fn a_thousand_addresses_are_bounded() {
    let guesses = greedy(1_000, Factor::First, 6);
    let first = between(&guesses, 0, HOUR_MS);
    assert!(first <= 7_100, "{first}");
    for hour in 1..6 {
        let count = between(&guesses, hour * HOUR_MS, (hour + 1) * HOUR_MS);
        assert!(count <= 4_100, "hour {hour}: {count}");
    }
}

#[test]
fn a_thousand_addresses_have_forty_codes_an_hour() {
    let guesses = greedy(1_000, Factor::Second, 3);
    for hour in 0..3 {
        let count = between(&guesses, hour * HOUR_MS, (hour + 1) * HOUR_MS);
        assert!(count <= 40, "hour {hour}: {count}");
    }
}

/// One act of anybody.
#[derive(Debug, Clone)]
enum Act {
    Ask { account: u8, from: u32, second: bool, fails: bool },
    Passed { account: u8, from: u32 },
    Succeeded { account: u8, from: u32 },
    Later(i64),
}

fn act() -> impl Strategy<Value = Act> {
    let who = (0..3_u8, 0..6_u32);
    prop_oneof![
        8 => (who.clone(), any::<bool>(), any::<bool>()).prop_map(
            |((account, from), second, fails)| Act::Ask { account, from, second, fails }),
        1 => who.clone().prop_map(|(account, from)| Act::Passed { account, from }),
        1 => who.prop_map(|(account, from)| Act::Succeeded { account, from }),
        3 => (0..2_000_000_i64).prop_map(Act::Later),
        1 => (-2_000_000..0_i64).prop_map(Act::Later),
        1 => (-10_000_000_000_000..10_000_000_000_000_i64).prop_map(Act::Later),
    ]
}

fn play(pace: &mut Pace, now: &mut i64, act: &Act) -> Reply {
    let name = |account: &u8| format!("user{account}");
    match act {
        Act::Ask { account, from, second, fails } => {
            let factor = if *second { Factor::Second } else { Factor::First };
            let reply = pace.ask(&name(account), address(*from), factor, *now);
            if reply == Reply::Allowed && *fails {
                pace.failed(&name(account), address(*from), *now);
            }
            return reply;
        }
        Act::Passed { account, from } => pace.passed(&name(account), address(*from), *now),
        Act::Succeeded { account, from } => {
            pace.succeeded(&name(account), address(*from), Factor::First, *now);
        }
        Act::Later(ms) => *now = now.saturating_add(*ms),
    }
    Reply::Allowed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happens, on any clock: no wait is longer than a quarter of an hour, and who waits
    /// as long as he was told, and again if need be, may try within that time.
    #[test]
    fn every_wait_is_short_and_ends(acts in proptest::collection::vec(act(), 1..200)) {
        let mut pace = Pace::new(Settings::DEFAULT);
        let mut now = 0;
        for act in &acts {
            if let Reply::Wait { ms } = play(&mut pace, &mut now, act) {
                prop_assert!((1..=LONGEST_MS).contains(&ms), "{ms}");
            }
        }
        let start = now;
        while let Reply::Wait { ms } = pace.ask("user0", address(0), Factor::Second, now) {
            now += ms;
            // A second more, in which a clock that was set back by less stands still.
            prop_assert!(now - start <= LONGEST_MS + 1_000);
        }
    }

    /// Whatever strangers do, a person is never kept waiting at an address that is known.
    #[test]
    fn strangers_lock_nobody_out(
        acts in proptest::collection::vec((0..2_000_u32, 0..3_000_i64, any::<bool>()), 1..400),
    ) {
        let mut pace = Pace::new(Settings::DEFAULT);
        let home: IpAddr = [192, 0, 2, 1].into();
        pace.succeeded("jane", home, Factor::Second, 0);
        let mut now = 0;
        for (from, later, second) in acts {
            now += later;
            let factor = if second { Factor::Second } else { Factor::First };
            let _ = pace.ask("jane", address(from), factor, now);
            let _ = pace.ask("jane", address(from % 7), factor, now);
            let mut person = |factor| pace.ask("jane", home, factor, now);
            prop_assert_eq!(person(Factor::First), Reply::Allowed);
            pace.passed("jane", home, now);
            prop_assert_eq!(pace.ask("jane", home, Factor::Second, now), Reply::Allowed);
            pace.succeeded("jane", home, Factor::Second, now);
        }
    }

    /// Whatever strangers do, a new address that keeps asking is let in within half a minute of
    /// its first question.
    #[test]
    fn strangers_delay_a_new_address_by_half_a_minute(
        before in proptest::collection::vec((0..2_000_u32, 0..3_000_i64), 1..400),
        during in proptest::collection::vec(0..2_000_u32, 0..100),
    ) {
        let mut pace = Pace::new(Settings::DEFAULT);
        let mut now = 0;
        for (from, later) in before {
            now += later;
            let _ = pace.ask("jane", address(from), Factor::First, now);
        }
        let (start, new) = (now, IpAddr::from([192, 0, 2, 1]));
        while let Reply::Wait { ms } = pace.ask("jane", new, Factor::First, now) {
            for from in &during {
                let _ = pace.ask("jane", address(5_000 + from), Factor::First, now);
            }
            now += ms;
            prop_assert!(now - start <= 30_000, "{}", now - start);
        }
    }

    /// However an attacker times his guesses, one address has at most fifteen an hour.
    #[test]
    fn no_timing_beats_the_ladder(
        pauses in proptest::collection::vec(
            prop_oneof![Just(0), 0..1_000_i64, 0..HOUR_MS, HOUR_MS..14 * HOUR_MS], 1..300),
    ) {
        let mut pace = Pace::new(Settings::DEFAULT);
        let (mut now, mut guesses) = (0, Vec::new());
        for pause in pauses {
            now += pause;
            if pace.ask("jane", address(1), Factor::First, now) == Reply::Allowed {
                guesses.push(now);
            }
        }
        for (index, start) in guesses.iter().enumerate() {
            let hour = guesses[index..].iter().take_while(|at| **at - start <= HOUR_MS).count();
            prop_assert!(hour <= 15, "{hour}");
        }
    }
}
