//! The rows.

use leptos::prelude::*;
use store::FindingRow;

use crate::components::{ago, finding_mark, severity_mark, sticky};
use crate::setting::Setting;
use crate::words;

pub(super) fn table(rows: &[FindingRow]) -> AnyView {
    let here = Setting::here();
    let rows = rows.iter().map(|row| finding(row, &here)).collect_view();
    let table = view! {
        <table class="findings">
            <caption class="hidden">"Findings, the most severe and latest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Severity"</th>
                    <th scope="col">"Finding"</th>
                    <th scope="col">"Resource"</th>
                    <th scope="col">"Account, region"</th>
                    <th scope="col">"Source"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Updated"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    };
    sticky("Findings", table)
}

fn finding(row: &FindingRow, here: &Setting) -> AnyView {
    let sample = row.sample.then(|| view! { " " <span class="tag">"Sample"</span> });
    view! {
        <tr>
            <td>{severity_mark(row.severity)}</td>
            <th scope="row" class="title">
                <a href=format!("/findings/{}", row.id)><bdi>{title(row)}</bdi></a>
                {sample}
            </th>
            <td class="clip" title=row.resource.key.to_string()>
                <bdi>{resource(row)}</bdi> <br/> <span class="quiet">{kind(row)}</span>
            </td>
            <td class="clip">
                {here.account_name(&row.account)} <br/>
                <span class="quiet">{row.region.to_string()}</span>
            </td>
            <td class="clip">
                {row.source.title()} {product(row)}
            </td>
            <td class="nowrap">{finding_mark(row.state)}</td>
            <td class="nowrap">{ago(row.updated_at)}</td>
        </tr>
    }
    .into_any()
}

/// A source may send no title; a link needs words all the same.
fn title(row: &FindingRow) -> String {
    match (row.title.trim(), row.check.trim()) {
        ("", "") => format!("Untitled finding of {}", row.source.title()),
        ("", check) => check.to_owned(),
        (title, _) => title.to_owned(),
    }
}

fn resource(row: &FindingRow) -> String {
    let name = row.resource.name.trim();
    let name = if name.is_empty() { row.resource.key.short() } else { name };
    match row.resource_count {
        0 | 1 => name.to_owned(),
        n => format!("{name} and {} more", words::count(n - 1)),
    }
}

/// `S3 Bucket` of `AWS::S3::Bucket`.
fn kind(row: &FindingRow) -> String {
    crate::pages::finding::kind_words(&row.resource.kind)
}

/// The product, where it says more than the source does.
fn product(row: &FindingRow) -> Option<AnyView> {
    let product = row.product.clone();
    (!product.is_empty() && product != row.source.title())
        .then(|| view! { <br/> <span class="quiet">{product}</span> }.into_any())
}
