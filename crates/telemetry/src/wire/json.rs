//! The quirks of OTLP/JSON (opentelemetry.io/docs/specs/otlp, "JSON Protobuf Encoding"): ids in
//! hexadecimal, 64-bit integers as text or numbers, bytes in base64, enumerations as numbers (here
//! by name too), `null` for "not there", unknown fields ignored.
//!
//! No message of an error here repeats what was sent; the caller keeps only line and column.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

use super::{Any, AnyValue, ArrayValue, KeyValueList};

/// A value or `null`, which stands for its default.
pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Bytes in hexadecimal. What is none reads as empty: the record alone is rejected for it, not the
/// whole request.
pub fn hex_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text: String = nullable(deserializer)?;
    Ok(hex::decode(text).unwrap_or_default())
}

/// A number, or text that is one.
enum Number {
    Whole(i128),
    Broken(f64),
    Word(String),
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl Visitor<'_> for Reads {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, or text that is one")
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Whole(value.into()))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number::Whole(value.into()))
            }
            fn visit_f64<E: Error>(self, value: f64) -> Result<Number, E> {
                Ok(Number::Broken(value))
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Number, E> {
                if let Ok(whole) = value.parse() {
                    return Ok(Number::Whole(whole));
                }
                Ok(value.parse().map_or_else(|_| Number::Word(value.to_owned()), Number::Broken))
            }
            fn visit_unit<E: Error>(self) -> Result<Number, E> {
                Ok(Number::Whole(0))
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

impl Number {
    /// A whole number; `1e3` counts as one.
    fn whole(self) -> Option<i128> {
        match self {
            Self::Whole(whole) => Some(whole),
            Self::Broken(broken) if broken.fract() == 0.0 && broken.abs() < 1e19 => {
                Some(broken as i128)
            }
            _ => None,
        }
    }
}

/// An unsigned 64-bit integer.
pub fn u64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let whole = Number::deserialize(deserializer)?.whole();
    whole.and_then(|whole| whole.try_into().ok()).ok_or_else(|| Error::custom("not a number"))
}

fn enumeration<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &[(&str, i32)],
) -> Result<i32, D::Error> {
    Ok(match Number::deserialize(deserializer)? {
        Number::Whole(whole) => whole.try_into().unwrap_or_default(),
        Number::Broken(_) => 0,
        Number::Word(word) => names
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))
            .map_or(0, |(_, value)| *value),
    })
}

/// `Span.SpanKind`.
pub fn span_kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(
        deserializer,
        &[
            ("SPAN_KIND_INTERNAL", 1),
            ("SPAN_KIND_SERVER", 2),
            ("SPAN_KIND_CLIENT", 3),
            ("SPAN_KIND_PRODUCER", 4),
            ("SPAN_KIND_CONSUMER", 5),
        ],
    )
}

/// `Status.StatusCode`.
pub fn status_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(deserializer, &[("STATUS_CODE_OK", 1), ("STATUS_CODE_ERROR", 2)])
}

/// `SeverityNumber`; of its names the first of each four.
pub fn severity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    enumeration(
        deserializer,
        &[
            ("SEVERITY_NUMBER_TRACE", 1),
            ("SEVERITY_NUMBER_DEBUG", 5),
            ("SEVERITY_NUMBER_INFO", 9),
            ("SEVERITY_NUMBER_WARN", 13),
            ("SEVERITY_NUMBER_ERROR", 17),
            ("SEVERITY_NUMBER_FATAL", 21),
        ],
    )
}

/// Bytes in base64: the standard alphabet or the one for URLs, padded or not.
fn base64<E: Error>(text: &str) -> Result<Vec<u8>, E> {
    crate::encoded::base64(text.as_bytes()).ok_or_else(|| E::custom("not base64"))
}

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = AnyValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one of the fields of AnyValue")
            }
            fn visit_unit<E: Error>(self) -> Result<AnyValue, E> {
                Ok(AnyValue { value: None })
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<AnyValue, M::Error> {
                let mut value = None;
                while let Some(field) = map.next_key::<String>()? {
                    if let Some(read) = read_any(&field, &mut map)? {
                        value = Some(read);
                    }
                }
                Ok(AnyValue { value })
            }
        }
        deserializer.deserialize_any(Reads)
    }
}

fn read_any<'de, M: MapAccess<'de>>(field: &str, map: &mut M) -> Result<Option<Any>, M::Error> {
    Ok(match field {
        "stringValue" => map.next_value::<Option<String>>()?.map(Any::Text),
        "boolValue" => map.next_value::<Option<bool>>()?.map(Any::Bool),
        "intValue" => match map.next_value::<Option<Number>>()? {
            None => None,
            Some(number) => Some(Any::Int(
                number
                    .whole()
                    .and_then(|whole| i64::try_from(whole).ok())
                    .ok_or_else(|| M::Error::custom("not a 64-bit integer"))?,
            )),
        },
        "doubleValue" => match map.next_value::<Option<Number>>()? {
            None => None,
            Some(Number::Whole(whole)) => Some(Any::Double(whole as f64)),
            Some(Number::Broken(broken)) => Some(Any::Double(broken)),
            Some(Number::Word(_)) => return Err(M::Error::custom("not a number")),
        },
        "arrayValue" => map.next_value::<Option<ArrayValue>>()?.map(Any::List),
        "kvlistValue" => map.next_value::<Option<KeyValueList>>()?.map(Any::Map),
        "bytesValue" => match map.next_value::<Option<String>>()? {
            None => None,
            Some(text) => Some(Any::Bytes(base64(&text)?)),
        },
        _ => {
            map.next_value::<IgnoredAny>()?;
            None
        }
    })
}
