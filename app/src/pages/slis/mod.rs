//! `/slis`: the ten service level indicators at a glance.

use domain::Timestamp;
use domain::sli::Reading;
use leptos::prelude::*;
use store::Reader;

use super::{Ask, Page};
use crate::components::{ago, budget, call, heading, sli_mark, sticky};
use crate::error::PageError;
use crate::shell::Here;
use crate::words;

/// All ten.
#[derive(Debug, Clone)]
pub struct SlisPage {
    /// What they say, in the order of their numbers.
    pub readings: Vec<Reading>,
    /// The present.
    pub now: Timestamp,
}

impl Page for SlisPage {
    const HERE: Here = Here::Slis;

    async fn load(reader: &Reader, ask: &Ask<'_>) -> Result<Self, PageError> {
        Ok(Self { readings: reader.sli_readings(ask.now).await?, now: ask.now })
    }

    fn title(&self) -> String {
        "Service levels".to_owned()
    }

    fn view(self) -> AnyView {
        let sentence = "Ten indicators of how protected health information is handled. What nobody \
                        can tell is “no data”, and never good.";
        let rows = self.readings.iter().map(|reading| row(reading, self.now)).collect_view();
        let table = view! {
            <table class="slis">
                <caption class="hidden">"Service level indicators"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Indicator"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="number">"Now"</th>
                        <th scope="col">"Target"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Budget of 30 days"</th>
                        <th scope="col">"As of"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        };
        view! { {heading("Service levels", sentence, ())} {sticky("Indicators", table)} }.into_any()
    }
}

fn row(reading: &Reading, now: Timestamp) -> AnyView {
    let definition = reading.sli.definition();
    let href = format!("/slis/{}", reading.sli.as_str());
    let called = call(reading, now).map(|words| view! { <span class="below">{words}</span> });
    let of = (reading.total > 0).then(|| {
        let words = format!("{} of {}", words::count(reading.good), words::count(reading.total));
        view! { <span class="below">{words}</span> }
    });
    view! {
        <tr>
            <th scope="row" class="title">
                <a href=href>
                    <span class="code">{definition.code}</span> " " {definition.title}
                </a>
            </th>
            <td class="nowrap">{sli_mark(reading.state)} {called}</td>
            <td class="number nowrap">{reading.figure()} {of}</td>
            <td class="nowrap">{definition.target.to_string()}</td>
            <td class="reason">{reading.why.clone()}</td>
            <td class="nowrap quiet">{budget(reading).unwrap_or_else(|| "–".to_owned())}</td>
            <td class="nowrap">
                {reading.as_of.map_or_else(|| "never".into_any(), |at| ago(at).into_any())}
            </td>
        </tr>
    }
    .into_any()
}
