//! Signing in, staying, and being signed out, as a browser does it.

use std::net::IpAddr;

use app::access::Peer;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Role;
use domain::id::MINUTE_MS;
use identity::totp::Totp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use server::premises;
use store::{Bounds, By, NewPerson};

use crate::setup::{Answer, Bench};

const PASSWORD: &str = "seven quiet lamps by the river";

/// A browser: it keeps its cookies, and comes from somewhere.
struct Browser<'a> {
    bench: &'a Bench,
    address: &'a str,
    session: String,
}

impl<'a> Browser<'a> {
    fn at(bench: &'a Bench, address: &'a str) -> Self {
        Self { bench, address, session: String::new() }
    }

    async fn send(&mut self, mut request: Request<Body>) -> Answer {
        let headers = request.headers_mut();
        headers.insert("accept", "text/html".parse().unwrap());
        if !self.session.is_empty() {
            headers.insert("cookie", self.session.parse().unwrap());
        }
        let address: IpAddr = self.address.parse().unwrap();
        request.extensions_mut().insert(Peer(address));
        let answer = self.bench.send_bare(request).await;
        let given = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        if given.starts_with(app::access::COOKIE) {
            self.session = given;
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        self.send(Request::post(path).body(Body::from(pairs.join("&"))).unwrap()).await
    }

    async fn password(&mut self, name: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("name", name), ("password", password)]).await
    }

    /// What signs in with a name and a password, and the first time with an authenticator.
    async fn enrol(&mut self, name: &str) -> (Totp, Vec<String>) {
        let answer = self.password(name, PASSWORD).await;
        assert_eq!(answer.header("location"), "/sign-in/enrol", "{}", answer.text());
        let page = self.get("/sign-in/enrol").await.text();
        let sealed = between(&page, "name=\"sealed\" value=\"", "\"");
        let totp = secret(&page);
        let code = totp.code(self.bench.clock_ms());
        let answer = self.post("/sign-in/enrol", &[("sealed", sealed), ("code", &code)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let page = answer.text();
        let codes: Vec<String> =
            between(&page, "<code>", "</code>").lines().map(str::to_owned).collect();
        assert!(codes.len() >= 8, "{page}");
        (totp, codes)
    }

    /// Signs in on a day after the first.
    async fn sign_in(&mut self, name: &str, totp: &Totp) -> Answer {
        let answer = self.password(name, PASSWORD).await;
        assert_eq!(answer.header("location"), "/sign-in/second", "{}", trouble(&answer));
        let code = totp.code(self.bench.clock_ms());
        self.post("/sign-in/second", &[("code", &code)]).await
    }

    async fn inside(&mut self) -> bool {
        let answer = self.get("/account").await;
        assert!(
            matches!(answer.status, StatusCode::OK | StatusCode::SEE_OTHER),
            "{}",
            answer.status
        );
        answer.status == StatusCode::OK
    }
}

/// What the page says is wrong.
fn trouble(answer: &Answer) -> String {
    let text = answer.text();
    let note = text.split_once("class=\"form-trouble\">").map(|it| it.1);
    note.and_then(|it| it.split_once("</p>")).map_or_else(String::new, |it| it.0.to_owned())
}

/// The same with one letter changed in the middle.
fn flipped(secret: &str) -> String {
    let (head, tail) = secret.split_at(20);
    let other = if tail.starts_with('x') { 'y' } else { 'x' };
    format!("{head}{other}{}", &tail[1..])
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    let rest = text.split_once(open).unwrap_or_else(|| panic!("no {open} in {text}")).1;
    rest.split_once(close).unwrap().0
}

/// The secret that the page shows for typing.
fn secret(page: &str) -> Totp {
    let shown = between(page, "<p class=\"enrol-secret\">", "</p>");
    let text: String = between(shown, "<code>", "</code>").split_whitespace().collect();
    let bytes = data_encoding::BASE32_NOPAD.decode(text.as_bytes()).unwrap();
    Totp::from_bytes(&bytes).unwrap()
}

impl Bench {
    fn clock_ms(&self) -> i64 {
        self.state.wall.now().0
    }

    /// An account with a password, on which nobody has signed in yet.
    async fn account(&self, name: &str, role: Role) {
        let by = By::system(self.state.wall.now());
        let new = NewPerson {
            name: name.to_owned(),
            role,
            bounds: Bounds::default(),
            external: None,
            demo: false,
        };
        let id = self.state.writer.person_add(&by, &new).await.unwrap();
        let phc = identity::password::hash(PASSWORD).unwrap().to_phc();
        self.state.writer.person_password(&by, id, &phc, None).await.unwrap();
    }

    /// Actions and outcomes of the log, the latest last.
    async fn log(&self) -> Vec<(String, trail::Outcome, String)> {
        let rows = self.state.reader.audit_after(0, 10_000).await.unwrap();
        rows.into_iter()
            .map(|row| (row.link.entry.action, row.link.entry.outcome, row.link.entry.facts))
            .collect()
    }

    async fn last(&self) -> (String, trail::Outcome, String) {
        self.log().await.pop().unwrap()
    }
}

const HOME: &str = "198.51.100.7";

#[tokio::test]
async fn from_the_first_link_to_the_dashboard() {
    let bench = Bench::real().await;
    let mut browser = Browser::at(&bench, HOME);
    assert_eq!(browser.get("/").await.header("location"), "/sign-in");
    let link = premises::first_link(&bench.state).await.unwrap().expect("nobody can sign in yet");
    let path = link.strip_prefix("http://127.0.0.1:3000").unwrap();
    assert!(browser.get(path).await.text().contains("administrator"));
    let key = path.split_once("key=").unwrap().1;
    // What is wrong is said, and the link is not used up by it.
    for (password, again, trouble) in [
        ("short", "short", "least"),
        (PASSWORD, "something else entirely", "not the same"),
        ("administrator-administrator", "administrator-administrator", "name"),
    ] {
        let form = [("key", key), ("password", password), ("again", again)];
        let answer = browser.post("/set-up", &form).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{password}");
        assert!(answer.text().contains(trouble), "{trouble}: {}", answer.text());
    }
    let form = [("key", key), ("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(browser.post("/set-up", &form).await.header("location"), "/sign-in?ready=1");
    assert_eq!(browser.post("/set-up", &form).await.status, StatusCode::NOT_FOUND, "once");
    assert_eq!(premises::first_link(&bench.state).await.unwrap(), None, "somebody can sign in");

    let answer = browser.password("administrator", PASSWORD).await;
    assert_eq!(answer.header("location"), "/sign-in/enrol");
    assert!(!browser.inside().await, "a password alone shows nothing");
    let half = browser.session.clone();
    let (_, codes) = browser.enrol("administrator").await;
    assert_ne!(browser.session, half, "the id changes when somebody comes in");
    assert!(browser.inside().await);
    assert_eq!(browser.get("/sign-in").await.header("location"), "/people", "the role's own page");
    let mut old = Browser { session: half, ..Browser::at(&bench, HOME) };
    assert!(!old.inside().await, "the earlier id is worth nothing");
    // Recovery codes are shown once.
    assert!(!browser.get("/account").await.text().contains(&codes[0]));
}

#[tokio::test]
async fn a_code_counts_once_and_so_does_a_recovery_code() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut first = Browser::at(&bench, HOME);
    let (totp, codes) = first.enrol("engineer").await;
    // The code of the same half minute was used to set the factor up.
    let mut second = Browser::at(&bench, HOME);
    let answer = second.sign_in("engineer", &totp).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.text().contains("used already"), "{}", answer.text());
    let (action, outcome, facts) = bench.last().await;
    assert_eq!((action.as_str(), outcome), ("sign-in", trail::Outcome::Refused));
    assert!(facts.contains("wrong second factor"), "{facts}");
    bench.later(MINUTE_MS);
    assert_eq!(second.sign_in("engineer", &totp).await.header("location"), "/collection");
    assert!(second.inside().await);

    let mut third = Browser::at(&bench, HOME);
    third.password("engineer", PASSWORD).await;
    let answer = third.post("/sign-in/second", &[("code", &codes[0].to_uppercase())]).await;
    assert_eq!(answer.header("location"), "/collection", "{}", answer.text());
    let mut fourth = Browser::at(&bench, HOME);
    fourth.password("engineer", PASSWORD).await;
    let answer = fourth.post("/sign-in/second", &[("code", &codes[0])]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(!fourth.inside().await);
}

#[tokio::test]
async fn who_has_no_account_is_told_the_same_as_who_has_one() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut answers = Vec::new();
    for (name, address) in [("engineer", HOME), ("nobody12", "198.51.100.8")] {
        let mut browser = Browser::at(&bench, address);
        let answer = browser.password(name, "not the right password").await;
        let nonce = between(&answer.text(), "nonce=\"", "\"").to_owned();
        let text = answer.text().replace(name, "NAME").replace(&nonce, "NONCE");
        assert!(browser.session.is_empty());
        answers.push((answer.status, text));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0], answers[1]);
    let log = bench.log().await;
    let refusals: Vec<_> = log.iter().filter(|it| it.1 == trail::Outcome::Refused).collect();
    assert_eq!(refusals.len(), 2);
    assert_eq!(refusals[0], refusals[1]);
}

#[tokio::test]
async fn strangers_are_slowed_and_lock_nobody_out() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut owner = Browser::at(&bench, HOME);
    let (totp, _) = owner.enrol("engineer").await;
    bench.later(MINUTE_MS);
    let mut slowed = 0;
    for guess in 0..60 {
        let address = format!("203.0.113.{}", guess % 6);
        let mut stranger = Browser::at(&bench, &address);
        let answer = stranger.password("engineer", "a guess of a password").await;
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS => {
                slowed += 1;
                let wait: u64 = answer.header("retry-after").parse().unwrap();
                assert!((1..=900).contains(&wait), "{wait}");
                assert!(answer.text().contains("nothing is locked for good"));
            }
            status => assert_eq!(status, StatusCode::UNAUTHORIZED),
        }
    }
    assert!(slowed >= 40, "{slowed} of 60");
    assert_eq!(bench.last().await.0, "sign-in");
    // The owner comes from where they always come from.
    let mut again = Browser::at(&bench, HOME);
    assert_eq!(again.sign_in("engineer", &totp).await.header("location"), "/collection");
    // From elsewhere they wait at most half a minute.
    let mut travelling = Browser::at(&bench, "192.0.2.200");
    let answer = travelling.password("engineer", PASSWORD).await;
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    bench.later(wait.max(30) * 1_000);
    assert_eq!(travelling.sign_in("engineer", &totp).await.header("location"), "/collection");
}

#[tokio::test]
async fn second_factors_cannot_be_guessed_either() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let (totp, _) = Browser::at(&bench, HOME).enrol("engineer").await;
    bench.later(MINUTE_MS);
    let right = totp.code(bench.clock_ms());
    let mut guesses = 0;
    for attempt in 0..30 {
        // Whoever knows the password may begin anew each time: it does not give new tries.
        let mut thief = Browser::at(&bench, "203.0.113.9");
        thief.password("engineer", PASSWORD).await;
        let guess = format!("{:06}", 100_000 + attempt);
        if guess == *right {
            continue;
        }
        let answer = thief.post("/sign-in/second", &[("code", &guess)]).await;
        guesses += u32::from(answer.status == StatusCode::UNAUTHORIZED);
    }
    assert!(guesses <= 5, "{guesses} guesses within a moment");
}

#[tokio::test]
async fn a_password_without_a_second_factor_is_told_to_the_log() {
    let mut bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    Browser::at(&bench, HOME).enrol("engineer").await;
    Browser::at(&bench, "203.0.113.9").password("engineer", PASSWORD).await;
    bench.upkeep().await;
    assert_eq!(bench.last().await.0, "password-right", "there is still time");
    bench.later(3 * MINUTE_MS + 1);
    bench.upkeep().await;
    let rows = bench.state.reader.audit_after(0, 1_000).await.unwrap();
    let last = rows.iter().rfind(|row| row.link.entry.action == "second-factor-missing").unwrap();
    assert_eq!(last.link.entry.outcome, trail::Outcome::Failed);
    let origin = &last.detail.as_ref().unwrap().text;
    assert!(origin.contains("engineer") && origin.contains("203.0.113.9"), "{origin}");
    bench.upkeep().await;
    let log = bench.log().await;
    assert_eq!(log.iter().filter(|it| it.0 == "second-factor-missing").count(), 1, "told once");
}

#[tokio::test]
async fn made_up_cookies_are_nobody() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut browser = Browser::at(&bench, HOME);
    browser.enrol("engineer").await;
    let good = browser.session.clone();
    let (name, value) = good.split_once('=').unwrap();
    let flipped = flipped(value);
    for cookie in [
        format!("{name}={flipped}"),
        format!("{name}={}", &value[..value.len() - 1]),
        format!("{name}={value}x"),
        format!("{name}="),
        format!("{name}=../../etc/passwd"),
        format!("{name}={value}; {name}={value}"),
        format!("{name}=\u{e9}"),
        format!("wardround={value}"),
        "x".repeat(8_000),
    ] {
        let request = Request::get("/api/v1/scores")
            .header("cookie", axum::http::HeaderValue::from_bytes(cookie.as_bytes()).unwrap());
        let answer = bench.send_bare(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{cookie}");
        let (action, outcome, _) = bench.last().await;
        assert_eq!((action.as_str(), outcome), ("unauthenticated", trail::Outcome::Refused));
    }
    assert!(browser.inside().await, "the good one still holds");
}

#[tokio::test]
async fn what_is_too_large_or_no_text_is_refused_and_changes_nothing() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let head = bench.state.reader.audit_head().await.unwrap();
    for (body, status) in [
        (vec![b'a'; 70_000], StatusCode::PAYLOAD_TOO_LARGE),
        (b"name=\xff\xfe&password=x".to_vec(), StatusCode::BAD_REQUEST),
        (b"name=%ff%fe&password=%00".to_vec(), StatusCode::UNAUTHORIZED),
        (b"name".to_vec(), StatusCode::BAD_REQUEST),
        (b"\0\0\0".to_vec(), StatusCode::BAD_REQUEST),
    ] {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let request = Request::post("/sign-in").header("accept", "text/html");
        let answer = bench.send_bare(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, status, "{shown}: {}", answer.text());
        assert!(answer.text().contains("<h1>"), "{shown}: a page says why");
    }
    // Only the one that could be read was an attempt.
    let added = bench.state.reader.audit_after(head.0, 10).await.unwrap();
    assert_eq!(added.len(), 1);
}

#[tokio::test]
async fn a_session_ends_when_nobody_is_there() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut browser = Browser::at(&bench, HOME);
    browser.enrol("engineer").await;
    let session = browser.session.clone();
    let background = |path: &str| {
        Request::get(path)
            .header("cookie", session.clone())
            .header("sec-fetch-mode", "cors")
            .header("accept", "*/*")
            .body(Body::empty())
            .unwrap()
    };
    // A dashboard that asks by itself is no person (45 CFR 164.312(a)(2)(iii)).
    for minute in 1..15 {
        bench.later(MINUTE_MS);
        let answer = bench.send_bare(background("/session")).await;
        let left = answer.json()["left_ms"].as_i64().unwrap();
        assert_eq!(left, (15 - minute) * MINUTE_MS);
        assert_eq!(bench.send_bare(background("/api/v1/collection")).await.status, StatusCode::OK);
    }
    bench.later(MINUTE_MS);
    assert!(!browser.inside().await, "after a quarter of an hour without anybody");

    // Whoever does something stays, but not for more than twelve hours.
    bench.later(MINUTE_MS);
    let mut browser = Browser::at(&bench, "198.51.100.20");
    bench.account("other", Role::Engineer).await;
    browser.enrol("other").await;
    let mut minutes = 0;
    while browser.inside().await {
        bench.later(10 * MINUTE_MS);
        minutes += 10;
        assert!(minutes <= 12 * 60, "it never ends");
    }
    assert_eq!(minutes, 12 * 60);
}

#[tokio::test]
async fn one_sees_and_ends_ones_sessions() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut here = Browser::at(&bench, HOME);
    let (totp, _) = here.enrol("engineer").await;
    bench.later(MINUTE_MS);
    let mut there = Browser::at(&bench, "192.0.2.44");
    there.sign_in("engineer", &totp).await;
    let page = here.get("/account").await.text();
    assert!(page.contains(HOME) && page.contains("192.0.2.44"), "{page}");
    here.post("/account/sign-out-all", &[]).await;
    assert!(!here.inside().await);
    assert!(!there.inside().await);
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_wants_a_fresh_code() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut here = Browser::at(&bench, HOME);
    let (totp, _) = here.enrol("engineer").await;
    bench.later(6 * MINUTE_MS);
    let form = [("password", "an entirely different one"), ("again", "an entirely different one")];
    let answer = here.post("/account/password", &form).await;
    assert!(answer.header("location").starts_with("/confirm"), "{}", answer.text());
    let code = totp.code(bench.clock_ms());
    let before = here.session.clone();
    let answer = here.post("/confirm", &[("code", &code), ("next", "/account")]).await;
    assert_eq!(answer.header("location"), "/account");
    assert_ne!(here.session, before, "the id changes with the rights");
    assert_eq!(here.post("/account/password", &form).await.header("location"), "/sign-in?ready=1");
    assert!(!here.inside().await);
    let mut again = Browser::at(&bench, HOME);
    assert_eq!(again.password("engineer", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_confirmation_holds_five_minutes() {
    let bench = Bench::real().await;
    bench.account("administrator", Role::Administrator).await;
    let mut browser = Browser::at(&bench, HOME);
    let (totp, _) = browser.enrol("administrator").await;
    let add = [("name", "first"), ("role", "engineer")];
    assert_eq!(browser.post("/people", &add).await.status, StatusCode::OK, "just enrolled");
    bench.later(5 * MINUTE_MS + 1);
    let add = [("name", "second"), ("role", "engineer")];
    let answer = browser.post("/people", &add).await;
    assert!(answer.header("location").starts_with("/confirm"), "{}", answer.text());
    let wrong = browser.post("/confirm", &[("code", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(bench.last().await.2.contains("wrong confirmation"));
    bench.later(MINUTE_MS);
    let code = totp.code(bench.clock_ms());
    browser.post("/confirm", &[("code", &code)]).await;
    assert_eq!(browser.post("/people", &add).await.status, StatusCode::OK);
    let none = browser.post("/people", &[("name", "third"), ("role", "auditor")]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST, "an auditor without an end: {}", none.text());
}

#[tokio::test]
async fn a_token_may_what_it_was_made_for_until_it_ends() {
    let bench = Bench::real().await;
    bench.account("engineer", Role::Engineer).await;
    let mut browser = Browser::at(&bench, HOME);
    browser.enrol("engineer").await;
    let form = [("name", "pipeline"), ("days", "2"), ("scope", "read-scores")];
    let page = browser.post("/account/tokens", &form).await.text();
    let token = format!("wr_{}", between(&page, "wr_", "<"));
    assert!(!browser.get("/account").await.text().contains(&token), "shown once");
    let with = |path: &str, token: &str| {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        request.body(Body::empty()).unwrap()
    };
    assert_eq!(bench.send_bare(with("/api/v1/scores", &token)).await.status, StatusCode::OK);
    let answer = bench.send_bare(with("/api/v1/findings", &token)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(bench.last().await.0, "read-findings");
    let made_up = flipped(&token);
    for other in [made_up.as_str(), "wr_", "", "Bearer"] {
        let answer = bench.send_bare(with("/api/v1/scores", other)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{other}");
    }
    let stored = std::fs::read(bench.folder.path().join("wardround.db")).unwrap();
    let log = std::fs::read(bench.folder.path().join("wardround.db-wal")).unwrap_or_default();
    for bytes in [stored, log] {
        assert!(!bytes.windows(token.len()).any(|it| it == token.as_bytes()), "hashed at rest");
    }
    bench.later(2 * domain::id::DAY_MS + 1);
    assert_eq!(
        bench.send_bare(with("/api/v1/scores", &token)).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn the_doors_of_the_demonstration_are_not_there() {
    let bench = Bench::real().await;
    let answer = Browser::at(&bench, HOME).post("/sign-in/demo", &[("role", "executive")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let page = Browser::at(&bench, HOME).get("/sign-in").await.text();
    assert!(!page.contains("Enter as"), "{page}");
}
