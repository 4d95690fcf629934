//! The demonstration: a simulated organisation in this process, and its past replayed.

pub mod attack;
pub mod clinic;
pub mod pager;
pub mod registers;
pub mod runbooks;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use awsim::Sim;
use collect::{Limits, Session, StaticCredentials};
use domain::id::{DAY_MS, MINUTE_MS};
use domain::{Account, Clock as _, Goal, Organisation, Policy};
use store::Trigger;

use crate::clock::{DemoClock, SystemClock};
use crate::config::Intervals;
use crate::round::{Order, Rounds};

/// The organisation that is simulated, as an operator would have configured it.
pub fn organisation() -> Organisation {
    let accounts = awsim::organisation()
        .iter()
        .map(|account| Account {
            id: account.id.into(),
            name: account.name.to_owned(),
            role_arn: Some(account.role_arn.to_owned()),
            external_id: Some(account.external_id.to_owned()),
            regions: account.regions.iter().map(|region| (*region).into()).collect(),
            phi: account.holds_phi,
        })
        .collect();
    Organisation {
        name: "Meridian Valley Health".to_owned(),
        time_zone: "America/Chicago".to_owned(),
        goal: Goal(0.9),
        accounts,
        policy: Policy::default(),
    }
}

/// Two minutes unless told, so that something is seen to happen; a large organisation takes longer
/// to visit.
pub fn intervals(minutes: Option<u32>, findings: Option<u64>) -> Intervals {
    let large = findings.is_some_and(|findings| findings > 50_000);
    let minutes = minutes.unwrap_or(if large { 30 } else { 2 });
    Intervals::all(i64::from(minutes) * MINUTE_MS)
}

/// Starts the simulation on a free loopback port.
pub async fn start(options: awsim::Options) -> anyhow::Result<Sim> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Sim::start(any, options).await.context("starting the simulated AWS")
}

/// A connection to the simulation. Needs nothing from the environment.
pub async fn session(endpoint: String) -> Session {
    Session::new(collect::Options {
        endpoint: Some(endpoint),
        static_credentials: Some(StaticCredentials {
            access_key_id: awsim::ACCESS_KEY_ID.to_owned(),
            secret_access_key: awsim::SECRET_ACCESS_KEY.to_owned(),
        }),
        limits: Limits::unlimited(),
    })
    .await
}

/// How far back the past begins.
const DAYS: i64 = 90;
/// Rounds over the past, about one a week.
const MOST_ROUNDS: i64 = 12;
/// Fewer rounds than these show no trend.
const FEWEST_ROUNDS: i64 = 4;
/// The time that the past may take. Without optimisation, or on a busy machine, a round takes long;
/// then there are fewer of them.
const PATIENCE: Duration = Duration::from_secs(30);

/// Goes through the last ninety days in up to twelve rounds, with the real collectors, so that
/// trends have something to show. The clocks stand in the past then, until [`arrive`].
pub async fn replay(rounds: &Arc<Rounds>, sim: &Sim, clock: &DemoClock) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let begun = Instant::now();
    let mut at = now.plus(-DAYS * DAY_MS);
    let mut steps = None;
    loop {
        sim.set_now(Some(at.0));
        clock.set(Some(at));
        let note = format!("replaying the past: {} days ago", now.since(at) / DAY_MS);
        rounds.go(&Order { note, ..Order::all(Trigger::Demo) }).await?;
        let steps = *steps.get_or_insert_with(|| affordable(begun.elapsed()));
        at = at.plus(DAYS * DAY_MS / steps);
        // What is left of a step is the present, which comes with the real clock.
        if now.since(at) < DAY_MS {
            break;
        }
    }
    Ok(())
}

/// Visits the present, where the past was replayed.
pub async fn arrive(rounds: &Arc<Rounds>, sim: &Sim, clock: &DemoClock) -> anyhow::Result<()> {
    catch_up(sim, clock);
    let note = "visiting the present".to_owned();
    rounds.go(&Order { note, ..Order::all(Trigger::Demo) }).await?;
    Ok(())
}

/// How many rounds over the past there is time for, when one takes so long.
fn affordable(one: Duration) -> i64 {
    let fit = PATIENCE.as_secs_f64() / one.as_secs_f64().max(0.001);
    (fit as i64).clamp(FEWEST_ROUNDS, MOST_ROUNDS)
}

/// Puts both clocks to the present, also when the replay failed or was broken off.
pub fn catch_up(sim: &Sim, clock: &DemoClock) {
    sim.set_now(None);
    clock.set(None);
}
