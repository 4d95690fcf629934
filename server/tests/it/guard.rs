//! Headers on every answer, and whom the server listens to.

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::setup::Bench;

const EVERYWHERE: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-request-id", ""),
];

#[tokio::test]
async fn every_answer_is_protected_also_errors() {
    let bench = Bench::collected().await;
    let mut request_ids = Vec::new();
    for (path, status) in [
        ("/", 200),
        ("/safeguards", 200),
        ("/controls", 200),
        ("/findings", 200),
        ("/drift", 200),
        ("/collection", 200),
        ("/nothing-here", 404),
        ("/findings/none", 404),
        ("/api/v1/scores", 200),
        ("/api/v1/findings", 200),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/none", 404),
        ("/api/v1/findings?state=bad", 400),
        ("/healthz", 200),
        ("/readyz", 200),
        ("/metrics", 200),
        ("/pkg/none.js", 404),
    ] {
        let answer = bench.get(path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        for (name, value) in EVERYWHERE {
            let found = answer.header(name);
            assert!(!found.is_empty() && (value.is_empty() || found == value), "{path}: {name}");
        }
        request_ids.push(answer.header("x-request-id").to_owned());
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        let policy = answer.header("content-security-policy");
        for directive in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert!(!policy.contains("'unsafe-eval'"), "{path}: {policy}");
        if status == 200 && answer.header("content-type").starts_with("text/html") {
            assert!(policy.contains("'nonce-"), "{path}: {policy}");
        }
    }
    let all = request_ids.len();
    request_ids.sort();
    request_ids.dedup();
    assert_eq!(request_ids.len(), all, "every request has a number of its own");
}

#[tokio::test]
async fn a_strange_name_is_refused() {
    let bench = Bench::empty().await;
    let ask = async |host: &str| {
        let request = Request::get("/healthz").header("host", host).body(Body::empty()).unwrap();
        bench.send(request).await.status
    };
    for host in
        ["localhost", "localhost:3000", "127.0.0.1:3000", "127.0.0.1", "[::1]:3000", "LOCALHOST"]
    {
        assert_eq!(ask(host).await, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "evil.example:3000",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "127.0.0.1.nip.io",
    ] {
        assert_eq!(ask(host).await, StatusCode::MISDIRECTED_REQUEST, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let bench = Bench::empty().await;
    let ask = async |path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::post(path).header("host", "127.0.0.1:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        bench.send(request.body(Body::empty()).unwrap()).await
    };
    for path in ["/api/v1/collection/run", "/actions/validate"] {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:4000")],
            // An honest Origin does not help when the browser says otherwise.
            &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:3000")],
        ] {
            let answer = ask(path, headers).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(!answer.header("content-security-policy").is_empty());
        }
    }
    assert!(!bench.progress().running);
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", "http://127.0.0.1:3000")],
        &[],
    ] {
        let answer = ask("/api/v1/collection/run", headers).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{headers:?}");
    }
}

#[tokio::test]
async fn people_get_pages_and_programs_get_problem_documents() {
    let bench = Bench::empty().await;
    let request = |accept: &str| {
        Request::post("/actions/validate")
            .header("sec-fetch-site", "cross-site")
            .header("accept", accept)
            .body(Body::empty())
            .unwrap()
    };
    let page = bench.send(request("text/html,application/xhtml+xml")).await;
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains("<h1>Forbidden</h1>"), "{}", page.text());
    let problem = bench.send(request("application/json")).await;
    assert_eq!(problem.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn too_much_is_refused_without_being_read() {
    let bench = Bench::empty().await;
    let body = Body::from(vec![b'x'; 100_000]);
    let request = Request::post("/api/v1/collection/run")
        .header("content-length", "100000")
        .body(body)
        .unwrap();
    let answer = bench.send(request).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn answers_are_compressed_where_it_helps() {
    let bench = Bench::collected().await;
    for (coding, path) in [("br", "/findings"), ("gzip", "/api/v1/scores"), ("zstd", "/")] {
        let request =
            Request::get(path).header("accept-encoding", coding).body(Body::empty()).unwrap();
        let answer = bench.send(request).await;
        assert_eq!(answer.header("content-encoding"), coding, "{path}");
        assert!(answer.header("vary").contains("accept-encoding"), "{path}");
    }
}
