//! Requests as a browser sends them, against a real store.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::access::COOKIE as SESSION;
use app::{AppState, Assets, CollectorEnd, Mode, Progress, collector, router};
use axum::Router;
use axum::body::Body;
use domain::{Catalogue, Role};
use http::header::{CONTENT_SECURITY_POLICY, COOKIE, LOCATION, REFERER, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode};
use tempfile::TempDir;
use tower::ServiceExt;

use crate::door;
use crate::samples::{self, NOW};

struct Site {
    router: Router,
    /// The cookie of an engineer who is signed in.
    cookie: String,
    end: CollectorEnd,
    folder: TempDir,
}

/// A configured organisation of which nothing was read yet.
async fn site() -> Site {
    let folder = TempDir::new().unwrap();
    let (writer, reader) = store::open(folder.path()).await.unwrap();
    writer
        .organisation_adopt(&samples::organisation(), Catalogue::get(), |_| 900_000)
        .await
        .unwrap();
    let (handle, end) = collector();
    let assets = Assets {
        css: "/pkg/main-1.css".to_owned(),
        js: "/pkg/wardround-1.js".to_owned(),
        wasm: "/pkg/wardround-1.wasm".to_owned(),
    };
    let cookie = door::signed_in(&writer, Role::Engineer).await;
    let state = AppState {
        assets: Arc::new(assets),
        mode: Mode::Serve,
        ..door::state(writer, reader, handle)
    };
    let router = door::knowing(router(state.clone()).0, state);
    Site { router, cookie, end, folder }
}

impl Site {
    /// As the engineer, with whatever cookies the request has besides.
    async fn send(&self, mut request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let others = request.headers().get(COOKIE).map(|it| it.to_str().unwrap().to_owned());
        let cookies = [format!("{SESSION}={}", self.cookie), others.unwrap_or_default()];
        request.headers_mut().insert(COOKIE, cookies.join("; ").parse().unwrap());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 4_000_000).await.unwrap();
        (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn every_page_answers_before_anything_was_read() {
    let site = site().await;
    for path in [
        "/",
        "/safeguards",
        "/safeguards/164.312(b)",
        "/controls",
        "/controls/vpc-flow-logs",
        "/findings",
        "/drift",
        "/collection",
    ] {
        let (status, _, html) = site.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        assert!(html.contains("No data yet"), "{path}");
        for green in ["At the goal", "mark-pass\">Met", "mark-pass\">Passes", "Data as of"] {
            assert!(!html.contains(green), "{path} is green without data");
        }
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_says_so_with_ways_out() {
    let site = site().await;
    for (path, words) in [
        ("/nowhere<b>", "There is no page at"),
        ("/controls/no-such", "There is no control"),
        ("/safeguards/164.999", "There is no safeguard"),
        ("/findings/none", "There is no finding"),
        ("/collection/runs/77", "There is no round"),
    ] {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        let (status, _, html) = site.get(&path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains(words), "{path}: {html}");
        assert!(html.contains("To the overview"));
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let site = site().await;
    for (path, name) in [
        ("/findings?state=ajar", "state"),
        ("/findings?cursor=%3Cscript%3E", "cursor"),
        ("/controls?severity=awful", "severity"),
        ("/safeguards?class=7", "class"),
        ("/drift?kind=sideways", "kind"),
        ("/collection?source=ec2", "source"),
        ("/collection?state=odd", "state"),
        ("/collection?account=12", "account"),
        ("/controls?account=12", "account"),
        ("/controls/vpc-flow-logs?account=12", "account"),
        ("/controls/vpc-flow-logs?region=%3Cb%3E", "region"),
        ("/drift?severity=awful", "severity"),
    ] {
        let (status, _, html) = site.get(path).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(html.contains(&format!("The parameter “{name}” cannot be")), "{path}: {html}");
        assert!(!html.contains("<script>"));
    }
}

/// The addresses of our own that a page leads to.
fn links(html: &str) -> BTreeSet<String> {
    let hrefs = html.split("href=\"").skip(1).filter_map(|piece| piece.split('"').next());
    hrefs
        .filter(|href| href.starts_with('/') && !href.starts_with("/pkg/"))
        .map(|href| href.split('#').next().unwrap_or_default().replace("&amp;", "&"))
        .collect()
}

#[tokio::test]
async fn no_link_of_a_judged_site_is_broken() {
    let site = site().await;
    let (writer, _) = store::open(site.folder.path()).await.unwrap();
    let run = writer.run_begin(store::Trigger::Command, 0, NOW).await.unwrap();
    let report = writer.judge(run, &samples::organisation(), Catalogue::get(), NOW).await.unwrap();
    writer.run_finish(run, NOW, &report).await.unwrap();
    let mut seen = BTreeSet::new();
    for page in ["/", "/controls/vpc-flow-logs", "/drift", "/collection", "/collection/runs/1"] {
        let (_, _, html) = site.get(page).await;
        seen.extend(links(&html));
    }
    assert!(seen.len() > 80, "{seen:?}");
    // Those who are signed in are led on from the door.
    for href in seen.iter().filter(|href| !href.starts_with("/sign-in")) {
        assert_eq!(site.get(href).await.0, StatusCode::OK, "{href}");
    }
    let (_, _, html) = site.get("/controls?account=999999999999").await;
    assert!(html.contains("No controls match these filters"));
    assert!(!html.contains("Nothing has been collected so far"), "something was judged");
    let (_, _, html) = site.get("/controls?account=organisation").await;
    assert!(!html.contains("No controls match these filters"));
}

#[tokio::test]
async fn the_only_script_carries_the_nonce_of_the_policy() {
    let site = site().await;
    let (_, headers, html) = site.get("/").await;
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    let nonce = policy.split("'nonce-").nth(1).and_then(|it| it.split('\'').next()).unwrap();
    assert!(html.contains(&format!("nonce=\"{nonce}\"")));
    assert_eq!(html.matches("<script").count(), 1);
    assert!(!policy.contains("unsafe-inline") && policy.contains("default-src 'none'"));
    let (_, again, _) = site.get("/").await;
    assert_ne!(again[CONTENT_SECURITY_POLICY].to_str().unwrap(), policy);
}

/// The page without its nonce, which is never the same.
fn but_for_nonces((_, headers, html): (StatusCode, HeaderMap, String)) -> String {
    let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
    let nonce = policy.split("'nonce-").nth(1).and_then(|it| it.split('\'').next()).unwrap();
    assert!(html.contains(nonce), "the script would not run");
    html.replace(nonce, "")
}

#[tokio::test]
async fn a_page_that_is_asked_for_again_is_the_same_until_something_is_committed() {
    let site = site().await;
    let first = but_for_nonces(site.get("/collection").await);
    assert_eq!(but_for_nonces(site.get("/collection").await), first);
    let (writer, _) = store::open(site.folder.path()).await.unwrap();
    let renamed =
        domain::Organisation { name: "A name of its own".to_owned(), ..samples::organisation() };
    writer.organisation_adopt(&renamed, Catalogue::get(), |_| 900_000).await.unwrap();
    let after = but_for_nonces(site.get("/collection").await);
    assert!(after.contains("A name of its own"));
    let dark = Request::get("/collection").header(COOKIE, "theme=dark").body(Body::empty());
    let dark = but_for_nonces(site.send(dark.unwrap()).await);
    assert!(dark.contains("data-theme=\"dark\""));
    site.end.progress.send_modify(|progress| progress.running = true);
    assert_ne!(but_for_nonces(site.get("/collection").await), after);
}

#[tokio::test]
async fn the_button_leads_to_the_round_that_it_started() {
    let mut site = site().await;
    let end = std::mem::replace(&mut site.end, collector().1);
    let answering = tokio::spawn(async move {
        let CollectorEnd { mut wakes, progress } = end;
        wakes.recv().await;
        progress.send_replace(Progress { running: true, run: Some(7), ..Progress::default() });
        progress
    });
    let request = || {
        Request::builder()
            .method(Method::POST)
            .uri("/actions/validate")
            .body(Body::empty())
            .unwrap()
    };
    let (status, headers, _) = site.send(request()).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[LOCATION], "/collection/runs/7");
    let _progress = answering.await.unwrap();
    let (_, headers, _) = site.send(request()).await;
    assert_eq!(headers[LOCATION], "/collection/runs/7", "a running round is shown, not refused");
    let (_, _, html) = site.get("/collection").await;
    assert!(html.contains("A round is under way"));
}

#[tokio::test]
async fn the_scheme_is_kept_without_scripts_and_never_leads_away() {
    let site = site().await;
    for (referer, location) in [
        ("http://127.0.0.1:3000/drift?kind=new", "/drift?kind=new"),
        ("https://elsewhere.example//evil.example/x", "/"),
    ] {
        let request = Request::post("/actions/theme")
            .header(REFERER, referer)
            .body(Body::from("theme=dark"))
            .unwrap();
        let (status, headers, _) = site.send(request).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(headers[LOCATION], location);
        assert!(headers[SET_COOKIE].to_str().unwrap().starts_with("theme=dark;"));
    }
    let request = Request::get("/").header(COOKIE, "a=b; theme=dark").body(Body::empty()).unwrap();
    let (_, _, html) = site.send(request).await;
    assert!(html.contains("data-theme=\"dark\""));
}
