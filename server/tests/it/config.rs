//! What operators write, and what they are told.

use server::config::{self, Config, Problems};

const GOOD: &str = r#"
[organisation]
name = "Example Health"
time_zone = "America/Chicago"
goal = 92.5

[[account]]
id = "123456789012"
name = "Records"
role_arn = "arn:aws:iam::123456789012:role/WardroundReadOnly"
external_id = "something-long"
regions = ["us-east-1", "us-gov-west-1"]
phi = true

[[account]]
id = "210987654321"
name = "Sandbox"
regions = ["us-east-2"]
phi = false
"#;

fn parse(text: &str) -> Result<Config, Problems> {
    config::parse("wardround.toml", text, [])
}

fn with(variables: &[(&str, &str)]) -> Result<Config, Problems> {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    config::parse("wardround.toml", GOOD, variables)
}

fn message(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn a_good_file_is_read_with_defaults_for_the_rest() {
    let config = parse(GOOD).unwrap();
    assert_eq!(config.organisation.name, "Example Health");
    assert_eq!(config.organisation.time_zone, "America/Chicago");
    assert!((config.organisation.goal.0 - 0.925).abs() < 1e-9);
    assert_eq!(config.organisation.accounts.len(), 2);
    assert!(config.organisation.accounts[0].phi);
    assert_eq!(config.organisation.accounts[1].role_arn, None);
    assert!(!config.organisation.policy.dedicated_tenancy);
    assert_eq!(config.intervals.of(domain::Source::SecurityHub), 15 * 60_000);
    assert_eq!(config.intervals.of(domain::Source::Backup), 3_600_000);
    assert_eq!(config.intervals.of(domain::Source::CloudTrail), 15 * 60_000);
    assert_eq!(config.front.listen, "127.0.0.1:3000".parse().unwrap());
    assert_eq!(config.data.location(), std::path::Path::new("data"));
    assert_eq!(config.in_flight, 16);
    assert!(!config.unlimited);
}

/// One line that is wrong, put in the place of one that is right, and what is said about it.
const WRONG: [(&str, &str, &str); 21] = [
    (
        "goal = 92.5",
        "goal = 120",
        "wardround.toml:5: organisation.goal: 120 is not allowed; allowed is a number from 0 to \
         100, such as 90",
    ),
    ("goal = 92.5", "goal = \"high\"", "wardround.toml:5: organisation.goal: \"high\" is not"),
    (
        "time_zone = \"America/Chicago\"",
        "time_zone = \"Chicago\"",
        "wardround.toml:4: organisation.time_zone: \"Chicago\" is not allowed; allowed is an IANA",
    ),
    (
        "name = \"Example Health\"",
        "name = \"\"",
        "wardround.toml:3: organisation.name: \"\" is not",
    ),
    (
        "name = \"Example Health\"",
        "",
        "wardround.toml:2: organisation.name: this key is missing; it takes text in quotes",
    ),
    (
        "name = \"Example Health\"",
        "nmae = \"x\"\nname = \"y\"",
        "wardround.toml:3: organisation.nmae: there is no such key; allowed are name, time_zone, goal",
    ),
    (
        "[organisation]",
        "[organization]",
        "wardround.toml:2: organization: there is no such section or key; allowed are [organisation]",
    ),
    ("goal = 92.5", "goal = ", "wardround.toml:5: not TOML: "),
    (
        "id = \"123456789012\"",
        "id = 123456789012",
        "wardround.toml:8: account.id: 123456789012 is not allowed; allowed is an AWS account id: \
         twelve digits in quotes",
    ),
    (
        "id = \"210987654321\"",
        "id = \"123456789012\"",
        "wardround.toml:16: account.id: the account 123456789012 is named twice",
    ),
    (
        "role/WardroundReadOnly",
        "user/WardroundReadOnly",
        "wardround.toml:10: account.role_arn: \"arn:aws:iam::123456789012:user/WardroundReadOnly\" \
         is not allowed",
    ),
    (
        "iam::123456789012:",
        "iam::999999999999:",
        "wardround.toml:10: account.role_arn: this role is in account 999999999999, but id says \
         123456789012",
    ),
    (
        "external_id = \"something-long\"",
        "external_id = \"with space\"",
        "wardround.toml:11: account.external_id: \"with space\" is not allowed",
    ),
    (
        "regions = [\"us-east-2\"]",
        "regions = []",
        "wardround.toml:18: account.regions: [] is not allowed; allowed is a list of at least one",
    ),
    (
        "regions = [\"us-east-2\"]",
        "regions = [\"us-east-2\", \"us-east-2\"]",
        "wardround.toml:18: account.regions: ",
    ),
    (
        "regions = [\"us-east-2\"]",
        "regions = [\"everywhere\"]",
        "wardround.toml:18: account.regions: [\"everywhere\"] is not allowed",
    ),
    (
        "phi = false",
        "",
        "wardround.toml:15: account.phi: this key is missing; it takes true or false",
    ),
    (
        "phi = false",
        "phi = false\n[intervals]\nbackup = \"5s\"",
        "wardround.toml:21: intervals.backup: \"5s\" is not allowed; allowed is a time from 1 minute",
    ),
    (
        "phi = false",
        "phi = false\n[server]\nlisten = \"0.0.0.0:3000\"",
        "wardround.toml:21: server.listen: 0.0.0.0:3000 can be reached from other machines",
    ),
    (
        "phi = false",
        "phi = false\n[limits]\nin_flight = 0",
        "wardround.toml:21: limits.in_flight: 0 is not allowed; allowed is a whole number from 1",
    ),
    (
        "phi = false",
        "phi = false\naws_secret_access_key = \"wJalr\"",
        "wardround.toml:20: account.aws_secret_access_key: credentials are never read from here",
    ),
];

#[test]
fn every_mistake_is_named_with_file_line_key_and_what_is_allowed() {
    for (right, wrong, expected) in WRONG {
        assert!(GOOD.contains(right), "{right}");
        let told = message(&GOOD.replacen(right, wrong, 1));
        assert!(told.contains(expected), "for {wrong:?}\n  told: {told}\n  expected: {expected}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = GOOD.replace("goal = 92.5", "goal = -1").replace("phi = true", "phi = \"yes\"");
    let problems = parse(&text).unwrap_err();
    let keys: Vec<&str> = problems.problems.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["organisation.goal", "account.phi"]);
}

#[test]
fn a_file_without_accounts_is_refused() {
    let told = message("[organisation]\nname = \"x\"\n");
    assert_eq!(
        told,
        "wardround.toml: account: no account is named; write at least one [[account]] block"
    );
}

#[test]
fn an_access_key_is_refused_wherever_it_stands_and_never_repeated() {
    let told = message(&GOOD.replace("something-long", "AKIAIOSFODNN7EXAMPLE"));
    assert!(told.contains("credentials are never read from here"), "{told}");
    assert!(!told.contains("AKIA"), "{told}");
}

#[test]
fn variables_go_before_the_file() {
    let config = with(&[
        ("WARDROUND_ORGANISATION_NAME", "Other Health"),
        ("WARDROUND_TIME_ZONE", "Europe/Berlin"),
        ("WARDROUND_GOAL", "80"),
        ("WARDROUND_DEDICATED_TENANCY", "true"),
        ("WARDROUND_INTERVAL_SECURITYHUB", "5m"),
        ("WARDROUND_INTERVAL_CONFIG", "2h"),
        ("WARDROUND_INTERVAL_GUARDDUTY", "90s"),
        ("WARDROUND_INTERVAL_BACKUP", "24h"),
        ("WARDROUND_LISTEN", "[::1]:4000"),
        ("WARDROUND_DATA", "/srv/wardround"),
        ("WARDROUND_DATABASE", "/srv/fast/db.sqlite"),
        ("WARDROUND_IN_FLIGHT", "4"),
        ("WARDROUND_LOG", "debug"),
        ("HOME", "/nowhere"),
    ])
    .unwrap();
    assert_eq!(config.organisation.name, "Other Health");
    assert_eq!(config.organisation.time_zone, "Europe/Berlin");
    assert!((config.organisation.goal.0 - 0.8).abs() < 1e-9);
    assert!(config.organisation.policy.dedicated_tenancy);
    assert_eq!(config.intervals.securityhub, 5 * 60_000);
    assert_eq!(config.intervals.config, 2 * 3_600_000);
    assert_eq!(config.intervals.guardduty, 90_000);
    assert_eq!(config.intervals.backup, 24 * 3_600_000);
    assert_eq!(config.front.listen, "[::1]:4000".parse().unwrap());
    assert_eq!(config.data.location(), std::path::Path::new("/srv/fast/db.sqlite"));
    assert_eq!(config.in_flight, 4);
}

#[test]
fn wrong_and_unknown_variables_are_refused_by_name() {
    let told = with(&[("WARDROUND_GOAL", "lots")]).unwrap_err().to_string();
    assert!(
        told.starts_with("WARDROUND_GOAL: organisation.goal: \"lots\" is not allowed"),
        "{told}"
    );
    let told = with(&[("WARDROUND_GAOL", "80")]).unwrap_err().to_string();
    assert!(told.starts_with("WARDROUND_GAOL: there is no such setting; allowed are"), "{told}");
    assert!(told.contains("WARDROUND_GOAL"), "{told}");
    let told = with(&[("WARDROUND_AWS_SECRET_ACCESS_KEY", "x")]).unwrap_err().to_string();
    assert!(told.contains("credentials are never read from here"), "{told}");
}

#[test]
fn the_demonstration_listens_on_loopback_alone() {
    for address in ["127.0.0.1:0", "[::1]:3000", "localhost:80", "127.8.9.1:1"] {
        assert!(config::loopback_address(address).is_ok(), "{address}");
    }
    for address in ["0.0.0.0:3000", "[::]:3000", "10.0.0.5:80", "192.168.1.2:443"] {
        let told = config::loopback_address(address).unwrap_err();
        assert!(told.contains("may enter as anybody"), "{told}");
    }
    assert!(config::listen_address("3000").unwrap_err().contains("ADDRESS:PORT"));
}

/// The part of a file that is wrong, and what is said about it.
const WRONG_ACCESS: [(&str, &str); 14] = [
    ("[server]\ntls_certificate = \"a\"", "server.tls_certificate: tls_key is missing"),
    ("[server]\ntls_key = \"a\"", "server.tls_key: tls_certificate is missing"),
    (
        "[server]\ntls_key = \"a\"\ntls_certificate = \"b\"",
        "server.address: say under which https address",
    ),
    ("[server]\naddress = \"http://wardround.example.org\"", "server.address: "),
    ("[server]\naddress = \"https://wardround.example.org/path\"", "server.address: "),
    ("[server]\nproxies = [\"10.0.0.0/99\"]", "server.proxies: "),
    ("[audit]\nanchors = [\"ftp://example.org\"]", "audit.anchors: "),
    ("[audit]\nanchors = [\"http://example.org/hook\"]", "audit.anchors: "),
    ("[audit]\nanchors = [\"s3://UPPER/x\"]", "audit.anchors: "),
    ("[backup]\nrecipient = \"AGE-SECRET-KEY-1\"", "backup.recipient: "),
    ("[openid]\nissuer = \"https://login.example.org\"", "openid.client_id: a provider needs"),
    (
        "[openid]\nissuer = \"https://login.example.org\"\nclient_id = \"w\"",
        "openid.issuer: no group has a role",
    ),
    (
        "[[openid_group]]\ngroup = \"a\"\nrole = \"auditor\"",
        "openid_group.role: \"auditor\" is not",
    ),
    ("[openid]\nclient_secret = \"x\"", "openid.client_secret: credentials are never read"),
];

#[test]
fn the_way_in_and_the_witnesses_are_checked_too() {
    for (part, expected) in WRONG_ACCESS {
        let told = message(&format!("{GOOD}\n{part}\n"));
        assert!(told.contains(expected), "for {part:?}\n  told: {told}\n  expected: {expected}");
    }
    let text = format!(
        "{GOOD}\n[server]\nlisten = \"0.0.0.0:443\"\naddress = \"https://wardround.example.org\"\n\
         proxies = [\"10.0.0.5\", \"fd00::/8\"]\n[audit]\nanchors = [\"file:/a\", \"s3://bucket/b/c/\", \
         \"https://witness.example.org/hook?key=x\"]\n[openid]\nissuer = \"https://login.example.org\"\n\
         client_id = \"wardround\"\n[[openid_group]]\ngroup = \"staff\"\nrole = \"on-call\"\n"
    );
    let config = parse(&text).unwrap();
    assert_eq!(config.front.proxies.len(), 2);
    assert_eq!(config.openid.unwrap().groups, [("staff".to_owned(), domain::Role::OnCall)]);
    let names: Vec<String> = config.anchors.iter().map(server::witness::name).collect();
    // What a query holds may be a secret, and these names stand on a page.
    assert_eq!(names, ["file:/a", "s3://bucket/b/c", "https://witness.example.org/hook"]);
}

/// Keys of the example that have no default.
const OWN: [&str; 37] = [
    "name = \"visit\"",
    "pattern",
    "keys",
    "database",
    "address",
    "tls_certificate",
    "tls_key",
    "proxies",
    "anchors",
    "recipient",
    "directory = \"/mnt",
    "directory = \"runbooks",
    "issuer",
    "client_id",
    "client_secret_file",
    "name = \"Hospital login\"",
    "groups_claim",
    "second_factor_there",
    "group = ",
    "role = ",
    "team = ",
    "rules = \"alert",
    "name = \"On-call",
    "kind = ",
    "secret_file",
    "url = ",
    "channel = ",
    "topic_arn",
    "host = ",
    "port = ",
    "security = ",
    "username = ",
    "from = \"wardround@",
    "to = ",
    "wait = ",
    "contacts = ",
    "allow = ",
];

#[test]
fn the_annotated_example_parses_and_is_the_one_in_the_documentation() {
    let example = config::example();
    let config = parse(&example).unwrap();
    assert_eq!(config.organisation.accounts.len(), 1);
    // What is commented out shows the defaults: with the comments taken off nothing changes,
    // but for what has no default of its own.
    let uncommented: String = example
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(key) if key.contains(" = ") && !OWN.iter().any(|own| key.starts_with(own)) => key,
            _ => line,
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    assert_ne!(uncommented, example);
    assert_eq!(parse(&uncommented).unwrap(), config);
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/wardround.example.toml");
    let kept = std::fs::read_to_string(kept).unwrap();
    assert!(kept == example, "renew it: wardround config example > docs/wardround.example.toml");
}
