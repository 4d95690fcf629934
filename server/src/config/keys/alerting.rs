//! The keys about alerts: who is told, and how.

use super::{Section, Shape, defaults, key};

pub(super) const ALERTING: Section = Section {
    name: "alerting",
    repeated: false,
    about: "When people work, and who is told of what does not wake anybody.",
    keys: &[
        key(
            "team",
            Shape::Contacts,
            "[\"Security team\"]",
            "Contacts that are told of tickets, and of pages while [[escalation]] names nobody.",
        ),
        defaults(
            key(
                "digest",
                Shape::Wall,
                "\"09:00\"",
                "When tickets that still last are told again, once a day.",
            ),
            "WARDROUND_ALERTING_DIGEST",
        ),
        defaults(
            key(
                "business_from",
                Shape::Wall,
                "\"08:00\"",
                "When work begins, Monday to Friday, in the organisation's zone.",
            ),
            "WARDROUND_ALERTING_BUSINESS_FROM",
        ),
        defaults(
            key("business_to", Shape::Wall, "\"18:00\"", "When it ends."),
            "WARDROUND_ALERTING_BUSINESS_TO",
        ),
        key(
            "rules",
            Shape::Path,
            "\"alert-rules.toml\"",
            "A file with rules of your own, which stand before those that are built in, or change fields of those. docs/oncall.md says where the latter stand.",
        ),
    ],
};

pub(super) const CONTACT: Section = Section {
    name: "contact",
    repeated: true,
    about: "Where messages go: one block for each. Secrets stand in files of their own.",
    keys: &[
        key(
            "name",
            Shape::Text,
            "\"On-call engineer\"",
            "A name; chains and pages name the contact by it.",
        ),
        key(
            "kind",
            Shape::Channel,
            "\"pagerduty\"",
            "How it is reached. A heartbeat is asked once a minute, so that somebody outside notices when Wardround falls silent.",
        ),
        key(
            "secret_file",
            Shape::Path,
            "\"/etc/wardround/pagerduty-key\"",
            "A file with the secret: PagerDuty's routing key; Slack's bot token, or an incoming webhook's address where no channel is named; the signing secrets of a webhook (whsec_…), one in a line; the password of a mail server; the address of a heartbeat, where it is secret.",
        ),
        key(
            "url",
            Shape::Text,
            "\"https://hooks.example.org/wardround\"",
            "For webhook and heartbeat: the address. For pagerduty and slack: another than theirs.",
        ),
        key(
            "channel",
            Shape::Text,
            "\"C0123456789\"",
            "For slack: the channel's id. One message for each incident, which is kept up to date.",
        ),
        key(
            "topic_arn",
            Shape::Text,
            "\"arn:aws:sns:us-east-1:123456789012:wardround\"",
            "For sns: the topic.",
        ),
        key("host", Shape::Text, "\"smtp.example.org\"", "For email: the mail server."),
        key(
            "port",
            Shape::Port,
            "465",
            "For email: its port; by the kind of security unless told.",
        ),
        key(
            "security",
            Shape::Security,
            "\"tls\"",
            "For email: TLS from the first byte, STARTTLS, or none, which only a host that [reach] names may be spoken to with.",
        ),
        key(
            "username",
            Shape::Text,
            "\"wardround\"",
            "For email: who signs in; secret_file has the password.",
        ),
        key("from", Shape::Text, "\"wardround@example.org\"", "For email: the sender."),
        key("to", Shape::Contacts, "[\"on-call@example.org\"]", "For email: the recipients."),
    ],
};

pub(super) const ESCALATION: Section = Section {
    name: "escalation",
    repeated: true,
    about: "Who is called about a page, and who next while nobody has acknowledged it: up to three blocks, in this order. An incident keeps the chain with which it was opened.",
    keys: &[
        key(
            "wait",
            Shape::Wait,
            "\"0m\"",
            "How long after the step before; for the first after the opening.",
        ),
        key("contacts", Shape::Contacts, "[\"On-call engineer\"]", "Who is called then."),
    ],
};

pub(super) const REACH: Section = Section {
    name: "reach",
    repeated: false,
    about: "Notifications go to public addresses over https only. What else they may reach has to be named.",
    keys: &[key(
        "allow",
        Shape::Hosts,
        "[\"hooks.internal\", \"10.1.0.0/16\"]",
        "Hosts and networks inside that contacts may name; plain http is possible there too.",
    )],
};
