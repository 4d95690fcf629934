//! The routes of the registers.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use domain::Action::ReadRegisters;
use domain::register::{Drill, Incident, System, Vendor};

use crate::access::{Route, Routes, Rule};
use crate::actions::{register, register_import};
use crate::pages::registers::{
    FormPage, ImportPage, ListPage, RecordPage, Register, RegistersPage,
};
use crate::routes::show;
use crate::runbook_routes;
use crate::state::AppState;

/// All that fits into an ordinary form.
pub(crate) fn registers(routes: Routes<AppState>) -> Routes<AppState> {
    let routes = routes.get("/registers", Rule::may(ReadRegisters), show::<RegistersPage>);
    let routes = one::<Incident>(one::<Drill>(one::<System>(one::<Vendor>(routes))));
    plain::<Incident>(plain::<Drill>(plain::<System>(routes)))
}

fn one<T: Register>(routes: Routes<AppState>) -> Routes<AppState> {
    let (paths, read, keep) = (T::PATHS, Rule::may(ReadRegisters), Rule::may(T::KEEP));
    // What is known of an incident is looked at with a trace, as findings are.
    let item = T::VIEWED.map_or(read, |action| read.logged(action, T::WORD));
    routes
        .get(paths.list, read, show::<ListPage<T>>)
        .get(paths.new, keep, show::<FormPage<T>>)
        .get(paths.import, keep, show::<ImportPage<T>>)
        .get(paths.export, read.logged("export-register", T::WORDS), register::export::<T>)
        .get(paths.item, item, show::<RecordPage<T>>)
        .post(paths.end, keep.stored(), register::end::<T>)
}

fn plain<T: Register>(routes: Routes<AppState>) -> Routes<AppState> {
    let (paths, keep) = (T::PATHS, Rule::may(T::KEEP).stored());
    routes.post(paths.list, keep, register::add::<T>).post(
        paths.change,
        keep,
        register::change::<T>,
    )
}

/// Forms that may bring a file: the server takes more there than elsewhere. Tables are read up to a
/// mebibyte; a signed agreement goes by, is hashed, and is not kept.
pub fn uploads(state: AppState) -> (Router<()>, Vec<Route>) {
    let routes = plain::<Vendor>(Routes::new(state.clone()));
    let routes = table::<Incident>(table::<Drill>(table::<System>(table::<Vendor>(routes))));
    let routes = runbook_routes::texts(routes);
    let (router, table) = routes.with_state(state);
    (router.layer(DefaultBodyLimit::disable()), table)
}

fn table<T: Register>(routes: Routes<AppState>) -> Routes<AppState> {
    routes.post(T::PATHS.import, Rule::may(T::KEEP).stored(), register_import::import::<T>)
}
