//! The state of the organisation as a function of the time.

use std::collections::HashMap;
use std::ops::Range;

use crate::checks::{self, Check};
use crate::clock::{DAY, HOUR};
use crate::kinds::{self, Blank, KINDS};
use crate::noise;
use crate::organisation::{EHR, Place, REGIONS};
use crate::schedule::{LIVELY, REACH, Schedule, State, lively_offset, restated};

/// One resource of the organisation.
#[derive(Debug)]
pub(crate) struct Resource {
    pub kind: usize,
    pub place: Place,
    pub ordinal: usize,
    pub hash: u64,
    pub name: String,
    pub id: String,
    pub arn: String,
    pub created: i64,
    pub deleted: Option<i64>,
}

impl Resource {
    pub(crate) fn code(&self) -> &'static str {
        KINDS[self.kind].code
    }

    /// The last key of a place is one that AWS manages.
    pub(crate) fn aws_managed_key(&self) -> bool {
        self.code() == "KMS::Key" && self.ordinal == 3
    }

    pub(crate) fn exists(&self, now: i64) -> bool {
        self.created <= now && self.deleted.is_none_or(|deleted| deleted > now)
    }
}

/// What a source says about one resource under one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Good,
    Bad,
    /// The source could not tell.
    Unknown,
    NotApplicable,
}

/// One resource under one check at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fact {
    pub outcome: Outcome,
    /// When the outcome last changed.
    pub since: i64,
    /// When the source last spoke: the change, or a restatement of it.
    pub stated: i64,
    pub first_seen: i64,
    /// It failed before and passes now.
    pub fixed: bool,
    /// The resource is gone since then.
    pub gone: Option<i64>,
    pub hash: u64,
}

/// Everything that exists, with its schedules.
#[derive(Debug)]
pub(crate) struct World {
    pub seed: u64,
    /// Midnight (UTC) of the day on which the simulation began.
    pub anchor: i64,
    pub checks: Vec<Check>,
    pub resources: Vec<Resource>,
    places: HashMap<Place, Range<usize>>,
    by_kind: Vec<Vec<usize>>,
    bad_percent: HashMap<(usize, &'static str), u64>,
    lively: HashMap<(usize, &'static str), usize>,
    requirements: HashMap<&'static str, Vec<&'static str>>,
    /// When somebody attacked.
    attacks: std::sync::Mutex<Vec<i64>>,
}

impl World {
    /// When somebody attacked, in milliseconds since 1970.
    pub(crate) fn attacks(&self) -> Vec<i64> {
        crate::sim::lock(&self.attacks).clone()
    }

    /// Somebody attacks at this instant; the number of the attack, counted from 0.
    pub(crate) fn attacked(&self, at: i64) -> usize {
        let mut attacks = crate::sim::lock(&self.attacks);
        attacks.push(at);
        attacks.len() - 1
    }

    pub(crate) fn new(seed: u64, start_ms: i64) -> World {
        let anchor = start_ms - start_ms.rem_euclid(DAY);
        let checks = checks::load();
        let by_kind: Vec<Vec<usize>> = (0..KINDS.len())
            .map(|kind| (0..checks.len()).filter(|c| checks[*c].reports(kind).is_some()).collect())
            .collect();
        let mut world = World {
            seed,
            anchor,
            bad_percent: percents(&checks),
            checks,
            resources: Vec::new(),
            places: HashMap::new(),
            by_kind,
            lively: HashMap::new(),
            requirements: checks::requirements(),
            attacks: std::sync::Mutex::default(),
        };
        for place in Place::all() {
            let start = world.resources.len();
            for (kind, form) in KINDS.iter().enumerate() {
                for ordinal in 0..form.count(place) {
                    world.resources.push(resource(seed, anchor, place, kind, ordinal));
                }
            }
            world.places.insert(place, start..world.resources.len());
        }
        world.lively = world.choose_lively();
        world
    }

    /// The NIST SP 800-53 r5 requirements that a control supports.
    pub(crate) fn requirements(&self, control: &str) -> &[&'static str] {
        self.requirements.get(control).map_or(&[], Vec::as_slice)
    }

    /// The aspects with the smallest hashes are the ones that change every day.
    fn choose_lively(&self) -> HashMap<(usize, &'static str), usize> {
        let mut draws: Vec<(u64, usize, &'static str)> = Vec::new();
        for (index, resource) in self.resources.iter().enumerate() {
            if matches!(resource.code(), "Account" | "CloudTrail::Trail" | "KMS::Key")
                || !resource.exists(self.anchor)
                || resource.place.recorder_stopped()
            {
                continue;
            }
            for aspect in self.aspects(resource.kind) {
                let hash = noise::combine(&[resource.hash, noise::text(aspect), 0x11fe]);
                draws.push((hash, index, aspect));
            }
        }
        draws.sort_unstable();
        draws.dedup_by_key(|draw| (draw.1, draw.2));
        draws
            .into_iter()
            .take(LIVELY)
            .enumerate()
            .map(|(slot, (_, index, aspect))| ((index, aspect), slot))
            .collect()
    }

    fn aspects(&self, kind: usize) -> impl Iterator<Item = &'static str> {
        self.by_kind[kind].iter().flat_map(|check| self.checks[*check].aspects.iter().copied())
    }

    /// The resources of one place, with their positions.
    pub(crate) fn at(&self, place: Place) -> impl Iterator<Item = (usize, &Resource)> {
        let range = self.places.get(&place).cloned().unwrap_or(0..0);
        range.clone().zip(&self.resources[range])
    }

    /// The checks that judge a kind.
    pub(crate) fn checks_of(&self, kind: usize) -> impl Iterator<Item = (usize, &Check)> {
        self.by_kind[kind].iter().map(|check| (*check, &self.checks[*check]))
    }

    /// What the recorder of this place knows: the present, unless it was stopped.
    pub(crate) fn seen_at(&self, place: Place, now: i64) -> i64 {
        if place.recorder_stopped() { now.min(self.anchor - 9 * DAY) } else { now }
    }

    /// Whether one aspect of a resource is good. `now` is the recorder's, see [`World::seen_at`].
    pub(crate) fn aspect(&self, index: usize, aspect: &str, now: i64) -> State {
        let resource = &self.resources[index];
        self.schedule(index, aspect).state(resource.created, self.anchor, now)
    }

    pub(crate) fn good(&self, index: usize, aspect: &str, now: i64) -> bool {
        self.aspect(index, aspect, now).good
    }

    fn schedule(&self, index: usize, aspect: &str) -> Schedule {
        let resource = &self.resources[index];
        if let Some(schedule) = self.forced(resource, aspect) {
            return schedule;
        }
        let key = (resource.kind, aspect);
        let Some((name, percent)) = self.bad_percent.get_key_value(&key) else {
            return Schedule::always(true);
        };
        let care = [70.0, 80.0, 95.0, 150.0][resource.place.account];
        let bad = *percent as f64 * care / 100.0;
        let hash = noise::combine(&[resource.hash, noise::text(aspect)]);
        let mut schedule = Schedule::draw(hash, self.anchor, bad);
        schedule.lively = self.lively.get(&(index, name.1)).map(|slot| lively_offset(*slot));
        schedule
    }

    /// What does not follow the dice: the gaps, and the drift of six days ago.
    fn forced(&self, resource: &Resource, aspect: &str) -> Option<Schedule> {
        let place = resource.place;
        let drift = (place == Place { account: EHR, region: 0 })
            .then_some(self.anchor - 6 * DAY + 9 * HOUR + resource.ordinal as i64 * 240_000);
        match (resource.code(), aspect, resource.ordinal) {
            ("Account", "guardduty-on", _) => {
                Some(Schedule::always(place.has_detector() && place.detector_enabled()))
            }
            ("Backup::BackupPlan", "plan-retention", 0) if place.account == EHR => {
                Some(Schedule::always(true))
            }
            ("Account", "securityhub-on", _) => Some(Schedule::always(place.has_security_hub())),
            ("S3::Bucket", "public-block", 1..=3)
            | ("EC2::SecurityGroup", "no-open-ssh", 0..=1)
            | ("CloudTrail::Trail", "log-validation", _)
            | ("KMS::Key", "rotation", 2) => drift.map(Schedule::broke),
            _ => None,
        }
    }

    /// What a source says of a resource under a check; `None` while the resource does not exist
    /// yet, long after it is gone, and where the check does not look.
    pub(crate) fn fact(&self, index: usize, check: &Check, now: i64) -> Option<Fact> {
        let resource = &self.resources[index];
        if resource.created > now || (check.global && resource.place.region != 0) {
            return None;
        }
        let gone = resource.deleted.filter(|deleted| *deleted <= now);
        if gone.is_some_and(|deleted| deleted + 30 * DAY < now) {
            return None;
        }
        let seen = gone.unwrap_or(now);
        let (mut good, mut since, mut was_bad) = (true, resource.created, false);
        for aspect in &check.aspects {
            let state = self.aspect(index, aspect, seen);
            good &= state.good;
            since = since.max(state.since);
            was_bad |= state.was_bad;
        }
        let hash = noise::combine(&[resource.hash, noise::text(check.rule), 0xfac7]);
        let outcome = match noise::below(noise::mix(hash), 200) {
            0 | 1 if resource.code() != "Account" => Outcome::Unknown,
            2 | 3 if resource.code() != "Account" => Outcome::NotApplicable,
            // AWS rotates the keys that it manages.
            _ if resource.aws_managed_key() => Outcome::NotApplicable,
            _ if good => Outcome::Good,
            _ => Outcome::Bad,
        };
        Some(Fact {
            outcome,
            since,
            stated: gone.unwrap_or_else(|| since.max(restated(hash, now))),
            first_seen: resource.created + HOUR,
            fixed: good && was_bad,
            gone,
            hash,
        })
    }

    /// When the resource's configuration last changed.
    pub(crate) fn captured(&self, index: usize, now: i64) -> i64 {
        let resource = &self.resources[index];
        self.aspects(resource.kind)
            .map(|aspect| self.aspect(index, aspect, now).since)
            .fold(resource.created, i64::max)
    }
}

/// How often each aspect is bad. A rule about one aspect decides; a rule about several gives its
/// figure to those that no other rule knows.
fn percents(checks: &[Check]) -> HashMap<(usize, &'static str), u64> {
    let mut percents = HashMap::new();
    let (single, several): (Vec<_>, Vec<_>) =
        checks.iter().partition(|check| check.aspects.len() == 1);
    for check in single.into_iter().chain(several) {
        for scope in &check.scopes {
            for aspect in &check.aspects {
                percents.entry((scope.kind, *aspect)).or_insert(check.bad_percent);
            }
        }
    }
    percents
}

fn resource(seed: u64, anchor: i64, place: Place, kind: usize, ordinal: usize) -> Resource {
    let form = &KINDS[kind];
    let global = form.code == "Account";
    let region = if global { 0 } else { place.region };
    let hash = noise::combine(&[
        seed,
        noise::text(form.code),
        place.account as u64,
        region as u64,
        ordinal as u64,
    ]);
    let hash =
        if global { noise::combine(&[hash, noise::text(REGIONS[place.region])]) } else { hash };
    let blank = Blank { place, ordinal, hash };
    let name = kinds::fill(form.name, blank, "", "", "");
    let (id, arn) = if form.arn.contains("{i}") {
        let id = kinds::fill(form.id, blank, &name, "", "");
        let arn = kinds::fill(form.arn, blank, &name, &id, "");
        (id, arn)
    } else {
        let arn = kinds::fill(form.arn, blank, &name, "", "");
        (kinds::fill(form.id, blank, &name, "", &arn), arn)
    };
    let (created, deleted) = lifetime(hash, anchor, form.code);
    Resource { kind, place, ordinal, hash, name, id, arn, created, deleted }
}

/// Most resources are older than the schedule; some appear and some go while it runs.
fn lifetime(hash: u64, anchor: i64, code: &str) -> (i64, Option<i64>) {
    let dice = noise::mix(hash ^ 0x11fe);
    let old = noise::between(dice, anchor - 900 * DAY, anchor - REACH - 30 * DAY);
    let may_change = matches!(
        code,
        "S3::Bucket"
            | "EC2::Volume"
            | "EC2::Instance"
            | "SQS::Queue"
            | "Lambda::Function"
            | "DynamoDB::Table"
    );
    if !may_change {
        return (old, None);
    }
    match noise::below(noise::mix(dice), 100) {
        0..=4 => (noise::between(dice, anchor - REACH, anchor), None),
        5..=8 => (noise::between(dice, anchor, anchor + REACH), None),
        9..=10 => (old, Some(noise::between(dice, anchor - 25 * DAY, anchor + 60 * DAY))),
        _ => (old, None),
    }
}
