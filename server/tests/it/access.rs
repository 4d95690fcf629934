//! Who may see and change what, as real clients find it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use app::access::{Access, Log, Route};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use domain::Role;
use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::setup::{Answer, Bench};

/// Every route with its rule, and which role it lets through. A route without a row, and a row
/// without a route, fail here: whoever adds one decides in this file who may use it.
const MATRIX: &str = include_str!("access.txt");

fn row(route: &Route) -> String {
    let (action, fresh) = match route.rule.access {
        Access::Everyone => (None, ""),
        Access::May(action) => (Some(action), ""),
        Access::Fresh(action) => (Some(action), " fresh"),
    };
    let who: Vec<&str> = Role::ALL
        .into_iter()
        .filter(|role| action.is_none_or(|action| role.may(action)))
        .map(Role::as_str)
        .collect();
    let who = match (action, who.len()) {
        (None, _) => "everyone".to_owned(),
        (Some(_), 6) => "every role".to_owned(),
        _ => who.join(" "),
    };
    let log = match route.rule.log {
        Log::Nothing => "-".to_owned(),
        Log::Entry(action, _) => action.to_owned(),
        Log::Store => "with the change".to_owned(),
    };
    format!("{:4} {:28} {who}{fresh} | {log}", route.method.as_str(), route.path)
}

#[tokio::test]
async fn every_route_has_a_row_in_the_matrix() {
    let bench = Bench::empty().await;
    let mut rows: Vec<String> = bench.routes.iter().map(row).collect();
    rows.sort();
    let text = rows.iter().fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    });
    assert_eq!(text, MATRIX, "the routes are not those of server/tests/it/access.txt:\n{text}");
}

/// A path with its parameters filled in.
pub fn address(route: &Route) -> String {
    route
        .path
        .replace("{section}", "164.312(b)")
        .replace("/controls/{id}", "/controls/vpc-flow-logs")
        .replace("/runs/{id}", "/runs/1")
        .replace("{id}", "00000000000000000000000000000000")
        .replace("{*path}", "main.css")
        .replace("{*rest}", "v1/nothing")
}

fn request(route: &Route, cookie: Option<&str>) -> Request<Body> {
    let mut request = Request::builder().method(route.method.clone()).uri(address(route));
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    request.body(Body::empty()).unwrap()
}

fn refused(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

/// Does not end: it would hold the test up.
pub fn streams(route: &Route) -> bool {
    route.path == "/events"
}

#[tokio::test]
async fn each_role_gets_what_the_table_says_and_nobody_gets_anything() {
    let bench = Bench::collected().await;
    let routes = bench.routes.iter().filter(|route| !streams(route));
    for (index, route) in routes.enumerate() {
        if index % 100 == 99 {
            // Only so many of a minute may show nothing.
            bench.later(61_000);
        }
        let open = route.rule.access == Access::Everyone;
        let nobody = bench.send_bare(request(route, None)).await;
        assert_eq!(nobody.status == StatusCode::UNAUTHORIZED, !open, "{route:?}");
        for role in Role::ALL {
            // A session of its own: some of these end it.
            let cookie = bench.sign_in(role).await;
            let answer = bench.send_bare(request(route, Some(&cookie))).await;
            let (may, fresh) = match route.rule.access {
                Access::Everyone => (true, false),
                Access::May(action) => (role.may(action), false),
                Access::Fresh(action) => (role.may(action), true),
            };
            // Nobody has confirmed a second factor here.
            assert_eq!(refused(&answer), !may || fresh, "{role:?} {route:?} {}", answer.status);
            if may && fresh {
                assert!(answer.text().contains("second factor"), "{}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn people_are_led_to_the_door_and_back() {
    let bench = Bench::empty().await;
    let page =
        |path: &str| Request::get(path).header("accept", "text/html").body(Body::empty()).unwrap();
    let answer = bench.send_bare(page("/findings?state=open")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/sign-in?next=%2Ffindings%3Fstate%3Dopen");
    let form = "role=on-call&next=%2Ffindings%3Fstate%3Dopen";
    let entered = Request::post("/sign-in/demo").body(Body::from(form)).unwrap();
    let entered = bench.send_bare(entered).await;
    assert_eq!(entered.header("location"), "/findings?state=open");
    let cookie = entered.header("set-cookie");
    assert!(cookie.starts_with("__Host-wardround="), "{cookie}");
    for flag in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    for role in Role::ALL {
        let form = Body::from(format!("role={}", role.as_str()));
        let entered = bench.send_bare(Request::post("/sign-in/demo").body(form).unwrap()).await;
        assert_eq!(entered.header("location"), role.landing(), "each lands on its own page");
        let landing = bench.send_as(role, page(role.landing())).await;
        assert_eq!(landing.status, StatusCode::OK, "{role:?}");
    }
    // Nobody is led to another host.
    for next in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        let form = Body::from(format!("role=executive&next={next}"));
        let entered = bench.send_bare(Request::post("/sign-in/demo").body(form).unwrap()).await;
        assert_eq!(entered.header("location"), "/", "{next}");
    }
}

/// The content of every table but those of the log.
async fn content(bench: &Bench) -> BTreeMap<String, String> {
    let mut connection = raw(bench).await;
    let tables = sqlx::query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
           AND name NOT LIKE 'audit%' AND name NOT LIKE 'finding_text%' ORDER BY name",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut content = BTreeMap::new();
    for table in tables {
        let name: String = table.get(0);
        let columns: Vec<String> = sqlx::query(sqlx::AssertSqlSafe(format!(
            "SELECT name FROM pragma_table_info('{name}')"
        )))
        .fetch_all(&mut connection)
        .await
        .unwrap()
        .iter()
        .map(|row| format!("quote(\"{}\")", row.get::<String, _>(0)))
        .collect();
        let sql = format!(
            "SELECT count(*) || ' ' || coalesce(group_concat(line, char(10)), '') FROM
             (SELECT {} AS line FROM \"{name}\" ORDER BY line)",
            columns.join(" || ',' || ")
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        content.insert(name, row.get(0));
    }
    content
}

async fn raw(bench: &Bench) -> SqliteConnection {
    let url = format!("sqlite://{}", bench.folder.path().join("wardround.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

/// Numbers and actions of the log's entries after a number.
async fn entries(bench: &Bench, after: u64) -> Vec<(u64, String)> {
    let rows = bench.rounds.reader.audit_after(after, 1_000).await.unwrap();
    rows.into_iter().map(|row| (row.link.entry.seq, row.link.entry.action)).collect()
}

#[tokio::test]
async fn no_get_changes_anything_but_the_log() {
    let bench = Bench::collected().await;
    let cookie = bench.cookie(Role::Administrator).await;
    let gets = || bench.routes.iter().filter(|it| it.method == Method::GET && !streams(it));
    assert!(gets().count() > 20);
    for route in gets() {
        let (before, head) =
            (content(&bench).await, bench.rounds.reader.audit_head().await.unwrap().0);
        for cookie in [None, Some(cookie.as_str())] {
            bench.send_bare(request(route, cookie)).await;
        }
        let after = content(&bench).await;
        for (table, rows) in &before {
            assert_eq!(rows, &after[table], "{route:?} changed {table}");
        }
        // A refusal of nobody, and a view by somebody, at most.
        let added = entries(&bench, head).await;
        assert!(added.len() <= 2, "{route:?}: {added:?}");
        if let Log::Entry(action, _) = route.rule.log {
            assert!(added.iter().any(|entry| entry.1 == action), "{route:?}: {added:?}");
        }
    }
}

#[tokio::test]
async fn every_change_refuses_a_page_of_another_site() {
    let bench = Bench::empty().await;
    let cookie = bench.cookie(Role::Administrator).await;
    for route in bench.routes.iter().filter(|route| route.method != Method::GET) {
        let before = content(&bench).await;
        let mut request = request(route, Some(&cookie));
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        let answer = bench.send_bare(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{route:?}");
        assert_eq!(content(&bench).await, before, "{route:?}");
    }
}

/// A browser of an administrator who has just shown a second factor.
async fn fresh(bench: &Bench, role: Role) -> String {
    let cookie = bench.sign_in(role).await;
    let confirm = Request::post("/confirm").header("cookie", cookie).body(Body::empty()).unwrap();
    let answer = bench.send_bare(confirm).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// For each route that changes something: a form that it takes.
const FORMS: &[(&str, Role, &str)] = &[
    ("/people", Role::Administrator, "name=somebody&role=engineer"),
    ("/people/role", Role::Administrator, "id=1&role=compliance"),
    ("/people/invite", Role::Administrator, "id=7"),
    ("/people/second", Role::Administrator, "id=7"),
    ("/people/end", Role::Administrator, "id=7"),
    ("/account/tokens", Role::Engineer, "name=t&days=3&scope=read-scores"),
    ("/account/tokens/revoke", Role::Engineer, "id=1"),
    ("/account/sign-out", Role::Engineer, "id=1"),
    ("/sign-out", Role::Engineer, ""),
    ("/account/sign-out-all", Role::Engineer, ""),
    ("/confirm", Role::Engineer, ""),
    ("/sign-in/demo", Role::Engineer, "role=engineer"),
    ("/actions/validate", Role::Engineer, ""),
    ("/api/v1/collection/run", Role::Engineer, ""),
    ("/audit/export", Role::Auditor, ""),
    ("/registers/vendors", Role::Compliance, "name=New&services=x&receives_phi=no"),
    (
        "/registers/vendors/change",
        Role::Compliance,
        "id=1&version=1&name=Hosting&services=other&receives_phi=no",
    ),
    ("/registers/vendors/end", Role::Compliance, "id=2&version=1&reason=over"),
    (
        "/registers/systems",
        Role::Compliance,
        "name=New&owner_role=Lead&criticality=routine&vendor=courier",
    ),
    (
        "/registers/systems/change",
        Role::Compliance,
        "id=1&version=1&name=Portal&owner_role=Lead&criticality=critical",
    ),
    ("/registers/systems/end", Role::Compliance, "id=2&version=1&reason=over"),
    (
        "/registers/incidents",
        Role::OnCall,
        "title=A+door+stood+open&kind=other&detected=2026-11-20T11:00",
    ),
    (
        "/registers/incidents/change",
        Role::OnCall,
        "id=3&version=1&title=Laptop&kind=loss&occurred=2026-11-20T10:00&detected=2026-11-20T11:00",
    ),
    ("/registers/incidents/end", Role::OnCall, "id=2&version=1&reason=it+was+a+test"),
    (
        "/registers/drills",
        Role::Compliance,
        "day=2026-11-01&scenario=A+planted+key&kind=signal&outcome=missed",
    ),
    (
        "/registers/drills/change",
        Role::Compliance,
        "id=1&version=1&day=2026-11-01&scenario=Another&kind=signal&outcome=late",
    ),
    ("/registers/drills/end", Role::Compliance, "id=2&version=1&reason=not+a+drill"),
    ("/suppressions", Role::OnCall, crate::suppressions::FORM),
    // The demonstration has a run in which two steps are done.
    ("/runbook-runs/undo", Role::OnCall, "run=1&entries=2&step=look&why=again"),
    ("/runbook-runs/check", Role::OnCall, "run=1&entries=3&step=look"),
    ("/runbook-runs/done", Role::OnCall, "run=1&entries=4&step=look"),
    ("/runbook-runs/skip", Role::OnCall, "run=1&entries=5&step=hold&why=they+know"),
    ("/runbook-runs/remark", Role::OnCall, "run=1&entries=6&text=They+answered"),
    ("/runbook-runs/abandon", Role::OnCall, "run=1&entries=7&why=an+exercise"),
];

/// Needs what a demonstration does not have (a password, a link, an authenticator): tested in
/// `arrival.rs` and in a browser. The scheme and the end of a session are no changes of anything that is kept.
/// A table is looked at before it is stored: tested in `registers.rs`. About a suppression people
/// decide one after another: tested in `suppressions.rs`. A run is started with the digest of its
/// text, and signed when every step is done: tested in `runbooks.rs`. Incidents want an alert first:
/// tested in `oncall.rs`.
const ELSEWHERE: &[&str] = &[
    "/api/v1/incidents/{id}/acknowledge",
    "/api/v1/incidents/{id}/assign",
    "/api/v1/incidents/{id}/escalate",
    "/api/v1/incidents/{id}/note",
    "/api/v1/incidents/{id}/reopen",
    "/api/v1/incidents/{id}/resolve",
    "/api/v1/incidents/{id}/snooze",
    "/api/v1/notifications/test",
    "/api/v1/notifications/{id}/again",
    "/incidents/acknowledge",
    "/incidents/assign",
    "/incidents/escalate",
    "/incidents/note",
    "/incidents/reopen",
    "/incidents/resolve",
    "/incidents/snooze",
    "/ingest/eventbridge",
    "/notifications/again",
    "/notifications/test",
    "/oncall/attack",
    "/api/v1/suppressions",
    "/api/v1/suppressions/{id}/approve",
    "/api/v1/suppressions/{id}/emergency",
    "/api/v1/suppressions/{id}/hand-in",
    "/api/v1/suppressions/{id}/note",
    "/api/v1/suppressions/{id}/ratify",
    "/api/v1/suppressions/{id}/reject",
    "/api/v1/suppressions/{id}/revoke",
    "/suppressions/preview",
    "/suppressions/{id}/approve",
    "/suppressions/{id}/emergency",
    "/suppressions/{id}/hand-in",
    "/suppressions/{id}/note",
    "/suppressions/{id}/ratify",
    "/suppressions/{id}/reject",
    "/suppressions/{id}/revoke",
    "/account/password",
    "/account/second",
    "/actions/theme",
    "/debug/producers/retire",
    "/registers/drills/import",
    "/registers/incidents/import",
    "/registers/systems/import",
    "/registers/vendors/import",
    "/runbook-runs",
    "/runbook-runs/close",
    "/runbook-runs/sign-off",
    "/runbooks/edit",
    "/session/keep",
    "/set-up",
    "/sign-in",
    "/sign-in/enrol",
    "/sign-in/provider",
    "/sign-in/provider/back",
    "/sign-in/second",
    "/slis/violations/close",
    "/system/backup",
    "/v1/logs",
    "/v1/traces",
];

#[tokio::test]
async fn each_change_is_one_entry() {
    let bench = Bench::collected().await;
    for route in bench.routes.iter().filter(|route| route.method == Method::POST) {
        let known =
            FORMS.iter().any(|form| form.0 == route.path) || ELSEWHERE.contains(&route.path);
        assert!(known, "{route:?} is in neither list");
    }
    for (path, role, form) in FORMS {
        let cookie = fresh(&bench, *role).await;
        let head = bench.rounds.reader.audit_head().await.unwrap().0;
        let request =
            Request::post(*path).header("cookie", cookie).body(Body::from(*form)).unwrap();
        let answer = bench.send_bare(request).await;
        assert!(!answer.status.is_server_error() && !refused(&answer), "{path}: {}", answer.text());
        let added = entries(&bench, head).await;
        // Adding somebody also makes their link: two changes, two entries.
        let wanted = if *path == "/people" { 2 } else { 1 };
        assert_eq!(added.len(), wanted, "{path}: {added:?} {}", answer.text());
    }
}

#[tokio::test]
async fn where_the_log_cannot_be_written_nothing_changes() {
    let bench = Bench::collected().await;
    let administrator = fresh(&bench, Role::Administrator).await;
    let engineer = fresh(&bench, Role::Engineer).await;
    for (path, cookie, form) in [
        ("/people", administrator, "name=earlier&role=engineer"),
        ("/account/tokens", engineer, "name=t&days=3&scope=read-scores"),
    ] {
        let request = Request::post(path).header("cookie", cookie).body(Body::from(form)).unwrap();
        assert_eq!(bench.send_bare(request).await.status, StatusCode::OK, "{path}");
    }
    let mut cookies = Vec::new();
    for (_, role, _) in FORMS {
        cookies.push(fresh(&bench, *role).await);
    }
    let looking = bench.cookie(Role::Engineer).await;
    let mut connection = raw(&bench).await;
    sqlx::query(
        "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE (ABORT, 'full'); END",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    for ((path, _, form), cookie) in FORMS.iter().zip(cookies) {
        let before = content(&bench).await;
        let request =
            Request::post(*path).header("cookie", cookie).body(Body::from(*form)).unwrap();
        let answer = bench.send_bare(request).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", answer.text());
        assert_eq!(content(&bench).await, before, "{path}");
    }
    let path = format!("/findings/{}", "0".repeat(32));
    let finding = Request::get(path).header("cookie", looking).body(Body::empty()).unwrap();
    let answer = bench.send_bare(finding).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "what is not logged is not shown");
}
