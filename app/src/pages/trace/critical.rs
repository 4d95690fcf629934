//! The critical path: the spans that a request waited for.

use std::collections::{BTreeMap, BTreeSet};

use domain::telemetry::{Span, SpanId};

/// Spans in the order of a tree, each with its depth. Whose parent is not here counts as a root.
pub(super) fn tree<'a>(spans: &[&'a Span]) -> Vec<(usize, &'a Span)> {
    let known: BTreeSet<SpanId> = spans.iter().map(|span| span.id).collect();
    let mut children: BTreeMap<Option<SpanId>, Vec<&Span>> = BTreeMap::new();
    for span in spans {
        let parent = span.parent.filter(|parent| known.contains(parent) && *parent != span.id);
        children.entry(parent).or_default().push(span);
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|span| std::cmp::Reverse((span.begun_us, span.id)));
    }
    let mut ordered = Vec::with_capacity(spans.len());
    let mut waiting: Vec<(usize, &Span)> =
        children.remove(&None).unwrap_or_default().into_iter().map(|span| (0, span)).collect();
    while let Some((depth, span)) = waiting.pop() {
        ordered.push((depth, span));
        let below = children.remove(&Some(span.id)).unwrap_or_default();
        waiting.extend(below.into_iter().map(|child| (depth + 1, child)));
    }
    // What is left points at each other in a circle; it is shown, and nested nowhere.
    ordered.extend(children.into_values().flatten().map(|span| (0, span)));
    ordered
}

fn end(span: &Span) -> i64 {
    span.begun_us.saturating_add(span.lasted_us)
}

/// From the end of the longest root backwards: the child that ended last was waited for, then the
/// one that ended last before it began, and so on, down the tree.
pub(super) fn path(spans: &[&Span]) -> BTreeSet<SpanId> {
    let mut path = BTreeSet::new();
    let known: BTreeSet<SpanId> = spans.iter().map(|span| span.id).collect();
    let root = spans
        .iter()
        .filter(|span| span.parent.is_none_or(|parent| !known.contains(&parent)))
        .max_by_key(|span| span.lasted_us);
    let mut waiting: Vec<&Span> = root.into_iter().copied().collect();
    while let Some(span) = waiting.pop() {
        if !path.insert(span.id) {
            continue;
        }
        let mut until = end(span);
        let mut below: Vec<&&Span> =
            spans.iter().filter(|child| child.parent == Some(span.id)).collect();
        below.sort_by_key(|child| std::cmp::Reverse(end(child)));
        for child in below {
            // Work that outlives its parent was not waited for to its end, but was begun within.
            if end(child).min(end(span)) <= until && child.begun_us < until {
                waiting.push(child);
                until = child.begun_us;
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use domain::telemetry::{SpanKind, SpanStatus, TraceId};

    use super::*;

    fn span(id: u8, parent: u8, begun: i64, lasted: i64) -> Span {
        Span {
            trace: TraceId([1; 16]),
            id: SpanId([id; 8]),
            parent: SpanId::from_bytes(&[parent; 8]),
            name: String::new(),
            kind: SpanKind::Internal,
            begun_us: begun,
            lasted_us: lasted,
            status: SpanStatus::Unset,
            status_message: String::new(),
            scope: String::new(),
            trace_state: String::new(),
            phi: false,
            attributes: serde_json::Map::new(),
            events: Vec::new(),
            links: Vec::new(),
            redactions: Vec::new(),
            auth: None,
            audit: None,
        }
    }

    fn ids(path: &BTreeSet<SpanId>) -> Vec<u8> {
        path.iter().map(|id| id.0[0]).collect()
    }

    #[test]
    fn what_ran_beside_the_longest_was_not_waited_for() {
        let spans =
            [span(1, 0, 0, 100), span(2, 1, 10, 80), span(3, 1, 20, 30), span(4, 2, 30, 50)];
        let all: Vec<&Span> = spans.iter().collect();
        assert_eq!(ids(&path(&all)), [1, 2, 4]);
    }

    #[test]
    fn one_after_the_other_were_all_waited_for() {
        let spans = [span(1, 0, 0, 100), span(2, 1, 0, 40), span(3, 1, 40, 50)];
        let all: Vec<&Span> = spans.iter().collect();
        assert_eq!(ids(&path(&all)), [1, 2, 3]);
    }

    #[test]
    fn circles_and_lost_parents_lose_no_span() {
        let spans = [span(1, 9, 0, 10), span(2, 3, 0, 10), span(3, 2, 0, 10), span(4, 4, 0, 5)];
        let all: Vec<&Span> = spans.iter().collect();
        let ordered = tree(&all);
        assert_eq!(ordered.len(), 4);
        assert!(path(&all).contains(&SpanId([1; 8])));
    }
}
