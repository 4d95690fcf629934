//! The rows.

use leptos::prelude::*;
use report::Width;

use super::{ControlLine, ControlsPage, PATH, Sort};
use crate::components::{chart, severity_mark, sticky, tally_cells, tally_head, tally_title};
use crate::query::Query;

pub(super) fn table(page: &ControlsPage) -> AnyView {
    let sorted = |sort: Sort, word: &'static str| {
        let current = (sort == page.sort).then_some("true");
        let class = if sort == page.sort { "sorted" } else { "" };
        let href = page.query.with("sort", sort.as_str()).href(PATH);
        let arrow = (sort == page.sort).then_some(" ↓");
        view! { <span class=class><a href=href aria-current=current>{word}{arrow}</a></span> }
    };
    let account = page.query.get("account").map(str::to_owned);
    let rows = page.lines.iter().map(|line| control_line(line, account.as_deref())).collect_view();
    let table = view! {
        <table class="controls">
            <caption class="hidden">"Controls that match"</caption>
            <thead>
                <tr>
                    <th scope="col">{sorted(Sort::Title, "Control")}</th>
                    <th scope="col">{sorted(Sort::Severity, "Severity")}</th>
                    <th scope="col">{sorted(Sort::State, "State")}</th>
                    {tally_head()}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    sticky("Controls", table)
}

fn control_line(line: &ControlLine, account: Option<&str>) -> AnyView {
    let ControlLine { control, tally } = line;
    let query = account.map_or_else(Query::default, |it| Query::default().with("account", it));
    let path = format!("/controls/{}", control.id);
    let bar = report::tally_bar(&tally_title(&control.title, tally), tally, Width::Narrow);
    let person = control.attestation.then(|| view! { <span class="tag">"attestation"</span> });
    let cells = tally_cells(tally, |state| {
        format!("{}#evaluations", query.with("state", state).href(&path))
    });
    view! {
        <tr>
            <th scope="row" class="title">
                <a href=query.href(&path)>{control.title.clone()}</a> " " {person}
            </th>
            <td>{severity_mark(control.severity)}</td>
            <td class="bar">{chart(bar)}</td>
            {cells}
        </tr>
    }
    .into_any()
}
