//! One server for each data folder.

use std::fs::{File, TryLockError};

use anyhow::{Context as _, bail};

use crate::config::Data;

/// The name of the file whose lock says that somebody serves.
const FILE: &str = "wardround.lock";

/// Held as long as this process serves or restores; the system lets it go when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "held, not used")] File);

/// Takes the lock, or says who has it.
pub fn take(data: &Data, wish: &str) -> anyhow::Result<Held> {
    let folder = &data.directory;
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let path = folder.join(FILE);
    let file = File::create(&path).with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Held(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "another wardround serves the data in {}; stop it before you {wish}",
            folder.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("locking {}", path.display()))
        }
    }
}
