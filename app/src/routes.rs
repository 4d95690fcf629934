//! Which page answers which address, and how an answer is made.
//!
//! A page is loaded, then rendered in one go: local data takes milliseconds, so there is nothing to
//! stream, and the status, the title and the body are all known before the first byte leaves.

use axum::Router;
use axum::extract::{Extension, RawPathParams, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use http::header::{CONTENT_SECURITY_POLICY, COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use leptos::nonce::Nonce;
use leptos::prelude::*;

use crate::actions::{theme, validate};
use crate::around::Around;
use crate::error::{Missing, PageError};
use crate::islands::ThemeChoice;
use crate::kept::{Document, Epoch, Kept, Key};
use crate::pages::{
    Ask, CollectionPage, ControlPage, ControlsPage, DriftPage, FindingPage, FindingsPage,
    OverviewPage, Page, RunPage, SafeguardPage, SafeguardsPage, trouble,
};
use crate::query::Query;
use crate::shell::{Frame, Here, document};
use crate::state::AppState;

/// All pages, the actions, and the page for addresses that lead nowhere.
pub fn router(state: AppState) -> Router<()> {
    Router::new()
        .route("/", get(show::<OverviewPage>))
        .route("/safeguards", get(show::<SafeguardsPage>))
        .route("/safeguards/{section}", get(show::<SafeguardPage>))
        .route("/controls", get(show::<ControlsPage>))
        .route("/controls/{id}", get(show::<ControlPage>))
        .route("/findings", get(show::<FindingsPage>))
        .route("/findings/{id}", get(show::<FindingPage>))
        .route("/drift", get(show::<DriftPage>))
        .route("/collection", get(show::<CollectionPage>))
        .route("/collection/runs/{id}", get(show::<RunPage>))
        .route("/actions/validate", post(validate))
        .route("/actions/theme", post(theme))
        .fallback(nowhere)
        .layer(Extension(Kept::default()))
        .with_state(state)
}

async fn show<P: Page>(
    State(state): State<AppState>,
    Extension(kept): Extension<Kept>,
    path: Result<RawPathParams, axum::extract::rejection::RawPathParamsRejection>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let progress = state.collector.progress();
    let now = state.clock.now();
    let key = Key::new(&uri, chosen_theme(&headers));
    // Without an answer from the store nothing is kept; the page itself will say what is wrong.
    let reader = state.reader.remembering().await.unwrap_or_else(|_| state.reader.clone());
    let epoch = reader.remembered().map(|version| Epoch::new(version, now, &progress));
    if let Some(document) = epoch.as_ref().and_then(|epoch| kept.get(epoch, &key)) {
        return respond(StatusCode::OK, document.again(Nonce::new().to_string()));
    }
    let query = Query::parse(uri.query());
    let id = path.ok().and_then(|path| path.iter().next().map(|pair| pair.1.to_owned()));
    let ask =
        Ask { query: &query, id: id.as_deref().unwrap_or_default(), now, progress: &progress };
    match P::load(&reader, &ask).await {
        Ok(page) => {
            let shown = Shown { title: page.title(), wait: page.wait(), here: P::HERE };
            let around = Around::load(&reader, now).await;
            let whole = around.whole;
            let document = render(&state, &headers, around, shown, move || page.view());
            if let Some(epoch) = epoch.filter(|_| whole) {
                kept.put(&epoch, key, document.clone());
            }
            respond(StatusCode::OK, document)
        }
        Err(error) => refuse(&state, &headers, P::HERE, error).await,
    }
}

async fn nowhere(State(state): State<AppState>, uri: Uri, headers: HeaderMap) -> Response {
    let missing = Missing { kind: "", id: uri.path().to_owned(), list: "/" };
    refuse(&state, &headers, Here::Nowhere, PageError::NotFound(missing)).await
}

async fn refuse(state: &AppState, headers: &HeaderMap, here: Here, error: PageError) -> Response {
    if let PageError::Store(error) = &error {
        tracing::error!(%error, "a page could not be loaded");
    }
    let shown = Shown { title: trouble::title(&error).to_owned(), wait: None, here };
    let status = error.status();
    let around = Around::load(&state.reader, state.clock.now()).await;
    respond(status, render(state, headers, around, shown, move || trouble::view(&error)))
}

/// What a page says about itself.
struct Shown {
    title: String,
    wait: Option<u32>,
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

fn respond(status: StatusCode, document: Document) -> Response {
    let policy = policy(&document.nonce);
    let mut response = (status, Html(document.html)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// What the document around the page says.
fn frame(state: &AppState, headers: &HeaderMap, around: Around, shown: Shown) -> Frame {
    Frame {
        setting: around.setting,
        here: shown.here,
        title: shown.title,
        wait: shown.wait,
        oldest: around.oldest,
        any_stale: around.any_stale,
        troubled: around.troubled,
        silent: around.silent,
        urgent: around.urgent,
        progress: state.collector.progress(),
        theme: chosen_theme(headers),
        mode: state.mode,
        assets: state.assets.as_ref().clone(),
        version: state.version,
        nonce: Nonce::new().to_string(),
    }
}

fn chosen_theme(headers: &HeaderMap) -> ThemeChoice {
    let cookies = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    ThemeChoice::named(pairs.find(|pair| pair.0 == "theme").map_or("system", |pair| pair.1))
}
