//! An attack on the simulated organisation, when somebody asks for one: what GuardDuty finds comes
//! as events by the door that EventBridge uses.

use anyhow::Context as _;
use app::AppState;
use awsim::Sim;
use domain::id::DAY_MS;
use domain::{Action, Role};
use identity::secret::Secret;
use reqwest::header::CONTENT_TYPE;
use store::By;
use tokio::sync::{mpsc, watch};

/// How long the token of the simulated EventBridge holds.
const TOKEN_MS: i64 = 365 * DAY_MS;

/// Attacks when asked to, until `stopping` becomes true.
pub async fn run(
    sim: Option<&Sim>,
    mut asked: mpsc::Receiver<()>,
    state: &AppState,
    address: String,
    mut stopping: watch::Receiver<bool>,
) {
    let Some(sim) = sim else { return };
    loop {
        tokio::select! {
            // An error means that nobody can say stop any more, which means the same.
            _ = stopping.wait_for(|stop| *stop) => return,
            asked = asked.recv() => if asked.is_none() { return },
        }
        if let Err(error) = attack(sim, state, &address).await {
            tracing::error!(%error, "the simulated attack did not arrive");
        }
    }
}

async fn attack(sim: &Sim, state: &AppState, address: &str) -> anyhow::Result<()> {
    let people = state.reader.people().await?;
    let engineer = people
        .iter()
        .find(|person| person.role == Role::Engineer && person.demo)
        .context("the demonstration has no engineer")?;
    let secret = Secret::token()?;
    let now = state.wall.now();
    let scopes = [Action::SendEvents];
    let (by, name) = (By::system(now), "simulated EventBridge");
    let ends = now.plus(TOKEN_MS);
    state.writer.token_make(&by, engineer.id, name, &scopes, &secret.digest(), ends).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    for event in sim.attack() {
        let answer = client
            .post(format!("{address}/ingest/eventbridge"))
            .bearer_auth(secret.reveal().as_str())
            .header(CONTENT_TYPE, "application/json")
            .body(event.to_string())
            .send()
            .await
            .context("sending an event")?;
        let status = answer.status();
        anyhow::ensure!(status.is_success(), "the door for events answered {status}");
    }
    Ok(())
}
