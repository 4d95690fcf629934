//! The only code that also runs in the browser.
//!
//! An island takes no properties: what it needs stands in the page around it, as text or as `data-`
//! attributes, so that neither a JSON reader nor a copy of the data has to be loaded. Pages are
//! complete without any of this. Once all of them answer, the document has the attribute
//! `data-awake`.

mod copy;
mod go_on;
mod live;
mod oncall;
mod session;
mod stream;
mod theme;

pub use copy::{CopyButton, CopyButtonProps};
pub use go_on::{GoOn, GoOnProps};
pub use live::{LiveStatus, LiveStatusProps};
pub use oncall::{OncallKeys, OncallKeysProps};
pub use session::{SessionWatch, SessionWatchProps};
pub use theme::{ThemeChoice, ThemeSwitch, ThemeSwitchProps};
