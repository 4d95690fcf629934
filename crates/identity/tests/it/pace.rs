//! The pace, rule by rule.

use std::net::{IpAddr, Ipv6Addr};

use identity::{
    Factor, Pace, Reply,
    pace::{Rate, Settings},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

fn pace() -> Pace {
    Pace::new(Settings::DEFAULT)
}

fn v4(last: u8) -> IpAddr {
    [192, 0, 2, last].into()
}

/// An address in a network of its own.
fn stranger(index: u32) -> IpAddr {
    Ipv6Addr::from((0x2001_0db8_u128 << 96) + (u128::from(index) << 80)).into()
}

/// Waits as long as it must, then fails.
fn fail(pace: &mut Pace, account: &str, address: IpAddr, now: &mut i64) {
    while let Reply::Wait { ms } = pace.ask(account, address, Factor::First, *now) {
        *now += ms;
    }
    pace.failed(account, address, *now);
}

fn wait(pace: &mut Pace, account: &str, address: IpAddr, now: i64) -> i64 {
    match pace.ask(account, address, Factor::First, now) {
        Reply::Allowed => 0,
        Reply::Wait { ms } => ms,
    }
}

#[test]
fn delays_double_up_to_fifteen_minutes() {
    let mut pace = pace();
    let mut now = 0;
    for _ in 0..3 {
        assert_eq!(pace.ask("jane", v4(1), Factor::First, now), Reply::Allowed);
        pace.failed("jane", v4(1), now);
    }
    for seconds in [1, 2, 4, 8, 16, 32, 64] {
        assert_eq!(wait(&mut pace, "jane", v4(1), now), seconds * 1_000);
        fail(&mut pace, "jane", v4(1), &mut now);
    }
    // The brake doubles too, once the account has had ten failures.
    for _ in 0..5 {
        fail(&mut pace, "jane", v4(1), &mut now);
    }
    assert_eq!(wait(&mut pace, "jane", v4(1), now), 900_000);
    assert_eq!(wait(&mut pace, "jane", v4(1), now + 899_999), 1);
    assert_eq!(wait(&mut pace, "jane", v4(1), now + 900_000), 0);
}

#[test]
fn asking_in_vain_costs_nothing() {
    let mut pace = pace();
    for _ in 0..3 {
        let _ = pace.ask("jane", v4(1), Factor::First, 0);
    }
    for now in 0..1_000 {
        assert_eq!(wait(&mut pace, "jane", v4(1), now), 1_000 - now);
    }
    assert_eq!(wait(&mut pace, "jane", v4(1), 1_000), 0);
}

#[test]
fn an_attempt_counts_from_the_moment_it_is_allowed() {
    // A hundred requests at once, none of them answered yet.
    let mut pace = pace();
    let allowed =
        (0..100).filter(|_| pace.ask("jane", v4(1), Factor::First, 0) == Reply::Allowed).count();
    assert_eq!(allowed, 3);
}

#[test]
fn success_forgets_and_halfway_does_not() {
    let mut pace = pace();
    let mut now = 0;
    for _ in 0..6 {
        fail(&mut pace, "jane", v4(1), &mut now);
    }
    now += 8_000;
    // The password is right: the code may be typed at once, whatever the delay was.
    assert_eq!(pace.ask("jane", v4(1), Factor::First, now), Reply::Allowed);
    pace.passed("jane", v4(1), now);
    assert_eq!(pace.ask("jane", v4(1), Factor::Second, now + 5), Reply::Allowed);
    pace.failed("jane", v4(1), now + 5);
    // The code was wrong: the right password did not wipe the six failures.
    assert_eq!(wait(&mut pace, "jane", v4(1), now + 5), 16_000);
    now += 16_005;
    assert_eq!(pace.ask("jane", v4(1), Factor::Second, now), Reply::Allowed);
    pace.succeeded("jane", v4(1), Factor::Second, now);
    assert_eq!(wait(&mut pace, "jane", v4(1), now), 0);
}

#[test]
fn a_known_password_does_not_buy_codes() {
    // Over and over: the right password, then a wrong code.
    let mut pace = pace();
    let (mut now, mut codes) = (0, 0);
    while now < HOUR_MS {
        match pace.ask("jane", v4(1), Factor::First, now) {
            Reply::Wait { ms } => now += ms,
            Reply::Allowed => {
                pace.passed("jane", v4(1), now);
                if pace.ask("jane", v4(1), Factor::Second, now) == Reply::Allowed {
                    pace.failed("jane", v4(1), now);
                    codes += 1;
                }
            }
        }
    }
    assert!(codes <= 15, "{codes}");
}

#[test]
fn an_address_has_ten_and_then_ten_a_minute() {
    let mut pace = pace();
    let name = |index: i64| format!("user{index}");
    for index in 0..10 {
        assert_eq!(pace.ask(&name(index), v4(1), Factor::First, 0), Reply::Allowed);
    }
    assert_eq!(wait(&mut pace, &name(10), v4(1), 0), 6_000);
    assert_eq!(wait(&mut pace, &name(10), v4(2), 0), 0, "the neighbour is free");
    assert_eq!(wait(&mut pace, &name(10), v4(1), 6_000), 0);
    assert_eq!(wait(&mut pace, &name(11), v4(1), 6_000), 6_000);
}

#[test]
fn a_network_of_many_hosts_has_a_hundred() {
    // A /48 has 65,536 times a /64.
    let host = |index: u128| -> IpAddr {
        Ipv6Addr::from((0x2001_0db8_u128 << 96) + (index << 64) + 1).into()
    };
    let mut pace = pace();
    let allowed = (0..1_000).filter(|index| {
        let name = format!("user{index}");
        pace.ask(&name, host(*index), Factor::First, 0) == Reply::Allowed
    });
    assert_eq!(allowed.count(), 100);
}

#[test]
fn a_whole_shift_signs_in_from_one_address() {
    let mut pace = pace();
    for index in 0..500_i64 {
        let (name, now) = (format!("user{index}"), index * 100);
        assert_eq!(pace.ask(&name, v4(1), Factor::First, now), Reply::Allowed);
        pace.passed(&name, v4(1), now);
        assert_eq!(pace.ask(&name, v4(1), Factor::Second, now), Reply::Allowed);
        pace.succeeded(&name, v4(1), Factor::Second, now);
    }
}

#[test]
fn guessing_from_everywhere_is_braked_and_nobody_is_held_long() {
    let mut pace = pace();
    for index in 0..200 {
        let _ = pace.ask("jane", stranger(index), Factor::First, 0);
    }
    // A new address waits, at most half a minute, and then it may.
    assert_eq!(wait(&mut pace, "jane", v4(1), 0), 1_000);
    let (mut now, mut index) = (0, 1_000);
    while now < HOUR_MS / 2 {
        fail(&mut pace, "jane", stranger(index), &mut now);
        index += 1;
    }
    let first = wait(&mut pace, "jane", v4(2), now);
    assert!((1..=30_000).contains(&first), "{first}");
    for more in 0..5_000 {
        let _ = pace.ask("jane", stranger(10_000 + more), Factor::First, now);
    }
    assert_eq!(wait(&mut pace, "jane", v4(2), now + 30_000), 0);
    // Another account is not concerned, nor is this one when it has cooled.
    assert_eq!(wait(&mut pace, "joan", v4(3), now), 0);
    assert_eq!(wait(&mut pace, "jane", v4(4), now + 2 * HOUR_MS), 0);
}

#[test]
fn second_factors_are_few_for_all_strangers_together() {
    let mut pace = pace();
    let allowed = |pace: &mut Pace, now: i64| {
        (0..1_000)
            .filter(|index| {
                pace.ask("jane", stranger(*index), Factor::Second, now) == Reply::Allowed
            })
            .count()
    };
    pace.remember("jane", v4(1), 0);
    let mut sum = 0;
    for minute in 0..=60 {
        sum += allowed(&mut pace, minute * 60_000);
    }
    assert!((30..=40).contains(&sum), "{sum}");
    assert_eq!(pace.ask("jane", v4(1), Factor::Second, HOUR_MS), Reply::Allowed);
}

#[test]
fn a_known_address_is_known_for_thirty_days() {
    let mut pace = pace();
    pace.succeeded("jane", v4(1), Factor::Second, 0);
    pace.remember("jane", v4(2), -DAY_MS);
    for now in [30 * DAY_MS - 1, 30 * DAY_MS + 1] {
        for index in 0..200 {
            let address = stranger(index + (now & 1) as u32 * 1_000);
            let _ = pace.ask("jane", address, Factor::First, now);
        }
    }
    assert_eq!(wait(&mut pace, "jane", v4(1), 30 * DAY_MS), 0);
    assert!(wait(&mut pace, "jane", v4(2), 30 * DAY_MS) > 0);
}

#[test]
fn names_without_an_account_are_paced_alike() {
    // The pace never asks whether an account exists: the same acts give the same waits.
    let mut pace = pace();
    for now in [0, 1, 2, 500, 1_002, 5_000, 5_001] {
        let one = wait(&mut pace, "jane", v4(1), now);
        let other = wait(&mut pace, "nobody", v4(101), now);
        assert_eq!(one, other);
    }
}

#[test]
fn memory_is_bounded_and_a_record_is_dear_to_wash_away() {
    let wide = Rate { burst: 1_000_000, each_ms: 1 };
    let settings = Settings { most: 100, host: wide, network: wide, ..Settings::DEFAULT };
    let mut pace = Pace::new(settings);
    let mut now = 0;
    for _ in 0..9 {
        fail(&mut pace, "jane", v4(1), &mut now);
    }
    let held = |pace: &mut Pace, now| wait(pace, "jane", v4(1), now) > 0;
    // A hundred thousand others with a failure each do not wash it away.
    for index in 0..100_000 {
        let _ = pace.ask(&format!("user{index}"), v4(2), Factor::First, now);
    }
    assert!(held(&mut pace, now));
    assert!(pace.records() <= 410, "{}", pace.records());
    // Somebody new takes over what was pushed out for him, and waits no longer than the brake.
    let first = wait(&mut pace, "newcomer", v4(3), now);
    assert!(first <= 30_000, "{first}");
    assert_eq!(wait(&mut pace, "newcomer", v4(3), now + first), 0);
}
