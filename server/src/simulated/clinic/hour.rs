//! What happens in the clinic.

use domain::Timestamp;
use domain::id::{HOUR_MS, MINUTE_MS};

use super::Dice;

/// The audit log that is numbered.
pub const LOG: &str = "records-audit";

/// Sign-ins in an hour of the past.
const SIGN_INS: u64 = 30;
/// Requests for PHI in an hour of the past.
const REQUESTS: u64 = 8;
/// People who sign in.
const PEOPLE: u64 = 60;

/// Hours ago in which a stretch of the audit log was lost.
const LOST: i64 = 26;
/// Hours ago in which somebody guessed a password, and got in.
const GUESSED: i64 = 5;
/// Hours ago in which the directory timed out.
const TIMED_OUT: [i64; 2] = [70, 121];

/// A sign-in.
#[derive(Debug)]
pub struct SignIn {
    pub at: Timestamp,
    pub who: String,
    /// Why it failed; none for a success.
    pub cause: Option<&'static str>,
}

/// A request that serves PHI.
#[derive(Debug)]
pub struct Request {
    pub at: Timestamp,
    pub trace: String,
    pub span: u64,
    pub service: &'static str,
    pub name: &'static str,
    pub lasted_us: i64,
    pub failed: bool,
    /// Something that should never have been put into an attribute.
    pub leak: Option<(&'static str, &'static str)>,
    /// The number of its audit event; none where that was lost.
    pub audit: Option<u64>,
    /// How late the audit event is sent, in milliseconds.
    pub late_ms: i64,
}

/// What is sent together.
#[derive(Debug, Default)]
pub struct Happening {
    pub sign_ins: Vec<SignIn>,
    pub requests: Vec<Request>,
    /// Lines that somebody logged without thinking.
    pub careless: Vec<(Timestamp, &'static str)>,
}

const ENDPOINTS: [(&str, &str); 5] = [
    ("patient-portal", "GET /results/{id}"),
    ("records-api", "GET /records/{id}"),
    ("records-api", "POST /records/{id}/notes"),
    ("scheduling", "GET /appointments/{id}"),
    ("patient-portal", "GET /messages/{id}"),
];

/// Attributes with made-up identifiers in them.
const LEAKS: [(&str, &str); 4] = [
    ("patient.mrn", "MRN-00482913"),
    ("http.url", "https://portal.example.org/results?ssn=512-45-6789&dob=1961-04-09"),
    ("note", "called back at (312) 555-0142 about the claim of 1EG4-TE5-MK73"),
    ("contact", "jordan.sample@example.com"),
];

/// Lines with made-up identifiers in them.
const CARELESS: [&str; 3] = [
    "merge conflict for patient_name=\"Sample, Jordan\" mrn=00482913 dob=1961-04-09",
    "card 4111 1111 1111 1111 declined by the gateway",
    "PID|1||00482913^^^MRN||SAMPLE^JORDAN||19610409|F|||1 EXAMPLE STREET^^SPRINGFIELD^IL^62701",
];

/// An hour of the past; `ago` counts hours back from the present.
pub fn whole(at: Timestamp, ago: i64, seq: &mut u64) -> Happening {
    let mut dice = Dice::of(Timestamp(ago));
    let mut happening = Happening::default();
    for _ in 0..SIGN_INS {
        happening.sign_ins.push(sign_in(&mut dice, at));
    }
    if TIMED_OUT.contains(&ago) {
        let who = person(&mut dice);
        happening.sign_ins.push(SignIn { at: at.plus(-MINUTE_MS), who, cause: Some("timeout") });
    }
    if ago == GUESSED {
        happening.sign_ins.extend(guesses(at));
    }
    for index in 0..REQUESTS {
        let mut request = request(&mut dice, at, seq);
        if ago == LOST && (2..5).contains(&index) {
            request.audit = None;
        }
        happening.requests.push(request);
    }
    if ago % 11 == 0 {
        let line = CARELESS[dice.below(CARELESS.len() as u64) as usize];
        happening.careless.push((at.plus(-MINUTE_MS), line));
    }
    happening
}

/// A few seconds of the present.
pub fn moment(at: Timestamp, tick: u64, seq: &mut u64) -> Happening {
    let mut dice = Dice::of(at);
    let mut happening = Happening::default();
    happening.sign_ins.push(SignIn { at, ..sign_in(&mut dice, at) });
    let request = request(&mut dice, at, seq);
    happening.requests.push(Request { at: at.plus(-request.lasted_us / 1_000), ..request });
    if tick % 30 == 7 {
        let line = CARELESS[dice.below(CARELESS.len() as u64) as usize];
        happening.careless.push((at, line));
    }
    happening
}

fn person(dice: &mut Dice) -> String {
    format!("clinic-user-{}", dice.below(PEOPLE))
}

fn sign_in(dice: &mut Dice, at: Timestamp) -> SignIn {
    let cause = match dice.below(100) {
        0..=5 => Some("wrong-credential"),
        6 => Some("second-factor"),
        _ => None,
    };
    let before = (dice.below(50) as i64 + 1) * MINUTE_MS;
    SignIn { at: at.plus(-before), who: person(dice), cause }
}

/// Twelve wrong passwords within minutes, then the right one.
fn guesses(at: Timestamp) -> impl Iterator<Item = SignIn> {
    (0..13).map(move |index| SignIn {
        at: at.plus(-HOUR_MS / 6 + index * 20_000),
        who: "clinic-user-guessed".to_owned(),
        cause: (index < 12).then_some("wrong-credential"),
    })
}

fn request(dice: &mut Dice, at: Timestamp, seq: &mut u64) -> Request {
    *seq += 1;
    let (service, name) = ENDPOINTS[dice.below(ENDPOINTS.len() as u64) as usize];
    let slow = dice.below(40) == 0;
    let lasted_us = 18_000 + dice.below(60_000) as i64 + if slow { 900_000 } else { 0 };
    let leak = (dice.below(25) == 0).then(|| LEAKS[dice.below(LEAKS.len() as u64) as usize]);
    Request {
        at: at.plus(-(dice.below(40) as i64 + 1) * 1_000),
        trace: format!("{:016x}{:016x}", dice.roll() | 1, dice.roll()),
        span: dice.roll() | 1,
        service,
        name,
        lasted_us,
        failed: dice.below(60) == 0,
        leak,
        audit: Some(*seq),
        late_ms: if dice.below(400) == 0 { 90_000 } else { dice.below(900) as i64 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_hour_is_the_same_and_one_stretch_of_the_log_is_lost() {
        let (mut one, mut two) = (0, 0);
        let at = Timestamp(1_000 * HOUR_MS);
        let (first, second) = (whole(at, LOST, &mut one), whole(at, LOST, &mut two));
        assert_eq!(format!("{first:?}"), format!("{second:?}"));
        assert_eq!(one, REQUESTS);
        let lost = first.requests.iter().filter(|request| request.audit.is_none()).count();
        assert_eq!(lost, 3);
    }
}
