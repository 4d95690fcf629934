//! Deserialising members that may have any shape, without building a tree first.
//!
//! A member of an unexpected shape becomes [`Lenient::Odd`], and everything around it is kept.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A member that is absent, as expected, or of another shape, which is named.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Lenient<T> {
    #[default]
    Absent,
    Is(T),
    Odd(&'static str),
}

/// Text, borrowed from the answer where it has no escapes.
pub(crate) type Text<'a> = Lenient<Cow<'a, str>>;
/// A number, also as text.
pub(crate) type Number = Lenient<f64>;
/// An object.
pub(crate) type Record<T> = Lenient<Object<T>>;
/// A list; its items are lenient in turn.
pub(crate) type List<T> = Lenient<Vec<Lenient<T>>>;

/// The members of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Object<T>(pub(crate) T);

impl<T> Lenient<T> {
    pub(crate) fn is(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Odd(_) => None,
        }
    }
}

impl<T> Record<T> {
    pub(crate) fn object(&self) -> Option<&T> {
        self.is().map(|object| &object.0)
    }
}

impl Text<'_> {
    /// The text when there is any.
    pub(crate) fn text(&self) -> Option<&str> {
        self.is().map(AsRef::as_ref).filter(|text| !text.is_empty())
    }
}

/// A shape that a member may be expected to have; every other shape is refused by default.
pub(crate) trait Shape<'de>: Sized {
    const NAME: &'static str;
    fn from_text(_: Cow<'de, str>) -> Option<Self> {
        None
    }
    fn from_number(_: f64) -> Option<Self> {
        None
    }
    fn from_bool(_: bool) -> Option<Self> {
        None
    }
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        drain_map(map)?;
        Ok(None)
    }
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        drain_list(list)?;
        Ok(None)
    }
}

impl<'de: 'a, 'a> Shape<'de> for Cow<'a, str> {
    const NAME: &'static str = "text";
    fn from_text(text: Cow<'de, str>) -> Option<Self> {
        Some(text)
    }
}

impl Shape<'_> for f64 {
    const NAME: &'static str = "a number";
    fn from_text(text: Cow<'_, str>) -> Option<Self> {
        text.trim().parse().ok()
    }
    fn from_number(number: f64) -> Option<Self> {
        Some(number)
    }
}

impl Shape<'_> for bool {
    const NAME: &'static str = "true or false";
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for Object<T> {
    const NAME: &'static str = "an object";
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|value| Some(Self(value)))
    }
}

impl<'de, T: Deserialize<'de>> Shape<'de> for Vec<T> {
    const NAME: &'static str = "a list";
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut items = Self::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Some(items))
    }
}

fn drain_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

fn drain_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

impl<'de, T: Shape<'de>> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyShape(PhantomData))
    }
}

struct AnyShape<T>(PhantomData<T>);

impl<'de, T: Shape<'de>> Visitor<'de> for AnyShape<T> {
    type Value = Lenient<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Borrowed(text)).map_or(Lenient::Odd("text"), Lenient::Is))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(T::from_text(Cow::Owned(text)).map_or(Lenient::Odd("text"), Lenient::Is))
    }

    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(T::from_number(number).map_or(Lenient::Odd("a number"), Lenient::Is))
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_f64(number as f64)
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_f64(number as f64)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_bool(value).map_or(Lenient::Odd("true or false"), Lenient::Is))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Lenient::Absent)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Ok(T::from_map(map)?.map_or(Lenient::Odd("an object"), Lenient::Is))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Ok(T::from_list(list)?.map_or(Lenient::Odd("a list"), Lenient::Is))
    }
}
