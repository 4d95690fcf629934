//! The runbooks that an installation works with, by id.
//!
//! What somebody edited stands before a file of the operator's folder, and that before the one that
//! ships. One that cannot be read is told with its flaws, and the one behind it is used: in an
//! emergency a runbook of yesterday is better than none.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::flaw::Flaw;
use super::library;
use super::template::{Signal, Template};
use crate::register::words;

words!(
    /// Where a runbook comes from.
    Origin {
        /// With the product.
        Shipped = "shipped", "Shipped with Wardround";
        /// A file in the folder that the configuration names.
        Folder = "folder", "From the operator's folder";
        /// Edited in the product.
        Edited = "edited", "Edited here";
    }
);

/// A runbook on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// The runbook.
    pub template: Template,
    /// Where it comes from.
    pub origin: Origin,
}

/// Something that should be a runbook and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The name of the file, or the id.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What is wrong.
    pub flaws: Vec<Flaw>,
}

/// The shelf. Copies share what stands on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    books: BTreeMap<String, Arc<Shelved>>,
    unread: Vec<Unread>,
}

impl Default for Shelf {
    /// With what ships.
    fn default() -> Self {
        let shelved = |template: &Template| {
            let (template, origin) = (template.clone(), Origin::Shipped);
            (template.id.clone(), Arc::new(Shelved { template, origin }))
        };
        Self { books: library::shipped().iter().map(shelved).collect(), unread: Vec::new() }
    }
}

impl Shelf {
    /// Puts a text before whatever has its id. `name` is the id, or the name of the file, which is
    /// the id with `.md`.
    pub fn put(&mut self, name: &str, text: &str, origin: Origin) {
        match Template::parse(text) {
            Ok(template) if name.strip_suffix(".md").unwrap_or(name) == template.id => {
                self.books.insert(template.id.clone(), Arc::new(Shelved { template, origin }));
            }
            Ok(template) => {
                let wrong = format!("the id is “{}”, and the file is called “{name}”", template.id);
                self.unread(name, origin, wrong, format!("call it {}.md", template.id));
            }
            Err(flaws) => self.unread.push(Unread { name: name.to_owned(), origin, flaws }),
        }
    }

    /// Notes something that could not be read at all.
    pub fn unread(
        &mut self,
        name: &str,
        origin: Origin,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) {
        let flaw = Flaw { line: 1, wrong: wrong.into(), right: right.into() };
        self.unread.push(Unread { name: name.to_owned(), origin, flaws: vec![flaw] });
    }

    /// The one with this id.
    pub fn get(&self, id: &str) -> Option<&Shelved> {
        self.books.get(id).map(Arc::as_ref)
    }

    /// All of them, by id.
    pub fn all(&self) -> impl Iterator<Item = &Shelved> {
        self.books.values().map(Arc::as_ref)
    }

    /// What cannot be read.
    pub fn flawed(&self) -> &[Unread] {
        &self.unread
    }

    /// Those that fit an alert, the best first.
    pub fn suggest(&self, signal: Signal<'_>) -> Vec<&Template> {
        library::suggest(self.all().map(|shelved| &shelved.template), signal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOST: &str = "lost-device";

    fn text(title: &str) -> String {
        let shipped = library::by_id(LOST).unwrap();
        shipped.source.replace(&shipped.title, title)
    }

    #[test]
    fn what_was_edited_stands_before_the_folder_and_that_before_what_ships() {
        let mut shelf = Shelf::default();
        assert_eq!(shelf.all().count(), library::FILES.len());
        assert_eq!(shelf.get(LOST).unwrap().origin, Origin::Shipped);
        shelf.put("lost-device.md", &text("Ours"), Origin::Folder);
        shelf.put(LOST, &text("Edited"), Origin::Edited);
        let shelved = shelf.get(LOST).unwrap();
        assert_eq!((shelved.template.title.as_str(), shelved.origin), ("Edited", Origin::Edited));
        assert_eq!(shelf.all().count(), library::FILES.len());
        assert!(shelf.flawed().is_empty());
        let signal = Signal { family: Some("lost-device"), ..Signal::default() };
        assert_eq!(shelf.suggest(signal)[0].title, "Edited");
    }

    #[test]
    fn what_cannot_be_read_is_told_and_hides_nothing() {
        let mut shelf = Shelf::default();
        shelf.put("lost-device.md", "nothing", Origin::Folder);
        shelf.put("other.md", &text("Ours"), Origin::Folder);
        shelf.unread("strange.md", Origin::Folder, "it is no text", "write UTF-8");
        assert_eq!(shelf.get(LOST).unwrap().origin, Origin::Shipped);
        let names: Vec<_> = shelf.flawed().iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["lost-device.md", "other.md", "strange.md"]);
        assert!(shelf.flawed()[1].flaws[0].to_string().contains("call it lost-device.md"));
    }
}
