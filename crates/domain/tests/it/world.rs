//! A small organisation with a dial for what was read when.

use std::collections::BTreeMap;

use domain::id::HOUR_MS;
use domain::judge::{Ground, Inventory, Recording, judge};
use domain::{
    Account, AccountId, Answer, Control, ErrorClass, Evaluation, Exception, Freshness, Goal,
    Organisation, Part, PartStatus, Policy, Region, Resource, ResourceKey, Scope, ScopeState,
    ScopeStatus, Source, SourceError, Timestamp, Verdict,
};
use serde_json::Value;

pub const ACCOUNT: &str = "111122223333";
pub const EAST: &str = "us-east-1";
pub const WEST: &str = "us-west-2";

/// 2026-11-23T12:00:00Z.
pub fn now() -> Timestamp {
    Timestamp(1_795_435_200_000)
}

pub fn account(phi: bool) -> Account {
    Account {
        id: ACCOUNT.into(),
        name: "Records".to_owned(),
        role_arn: None,
        external_id: None,
        regions: vec![EAST.into(), WEST.into()],
        phi,
    }
}

/// What has been read, and how it went.
#[derive(Debug, Clone)]
pub struct World {
    pub organisation: Organisation,
    pub scopes: BTreeMap<Scope, ScopeStatus>,
    pub resources: Vec<Resource>,
    pub recording: BTreeMap<String, Recording>,
    pub exceptions: Vec<Exception>,
}

impl World {
    /// Both regions, every source read completely an hour ago, Config recording everything.
    pub fn read() -> Self {
        let mut world = Self::unread();
        for region in [EAST, WEST] {
            for source in Source::ALL {
                world.succeed(source, region, HOUR_MS);
            }
            world
                .recording
                .insert(region.to_owned(), Recording::AllExcept(std::collections::BTreeSet::new()));
        }
        world
    }

    /// Nothing was ever visited.
    pub fn unread() -> Self {
        Self {
            organisation: Organisation {
                name: "Meridian Valley Health".to_owned(),
                time_zone: "America/Chicago".to_owned(),
                goal: Goal(0.9),
                accounts: vec![account(true)],
                policy: Policy::default(),
            },
            scopes: BTreeMap::new(),
            resources: Vec::new(),
            recording: BTreeMap::new(),
            exceptions: Vec::new(),
        }
    }

    fn scope(&mut self, source: Source, region: &str) -> &mut ScopeStatus {
        let scope = Scope { source, account: ACCOUNT.into(), region: region.into() };
        self.scopes.entry(scope.clone()).or_insert_with(|| ScopeStatus::never(scope, 6 * HOUR_MS))
    }

    /// Every part of a source was read some milliseconds ago.
    pub fn succeed(&mut self, source: Source, region: &str, ago: i64) {
        let at = now().plus(-ago);
        let status = self.scope(source, region);
        status.state = ScopeState::Ok;
        status.last_attempt = Some(at);
        for part in source.parts() {
            let read = PartStatus { as_of: Some(at), error: None, not_enabled: false };
            status.parts.insert(*part, read);
        }
    }

    /// The last attempt to read a part failed; what was read before keeps its age.
    pub fn fail(&mut self, source: Source, part: Part, region: &str, class: ErrorClass) {
        let status = self.scope(source, region);
        status.state = ScopeState::Partial;
        status.last_attempt = Some(now());
        let entry = status.parts.entry(part).or_default();
        entry.error = Some(SourceError {
            part,
            operation: "ListThings".to_owned(),
            class,
            code: "SomeException".to_owned(),
            message: String::new(),
            missing_action: (class == ErrorClass::Denied).then(|| "service:ListThings".to_owned()),
        });
    }

    /// A part was never read.
    pub fn forget(&mut self, source: Source, part: Part, region: &str) {
        if let Some(status) = self.scope(source, region).parts.get_mut(&part) {
            status.as_of = None;
        }
    }

    /// A service is switched off: what rests on it is not read any more, and keeps its age. Whether
    /// it is on can still be read. AWS Backup and CloudTrail cannot
    /// be switched off.
    pub fn switch_off(&mut self, source: Source, region: &str) {
        let parts: &[Part] = match source {
            Source::SecurityHub | Source::GuardDuty => &[Part::Findings],
            Source::Config => &[Part::Inventory, Part::Rules],
            Source::Backup | Source::CloudTrail => &[],
        };
        for part in parts {
            self.scope(source, region).parts.entry(*part).or_default().not_enabled = true;
        }
        if source == Source::Config {
            self.recording.remove(region);
        }
    }

    /// Everything of a source grows old: four intervals.
    pub fn age(&mut self, source: Source, region: &str) {
        for part in source.parts() {
            self.silent_for(source, *part, region, 24 * HOUR_MS);
        }
    }

    /// A part was last read so many milliseconds ago, if it ever was.
    pub fn silent_for(&mut self, source: Source, part: Part, region: &str, ago: i64) {
        if let Some(status) = self.scope(source, region).parts.get_mut(&part) {
            status.as_of = status.as_of.map(|_| now().plus(-ago));
        }
    }

    pub fn freshness(&self) -> Freshness {
        Freshness::new(now(), self.scopes.values().cloned())
    }

    pub fn inventory(&self) -> Inventory {
        let mut inventory = Inventory::default();
        for resource in &self.resources {
            inventory.add(&resource.account, &resource.region, &resource.kind, &resource.key);
        }
        for (region, recording) in &self.recording {
            let account = AccountId::from(ACCOUNT);
            inventory.set_recording(&account, &region.as_str().into(), recording.clone());
        }
        inventory
    }

    pub fn judge(&self, control: &Control, answers: &[Answer]) -> Vec<Evaluation> {
        let mut answers = answers.to_vec();
        answers.sort_by(|a, b| (&a.account, &a.region).cmp(&(&b.account, &b.region)));
        let (freshness, inventory) = (self.freshness(), self.inventory());
        let ground = Ground {
            organisation: &self.organisation,
            freshness: &freshness,
            inventory: &inventory,
            exceptions: &self.exceptions,
        };
        judge(control, &answers, ground)
    }
}

/// A resource with facts of a source.
pub fn resource(source: Source, kind: &str, region: &str, id: &str, facts: Value) -> Resource {
    let (account, region) = (AccountId::from(ACCOUNT), Region::from(region));
    Resource {
        key: ResourceKey::of(None, kind, &account, &region, id),
        source,
        account,
        region,
        kind: kind.to_owned(),
        id: id.to_owned(),
        name: id.to_owned(),
        tags: Vec::new(),
        facts,
        recorded_at: None,
    }
}

/// A bucket in the inventory, without facts.
pub fn bucket(region: &str, id: &str) -> Resource {
    resource(Source::Config, "AWS::S3::Bucket", region, id, Value::Null)
}

/// An answer about a resource.
pub fn answer(about: &Resource, source: Source, part: Part, verdict: Verdict) -> Answer {
    Answer {
        account: about.account.clone(),
        region: about.region.clone(),
        resource: about.key.clone(),
        kind: about.kind.clone(),
        source,
        part,
        visited_region: about.region.clone(),
        finding: format!("{source}/{}/{}", about.region, about.id).into(),
        verdict,
    }
}
