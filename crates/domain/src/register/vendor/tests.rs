//! Where vendors stand, and what a form about them may say.

use proptest::prelude::*;

use super::*;
use crate::register::{Ended, Filled, Known, Record};

const NEED: [&str; 3] = ["with-phi", "yes", "no"];

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn today() -> Day {
    Day::of(NOW)
}

fn known() -> Known {
    Known { now: NOW, ..Known::default() }
}

fn filled() -> Filled {
    Filled::default()
        .with("name", "Transcription service")
        .with("services", "Turns dictation into text")
        .with("receives_phi", "yes")
        .with("phi_since", today().plus(-100).to_string())
}

fn agreed(filled: Filled) -> Filled {
    filled
        .with("baa_parties", "The organisation and the vendor")
        .with("baa_services", "Transcription")
        .with("baa_signed", today().plus(-120).to_string())
}

fn vendor(filled: &Filled) -> Registered<Vendor> {
    Registered {
        id: VendorId(1),
        version: 1,
        added: NOW.plus(-DAY_MS),
        changed: NOW,
        ended: None,
        record: Vendor::read(filled, &known()).unwrap(),
    }
}

fn state(filled: &Filled) -> VendorState {
    vendor(filled).state(NOW)
}

fn flaws(filled: &Filled) -> Vec<&'static str> {
    Vendor::read(filled, &known()).unwrap_err().iter().map(|flaw| flaw.field).collect()
}

#[test]
fn an_agreement_covers_from_its_signature_to_its_last_day() {
    let on = |name, day: Day| agreed(filled()).with(name, day.to_string());
    assert_eq!(state(&agreed(filled())), VendorState::Covered);
    let last = today();
    assert_eq!(
        state(&on("baa_expires", last)),
        VendorState::Expiring { due: Due::Expires, on: last }
    );
    let over = vendor(&on("baa_expires", last));
    assert!(over.state(Timestamp(last.end().0 - 1)).holds());
    assert_eq!(over.state(last.end()), VendorState::Expired { since: last.end() });
    assert_eq!(state(&on("baa_expires", last.plus(31))), VendorState::Covered);
    // A review that was forgotten is told, and the agreement still holds.
    let review = last.plus(-3);
    assert_eq!(
        state(&on("baa_review", review)),
        VendorState::Expiring { due: Due::Review, on: review }
    );
    // Nothing holds before the day from which it holds.
    let later = vendor(&on("baa_effective", last.plus(2)));
    assert!(matches!(later.state(NOW), VendorState::Uncovered { .. }));
    assert_eq!(later.state(last.plus(2).start()), VendorState::Covered);
}

#[test]
fn phi_ends_the_time_of_grace() {
    let without = vendor(&filled());
    let since = today().plus(-100).start();
    assert_eq!(without.state(NOW), VendorState::Uncovered { since });
    // Unknown since when: it counts from the registration on.
    let unknown = vendor(&filled().with("phi_since", ""));
    assert_eq!(unknown.state(NOW), VendorState::Uncovered { since: unknown.added });
    let soon = vendor(&filled().with("phi_since", today().plus(3).to_string()));
    let until = today().plus(3).start();
    assert_eq!(soon.state(NOW), VendorState::Pending { until });
    assert_eq!(soon.state(until), VendorState::Uncovered { since: until });
    let much_later = vendor(&filled().with("phi_since", today().plus(300).to_string()));
    let until = much_later.added.plus(GRACE_DAYS * DAY_MS);
    assert_eq!(much_later.state(NOW), VendorState::Pending { until });
    assert_eq!(much_later.state(until), VendorState::Uncovered { since: until });
    let none = filled().with("receives_phi", "no").with("phi_since", "");
    assert_eq!(state(&none), VendorState::NotRequired);
    assert!(matches!(state(&none.with("baa_required", "yes")), VendorState::Pending { .. }));
}

#[test]
fn an_agreement_that_ended_is_no_worse_than_none() {
    let ended =
        |filled: Filled| vendor(&agreed(filled).with("baa_expires", today().plus(-20).to_string()));
    // PHI flows: nothing is gained by clearing the agreement.
    let flowing = ended(filled());
    let since = today().plus(-19).start();
    assert_eq!(flowing.state(NOW), VendorState::Expired { since });
    assert!(state(&filled()).failing_since().is_some_and(|without| without <= since));
    // It does not flow yet: there is as much time as for a vendor that never had one.
    let soon = filled().with("phi_since", today().plus(3).to_string());
    let until = today().plus(3).start();
    assert_eq!(ended(soon.clone()).state(NOW), VendorState::Pending { until });
    assert_eq!(ended(soon.clone()).state(NOW), state(&soon));
    assert_eq!(ended(soon).state(until), VendorState::Expired { since: until });
}

#[test]
fn whoever_needs_none_is_left_out_of_the_share_and_says_why() {
    let excused = filled().with("baa_required", "no");
    assert_eq!(flaws(&excused), ["not_required_reason"]);
    let excused = vendor(&excused.with("not_required_reason", "A mere conduit"));
    let only = baa_coverage(std::slice::from_ref(&excused), NOW);
    assert_eq!((only.value(), only.not_required), (None, 1), "nobody eligible is not 100 %");
    let failing = vendor(&filled());
    let ended = Registered {
        ended: Some(Ended { at: NOW, reason: "contract over".to_owned() }),
        ..failing.clone()
    };
    let all = baa_coverage(&[excused, failing, ended, vendor(&agreed(filled()))], NOW);
    assert_eq!((all.covered, all.eligible, all.value()), (1, 2, Some(0.5)));
    assert!(all.violated() && !all.failing[0].expired);
}

#[test]
fn what_is_wrong_is_told_for_each_field_at_once() {
    assert_eq!(flaws(&Filled::default()), ["name", "services", "receives_phi"]);
    let half = filled().with("baa_file", "signed.pdf").with("baa_sha256", "abc");
    assert_eq!(flaws(&half), ["baa_parties", "baa_services", "baa_signed", "baa_sha256"]);
    let signed = today().plus(1).to_string();
    assert_eq!(flaws(&agreed(filled()).with("baa_signed", signed)), ["baa_signed"]);
    let early = today().plus(-121).to_string();
    assert_eq!(flaws(&agreed(filled()).with("baa_expires", early)), ["baa_expires"]);
    assert_eq!(flaws(&filled().with("receives_phi", "no")), ["phi_since"]);
    assert_eq!(flaws(&filled().with("phi_since", "0206-03-01")), ["phi_since"]);
    // Nothing that was filled in is dropped in silence.
    let reason = filled().with("not_required_reason", "A mere conduit");
    assert_eq!(flaws(&reason), ["not_required_reason"]);
    assert_eq!(flaws(&reason.with("baa_required", "yes")), ["not_required_reason"]);
    let bytes = filled().with("baa_file_bytes", "42");
    assert_eq!(flaws(&bytes), ["baa_parties", "baa_services", "baa_signed"]);
    assert_eq!(flaws(&filled().with("services", "Pr\u{fffd}fung")), ["services"]);
    let long = "x".repeat(121);
    assert_eq!(flaws(&filled().with("name", long)), ["name"]);
}

proptest! {
    #[test]
    fn a_record_that_was_written_reads_the_same(
        services in "[ -~äß\n]{1,80}[a-z]", need in 0_usize..3, signed in proptest::option::of(0_i64..900),
    ) {
        let mut filled = filled()
            .with("services", services)
            .with("baa_required", NEED[need])
            .with("not_required_reason", if need == 2 { "because" } else { "" });
        if let Some(ago) = signed {
            filled = agreed(filled).with("baa_signed", today().plus(-ago).to_string());
        }
        let read = Vendor::read(&filled, &known()).unwrap();
        prop_assert_eq!(Vendor::read(&read.write(&known()), &known()), Ok(read));
    }

    /// Taking the agreement away never makes a vendor look better, whether it holds or has ended:
    /// one that fails with it has failed without it for as long or longer.
    #[test]
    fn losing_the_agreement_never_helps(
        phi in proptest::option::of(-200_i64..200), signed in 0_i64..500, expires in proptest::option::of(-50_i64..400),
        at in -30_i64..60,
    ) {
        let base = filled().with("phi_since", phi.map_or(String::new(), |day| today().plus(day).to_string()));
        let signed = today().plus(-signed);
        let expires = expires.map(|days| signed.plus(days.max(0)));
        let with = agreed(base.clone())
            .with("baa_signed", signed.to_string())
            .with("baa_expires", expires.map_or(String::new(), |day| day.to_string()));
        let at = NOW.plus(at * DAY_MS);
        let (with, without) = (vendor(&with), vendor(&base));
        prop_assert!(!without.state(at).holds());
        let failing = |one: &Registered<Vendor>| one.state(at).failing_since();
        if let Some(since) = failing(&with) {
            let longer = failing(&without).is_some_and(|without| without <= since);
            prop_assert!(longer, "{:?} and without {:?}", with.state(at), without.state(at));
        }
    }
}
