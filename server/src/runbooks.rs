//! Runbooks of the operator: files in a folder, read at the start.
//!
//! A flaw never keeps the server from starting: it is logged, shown on `/runbooks`, and the runbook
//! that ships is used.

use std::fs;
use std::io;
use std::path::Path;

use domain::runbook::{Origin, Shelf};

/// Nobody keeps more runbooks than that; a folder with more is a mistake.
const MOST_FILES: usize = 500;
/// Larger files are no runbooks; what a template may have stands in the domain.
const LARGEST: u64 = 1024 * 1024;

/// What ships, and before it what the folder holds.
pub(crate) fn shelf(directory: Option<&Path>) -> Shelf {
    let mut shelf = Shelf::default();
    if let Some(directory) = directory {
        let name = directory.display().to_string();
        if let Err(error) = read(directory, &mut shelf) {
            shelf.unread(
                &name,
                Origin::Folder,
                format!("the folder cannot be read: {error}"),
                "mend it, or change runbooks.directory, and start the server again",
            );
        }
        for unread in shelf.flawed() {
            for flaw in &unread.flaws {
                tracing::warn!(file = unread.name, %flaw, "a runbook is not used");
            }
        }
    }
    shelf
}

fn read(directory: &Path, shelf: &mut Shelf) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let runbook = path.extension().is_some_and(|it| it == "md")
            && path.file_name().is_some_and(|it| !it.eq_ignore_ascii_case("README.md"));
        if runbook && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let left = files.len().saturating_sub(MOST_FILES);
    for path in files.iter().take(MOST_FILES) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let small = fs::metadata(path).is_ok_and(|it| it.len() <= LARGEST);
        match fs::read_to_string(path) {
            Ok(text) if small => shelf.put(&name, &text, Origin::Folder),
            Ok(_) => {
                shelf.unread(&name, Origin::Folder, "the file is too large", "make two of it");
            }
            Err(error) => {
                let wrong = format!("the file cannot be read: {error}");
                shelf.unread(&name, Origin::Folder, wrong, "let the server read it, as UTF-8");
            }
        }
    }
    if left > 0 {
        let wrong = format!("{left} more files were left out");
        shelf.unread("…", Origin::Folder, wrong, format!("keep at most {MOST_FILES}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_before_what_ships_and_its_flaws_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let shipped = domain::runbook::library::by_id("lost-device").unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        put("lost-device.md", &shipped.source.replace(&shipped.title, "Ours"));
        put("broken.md", "nothing");
        put("README.md", "words");
        put("notes.txt", "words");
        fs::write(folder.path().join("bytes.md"), [0xff, 0xfe]).unwrap();
        let shelf = shelf(Some(folder.path()));
        let ours = shelf.get("lost-device").unwrap();
        assert_eq!((ours.template.title.as_str(), ours.origin), ("Ours", Origin::Folder));
        let names: Vec<_> = shelf.flawed().iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["broken.md", "bytes.md"]);
        assert!(shelf.get("ransomware").is_some());
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_and_nothing_is_lost() {
        let shelf = shelf(Some(Path::new("/there/is/no/such/folder")));
        assert_eq!(shelf.all().count(), Shelf::default().all().count());
        assert!(shelf.flawed()[0].flaws[0].wrong.contains("cannot be read"));
    }
}
