//! What the producer gets back, in the encoding of its request (OTLP 1.x, "OTLP/HTTP Response").

use prost::Message;
use serde_json::json;

use crate::{
    receive::Encoding,
    wire::{ExportResponse, PartialSuccess, RpcStatus},
};

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
}

/// The codes of `google.rpc.Code` that a receiver of telemetry has use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i32)]
pub enum Code {
    /// The request cannot be read. Sending it again does not help.
    InvalidArgument = 3,
    /// Too much at once; later again.
    ResourceExhausted = 8,
    /// Not now; later again.
    Unavailable = 14,
}

/// The body of the answer to an accepted request: `ExportTraceServiceResponse` or
/// `ExportLogsServiceResponse`, which says how many records were rejected and why.
pub fn accepted(signal: Signal, encoding: Encoding, rejected: u64, why: Option<String>) -> Vec<u8> {
    let message = why.unwrap_or_default();
    let partial = rejected > 0;
    match encoding {
        Encoding::Protobuf => {
            let rejected = rejected as i64;
            let partial_success = PartialSuccess { rejected, error_message: message };
            ExportResponse { partial_success: partial.then_some(partial_success) }.encode_to_vec()
        }
        Encoding::Json if !partial => b"{}".to_vec(),
        Encoding::Json => {
            // 64-bit integers are text in the JSON of protobuf.
            let rejected = rejected.to_string();
            let body = match signal {
                Signal::Traces => json!({ "rejectedSpans": rejected, "errorMessage": message }),
                Signal::Logs => json!({ "rejectedLogRecords": rejected, "errorMessage": message }),
            };
            json!({ "partialSuccess": body }).to_string().into_bytes()
        }
    }
}

/// The body of the answer to a request that failed as a whole: `google.rpc.Status`.
pub fn failed(encoding: Encoding, code: Code, message: &str) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => {
            RpcStatus { code: code as i32, message: message.to_owned() }.encode_to_vec()
        }
        Encoding::Json => {
            json!({ "code": code as i32, "message": message }).to_string().into_bytes()
        }
    }
}
