//! The answers: pure functions over what is stored.

use super::{About, Basis, Cause, Check, Outcome};
use crate::access_event::TrailState;
use crate::freshness::Age;
use crate::register::VendorState;
use crate::{AccountId, Evaluation, Region, ResourceKey, State, Timestamp};

/// About what is asked; what a check does not need is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The account.
    pub account: Option<AccountId>,
    /// The region.
    pub region: Option<Region>,
    /// The resource.
    pub resource: Option<ResourceKey>,
}

/// Answers from evaluations of controls.
///
/// One no is a no. Else one unknown is unknown. A yes is as old as the oldest evaluation behind it.
/// An excepted control fails: an exception changes who may live with it, not what is so. Without an
/// evaluation the answer is unknown.
pub fn of_evaluations(check: Check, asked: &Asked, evaluations: &[Evaluation]) -> Outcome {
    let Basis::Controls { ids, about, pass_is_yes } = check.basis() else {
        return Outcome::unknown(Cause::NotJudged);
    };
    let concerned = evaluations
        .iter()
        .filter(|it| ids.contains(&it.control.as_str()) && concerns(it, about, asked))
        .map(|evaluation| outcome_of(evaluation, pass_is_yes));
    let (mut bad, mut unknown, mut good) = (Vec::new(), Vec::new(), Vec::new());
    for outcome in concerned {
        match (outcome, pass_is_yes) {
            (Outcome::Unknown { .. }, _) => unknown.push(outcome),
            (Outcome::Yes { .. }, true) | (Outcome::No { .. }, false) => good.push(outcome),
            _ => bad.push(outcome),
        }
    }
    let oldest = |outcomes: &[Outcome]| outcomes.iter().min_by_key(|it| it.as_of()).copied();
    oldest(&bad)
        .or_else(|| oldest(&unknown))
        .or_else(|| oldest(&good))
        .unwrap_or(Outcome::unknown(Cause::NotJudged))
}

fn concerns(evaluation: &Evaluation, about: About, asked: &Asked) -> bool {
    let account = || {
        asked.account.as_ref().is_some_and(|account| {
            evaluation.account == *account && evaluation.resource == ResourceKey::account(account)
        })
    };
    match about {
        About::Resource => asked.resource.as_ref() == Some(&evaluation.resource),
        About::Account => account(),
        About::Region => account() && asked.region.as_ref() == Some(&evaluation.region),
    }
}

fn outcome_of(evaluation: &Evaluation, pass_is_yes: bool) -> Outcome {
    let as_of = evaluation.as_of;
    let passes = match evaluation.state {
        State::Pass => true,
        State::Fail | State::Excepted => false,
        State::NotApplicable => return Outcome::Unknown { why: Cause::NotApplicable, as_of },
        State::Stale => return Outcome::Unknown { why: Cause::TooOld, as_of },
        State::Error => return Outcome::Unknown { why: Cause::Unreadable, as_of },
        State::NotEvaluated => {
            return Outcome::Unknown { why: evaluation.reason.into(), as_of };
        }
    };
    match as_of {
        None => Outcome::unknown(Cause::Undated),
        Some(as_of) if passes == pass_is_yes => Outcome::Yes { as_of },
        Some(as_of) => Outcome::No { as_of },
    }
}

/// Answers whether a trail records in a region, from the trails that were listed there and the age
/// of that listing. That a fresh listing is empty is a no: nothing is recorded.
pub fn of_trails(trails: &[TrailState], age: Age) -> Outcome {
    let as_of = match age {
        Age::Never => return Outcome::unknown(Cause::NotCollected),
        Age::Stale(at) => return Outcome::Unknown { why: Cause::TooOld, as_of: Some(at) },
        Age::Fresh(at) => at,
    };
    let records = |trail: &TrailState| trail.logging == Some(true) && !trail.delivery_fails;
    if trails.iter().any(records) {
        Outcome::Yes { as_of }
    } else if trails.iter().any(|trail| trail.logging.is_none()) {
        Outcome::Unknown { why: Cause::AccessDenied, as_of: Some(as_of) }
    } else {
        Outcome::No { as_of }
    }
}

/// Calls to a table that applications reported in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// All of them.
    pub seen: u64,
    /// Those that DynamoDB refused for their rate: `ProvisionedThroughputExceededException`,
    /// `ThrottlingException`, `RequestLimitExceeded` (DynamoDB Developer Guide, "Error handling").
    pub throttled: u64,
    /// When the last of them was received.
    pub as_of: Option<Timestamp>,
}

/// Answers whether calls are throttled. That no call was reported is unknown.
pub fn of_calls(calls: Calls) -> Outcome {
    match (calls.as_of, calls.throttled, calls.seen) {
        (None, ..) | (_, 0, 0) => Outcome::Unknown { why: Cause::NothingSeen, as_of: calls.as_of },
        (Some(as_of), 0, _) => Outcome::No { as_of },
        (Some(as_of), ..) => Outcome::Yes { as_of },
    }
}

/// What CloudTrail recorded of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// The last attempt that succeeded.
    pub last: Option<Timestamp>,
    /// Up to when the events were read.
    pub read_to: Option<Timestamp>,
}

/// Answers whether an identity was used since an instant: yes or unknown, and never no. Reads of
/// objects and items are data events, which `LookupEvents` does not hold (CloudTrail API
/// Reference), so that nothing is recorded does not show that nothing was done.
pub fn of_attempts(attempts: Attempts, since: Timestamp) -> Outcome {
    match attempts.last {
        Some(at) if at >= since => Outcome::Yes { as_of: attempts.read_to.unwrap_or(at).max(at) },
        _ => Outcome::Unknown { why: Cause::NothingSeen, as_of: attempts.read_to },
    }
}

/// Answers whether an agreement is in force with a vendor; `None` for one that is not registered.
/// Time that is left to make one is not an agreement (45 CFR 164.308(b)(1)).
pub fn of_vendor(vendor: Option<VendorState>, now: Timestamp) -> Outcome {
    match vendor {
        None => Outcome::unknown(Cause::NotJudged),
        Some(VendorState::NotRequired | VendorState::Ended) => {
            Outcome::Unknown { why: Cause::NotApplicable, as_of: Some(now) }
        }
        Some(state) if state.holds() => Outcome::Yes { as_of: now },
        Some(_) => Outcome::No { as_of: now },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Reason;

    const AT: Timestamp = Timestamp(1_795_000_000_000);

    fn evaluation(control: &str, resource: &str, state: State, ago: Option<i64>) -> Evaluation {
        Evaluation {
            control: control.into(),
            account: "111122223333".into(),
            region: "us-east-1".into(),
            resource: resource.into(),
            kind: String::new(),
            state,
            reason: Reason::AccessDenied,
            finding: None,
            as_of: ago.map(|ago| AT.plus(-ago)),
        }
    }

    fn asked() -> Asked {
        Asked {
            account: Some("111122223333".into()),
            region: Some("us-east-1".into()),
            resource: Some("arn:aws:s3:::a".into()),
        }
    }

    #[test]
    fn one_no_is_a_no_and_silence_is_unknown() {
        let ask = |all: &[Evaluation]| of_evaluations(Check::EncryptionOn, &asked(), all);
        let one = |state, ago| evaluation("s3-default-encryption", "arn:aws:s3:::a", state, ago);
        assert_eq!(ask(&[]), Outcome::unknown(Cause::NotJudged));
        assert_eq!(ask(&[one(State::Pass, Some(5))]), Outcome::Yes { as_of: AT.plus(-5) });
        assert_eq!(ask(&[one(State::Excepted, Some(5))]), Outcome::No { as_of: AT.plus(-5) });
        assert_eq!(ask(&[one(State::Pass, None)]), Outcome::unknown(Cause::Undated));
        let denied = Outcome::Unknown { why: Cause::AccessDenied, as_of: None };
        assert_eq!(ask(&[one(State::Pass, Some(1)), one(State::NotEvaluated, None)]), denied);
        let both = [one(State::Stale, Some(9)), one(State::Fail, Some(1))];
        assert_eq!(ask(&both), Outcome::No { as_of: AT.plus(-1) });
        let other = evaluation("s3-default-encryption", "arn:aws:s3:::b", State::Pass, Some(1));
        assert_eq!(ask(&[other]), Outcome::unknown(Cause::NotJudged));
        let other = evaluation("s3-versioning", "arn:aws:s3:::a", State::Pass, Some(1));
        assert_eq!(ask(&[other]), Outcome::unknown(Cause::NotJudged));
    }

    #[test]
    fn the_question_after_threats_is_turned_round() {
        let ask = |state| {
            let key = ResourceKey::account(&"111122223333".into());
            let one = evaluation("guardduty-no-open-high", key.as_str(), state, Some(0));
            of_evaluations(Check::ThreatsOpen, &asked(), &[one])
        };
        assert_eq!(ask(State::Pass), Outcome::No { as_of: AT });
        assert_eq!(ask(State::Fail), Outcome::Yes { as_of: AT });
        assert!(!ask(State::NotApplicable).known());
    }

    #[test]
    fn a_trail_records_or_does_not_or_nobody_knows() {
        let trail =
            |logging, delivery_fails| TrailState { logging, validated: true, delivery_fails };
        let (fresh, no) = (Age::Fresh(AT), Outcome::No { as_of: AT });
        assert_eq!(of_trails(&[trail(Some(true), false)], fresh), Outcome::Yes { as_of: AT });
        assert_eq!(of_trails(&[trail(Some(true), true)], fresh), no);
        assert_eq!(of_trails(&[trail(Some(false), false)], fresh), no);
        assert_eq!(of_trails(&[], fresh), no);
        assert!(!of_trails(&[trail(None, false)], fresh).known());
        assert!(!of_trails(&[trail(Some(true), false)], Age::Stale(AT)).known());
        assert!(!of_trails(&[], Age::Never).known());
    }

    #[test]
    fn nothing_seen_proves_nothing() {
        let calls = |seen, throttled, as_of| of_calls(Calls { seen, throttled, as_of });
        assert!(!calls(0, 0, None).known());
        assert!(!calls(0, 0, Some(AT)).known());
        assert_eq!(calls(9, 0, Some(AT)), Outcome::No { as_of: AT });
        assert_eq!(calls(9, 1, Some(AT)), Outcome::Yes { as_of: AT });
        let used = |last| of_attempts(Attempts { last, read_to: Some(AT) }, AT.plus(-10));
        assert_eq!(used(Some(AT.plus(-10))), Outcome::Yes { as_of: AT });
        assert!(!used(Some(AT.plus(-11))).known());
        assert!(!used(None).known());
        assert_eq!(of_vendor(Some(VendorState::Covered), AT), Outcome::Yes { as_of: AT });
        let pending = VendorState::Pending { until: AT.plus(1) };
        assert_eq!(of_vendor(Some(pending), AT), Outcome::No { as_of: AT });
        assert!(!of_vendor(Some(VendorState::NotRequired), AT).known());
        assert!(!of_vendor(None, AT).known());
    }

    proptest! {
        #[test]
        fn good_news_never_comes_from_absence(
            states in prop::collection::vec((0..State::ALL.len(), any::<bool>()), 0..6),
            keep in any::<prop::sample::Index>(),
        ) {
            let all: Vec<Evaluation> = states
                .iter()
                .map(|(state, dated)| {
                    let ago = dated.then_some(1);
                    evaluation("s3-default-encryption", "arn:aws:s3:::a", State::ALL[*state], ago)
                })
                .collect();
            let outcome = of_evaluations(Check::EncryptionOn, &asked(), &all);
            if matches!(outcome, Outcome::Yes { .. }) {
                prop_assert!(!all.is_empty());
                prop_assert!(all.iter().all(|it| it.state == State::Pass && it.as_of.is_some()));
            }
            // Taking knowledge away never turns a no into a yes without leaving a pass behind.
            if !all.is_empty() {
                let mut fewer = all.clone();
                fewer.truncate(keep.index(all.len()));
                let left = of_evaluations(Check::EncryptionOn, &asked(), &fewer);
                prop_assert!(!fewer.is_empty() || !left.known());
            }
        }
    }

    #[test]
    fn every_check_rests_on_what_exists() {
        let catalogue = crate::Catalogue::get();
        for check in Check::ALL {
            let Basis::Controls { ids, about, .. } = check.basis() else { continue };
            for id in ids {
                let control = catalogue.control(&(*id).into());
                let control = control.unwrap_or_else(|| panic!("no control {id}"));
                assert_eq!(control.account_level, about != About::Resource, "{id}");
                let whole = control.reach == crate::catalogue::Reach::Account;
                assert!(about != About::Region || !whole, "{id} is answered once");
            }
        }
    }
}
