//! `/registers`: the four registers, and what wants somebody.

use domain::Timestamp;
use domain::register::{
    Drill, Incident, IncidentState, Registered, System, Vendor, VendorState, drill,
};
use leptos::prelude::*;
use store::Reader;

use super::{Lead, Register, vendors};
use crate::components::{heading, mark, scroll, section};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::shell::Here;
use crate::words;

/// All registers at a glance.
#[derive(Debug, Clone)]
pub struct RegistersPage {
    /// The present.
    pub now: Timestamp,
    /// Vendors.
    pub vendors: Vec<Registered<Vendor>>,
    /// Systems.
    pub systems: Vec<Registered<System>>,
    /// Incidents.
    pub incidents: Vec<Registered<Incident>>,
    /// Drills.
    pub drills: Vec<Registered<Drill>>,
}

impl Page for RegistersPage {
    const HERE: Here = Here::Registers;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Ok(Self {
            now: ask.now,
            vendors: reader.vendor_list().await?,
            systems: reader.system_list().await?,
            incidents: reader.incident_list().await?,
            drills: reader.drill_list().await?,
        })
    }

    fn title(&self) -> String {
        "Registers".to_owned()
    }

    fn view(self) -> AnyView {
        let sentence = "What no cloud can tell: who works with PHI for us, where it is, what \
                        happened, and whether it would be noticed.";
        let rows = view! {
            {row(&self.vendors, self.now)}
            {row(&self.systems, self.now)}
            {row(&self.incidents, self.now)}
            {row(&self.drills, self.now)}
        };
        let table = view! {
            <table class="registers">
                <thead>
                    <tr>
                        <th scope="col">"Register"</th>
                        <th scope="col" class="number">"Records"</th>
                        <th scope="col">"Says"</th>
                        <th scope="col">"Stands"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        };
        view! {
            {heading("Registers", sentence, ())}
            {section("registers", "The registers", (), scroll("Registers", table))}
            {section("wanted", "What wants somebody", (), wanted(&self))}
        }
        .into_any()
    }
}

fn row<T: Register>(all: &[Registered<T>], now: Timestamp) -> AnyView {
    let Lead { number, words, mark: stands, .. } = T::lead(all, now);
    let standing = all.iter().filter(|one| one.stands()).count() as u64;
    let stands = stands.map(|(shape, word)| mark(shape, word));
    view! {
        <tr>
            <th scope="row"><a href=T::PATHS.list>{T::MANY}</a></th>
            <td class="number">{words::count(standing)}</td>
            <td><strong>{number}</strong> " " <span class="quiet">{words}</span></td>
            <td>{stands}</td>
        </tr>
    }
    .into_any()
}

fn wanted(page: &RegistersPage) -> AnyView {
    let now = page.now;
    let vendor = |one: &Registered<Vendor>| {
        let state = one.state(now);
        let quiet =
            matches!(state, VendorState::Covered | VendorState::NotRequired | VendorState::Ended);
        (!quiet).then(|| item(one, vendors::marked(state), now))
    };
    let incident = |one: &Registered<Incident>| {
        let marked = match one.state() {
            IncidentState::Open => ("fail", "Open".to_owned()),
            IncidentState::Contained => ("stale", "Contained".to_owned()),
            IncidentState::Closed | IncidentState::Withdrawn => return None,
        };
        Some(item(one, marked, now))
    };
    let mut items: Vec<AnyView> = page.incidents.iter().filter_map(incident).collect();
    // Vendors without come before those with time left.
    let mut vendors: Vec<&Registered<Vendor>> = page.vendors.iter().collect();
    vendors.sort_by_key(|one| {
        VendorState::CHOICES.iter().position(|choice| choice.0 == one.state(now).as_str())
    });
    items.extend(vendors.into_iter().filter_map(vendor));
    if drill::is_overdue(&page.drills, now) {
        let told = view! {
            <li>
                {mark("stale", "Overdue")} " "
                <a href=Drill::PATHS.list>"A drill"</a> " "
                <span class="quiet">"No incident drill was noticed in time within 90 days."</span>
            </li>
        };
        items.push(told.into_any());
    }
    if items.is_empty() {
        return view! { <p class="quiet">"Nothing at present."</p> }.into_any();
    }
    view! { <ul class="wanted">{items}</ul> }.into_any()
}

fn item<T: Register>(
    one: &Registered<T>,
    (shape, word): (&'static str, String),
    now: Timestamp,
) -> AnyView {
    view! {
        <li>
            {mark(shape, word)} " "
            <a href=T::address(one.id)><bdi>{one.record.title().to_owned()}</bdi></a> " "
            <span class="quiet">{T::sentence(one, now)}</span>
        </li>
    }
    .into_any()
}
