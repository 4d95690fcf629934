//! From an HTTP request to an answer: identity, routing, faults, counting.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};
use serde_json::{Value, json};

use crate::answer::{Answer, Cut, Failure, Service};
use crate::call::{Call, decode, pairs};
use crate::clock::wall_ms;
use crate::faults::{Fault, FaultScript};
use crate::identity::{self, Credential};
use crate::organisation::{ACCOUNTS, Place, REGIONS};
use crate::sim::{Shared, lock};
use crate::wire::Fuse;
use crate::{backup, cloudtrail, config, guardduty, noise, route, securityhub, struck, sts};

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/_awsim/clock", axum::routing::post(set_clock))
        .route("/_awsim/faults", axum::routing::post(set_faults))
        .route("/_awsim/calls", axum::routing::get(calls))
        .fallback(serve)
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(shared)
}

async fn set_clock(State(shared): State<Arc<Shared>>, body: String) -> Response<Body> {
    let value: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
    match value.get("now_ms") {
        Some(Value::Null) => shared.clock.set(None),
        Some(Value::Number(number)) if number.is_i64() => shared.clock.set(number.as_i64()),
        _ => {
            return control(
                400,
                &json!({"error": "now_ms must be milliseconds since 1970, or null for the real clock"}),
            );
        }
    }
    control(200, &json!({"now_ms": shared.clock.now()}))
}

async fn set_faults(State(shared): State<Arc<Shared>>, body: String) -> Response<Body> {
    match FaultScript::parse(&body) {
        Ok(script) => {
            *lock(&shared.faults) = script;
            control(200, &json!({"ok": true}))
        }
        Err(error) => control(400, &json!({"error": error.to_string()})),
    }
}

async fn calls(State(shared): State<Arc<Shared>>) -> Response<Body> {
    control(200, &json!({ "calls": shared.call_counts() }))
}

fn control(status: u16, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

async fn serve(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let number = shared.requests.fetch_add(1, Ordering::Relaxed);
    let answer = match understand(&shared, &method, &uri, &headers, &body) {
        Ok((call, key_id)) => {
            if !shared.options.latency.is_zero() {
                tokio::time::sleep(shared.options.latency).await;
            }
            reply(&shared, &call, &key_id, number).await
        }
        Err((service, failure)) => failure.answer(service),
    };
    finish(&fuse, answer, noise::combine(&[shared.world.seed, number]))
}

/// Counts the call, lets a fault or the throttle strike it, and otherwise answers it.
async fn reply(shared: &Shared, call: &Call, key_id: &str, number: u64) -> Answer {
    let account = ACCOUNTS[call.place.account].id;
    let service = call.service.name();
    *lock(&shared.calls)
        .entry((service, call.operation, account, call.region_name.clone()))
        .or_default() += 1;
    let fault = lock(&shared.faults).strike(
        service,
        call.operation,
        account,
        &call.region_name,
        &call.body,
    );
    if fault == Some(Fault::Hang) {
        std::future::pending::<()>().await;
    }
    let dice = noise::combine(&[shared.world.seed, number, 0x7407]);
    if fault.is_none() && noise::unit(dice) < shared.options.throttle {
        return Failure::throttled(call.service, noise::mix(dice)).answer(call.service);
    }
    let answered = || answer(shared, call, key_id).unwrap_or_else(|f| f.answer(call.service));
    match fault {
        None => answered(),
        Some(fault) => struck::answer(fault, call, answered),
    }
}

fn answer(shared: &Shared, call: &Call, key_id: &str) -> Result<Answer, Failure> {
    match call.service {
        Service::SecurityHub => securityhub::answer(shared, call),
        Service::Config => config::answer(&shared.world, call),
        Service::GuardDuty => guardduty::answer(&shared.world, call),
        Service::Backup => backup::answer(&shared.world, call),
        Service::CloudTrail => cloudtrail::answer(&shared.world, call),
        Service::Sts => sts::answer(shared.world.seed, call, key_id),
    }
}

/// Reads identity, operation and parameters.
fn understand(
    shared: &Shared,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(Call, String), (Service, Failure)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let target = text("x-amz-target");
    let form = text("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let credential = text("authorization")
        .and_then(Credential::read)
        .ok_or_else(|| identity::unsigned(target.is_some(), form))?;
    let service = credential.service;
    let fail = |failure: Failure| (service, failure);
    let account = identity::account(shared.world.seed, &credential, text("x-amz-security-token"))
        .map_err(fail)?;
    let region = REGIONS.iter().position(|region| *region == credential.region);
    if region.is_none() && service != Service::Sts {
        let unknown = Credential { key_id: String::new(), ..credential.clone() };
        let failure = identity::account(shared.world.seed, &unknown, None).err();
        return Err(fail(failure.unwrap_or_else(|| Failure::internal(service))));
    }
    let segments: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    let raw = std::str::from_utf8(body).unwrap_or_default();
    let mut query = pairs(uri.query().unwrap_or_default());
    let operation = match service {
        Service::Config | Service::CloudTrail => {
            target.and_then(|target| route::target(service, target))
        }
        Service::Sts => {
            query.extend(pairs(raw));
            query.iter().find(|(key, _)| key == "Action").and_then(|(_, a)| route::action(a))
        }
        _ => route::rest(service, method.as_str(), &segments),
    }
    .ok_or_else(|| fail(unknown_operation(service)))?;
    let body = match (service, raw.is_empty()) {
        (Service::Sts, _) | (_, true) => Value::Null,
        _ => serde_json::from_str(raw).map_err(|error| {
            fail(Failure::new("SerializationException", 400, error.to_string()))
        })?,
    };
    let call = Call {
        service,
        operation,
        place: Place { account, region: region.unwrap_or(0) },
        region_name: credential.region,
        path: segments.into_iter().map(decode).collect(),
        query,
        body,
        now: shared.clock.now(),
    };
    Ok((call, credential.key_id))
}

fn unknown_operation(service: Service) -> Failure {
    match service {
        Service::Config | Service::CloudTrail => {
            Failure::new("UnknownOperationException", 400, "UnknownOperation")
        }
        Service::Sts => {
            Failure::new("InvalidAction", 400, "Could not find operation for version 2011-06-15")
        }
        _ => Failure::new("UnknownOperationException", 404, "UnknownOperation"),
    }
}

fn finish(fuse: &Fuse, answer: Answer, hash: u64) -> Response<Body> {
    match answer.cut {
        Some(Cut::BeforeAnswer) => fuse.light(0),
        Some(Cut::MidAnswer) => fuse.light(300 + answer.body.len() as i64 / 2),
        None => {}
    }
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    if let Ok(id) = HeaderValue::from_str(&noise::uuid(hash)) {
        headers.insert("x-amzn-requestid", id);
    }
    if let Some(code) = answer.error_type {
        headers.insert("x-amzn-errortype", HeaderValue::from_static(code));
    }
    if answer.date_skew != 0
        && let Some(date) = http_date(wall_ms() / 1000 + answer.date_skew)
    {
        headers.insert(header::DATE, date);
    }
    response
}

fn http_date(seconds: i64) -> Option<HeaderValue> {
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    HeaderValue::from_str(&moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}
