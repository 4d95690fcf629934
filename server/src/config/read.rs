//! From values to what they mean, or to a problem that says what is allowed.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use domain::Role;
use ipnet::IpNet;

use super::access::Target;
use super::document::{Document, Table, Value};
use super::keys::{self, Key};
use super::problem::{Place, Problem};

/// Reads the keys of one table and notes what is wrong.
pub struct Reader<'a> {
    section: &'static keys::Section,
    table: Option<&'a Table>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader of a section that occurs once.
    pub fn of(
        section: &'static str,
        document: &'a Document,
        problems: &'a mut Vec<Problem>,
    ) -> Option<Self> {
        let table = document.tables.get(section).and_then(|tables| tables.first());
        Some(Self { section: keys::section(section)?, table, problems })
    }

    /// A reader of one of several tables of a section.
    pub fn at(
        section: &'static str,
        table: &'a Table,
        problems: &'a mut Vec<Problem>,
    ) -> Option<Self> {
        Some(Self { section: keys::section(section)?, table: Some(table), problems })
    }

    /// The value of a key, its default, or a noted problem.
    pub fn get<T>(&mut self, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let key = self.section.key(name)?;
        let Some((place, value)) = self.table.and_then(|table| table.values.get(name)) else {
            if key.required {
                self.missing(key);
            }
            return key.default.and_then(|default| read(&literal(default)));
        };
        let read = read(value);
        if read.is_none() {
            let message =
                format!("{} is not allowed; allowed is {}", value.shown(), key.shape.allowed());
            self.refuse(place.clone(), name, message);
        }
        read
    }

    /// Notes that a value is wrong for a reason of its own.
    pub fn wrong(&mut self, name: &str, message: impl Into<String>) {
        let place = self
            .table
            .and_then(|table| table.values.get(name))
            .map(|(place, _)| place.clone())
            .or_else(|| self.table.map(|table| table.place.clone()))
            .unwrap_or(Place::File);
        self.refuse(place, name, message.into());
    }

    fn missing(&mut self, key: &Key) {
        let place = self.table.map_or(Place::File, |table| table.place.clone());
        let message = format!("this key is missing; it takes {}", key.shape.allowed());
        self.refuse(place, key.name, message);
    }

    fn refuse(&mut self, place: Place, name: &str, message: String) {
        let key = format!("{}.{name}", self.section.name);
        self.problems.push(Problem { place, key, message });
    }
}

/// A default as written in the definitions.
fn literal(text: &str) -> Value {
    if let Ok(number) = text.parse() {
        return Value::Number(number);
    }
    match text {
        "true" => Value::Flag(true),
        "false" => Value::Flag(false),
        text => Value::Text(text.trim_matches('"').to_owned()),
    }
}

fn string(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text.trim()),
        _ => None,
    }
}

/// Some words on one line.
pub fn text(value: &Value) -> Option<String> {
    let text = string(value)?;
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

/// A zone that the time zone database knows.
pub fn zone(value: &Value) -> Option<String> {
    let zone = jiff::tz::TimeZone::get(string(value)?).ok()?;
    zone.iana_name().map(str::to_owned)
}

/// Some days.
pub fn days(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) if (1.0..=3_650.0).contains(number) && number.fract() == 0.0 => {
            Some(*number as i64)
        }
        _ => None,
    }
}

/// Points of a budget.
pub fn points(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) if (0.0..=10_000.0).contains(number) => Some(*number),
        _ => None,
    }
}

/// A percentage as a share between 0 and 1.
pub fn percent(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) if (0.0..=100.0).contains(number) => Some(number / 100.0),
        _ => None,
    }
}

/// True or false.
pub fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Flag(flag) => Some(*flag),
        _ => None,
    }
}

/// Twelve digits.
pub fn account(value: &Value) -> Option<String> {
    let id = string(value)?;
    is_account(id).then(|| id.to_owned())
}

fn is_account(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// The ARN of a role, in any partition.
pub fn role(value: &Value) -> Option<String> {
    let arn = string(value)?;
    let mut pieces = arn.splitn(6, ':');
    let fits = pieces.next() == Some("arn")
        && pieces.next().is_some_and(|partition| partition.starts_with("aws"))
        && pieces.next() == Some("iam")
        && pieces.next() == Some("")
        && pieces.next().is_some_and(is_account)
        && pieces
            .next()
            .and_then(|rest| rest.strip_prefix("role/"))
            .is_some_and(|name| !name.is_empty() && !name.contains(char::is_whitespace));
    fits.then(|| arn.to_owned())
}

/// The account that a role's ARN names.
pub fn account_of_role(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// An external id as STS takes it: 2 to 1224 characters out of `[\w+=,.@:\/-]`.
pub fn external_id(value: &Value) -> Option<String> {
    let id = string(value)?;
    let fits = (2..=1224).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte));
    fits.then(|| id.to_owned())
}

/// Region codes such as `us-gov-west-1`, each once.
pub fn regions(value: &Value) -> Option<Vec<String>> {
    let Value::List(items) = value else { return None };
    let mut regions: Vec<String> = Vec::new();
    for item in items {
        let region = string(item).filter(|code| is_region(code))?;
        if regions.iter().any(|known| known == region) {
            return None;
        }
        regions.push(region.to_owned());
    }
    (!regions.is_empty()).then_some(regions)
}

/// A list of words.
pub fn words(value: &Value) -> Option<Vec<String>> {
    let Value::List(items) = value else { return None };
    let words: Option<Vec<String>> = items.iter().map(text).collect();
    words.filter(|words| !words.is_empty())
}

fn is_region(code: &str) -> bool {
    let pieces: Vec<&str> = code.split('-').collect();
    let Some((number, words)) = pieces.split_last() else { return false };
    (2..=4).contains(&words.len())
        && words.iter().all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A span of time in milliseconds.
pub fn span(value: &Value) -> Option<i64> {
    let text = string(value)?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1_000,
        "m" => domain::id::MINUTE_MS,
        "h" => domain::id::HOUR_MS,
        _ => return None,
    };
    let span = number.parse::<u32>().ok().and_then(|n| i64::from(n).checked_mul(unit))?;
    (domain::id::MINUTE_MS..=domain::id::DAY_MS).contains(&span).then_some(span)
}

/// An address with a port.
pub fn listen(value: &Value) -> Option<SocketAddr> {
    address(string(value)?)
}

/// An address that browsers use: scheme, name and perhaps a port.
pub fn origin(value: &Value) -> Option<String> {
    let url = url::Url::parse(string(value)?).ok()?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let fits = bare && url.username().is_empty() && safe(&url);
    fits.then(|| url.origin().ascii_serialization())
}

/// Over TLS, or within this machine.
fn safe(url: &url::Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(url::Host::Domain(name))) => name == "localhost",
        ("http", Some(url::Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(url::Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// Addresses and networks.
pub fn networks(value: &Value) -> Option<Vec<IpNet>> {
    let Value::List(items) = value else { return None };
    let network = |item: &Value| {
        let text = string(item)?;
        let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
        text.parse::<IpNet>().ok().or_else(one)
    };
    items.iter().map(network).collect()
}

/// Witnesses of the audit log.
pub fn anchors(value: &Value) -> Option<Vec<Target>> {
    let Value::List(items) = value else { return None };
    let mut targets: Vec<Target> = Vec::new();
    for item in items {
        let target = target(string(item)?)?;
        if targets.contains(&target) {
            return None;
        }
        targets.push(target);
    }
    Some(targets)
}

fn target(text: &str) -> Option<Target> {
    if let Some(path) = text.strip_prefix("file:") {
        return (!path.is_empty()).then(|| Target::File(PathBuf::from(path)));
    }
    if let Some(rest) = text.strip_prefix("s3://") {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let letters =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        let fits = (3..=63).contains(&bucket.len()) && bucket.bytes().all(letters);
        let prefix = prefix.trim_matches('/').to_owned();
        return fits.then(|| Target::Bucket { bucket: bucket.to_owned(), prefix });
    }
    let url = url::Url::parse(text).ok().filter(safe)?;
    Some(Target::Webhook(url))
}

/// A public key of age.
pub fn recipient(value: &Value) -> Option<age::x25519::Recipient> {
    string(value)?.parse().ok()
}

/// The issuer of an OpenID provider, as it is written: issuers are compared letter by letter.
pub fn issuer(value: &Value) -> Option<String> {
    let text = string(value)?;
    let url = url::Url::parse(text).ok()?;
    (safe(&url) && url.query().is_none() && url.fragment().is_none()).then(|| text.to_owned())
}

/// A role that a provider may give.
pub fn assigned(value: &Value) -> Option<Role> {
    Role::parse(string(value)?).filter(|role| !role.bound())
}

/// An address with a port; `localhost` is the IPv4 loopback.
pub fn address(text: &str) -> Option<SocketAddr> {
    if let Some(port) = text.strip_prefix("localhost:") {
        return Some(SocketAddr::new(IpAddr::from([127, 0, 0, 1]), port.parse().ok()?));
    }
    text.parse().ok()
}

/// A path.
pub fn path(value: &Value) -> Option<PathBuf> {
    string(value).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// A database file; the store takes any other path for a folder.
pub fn database(value: &Value) -> Option<PathBuf> {
    path(value).filter(|path| path.extension().is_some_and(|end| end == "db" || end == "sqlite"))
}

/// A whole number from 1 to 64.
pub fn count(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) if number.fract() == 0.0 && (1.0..=64.0).contains(number) => {
            Some(*number as usize)
        }
        _ => None,
    }
}

/// A time of the wall.
pub fn wall(value: &Value) -> Option<domain::alert::WallTime> {
    domain::alert::WallTime::parse(string(value)?)
}

/// How long a step waits: nothing, or a span up to four hours.
pub fn wait(value: &Value) -> Option<i64> {
    let text = string(value)?;
    if matches!(text, "0m" | "0s" | "0h") {
        return Some(0);
    }
    span(value).filter(|ms| *ms <= domain::alert::escalation::LONGEST_WAIT_MS)
}

/// A port.
pub fn port(value: &Value) -> Option<u16> {
    match value {
        Value::Number(number) if number.fract() == 0.0 && (1.0..=65_535.0).contains(number) => {
            Some(*number as u16)
        }
        _ => None,
    }
}
