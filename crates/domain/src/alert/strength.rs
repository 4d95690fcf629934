//! When a suspicion is strong: two independent signals within half an hour about one scope, or one
//! that is critical. A strong suspicion of an exposure is treated as one (45 CFR 164.402(2): an
//! impermissible use is presumed to be a breach unless it is shown that it probably is none).

use serde::{Deserialize, Serialize};

use super::signal::Phi;
use super::{AlertFp, Class, Classified, EventType, Level, Signal};
use crate::id::MINUTE_MS;
use crate::{Severity, Timestamp};

/// Signals further apart than this are not about the same.
pub const WITHIN_MS: i64 = 30 * MINUTE_MS;

/// A signal, as far as it speaks for a suspicion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// The alert.
    pub fp: AlertFp,
    /// What happened.
    pub event_type: EventType,
    /// When, by the source's clock.
    pub at: Timestamp,
    /// How bad.
    pub severity: Severity,
}

/// How strong a suspicion is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "strength", rename_all = "kebab-case")]
pub enum Strength {
    /// Nothing speaks for more than each signal says by itself.
    Weak,
    /// One signal is critical.
    Critical {
        /// Which.
        by: AlertFp,
    },
    /// Two independent signals are about the same.
    Together {
        /// The earlier one.
        first: AlertFp,
        /// The later one.
        second: AlertFp,
    },
}

impl Piece {
    /// What a signal contributes; `None` for what says nothing about an attack: how something is
    /// configured, samples, what is merely kept, and what is less than medium. Hundreds of findings
    /// about configuration come at once after a change, and guessing at a door never ends.
    pub fn of(signal: &Signal, classified: &Classified, fp: AlertFp) -> Option<Self> {
        let speaks = signal.is_event()
            && classified.class() != Class::Ingest
            && classified.level.severity <= Severity::Medium;
        let event_type = signal.event_type()?;
        speaks.then_some(Self {
            fp,
            event_type,
            at: signal.at,
            severity: classified.level.severity,
        })
    }
}

/// How strong the suspicion is that the pieces of one scope make, in any order.
///
/// Two are independent when they are of different event types: the same detector twice is one
/// signal told twice.
pub fn strength(pieces: &[Piece]) -> Strength {
    let critical = pieces.iter().filter(|piece| piece.severity == Severity::Critical);
    if let Some(piece) = critical.min_by_key(|piece| (piece.at, &piece.fp)) {
        return Strength::Critical { by: piece.fp.clone() };
    }
    let mut sorted: Vec<&Piece> = pieces.iter().collect();
    sorted.sort_by_key(|piece| (piece.at, &piece.fp));
    for (index, first) in sorted.iter().enumerate() {
        let near = sorted
            .iter()
            .skip(index + 1)
            .take_while(|second| second.at.since(first.at) <= WITHIN_MS);
        for second in near {
            if second.event_type != first.event_type {
                return Strength::Together { first: first.fp.clone(), second: second.fp.clone() };
            }
        }
    }
    Strength::Weak
}

impl Strength {
    /// Whether it is strong.
    pub fn strong(&self) -> bool {
        *self != Self::Weak
    }

    /// The level of an alert of this scope: a strong suspicion is a possible exposure of PHI,
    /// unless PHI is known not to be at stake. It never lowers a level.
    pub fn raise(&self, level: Level, phi: Phi) -> Level {
        if !self.strong() || phi == Phi::No || level.class == Class::Ingest {
            return level;
        }
        level.max(Level::new(Class::PagePhi, level.severity.min(Severity::High)))
    }

    /// Why, for people.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::Weak => "Nothing speaks for more than each signal says by itself.",
            Self::Critical { .. } => {
                "One signal is critical: that is a strong suspicion by itself."
            }
            Self::Together { .. } => {
                "Two independent signals within half an hour are about the same: a strong suspicion."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{Origin, Rules, classify};
    use crate::{ControlId, Source};
    use proptest::prelude::*;

    fn piece(fp: &str, kind: &str, minutes: i64, severity: Severity) -> Piece {
        Piece {
            fp: AlertFp::stored(fp),
            event_type: EventType::finding(Source::GuardDuty, kind).unwrap(),
            at: Timestamp(minutes * MINUTE_MS),
            severity,
        }
    }

    fn medium(fp: &str, kind: &str, minutes: i64) -> Piece {
        piece(fp, kind, minutes, Severity::Medium)
    }

    #[test]
    fn two_kinds_within_half_an_hour_are_strong() {
        let recon = || medium("a", "Recon:IAMUser/X", 0);
        let together =
            Strength::Together { first: AlertFp::stored("a"), second: AlertFp::stored("b") };
        let with = |other: Piece| strength(&[other, recon()]);
        assert_eq!(with(medium("b", "Persistence:IAMUser/Y", 30)), together);
        assert_eq!(with(medium("b", "Persistence:IAMUser/Y", 31)), Strength::Weak);
        assert_eq!(with(medium("b", "Recon:IAMUser/X", 1)), Strength::Weak, "told twice");
        assert_eq!(strength(&[recon()]), Strength::Weak);
        assert_eq!(strength(&[]), Strength::Weak);
        let between = [recon(), medium("c", "Recon:IAMUser/X", 20), medium("b", "Impact:X/Y", 45)];
        assert!(strength(&between).strong(), "the later two are within half an hour");
    }

    #[test]
    fn one_critical_is_strong() {
        let one = piece("a", "Recon:IAMUser/X", 0, Severity::Critical);
        assert_eq!(strength(&[one]), Strength::Critical { by: AlertFp::stored("a") });
    }

    #[test]
    fn a_strong_suspicion_pages_unless_phi_is_not_at_stake() {
        let strong = Strength::Critical { by: AlertFp::stored("a") };
        let ticket = Level::new(Class::Ticket, Severity::Medium);
        let page = Level::new(Class::PagePhi, Severity::High);
        assert_eq!(strong.raise(ticket, Phi::Yes), page);
        assert_eq!(strong.raise(ticket, Phi::Unknown), page);
        assert_eq!(strong.raise(ticket, Phi::No), ticket);
        assert_eq!(Strength::Weak.raise(ticket, Phi::Yes), ticket);
        let critical = Level::new(Class::PagePhi, Severity::Critical);
        assert_eq!(strong.raise(critical, Phi::Yes), critical);
        let kept = Level::new(Class::Ingest, Severity::Low);
        assert_eq!(strong.raise(kept, Phi::Yes), kept);
    }

    #[test]
    fn only_events_speak() {
        let origin = |source, kind: &str, sample, control: Option<&str>| Origin::Finding {
            source,
            kind: kind.to_owned(),
            control: control.map(ControlId::from),
            sample,
            archived: false,
        };
        let speaks = |origin: Origin, number: f64| {
            let mut signal = Signal::new(origin, Timestamp(0));
            signal.severity.number = Some(number);
            signal.severity.label = Some(Severity::High);
            let classified = classify(&signal, Rules::get());
            Piece::of(&signal, &classified, AlertFp::stored("x")).is_some()
        };
        let scan = |sample| origin(Source::GuardDuty, "Recon:EC2/Portscan", sample, None);
        assert!(speaks(scan(false), 5.0));
        assert!(!speaks(scan(true), 5.0), "a sample");
        assert!(!speaks(scan(false), 2.0), "guessing at a door never ends");
        assert!(!speaks(origin(Source::GuardDuty, "", false, None), 5.0), "of no known type");
        assert!(!speaks(origin(Source::Config, "X", false, Some("s3-ssl-requests-only")), 5.0));
    }

    proptest! {
        #[test]
        fn more_pieces_never_weaken_and_their_order_means_nothing(
            pieces in prop::collection::vec((0_u8..5, 0_i64..120, 0_usize..3), 0..8), cut in 0_usize..8,
        ) {
            let kinds = ["Recon:X/A", "Impact:X/B", "Persistence:X/C", "Trojan:X/D", "Discovery:X/E"];
            let severities = [Severity::High, Severity::Medium, Severity::Critical];
            let all: Vec<Piece> = pieces
                .iter()
                .enumerate()
                .map(|(index, (kind, minutes, severity))| {
                    let kind = kinds[usize::from(*kind)];
                    piece(&index.to_string(), kind, *minutes, severities[*severity])
                })
                .collect();
            let some = &all[..cut.min(all.len())];
            prop_assert!(!strength(some).strong() || strength(&all).strong());
            let mut turned = all.clone();
            turned.reverse();
            prop_assert_eq!(strength(&turned), strength(&all));
        }
    }
}
