//! Which page answers which address, and how an answer is made.
//!
//! A page is loaded, then rendered in one go: local data takes milliseconds, so there is nothing to
//! stream, and the status, the title and the body are all known before the first byte leaves.
//! Every route has a rule that says who may ask; see [`crate::access`].

use axum::Router;
use axum::extract::{Extension, RawPathParams, State};
use axum::response::{Html, IntoResponse, Response};
use domain::Action::{
    self, KeepAccount, KeepTokens, ReadAudit, ReadCollection, ReadFindings, ReadPeople, ReadScores,
    ReadSystem, ReadTelemetry, StartBackup, StartRound,
};
use http::header::{CONTENT_SECURITY_POLICY, COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use leptos::nonce::Nonce;
use leptos::prelude::*;

use crate::access::{OneState, Principal, Route, Routes, Rule};
use crate::actions;
use crate::around::Around;
use crate::error::{Missing, PageError};
use crate::islands::ThemeChoice;
use crate::kept::{Document, Epoch, Kept, Key};
use crate::oncall_routes;
use crate::pages::{
    AccountPage, Ask, AuditPage, CollectionPage, ControlPage, ControlsPage, DebugPage, DriftPage,
    FindingPage, FindingsPage, OverviewPage, Page, PeoplePage, RunPage, SafeguardPage,
    SafeguardsPage, SliPage, SlisPage, SystemPage, TracePage, trouble,
};
use crate::query::Query;
use crate::register_routes;
use crate::runbook_routes;
use crate::shell::{Frame, Here, document};
use crate::state::AppState;
use crate::suppression_routes;

/// All pages, the actions, the page for addresses that lead nowhere, and the table of all routes.
pub fn router(state: AppState) -> (Router<()>, Vec<Route>) {
    let routes = Routes::new(state.clone())
        .get("/", Rule::may(ReadScores), show::<OverviewPage>)
        .get("/safeguards", Rule::may(ReadScores), show::<SafeguardsPage>)
        .get("/safeguards/{section}", Rule::may(ReadScores), show::<SafeguardPage>)
        .get("/controls", Rule::may(ReadScores), show::<ControlsPage>)
        .get("/controls/{id}", Rule::may(ReadScores), show::<ControlPage>)
        .get("/findings", Rule::may(ReadFindings), show::<FindingsPage>)
        .get(
            "/findings/{id}",
            Rule::may(ReadFindings).logged("view-finding", "finding"),
            show::<FindingPage>,
        )
        .get("/drift", Rule::may(ReadScores), show::<DriftPage>)
        .get("/slis", Rule::may(ReadScores), show::<SlisPage>)
        .get("/slis/{id}", Rule::may(ReadScores), show::<SliPage>)
        .get("/collection", Rule::may(ReadCollection), show::<CollectionPage>)
        .get("/collection/runs/{id}", Rule::may(ReadCollection), show::<RunPage>)
        .get("/debug", Rule::may(ReadTelemetry), show::<DebugPage>)
        .get("/debug/traces/{id}", Rule::may(ReadTelemetry), show::<TracePage>)
        .get("/audit", Rule::may(ReadAudit).logged("view-audit-log", "audit"), show::<AuditPage>)
        .get("/people", Rule::may(ReadPeople).logged("view-people", "people"), show::<PeoplePage>)
        .get("/system", Rule::may(ReadSystem), show::<SystemPage>)
        .get("/account", Rule::may(KeepAccount), show::<AccountPage>);
    let routes = register_routes::registers(changes(arrivals(routes)));
    let routes = oncall_routes::oncall(routes);
    let routes = suppression_routes::suppressions(routes);
    let routes = runbook_routes::runbooks(routes);
    let (router, table) = routes.with_state(state.clone());
    let fallback = Router::new().fallback(nowhere).with_state(state);
    (router.merge(fallback).layer(Extension(Kept::default())), table)
}

/// Some pages without the gate, as somebody who is let in: what `cargo xtask bench` compares with.
#[cfg(feature = "measure")]
pub fn ungated(state: AppState, principal: Principal) -> Router<()> {
    use axum::routing::get;
    Router::new()
        .route("/", get(show::<OverviewPage>))
        .route("/findings/{id}", get(show::<FindingPage>))
        .layer(Extension(principal))
        .layer(Extension(Kept::default()))
        .with_state(state)
}

/// What is there before somebody has signed in.
fn arrivals(routes: Routes<AppState>) -> Routes<AppState> {
    use actions::{confirm, demo, enrol, provider, second, session, set_up, sign_in};
    routes
        .get("/sign-in", Rule::OPEN, sign_in::page)
        .post("/sign-in", Rule::OPEN_STORE, sign_in::sign_in)
        .get("/sign-in/second", Rule::OPEN, second::page)
        .post("/sign-in/second", Rule::OPEN_STORE, second::second)
        .get("/sign-in/enrol", Rule::OPEN, enrol::page)
        .post("/sign-in/enrol", Rule::OPEN_STORE, enrol::enrol)
        .post("/sign-in/demo", Rule::OPEN_STORE, demo::demo)
        .post("/sign-in/provider", Rule::OPEN, provider::begin)
        .get("/sign-in/provider/back", Rule::OPEN, provider::back)
        .post("/sign-in/provider/back", Rule::OPEN_STORE, provider::finish)
        .get("/set-up", Rule::OPEN, set_up::page)
        .post("/set-up", Rule::OPEN_STORE, set_up::set_up)
        .get("/session", Rule::OPEN, session::left)
        .post("/session/keep", Rule::may(KeepAccount), session::keep)
        .post("/actions/theme", Rule::OPEN, actions::theme)
        .get("/confirm", Rule::may(KeepAccount), confirm::page)
        .post("/confirm", Rule::may(KeepAccount).stored(), confirm::confirm)
}

/// What changes something.
fn changes(routes: Routes<AppState>) -> Routes<AppState> {
    use actions::{account, audit, backup, people, producer, token, validate, violation};
    const PEOPLE: Rule = Rule::fresh(Action::ChangePeople).stored();
    routes
        .post(
            "/actions/validate",
            Rule::may(StartRound).logged("start-round", "collection"),
            validate,
        )
        .post(
            "/slis/violations/close",
            Rule::may(Action::CloseViolations).stored(),
            violation::close,
        )
        .post(
            "/debug/producers/retire",
            Rule::may(Action::KeepTelemetry).stored(),
            producer::retire,
        )
        .post("/sign-out", Rule::may(KeepAccount).stored(), account::sign_out)
        .post("/account/sign-out", Rule::may(KeepAccount).stored(), account::sign_out_other)
        .post("/account/sign-out-all", Rule::may(KeepAccount).stored(), account::sign_out_all)
        .post("/account/password", Rule::fresh(KeepAccount).stored(), account::password)
        .post("/account/second", Rule::fresh(KeepAccount).stored(), account::second)
        .post("/account/tokens", Rule::fresh(KeepTokens).stored(), token::make)
        .post("/account/tokens/revoke", Rule::may(KeepTokens).stored(), token::revoke)
        .post(
            "/audit/export",
            Rule::fresh(Action::ExportAudit).logged("export-audit-log", "audit"),
            audit::export,
        )
        .post("/people", PEOPLE, people::add)
        .post("/people/role", PEOPLE, people::role)
        .post("/people/invite", PEOPLE, people::invite)
        .post("/people/second", PEOPLE, people::second)
        .post("/people/end", PEOPLE, people::end)
        .post(
            "/system/backup",
            Rule::may(StartBackup).logged("ask-for-backup", "database"),
            backup::backup,
        )
}

pub(crate) async fn show<P: Page>(
    State(state): State<AppState>,
    Extension(kept): Extension<Kept>,
    Extension(principal): Extension<Principal>,
    looked_up: Option<Extension<OneState>>,
    path: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let progress = state.collector.progress();
    // Pages about people and the log tell the time of those.
    let now = if P::KEPT { state.clock.now() } else { state.wall.now() };
    let key = Key::new(&uri, chosen_theme(&headers), principal.face().map(|it| it.id));
    let reader = match looked_up {
        Some(Extension(OneState(reader))) => reader,
        // Without an answer from the store nothing is kept; the page will say what is wrong.
        None => state.reader.remembering().await.unwrap_or_else(|_| state.reader.clone()),
    };
    let version = reader.remembered().filter(|_| P::KEPT);
    let epoch = version.map(|version| Epoch::new(version, now, &progress));
    if let Some(document) = epoch.as_ref().and_then(|epoch| kept.get(epoch, &key)) {
        return respond(StatusCode::OK, document.again(Nonce::new().to_string()), None);
    }
    let query = Query::parse(uri.query());
    let id = path.ok().and_then(|path| path.iter().next().map(|pair| pair.1.to_owned()));
    let verified = state.verified.borrow().clone();
    let ask = Ask {
        query: &query,
        id: id.as_deref().unwrap_or_default(),
        now,
        progress: &progress,
        who: &principal,
        installation: &state.installation,
        verified: &verified,
        tools: &state.tools,
        oncall: &state.oncall,
        mode: state.mode,
    };
    match P::load(&reader, &ask).await {
        Ok(page) => {
            let shown = Shown {
                title: page.title(),
                wait: page.wait(),
                refresh: page.refresh(),
                here: P::HERE,
            };
            let around = Around::load(&reader, &principal, now).await;
            let whole = around.whole;
            let document = render(&state, &headers, around, shown, move || page.view());
            if let Some(epoch) = epoch.filter(|_| whole) {
                kept.put(&epoch, key, document.clone());
            }
            respond(StatusCode::OK, document, None)
        }
        Err(error) => refuse(&state, &headers, &principal, P::HERE, error).await,
    }
}

async fn nowhere(
    State(state): State<AppState>,
    Extension(principal): Extension<Principal>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let missing = Missing { kind: "", id: uri.path().to_owned(), list: "/" };
    refuse(&state, &headers, &principal, Here::Nowhere, PageError::NotFound(missing)).await
}

async fn refuse(
    state: &AppState,
    headers: &HeaderMap,
    principal: &Principal,
    here: Here,
    error: PageError,
) -> Response {
    if let PageError::Store(error) = &error {
        tracing::error!(%error, "a page could not be loaded");
    }
    let title = trouble::title(&error).to_owned();
    let shown = Shown { title, wait: None, refresh: None, here };
    let status = error.status();
    let around = Around::load(&state.reader, principal, state.clock.now()).await;
    let document = render(state, headers, around, shown, move || trouble::view(&error));
    respond(status, document, None)
}

/// A page that an action answers with: a form with what is wrong with it, or something that is
/// shown once.
pub(crate) async fn answer(
    state: &AppState,
    headers: &HeaderMap,
    principal: &Principal,
    (status, here, title): (StatusCode, Here, &str),
    page: impl FnOnce() -> AnyView,
) -> Response {
    let shown = Shown { title: title.to_owned(), wait: None, refresh: None, here };
    let now = state.clock.now();
    // Before sign-in nothing is told about the organisation.
    let around = match here {
        Here::Arrival => Around::nothing(now),
        _ => Around::load(&state.reader, principal, now).await,
    };
    let document = render(state, headers, around, shown, page);
    let provider = state.door.provider.as_ref().map(|provider| provider.origin.as_str());
    respond(status, document, provider.filter(|_| here == Here::Arrival))
}

/// What a page says about itself.
struct Shown {
    title: String,
    wait: Option<u32>,
    refresh: Option<u32>,
    here: Here,
}

fn render(
    state: &AppState,
    headers: &HeaderMap,
    around: Around,
    shown: Shown,
    page: impl FnOnce() -> AnyView,
) -> Document {
    let frame = frame(state, headers, around, shown);
    let nonce = frame.nonce.clone();
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_context(frame.setting.clone());
        provide_context(frame.theme);
        let page = page();
        document(frame, page).to_html()
    });
    drop(owner);
    Document { html, nonce }
}

fn respond(status: StatusCode, document: Document, form_to: Option<&str>) -> Response {
    let policy = policy(&document.nonce, form_to);
    let mut response = (status, Html(document.html)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Browsers hold the target of a form's redirect to `form-action` too, so the sign-in page names
/// the OpenID provider.
fn policy(nonce: &str, form_to: Option<&str>) -> String {
    let space = if form_to.is_some() { " " } else { "" };
    let form_to = form_to.unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         form-action 'self'{space}{form_to}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What the document around the page says.
fn frame(state: &AppState, headers: &HeaderMap, around: Around, shown: Shown) -> Frame {
    Frame {
        setting: around.setting,
        here: shown.here,
        title: shown.title,
        wait: shown.wait,
        refresh: shown.refresh,
        oldest: around.oldest,
        any_stale: around.any_stale,
        troubled: around.troubled,
        silent: around.silent,
        urgent: around.urgent,
        pages: around.pages,
        progress: state.collector.progress(),
        theme: chosen_theme(headers),
        mode: state.mode,
        assets: state.assets.as_ref().clone(),
        version: state.version,
        nonce: Nonce::new().to_string(),
        person: around.person,
    }
}

fn chosen_theme(headers: &HeaderMap) -> ThemeChoice {
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    ThemeChoice::named(pairs.find(|pair| pair.0 == "theme").map_or("system", |pair| pair.1))
}
