//! A simulated organisation, a session to it, and a memory that keeps what a store would keep.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use awsim::{FaultScript, Sim};
use collect::{Limits, Options, Session, StaticCredentials};
use domain::{
    AccessEvent, AccessGap, Account, AccountId, Batch, Evidence, Finding, FindingId, ManualClock,
    Outcome, Part, Problem, Region, Resource, ResourceKey, Scope, ScopeState, ScopeStatus, Source,
    Sweep, Timestamp,
};
use tokio::sync::mpsc;

pub const EHR: &str = "700100200302";
pub const IMAGING: &str = "700100200303";
pub const RESEARCH: &str = "700100200304";
pub const SHARED: &str = "700100200301";
pub const HOUR: i64 = domain::id::HOUR_MS;

/// The time at which simulations begin.
pub fn start() -> Timestamp {
    Timestamp::parse("2026-11-23T09:00:00Z").unwrap()
}

pub struct Ward {
    pub sim: Sim,
    pub session: Session,
    pub clock: ManualClock,
    pub memory: Memory,
}

/// What a store would keep.
#[derive(Default)]
pub struct Memory {
    pub findings: BTreeMap<FindingId, Finding>,
    pub gone: BTreeSet<FindingId>,
    pub resources: BTreeMap<ResourceKey, Resource>,
    pub statuses: BTreeMap<Scope, ScopeStatus>,
    pub problems: Vec<Problem>,
    pub evidence: Vec<Evidence>,
    pub access: BTreeMap<String, AccessEvent>,
    /// How many events came, those that were known already included.
    pub access_read: usize,
    pub access_gaps: Vec<AccessGap>,
    home: BTreeMap<FindingId, Scope>,
    whose: BTreeMap<ResourceKey, Scope>,
}

impl Ward {
    pub async fn open() -> Self {
        Self::with(awsim::Options::default()).await
    }

    pub async fn with(options: awsim::Options) -> Self {
        let options = awsim::Options { now_ms: Some(start().0), ..options };
        let sim = Sim::start(([127, 0, 0, 1], 0).into(), options).await.unwrap();
        let session = session(&sim, limits()).await;
        let clock = ManualClock::at(start());
        Self { sim, session, clock, memory: Memory::default() }
    }

    pub fn faults(&self, script: &str) {
        self.sim.set_faults(FaultScript::parse(script).unwrap());
    }

    pub fn pass_time(&self, ms: i64) {
        let now = domain::Clock::now(&self.clock).plus(ms);
        self.clock.set(now);
        self.sim.set_now(Some(now.0));
    }

    pub async fn visit(&mut self, source: Source, account: &str, region: &str) -> Outcome {
        self.visit_in(source, account, region, false).await
    }

    pub async fn visit_in(
        &mut self,
        source: Source,
        account: &str,
        region: &str,
        full: bool,
    ) -> Outcome {
        let scope = Scope { source, account: account.into(), region: region.into() };
        let previous = self.memory.status(&scope);
        let place = scope.clone();
        let (out, mut batches) = mpsc::channel(4);
        let account = account_of(account);
        let memory = &mut self.memory;
        let keep = async {
            while let Some(batch) = batches.recv().await {
                memory.keep(&place, batch);
            }
        };
        let (session, clock) = (&self.session, &self.clock);
        let visit = async move {
            collect::visit(session, &account, &scope, &previous, clock, full, &out).await
        };
        let (outcome, ()) = tokio::join!(visit, keep);
        self.memory.finish(&place, &outcome);
        outcome
    }

    /// Visits every account, in one region each.
    pub async fn round(&mut self, regions: &[(&str, &str)]) -> BTreeMap<Scope, Outcome> {
        let mut outcomes = BTreeMap::new();
        for (account, region) in regions {
            for source in Source::ALL {
                let outcome = self.visit(source, account, region).await;
                let scope = Scope { source, account: id(account), region: (*region).into() };
                outcomes.insert(scope, outcome);
            }
        }
        outcomes
    }
}

/// Short pauses, so that a fault does not stretch the test; a patience that outlasts a busy machine.
pub fn limits() -> Limits {
    Limits {
        attempts: 3,
        attempt_timeout: Duration::from_mins(1),
        first_backoff: Duration::from_millis(5),
        ..Limits::unlimited()
    }
}

pub async fn session(sim: &Sim, limits: Limits) -> Session {
    Session::new(Options {
        endpoint: Some(format!("http://{}", sim.address())),
        static_credentials: Some(StaticCredentials {
            access_key_id: awsim::ACCESS_KEY_ID.to_owned(),
            secret_access_key: awsim::SECRET_ACCESS_KEY.to_owned(),
        }),
        limits,
    })
    .await
}

pub fn account_of(id: &str) -> Account {
    let known = awsim::organisation().iter().find(|account| account.id == id).unwrap();
    Account {
        id: known.id.into(),
        name: known.name.to_owned(),
        role_arn: Some(known.role_arn.to_owned()),
        external_id: Some(known.external_id.to_owned()),
        regions: known.regions.iter().map(|region| Region::from(*region)).collect(),
        phi: known.holds_phi,
    }
}

impl Memory {
    pub fn status(&self, scope: &Scope) -> ScopeStatus {
        self.statuses.get(scope).cloned().unwrap_or_else(|| ScopeStatus::never(scope.clone(), HOUR))
    }

    fn keep(&mut self, scope: &Scope, batch: Batch) {
        for finding in batch.findings {
            self.home.insert(finding.id.clone(), scope.clone());
            self.gone.remove(&finding.id);
            self.findings.insert(finding.id.clone(), finding);
        }
        for resource in batch.resources {
            self.whose.insert(resource.key.clone(), scope.clone());
            self.resources.insert(resource.key.clone(), resource);
        }
        self.problems.extend(batch.problems);
        self.evidence.extend(batch.evidence);
        self.access_read += batch.access.len();
        for event in batch.access {
            self.access.entry(event.id.clone()).or_insert(event);
        }
        self.access_gaps.extend(batch.access_gaps);
    }

    fn finish(&mut self, scope: &Scope, outcome: &Outcome) {
        for sweep in &outcome.sweeps {
            self.sweep(scope, sweep);
        }
        let mut status = self.status(scope);
        status.state = outcome.state;
        status.watermark = outcome.watermark.or(status.watermark);
        if outcome.full {
            status.last_full = Some(outcome.started);
        }
        for (part, new) in &outcome.parts {
            let as_of = new.as_of.or(status.parts.get(part).and_then(|old| old.as_of));
            status.parts.insert(*part, domain::PartStatus { as_of, ..new.clone() });
        }
        self.statuses.insert(scope.clone(), status);
    }

    fn sweep(&mut self, scope: &Scope, sweep: &Sweep) {
        match sweep {
            Sweep::Findings { part, seen, spare } => {
                for (id, finding) in &self.findings {
                    let mine = self.home.get(id) == Some(scope) && finding.part == *part;
                    let spared = spare.iter().any(|begin| finding.native_id.starts_with(begin));
                    if mine && !spared && !seen.contains(id) {
                        self.gone.insert(id.clone());
                    }
                }
            }
            Sweep::Resources { kinds, seen } => {
                let whose = &self.whose;
                self.resources.retain(|key, resource| {
                    whose.get(key) != Some(scope)
                        || !kinds.contains(&resource.kind)
                        || seen.contains(key)
                });
            }
        }
    }

    pub fn of(&self, source: Source) -> Vec<&Finding> {
        self.findings
            .values()
            .filter(|finding| finding.source == source && !self.gone.contains(&finding.id))
            .collect()
    }

    pub fn of_kind(&self, kind: &str) -> Vec<&Resource> {
        self.resources.values().filter(|resource| resource.kind == kind).collect()
    }

    /// What is known, without when it was read: two ways to the same end compare equal.
    pub fn known(&self) -> (BTreeMap<FindingId, String>, BTreeMap<ResourceKey, String>) {
        let findings = self
            .findings
            .iter()
            .filter(|(id, _)| !self.gone.contains(id))
            .map(|(id, finding)| (id.clone(), serde_json::to_string(finding).unwrap()))
            .collect();
        let resources = self
            .resources
            .iter()
            .map(|(key, resource)| (key.clone(), resource.facts.to_string()))
            .collect();
        (findings, resources)
    }
}

pub fn id(text: &str) -> AccountId {
    AccountId::from(text)
}

#[track_caller]
pub fn assert_ok(outcome: &Outcome) {
    let errors: Vec<_> = outcome.parts.values().filter_map(|part| part.error.as_ref()).collect();
    assert_eq!(outcome.state, ScopeState::Ok, "{errors:#?}");
}

#[track_caller]
pub fn class(outcome: &Outcome, part: Part) -> domain::ErrorClass {
    outcome.parts[&part].error.as_ref().unwrap().class
}

impl Memory {
    /// Puts a finding in as if an earlier visit had read it.
    pub fn plant(&mut self, finding: Finding, source: Source, account: &str, region: &str) {
        let scope = Scope { source, account: account.into(), region: region.into() };
        self.keep(&scope, Batch { findings: vec![finding], ..Batch::default() });
    }

    /// Puts a resource in as if an earlier visit of AWS Config had read it, and gives its key.
    pub fn plant_resource(&mut self, kind: &str, account: &str, region: &str) -> ResourceKey {
        let scope =
            Scope { source: Source::Config, account: account.into(), region: region.into() };
        let name = "read-before".to_owned();
        let key = ResourceKey::of(None, kind, &scope.account, &scope.region, &name);
        let resource = Resource {
            key: key.clone(),
            source: Source::Config,
            account: scope.account.clone(),
            region: scope.region.clone(),
            kind: kind.to_owned(),
            id: name.clone(),
            name,
            tags: Vec::new(),
            facts: serde_json::json!({"configuration": {"encrypted": false}}),
            recorded_at: Some(start()),
        };
        self.keep(&scope, Batch { resources: vec![resource], ..Batch::default() });
        key
    }

    /// Names of the resources that findings of a source are about.
    pub fn named(&self, source: Source) -> BTreeMap<FindingId, Vec<ResourceKey>> {
        self.of(source)
            .into_iter()
            .map(|finding| {
                let keys = finding.resources.iter().map(|resource| resource.key.clone());
                (finding.id.clone(), keys.collect())
            })
            .collect()
    }
}
