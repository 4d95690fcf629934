//! A simulated AWS, a real database, the real router and the real collectors.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use app::access::Route;
use app::{Mode, Progress};
use awsim::{FaultScript, Options, Sim};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::id::MINUTE_MS;
use domain::{Clock, ManualClock, Role, Timestamp};
use serde_json::Value;
use server::config::{Alerting, Data, Intervals, Telemetry};
use server::measure::Measure;
use server::oncall::Engine;
use server::premises::Premises;
use server::round::{Order, Rounds};
use server::serving::{self, Setting, Wired};
use server::upkeep::{Upkeep, Walk};
use server::{http, simulated};
use store::{Run, Trigger};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// The instant at which tests take place. Nothing depends on when they run.
pub const NOW: &str = "2026-11-23T15:00:00Z";

pub fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub struct Bench {
    pub sim: Sim,
    pub clock: Arc<ManualClock>,
    pub rounds: Arc<Rounds>,
    pub state: app::AppState,
    upkeep: (Upkeep, Walk),
    pub measure: Measure,
    pub engine: Engine,
    pub router: Router,
    pub routes: Vec<Route>,
    cookies: Mutex<BTreeMap<&'static str, (String, Timestamp)>>,
    pub wakes: tokio::sync::mpsc::Receiver<app::Wake>,
    _stop: tokio::sync::watch::Sender<bool>,
    pub folder: TempDir,
}

impl Bench {
    /// Nothing has been collected yet.
    pub async fn empty() -> Self {
        Self::of(Mode::Demo).await
    }

    /// As an organisation has it: no doors without keys.
    pub async fn real() -> Self {
        Self::of(Mode::Serve).await
    }

    /// The demonstration, with contacts.
    pub async fn telling(alerting: Alerting) -> Self {
        Self::with(Mode::Demo, alerting).await
    }

    async fn of(mode: Mode) -> Self {
        Self::with(mode, Alerting::nobody("America/Chicago")).await
    }

    async fn with(mode: Mode, alerting: Alerting) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(now()));
        let options = Options { now_ms: Some(now().0), ..Options::default() };
        let sim = Sim::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.unwrap();
        // One account in two regions: enough for every category, and six times as quick.
        let mut organisation = simulated::organisation();
        organisation.accounts.drain(..1);
        organisation.accounts.truncate(1);
        for account in &mut organisation.accounts {
            account.regions.truncate(2);
        }
        let Wired { rounds, wakes, shared, upkeep, measure, engine, stopping: _, stop } =
            serving::wire(Setting {
                organisation,
                intervals: Intervals::all(15 * MINUTE_MS),
                data: Data::at(folder.path()),
                session: simulated::session(format!("http://{}", sim.address())).await,
                clock: Arc::clone(&clock) as Arc<dyn Clock>,
                wall: Arc::clone(&clock) as Arc<dyn Clock>,
                mode,
                premises: Premises::at(SocketAddr::from(([127, 0, 0, 1], 3000))),
                telemetry: Telemetry::default(),
                alerting,
                attack: None,
            })
            .await
            .unwrap();
        let state = shared.app.clone();
        let (router, routes) = http::routes(shared);
        let cookies = Mutex::default();
        let upkeep = (upkeep, Walk::default());
        Self {
            sim,
            clock,
            rounds,
            state,
            upkeep,
            measure,
            engine,
            router,
            routes,
            cookies,
            wakes,
            _stop: stop,
            folder,
        }
    }

    /// One round has ended.
    pub async fn collected() -> Self {
        let bench = Self::empty().await;
        let run = bench.go().await;
        assert_eq!(run.scopes_done, 10, "{run:?}");
        bench
    }

    /// One round over everything.
    pub async fn go(&self) -> Run {
        self.rounds.go(&Order::all(Trigger::Command)).await.unwrap().unwrap()
    }

    /// What goes on beside the rounds, once.
    pub async fn upkeep(&mut self) {
        let (upkeep, walk) = &mut self.upkeep;
        upkeep.tick(walk).await;
    }

    /// Moves the clock, not the simulation.
    pub fn later(&self, ms: i64) {
        self.clock.set(self.clock.now().plus(ms));
    }

    pub fn faults(&self, json: &str) {
        self.sim.set_faults(FaultScript::parse(json).unwrap());
    }

    pub fn progress(&self) -> Progress {
        self.rounds.progress.borrow().clone()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.json()
    }

    /// As an engineer, unless the request says who it is from.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        self.send_as(Role::Engineer, request).await
    }

    /// As somebody in this role, unless the request says who it is from.
    pub async fn send_as(&self, role: Role, mut request: Request<Body>) -> Answer {
        let headers = request.headers();
        if !headers.contains_key("cookie") && !headers.contains_key("authorization") {
            let cookie = self.cookie(role).await;
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        self.send_bare(request).await
    }

    /// The cookie of somebody in this role, who signed in by the door of the demonstration.
    pub async fn cookie(&self, role: Role) -> String {
        let now = self.clock.now();
        let known = self.cookies.lock().unwrap().get(role.as_str()).cloned();
        match known {
            // Whoever moves the clock by more than that is signed out.
            Some((cookie, at)) if now.since(at) < 10 * MINUTE_MS => cookie,
            _ => {
                let cookie = self.sign_in(role).await;
                self.cookies.lock().unwrap().insert(role.as_str(), (cookie.clone(), now));
                cookie
            }
        }
    }

    /// A session of its own.
    pub async fn sign_in(&self, role: Role) -> String {
        let form = Body::from(format!("role={}", role.as_str()));
        let answer = self.send_bare(Request::post("/sign-in/demo").body(form).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// As it is: from nobody, unless it says otherwise.
    pub async fn send_bare(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}
