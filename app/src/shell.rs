//! The document around every page: head, header, navigation, footer.

use std::sync::LazyLock;

use domain::Timestamp;
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::components::{ago, chart, mark, visit_mark};
use crate::islands::{LiveStatus, ThemeChoice, ThemeSwitch};
use crate::setting::Setting;
use crate::state::{Assets, Mode, Progress};
use crate::words;

/// Where a page belongs in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// `/`
    Overview,
    /// `/safeguards`
    Safeguards,
    /// `/controls`
    Controls,
    /// `/findings`
    Findings,
    /// `/drift`
    Drift,
    /// `/collection`
    Collection,
    /// Nowhere.
    Nowhere,
}

/// Word, address, place and icon path of each entry.
const ENTRIES: [(&str, &str, Here, &str); 6] = [
    ("Overview", "/", Here::Overview, "M2 9.5 8 3l6 6.5M4 8.5V14h8V8.5"),
    (
        "Safeguards",
        "/safeguards",
        Here::Safeguards,
        "M8 1.5 13.5 4v4c0 3.4-2.3 5.5-5.5 6.5C4.8 13.5 2.5 11.4 2.5 8V4Z",
    ),
    (
        "Controls",
        "/controls",
        Here::Controls,
        "M2 4h7M12 4h2M2 8h2M7 8h7M2 12h6M11 12h3M10.5 2.5v3M5.5 6.5v3M9.5 10.5v3",
    ),
    ("Findings", "/findings", Here::Findings, "M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2ZM10.7 10.7 14 14"),
    ("Drift", "/drift", Here::Drift, "M1.5 11 5.5 6.5l3 3L14.5 3M10.5 3h4v4"),
    (
        "Collection",
        "/collection",
        Here::Collection,
        "M2 4c0-1.1 2.7-2 6-2s6 .9 6 2-2.7 2-6 2-6-.9-6-2Zm0 0v8c0 1.1 2.7 2 6 2s6-.9 6-2V4M2 8c0 1.1 2.7 2 6 2s6-.9 6-2",
    ),
];

static ICON: LazyLock<String> = LazyLock::new(|| {
    let svg = include_str!("../../public/favicon.svg").trim();
    format!("data:image/svg+xml,{}", utf8_percent_encode(svg, NON_ALPHANUMERIC))
});

/// What the document says besides the page itself.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Time, zone, organisation.
    pub setting: Setting,
    /// Where the page belongs.
    pub here: Here,
    /// The title of the page.
    pub title: String,
    /// Reload after so many seconds, without scripts; and by itself when a round ends, with them.
    pub wait: Option<u32>,
    /// When the oldest data was read.
    pub oldest: Option<Timestamp>,
    /// Whether any data has grown stale.
    pub any_stale: bool,
    /// Scopes whose last visit failed wholly or in part.
    pub troubled: u64,
    /// Scopes of which nothing is known: never visited, or the service is off there.
    pub silent: u64,
    /// Open findings of critical and high severity.
    pub urgent: u64,
    /// The present round.
    pub progress: Progress,
    /// The scheme that the person chose.
    pub theme: ThemeChoice,
    /// Whether the data are real.
    pub mode: Mode,
    /// Addresses of the browser's half.
    pub assets: Assets,
    /// The product's version.
    pub version: &'static str,
    /// For the one script in the page.
    pub nonce: String,
}

/// The whole document.
pub fn document(frame: Frame, page: AnyView) -> impl IntoView + use<> {
    let title = match frame.here {
        Here::Overview => "Wardround".to_owned(),
        _ => format!("{} · Wardround", frame.title),
    };
    let run = frame.progress.last_finished.map(|run| run.to_string());
    let wait = frame.wait.map(|_| "");
    // The style sheet shows nothing in green on a page of old data.
    let old = frame.any_stale.then_some("");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=frame.theme.0>
            {head(&frame, title)}
            <body data-old=old data-run=run data-wait=wait>
                <a class="skip" href="#main">"Skip to content"</a>
                {chart(report::hatch())}
                {top(&frame)}
                {navigation(&frame)}
                <main id="main" tabindex="-1">
                    {notices(&frame)}
                    {page}
                </main>
                {footer(&frame)}
            </body>
        </html>
    }
}

fn head(frame: &Frame, title: String) -> AnyView {
    let css = frame.assets.css.clone();
    let wait = frame.wait.map(|seconds| {
        let content = seconds.to_string();
        view! { <noscript><meta http-equiv="refresh" content=content/></noscript> }
    });
    let style = (!css.is_empty()).then(|| view! { <link rel="stylesheet" href=css/> });
    view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <title>{title}</title>
            <meta name="color-scheme" content="light dark"/>
            <link rel="icon" type="image/svg+xml" href=ICON.as_str()/>
            {style}
            {wait}
            {scripts(frame)}
        </head>
    }
    .into_any()
}

/// Wakes the islands when the browser has nothing better to do. Islands are not nested and take no
/// children, so a flat walk finds all of them.
fn scripts(frame: &Frame) -> AnyView {
    let Assets { js, wasm, .. } = &frame.assets;
    if js.is_empty() || wasm.is_empty() {
        return ().into_any();
    }
    // Not escaped in a script; addresses are made by the build: a name, a hash and an ending.
    let script = format!(
        "(self.requestIdleCallback||setTimeout)(()=>import('{js}').then(async m=>{{\
         await m.default({{module_or_path:'{wasm}'}});m.hydrate();\
         for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component]?.(e)}}))"
    );
    view! {
        <link rel="modulepreload" href=js.clone()/>
        <script type="module" nonce=frame.nonce.clone()>{script}</script>
    }
    .into_any()
}

fn top(frame: &Frame) -> AnyView {
    let organisation = frame.setting.organisation.as_ref().map(|it| it.name.clone());
    let demo = (frame.mode == Mode::Demo)
        .then(|| view! { <span class="demo">"Demonstration data"</span> });
    view! {
        <header class="top">
            <a class="brand" href="/">
                <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
                    <rect width="32" height="32" rx="7" class="brand-ground"></rect>
                    <path d="M6 17h5l2.5-7 5 13 2.5-6h5" class="brand-line"></path>
                </svg>
                <span class="brand-name">"Wardround"</span>
            </a>
            <span class="organisation">{organisation}</span>
            {demo}
            <span class="top-space"></span>
            <LiveStatus/>
            {freshness(frame)}
            <ThemeSwitch/>
        </header>
    }
    .into_any()
}

/// How old the data is, and how much of it is missing: green only where every place was read.
fn freshness(frame: &Frame) -> AnyView {
    let missing = frame.troubled + frame.silent;
    let shape = match (frame.any_stale, frame.troubled, frame.silent) {
        (true, _, _) => "stale",
        (false, 1.., _) => "error",
        (false, 0, 1..) => "not-evaluated",
        (false, 0, 0) => "pass",
    };
    let words = match frame.oldest {
        None => {
            let shape = if frame.troubled > 0 { "error" } else { "not-evaluated" };
            visit_mark(shape, "No data yet").into_any()
        }
        Some(at) => {
            let word = if frame.any_stale { "Stale data, from " } else { "Data as of " };
            view! { {visit_mark(shape, word)} {ago(at)} }.into_any()
        }
    };
    // Before the first round has read anything, "no data yet" says it all.
    let told = missing > 0 && (frame.oldest.is_some() || frame.troubled > 0);
    let rest = told.then(|| {
        let noun = if missing == 1 { "place " } else { "places " };
        view! {
            <span class="freshness-rest">
                " · " {words::count(missing)} " " <span class="wide">{noun}</span> "not read"
            </span>
        }
    });
    let href = if told { "/collection?state=unread" } else { "/collection" };
    let title = told.then(|| {
        format!(
            "{} failed wholly or in part, {} never visited or not enabled",
            words::count(frame.troubled),
            words::count(frame.silent)
        )
    });
    view! { <a class="freshness" href=href title=title>{words} {rest}</a> }.into_any()
}

fn navigation(frame: &Frame) -> AnyView {
    let entries = ENTRIES
        .map(|(word, href, here, icon)| {
            let current = (here == frame.here).then_some("page");
            let count = match here {
                Here::Findings => (frame.urgent, "open, critical or high"),
                Here::Collection => (frame.troubled, "places with trouble"),
                _ => (0, ""),
            };
            let count = (count.0 > 0).then(|| {
                view! {
                    <span class="nav-count">
                        {words::count(count.0)} " " <span class="hidden">{count.1}</span>
                    </span>
                }
            });
            view! {
                <li>
                    <a href=href aria-current=current>
                        <svg class="nav-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                            <path d=icon></path>
                        </svg>
                        <span class="nav-word">{word}</span>
                        " "
                        {count}
                    </a>
                </li>
            }
        })
        .into_iter()
        .collect_view();
    view! { <nav class="side" aria-label="Main"><ul>{entries}</ul></nav> }.into_any()
}

/// What must be known before any number on the page is believed.
fn notices(frame: &Frame) -> AnyView {
    let stale = frame.any_stale.then(|| {
        view! {
            <p class="notice notice-stale">
                {mark("stale", "Some data on this page is old.")}
                " At least one source was last read more than three intervals ago; what rests on \
                 it counts as unverified. "
                <a href="/collection?state=stale">"See which"</a>
            </p>
        }
    });
    stale.into_any()
}

fn footer(frame: &Frame) -> AnyView {
    let rendered = words::moment(frame.setting.now, &frame.setting.zone);
    view! {
        <footer class="foot">
            <span>{format!("Wardround {}", frame.version)}</span>
            <span>{format!("Catalogue {}", domain::catalogue::VERSION)}</span>
            <span>{format!("Page made {rendered}")}</span>
        </footer>
    }
    .into_any()
}
