//! Who may do what: one table of roles and actions, asked by every route and command.
//!
//! The roles and what each may do are access authorisation in the sense of
//! 45 CFR 164.308(a)(4)(ii)(B); that every request asks this table is access control in the sense
//! of 164.312(a)(1).

use serde::{Deserialize, Serialize};

/// What a person is here for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sees where the organisation stands and where it is heading.
    Executive,
    /// Answers what is urgent.
    OnCall,
    /// Keeps the plumbing running.
    Engineer,
    /// Answers for the evidence.
    Compliance,
    /// Decides who may come in.
    Administrator,
    /// Looks at a period from outside, and changes nothing.
    Auditor,
}

impl Role {
    /// All of them, in the order of a list.
    pub const ALL: [Self; 6] = [
        Self::Executive,
        Self::OnCall,
        Self::Engineer,
        Self::Compliance,
        Self::Administrator,
        Self::Auditor,
    ];

    /// The word in URLs, JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Executive => "executive",
            Self::OnCall => "on-call",
            Self::Engineer => "engineer",
            Self::Compliance => "compliance",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    /// The word for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Executive => "Executive",
            Self::OnCall => "On-call",
            Self::Engineer => "Engineer",
            Self::Compliance => "Compliance",
            Self::Administrator => "Administrator",
            Self::Auditor => "Auditor",
        }
    }

    /// What it is for, as a sentence.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Executive => "Sees where the organisation stands and where it is heading.",
            Self::OnCall => "Answers what is urgent.",
            Self::Engineer => "Keeps the plumbing running.",
            Self::Compliance => "Answers for the evidence.",
            Self::Administrator => "Decides who may come in.",
            Self::Auditor => "Looks at a period from outside, and changes nothing.",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// The page on which this role begins.
    pub fn landing(self) -> &'static str {
        match self {
            Self::Executive => "/",
            Self::OnCall => "/oncall",
            Self::Engineer => "/collection",
            Self::Compliance => "/safeguards",
            Self::Administrator => "/people",
            Self::Auditor => "/audit",
        }
    }

    /// Whether this role may do something.
    pub fn may(self, action: Action) -> bool {
        GRANTS.iter().any(|(granted, roles)| *granted == action && roles.contains(&self))
    }

    /// Whether an account of this role is bound to a period and ends by itself.
    pub fn bound(self) -> bool {
        self == Self::Auditor
    }
}

/// Something that a role may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Read scores, safeguards, controls and drift.
    ReadScores,
    /// Read findings.
    ReadFindings,
    /// Read how the collection goes.
    ReadCollection,
    /// Start a round.
    StartRound,
    /// Read counters for a monitoring system.
    ReadMetrics,
    /// Read the audit log.
    ReadAudit,
    /// Take the audit log away.
    ExportAudit,
    /// See the state of backups, anchors and the installation.
    ReadSystem,
    /// Make a backup now.
    StartBackup,
    /// See who has an account.
    ReadPeople,
    /// Invite people, change roles, end accounts.
    ChangePeople,
    /// See and change one's own account.
    KeepAccount,
    /// Make API tokens of one's own.
    KeepTokens,
    /// Send traces and logs.
    SendTelemetry,
    /// Read traces and logs, without what identifies patients.
    ReadTelemetry,
    /// Say that a producer of telemetry is gone for good.
    KeepTelemetry,
    /// Close a violation of an indicator.
    CloseViolations,
    /// Read the registers: vendors, systems, incidents, drills.
    ReadRegisters,
    /// Change the registers of vendors, systems and drills.
    KeepRegisters,
    /// Register incidents and change what is known of them.
    KeepIncidents,
    /// Read alerts, the incidents of the on-call queue, suppressions and notifications.
    ReadAlerts,
    /// Acknowledge, assign, snooze, escalate and resolve incidents of the on-call queue.
    WorkIncidents,
    /// Try a contact, and send a notification again.
    TryContacts,
    /// Ask for a suppression, or end one.
    AskSuppressions,
    /// Approve or reject a suppression that somebody else asked for.
    ApproveSuppressions,
    /// Send events of GuardDuty and Security Hub as they happen.
    SendEvents,
    /// Read runbooks and their runs.
    ReadRunbooks,
    /// Work through a runbook and sign it off.
    WorkRunbooks,
    /// Change the text of a runbook.
    EditRunbooks,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 29] = [
        Self::ReadScores,
        Self::ReadFindings,
        Self::ReadCollection,
        Self::StartRound,
        Self::ReadMetrics,
        Self::ReadAudit,
        Self::ExportAudit,
        Self::ReadSystem,
        Self::StartBackup,
        Self::ReadPeople,
        Self::ChangePeople,
        Self::KeepAccount,
        Self::KeepTokens,
        Self::SendTelemetry,
        Self::ReadTelemetry,
        Self::KeepTelemetry,
        Self::CloseViolations,
        Self::ReadRegisters,
        Self::KeepRegisters,
        Self::KeepIncidents,
        Self::ReadAlerts,
        Self::WorkIncidents,
        Self::TryContacts,
        Self::AskSuppressions,
        Self::ApproveSuppressions,
        Self::SendEvents,
        Self::ReadRunbooks,
        Self::WorkRunbooks,
        Self::EditRunbooks,
    ];

    /// The word in scopes, JSON and the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReadScores => "read-scores",
            Self::ReadFindings => "read-findings",
            Self::ReadCollection => "read-collection",
            Self::StartRound => "start-round",
            Self::ReadMetrics => "read-metrics",
            Self::ReadAudit => "read-audit",
            Self::ExportAudit => "export-audit",
            Self::ReadSystem => "read-system",
            Self::StartBackup => "start-backup",
            Self::ReadPeople => "read-people",
            Self::ChangePeople => "change-people",
            Self::KeepAccount => "keep-account",
            Self::KeepTokens => "keep-tokens",
            Self::SendTelemetry => "send-telemetry",
            Self::ReadTelemetry => "read-telemetry",
            Self::KeepTelemetry => "keep-telemetry",
            Self::CloseViolations => "close-violations",
            Self::ReadRegisters => "read-registers",
            Self::KeepRegisters => "keep-registers",
            Self::KeepIncidents => "keep-incidents",
            Self::ReadAlerts => "read-alerts",
            Self::WorkIncidents => "work-incidents",
            Self::TryContacts => "try-contacts",
            Self::AskSuppressions => "ask-suppressions",
            Self::ApproveSuppressions => "approve-suppressions",
            Self::SendEvents => "send-events",
            Self::ReadRunbooks => "read-runbooks",
            Self::WorkRunbooks => "work-runbooks",
            Self::EditRunbooks => "edit-runbooks",
        }
    }

    /// What it means, as it completes "may …".
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ReadScores => "read scores, safeguards, controls and drift",
            Self::ReadFindings => "read findings",
            Self::ReadCollection => "read how the collection goes",
            Self::StartRound => "start a round",
            Self::ReadMetrics => "read metrics",
            Self::ReadAudit => "read the audit log",
            Self::ExportAudit => "export the audit log",
            Self::ReadSystem => "see backups, anchors and the installation",
            Self::StartBackup => "make a backup",
            Self::ReadPeople => "see who has an account",
            Self::ChangePeople => "invite people, change roles and end accounts",
            Self::KeepAccount => "see and change the own account",
            Self::KeepTokens => "make API tokens",
            Self::SendTelemetry => "send traces and logs",
            Self::ReadTelemetry => "read traces and logs, redacted",
            Self::KeepTelemetry => "say that a producer of telemetry is gone",
            Self::CloseViolations => "close violations of an indicator",
            Self::ReadRegisters => "read the registers",
            Self::KeepRegisters => "change the registers of vendors, systems and drills",
            Self::KeepIncidents => "register and change incidents",
            Self::ReadAlerts => "read alerts, incidents, suppressions and notifications",
            Self::WorkIncidents => "acknowledge, assign, snooze, escalate and resolve incidents",
            Self::TryContacts => "try contacts and send notifications again",
            Self::AskSuppressions => "ask for suppressions and end them",
            Self::ApproveSuppressions => "approve and reject suppressions",
            Self::SendEvents => "send events of GuardDuty and Security Hub",
            Self::ReadRunbooks => "read runbooks and their runs",
            Self::WorkRunbooks => "work through runbooks and sign them off",
            Self::EditRunbooks => "change the text of runbooks",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }

    /// What an API token may be made for: reading, starting a round and sending telemetry. People,
    /// accounts and exports want a person.
    pub fn for_tokens(self) -> bool {
        matches!(
            self,
            Self::ReadScores
                | Self::ReadFindings
                | Self::ReadCollection
                | Self::ReadMetrics
                | Self::ReadAudit
                | Self::ReadSystem
                | Self::StartRound
                | Self::SendTelemetry
                | Self::ReadTelemetry
                | Self::ReadRegisters
                | Self::ReadAlerts
                | Self::SendEvents
                | Self::ReadRunbooks
        )
    }

    /// Whether it only reads.
    pub fn reads(self) -> bool {
        matches!(
            self,
            Self::ReadScores
                | Self::ReadFindings
                | Self::ReadCollection
                | Self::ReadMetrics
                | Self::ReadAudit
                | Self::ReadSystem
                | Self::ReadPeople
                | Self::ReadTelemetry
                | Self::ReadRegisters
                | Self::ReadAlerts
                | Self::ReadRunbooks
        )
    }
}

use Role::{Administrator, Auditor, Compliance, Engineer, Executive, OnCall};

const EVERYBODY: &[Role] = &Role::ALL;
const STAFF: &[Role] = &[Executive, OnCall, Engineer, Compliance, Administrator];

/// The table. What is not granted here is refused.
const GRANTS: &[(Action, &[Role])] = &[
    (Action::ReadScores, EVERYBODY),
    (Action::ReadFindings, EVERYBODY),
    (Action::ReadCollection, EVERYBODY),
    (Action::StartRound, STAFF),
    (Action::ReadMetrics, &[OnCall, Engineer, Administrator]),
    (Action::ReadAudit, &[Compliance, Administrator, Auditor]),
    (Action::ExportAudit, &[Compliance, Administrator, Auditor]),
    (Action::ReadSystem, &[Engineer, Compliance, Administrator, Auditor]),
    (Action::StartBackup, &[Engineer, Administrator]),
    (Action::ReadPeople, &[Compliance, Administrator]),
    (Action::ChangePeople, &[Administrator]),
    (Action::KeepAccount, EVERYBODY),
    (Action::KeepTokens, &[OnCall, Engineer, Compliance, Administrator]),
    (Action::SendTelemetry, &[Engineer, Administrator]),
    (Action::ReadTelemetry, &[OnCall, Engineer, Compliance, Administrator]),
    (Action::KeepTelemetry, &[Engineer, Administrator]),
    (Action::CloseViolations, &[OnCall, Compliance, Administrator]),
    (Action::ReadRegisters, EVERYBODY),
    (Action::KeepRegisters, &[Compliance, Administrator]),
    (Action::KeepIncidents, &[OnCall, Engineer, Compliance, Administrator]),
    (Action::ReadAlerts, EVERYBODY),
    (Action::WorkIncidents, &[OnCall, Engineer, Compliance, Administrator]),
    (Action::TryContacts, &[OnCall, Engineer, Administrator]),
    (Action::AskSuppressions, &[OnCall, Engineer, Compliance, Administrator]),
    (Action::ApproveSuppressions, &[Compliance, Administrator]),
    (Action::SendEvents, &[Engineer, Administrator]),
    (Action::ReadRunbooks, EVERYBODY),
    (Action::WorkRunbooks, &[OnCall, Engineer, Compliance, Administrator]),
    (Action::EditRunbooks, &[Compliance, Administrator]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_one_row_and_every_word_comes_back() {
        for action in Action::ALL {
            assert_eq!(GRANTS.iter().filter(|grant| grant.0 == action).count(), 1, "{action:?}");
            assert_eq!(Action::parse(action.as_str()), Some(action));
        }
        assert_eq!(GRANTS.len(), Action::ALL.len());
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }

    #[test]
    fn an_auditor_reads_and_exports_and_changes_nothing() {
        for action in Action::ALL {
            let allowed =
                action.reads() || matches!(action, Action::ExportAudit | Action::KeepAccount);
            assert!(!Role::Auditor.may(action) || allowed, "{action:?}");
        }
    }

    #[test]
    fn only_administrators_decide_who_may_come_in() {
        for role in Role::ALL {
            assert_eq!(role.may(Action::ChangePeople), role == Role::Administrator);
        }
    }
}
