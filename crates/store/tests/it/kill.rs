//! The program is killed while it writes, again and again; the database is consistent each time,
//! and reading everything again gives exactly what an undisturbed program has.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::fixture::{
    EAST, HOUR, MAIN, NOW, OTHER, Store, WEST, finding, organisation, outcome, passed, raw,
    recount, resource, scope,
};
use domain::{Batch, Catalogue, Evidence, Finding, Part, Scope, Source, Sweep};
use sqlx::{Row, SqliteConnection};
use store::{Trigger, Writer};

/// Set in the child: the folder into which it writes until it is killed.
const FOLDER: &str = "WARDROUND_TEST_KILL_FOLDER";
const PAGES: usize = 12;
const ROWS: usize = 60;

fn scopes() -> Vec<Scope> {
    let mut scopes = Vec::new();
    for account in [MAIN, OTHER] {
        for region in [EAST, WEST] {
            scopes.push(scope(Source::SecurityHub, account, region));
        }
    }
    scopes
}

/// What AWS would answer in a round: even rounds fail, odd ones pass, a row of each page vanishes.
fn page(scope: &Scope, page: usize, round: usize) -> Vec<Finding> {
    (0..ROWS)
        .filter(|row| *row != round % ROWS)
        .map(|row| {
            let mut one = finding(scope, &format!("{page}/{row}"), &format!("b-{page}-{row}"));
            one.updated_at = one.updated_at.plus(10_000 * round as i64);
            if round.is_multiple_of(2) { one } else { passed(one) }
        })
        .collect()
}

async fn round(writer: &Writer, round: usize) {
    let at = NOW.plus(round as i64 * HOUR);
    let run = writer.run_begin(Trigger::Schedule, 4, at).await.unwrap();
    for scope in scopes() {
        let mut all = Vec::new();
        for number in 0..PAGES {
            let findings = page(&scope, number, round);
            all.extend(findings.iter().map(|one| one.id.clone()));
            let evidence = Evidence {
                part: Part::Findings,
                operation: "GetFindings".into(),
                request_id: format!("{round}-{number}"),
                taken_at: at,
                body: format!("{scope} {round} {number}").into_bytes(),
            };
            let volume =
                resource(scope.account.as_str(), scope.region.as_str(), "AWS::EC2::Volume", "v");
            let batch = Batch {
                findings,
                resources: vec![volume],
                evidence: vec![evidence],
                ..Batch::default()
            };
            writer.ingest(run, &scope, batch, at).await.unwrap();
        }
        let sweep = Sweep::Findings {
            part: Part::Findings,
            seen: all.into_iter().collect(),
            spare: Vec::new(),
        };
        let ended = outcome(Source::SecurityHub, at, vec![sweep]);
        writer.scope_finish(run, &scope, &ended, at.plus(HOUR)).await.unwrap();
    }
    let report = writer.judge(run, &organisation(), Catalogue::get(), at).await.unwrap();
    writer.run_finish(run, at, &report).await.unwrap();
}

/// Not a test of its own: the body of the child process, which only ends by being killed.
#[tokio::test]
async fn child_that_writes_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let (writer, _) = store::open(folder.as_ref()).await.unwrap();
    writer.organisation_adopt(&organisation(), Catalogue::get(), |_| HOUR).await.unwrap();
    writer.runs_close_interrupted(NOW).await.unwrap();
    // If its parent was killed itself, it must not write for ever.
    let born = std::time::Instant::now();
    for number in 0.. {
        round(&writer, number % 6).await;
        if born.elapsed() > Duration::from_mins(2) {
            return;
        }
    }
}

/// Everything that the last round decides. How a finding looked before it was gone depends on which
/// rounds were allowed to end.
async fn rows(connection: &mut SqliteConnection) -> Vec<String> {
    let rows = sqlx::query(
        "SELECT CASE WHEN f.gone_at IS NOT NULL THEN json_array(hex(f.id), f.state)
             ELSE json_array(hex(f.id), f.source, p.account, p.region, f.state, f.verdict, f.severity,
                 iif(f.own, 0, f.updated_at), f.title, f.resource, c.text) END FROM finding f
         JOIN place p ON p.id = f.place LEFT JOIN word c ON c.id = f.control ORDER BY f.id",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let mut all: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    for sql in [
        "SELECT json_array(c.text, p.account, p.region, a.resource, hex(f.id), a.verdict)
         FROM answer a JOIN finding f ON f.n = a.finding JOIN word c ON c.id = a.control
         JOIN place p ON p.id = a.place ORDER BY 1",
        "SELECT json_array(c.text, p.account, p.region, e.resource, e.state, e.reason)
         FROM evaluation e JOIN word c ON c.id = e.control JOIN place p ON p.id = e.place ORDER BY 1",
        "SELECT json_array(key, name, gone_at) FROM resource ORDER BY 1",
    ] {
        let rows = sqlx::query(sql).fetch_all(&mut *connection).await.unwrap();
        all.extend(rows.iter().map(|row| row.get::<String, _>(0)));
    }
    all
}

#[tokio::test]
async fn a_kill_at_any_moment_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut interrupted = 0;
    for attempt in 0..60_u64 {
        if attempt >= 12 && interrupted >= 3 {
            break;
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child_that_writes_until_it_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Anywhere from the migration to the third judgement; later on a busy machine.
        let patience = attempt.saturating_sub(12) * 100;
        let moment = 40 + attempt * attempt * 13 % 900 + patience;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        assert!(child.try_wait().unwrap().is_none(), "the child writes until it is killed");
        child.kill().unwrap();
        child.wait().unwrap();
        let (writer, _) = store::open(folder.path()).await.unwrap();
        interrupted += writer.runs_close_interrupted(NOW).await.unwrap();
        recount(&mut raw(folder.path()).await).await;
    }
    assert!(interrupted > 0, "some round was hit in the middle");
    // Later rounds complete the picture, exactly as it would be without any kill. Two of them,
    // because each leaves out a row of every page that only the other one has.
    let (writer, reader) = store::open(folder.path()).await.unwrap();
    writer.organisation_adopt(&organisation(), Catalogue::get(), |_| HOUR).await.unwrap();
    for number in 5..7 {
        round(&writer, number).await;
    }
    let undisturbed = Store::new().await;
    undisturbed.adopt(&organisation()).await;
    for number in 0..7 {
        round(&undisturbed.writer, number).await;
    }
    let mut disturbed = raw(folder.path()).await;
    recount(&mut disturbed).await;
    let (got, want) = (rows(&mut disturbed).await, rows(&mut undisturbed.raw().await).await);
    let first = got.iter().zip(&want).find(|(got, want)| got != want);
    assert_eq!((got.len(), first), (want.len(), None));
    assert!(reader.run_current().await.unwrap().is_none());
}
