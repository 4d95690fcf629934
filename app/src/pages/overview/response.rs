//! Incidents: what is open, what may be a breach, how fast they are noticed and contained.

use domain::breach;
use domain::sli::{Reading, Sli};
use leptos::prelude::*;
use store::alert::Lane;
use store::alert::breach::PresumedBreaches;
use store::alert::queue::LaneCount;

use super::OverviewPage;
use super::slis::short;
use crate::components::{mark, sli_mark};
use crate::setting::Setting;
use crate::words;

/// What the overview shows of incidents.
#[derive(Debug, Clone)]
pub struct Response {
    /// How many there are in each lane.
    pub lanes: Vec<LaneCount>,
    /// Those about PHI that are not shown to be no breach.
    pub presumed: PresumedBreaches,
    /// Whether anything ever asked whether there is one.
    pub watched: bool,
}

impl Response {
    /// A number, once anybody has looked.
    fn number(&self, n: u64) -> String {
        if self.watched { words::count(n) } else { "–".to_owned() }
    }
}

/// Four facts in one row.
pub(super) fn strip(page: &OverviewPage) -> AnyView {
    let of = |sli: Sli| page.slis.iter().find(|reading| reading.sli == sli).map(deadline);
    view! {
        <section class="response-section" aria-labelledby="response-title">
            <h2 id="response-title" class="hidden">"Incidents"</h2>
            <ul class="response">
                {open(page)} {presumed(page)} {of(Sli::TimeToDetect)} {of(Sli::TimeToContain)}
            </ul>
        </section>
    }
    .into_any()
}

fn fact(href: String, name: &'static str, number: String, rest: impl IntoView) -> AnyView {
    view! {
        <li>
            <a href=href>
                <span class="response-name">{name}</span>
                <span class="response-number">{number}</span>
                {rest.into_any()}
            </a>
        </li>
    }
    .into_any()
}

fn open(page: &OverviewPage) -> AnyView {
    let it = &page.response;
    let of = |lane: Lane| -> u64 {
        it.lanes.iter().filter(|count| count.lane == lane).map(|count| count.incidents).sum()
    };
    let (pages, tickets, digest) = (of(Lane::Page), of(Lane::Ticket), of(Lane::Digest));
    let (shape, word) = match pages {
        _ if !it.watched => ("not-evaluated", "Nobody has looked yet".to_owned()),
        0 => {
            ("not-applicable", format!("no page, {}", words::counted(tickets, "ticket", "tickets")))
        }
        n => ("fail", words::counted(n, "page", "pages")),
    };
    let number = it.number(pages + tickets + digest);
    fact("/oncall".to_owned(), "Open incidents", number, mark(shape, word))
}

/// Never "none": only what nobody has looked at, or what was looked at and judged.
fn presumed(page: &OverviewPage) -> AnyView {
    let it = &page.response;
    let zone = &Setting::here().zone;
    let due = it.presumed.discovered.and_then(|at| breach::outer_day(at, zone));
    let (shape, word) = match due {
        _ if !it.watched => ("not-evaluated", "Nobody has looked yet".to_owned()),
        None => ("not-applicable", "No incident about PHI is unjudged".to_owned()),
        Some(day) => {
            let date = day.strftime("%-d %b %Y");
            match breach::days_left(day, page.now, zone) {
                Some(left) if left < 0 => ("fail", format!("Notices were due by {date}")),
                _ => ("stale", format!("Notices due by {date} at the latest")),
            }
        }
    };
    let number = it.number(it.presumed.all());
    let href = "/oncall?breach=presumed".to_owned();
    fact(href, "Presumed breaches", number, mark(shape, word))
}

fn deadline(reading: &Reading) -> AnyView {
    let href = format!("/slis/{}", reading.sli.as_str());
    let target = format!("{}, {}", reading.sli.definition().target, reading.why);
    let state = view! { <span title=target>{sli_mark(reading.state)}</span> };
    fact(href, short(reading.sli), reading.figure(), state)
}
