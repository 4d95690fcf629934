//! Suppressions: who may decide, to what an approval is bound, and that nothing is ever removed.

use domain::alert::suppression::{Exempt, Field, Matcher, Op, Ruling, Section, Stage, Subject};
use domain::alert::{Proposal, SuppressionId};
use domain::{Role, Timestamp};
use sqlx::SqliteConnection;
use store::suppression::Asked;
use store::{Actor, Bounds, By, NewPerson, Origin, StoreError, Writer};

use crate::fixture::{DAY, HOUR, MAIN, NOW, OTHER, Store};

/// Somebody with an account.
async fn person(writer: &Writer, name: &str, role: Role) -> By {
    let new = NewPerson {
        name: name.to_owned(),
        role,
        bounds: Bounds::default(),
        external: None,
        demo: false,
    };
    let id = writer.person_add(&By::system(NOW), &new).await.unwrap();
    let origin = Origin { name: name.to_owned(), ..Origin::default() };
    By { at: NOW, actor: Actor::Person(id), role: Some(role), origin }
}

fn later(by: &By, ms: i64) -> By {
    By { at: by.at.plus(ms), ..by.clone() }
}

fn proposal() -> Proposal {
    Proposal {
        matchers: vec![
            Matcher::new(Field::Account, Op::Is, MAIN),
            Matcher::new(Field::Group, Op::Is, "lab"),
        ],
        starts_at: NOW,
        ends_at: NOW.plus(HOUR),
        recurrence: None,
        reason: "The lab is scanned by our own tester.".to_owned(),
        change_ref: "CHG-1".to_owned(),
    }
}

async fn ask(store: &Store, by: &By, proposal: &Proposal) -> SuppressionId {
    match store.writer.suppression_ask(by, proposal, false).await.unwrap() {
        Asked::Kept(id) => id,
        Asked::Flawed(flaws) => panic!("{flaws:?}"),
    }
}

async fn stage(store: &Store, id: SuppressionId, now: Timestamp) -> Stage {
    store.reader.suppression(id).await.unwrap().unwrap().suppression.stage(now)
}

fn refused(result: Result<(), StoreError>) -> String {
    match result {
        Err(StoreError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn stale(result: Result<(), StoreError>) -> bool {
    matches!(result, Err(StoreError::Conflict(why)) if why.contains("in the meantime"))
}

/// Actions of the audit log about suppressions, with their facts.
async fn audited(store: &Store) -> Vec<(String, String, String)> {
    let rows = store.reader.audit_after(0, 1_000).await.unwrap();
    let entries = rows.into_iter().map(|row| row.link.entry);
    let about = entries.filter(|entry| entry.object.starts_with("suppression:"));
    about.map(|entry| (entry.action, entry.object, entry.facts)).collect()
}

fn subject(account: &str, exempt: Option<Exempt>) -> Subject {
    Subject {
        exempt,
        account: Some(account.to_owned()),
        region: None,
        group: Some("lab".to_owned()),
        resource: None,
        rule: "guardduty-scan".to_owned(),
        identity: None,
        family: "recon".to_owned(),
        event_type: None,
    }
}

/// An alert as the engine keeps one, that began `begun` times just now.
async fn alert(raw: &mut SqliteConnection, subject: &Subject, muted_by: &[i64], begun: usize) {
    let subject = serde_json::to_string(subject).unwrap();
    let id: (i64,) = sqlx::query_as(
        "INSERT INTO alert (fp, dedupe, origin, rule, rules, class, severity, family, title, why,
           signal, subject, track, firing, unsettled, phi, occurrences, first_seen, last_seen,
           muted_by, muted, link)
         VALUES (hex(randomblob(8)), '', 'finding', 'guardduty-scan', '1', 3, 2, 'recon',
           'A scan', '', '{}', ?1, '{}', 1, 0, 0, 1, ?2, ?2, ?3, ?4, '') RETURNING id",
    )
    .bind(&subject)
    .bind(NOW.0)
    .bind(serde_json::to_string(muted_by).unwrap())
    .bind(!muted_by.is_empty())
    .fetch_one(&mut *raw)
    .await
    .unwrap();
    for _ in 0..begun {
        sqlx::query(
            "INSERT INTO alert_begun (at, alert, class, counts, subject) VALUES (?1, ?2, 3, 1, ?3)",
        )
        .bind(NOW.plus(-DAY).0)
        .bind(id.0)
        .bind(&subject)
        .execute(&mut *raw)
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn somebody_else_approves_exactly_what_stands_there() {
    let store = Store::new().await;
    let ada = person(&store.writer, "ada", Role::Compliance).await;
    let bob = person(&store.writer, "bob", Role::Administrator).await;
    let eve = person(&store.writer, "eve", Role::OnCall).await;
    let id = ask(&store, &ada, &proposal()).await;
    let approve = |by: By| {
        let writer = store.writer.clone();
        async move { writer.suppression_decide(&by, (id, 1), Ruling::Approve, "").await }
    };
    let own = refused(approve(ada.clone()).await);
    assert_eq!(own, "You asked for it: somebody else must approve it.");
    // Whoever calls themselves otherwise is the same person all the same.
    let renamed =
        By { origin: Origin { name: "zoe".to_owned(), ..Origin::default() }, ..ada.clone() };
    assert_eq!(refused(approve(renamed).await), own);
    assert!(refused(approve(eve).await).contains("may not approve"));
    assert!(refused(approve(By::system(NOW)).await).contains("may not approve"), "only people do");
    assert_eq!(stage(&store, id, NOW).await, Stage::Pending);
    assert_eq!(store.reader.suppressions_standing(NOW).await.unwrap(), []);
    approve(bob.clone()).await.unwrap();
    assert_eq!(stage(&store, id, NOW).await, Stage::Active);
    let standing = store.reader.suppressions_standing(NOW).await.unwrap();
    assert_eq!(standing.len(), 1);
    assert!(standing[0].mutes_until(NOW).is_some());
    assert_eq!(store.reader.suppressions_standing(NOW.plus(HOUR)).await.unwrap(), []);
    let row = store.reader.suppression(id).await.unwrap().unwrap();
    assert_eq!((row.called(&row.suppression.requested_by), row.version), ("ada", 2));

    // What is changed behind the back of the approval is approved no more.
    let mut raw = store.raw().await;
    sqlx::query("UPDATE suppression SET body = replace(body, 'lab', 'er')")
        .execute(&mut raw)
        .await
        .unwrap();
    let standing = store.reader.suppressions_standing(NOW).await.unwrap();
    assert_eq!(standing[0].matchers[1].value, "er");
    assert_eq!((standing[0].mutes_until(NOW), standing[0].stage(NOW)), (None, Stage::Pending));
}

#[tokio::test]
async fn of_two_at_once_one_is_told() {
    let store = Store::new().await;
    let ada = person(&store.writer, "ada", Role::OnCall).await;
    let bob = person(&store.writer, "bob", Role::Administrator).await;
    let eve = person(&store.writer, "eve", Role::Compliance).await;
    let long = Proposal { ends_at: NOW.plus(2 * DAY), ..proposal() };
    let id = ask(&store, &ada, &long).await;
    let (one, two) = tokio::join!(
        store.writer.suppression_decide(&bob, (id, 1), Ruling::Approve, ""),
        store.writer.suppression_decide(&eve, (id, 1), Ruling::Approve, "Twice."),
    );
    assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
    assert!(stale(if one.is_ok() { two } else { one }));
    assert_eq!(stage(&store, id, NOW).await, Stage::Pending, "it lasts two days and takes two");
    let done = store.reader.suppression(id).await.unwrap().unwrap();
    let first = done.suppression.approvals[0].by.clone();
    let (first, second) = if first == bob.actor.to_string() { (bob, eve) } else { (eve, bob) };
    let twice =
        refused(store.writer.suppression_decide(&first, (id, 2), Ruling::Approve, "").await);
    assert!(twice.contains("already"), "{twice}");
    // A note leaves what others look at as it is.
    store.writer.suppression_note(&ada, id, "Please.").await.unwrap();
    store.writer.suppression_decide(&second, (id, 2), Ruling::Approve, "").await.unwrap();
    assert_eq!(stage(&store, id, NOW).await, Stage::Active);
    assert!(stale(
        store.writer.suppression_decide(&ada, (id, 2), Ruling::Revoke, "Done early.").await
    ));
    store.writer.suppression_decide(&ada, (id, 3), Ruling::Revoke, "Done early.").await.unwrap();
    assert_eq!(stage(&store, id, NOW).await, Stage::Revoked);
    let over =
        refused(store.writer.suppression_decide(&second, (id, 4), Ruling::Approve, "").await);
    assert!(over.contains("does not wait"), "{over}");
}

#[tokio::test]
async fn each_act_is_one_entry_and_the_history_is_never_changed() {
    let store = Store::new().await;
    let ada = person(&store.writer, "ada", Role::OnCall).await;
    let bob = person(&store.writer, "bob", Role::Compliance).await;
    let writer = &store.writer;
    let Asked::Kept(draft) = writer.suppression_ask(&ada, &proposal(), true).await.unwrap() else {
        panic!("a draft may be anything");
    };
    let stranger = writer.suppression_hand_in(&bob, draft, 1).await;
    assert!(matches!(stranger, Err(StoreError::Conflict(_))), "{stranger:?}");
    assert_eq!(writer.suppression_hand_in(&ada, draft, 1).await.unwrap(), Asked::Kept(draft));
    writer.suppression_note(&ada, draft, "It is urgent.").await.unwrap();
    writer.suppression_decide(&bob, (draft, 2), Ruling::Reject, "Not today.").await.unwrap();
    let first = ask(&store, &ada, &proposal()).await;
    writer.suppression_decide(&bob, (first, 1), Ruling::Approve, "Fine.").await.unwrap();
    let longer = Proposal { ends_at: NOW.plus(2 * HOUR), ..proposal() };
    let same = writer.suppression_supersede(&ada, (first, 2), &proposal()).await;
    assert!(matches!(same, Err(StoreError::Refused(_))), "nothing would change: {same:?}");
    let changed = writer.suppression_supersede(&ada, (first, 2), &longer).await.unwrap();
    let Asked::Kept(changed) = changed else { panic!("{changed:?}") };
    assert_eq!(stage(&store, first, NOW).await, Stage::Expired);
    assert_eq!(stage(&store, changed, NOW).await, Stage::Pending, "it waits for its own approval");
    writer
        .suppression_decide(&ada, (changed, 1), Ruling::Emergency, "Nobody is there.")
        .await
        .unwrap_err();
    let taken = ask(&store, &ada, &proposal()).await;
    writer
        .suppression_decide(&ada, (taken, 1), Ruling::Emergency, "Nobody is there.")
        .await
        .unwrap();
    writer.suppression_decide(&bob, (taken, 2), Ruling::Ratify, "Right.").await.unwrap();
    writer.suppression_decide(&bob, (taken, 3), Ruling::Revoke, "Over.").await.unwrap();

    let entries = audited(&store).await;
    let actions: Vec<(&str, &str)> =
        entries.iter().map(|(action, object, _)| (action.as_str(), object.as_str())).collect();
    assert_eq!(
        actions,
        [
            ("draft-suppression", "suppression:1"),
            ("ask-suppression", "suppression:1"),
            ("note-suppression", "suppression:1"),
            ("reject-suppression", "suppression:1"),
            ("ask-suppression", "suppression:2"),
            ("approve-suppression", "suppression:2"),
            ("supersede-suppression", "suppression:3"),
            ("ask-suppression", "suppression:4"),
            ("take-suppression", "suppression:4"),
            ("ratify-suppression", "suppression:4"),
            ("revoke-suppression", "suppression:4"),
        ]
    );
    let scope = store.reader.suppression(first).await.unwrap().unwrap().suppression.scope_hash();
    let facts: serde_json::Value = serde_json::from_str(&entries[5].2).unwrap();
    assert_eq!((&facts["stage"], &facts["scope"]), (&"active".into(), &scope.into()));
    assert!(!entries[3].2.contains("Not today"), "what people wrote stays in the history");
    let (history, names) = store.reader.suppression_history(draft).await.unwrap();
    let told: Vec<(&str, &str)> =
        history.iter().map(|entry| (entry.deed.as_str(), entry.text.as_str())).collect();
    assert_eq!(told[2..], [("noted", "It is urgent."), ("rejected", "Not today.")]);
    assert_eq!(names.len(), 2);

    let mut raw = store.raw().await;
    for statement in [
        "UPDATE suppression_entry SET text = 'else'",
        "DELETE FROM suppression_entry",
        "DELETE FROM suppression",
        "UPDATE suppression SET scope = 'else'",
        "UPDATE suppression SET requested_by = 'person:9'",
        "UPDATE suppression SET decided = 2 WHERE decided = 3",
    ] {
        let tried = sqlx::query(statement).execute(&mut raw).await;
        assert!(tried.is_err(), "{statement}");
    }
    // The digest in the log is that of the last entry.
    let last: (Vec<u8>,) = sqlx::query_as(
        "SELECT digest FROM suppression_entry WHERE suppression = 4 ORDER BY number DESC",
    )
    .fetch_one(&mut raw)
    .await
    .unwrap();
    let facts: serde_json::Value = serde_json::from_str(&entries.last().unwrap().2).unwrap();
    assert_eq!(facts["entry"], hex(&last.0));
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[tokio::test]
async fn an_emergency_is_red_until_somebody_else_approves() {
    let store = Store::new().await;
    let ada = person(&store.writer, "ada", Role::OnCall).await;
    let eve = person(&store.writer, "eve", Role::Auditor).await;
    let bob = person(&store.writer, "bob", Role::Compliance).await;
    let none = store.writer.suppression_ask(&eve, &proposal(), false).await;
    assert!(matches!(none, Err(StoreError::Refused(_))), "{none:?}");
    let id = ask(&store, &ada, &proposal()).await;
    let other =
        refused(store.writer.suppression_decide(&bob, (id, 1), Ruling::Emergency, "Now.").await);
    assert!(other.contains("ada"), "people have names: {other}");
    store
        .writer
        .suppression_decide(&ada, (id, 1), Ruling::Emergency, "The lab is flooded.")
        .await
        .unwrap();
    let unratified = |now: Timestamp| {
        let reader = store.reader.clone();
        async move { reader.suppressions_unratified(now).await.unwrap().len() }
    };
    assert_eq!(stage(&store, id, NOW).await, Stage::Active);
    assert_eq!(unratified(NOW.plus(DAY)).await, 1, "also when it is over");
    let own = refused(store.writer.suppression_decide(&ada, (id, 2), Ruling::Ratify, "").await);
    assert!(own.contains("may not approve"), "{own}");
    // Ended, it still wants somebody who says that it was right.
    store.writer.suppression_decide(&bob, (id, 2), Ruling::Revoke, "It is dry.").await.unwrap();
    assert_eq!(unratified(NOW.plus(DAY)).await, 1);
    store.writer.suppression_decide(&later(&bob, DAY), (id, 3), Ruling::Ratify, "").await.unwrap();
    assert_eq!(unratified(NOW.plus(DAY)).await, 0);
    assert_eq!(stage(&store, id, NOW.plus(DAY)).await, Stage::Revoked);
}

#[tokio::test]
async fn what_fits_too_much_is_refused_within_the_change() {
    let store = Store::new().await;
    let ada = person(&store.writer, "ada", Role::OnCall).await;
    let bob = person(&store.writer, "bob", Role::Compliance).await;
    let mut raw = store.raw().await;
    alert(&mut raw, &subject(MAIN, None), &[], 3).await;
    alert(&mut raw, &subject(MAIN, Some(Exempt::PossibleExposure)), &[], 1).await;
    alert(&mut raw, &subject(OTHER, None), &[], 16).await;
    let looked = store.reader.suppression_preview(&proposal(), NOW).await.unwrap();
    let counts = looked.counts;
    assert_eq!((counts.firing, counts.past, counts.exempt, counts.all), (1, 3, 1, 20));
    assert_eq!((looked.firing.len(), looked.told.len()), (1, 1));
    assert_eq!(looked.exempt.into_iter().collect::<Vec<_>>(), [("PHI may be exposed", 1)]);
    let id = ask(&store, &ada, &proposal()).await;
    // It has grown since: nobody can approve it, and nobody can ask for it again.
    alert(&mut raw, &subject(MAIN, None), &[], 1).await;
    let broad = refused(store.writer.suppression_decide(&bob, (id, 1), Ruling::Approve, "").await);
    assert!(broad.contains("5 of 21"), "{broad}");
    let again = store.writer.suppression_ask(&ada, &proposal(), false).await.unwrap();
    let Asked::Flawed(flaws) = again else { panic!("{again:?}") };
    assert_eq!(flaws[0].field, "matchers");
    // What is older than thirty days does not count.
    let later_on = store.reader.suppression_preview(&proposal(), NOW.plus(30 * DAY)).await.unwrap();
    assert_eq!((later_on.counts.all, later_on.counts.firing), (0, 2));
}

#[tokio::test]
async fn the_list_stands_by_what_needs_somebody_and_goes_on_by_its_cursor() {
    let store = Store::new().await;
    let ada = person(&store.writer, "ada", Role::OnCall).await;
    let bob = person(&store.writer, "bob", Role::Compliance).await;
    let over = ask(&store, &ada, &proposal()).await;
    store.writer.suppression_decide(&bob, (over, 1), Ruling::Reject, "No.").await.unwrap();
    let coming = Proposal { starts_at: NOW.plus(HOUR), ends_at: NOW.plus(2 * HOUR), ..proposal() };
    let coming = ask(&store, &ada, &coming).await;
    let active = ask(&store, &ada, &proposal()).await;
    for id in [coming, active] {
        store.writer.suppression_decide(&bob, (id, 1), Ruling::Approve, "").await.unwrap();
    }
    let Asked::Kept(draft) = store.writer.suppression_ask(&ada, &proposal(), true).await.unwrap()
    else {
        panic!("a draft may be anything");
    };
    let waiting = ask(&store, &ada, &proposal()).await;
    let mut raw = store.raw().await;
    alert(&mut raw, &subject(MAIN, None), &[active.0, 99], 1).await;

    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.reader.suppression_page(&[], NOW, 2, cursor.as_deref()).await.unwrap();
        seen.extend(page.items.iter().map(|row| (row.suppression.id, row.mutes)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [(waiting, 0), (active, 1), (coming, 0), (draft, 0), (over, 0)]);
    let counts = store.reader.suppression_counts(NOW).await.unwrap();
    assert!(Section::ALL.iter().all(|section| counts.of(*section) == 1), "{counts:?}");
    let only = store.reader.suppression_page(&[Section::Coming], NOW, 0, None).await.unwrap();
    assert_eq!(only.items.len(), 1);
    // An hour later the one has begun, and the others are over.
    let counts = store.reader.suppression_counts(NOW.plus(HOUR)).await.unwrap();
    assert_eq!((counts.of(Section::Active), counts.of(Section::Over)), (1, 4));
    let muted = store.reader.suppression_muted_alerts(active, 10).await.unwrap();
    assert_eq!((muted.len(), muted[0].title.as_str()), (1, "A scan"));
    let muting = store.reader.suppressions_muting(&[active, SuppressionId(99)]).await.unwrap();
    assert_eq!(muting.len(), 1);
    assert!(store.reader.suppression_page(&[], NOW, 2, Some("v00")).await.is_err());
}
