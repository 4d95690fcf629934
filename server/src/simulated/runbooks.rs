//! Runbooks at work in the simulated organisation: one that is open, one that was sealed.

use std::collections::BTreeMap;

use anyhow::Context as _;
use app::AppState;
use app::actions::demo;
use domain::id::DAY_MS;
use domain::runbook::run::{Proof, ProofKind, Subject};
use domain::runbook::{Act, Step, Template, Values, library};
use domain::{Role, Timestamp};
use store::{Actor, By, Origin, RunbookQuery, RunbookRun, RunbookRunId};

/// Opens two runs where nobody opened any yet.
pub async fn furnish(state: &AppState) -> anyhow::Result<()> {
    if !state.reader.runbook_runs(&RunbookQuery::default()).await?.items.is_empty() {
        return Ok(());
    }
    let now = state.wall.now();
    let by = by(state, now).await?;
    let since = now.plus(-3 * DAY_MS).rfc3339();
    let vendor =
        [("vendor", "Appointment reminders"), ("flow", "Nightly export"), ("since", &since)];
    let run = open(state, &by, "vendor-without-baa", &vendor).await?;
    let run = done(state, &by, run, 0, "TICKET-2107").await?;
    done(state, &by, run, 1, "TICKET-2107").await?;

    let device = [("device", "MVH-LT-0412"), ("last-seen", since.as_str()), ("identity", "none")];
    let mut run = open(state, &by, "lost-device", &device).await?;
    for index in 0..run.run.snapshot.steps.len() {
        run = done(state, &by, run, index, "TICKET-2093").await?;
    }
    let note = "An exercise; the device was in a drawer.".to_owned();
    for act in [Act::SignOff { note }, Act::Close] {
        run = state.writer.runbook_act(&by, run.id, run.entries(), act).await?;
    }
    Ok(())
}

/// Whoever is on call.
async fn by(state: &AppState, at: Timestamp) -> anyhow::Result<By> {
    let name = demo::account(Role::OnCall);
    let person = state.reader.person_named(&name).await?.context("nobody is on call")?;
    let origin = Origin { name, ..Origin::default() };
    Ok(By { at, actor: Actor::Person(person.id), role: Some(person.role), origin })
}

async fn open(
    state: &AppState,
    by: &By,
    id: &str,
    filled: &[(&str, &str)],
) -> anyhow::Result<RunbookRun> {
    let template: &Template = library::by_id(id).context("a runbook that does not ship")?;
    let pairs = filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let values = Values::read(template, &pairs.collect::<BTreeMap<_, _>>())
        .map_err(|flaws| anyhow::anyhow!("made-up values are wrong: {flaws:?}"))?;
    let run: RunbookRunId = state.writer.runbook_open(by, template, values, Subject::Alone).await?;
    state.reader.runbook_run(run).await?.context("the run that was just opened")
}

async fn done(
    state: &AppState,
    by: &By,
    run: RunbookRun,
    index: usize,
    ticket: &str,
) -> anyhow::Result<RunbookRun> {
    let step: &Step = run.run.snapshot.steps.get(index).context("a step")?;
    let proof = Proof { kind: ProofKind::Reference, reference: ticket.to_owned() };
    let act = Act::Done { step: step.id.clone(), evidence: vec![proof], note: String::new() };
    Ok(state.writer.runbook_act(by, run.id, run.entries(), act).await?)
}
