//! Runs a query over configuration items.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::{Column, Condition, Function, Literal, Operator, Path, Query};

/// What `SELECT *` brings: the scalars at the top.
const STAR: [&str; 10] = [
    "accountId",
    "awsRegion",
    "arn",
    "availabilityZone",
    "configurationItemCaptureTime",
    "resourceCreationTime",
    "resourceId",
    "resourceName",
    "resourceType",
    "version",
];

/// The rows of a query, in order.
pub(crate) fn run(query: &Query, items: &[Value]) -> Vec<Value> {
    let matching: Vec<&Value> = items
        .iter()
        .filter(|item| query.condition.as_ref().is_none_or(|condition| holds(condition, item)))
        .collect();
    if query.aggregates() {
        return aggregate(query, &matching);
    }
    let mut matching = matching;
    matching.sort_by(|a, b| {
        order(query, |column| match column {
            Column::Property(path) => {
                compare(values(a, &path.0).first().copied(), values(b, &path.0).first().copied())
            }
            _ => Ordering::Equal,
        })
    });
    matching.into_iter().map(|item| project(&query.columns, item)).collect()
}

fn order(query: &Query, compare: impl Fn(&Column) -> Ordering) -> Ordering {
    query.order.iter().fold(Ordering::Equal, |so_far, (column, descending)| {
        let next = compare(column);
        so_far.then(if *descending { next.reverse() } else { next })
    })
}

/// All values at a path; arrays on the way are flattened.
fn values<'a>(item: &'a Value, path: &[String]) -> Vec<&'a Value> {
    match (item, path) {
        (Value::Array(elements), _) => elements.iter().flat_map(|e| values(e, path)).collect(),
        (found, []) => vec![found],
        (Value::Object(members), [first, rest @ ..]) => {
            members.get(first).map(|member| values(member, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn holds(condition: &Condition, item: &Value) -> bool {
    let any =
        |path: &Path, test: &dyn Fn(&Value) -> bool| values(item, &path.0).into_iter().any(test);
    match condition {
        Condition::And(a, b) => holds(a, item) && holds(b, item),
        Condition::Or(a, b) => holds(a, item) || holds(b, item),
        Condition::Not(inner) => !holds(inner, item),
        Condition::Compare(path, operator, literal) => any(path, &|value| {
            against(value, literal).is_some_and(|ordering| match operator {
                Operator::Equal => ordering == Ordering::Equal,
                Operator::NotEqual => ordering != Ordering::Equal,
                Operator::Less => ordering == Ordering::Less,
                Operator::Greater => ordering == Ordering::Greater,
                Operator::LessOrEqual => ordering != Ordering::Greater,
                Operator::GreaterOrEqual => ordering != Ordering::Less,
            })
        }),
        Condition::In(path, literals) => any(path, &|value| {
            literals.iter().any(|literal| against(value, literal) == Some(Ordering::Equal))
        }),
        Condition::Between(path, low, high) => any(path, &|value| {
            against(value, low).is_some_and(Ordering::is_ge)
                && against(value, high).is_some_and(Ordering::is_le)
        }),
        Condition::Like(path, pattern) => {
            any(path, &|value| value.as_str().is_some_and(|text| like(text, pattern)))
        }
    }
}

/// Compares a value with a literal; `None` when their types do not meet.
fn against(value: &Value, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::String(text), Literal::Text(wanted)) => Some(text.as_str().cmp(wanted)),
        (Value::Number(number), Literal::Number(wanted)) => number.as_f64()?.partial_cmp(wanted),
        (Value::Number(number), Literal::Text(wanted)) => {
            number.as_f64()?.partial_cmp(&wanted.parse().ok()?)
        }
        (Value::Bool(truth), Literal::Truth(wanted)) => Some(truth.cmp(wanted)),
        (Value::Bool(truth), Literal::Text(wanted)) => {
            Some(truth.cmp(&wanted.parse::<bool>().ok()?))
        }
        (Value::String(text), Literal::Truth(wanted)) => {
            Some(text.parse::<bool>().ok()?.cmp(wanted))
        }
        _ => None,
    }
}

/// `%` at the end stands for anything, `_` for one character.
fn like(text: &str, pattern: &str) -> bool {
    let (stem, open) = pattern.strip_suffix('%').map_or((pattern, false), |stem| (stem, true));
    let mut marks = text.chars();
    for wanted in stem.chars() {
        match marks.next() {
            Some(mark) if wanted == '_' || mark == wanted => {}
            _ => return false,
        }
    }
    open || marks.next().is_none()
}

fn project(columns: &[Column], item: &Value) -> Value {
    let mut row = Value::Object(Map::new());
    for column in columns {
        match column {
            Column::Star => {
                for name in STAR {
                    copy(&[name.to_owned()], item, &mut row);
                }
            }
            Column::Property(path) => copy(&path.0, item, &mut row),
            Column::Aggregate(..) => {}
        }
    }
    row
}

/// Copies what is at `path` into the same place of `target`; a property that is not there leaves
/// no trace.
fn copy(path: &[String], source: &Value, target: &mut Value) {
    match (path, source) {
        ([], _) => target.clone_from(source),
        (_, Value::Array(elements)) => {
            if !target.is_array() {
                *target = Value::Array(vec![Value::Object(Map::new()); elements.len()]);
            }
            if let Value::Array(rows) = target {
                for (element, row) in elements.iter().zip(rows) {
                    copy(path, element, row);
                }
            }
        }
        ([first, rest @ ..], Value::Object(members)) => {
            let Some(member) = members.get(first) else { return };
            if !target.is_object() {
                *target = Value::Object(Map::new());
            }
            if let Value::Object(row) = target {
                let cell = row.entry(first.clone()).or_insert(Value::Null);
                copy(rest, member, cell);
                if cell.is_null() && !member.is_null() {
                    row.shift_remove(first);
                }
            }
        }
        _ => {}
    }
}

fn aggregate(query: &Query, items: &[&Value]) -> Vec<Value> {
    let mut groups: Vec<(Vec<Value>, Vec<&Value>)> = Vec::new();
    for item in items {
        let key: Vec<Value> = query
            .group
            .iter()
            .map(|path| values(item, &path.0).first().map_or(Value::Null, |value| (*value).clone()))
            .collect();
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(item),
            None => groups.push((key, vec![item])),
        }
    }
    if query.group.is_empty() && groups.is_empty() {
        groups.push((Vec::new(), Vec::new()));
    }
    groups.sort_by(|(_, a), (_, b)| {
        order(query, |column| compare(Some(&cell(column, a)), Some(&cell(column, b))))
    });
    groups
        .iter()
        .map(|(_, members)| {
            let mut row = Value::Object(Map::new());
            for column in &query.columns {
                match column {
                    Column::Aggregate(..) => row[column.name()] = cell(column, members),
                    Column::Property(path) => {
                        if let Some(first) = members.first() {
                            copy(&path.0, first, &mut row);
                        }
                    }
                    Column::Star => {}
                }
            }
            row
        })
        .collect()
}

/// The value of one column over the items of a group.
fn cell(column: &Column, items: &[&Value]) -> Value {
    let Column::Aggregate(function, argument) = column else {
        let Column::Property(path) = column else { return Value::Null };
        return items
            .first()
            .and_then(|item| values(item, &path.0).first().map(|value| (*value).clone()))
            .unwrap_or(Value::Null);
    };
    let Some(path) = argument else { return Value::from(items.len()) };
    let found: Vec<&Value> = items.iter().flat_map(|item| values(item, &path.0)).collect();
    let sum = || found.iter().filter_map(|value| value.as_f64()).sum::<f64>();
    match function {
        Function::Count => Value::from(found.len()),
        Function::Sum => Value::from(sum()),
        Function::Avg if found.is_empty() => Value::Null,
        Function::Avg => Value::from(sum() / found.len() as f64),
        Function::Min => extreme(&found, Ordering::Less),
        Function::Max => extreme(&found, Ordering::Greater),
    }
}

fn extreme(found: &[&Value], wanted: Ordering) -> Value {
    found
        .iter()
        .copied()
        .reduce(|best, next| if compare(Some(next), Some(best)) == wanted { next } else { best })
        .cloned()
        .unwrap_or(Value::Null)
}

fn compare<'a>(a: Option<&'a Value>, b: Option<&'a Value>) -> Ordering {
    match (a, b) {
        (Some(Value::Number(a)), Some(Value::Number(b))) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Some(Value::String(a)), Some(Value::String(b))) => a.cmp(b),
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}
