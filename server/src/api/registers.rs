//! `GET /api/v1/vendors`, `/systems` and `/drills`: the registers for programs.

use axum::extract::State;
use domain::register::drill::{is_overdue, last_success};
use domain::register::{
    Agreement, Criticality, Day, Drill, DrillOutcome, Known, Need, Registered, System, Vendor,
    VendorState, baa_coverage,
};
use domain::{AccountId, Timestamp};
use http::Uri;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, json};
use super::query::Parameters;
use crate::http::Shared;
use crate::refusal::Problem;

const PARAMETERS: [&str; 1] = ["state"];

/// The register of vendors.
#[derive(Debug, Serialize, ToSchema)]
pub struct Vendors {
    /// Vendors with an agreement that holds.
    pub covered: u64,
    /// Vendors that need one.
    pub eligible: u64,
    /// `covered` ÷ `eligible`; `null` when no vendor needs one, which is not 100 %.
    pub coverage: Option<f64>,
    /// Vendors that match the parameters, by name.
    pub items: Vec<VendorItem>,
}

/// A vendor. Texts are of people: escape them.
#[derive(Debug, Serialize, ToSchema)]
pub struct VendorItem {
    /// Its number.
    pub id: i64,
    /// Rises with each change.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What it does.
    pub services: String,
    /// uncovered, expired, pending, expiring, covered, not-required or ended.
    pub state: String,
    /// Whether PHI flows now.
    pub phi_flows: bool,
    /// Since when, or from when on.
    #[schema(format = Date)]
    pub phi_since: Option<String>,
    /// Why no agreement is needed.
    pub not_required_reason: Option<String>,
    /// The agreement.
    pub agreement: Option<AgreementItem>,
    /// How subcontractors are bound.
    pub subcontractors: String,
    /// The role that speaks with it.
    pub contact_role: String,
    /// When it was registered.
    #[schema(format = DateTime)]
    pub added: String,
}

/// A business associate agreement.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementItem {
    /// Who made it.
    pub parties: String,
    /// What it covers.
    pub services: String,
    /// When it was signed.
    #[schema(format = Date)]
    pub signed: String,
    /// Its last day.
    #[schema(format = Date)]
    pub expires: Option<String>,
    /// When it is to be looked at again.
    #[schema(format = Date)]
    pub review: Option<String>,
    /// SHA-256 of the signed file.
    pub sha256: Option<String>,
}

/// The register of systems.
#[derive(Debug, Serialize, ToSchema)]
pub struct Systems {
    /// Systems that match the parameters, by name.
    pub items: Vec<SystemItem>,
}

/// A system. Texts are of people: escape them.
#[derive(Debug, Serialize, ToSchema)]
pub struct SystemItem {
    /// Its number.
    pub id: i64,
    /// Rises with each change.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The role that answers for it.
    pub owner_role: String,
    /// Kinds of ePHI that it holds; empty for none.
    pub holds: String,
    /// Accounts in which it runs.
    pub accounts: Vec<String>,
    /// The vendor that runs it.
    pub vendor: Option<String>,
    /// critical, important or routine.
    pub criticality: String,
    /// When it was registered.
    #[schema(format = DateTime)]
    pub added: String,
}

/// The register of drills.
#[derive(Debug, Serialize, ToSchema)]
pub struct Drills {
    /// The day of the last drill that was noticed in time.
    #[schema(format = Date)]
    pub last_success: Option<String>,
    /// Whether that is more than ninety days ago, or never was.
    pub overdue: bool,
    /// Drills that match the parameters, newest first.
    pub items: Vec<DrillItem>,
}

/// A drill. Texts are of people: escape them.
#[derive(Debug, Serialize, ToSchema)]
pub struct DrillItem {
    /// Its number.
    pub id: i64,
    /// When.
    #[schema(format = Date)]
    pub day: String,
    /// What was played.
    pub scenario: String,
    /// signal, exercise, table-top or attack.
    pub kind: String,
    /// detected, late or missed.
    pub outcome: String,
    /// Minutes until it was noticed.
    pub minutes: Option<i64>,
    /// Whether it shows that an incident would be noticed.
    pub proves_detection: bool,
}

/// Vendors and whether an agreement covers each. Those that ended are left out unless asked for.
#[utoipa::path(
    get,
    path = "/api/v1/vendors",
    tag = "registers",
    params(("state" = Option<Vec<String>>, Query, description = "uncovered, expired, pending, expiring, covered, not-required, ended")),
    responses(
        (status = 200, description = "The register", body = Vendors),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn vendors(State(shared): State<Shared>, uri: Uri) -> Answer {
    let words: Vec<&str> = VendorState::CHOICES.iter().map(|choice| choice.0).collect();
    let states = states(&uri, &words)?;
    let now = shared.app.wall.now();
    let all = shared.app.reader.vendor_list().await?;
    let sum = baa_coverage(&all, now);
    let items = all.iter().filter(|one| wanted(&states, one.state(now).as_str(), one.stands()));
    json(&Vendors {
        covered: sum.covered,
        eligible: sum.eligible,
        coverage: sum.value(),
        items: items.map(|one| vendor(one, now)).collect(),
    })
}

/// Systems and what they hold. Those that ended are left out.
#[utoipa::path(
    get,
    path = "/api/v1/systems",
    tag = "registers",
    params(("state" = Option<Vec<String>>, Query, description = "critical, important, routine")),
    responses(
        (status = 200, description = "The register", body = Systems),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn systems(State(shared): State<Shared>, uri: Uri) -> Answer {
    let words: Vec<&str> = Criticality::ALL.iter().map(|one| one.as_str()).collect();
    let states = states(&uri, &words)?;
    let known = shared.app.reader.register_known::<System>(shared.app.wall.now()).await?;
    let all = shared.app.reader.system_list().await?;
    let matching = |one: &&Registered<System>| {
        one.stands() && wanted(&states, one.record.criticality.as_str(), true)
    };
    json(&Systems { items: all.iter().filter(matching).map(|one| system(one, &known)).collect() })
}

/// Drills and whether they were noticed. Those that were taken back are left out.
#[utoipa::path(
    get,
    path = "/api/v1/drills",
    tag = "registers",
    params(("state" = Option<Vec<String>>, Query, description = "detected, late, missed")),
    responses(
        (status = 200, description = "The register", body = Drills),
        (status = 400, description = "A wrong parameter", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn drills(State(shared): State<Shared>, uri: Uri) -> Answer {
    let words: Vec<&str> = DrillOutcome::ALL.iter().map(|one| one.as_str()).collect();
    let states = states(&uri, &words)?;
    let all = shared.app.reader.drill_list().await?;
    let matching = |one: &&Registered<Drill>| {
        one.stands() && wanted(&states, one.record.outcome.as_str(), true)
    };
    json(&Drills {
        last_success: last_success(&all).map(|day| day.to_string()),
        overdue: is_overdue(&all, shared.app.wall.now()),
        items: all.iter().filter(matching).map(drill).collect(),
    })
}

fn states(uri: &Uri, words: &[&str]) -> Result<Vec<String>, Problem> {
    let parameters = Parameters::of(uri, &PARAMETERS)?;
    parameters.list("state", |text| words.contains(&text).then(|| text.to_owned()), words)
}

fn wanted(states: &[String], state: &str, stands: bool) -> bool {
    if states.is_empty() { stands } else { states.iter().any(|one| one == state) }
}

fn text(day: Option<Day>) -> Option<String> {
    day.map(|day| day.to_string())
}

fn vendor(one: &Registered<Vendor>, now: Timestamp) -> VendorItem {
    let vendor = &one.record;
    VendorItem {
        id: one.id.0,
        version: one.version,
        name: vendor.name.clone(),
        services: vendor.services.clone(),
        state: one.state(now).as_str().to_owned(),
        phi_flows: vendor.phi_flows(now),
        phi_since: text(vendor.phi_since),
        not_required_reason: match &vendor.need {
            Need::Never(reason) => Some(reason.clone()),
            Need::WithPhi | Need::Always => None,
        },
        agreement: vendor.agreement.as_ref().map(agreement),
        subcontractors: vendor.subcontractors.clone(),
        contact_role: vendor.contact.clone(),
        added: one.added.rfc3339(),
    }
}

fn agreement(agreement: &Agreement) -> AgreementItem {
    AgreementItem {
        parties: agreement.parties.clone(),
        services: agreement.services.clone(),
        signed: agreement.signed.to_string(),
        expires: text(agreement.expires),
        review: text(agreement.review),
        sha256: agreement.sha256.clone(),
    }
}

fn system(one: &Registered<System>, known: &Known) -> SystemItem {
    let system = &one.record;
    SystemItem {
        id: one.id.0,
        version: one.version,
        name: system.name.clone(),
        owner_role: system.owner.clone(),
        holds: system.holds.clone(),
        accounts: system.accounts.iter().map(AccountId::to_string).collect(),
        vendor: system.vendor.map(|id| known.vendor_name(id)),
        criticality: system.criticality.as_str().to_owned(),
        added: one.added.rfc3339(),
    }
}

fn drill(one: &Registered<Drill>) -> DrillItem {
    let drill = &one.record;
    DrillItem {
        id: one.id.0,
        day: drill.day.to_string(),
        scenario: drill.scenario.clone(),
        kind: drill.kind.as_str().to_owned(),
        outcome: drill.outcome.as_str().to_owned(),
        minutes: drill.minutes,
        proves_detection: drill.proves_detection(),
    }
}
