//! The numbers under which small enumerations are stored. They never change.

use domain::alert::Class;
use domain::sli::invariant::Disposition;
use domain::sli::{Sli, SliState};
use domain::telemetry::{AuthCause, Position};
use domain::{
    AccessOutcome, FindingState, IdentityKind, Part, Reason, Role, ScopeState, Severity, Source,
    State, TransitionKind, Verdict,
};

use crate::alert::Lane;
use crate::alert::notices::DeliveryState;
use crate::session::Stage;
use crate::{RunState, StoreError, Trigger};

/// An enumeration that is stored as a small number.
pub(crate) trait Code: Sized + Copy {
    /// Its number.
    fn code(self) -> i64;
    /// The inverse; `None` for a number of a newer program.
    fn of_code(code: i64) -> Option<Self>;

    /// The inverse, as an error when the number is unknown.
    fn read(code: i64) -> Result<Self, StoreError> {
        Self::of_code(code).ok_or_else(|| StoreError::Unreadable {
            doing: "reading a stored word",
            what: format!("{code} is no {}", std::any::type_name::<Self>()),
        })
    }
}

macro_rules! codes {
    ($($kind:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl Code for $kind {
            fn code(self) -> i64 {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            fn of_code(code: i64) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    )+};
}

codes! {
    Source { SecurityHub = 0, Config = 1, GuardDuty = 2, Backup = 3, CloudTrail = 4 }
    Part {
        Hub = 0, Findings = 1, Recorder = 2, Inventory = 3, Rules = 4, Detector = 5, Vaults = 6,
        RecoveryPoints = 7, Plans = 8, BackupJobs = 9, CopyJobs = 10, RestoreJobs = 11,
        ProtectedResources = 12, Trails = 13, SignIns = 14, Denials = 15,
    }
    Severity { Critical = 0, High = 1, Medium = 2, Low = 3, Informational = 4 }
    FindingState {
        Open = 0, Suppressed = 1, Unknown = 2, Passed = 3, Resolved = 4, Archived = 5,
        NotApplicable = 6,
    }
    Verdict { Pass = 0, Fail = 1, NotApplicable = 2, Unknown = 3, Error = 4 }
    State {
        Fail = 0, Error = 1, Stale = 2, NotEvaluated = 3, Excepted = 4, Pass = 5,
        NotApplicable = 6,
    }
    Reason {
        Reported = 0, SourceCannotTell = 1, TooOld = 2, Unreadable = 3, RuleAbsent = 4,
        ServiceNotEnabled = 5, AccessDenied = 6, SourceFailed = 7, NotCollected = 8,
        ResourceNotJudged = 9, NotRecorded = 10, AttestationMissing = 11, NoSuchResource = 12,
        NotDemanded = 13, ExceptionApproved = 14,
    }
    ScopeState { Never = 0, Ok = 1, Partial = 2, NotEnabled = 3, Failed = 4 }
    TransitionKind {
        Regressed = 0, New = 1, Resolved = 2, Removed = 3, LostSight = 4, Confirmed = 5, Other = 6,
    }
    Trigger { Schedule = 0, Person = 1, Command = 2, Demo = 3 }
    RunState { Running = 0, Done = 1, Interrupted = 2 }
    Role {
        Executive = 0, OnCall = 1, Engineer = 2, Compliance = 3, Administrator = 4, Auditor = 5,
    }
    Stage { Password = 0, Enrolment = 1, Full = 2 }
    Sli {
        AuthenticationSuccess = 1, AuditCompleteness = 2, AuditLatency = 3, UnredactedPhi = 4,
        UnauthorisedAccess = 5, BackupEncryption = 6, BaaCoverage = 7, TimeToDetect = 8,
        TimeToContain = 9, RetentionCompliance = 10,
    }
    SliState { Violated = 0, AtRisk = 1, NoData = 2, Vacuous = 3, Met = 4 }
    Lane { Page = 0, Ticket = 1, Digest = 2, Over = 3 }
    DeliveryState { Waits = 0, Sending = 1, Delivered = 2, Refused = 3, GivenUp = 4 }
    Class { PagePhi = 0, PagePipe = 1, PageSlo = 2, Ticket = 3, Ingest = 4 }
    Disposition { Confirmed = 0, FalsePositive = 1, AcceptedRisk = 2 }
    Position {
        Key = 0, Value = 1, SpanName = 2, StatusMessage = 3, EventName = 4, TraceState = 5,
        Scope = 6, Body = 7, SeverityText = 8, Producer = 9,
    }
    AccessOutcome { Allowed = 0, Denied = 1, Failed = 2 }
    AuthCause {
        WrongCredential = 0, UnknownUser = 1, SecondFactor = 2, Blocked = 3, Timeout = 4,
        Dependency = 5, Fault = 6,
    }
    IdentityKind {
        Root = 0, User = 1, Role = 2, Federated = 3, Account = 4, Service = 5, Network = 6,
        Unknown = 7,
    }
}
