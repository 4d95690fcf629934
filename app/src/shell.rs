//! The document around every page: head, header, navigation, footer.

use std::sync::LazyLock;

use domain::{Action, Timestamp};
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use store::Person;

use crate::components::{ago, chart, mark, visit_mark};
use crate::islands::{LiveStatus, SessionWatch, ThemeChoice, ThemeSwitch};
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
    /// `/slis`
    Slis,
    /// `/collection`
    Collection,
    /// `/debug`
    Debug,
    /// `/audit`
    Audit,
    /// `/people`
    People,
    /// `/system`
    System,
    /// `/registers`
    Registers,
    /// `/oncall`, incidents, suppressions and notifications
    OnCall,
    /// `/runbooks`
    Runbooks,
    /// `/account`
    Account,
    /// Before somebody has signed in, and when they show once more who they are.
    Arrival,
    /// Nowhere.
    Nowhere,
}

impl Here {
    /// Whether what AWS said stands on the page. Accounts, the log, the installation and the registers
    /// do not grow old with it.
    fn shows_data(self) -> bool {
        !matches!(
            self,
            Self::Audit
                | Self::People
                | Self::System
                | Self::Account
                | Self::Arrival
                | Self::Registers
                | Self::OnCall
                | Self::Runbooks
        )
    }
}

/// An entry of the navigation.
struct Entry {
    word: &'static str,
    href: &'static str,
    here: Here,
    /// Those who may not do this do not see the entry.
    action: Action,
    /// The path of its icon.
    icon: &'static str,
}

const fn entry(
    word: &'static str,
    href: &'static str,
    here: Here,
    action: Action,
    icon: &'static str,
) -> Entry {
    Entry { word, href, here, action, icon }
}

const ENTRIES: [Entry; 14] = [
    entry("Overview", "/", Here::Overview, Action::ReadScores, "M2 9.5 8 3l6 6.5M4 8.5V14h8V8.5"),
    entry(
        "On call",
        "/oncall",
        Here::OnCall,
        Action::ReadAlerts,
        "M4 11V7.5a4 4 0 0 1 8 0V11l1.5 1.5h-11ZM6.5 14.5h3M8 1.5v2",
    ),
    entry(
        "Safeguards",
        "/safeguards",
        Here::Safeguards,
        Action::ReadScores,
        "M8 1.5 13.5 4v4c0 3.4-2.3 5.5-5.5 6.5C4.8 13.5 2.5 11.4 2.5 8V4Z",
    ),
    entry(
        "Controls",
        "/controls",
        Here::Controls,
        Action::ReadScores,
        "M2 4h7M12 4h2M2 8h2M7 8h7M2 12h6M11 12h3M10.5 2.5v3M5.5 6.5v3M9.5 10.5v3",
    ),
    entry(
        "Findings",
        "/findings",
        Here::Findings,
        Action::ReadFindings,
        "M7 2a5 5 0 1 0 0 10A5 5 0 0 0 7 2ZM10.7 10.7 14 14",
    ),
    entry(
        "Drift",
        "/drift",
        Here::Drift,
        Action::ReadScores,
        "M1.5 11 5.5 6.5l3 3L14.5 3M10.5 3h4v4",
    ),
    entry(
        "Service levels",
        "/slis",
        Here::Slis,
        Action::ReadScores,
        "M2 12a6 6 0 1 1 12 0M8 12l3-4.5M4.2 8.2l1 .7M8 6v1.2M11.8 8.2l-.6.4",
    ),
    entry(
        "Collection",
        "/collection",
        Here::Collection,
        Action::ReadCollection,
        "M2 4c0-1.1 2.7-2 6-2s6 .9 6 2-2.7 2-6 2-6-.9-6-2Zm0 0v8c0 1.1 2.7 2 6 2s6-.9 6-2V4M2 8c0 1.1 2.7 2 6 2s6-.9 6-2",
    ),
    entry("Debug", "/debug", Here::Debug, Action::ReadTelemetry, "M2 4h5M4 8h7M9 12h5"),
    entry(
        "Registers",
        "/registers",
        Here::Registers,
        Action::ReadRegisters,
        "M3 2.5h8.5a1.5 1.5 0 0 1 1.5 1.5v9.5H4.5A1.5 1.5 0 0 1 3 12ZM3 12a1.5 1.5 0 0 1 1.5-1.5H13M6 5.5h4",
    ),
    entry(
        "Runbooks",
        "/runbooks",
        Here::Runbooks,
        Action::ReadRunbooks,
        "M3 2.5h7l3 3v8H3ZM10 2.5v3h3M5.5 8l1 1 1.5-1.5M5.5 11l1 1 1.5-1.5M9.5 8.5h1.5M9.5 11.5h1.5",
    ),
    entry(
        "Audit log",
        "/audit",
        Here::Audit,
        Action::ReadAudit,
        "M6.5 9.5 9.5 6.5M5 7.5 3.6 8.9a2.5 2.5 0 0 0 3.5 3.5L8.5 11M11 8.5l1.4-1.4a2.5 2.5 0 0 0-3.5-3.5L7.5 5",
    ),
    entry(
        "People",
        "/people",
        Here::People,
        Action::ReadPeople,
        "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c.3-2.3 2-3.5 4.5-3.5s4.2 1.2 4.5 3.5M10.5 3.3a2.5 2.5 0 0 1 0 4.4M12 10.4c1.4.5 2.2 1.6 2.5 3.1",
    ),
    entry(
        "System",
        "/system",
        Here::System,
        Action::ReadSystem,
        "M2 3h12v4H2ZM2 9h12v4H2ZM4.5 5h.01M4.5 11h.01M7.5 5h4M7.5 11h4",
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
    /// Reload after so many seconds, without scripts.
    pub refresh: Option<u32>,
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
    /// Incidents that page and are not over.
    pub pages: u64,
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
    /// Who is signed in; `None` before that.
    pub person: Option<Person>,
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
    let old = (frame.any_stale && frame.here.shows_data()).then_some("");
    let inside = frame.person.as_ref().map(|_| ());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=frame.theme.0>
            {head(&frame, title)}
            <body data-old=old data-run=run data-wait=wait>
                <a class="skip" href="#main">"Skip to content"</a>
                {inside.map(|()| chart(report::hatch()))}
                {top(&frame)}
                {frame.person.as_ref().map(|person| navigation(&frame, person))}
                <main id="main" tabindex="-1">
                    {inside.map(|()| view! { <SessionWatch/> })}
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
    let wait = frame.wait.or(frame.refresh).map(|seconds| {
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
            {frame.person.as_ref().map(|_| view! { <LiveStatus/> {freshness(frame)} })}
            <ThemeSwitch/>
            {frame.person.as_ref().map(|person| own(frame, person))}
        </header>
    }
    .into_any()
}

/// Who is signed in, and the way out.
fn own(frame: &Frame, person: &Person) -> AnyView {
    let current = (frame.here == Here::Account).then_some("page");
    // In the demonstration the name is the role.
    let role =
        (!person.demo).then(|| view! { <span class="own-role">{person.role.title()}</span> });
    let name = if person.demo { person.role.title().to_owned() } else { person.name.clone() };
    view! {
        <div class="own">
            <a href="/account" aria-current=current>
                <span class="hidden">"Account of "</span>
                <bdi class="own-name">{name}</bdi>
                {role}
            </a>
            <form method="post" action="/sign-out">
                <button class="own-out">
                    {if person.demo { "Change role" } else { "Sign out" }}
                </button>
            </form>
        </div>
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

fn navigation(frame: &Frame, person: &Person) -> AnyView {
    let entries = ENTRIES
        .iter()
        .filter(|entry| person.role.may(entry.action))
        .map(|entry| {
            let current = (entry.here == frame.here).then_some("page");
            let count = match entry.here {
                Here::OnCall => (frame.pages, "incidents that page"),
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
                    <a href=entry.href aria-current=current>
                        <svg class="nav-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                            <path d=entry.icon></path>
                        </svg>
                        <span class="nav-word">{entry.word}</span>
                        " "
                        {count}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <nav class="side" aria-label="Main"><ul>{entries}</ul></nav> }.into_any()
}

/// What must be known before any number on the page is believed.
fn notices(frame: &Frame) -> AnyView {
    let stale = (frame.any_stale && frame.here.shows_data()).then(|| {
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
