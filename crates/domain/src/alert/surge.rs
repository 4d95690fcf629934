//! Far more alerts than usual are an event of their own: much happens at once, or a source has gone
//! wild. One alert tells of the surge; it does not count itself, and while it lasts there is no other.

use serde::{Deserialize, Serialize};

use super::origin::OwnFault;
use super::{Class, Origin, Signal};
use crate::Timestamp;
use crate::id::{HOUR_MS, MINUTE_MS};
use crate::sli::attempts::middle;

/// Days of the same hour that are compared with.
pub const BASELINE_DAYS: usize = 28;

/// When alerts of a class are a surge. Configured; the defaults are ours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SurgeRule {
    /// Over how long alerts are counted, in milliseconds; an hour at most.
    pub window_ms: i64,
    /// How many times what is usual.
    pub multiple: f64,
    /// Fewer than this are no surge, whatever is usual.
    pub least: u64,
    /// Fewer known days than this say nothing about what is usual.
    pub least_days: usize,
}

impl Default for SurgeRule {
    fn default() -> Self {
        Self { window_ms: 15 * MINUTE_MS, multiple: 5.0, least: 20, least_days: 7 }
    }
}

/// What is known of the alerts of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The class.
    pub class: Class,
    /// How many began within the window.
    pub now: u64,
    /// How many began within this hour of the day, for each day that is known, quiet days as 0;
    /// the last [`BASELINE_DAYS`] count.
    pub same_hour: Vec<u64>,
}

/// What a look at the volume says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "volume", rename_all = "kebab-case")]
pub enum Judged {
    /// Nothing stands out.
    Usual,
    /// Too few days are known to say what is usual. Many alerts at once are a surge all the same:
    /// see [`judge`].
    TooFewDays,
    /// More than usual.
    Surge {
        /// How many there were.
        count: u64,
        /// How many are usual in a window.
        usual: f64,
        /// From how many on it is a surge.
        from: u64,
    },
}

/// Judges the alerts of a class against the median of the same hour of the last 28 days.
///
/// While too few days are known, `multiple` times `least` is a surge: a new installation must not
/// be deaf to a flood.
pub fn judge(volume: &Volume, rule: &SurgeRule) -> Judged {
    let count = volume.now;
    let known = volume.same_hour.len();
    let multiple = if rule.multiple.is_finite() { rule.multiple.max(1.0) } else { 1.0 };
    let least = rule.least.max(1);
    if known < rule.least_days.max(1) {
        let from = (least as f64 * multiple).ceil() as u64;
        return if count >= from {
            Judged::Surge { count, usual: 0.0, from }
        } else {
            Judged::TooFewDays
        };
    }
    let mut days = volume.same_hour[known.saturating_sub(BASELINE_DAYS)..].to_vec();
    let share = rule.window_ms.clamp(MINUTE_MS, HOUR_MS) as f64 / HOUR_MS as f64;
    let usual = middle(&mut days) * share;
    // "Beyond": exactly the multiple is still usual.
    let from = ((usual * multiple).floor() as u64).saturating_add(1).max(least);
    if count >= from { Judged::Surge { count, usual, from } } else { Judged::Usual }
}

/// Whether an alert counts: what alerting says of itself does not, else a surge would feed itself.
pub fn counts(signal: &Signal) -> bool {
    !matches!(signal.origin, Origin::Own { .. })
}

/// The alert about a surge. It says nothing of how large: while one lasts it is the same alert, and
/// the usual windows keep it from being told again.
pub fn signal(
    class: Class,
    judged: &Judged,
    link: impl Into<String>,
    at: Timestamp,
) -> Option<Signal> {
    let Judged::Surge { .. } = judged else { return None };
    let origin = Origin::Own { fault: OwnFault::AlertSurge, class: Some(class) };
    Some(Signal { link: link.into(), ..Signal::new(origin, at) })
}

impl Judged {
    /// What it says, for people.
    pub fn sentence(&self, rule: &SurgeRule) -> String {
        let minutes = rule.window_ms / MINUTE_MS;
        match self {
            Self::Usual => "As many alerts as usual.".to_owned(),
            Self::TooFewDays => format!(
                "Too few days are known to say what is usual; it takes {}.",
                rule.least_days
            ),
            Self::Surge { count, usual, from } => format!(
                "{count} alerts within {minutes} minutes; {usual:.1} are usual at this hour, and \
                 from {from} on it is a surge."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::key::{alert_fp, dedupe_key};
    use crate::alert::{Rules, classify};
    use proptest::prelude::*;

    fn volume(now: u64, same_hour: Vec<u64>) -> Judged {
        judge(&Volume { class: Class::Ticket, now, same_hour }, &SurgeRule::default())
    }

    fn surges(judged: &Judged) -> bool {
        matches!(judged, Judged::Surge { .. })
    }

    #[test]
    fn it_takes_the_multiple_and_the_least() {
        // 40 an hour are 10 in a quarter of an hour; five times that are 50.
        assert_eq!(volume(50, vec![40; 28]), Judged::Usual);
        assert_eq!(volume(51, vec![40; 28]), Judged::Surge { count: 51, usual: 10.0, from: 51 });
        assert_eq!(volume(19, vec![0; 28]), Judged::Usual);
        assert!(surges(&volume(20, vec![0; 28])), "a quiet class has its least");
        let mut one_loud_day = vec![0; 27];
        one_loud_day.push(10_000);
        assert!(surges(&volume(20, one_loud_day)), "one loud day is not usual");
        let mut old = vec![10_000; 28];
        old.extend([0; 28]);
        assert!(surges(&volume(20, old)), "the last 28 days count");
    }

    #[test]
    fn too_few_days_say_nothing_but_a_flood_is_one() {
        assert_eq!(volume(99, vec![1; 6]), Judged::TooFewDays);
        assert!(surges(&volume(100, vec![1; 6])));
        assert!(surges(&volume(100, vec![])));
        assert_eq!(volume(0, vec![]), Judged::TooFewDays);
    }

    #[test]
    fn broken_settings_are_bounded() {
        let rule = SurgeRule { window_ms: 0, multiple: f64::NAN, least: 0, least_days: 0 };
        let zero = Volume { class: Class::Ticket, now: 0, same_hour: vec![0] };
        assert_eq!(judge(&zero, &rule), Judged::Usual, "nothing is never a surge");
    }

    #[test]
    fn the_surge_is_one_alert_and_does_not_count_itself() {
        let first = volume(100, vec![0; 28]);
        let worse = volume(900, vec![0; 28]);
        let of = |judged, at| signal(Class::PagePhi, judged, "/alerts", Timestamp(at)).unwrap();
        let (a, b) = (of(&first, 1), of(&worse, 2));
        assert_eq!(alert_fp(&a), alert_fp(&b));
        assert_eq!(dedupe_key(&a), dedupe_key(&b));
        assert_eq!(dedupe_key(&a).fallback, None);
        assert!(!counts(&a));
        assert!(counts(&Signal::new(Origin::Redactor, Timestamp(0))));
        assert_eq!(signal(Class::Ticket, &Judged::Usual, "", Timestamp(0)), None);
        assert_eq!(classify(&a, Rules::get()).class(), Class::PagePipe);
        let ticket = signal(Class::Ticket, &first, "", Timestamp(0)).unwrap();
        assert_ne!(dedupe_key(&ticket).key, dedupe_key(&a).key, "one for each class");
        assert_eq!(classify(&ticket, Rules::get()).class(), Class::Ticket);
        assert!(first.sentence(&SurgeRule::default()).starts_with("100 alerts within 15 minutes"));
    }

    proptest! {
        #[test]
        fn more_alerts_are_never_less_of_a_surge(
            now in 0_u64..500, more in 0_u64..500, days in prop::collection::vec(0_u64..200, 0..40),
        ) {
            prop_assert!(!surges(&volume(now, days.clone())) || surges(&volume(now + more, days)));
        }
    }
}
