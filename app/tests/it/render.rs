//! From a page struct to the whole document.

use std::fs;
use std::path::{Path, PathBuf};

use app::islands::ThemeChoice;
use app::pages::Page;
use app::setting::Setting;
use app::shell::{Frame, document};
use app::{Assets, Mode, Progress};
use leptos::prelude::*;

use crate::samples;

fn folder() -> PathBuf {
    let target = std::env::var("CARGO_TARGET_DIR")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"), PathBuf::from);
    target.join("pages")
}

/// Renders a page as the server does, keeps it under `name`, and returns the document.
pub(crate) fn render<P: Page>(name: &str, page: P) -> String {
    keep(name, frame(P::HERE, page.title(), page.wait()), page)
}

/// The same while some data is old.
pub(crate) fn render_old<P: Page>(name: &str, page: P) -> String {
    let frame = Frame { any_stale: true, ..frame(P::HERE, page.title(), page.wait()) };
    keep(name, frame, page)
}

/// The same in a document of which something is different.
pub(crate) fn render_with<P: Page>(page: P, change: impl FnOnce(&mut Frame)) -> String {
    let mut frame = frame(P::HERE, page.title(), page.wait());
    change(&mut frame);
    keep("changed", frame, page)
}

fn keep<P: Page>(name: &str, frame: Frame, page: P) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| {
        provide_context(frame.setting.clone());
        provide_context(frame.theme);
        let page = page.view();
        document(frame, page).to_html()
    });
    let folder = folder();
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.html")), &html).unwrap();
    let dark = html.replace("data-theme=\"light\"", "data-theme=\"dark\"");
    fs::write(folder.join(format!("{name}.dark.html")), dark).unwrap();
    html
}

fn frame(here: app::shell::Here, title: String, wait: Option<u32>) -> Frame {
    Frame {
        setting: Setting::new(samples::NOW, Some(samples::organisation().into())),
        here,
        title,
        wait,
        refresh: None,
        oldest: Some(samples::ago(4)),
        any_stale: false,
        troubled: 2,
        silent: 0,
        urgent: 37,
        pages: 0,
        progress: Progress { last_finished: Some(12), ..Progress::default() },
        theme: ThemeChoice("light"),
        mode: Mode::Demo,
        assets: Assets {
            css: format!("file://{}/../style/main.css", env!("CARGO_MANIFEST_DIR")),
            ..Assets::default()
        },
        version: "0.1.0",
        nonce: "nonce".to_owned(),
        person: Some(samples::person()),
    }
}
