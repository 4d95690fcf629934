//! What happened, hour by hour: sign-ins, denied calls, and the ordinary calls between them.

use crate::clock::{DAY, HOUR, MINUTE};
use crate::noise;
use crate::organisation::{ACCOUNTS, EHR, Place};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    SignIn(SignIn),
    /// A call that the caller may not make; position in [`DENIED`].
    Denied(usize),
    /// A call that succeeded; position in [`ORDINARY`].
    Ordinary(usize),
    /// A call that failed for a reason of its own.
    Mistaken,
}

/// How somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignIn {
    /// With a password and a second factor.
    Good,
    /// With a password alone.
    WithoutFactor,
    /// Through the organisation's identity provider.
    Federated,
    WrongPassword,
    WrongFactor,
    /// As a user that does not exist.
    Nobody,
    Root,
}

/// One event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub place: Place,
    pub at: i64,
    pub hash: u64,
    pub happening: Happening,
}

/// Service, operation, whether it only reads, error code.
pub(super) const DENIED: [(&str, &str, bool, &str); 6] = [
    ("s3", "GetBucketPolicy", true, "AccessDenied"),
    ("ec2", "DescribeInstances", true, "Client.UnauthorizedOperation"),
    ("kms", "Decrypt", true, "AccessDenied"),
    ("iam", "CreateAccessKey", false, "AccessDenied"),
    ("dynamodb", "DescribeTable", true, "AccessDeniedException"),
    ("rds", "CopyDBSnapshot", false, "AccessDenied"),
];

/// Service, operation, whether it only reads.
pub(super) const ORDINARY: [(&str, &str, bool); 6] = [
    ("sts", "AssumeRole", true),
    ("ec2", "DescribeInstances", true),
    ("kms", "Decrypt", true),
    ("logs", "CreateLogStream", false),
    ("s3", "GetBucketAcl", true),
    ("backup", "ListBackupJobs", true),
];

/// People with users of their own in IAM.
pub(super) const USERS: [&str; 4] =
    ["break-glass-1", "imaging-vendor", "ward-clerk-1", "billing-1"];

/// Roles that call.
pub(super) const ROLES: [&str; 4] =
    ["mvh-ehr-api", "mvh-imaging-ingest", "mvh-deploy", "mvh-research-notebook"];

impl Event {
    /// CloudTrail shows an event some minutes after it happened.
    pub(super) fn shown_from(&self) -> i64 {
        noise::between(noise::mix(self.hash ^ 0xde1a), self.at + MINUTE, self.at + 13 * MINUTE)
    }

    pub(super) fn id(&self) -> String {
        noise::uuid(self.hash)
    }

    pub(super) fn name(&self) -> &'static str {
        match self.happening {
            Happening::SignIn(_) => "ConsoleLogin",
            Happening::Denied(index) => DENIED[index].1,
            Happening::Ordinary(index) => ORDINARY[index].1,
            Happening::Mistaken => "DescribeSnapshots",
        }
    }

    pub(super) fn source(&self) -> String {
        let service = match self.happening {
            Happening::SignIn(_) => "signin",
            Happening::Denied(index) => DENIED[index].0,
            Happening::Ordinary(index) => ORDINARY[index].0,
            Happening::Mistaken => "ec2",
        };
        format!("{service}.amazonaws.com")
    }

    pub(super) fn read_only(&self) -> bool {
        match self.happening {
            Happening::SignIn(_) => false,
            Happening::Denied(index) => DENIED[index].2,
            Happening::Ordinary(index) => ORDINARY[index].2,
            Happening::Mistaken => true,
        }
    }

    /// The name under which the caller can be looked up.
    pub(super) fn username(&self) -> &'static str {
        let pick = noise::below(noise::mix(self.hash ^ 0x0e), 4) as usize;
        match self.happening {
            Happening::SignIn(SignIn::Root) => "root",
            Happening::SignIn(SignIn::Nobody) => "HIDDEN_DUE_TO_SECURITY_REASONS",
            Happening::SignIn(SignIn::Federated) => "a.castellanos@meridianvalley.example",
            Happening::SignIn(_) => USERS[pick],
            _ => ROLES[pick],
        }
    }

    /// Whether a lookup for this attribute finds it.
    pub(super) fn has(&self, key: &str, value: &str) -> bool {
        match key {
            "EventId" => self.id() == value,
            "EventName" => self.name() == value,
            "ReadOnly" => self.read_only().to_string() == value,
            "Username" => self.username() == value,
            "EventSource" => self.source() == value,
            _ => false,
        }
    }
}

/// The events of a place from `start` to `end`, both included, the latest first.
pub(super) fn events(seed: u64, place: Place, start: i64, end: i64) -> impl Iterator<Item = Event> {
    let (first, last) = (start.div_euclid(HOUR), end.div_euclid(HOUR));
    (first..=last)
        .rev()
        .flat_map(move |hour| of_hour(seed, place, hour))
        .filter(move |event| (start..=end).contains(&event.at))
}

fn of_hour(seed: u64, place: Place, hour: i64) -> Vec<Event> {
    let base =
        noise::combine(&[seed, place.account as u64, place.region as u64, hour as u64, 0xc10d]);
    let dice = |what: u64| noise::mix(base ^ what);
    let mut events = Vec::new();
    let mut add = |kind: u64, count: u64, choose: &dyn Fn(u64) -> Happening| {
        for ordinal in 0..count {
            let hash = noise::combine(&[base, kind, ordinal]);
            let at = hour * HOUR + noise::below(noise::mix(hash), HOUR as u64 / 1000) as i64 * 1000;
            events.push(Event { place, at, hash, happening: choose(noise::mix(hash ^ 0x77)) });
        }
    };
    let quiet = place.region != 0;
    let by_day = (13..23).contains(&hour.rem_euclid(24));
    let sign_ins = noise::below(
        dice(1),
        if quiet {
            1
        } else if by_day {
            4
        } else {
            2
        },
    );
    add(1, sign_ins, &|hash| Happening::SignIn(sign_in(hash)));
    add(2, noise::below(dice(2), 4), &|hash| Happening::Denied(noise::below(hash, 6) as usize));
    add(3, 4 + noise::below(dice(3), 8), &|hash| {
        Happening::Ordinary(noise::below(hash, 6) as usize)
    });
    add(4, noise::below(dice(4), 2), &|_| Happening::Mistaken);
    if let Some(guesses) = guesses(seed, place, hour) {
        add(5, guesses, &|hash| {
            // Guessers rarely know who exists.
            let nobody = !hash.is_multiple_of(12);
            Happening::SignIn(if nobody { SignIn::Nobody } else { SignIn::WrongPassword })
        });
    }
    events.sort_by_key(|event| (std::cmp::Reverse(event.at), event.hash));
    events
}

fn sign_in(hash: u64) -> SignIn {
    match noise::below(hash, 100) {
        0..=34 => SignIn::Good,
        35..=69 => SignIn::Federated,
        70..=79 => SignIn::WithoutFactor,
        80..=89 => SignIn::WrongPassword,
        90..=95 => SignIn::WrongFactor,
        96..=98 => SignIn::Nobody,
        _ => SignIn::Root,
    }
}

/// Every few days somebody tries passwords at the health record's account for an hour.
fn guesses(seed: u64, place: Place, hour: i64) -> Option<u64> {
    if place != (Place { account: EHR, region: 0 }) {
        return None;
    }
    let day = hour * HOUR / DAY;
    let dice = noise::combine(&[seed, day as u64, 0x6e55]);
    let strikes =
        dice.is_multiple_of(3) && hour.rem_euclid(24) == noise::below(noise::mix(dice), 24) as i64;
    strikes.then(|| 12 + noise::below(dice >> 8, 8))
}

/// The account of an event.
pub(super) fn account(event: &Event) -> &'static str {
    ACCOUNTS[event.place.account].id
}
