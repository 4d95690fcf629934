//! Checks of our own, over facts that Config, Backup, GuardDuty and Security Hub reported.
//!
//! A check is a pure function of one account's facts. It answers only where the facts it needs
//! were read: a missing row means "not recorded or none", never "compliant", so a check says
//! nothing about what it cannot see, and the judge turns that silence into "not evaluated".

mod backup;
mod database;
mod keys;
mod logging;
mod messaging;
mod monitoring;
mod recorder;
mod say;
mod services;
mod storage;
mod walk;

use std::collections::BTreeMap;

pub use recorder::recording;

use crate::judge::{GLOBAL, Recording};
use crate::resource::kind;
use crate::{
    Account, Catalogue, Finding, FindingId, FindingState, Freshness, Part, Policy, Region,
    Resource, ResourceKey, ResourceRef, Severity, Source, Timestamp, Verdict,
};

/// A check of our own.
#[derive(Clone, Copy)]
pub struct Check {
    /// The id in the catalogue's data files.
    pub id: &'static str,
    /// The source of its facts.
    pub source: Source,
    /// The parts of the visit whose facts it needs, the governing one first.
    pub needs: &'static [Part],
    /// The judgement.
    pub run: Run,
}

/// The function behind a check.
pub type Run = fn(&Facts<'_>) -> Vec<Judged>;

impl Check {
    /// A check over the inventory of AWS Config alone.
    const fn of_inventory(id: &'static str, run: Run) -> Self {
        Self { id, source: Source::Config, needs: &[Part::Inventory], run }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check")
            .field("id", &self.id)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// One account's facts, in all its regions.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The account.
    pub account: &'a Account,
    /// What the organisation demands.
    pub policy: Policy,
    /// How old everything is.
    pub freshness: &'a Freshness,
    /// The present.
    pub now: Timestamp,
    by_kind: BTreeMap<&'a str, Vec<&'a Resource>>,
    recordings: Vec<(&'a Region, Recording)>,
    open_threats: Option<BTreeMap<Region, u64>>,
}

impl<'a> Facts<'a> {
    /// Indexes the resources of one account.
    pub fn new(
        account: &'a Account,
        policy: Policy,
        freshness: &'a Freshness,
        resources: &'a [Resource],
    ) -> Self {
        let mut by_kind: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for resource in resources.iter().filter(|resource| resource.account == account.id) {
            by_kind.entry(resource.kind.as_str()).or_default().push(resource);
        }
        let recorders = by_kind.get(kind::RECORDER).into_iter().flatten();
        let recordings = recorders
            .filter_map(|row| recording(&row.facts).map(|recording| (&row.region, recording)))
            .collect();
        let now = freshness.now();
        Self { account, policy, freshness, now, by_kind, recordings, open_threats: None }
    }

    /// Adds how many GuardDuty findings of severity high or critical are open in each region of
    /// the account, samples left out; a region that is absent has none. Without this, nothing is
    /// said about open threats.
    pub fn with_open_threats(mut self, open: BTreeMap<Region, u64>) -> Self {
        self.open_threats = Some(open);
        self
    }

    fn open_threats(&self) -> Option<&BTreeMap<Region, u64>> {
        self.open_threats.as_ref()
    }

    /// All resources of a type.
    pub fn of(&self, kind: &str) -> &[&'a Resource] {
        self.by_kind.get(kind).map_or(&[], Vec::as_slice)
    }

    /// All resources of a type in a region.
    pub fn of_in(&self, kind: &str, region: &Region) -> impl Iterator<Item = &'a Resource> {
        self.of(kind).iter().copied().filter(move |resource| resource.region == *region)
    }

    /// What the recorders of a region record, as far as their facts say.
    fn recordings(&self, region: &Region) -> impl Iterator<Item = &Recording> {
        self.recordings.iter().filter(move |(of, _)| *of == region).map(|(_, recording)| recording)
    }

    /// All resources of the account.
    pub fn all(&self) -> impl Iterator<Item = &'a Resource> {
        self.by_kind.values().flatten().copied()
    }

    /// Whether a part of a source has ever been read in a region.
    pub fn read(&self, source: Source, part: Part, region: &Region) -> bool {
        self.freshness.age(source, part, &self.account.id, region).as_of().is_some()
    }

    /// Whether a part of a source was read in a region within three intervals. What is global in
    /// AWS was read in some region or other, so none that was ever read may be stale.
    pub fn fresh(&self, source: Source, part: Part, region: &Region) -> bool {
        let fresh =
            |region: &Region| self.freshness.voice(source, part, &self.account.id, region).fresh();
        if self.account.regions.contains(region) {
            return fresh(region);
        }
        let mut read = self.regions_read(source, part).peekable();
        read.peek().is_some() && read.all(fresh)
    }

    /// Regions of the account in which a part of a source was read.
    pub fn regions_read(
        &self,
        source: Source,
        part: Part,
    ) -> impl Iterator<Item = &'a Region> + use<'_, 'a> {
        let account = self.account;
        account.regions.iter().filter(move |region| self.read(source, part, region))
    }

    /// Whether the part was read in every region of the account.
    pub fn read_everywhere(&self, source: Source, part: Part) -> bool {
        self.account.regions.iter().all(|region| self.read(source, part, region))
    }

    /// The region in which a part was read longest ago: the age of an account-wide answer.
    /// Regions in which it was never read are left out.
    pub fn oldest_region(&self, source: Source, part: Part) -> Option<&'a Region> {
        self.regions_read(source, part)
            .min_by_key(|region| self.freshness.age(source, part, &self.account.id, region).as_of())
    }

    /// A verdict about the account in one region.
    fn say(&self, region: &Region, said: say::Said) -> Judged {
        Judged::about_account(self.account, region, said.verdict, said.reason)
    }

    /// A verdict about the whole account, whose age is that of the visit to one region. Which
    /// region that is changes from round to round, so it is no part of the statement's identity.
    fn say_of_all(&self, visited: &Region, said: say::Said) -> Judged {
        Judged { region: Region::new(GLOBAL), ..self.say(visited, said) }
    }
}

/// What a check says about one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The resource; it names the region whose visit governs the age of this answer.
    pub resource: ResourceRef,
    /// Where the statement stands, in its identity and in lists: the region of the resource, or
    /// `global` for a statement about the whole account, whichever region's visit governs it.
    pub region: Region,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in one sentence of ours with the facts put in.
    pub reason: String,
}

impl Judged {
    /// A verdict about a resource; its own region's visit governs.
    pub fn about(resource: &Resource, verdict: Verdict, reason: impl Into<String>) -> Self {
        Self {
            resource: ResourceRef {
                key: resource.key.clone(),
                kind: resource.kind.clone(),
                name: resource.name.clone(),
                account: resource.account.clone(),
                region: resource.region.clone(),
            },
            region: resource.region.clone(),
            verdict,
            reason: reason.into(),
        }
    }

    /// A verdict about the account in one region.
    pub fn about_account(
        account: &Account,
        region: &Region,
        verdict: Verdict,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            resource: ResourceRef {
                key: ResourceKey::account(&account.id),
                kind: kind::ACCOUNT.to_owned(),
                name: account.name.clone(),
                account: account.id.clone(),
                region: region.clone(),
            },
            region: region.clone(),
            verdict,
            reason: reason.into(),
        }
    }
}

/// All checks.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [
        storage::CHECKS,
        database::CHECKS,
        messaging::CHECKS,
        keys::CHECKS,
        logging::CHECKS,
        services::CHECKS,
        backup::CHECKS,
        monitoring::CHECKS,
    ]
    .into_iter()
    .flatten()
}

/// The check with this id.
pub fn by_id(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// Runs every check that the catalogue uses over one account, and states the results as findings.
pub fn run_all(facts: &Facts<'_>, catalogue: &Catalogue) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in all() {
        let Some(control) = catalogue
            .control_for(check.source, check.id)
            .and_then(|control| catalogue.control(control))
        else {
            continue;
        };
        for judged in (check.run)(facts) {
            findings.push(finding_of(check, control, judged, facts.now));
        }
    }
    findings
}

fn finding_of(check: &Check, control: &crate::Control, judged: Judged, now: Timestamp) -> Finding {
    let resource = judged.resource;
    let native_id = format!("check/{}/{}", check.id, resource.key);
    let (state, compliance) = match judged.verdict {
        Verdict::Pass => (FindingState::Passed, "PASS"),
        Verdict::Fail => (FindingState::Open, "FAIL"),
        Verdict::NotApplicable => (FindingState::NotApplicable, "NOT_APPLICABLE"),
        Verdict::Unknown => (FindingState::Unknown, "UNKNOWN"),
        Verdict::Error => (FindingState::Unknown, "ERROR"),
    };
    Finding {
        id: FindingId::of(check.source, &resource.account, &judged.region, &native_id),
        source: check.source,
        part: check.needs.first().copied().unwrap_or(Part::Inventory),
        native_id,
        product: PRODUCT.to_owned(),
        check: check.id.to_owned(),
        control: Some(control.id.clone()),
        account: resource.account.clone(),
        region: judged.region,
        title: control.title.clone(),
        description: control.why.clone(),
        severity: if state == FindingState::Passed {
            Severity::Informational
        } else {
            control.severity
        },
        severity_reported: control.severity.as_str().to_owned(),
        state,
        compliance: compliance.to_owned(),
        workflow: String::new(),
        verdict: judged.verdict,
        reason: judged.reason,
        requirements: Vec::new(),
        resources: vec![resource],
        remediation: control.fix_console.clone(),
        remediation_url: control.docs.clone(),
        created_at: now,
        updated_at: now,
        sample: false,
    }
}

/// The product name of findings that our own checks state.
pub const PRODUCT: &str = "Wardround check";
