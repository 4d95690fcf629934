//! Bytes over the wire on the first load of the overview, as Chromium counts them.

use anyhow::Result;

use super::Plan;
use super::browser::{self, Visit};
use super::figure::{Figure, Line, Promise, Unit};
use super::measure::Spread;
use super::product::Product;
use crate::workspace::Workspace;

const TITLE: &str = "Bytes over the wire";

pub fn measure(workspace: &Workspace, product: &Product, plan: &Plan) -> Result<Figure> {
    let data = product.database_copy(plan.size(10_000, 2_000), "wire")?;
    let dashboards = product.serve_at_rest(&data)?;
    let address = format!("{}/", dashboards.server.base());
    let visit = Visit::page(&address, &dashboards.session);
    let visit = browser::visit(workspace, &product.folder, &visit)?;
    let total: f64 = visit.answers.iter().map(|answer| answer.bytes).sum();
    let mut lines = vec![Line::promised(
        "first load of `/`, all of it",
        Spread::of(&[total]),
        Unit::Kilobytes,
        Promise::at_most(Some(150e3), Some(100e3)),
    )];
    for answer in &visit.answers {
        let what = format!("`{}` ({})", answer.path, answer.encoding);
        lines.push(Line::told(what, Spread::of(&[answer.bytes]), Unit::Kilobytes));
    }
    Ok(Figure::new(TITLE, METHOD.to_owned(), lines))
}

const METHOD: &str = "`wardround serve` over 10,000 findings; headless Chromium with an empty \
    profile but for a session opens `/`, and its DevTools protocol reports the bytes of every answer as they came \
    over the connection, headers included (`Network.loadingFinished`, `encodedDataLength`), until \
    nothing was asked for half a second. The stream of live events, which does not end, is not \
    counted.";
