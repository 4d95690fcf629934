use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::alert::origin::{AuditFault, Call, CollectionFault, OwnFault, ViolationKind};
use crate::alert::signal::{Affected, Reported};
use crate::sli::{self, Sli};
use crate::{AccountId, Timestamp};

fn guardduty(kind: &str, number: f64, phi: Phi) -> Signal {
    let origin = Origin::Finding {
        source: Source::GuardDuty,
        kind: kind.to_owned(),
        control: None,
        sample: false,
        archived: false,
    };
    Signal {
        account: Some(AccountId::from("123456789012")),
        resource: Some(Affected { key: "arn:aws:s3:::b".into(), phi, group: None }),
        severity: Reported { text: number.to_string(), number: Some(number), label: None },
        ..Signal::new(origin, Timestamp(0))
    }
}

fn class(signal: &Signal) -> Class {
    classify(signal, Rules::get()).class()
}

#[test]
fn the_data_hold_together() {
    let rules = Rules::get();
    assert_eq!(witness::unreachable(rules), []);
    assert_eq!(witness::flaws(rules, rules), []);
    let ids: BTreeSet<_> = rules.all().iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids.len(), rules.all().len());
    let classes: BTreeSet<_> = rules.all().iter().map(|rule| rule.class).collect();
    assert_eq!(classes, Class::ALL.into_iter().collect());
    for origin in witness::every_own_origin() {
        let signal = Signal::new(origin.clone(), Timestamp(0));
        assert_ne!(classify(&signal, rules).rule, "unclassified", "{origin:?}");
    }
    for source in Source::ALL {
        let mut signal = guardduty("Brand:New/Thing", 5.0, Phi::Unknown);
        signal.origin = Origin::Finding {
            source,
            kind: "new".to_owned(),
            control: None,
            sample: false,
            archived: false,
        };
        assert_ne!(classify(&signal, rules).rule, "unclassified");
    }
    for rule in rules.all() {
        assert!(rule.title.chars().count() <= 72, "{}", rule.id);
        assert!(rule.why.ends_with('.'), "{}", rule.id);
    }
}

/// The table of section 7, row by row, with the severity that AWS gives.
#[test]
fn types_of_guardduty_stand_before_its_severities() {
    use Class::{Ingest, PagePhi, PagePipe, Ticket};
    use Phi::{No, Unknown, Yes};
    for (kind, number, phi, expected) in [
        ("AttackSequence:S3/CompromisedData", 9.0, No, PagePhi),
        ("Exfiltration:S3/ObjectRead.Unusual", 5.0, No, PagePhi),
        ("Exfiltration:S3/AnomalousBehavior", 8.0, Unknown, PagePhi),
        ("Exfiltration:IAMUser/AnomalousBehavior", 8.0, No, PagePhi),
        ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS", 8.0, No, PagePhi),
        ("UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration", 8.0, Yes, PagePhi),
        ("Trojan:EC2/DNSDataExfiltration", 8.0, No, PagePhi),
        ("Policy:S3/BucketAnonymousAccessGranted", 8.0, Yes, PagePhi),
        ("Policy:S3/BucketAnonymousAccessGranted", 8.0, Unknown, PagePhi),
        ("Policy:S3/BucketPublicAccessGranted", 8.0, No, Ticket),
        ("Stealth:IAMUser/CloudTrailLoggingDisabled", 2.0, No, PagePipe),
        ("Stealth:S3/ServerAccessLoggingDisabled", 2.0, Yes, PagePipe),
        ("Stealth:S3/ServerAccessLoggingDisabled", 2.0, Unknown, PagePipe),
        ("Stealth:S3/ServerAccessLoggingDisabled", 2.0, No, Ticket),
        ("Stealth:IAMUser/LoggingConfigurationModified", 5.0, No, PagePipe),
        ("DefenseEvasion:EC2/UnusualDNSResolver", 5.0, No, PagePipe),
        ("DefenseImpairment:IAMUser/AnomalousBehavior", 5.0, No, PagePipe),
        ("Policy:S3/AccountBlockPublicAccessDisabled", 2.0, Unknown, Ticket),
        ("Policy:S3/BucketBlockPublicAccessDisabled", 2.0, No, Ticket),
        ("Policy:S3/BucketBlockPublicAccessDisabled", 2.0, Yes, PagePhi),
        ("Policy:IAMUser/RootCredentialUsage", 2.0, Unknown, PagePhi),
        ("Policy:IAMUser/RootCredentialUsage", 2.0, No, PagePhi),
        ("Stealth:IAMUser/PasswordPolicyChange", 2.0, Yes, Ticket),
        ("CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce", 8.0, No, PagePhi),
        ("CredentialAccess:RDS/MaliciousIPCaller.SuccessfulLogin", 8.0, No, PagePhi),
        ("CredentialAccess:RDS/TorIPCaller.SuccessfulLogin", 8.0, No, PagePhi),
        ("CredentialAccess:RDS/TorIPCaller.FailedLogin", 5.0, No, Ticket),
        ("Impact:S3/AnomalousBehavior.Delete", 8.0, No, PagePhi),
        ("Impact:S3/ObjectDelete.Unusual", 5.0, No, PagePhi),
        ("UnauthorizedAccess:S3/TorIPCaller", 8.0, Yes, PagePhi),
        ("UnauthorizedAccess:S3/MaliciousIPCaller.Custom", 8.0, Unknown, PagePhi),
        ("UnauthorizedAccess:S3/TorIPCaller", 8.0, No, Ticket),
        ("Backdoor:EC2/C&CActivity.B!DNS", 8.0, Yes, PagePhi),
        ("Trojan:EC2/DropPoint", 5.0, Unknown, PagePhi),
        ("CryptoCurrency:EC2/BitcoinTool.B", 8.0, No, Ticket),
        ("Execution:EC2/MaliciousFile", 5.0, No, Ticket),
        ("Recon:EC2/Portscan", 5.0, Yes, Ticket),
        ("Recon:EC2/PortProbeUnprotectedPort", 2.0, Yes, Ingest),
        ("Discovery:S3/MaliciousIPCaller", 8.0, Yes, Ticket),
        ("PenTest:S3/KaliLinux", 5.0, Yes, Ticket),
        ("UnauthorizedAccess:EC2/SSHBruteForce", 2.0, Yes, Ingest),
        ("UnauthorizedAccess:EC2/RDPBruteForce", 8.0, Yes, Ingest),
        ("Behavior:EC2/NetworkPortUnusual", 5.0, Yes, Ticket),
        // The base: critical, high with and without PHI, medium with its purpose, low.
        ("Persistence:IAMUser/AnomalousBehavior", 9.0, No, PagePhi),
        ("Persistence:IAMUser/AnomalousBehavior", 8.95, Yes, PagePhi),
        ("Persistence:IAMUser/AnomalousBehavior", 7.0, Unknown, PagePhi),
        ("Persistence:IAMUser/AnomalousBehavior", 8.95, No, Ticket),
        ("CredentialAccess:IAMUser/AnomalousBehavior", 5.0, Yes, PagePhi),
        ("Impact:EC2/AbusedDomainRequest.Reputation", 5.0, Yes, PagePhi),
        ("Impact:EC2/AbusedDomainRequest.Reputation", 5.0, No, Ticket),
        ("Persistence:IAMUser/AnomalousBehavior", 5.0, Yes, Ticket),
        ("Persistence:IAMUser/AnomalousBehavior", 3.9, Yes, Ingest),
    ] {
        assert_eq!(class(&guardduty(kind, number, phi)), expected, "{kind} {number} {phi:?}");
    }
}

#[test]
fn changes_tests_and_who_acts_decide_where_they_must() {
    let root = guardduty("Policy:IAMUser/RootCredentialUsage", 2.0, Phi::Yes);
    let explained = Signal { change_ref: Some("CHG-7".to_owned()), ..root };
    let classified = classify(&explained, Rules::get());
    assert_eq!(classified.class(), Class::Ticket);
    assert!(classified.why.ends_with("Change: CHG-7."));
    let pentest = guardduty("PenTest:S3/KaliLinux", 5.0, Phi::Yes);
    let approved = Signal { change_ref: Some("TEST-1".to_owned()), ..pentest };
    assert_eq!(class(&approved), Class::Ingest);
    let guessing = guardduty("UnauthorizedAccess:EC2/SSHBruteForce", 8.0, Phi::No);
    assert_eq!(class(&Signal { inside: true, ..guessing }), Class::Ticket);
}

#[test]
fn samples_and_archived_findings_are_kept_and_told_to_nobody() {
    for (sample, archived) in [(true, false), (false, true), (true, true)] {
        let mut signal = guardduty("AttackSequence:S3/CompromisedData", 9.0, Phi::Yes);
        signal.origin = Origin::Finding {
            source: Source::GuardDuty,
            kind: "AttackSequence:S3/CompromisedData".to_owned(),
            control: None,
            sample,
            archived,
        };
        let classified = classify(&signal, Rules::get());
        assert_eq!(classified.class(), Class::Ingest);
        assert!(classified.set_aside, "flagged");
        let loud = "[[rule]]\nid = \"ours\"\nfrom = \"finding\"\ntypes = [\"Attack*\"]\nclass = \"page-phi\"\n\
                    family = \"f\"\ntitle = \"t\"\nwhy = \"w.\"\nrunbook = \"insider-access\"";
        // It stands before ours and takes away what ours are for, so that is refused; one that
        // asks for a source of its own would be taken, and speaks of no sample either.
        assert!(Rules::with(loud).is_err());
        let rules = Rules::with(&format!("{loud}\nphi = [\"yes\"]")).unwrap();
        assert_eq!(classify(&signal, &rules).class(), Class::Ingest);
    }
}

#[test]
fn an_unreadable_severity_is_high_and_counted() {
    for number in [None, Some(0.0), Some(11.0), Some(f64::NAN)] {
        let mut signal = guardduty("Persistence:IAMUser/AnomalousBehavior", 5.0, Phi::Unknown);
        signal.severity.number = number;
        let classified = classify(&signal, Rules::get());
        assert!(classified.parse_error);
        assert_eq!(classified.level, Level::new(Class::PagePhi, Severity::High));
        assert!(classified.why.contains("could not be read"));
    }
}

#[test]
fn what_we_find_ourselves_goes_where_section_six_says() {
    let indicator = |sli, call, phi| {
        let mut signal = Signal::new(Origin::Indicator { sli, call }, Timestamp(0));
        signal.reach = phi;
        classify(&signal, Rules::get())
    };
    let violation = |kind| Call::Violation { kind };
    let whole = |level| Call::Whole { level };
    let past = Call::Member { past_grace: true };
    let cases = [
        (Sli::UnredactedPhi, violation(ViolationKind::PhiStored), Phi::Unknown, Class::PagePhi),
        (Sli::UnredactedPhi, violation(ViolationKind::PhiLeft), Phi::No, Class::PagePhi),
        (Sli::UnredactedPhi, violation(ViolationKind::PhiPrevented), Phi::Yes, Class::Ingest),
        (
            Sli::UnauthorisedAccess,
            violation(ViolationKind::SuccessAfterRefusals),
            Phi::Yes,
            Class::PagePhi,
        ),
        (
            Sli::UnauthorisedAccess,
            violation(ViolationKind::BulkExport),
            Phi::Unknown,
            Class::PagePhi,
        ),
        (
            Sli::UnauthorisedAccess,
            violation(ViolationKind::SuccessAfterRefusals),
            Phi::No,
            Class::Ticket,
        ),
        (Sli::UnauthorisedAccess, violation(ViolationKind::RootUse), Phi::No, Class::PagePhi),
        (Sli::TimeToContain, Call::Deadline { percent: 75 }, Phi::Unknown, Class::PagePhi),
        (Sli::TimeToDetect, Call::Deadline { percent: 120 }, Phi::Unknown, Class::PagePhi),
        (Sli::TimeToContain, Call::Deadline { percent: 50 }, Phi::Unknown, Class::Ticket),
        (Sli::AuditCompleteness, whole(sli::Level::Page), Phi::Unknown, Class::PagePipe),
        (Sli::AuthenticationSuccess, whole(sli::Level::Page), Phi::Unknown, Class::PageSlo),
        (Sli::AuditLatency, whole(sli::Level::Page), Phi::Unknown, Class::PageSlo),
        (Sli::AuditLatency, whole(sli::Level::Ticket), Phi::Unknown, Class::Ticket),
        (Sli::BaaCoverage, past, Phi::Yes, Class::PagePhi),
        (Sli::BaaCoverage, past, Phi::No, Class::Ticket),
        (Sli::BackupEncryption, past, Phi::Yes, Class::PagePhi),
        (Sli::BackupEncryption, Call::Member { past_grace: false }, Phi::Yes, Class::Ticket),
        (Sli::RetentionCompliance, violation(ViolationKind::Retention), Phi::Yes, Class::Ticket),
    ];
    for (sli, call, phi, expected) in cases {
        assert_eq!(indicator(sli, call, phi).class(), expected, "{sli:?} {call:?} {phi:?}");
    }
    let vendor = indicator(Sli::BaaCoverage, past, Phi::Yes);
    assert_eq!(vendor.level_at(true).class, Class::PagePhi);
    assert_eq!(vendor.level_at(false).class, Class::Ticket, "at night it is a ticket");
}

#[test]
fn our_own_faults_page_where_nothing_could_be_investigated() {
    let collection = |fault, source| Origin::Collection { fault, source };
    for (origin, expected) in [
        (collection(CollectionFault::Disabled, Some(Source::CloudTrail)), Class::PagePipe),
        (collection(CollectionFault::Disabled, Some(Source::Backup)), Class::Ticket),
        (collection(CollectionFault::AuditDead, None), Class::PagePipe),
        (collection(CollectionFault::Dead, Some(Source::Backup)), Class::Ticket),
        (collection(CollectionFault::ClockSkewAll, None), Class::PagePipe),
        (collection(CollectionFault::ClockSkew, Some(Source::Config)), Class::Ticket),
        (collection(CollectionFault::PageFrozen, None), Class::PagePipe),
        (Origin::AuditLog { fault: AuditFault::ChainBroken }, Class::PagePipe),
        (Origin::AuditLog { fault: AuditFault::WitnessDiffers }, Class::PagePipe),
        (Origin::AuditLog { fault: AuditFault::AnchorLate }, Class::Ticket),
        (Origin::Redactor, Class::PagePipe),
        (Origin::Own { fault: OwnFault::Undelivered, class: None }, Class::PagePipe),
        (Origin::Own { fault: OwnFault::Watchdog, class: None }, Class::Ingest),
        (Origin::Own { fault: OwnFault::DutyDue, class: None }, Class::Ticket),
    ] {
        assert_eq!(class(&Signal::new(origin.clone(), Timestamp(0))), expected, "{origin:?}");
    }
}

fn flaws(text: &str) -> Vec<String> {
    Rules::with(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn an_operator_changes_fields_and_adds_rules() {
    let text = r#"
        [[rule]]
        id = "guardduty-scan"
        class = "ingest"

        [[rule]]
        id = "our-jump-host"
        from = "finding"
        sources = ["guardduty"]
        types = ["Recon:EC2/Portscan"]
        phi = ["no"]
        class = "page-slo"
        family = "ours"
        title = "The jump host is scanned"
        why = "We want to know."
        runbook = "insider-access"
        for = "10m"
    "#;
    let rules = Rules::with(text).unwrap();
    let scan = |phi| classify(&guardduty("Recon:EC2/Portscan", 5.0, phi), &rules);
    assert_eq!((scan(Phi::No).rule.as_str(), scan(Phi::No).for_ms), ("our-jump-host", 600_000));
    assert_eq!(scan(Phi::Yes).class(), Class::Ingest);
    assert_eq!(scan(Phi::Yes).title, "Somebody looks around with care", "the rest stays");
    assert_eq!(Rules::with("").unwrap(), *Rules::get());
}

#[test]
fn what_is_wrong_is_told_by_rule_and_field() {
    let said = flaws(
        "[[rule]]\nid = \"Our rule\"\nclass = \"loud\"\nfor = \"soon\"\nphi = \"yes\"\nwat = 1",
    );
    for piece in [
        "rule Our rule, field id: Use small letters",
        "field class: \"loud\" is not one of page-phi, page-pipe",
        "field for: It must be a number with s, m or h",
        "field phi: It must be a list",
        "field wat: It is not known",
        "field title: It is missing",
        "field from: It is missing",
    ] {
        assert!(said.iter().any(|line| line.contains(piece)), "{piece}: {said:?}");
    }
    assert!(flaws("rule = 1")[0].contains("[[rule]]"));
    assert!(flaws("[rules]")[0].contains("rules is not known"));
    assert!(flaws("[[rule]")[0].contains("not TOML"));
    assert!(flaws("[[rule]]\nid = 7")[0].contains("rule number 1, field id: It must be text"));
}

#[test]
fn an_operator_cannot_write_a_dead_rule_or_silence_what_must_page() {
    let dead = r#"
        [[rule]]
        id = "ours"
        from = "collection"
        types = ["cloudtrail:asleep"]
        class = "ticket"
        family = "ours"
        title = "t"
        why = "w."
        runbook = "audit-log-gap"
    "#;
    assert_eq!(
        flaws(dead),
        ["rule ours, field types: cloudtrail:asleep can never match: there is no such type."]
    );
    let swallow = dead.replace("collection", "redactor").replace("cloudtrail:asleep", "*");
    assert!(flaws(&swallow).iter().any(|line| line.contains("lower what redactor-down")));
    assert!(
        flaws("[[rule]]\nid = \"audit-log-tampered\"\nclass = \"ticket\"")[0]
            .contains("audit-log-tampered")
    );
    assert!(flaws("[[rule]]\nid = \"redactor-down\"\nlocked = false")[0].contains("locked"));
    let all = r#"
        [[rule]]
        id = "all"
        from = "finding"
        class = "ticket"
        family = "ours"
        title = "t"
        why = "w."
        runbook = "audit-log-gap"
    "#;
    assert!(flaws(all)[0].contains("can never match: all stands before it"));
}

proptest! {
    #[test]
    fn classification_is_total_and_unknown_is_treated_as_phi(
        kind in "[A-Za-z:/.*!]{0,40}", number in -5.0_f64..15.0,
    ) {
        let unknown = classify(&guardduty(&kind, number, Phi::Unknown), Rules::get());
        let no = classify(&guardduty(&kind, number, Phi::No), Rules::get());
        prop_assert!(unknown.level >= no.level);
    }

    #[test]
    fn a_higher_number_never_lowers_the_level(
        kind in "(Recon|Impact|Persistence|Trojan|Policy|New):[A-Z0-9]{2,3}/[A-Za-z]{1,9}",
        a in 1.0_f64..10.0, b in 1.0_f64..10.0,
    ) {
        let (low, high) = (a.min(b), a.max(b));
        let of = |number| classify(&guardduty(&kind, number, Phi::Yes), Rules::get()).level;
        prop_assert!(of(low) <= of(high));
    }
}
