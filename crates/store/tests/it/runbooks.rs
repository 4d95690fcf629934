//! Runs of runbooks and their texts: kept, added to, sealed, never changed.

use std::collections::BTreeMap;

use domain::runbook::check::Cause;
use domain::runbook::run::{Ending, Proof, ProofKind, Subject};
use domain::runbook::{Act, Origin, Outcome, Shelf, Template, Values, library};
use serde_json::Value;
use store::{Actor, By, PersonId, RunbookQuery, RunbookRun, RunbookRunId, StoreError};

use crate::fixture::{DAY, HOUR, NOW, Store};

const LOST: &str = "lost-device";

/// Somebody with an account.
fn by() -> By {
    let origin = store::Origin { name: "kim".to_owned(), ..store::Origin::default() };
    By { actor: Actor::Person(PersonId(1)), origin, ..By::system(NOW) }
}

/// The same after the day on which the texts were reviewed last.
fn reviewed() -> By {
    By { at: NOW.plus(10 * DAY), ..by() }
}

fn values(template: &Template) -> Values {
    let pairs = [("device", "LT-1"), ("last-seen", "2026-11-01T10:00"), ("identity", "none")];
    let filled: BTreeMap<String, String> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Values::read(template, &filled).unwrap()
}

async fn opened(store: &Store, subject: Subject) -> RunbookRun {
    let template = library::by_id(LOST).unwrap();
    let id = store.writer.runbook_open(&by(), template, values(template), subject).await.unwrap();
    store.reader.runbook_run(id).await.unwrap().unwrap()
}

fn done(step: &str) -> Act {
    let proof = Proof { kind: ProofKind::Reference, reference: "TICKET-1".to_owned() };
    Act::Done { step: step.to_owned(), evidence: vec![proof], note: "Looked.".to_owned() }
}

async fn act(store: &Store, run: &RunbookRun, act: Act) -> Result<RunbookRun, StoreError> {
    store.writer.runbook_act(&by(), run.id, run.entries(), act).await
}

/// A run of which every step is done, signed and closed.
async fn sealed(store: &Store) -> RunbookRun {
    let mut run = opened(store, Subject::Alone).await;
    let steps: Vec<String> = run.run.snapshot.steps.iter().map(|step| step.id.clone()).collect();
    for step in steps {
        run = act(store, &run, done(&step)).await.unwrap();
    }
    run = act(store, &run, Act::SignOff { note: String::new() }).await.unwrap();
    act(store, &run, Act::Close).await.unwrap()
}

/// Action, object and facts of every entry of the log.
async fn entries(store: &Store) -> Vec<(String, String, Value)> {
    let rows = store.reader.audit_after(0, 1_000).await.unwrap();
    let entry = |row: store::AuditRow| {
        let entry = row.link.entry;
        let facts = serde_json::from_str(&entry.facts).unwrap_or_default();
        (entry.action, entry.object, facts)
    };
    rows.into_iter().map(entry).collect()
}

#[tokio::test]
async fn a_run_comes_back_as_it_was_and_the_log_proves_each_act() {
    let store = Store::new().await;
    let subject = Subject::Incident("12".to_owned());
    let run = opened(&store, subject.clone()).await;
    let mut digests = vec![run.run.digest()];
    let outcome = Outcome::Unknown { why: Cause::NothingSeen, as_of: Some(NOW) };
    let acts = [
        done("report"),
        Act::Checked { step: "keys".to_owned(), outcome },
        Act::Remark { step: None, text: "The bus company has it.".to_owned() },
        Act::Undo { step: "report".to_owned(), why: "The wrong device.".to_owned() },
    ];
    let mut present = run.clone();
    for one in acts.clone() {
        present = act(&store, &present, one).await.unwrap();
        digests.push(present.run.digest());
    }
    let again = store.reader.runbook_run(run.id).await.unwrap().unwrap();
    assert_eq!(again, present);
    let kinds: Vec<&str> = again.run.history.iter().map(|entry| entry.by.kind()).collect();
    assert_eq!(kinds, ["person", "wardround", "person", "person"], "a check is Wardround's word");
    assert_eq!(again.run.history[0].by.name(), "kim");

    let entries = entries(&store).await;
    let actions: Vec<&str> = entries.iter().map(|entry| entry.0.as_str()).collect();
    assert_eq!(
        actions,
        [
            "open-runbook",
            "do-runbook-step",
            "check-runbook-step",
            "remark-on-runbook",
            "undo-runbook-step"
        ]
    );
    for ((_, object, facts), digest) in entries.iter().zip(&digests) {
        assert_eq!(object, "runbook-run:1");
        assert_eq!(facts["sha256"], **digest);
    }
    assert_eq!(entries[2].2["outcome"], "unknown");
    let log = serde_json::to_string(&entries.iter().map(|it| &it.2).collect::<Vec<_>>()).unwrap();
    assert!(
        !log.contains("bus company") && !log.contains("Looked"),
        "texts stay in the run: {log}"
    );

    let page = store.reader.runbook_runs(&RunbookQuery::default()).await.unwrap();
    let row = &page.items[0];
    assert_eq!((row.settled, row.steps), (0, run.run.snapshot.steps.len() as u64));
    assert_eq!(row.next_step.as_deref(), Some(run.run.snapshot.steps[0].title.as_str()));
    assert_eq!(row.due_at, run.run.due(&run.run.snapshot.steps[0]));
    assert_eq!(store.reader.runbook_runs_for(&subject).await.unwrap(), [again]);
    let other = Subject::Incident("13".to_owned());
    assert!(store.reader.runbook_runs_for(&other).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_rules_do_not_allow_changes_nothing() {
    let store = Store::new().await;
    let run = opened(&store, Subject::Alone).await;
    let bare = Act::Done { step: "report".to_owned(), evidence: Vec::new(), note: String::new() };
    let refused = act(&store, &run, bare).await;
    assert!(
        matches!(&refused, Err(StoreError::Refused(why)) if why.contains("asks for evidence")),
        "{refused:?}"
    );
    let system = By::system(NOW);
    let sign = Act::Skip { step: "erase".to_owned(), why: "No".to_owned() };
    let refused = store.writer.runbook_act(&system, run.id, 0, sign).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "only a person skips: {refused:?}");
    let gone = store.writer.runbook_act(&by(), RunbookRunId(99), 0, Act::Close).await;
    assert!(matches!(gone, Err(StoreError::Conflict(_))), "{gone:?}");
    assert_eq!(store.reader.runbook_run(run.id).await.unwrap().unwrap(), run);
    assert_eq!(entries(&store).await.len(), 1);
}

#[tokio::test]
async fn of_two_who_act_at_once_one_is_told() {
    let store = Store::new().await;
    let run = opened(&store, Subject::Alone).await;
    let (one, other) =
        tokio::join!(act(&store, &run, done("report")), act(&store, &run, done("erase")));
    let won = [&one, &other].into_iter().filter(|it| it.is_ok()).count();
    assert_eq!(won, 1, "{one:?} {other:?}");
    let lost = if one.is_ok() { other } else { one };
    assert!(matches!(lost, Err(StoreError::Conflict(_))), "{lost:?}");
    let present = store.reader.runbook_run(run.id).await.unwrap().unwrap();
    assert_eq!(present.entries(), 1);
    // Having looked again, the second goes on.
    let open = present.run.standing().open();
    let step = if open.contains(&"report".to_owned()) { "report" } else { "erase" };
    assert_eq!(act(&store, &present, done(step)).await.unwrap().entries(), 2);
}

#[tokio::test]
async fn a_sealed_run_stays_as_it_is_whoever_tries() {
    let store = Store::new().await;
    let run = sealed(&store).await;
    assert!(run.run.verifies());
    let again = store.reader.runbook_run(run.id).await.unwrap().unwrap();
    assert!(again.run.verifies(), "what was stored and read verifies too");
    let remark = Act::Remark { step: None, text: "Late".to_owned() };
    let refused = act(&store, &again, remark).await;
    assert!(matches!(&refused, Err(StoreError::Refused(why)) if why.contains("sealed")));
    let seal = again.run.seal.as_ref().unwrap();
    let closing = entries(&store).await.pop().unwrap();
    assert_eq!(
        (closing.0.as_str(), &closing.2["sha256"]),
        ("close-runbook", &seal.sha256.clone().into())
    );
    let row = store.reader.runbook_runs(&RunbookQuery::default()).await.unwrap().items.remove(0);
    assert_eq!((row.ending, row.seal.as_ref()), (Some(Ending::SignedOff), Some(&seal.sha256)));
    assert_eq!((row.ended_at, row.due_at, row.next_step), (Some(NOW), None, None));

    let mut raw = store.raw().await;
    for sql in [
        "UPDATE runbook_run SET settled = 0",
        "UPDATE runbook_run SET seal = NULL, ending = NULL, ended_at = NULL",
        "DELETE FROM runbook_run",
        "DELETE FROM runbook_entry",
        "UPDATE runbook_entry SET at = 0",
        "INSERT INTO runbook_entry (run, number, at, by, act)
         SELECT run, max(number) + 1, at, by, act FROM runbook_entry",
    ] {
        let answer = sqlx::query(sql).execute(&mut raw).await;
        assert!(answer.is_err_and(|error| error.to_string().contains("never")), "{sql}");
    }
}

#[tokio::test]
async fn the_beginning_of_an_open_run_and_its_history_stay_too() {
    let store = Store::new().await;
    let run = opened(&store, Subject::Alone).await;
    act(&store, &run, done("report")).await.unwrap();
    let mut raw = store.raw().await;
    for sql in [
        "UPDATE runbook_run SET beginning = '{}'",
        "UPDATE runbook_run SET opened_by = 'somebody else'",
        "UPDATE runbook_run SET subject = '13'",
        "DELETE FROM runbook_run",
        "UPDATE runbook_entry SET act = '{}'",
        "DELETE FROM runbook_entry",
        "REPLACE INTO runbook_entry (run, number, at, by, act) VALUES (1, 1, 0, '{}', '{}')",
        "INSERT INTO runbook_entry (run, number, at, by, act) VALUES (1, 3, 0, '{}', '{}')",
    ] {
        assert!(sqlx::query(sql).execute(&mut raw).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn lists_are_read_page_by_page_and_by_what_they_are_about() {
    let store = Store::new().await;
    sealed(&store).await;
    for number in 0..3 {
        opened(&store, Subject::Incident(number.to_string())).await;
    }
    let list = async |query: RunbookQuery| {
        let page = store.reader.runbook_runs(&query).await.unwrap();
        (page.items.iter().map(|row| row.id.0).collect::<Vec<_>>(), page.next)
    };
    let all = RunbookQuery { limit: 3, ..RunbookQuery::default() };
    let (first, next) = list(all.clone()).await;
    assert_eq!(first, [4, 3, 2]);
    assert_eq!(list(RunbookQuery { cursor: next, ..all }).await, (vec![1], None));
    let query = |open| RunbookQuery { open: Some(open), ..RunbookQuery::default() };
    assert_eq!(list(query(true)).await.0, [4, 3, 2]);
    assert_eq!(list(query(false)).await.0, [1]);
    let subject = Some(Subject::Incident("1".to_owned()));
    assert_eq!(list(RunbookQuery { subject, ..RunbookQuery::default() }).await.0, [3]);
    let template = Some("ransomware".to_owned());
    assert_eq!(list(RunbookQuery { template, ..RunbookQuery::default() }).await.0, [0; 0]);
    let cursor = Some("x1".to_owned());
    let wrong = RunbookQuery { cursor, ..RunbookQuery::default() };
    let wrong = store.reader.runbook_runs(&wrong).await;
    assert!(matches!(wrong, Err(StoreError::Cursor)));
}

/// The shelf as a page sees it.
async fn shelf(store: &Store) -> Shelf {
    let mut shelf = Shelf::default();
    for text in store.reader.runbook_texts().await.unwrap() {
        shelf.put(&text.id, &text.text, Origin::Edited);
    }
    shelf
}

fn renamed(text: &str, version: u32, title: &str) -> Template {
    let old = Template::parse(text).unwrap();
    let text = text
        .replace(&format!("version = {}", old.version), &format!("version = {version}"))
        .replace(&old.title, title);
    Template::parse(&text).unwrap()
}

#[tokio::test]
async fn each_text_is_kept_and_the_newest_counts() {
    let store = Store::new().await;
    let shipped = shelf(&store).await.get(LOST).unwrap().clone();
    let first = renamed(&shipped.template.source, 1, "Ours");
    let later = reviewed();
    store.writer.runbook_edit(&later, &shipped, &first).await.unwrap();
    let present = shelf(&store).await.get(LOST).unwrap().clone();
    assert_eq!((present.template.title.as_str(), present.origin), ("Ours", Origin::Edited));

    // Somebody who still looks at what ships.
    let late = renamed(&shipped.template.source, 2, "Theirs");
    let conflict = store.writer.runbook_edit(&later, &shipped, &late).await;
    assert!(matches!(conflict, Err(StoreError::Conflict(_))), "{conflict:?}");
    let same = store.writer.runbook_edit(&later, &present, &first).await;
    assert!(matches!(&same, Err(StoreError::Refused(why)) if why == "Nothing changed."));

    let second = renamed(&present.template.source, 2, "Ours, again");
    let hour = By { at: later.at.plus(HOUR), ..by() };
    store.writer.runbook_edit(&hour, &present, &second).await.unwrap();
    let history = store.reader.runbook_history(LOST, None).await.unwrap();
    let told: Vec<_> = history.iter().map(|it| (it.version, it.origin, &it.sha256)).collect();
    assert_eq!(
        told,
        [
            (2, Origin::Edited, &second.sha256),
            (1, Origin::Edited, &first.sha256),
            // The file that stood there before is kept, too.
            (1, Origin::Shipped, &shipped.template.sha256),
        ]
    );
    let older = store.reader.runbook_history(LOST, Some(history[1].n)).await.unwrap();
    assert_eq!(older, history[2..]);
    let entries = entries(&store).await;
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (entries[1].0.as_str(), entries[1].1.as_str()),
        ("edit-runbook", "runbook:lost-device")
    );
    assert_eq!(entries[1].2["sha256"], second.sha256);
    assert_eq!(entries[1].2["before_sha256"], first.sha256);

    let mut raw = store.raw().await;
    for sql in ["UPDATE runbook_text SET text = 'x'", "DELETE FROM runbook_text"] {
        assert!(sqlx::query(sql).execute(&mut raw).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_run_keeps_the_text_with_which_it_began() {
    let store = Store::new().await;
    let run = opened(&store, Subject::Alone).await;
    let shipped = shelf(&store).await.get(LOST).unwrap().clone();
    let edited = renamed(&shipped.template.source, 2, "Ours");
    store.writer.runbook_edit(&reviewed(), &shipped, &edited).await.unwrap();
    let again = store.reader.runbook_run(run.id).await.unwrap().unwrap();
    assert_eq!(again, run);
    assert_eq!(again.run.snapshot.title, shipped.template.title);
}
