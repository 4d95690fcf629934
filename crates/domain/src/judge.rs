//! Judges a control: from the answers of all sources to one evaluation for each resource, and to
//! a stated gap wherever an answer is owed and missing.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Reach;
use crate::evaluation::{AgedAnswer, merge, silent};
use crate::freshness::Voice;
use crate::resource::kind;
use crate::{
    Account, AccountId, Answer, Control, ErrorClass, Evaluation, Exception, FindingId, Freshness,
    Organisation, Part, Reason, Region, ResourceKey, Source, State, Verdict,
};

/// What exists, as far as AWS Config records it.
#[derive(Debug, Default)]
pub struct Inventory {
    resources: BTreeMap<(AccountId, Region, String), BTreeSet<ResourceKey>>,
    recorded: BTreeMap<(AccountId, Region), Recording>,
}

/// What a configuration recorder records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recording {
    /// Every supported type, except those named.
    AllExcept(BTreeSet<String>),
    /// Only the types named.
    Only(BTreeSet<String>),
    /// The recorder is absent or stopped.
    Nothing,
}

impl Recording {
    /// Whether a resource of this type would be seen.
    pub fn records(&self, kind: &str) -> bool {
        match self {
            Self::AllExcept(except) => !except.contains(kind),
            Self::Only(only) => only.contains(kind),
            Self::Nothing => false,
        }
    }
}

impl Inventory {
    /// Notes a resource.
    pub fn add(&mut self, account: &AccountId, region: &Region, kind: &str, key: &ResourceKey) {
        let place = (account.clone(), region.clone(), kind.to_owned());
        self.resources.entry(place).or_default().insert(key.clone());
    }

    /// Notes what is recorded in an account and region.
    pub fn set_recording(&mut self, account: &AccountId, region: &Region, recording: Recording) {
        self.recorded.insert((account.clone(), region.clone()), recording);
    }

    fn of(
        &self,
        account: &AccountId,
        region: &Region,
        kind: &str,
    ) -> Option<&BTreeSet<ResourceKey>> {
        self.resources.get(&(account.clone(), region.clone(), kind.to_owned()))
    }

    /// Whether the recorder would have seen a resource of this type.
    fn records(&self, account: &AccountId, region: &Region, kind: &str) -> bool {
        self.recorded.get(&(account.clone(), region.clone())).is_some_and(|it| it.records(kind))
    }

    /// Whether a recorder is known to run, whatever it records.
    fn runs(&self, account: &AccountId, region: &Region) -> bool {
        let recording = self.recorded.get(&(account.clone(), region.clone()));
        !matches!(recording, Some(Recording::Nothing) | None)
    }
}

/// Types that AWS Config cannot record at all: their absence from the inventory says nothing.
/// From the `ResourceType` enumeration of the AWS Config API.
const NEVER_RECORDED: [&str; 8] = [
    "AWS::EC2::Snapshot",
    "AWS::Logs::LogGroup",
    "AWS::ElastiCache::CacheCluster",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::DMS::ReplicationInstance",
    "AWS::EMR::Cluster",
    "AWS::SageMaker::NotebookInstance",
    "AWS::SageMaker::EndpointConfig",
];

/// Everything a judgement rests on besides the answers.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Who is watched.
    pub organisation: &'a Organisation,
    /// How old everything is.
    pub freshness: &'a Freshness,
    /// What exists.
    pub inventory: &'a Inventory,
    /// Failures that somebody accepted for a while.
    pub exceptions: &'a [Exception],
}

/// Judges one control over the whole organisation. The result is sorted and has each resource of
/// an account and region once.
pub fn judge(control: &Control, answers: &[Answer], ground: Ground<'_>) -> Vec<Evaluation> {
    if control.attestation {
        return vec![unattested(control)];
    }
    let told = without_bystanders(control, answers);
    let answers = told.as_ref();
    let mut evaluations = Vec::new();
    for account in &ground.organisation.accounts {
        let demanded = control.default_on || ground.organisation.policy.dedicated_tenancy;
        if !demanded {
            evaluations.push(gap(
                control,
                account,
                None,
                State::NotApplicable,
                Reason::NotDemanded,
            ));
            continue;
        }
        match control.reach {
            Reach::Region => {
                for region in &account.regions {
                    let place =
                        Place { account, regions: std::slice::from_ref(region), named: region };
                    judge_place(control, place, answers, ground, &mut evaluations);
                }
            }
            Reach::Account => {
                let named = Region::new(GLOBAL);
                let mut regions = account.regions.clone();
                regions.push(named.clone());
                let place = Place { account, regions: &regions, named: &named };
                judge_place(control, place, answers, ground, &mut evaluations);
            }
        }
    }
    excepted(&mut evaluations, ground);
    evaluations.sort_by(|a, b| {
        (&a.account, &a.region, &a.resource).cmp(&(&b.account, &b.region, &b.resource))
    });
    evaluations
}

/// An approved exception that stands today covers a failure, and nothing else: it never makes
/// anything pass, and what nobody knows stays unknown under it.
fn excepted(evaluations: &mut [Evaluation], ground: Ground<'_>) {
    let now = ground.freshness.now();
    for evaluation in evaluations.iter_mut().filter(|it| it.state == State::Fail) {
        if ground.exceptions.iter().any(|it| it.stands(now) && it.covers(evaluation)) {
            evaluation.state = State::Excepted;
            evaluation.reason = Reason::ExceptionApproved;
        }
    }
}

/// A finding can name several resources, of which only some are of the types that the control
/// judges: the network of a bucket's finding is not a bucket. Where a finding names one of those
/// types, its other resources are bystanders.
fn without_bystanders<'a>(control: &Control, answers: &'a [Answer]) -> Cow<'a, [Answer]> {
    let judged = |answer: &Answer| control.resource_types.contains(&answer.kind);
    if control.account_level || control.resource_types.is_empty() || answers.iter().all(judged) {
        return Cow::Borrowed(answers);
    }
    let meant: BTreeSet<&FindingId> =
        answers.iter().filter(|answer| judged(answer)).map(|answer| &answer.finding).collect();
    let stays = |answer: &&Answer| judged(answer) || !meant.contains(&answer.finding);
    Cow::Owned(answers.iter().filter(stays).cloned().collect())
}

/// Where an answer is owed: one region, or all of an account for what is global in AWS.
#[derive(Clone, Copy)]
struct Place<'a> {
    account: &'a Account,
    regions: &'a [Region],
    named: &'a Region,
}

fn judge_place(
    control: &Control,
    place: Place<'_>,
    answers: &[Answer],
    ground: Ground<'_>,
    out: &mut Vec<Evaluation>,
) {
    let account = &place.account.id;
    let mut by_resource: BTreeMap<&ResourceKey, Vec<AgedAnswer<'_>>> = BTreeMap::new();
    // Thousands of answers come from the same few visits.
    let mut heard = BTreeMap::new();
    for region in place.regions {
        for answer in answers_in(answers, account, region) {
            let (source, part, visited) = (answer.source, answer.part, &answer.visited_region);
            let (voice, as_of) = *heard.entry((source, part, visited)).or_insert_with(|| {
                let age = ground.freshness.age(source, part, account, visited);
                (voice_of(source, part, account, visited, ground), age.as_of())
            });
            by_resource.entry(&answer.resource).or_default().push(AgedAnswer {
                answer,
                voice,
                as_of,
            });
        }
    }
    // Account-wide rules name the account, not the resources that they looked at.
    let owed: &[String] = if control.account_level { &[] } else { &control.resource_types };
    let expected: BTreeSet<&ResourceKey> = owed
        .iter()
        .flat_map(|kind| place.regions.iter().map(move |region| (kind, region)))
        .filter_map(|(kind, region)| ground.inventory.of(account, region, kind))
        .flatten()
        .collect();
    if by_resource.is_empty() && expected.is_empty() {
        let (state, reason) = silence(control, place, ground);
        out.push(gap(control, place.account, Some(place.named), state, reason));
        return;
    }
    for (resource, answers) in &by_resource {
        if let Some((state, reason, decided)) = settled(answers) {
            out.push(Evaluation {
                control: control.id.clone(),
                account: account.clone(),
                region: place.named.clone(),
                resource: (*resource).clone(),
                kind: decided.answer.kind.clone(),
                state,
                reason,
                finding: Some(decided.answer.finding.clone()),
                as_of: decided.as_of,
            });
        }
    }
    for resource in expected.into_iter().filter(|key| !by_resource.contains_key(*key)) {
        let reason = match silence(control, place, ground).1 {
            Reason::NoSuchResource | Reason::NotRecorded | Reason::RuleAbsent => {
                Reason::ResourceNotJudged
            }
            reason => reason,
        };
        out.push(Evaluation {
            resource: resource.clone(),
            ..gap(control, place.account, Some(place.named), State::NotEvaluated, reason)
        });
    }
}

/// How far an answer still counts. Config hands out the results of its rules for ever, also after
/// the recorder stopped, and a rule that runs on changes is not evaluated without it (AWS Config
/// Developer Guide, "Evaluating Resources with AWS Config Rules"). Which results are of such a rule
/// does not stand in them, so none counts as fresh where the recorder is not known to run.
fn voice_of(
    source: Source,
    part: Part,
    account: &AccountId,
    visited: &Region,
    ground: Ground<'_>,
) -> Voice {
    let of = |part| ground.freshness.voice(source, part, account, visited);
    match of(part) {
        Voice::Fresh if (source, part) == (Source::Config, Part::Rules) => {
            let runs = of(Part::Recorder).fresh() && ground.inventory.runs(account, visited);
            if runs { Voice::Fresh } else { Voice::Unrecorded }
        }
        voice => voice,
    }
}

/// One state for one resource. A failure whose source has fallen silent still stands against the
/// pass of another: losing the data of one source must never raise a score. Only what a service
/// said that has been off for months stands against nothing any more.
fn settled<'a>(answers: &[AgedAnswer<'a>]) -> Option<(State, Reason, AgedAnswer<'a>)> {
    let merged = merge(answers)?;
    let old_failure = answers
        .iter()
        .filter(|aged| !matches!(aged.voice, Voice::Fresh | Voice::Forgotten))
        .filter(|aged| aged.answer.verdict == Verdict::Fail)
        .max_by_key(|aged| aged.as_of);
    match (merged.0, old_failure) {
        (State::Pass, Some(failure)) => {
            let (state, reason) = silent(failure.voice);
            Some((state, reason, *failure))
        }
        _ => Some(merged),
    }
}

/// The answers of one account and region; `answers` is sorted by account, then region.
fn answers_in<'a>(answers: &'a [Answer], account: &AccountId, region: &Region) -> &'a [Answer] {
    let place = |answer: &Answer| (answer.account.clone(), answer.region.clone());
    let wanted = (account.clone(), region.clone());
    let start = answers.partition_point(|answer| place(answer) < wanted);
    let end = answers.partition_point(|answer| place(answer) <= wanted);
    answers.get(start..end).unwrap_or(&[])
}

/// What it means that nobody answered here.
fn silence(control: &Control, place: Place<'_>, ground: Ground<'_>) -> (State, Reason) {
    let account = place.account;
    let sights: Vec<Sight> = if control.account_level || control.resource_types.is_empty() {
        Vec::new()
    } else {
        let of = |region| {
            let kinds = control.resource_types.iter();
            kinds.map(|kind| sight(kind, account, region, ground)).min().unwrap_or(Sight::Unread)
        };
        place.regions.iter().map(of).filter(|sight| *sight != Sight::Unread).collect()
    };
    if !sights.is_empty() {
        // What is global in AWS is recorded in one region at most; the rest must all be seen.
        let nothing = match control.reach {
            Reach::Account => sights.contains(&Sight::Clear),
            Reach::Region => sights.iter().all(|sight| *sight == Sight::Clear),
        };
        if nothing {
            return (State::NotApplicable, Reason::NoSuchResource);
        }
        return (State::NotEvaluated, Reason::NotRecorded);
    }
    let reasons = place
        .regions
        .iter()
        .filter(|region| region.as_str() != GLOBAL)
        .map(|region| best_explanation(control, account, region, ground.freshness));
    let reason = reasons.max_by_key(|reason| telling(*reason)).unwrap_or(Reason::NotCollected);
    (State::NotEvaluated, reason)
}

/// Whether the absence of a type of resource can be seen, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sight {
    /// Its listing was not read lately, or no listing has it.
    Unread,
    /// Config was read, but does not record it.
    Blind,
    /// What is not listed does not exist.
    Clear,
}

/// AWS Backup lists vaults and recovery points itself; everything else is Config's inventory, as
/// complete as its recorder makes it.
fn sight(kind: &str, account: &Account, region: &Region, ground: Ground<'_>) -> Sight {
    let fresh = |source, part| ground.freshness.voice(source, part, &account.id, region).fresh();
    let own_listing = match kind {
        kind::VAULT => Some(Part::Vaults),
        kind::RECOVERY_POINT => Some(Part::RecoveryPoints),
        kind::PLAN => Some(Part::Plans),
        _ => None,
    };
    if let Some(part) = own_listing {
        return if fresh(Source::Backup, part) { Sight::Clear } else { Sight::Unread };
    }
    let read = fresh(Source::Config, Part::Inventory) && fresh(Source::Config, Part::Recorder);
    if !read || NEVER_RECORDED.contains(&kind) {
        return Sight::Unread;
    }
    if ground.inventory.records(&account.id, region, kind) { Sight::Clear } else { Sight::Blind }
}

/// How much a reason tells an operator; the larger wins.
fn telling(reason: Reason) -> u8 {
    match reason {
        Reason::AccessDenied => 5,
        Reason::ServiceNotEnabled => 4,
        Reason::SourceFailed => 3,
        Reason::NotCollected => 2,
        _ => 0,
    }
}

/// The most telling reason among the sources that could have answered.
fn best_explanation(
    control: &Control,
    account: &Account,
    region: &Region,
    fresh: &Freshness,
) -> Reason {
    let mut best = Reason::RuleAbsent;
    let mut consider = |reason| {
        if telling(reason) > telling(best) {
            best = reason;
        }
    };
    for source in control.sources() {
        let status = fresh.scope(source, &account.id, region);
        if status.is_none_or(|status| status.last_attempt.is_none()) {
            consider(Reason::NotCollected);
        }
        for part in source.parts() {
            match fresh.error(source, *part, &account.id, region) {
                Some(ErrorClass::Denied) => consider(Reason::AccessDenied),
                Some(ErrorClass::NotEnabled) => consider(Reason::ServiceNotEnabled),
                Some(_) => consider(Reason::SourceFailed),
                None => {}
            }
        }
    }
    best
}

/// The region under which what is global in AWS stands.
pub const GLOBAL: &str = "global";

/// The account id under which answers of the organisation as a whole stand.
pub const ORGANISATION: &str = "organisation";

/// A person answers once for the whole organisation.
fn unattested(control: &Control) -> Evaluation {
    Evaluation {
        control: control.id.clone(),
        account: AccountId::new(ORGANISATION),
        region: Region::new(GLOBAL),
        resource: ResourceKey::new(ORGANISATION),
        kind: String::new(),
        state: State::NotEvaluated,
        reason: Reason::AttestationMissing,
        finding: None,
        as_of: None,
    }
}

fn gap(
    control: &Control,
    account: &Account,
    region: Option<&Region>,
    state: State,
    reason: Reason,
) -> Evaluation {
    Evaluation {
        control: control.id.clone(),
        account: account.id.clone(),
        region: region.cloned().unwrap_or_else(|| Region::new(GLOBAL)),
        resource: ResourceKey::account(&account.id),
        kind: String::new(),
        state,
        reason,
        finding: None,
        as_of: None,
    }
}
