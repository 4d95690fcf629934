//! GetFindings: merges the organisation's findings with the made-up ones, in order of update.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::filter::{Filter, sort_descending};
use super::finding::Finding;
use super::{aggregator_regions, other, size, source, write};
use crate::answer::Failure;
use crate::call::Call;
use crate::noise;
use crate::organisation::{Place, REGIONS};
use crate::sim::{Shared, lock};
use crate::token::Position;
use crate::world::World;

/// A finding of the organisation that matched, by where it comes from.
#[derive(Debug, Clone, Copy)]
struct Entry {
    updated: i64,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Control { index: usize, check: usize },
    Other { place: Place, number: usize },
}

/// How many sorted listings are remembered between the pages of as many clients.
const REMEMBERED: usize = 32;

type Remembered = VecDeque<(u64, Arc<Vec<Entry>>)>;

/// Sorted listings, so that each page does not sort anew, and the plan of the made-up findings.
#[derive(Debug)]
pub(crate) struct Listings {
    recent: Mutex<Remembered>,
    checks: Vec<usize>,
    /// Made-up findings in each place that has Security Hub.
    per_place: u64,
}

impl Listings {
    pub(crate) fn new(world: &World, findings: Option<u64>) -> Listings {
        let places = Place::all().filter(|place| place.has_security_hub()).count() as u64;
        let natural: usize = Place::all()
            .filter(|place| place.has_security_hub())
            .map(|place| entries(world, place, world.anchor, &Filter::default()).len())
            .sum();
        let missing = findings.unwrap_or(0).saturating_sub(natural as u64);
        Listings {
            recent: Mutex::default(),
            checks: source::scaled_checks(world),
            per_place: missing.div_ceil(places.max(1)),
        }
    }

    fn remember(&self, key: u64, make: impl FnOnce() -> Vec<Entry>) -> Arc<Vec<Entry>> {
        if let Some((_, found)) = lock(&self.recent).iter().find(|(known, _)| *known == key) {
            return Arc::clone(found);
        }
        let made = Arc::new(make());
        let mut recent = lock(&self.recent);
        recent.push_front((key, Arc::clone(&made)));
        recent.truncate(REMEMBERED);
        made
    }
}

fn entries(world: &World, place: Place, now: i64, filter: &Filter) -> Vec<Entry> {
    let seen = world.seen_at(place, now);
    let mut found = Vec::new();
    for (index, resource) in world.at(place) {
        for (check_index, check) in world.checks_of(resource.kind) {
            if let Some(finding) = source::of_fact(world, index, check, seen)
                && filter.matches(&finding)
            {
                let origin = Origin::Control { index, check: check_index };
                found.push(Entry { updated: finding.updated, origin });
            }
        }
    }
    for (number, finding) in other::findings(world, place, now).iter().enumerate() {
        if finding.updated <= now && filter.matches(finding) {
            let origin = Origin::Other { place, number };
            found.push(Entry { updated: finding.updated, origin });
        }
    }
    found
}

/// The body of a GetFindings answer.
pub(crate) fn get_findings(shared: &Shared, call: &Call) -> Result<String, Failure> {
    let size = size(call, 100)?;
    let position = call.position()?;
    let filter = Filter::read(call.body.get("Filters"), position.as_of)?;
    let descending = sort_descending(call.body.get("SortCriteria"))?;
    let identity = call.identity();
    let key = noise::combine(&[identity, position.as_of as u64]);
    let natural = shared.listings.remember(key, || {
        let mut all = Vec::new();
        for place in aggregated(shared, call.place) {
            all.extend(entries(&shared.world, place, position.as_of, &filter));
        }
        all.sort_by_key(|entry| (entry.updated, entry.origin));
        if descending {
            all.reverse();
        }
        all
    });
    let mut page = Page {
        shared,
        place: call.place,
        natural: &natural,
        filter: &filter,
        descending,
        range: scaled_range(shared, &filter, position.as_of),
        others: None,
        position,
    };
    Ok(page.write(size, identity))
}

/// The call's own region, and those that an aggregator brings there.
fn aggregated(shared: &Shared, place: Place) -> Vec<Place> {
    let mut places = vec![place];
    if place.region == 0 {
        for name in aggregator_regions(shared, place) {
            let region = REGIONS.iter().position(|region| region == name).unwrap_or(0);
            places.push(Place { region, ..place });
        }
    }
    places
}

/// The part of the made-up findings whose time can match.
fn scaled_range(shared: &Shared, filter: &Filter, now: i64) -> (u64, u64) {
    let total = shared.listings.per_place;
    let (start, end) = filter.updated_bounds();
    let end = end.min(now).saturating_add(1);
    (
        source::scaled_index(&shared.world, start, total),
        source::scaled_index(&shared.world, end, total),
    )
}

struct Page<'a> {
    shared: &'a Shared,
    place: Place,
    natural: &'a [Entry],
    filter: &'a Filter,
    descending: bool,
    range: (u64, u64),
    others: Option<(Place, Vec<Finding<'a>>)>,
    position: Position,
}

impl Page<'_> {
    fn write(&mut self, size: usize, identity: u64) -> String {
        let mut out = String::with_capacity(size * 2200 + 100);
        out.push_str("{\"Findings\":[");
        let mut written = 0;
        while written < size && !self.at_end() {
            if self.push_next(&mut out, written > 0) {
                written += 1;
            }
        }
        out.push(']');
        if !self.at_end() {
            out.push_str(",\"NextToken\":\"");
            out.push_str(&self.position.token(identity));
            out.push('"');
        }
        out.push('}');
        out
    }

    fn at_end(&self) -> bool {
        self.position.offset >= self.natural.len() as u64
            && self.position.second >= self.range.1.saturating_sub(self.range.0)
    }

    /// Writes the next finding by time; false when it did not match the filter.
    fn push_next(&mut self, out: &mut String, comma: bool) -> bool {
        let natural = self.natural.get(self.position.offset as usize).copied();
        let scaled = self.next_scaled();
        let take_natural = match (natural, scaled) {
            (Some(entry), Some((_, updated))) if self.descending => entry.updated >= updated,
            (Some(entry), Some((_, updated))) => entry.updated <= updated,
            (entry, _) => entry.is_some(),
        };
        let shared = self.shared;
        let world = &shared.world;
        if take_natural {
            self.position.offset += 1;
            return natural.is_some_and(|entry| self.push_natural(out, comma, entry));
        }
        self.position.second += 1;
        let Some((index, _)) = scaled else { return false };
        let finding = source::scaled(
            world,
            &shared.listings.checks,
            self.place,
            index,
            shared.listings.per_place,
            self.position.as_of,
        );
        let matches = self.filter.matches(&finding);
        if matches {
            push(out, comma, &finding);
        }
        matches
    }

    fn next_scaled(&self) -> Option<(u64, i64)> {
        let (start, end) = self.range;
        if self.position.second >= end.saturating_sub(start) {
            return None;
        }
        let index = if self.descending {
            end - 1 - self.position.second
        } else {
            start + self.position.second
        };
        let total = self.shared.listings.per_place;
        Some((index, source::scaled_updated(&self.shared.world, index, total)))
    }

    fn push_natural(&mut self, out: &mut String, comma: bool, entry: Entry) -> bool {
        let world = &self.shared.world;
        let now = self.position.as_of;
        match entry.origin {
            Origin::Control { index, check } => {
                let seen = world.seen_at(world.resources[index].place, now);
                let finding = source::of_fact(world, index, &world.checks[check], seen);
                finding.is_some_and(|finding| push(out, comma, &finding))
            }
            Origin::Other { place, number } => {
                if self.others.as_ref().is_none_or(|(known, _)| *known != place) {
                    self.others = Some((place, other::findings(world, place, now)));
                }
                let finding = self.others.as_ref().and_then(|(_, all)| all.get(number));
                finding.is_some_and(|finding| push(out, comma, finding))
            }
        }
    }
}

fn push(out: &mut String, comma: bool, finding: &Finding<'_>) -> bool {
    if comma {
        out.push(',');
    }
    write::push(out, finding);
    true
}
