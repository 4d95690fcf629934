//! What every answer says to browsers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use app::access::Access;
use axum::body::Body;
use axum::http::Request;
use domain::Role;

use crate::access::{address, streams};
use crate::setup::{Answer, Bench};

/// The protective headers of every route and of every kind of error. A route that loosens them
/// changes this file.
const HEADERS: &str = include_str!("headers.txt");

const PROTECTIVE: [&str; 9] = [
    "cache-control",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
];

fn protective(answer: &Answer) -> String {
    let mut text = String::new();
    for name in PROTECTIVE {
        for value in answer.headers.get_all(name) {
            let value = value.to_str().unwrap();
            // Each page has its own.
            let value = match value.split_once("'nonce-") {
                Some((head, tail)) => {
                    format!("{head}'nonce-…'{}", tail.split_once('\'').unwrap().1)
                }
                None => value.to_owned(),
            };
            let _ = writeln!(text, "  {name}: {value}");
        }
    }
    text
}

#[tokio::test]
async fn every_route_and_every_error_is_protected() {
    let bench = Bench::collected().await;
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for route in bench.routes.iter().filter(|route| !streams(route)) {
        let mut request = Request::builder().method(route.method.clone()).uri(address(route));
        if route.rule.access != Access::Everyone {
            request = request.header("cookie", bench.sign_in(Role::Administrator).await);
        }
        let answer = bench.send_bare(request.body(Body::empty()).unwrap()).await;
        let name = format!("{} {} {}", route.method, route.path, answer.status.as_u16());
        groups.entry(protective(&answer)).or_default().push(name);
    }
    let errors = [
        ("no such page", Request::get("/nowhere").body(Body::empty())),
        (
            "no such page, a browser",
            Request::get("/nowhere").header("accept", "text/html").body(Body::empty()),
        ),
        ("wrong method", Request::put("/findings").body(Body::empty())),
        ("another name", Request::get("/").header("host", "evil.example").body(Body::empty())),
        (
            "another site",
            Request::post("/sign-out").header("sec-fetch-site", "cross-site").body(Body::empty()),
        ),
        ("too large", Request::post("/sign-in").body(Body::from(vec![b'a'; 70_000]))),
        ("no text", Request::post("/sign-in").body(Body::from(vec![0xff_u8, 0xfe]))),
        ("not signed in", Request::get("/api/v1/scores").body(Body::empty())),
        (
            "led to the door",
            Request::get("/findings").header("accept", "text/html").body(Body::empty()),
        ),
        ("a missing file", Request::get("/pkg/nothing.js").body(Body::empty())),
    ];
    for (name, request) in errors {
        let answer = bench.send_bare(request.unwrap()).await;
        let name = format!("{name} {}", answer.status.as_u16());
        groups.entry(protective(&answer)).or_default().push(name);
    }
    let mut text = String::new();
    for (headers, mut names) in groups {
        names.sort();
        let _ = writeln!(text, "{}\n{headers}", names.join("\n"));
    }
    assert_eq!(text, HEADERS, "the headers are not those of server/tests/it/headers.txt:\n{text}");
}
