//! The form for a new record.

use std::marker::PhantomData;

use domain::register::{Filled, Flaw, Known};
use leptos::prelude::*;
use store::Reader;

use super::Register;
use super::list::article;
use crate::components::{Asked, crumbs, fields, flaws_told, heading};
use crate::error::PageError;
use crate::pages::{Ask, Page};
use crate::shell::Here;

/// What a new record asks for.
#[derive(Debug, Clone)]
pub struct FormPage<T: Register> {
    /// What is filled in.
    pub filled: Filled,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// What records may refer to.
    pub known: Known,
    /// Of which register.
    pub of: PhantomData<T>,
}

impl<T: Register> Page for FormPage<T> {
    const HERE: Here = Here::Registers;
    const KEPT: bool = false;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Ok(Self {
            filled: Filled::default(),
            flaws: Vec::new(),
            known: reader.register_known::<T>(ask.now).await?,
            of: PhantomData,
        })
    }

    fn title(&self) -> String {
        format!("Register {} {}", article(T::ONE), T::WORD)
    }

    fn view(self) -> AnyView {
        let path = vec![
            ("/registers".to_owned(), "Registers".to_owned()),
            (T::PATHS.list.to_owned(), T::MANY.to_owned()),
        ];
        let asked = Asked {
            fields: T::FIELDS,
            filled: &self.filled,
            flaws: &self.flaws,
            known: &self.known,
        };
        view! {
            {crumbs(path)}
            {heading(self.title(), T::PURPOSE, ())}
            {flaws_told(T::FIELDS, &self.flaws)}
            {record_form::<T>(T::PATHS.list, asked, None, "Register")}
        }
        .into_any()
    }
}

/// The form of a record; `version` is number and version of the one that it changes.
pub(super) fn record_form<T: Register>(
    action: &'static str,
    asked: Asked<'_>,
    version: Option<(String, String)>,
    button: &'static str,
) -> AnyView {
    let file = T::file_field();
    let encoding = file.is_some().then_some("multipart/form-data");
    let hidden = version.map(|(id, version)| {
        view! {
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="version" value=version/>
        }
    });
    view! {
        <form method="post" action=action enctype=encoding class="form form-record" novalidate>
            {hidden}
            {fields(asked, file)}
            <button class="button button-primary">{button}</button>
        </form>
    }
    .into_any()
}
