//! One visit: a source, in an account and a region.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::AssertUnwindSafe;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use domain::{
    Account, Batch, Clock, ErrorClass, Evidence, Outcome, Part, PartStatus, Scope, ScopeState,
    ScopeStatus, Source, SourceError, Sweep, Timestamp,
};
use futures::FutureExt;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::capture::{Capture, Seen};
use crate::operation::Operation;
use crate::page::{self, Mapped, Page, Unreadable, problem};
use crate::pager::Pager;
use crate::resource_name::Place;
use crate::{Session, backup, cloudtrail, config, fault, guardduty, securityhub};

/// An incremental pull reaches back so far behind its watermark: a source may show a change some
/// time after the moment that the change bears.
pub(crate) const OVERLAP_MS: i64 = 15 * domain::id::MINUTE_MS;
/// An incremental source is read from the beginning when the last time was so long ago, because
/// none of them tells what it deleted.
const FULL_EVERY_MS: i64 = domain::id::DAY_MS;

/// Visits one scope. Sends a batch for each answer, and returns how it went.
///
/// Reads everything when `full` is set, when it never did before, and once a day. It never panics
/// and has no error of its own: what failed stands in the parts of the outcome. When the receiver
/// of the batches is gone, it stops.
pub async fn visit(
    session: &Session,
    account: &Account,
    scope: &Scope,
    previous: &ScopeStatus,
    clock: &dyn Clock,
    full: bool,
    out: &mpsc::Sender<Batch>,
) -> Outcome {
    let mut visit = Visit::begin(session, account, scope, previous, clock, full, out);
    let run = async {
        match scope.source {
            Source::SecurityHub => securityhub::fetch::run(&mut visit).await,
            Source::Config => config::fetch::run(&mut visit).await,
            Source::GuardDuty => guardduty::fetch::run(&mut visit).await,
            Source::Backup => backup::fetch::run(&mut visit).await,
            Source::CloudTrail => cloudtrail::fetch::run(&mut visit).await,
        }
    };
    let survived = AssertUnwindSafe(Box::pin(run)).catch_unwind().await.is_ok();
    visit.finish(survived)
}

/// An answer of AWS, as received.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    request_id: String,
    taken_at: Timestamp,
}

/// The state of a visit while it runs.
#[derive(Debug)]
pub(crate) struct Visit<'a> {
    pub(crate) session: &'a Session,
    pub(crate) account: &'a Account,
    pub(crate) scope: &'a Scope,
    pub(crate) started: Timestamp,
    /// Whether incremental parts are read from the beginning.
    pub(crate) full: bool,
    /// Where an incremental pull begins; the overlap is taken off.
    pub(crate) since: Option<Timestamp>,
    /// How the scope stood before.
    pub(crate) previous: &'a ScopeStatus,
    clock: &'a dyn Clock,
    out: &'a mpsc::Sender<Batch>,
    outcome: Outcome,
    /// An error that every further call would meet too.
    common: Option<SourceError>,
}

impl<'a> Visit<'a> {
    /// Gets ready.
    pub(crate) fn begin(
        session: &'a Session,
        account: &'a Account,
        scope: &'a Scope,
        previous: &'a ScopeStatus,
        clock: &'a dyn Clock,
        full: bool,
        out: &'a mpsc::Sender<Batch>,
    ) -> Self {
        let started = clock.now();
        let due = previous.last_full.is_none_or(|last| started.since(last) >= FULL_EVERY_MS);
        Self {
            session,
            account,
            scope,
            clock,
            out,
            started,
            full: full || due || previous.watermark.is_none(),
            since: previous.watermark.map(|mark| mark.plus(-OVERLAP_MS)),
            previous,
            outcome: Outcome {
                state: ScopeState::Failed,
                parts: BTreeMap::new(),
                started,
                took_ms: 0,
                items: 0,
                calls: 0,
                throttled: 0,
                problems: 0,
                watermark: None,
                full: false,
                sweeps: Vec::new(),
            },
            common: None,
        }
    }

    /// The SDK configuration for this account and region.
    pub(crate) async fn sdk(&self) -> SdkConfig {
        self.session.config(self.account, &self.scope.region).await
    }

    /// Where it takes place.
    pub(crate) fn place(&self) -> Place {
        Place { account: self.scope.account.clone(), region: self.scope.region.clone() }
    }

    /// Makes one call.
    pub(crate) async fn call<O, E, F>(
        &mut self,
        operation: &'static Operation,
        request: impl FnOnce() -> F,
    ) -> Result<Answer, SourceError>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        if let Some(error) = &self.common {
            return Err(SourceError { part: operation.part, ..error.clone() });
        }
        let scope = self.scope;
        let permit = self.session.turn(&scope.account, &scope.region, operation).await;
        // Boxed: the future of an SDK call is large, and there is one in every listing.
        let (result, seen) = Capture::during(Box::pin(request())).await;
        drop(permit);
        let Seen { attempts, throttled, body, request_id } = seen;
        self.outcome.calls += attempts;
        self.outcome.throttled += throttled;
        let answer = Answer { body, request_id, taken_at: self.clock.now() };
        match result {
            Ok(_) => Ok(answer),
            Err(error) => {
                let error = fault::classify(operation, &scope.region, &error);
                tracing::debug!(%scope, operation = operation.name, class = error.class.as_str(), code = error.code, "call failed");
                if error.class == ErrorClass::NotEnabled {
                    // That it is off is a fact, and this answer is its evidence.
                    self.send(Batch {
                        evidence: vec![evidence(operation, answer)],
                        ..Batch::default()
                    })
                    .await;
                }
                if fault::is_common(&error) {
                    self.common = Some(error.clone());
                }
                Err(error)
            }
        }
    }

    /// Fetches the next page of a listing; `None` after its token was refused for the first time,
    /// and it begins again.
    pub(crate) async fn fetch<O, E, F>(
        &mut self,
        pager: &mut Pager,
        request: impl FnOnce() -> F,
    ) -> Result<Option<Answer>, SourceError>
    where
        E: ProvideErrorMetadata + Error + 'static,
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    {
        match self.call(pager.operation, request).await {
            Ok(answer) => Ok(Some(answer)),
            Err(mut error) => {
                if pager.begins_again(&mut error) {
                    Ok(None)
                } else {
                    Err(error)
                }
            }
        }
    }

    /// Hands over what was read from an answer together with the answer itself, and returns the
    /// token of the next page.
    pub(crate) async fn keep(
        &mut self,
        operation: &'static Operation,
        answer: Answer,
        mapped: Mapped,
    ) -> Result<Option<String>, SourceError> {
        self.keep_with(operation, mapped, vec![evidence(operation, answer)]).await
    }

    async fn keep_with(
        &mut self,
        operation: &'static Operation,
        mapped: Mapped,
        evidence: Vec<Evidence>,
    ) -> Result<Option<String>, SourceError> {
        let (page, unreadable) = match mapped {
            Ok(page) => (page, None),
            Err(Unreadable(why)) => {
                let message = format!("The answer could not be read: {why}.");
                let error = fault::made(operation, ErrorClass::Unreadable, "", &message);
                let mut page = Page::default();
                page.problem(operation, "", message);
                (page, Some(error))
            }
        };
        self.send(Batch {
            findings: page.findings,
            resources: page.resources,
            problems: page.problems,
            access: page.access,
            evidence,
            ..Batch::default()
        })
        .await;
        match unreadable {
            Some(error) => Err(error),
            None => Ok(page.next),
        }
    }

    /// Hands over an answer that is a fact as a whole, and returns its JSON.
    pub(crate) async fn keep_json(
        &mut self,
        operation: &'static Operation,
        answer: Answer,
    ) -> Result<Value, SourceError> {
        let read = page::json(&answer.body);
        let (value, mapped) = match read {
            Ok(value) => (value, Ok(Page::default())),
            Err(unreadable) => (Value::Null, Err(unreadable)),
        };
        self.keep(operation, answer, mapped).await?;
        Ok(value)
    }

    /// [`Visit::keep`], and on to the next page.
    pub(crate) async fn keep_page(
        &mut self,
        pager: &mut Pager,
        answer: Answer,
        mapped: Mapped,
    ) -> Result<(), SourceError> {
        let next = self.keep(pager.operation, answer, mapped).await?;
        self.advance(pager, next).await
    }

    /// [`Visit::keep_page`] for an answer that is not to be kept as evidence.
    pub(crate) async fn keep_page_without_answer(
        &mut self,
        pager: &mut Pager,
        mapped: Mapped,
    ) -> Result<(), SourceError> {
        let next = self.keep_with(pager.operation, mapped, Vec::new()).await?;
        self.advance(pager, next).await
    }

    async fn advance(
        &mut self,
        pager: &mut Pager,
        next: Option<String>,
    ) -> Result<(), SourceError> {
        if let Err(error) = pager.advance(next) {
            self.problem(pager.operation, "", error.message.clone()).await;
            return Err(error);
        }
        Ok(())
    }

    /// Hands over a page whose items become facts of something else, and adds them to `all`.
    pub(crate) async fn keep_list(
        &mut self,
        pager: &mut Pager,
        answer: Answer,
        name: &str,
        all: &mut Vec<Value>,
    ) -> Result<(), SourceError> {
        let mapped = page::items(&answer.body, name).map(|(mut items, next)| {
            all.append(&mut items);
            Page { next, ..Page::default() }
        });
        self.keep_page(pager, answer, mapped).await
    }

    /// Hands over a batch.
    pub(crate) async fn send(&mut self, batch: Batch) {
        if batch.is_empty() {
            return;
        }
        self.outcome.items += batch.items() as u64;
        self.outcome.problems += batch.problems.len() as u64;
        if self.out.send(batch).await.is_err() && self.common.is_none() {
            self.common = Some(SourceError {
                part: Part::Findings,
                operation: String::new(),
                class: ErrorClass::Other,
                code: String::new(),
                message: "The collection was stopped.".to_owned(),
                missing_action: None,
            });
        }
    }

    /// Hands over a problem that belongs to no answer.
    pub(crate) async fn problem(&mut self, operation: &Operation, subject: &str, message: String) {
        let problems = vec![problem(operation.part, operation.name, subject, message)];
        self.send(Batch { problems, ..Batch::default() }).await;
    }

    /// Hands over, as a problem, an error that does not end its part; `subject` is what it
    /// concerns, or empty.
    pub(crate) async fn note(&mut self, error: &SourceError, subject: &str) {
        let mut message = format!("{} {}", error.class.sentence(), error.message);
        if let Some(action) = &error.missing_action {
            message = format!("{message} Missing: {action}.");
        }
        let problems = vec![problem(error.part, &error.operation, subject, message)];
        self.send(Batch { problems, ..Batch::default() }).await;
    }

    /// Whether further calls have a chance: no error was met that every one of them would meet.
    pub(crate) fn goes_on(&self) -> bool {
        self.common.is_none()
    }

    /// Writes down how a part went.
    pub(crate) fn part(&mut self, part: Part, result: Result<(), SourceError>) {
        // What was read before the receiver went away was not stored.
        let result = match (&self.common, result) {
            (Some(error), Ok(())) if self.out.is_closed() => Err(error.clone()),
            (_, result) => result,
        };
        let status = match result {
            Ok(()) => PartStatus { as_of: Some(self.started), error: None, not_enabled: false },
            Err(error) if error.class == ErrorClass::NotEnabled => {
                PartStatus { as_of: None, error: None, not_enabled: true }
            }
            Err(error) => PartStatus {
                as_of: None,
                error: Some(SourceError { part, ..error }),
                not_enabled: false,
            },
        };
        self.outcome.parts.insert(part, status);
    }

    /// Writes down that parts cannot be read because the service is off.
    pub(crate) fn off(&mut self, parts: &[Part]) {
        for part in parts {
            self.outcome
                .parts
                .insert(*part, PartStatus { as_of: None, error: None, not_enabled: true });
        }
    }

    /// Writes down a complete listing.
    pub(crate) fn sweep(&mut self, sweep: Sweep) {
        self.outcome.sweeps.push(sweep);
    }

    /// Writes down how far an incremental pull has come. The mark never lies ahead of the visit's
    /// start: a source that dates a finding into the future must not blind us to the present.
    pub(crate) fn pulled(&mut self, latest: Option<Timestamp>) {
        self.outcome.full = self.full;
        self.outcome.watermark = match latest {
            Some(latest) => {
                let mark = self.since.map(|since| since.plus(OVERLAP_MS));
                Some(latest.min(self.started)).max(mark)
            }
            // An empty source has been read up to now.
            None if self.full => Some(self.started),
            None => None,
        };
    }

    fn finish(mut self, survived: bool) -> Outcome {
        let parts = self.scope.source.parts();
        for part in parts {
            if !self.outcome.parts.contains_key(part) {
                let error = SourceError {
                    part: *part,
                    operation: String::new(),
                    class: ErrorClass::Other,
                    code: String::new(),
                    message: if survived {
                        "This part was not reached.".to_owned()
                    } else {
                        "The collector failed; this is a fault of Wardround.".to_owned()
                    },
                    missing_action: None,
                };
                self.part(*part, Err(error));
            }
        }
        let statuses = || self.outcome.parts.values();
        let read = statuses().filter(|status| status.as_of.is_some()).count();
        let failed = statuses().filter(|status| status.error.is_some()).count();
        self.outcome.state = if failed == 0 && read < parts.len() {
            ScopeState::NotEnabled
        } else if failed == 0 {
            ScopeState::Ok
        } else if read == 0 {
            ScopeState::Failed
        } else {
            ScopeState::Partial
        };
        self.outcome.took_ms = self.clock.now().since(self.started);
        self.outcome
    }
}

fn evidence(operation: &Operation, answer: Answer) -> Evidence {
    Evidence {
        part: operation.part,
        operation: operation.name.to_owned(),
        request_id: answer.request_id,
        taken_at: answer.taken_at,
        body: answer.body,
    }
}
