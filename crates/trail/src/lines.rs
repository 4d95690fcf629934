//! Reads a file line by line, in bounded memory, and digests it on the way.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::Hash;

/// Longest line that is read, with its line feed: [`TEXT_LIMIT`](crate::TEXT_LIMIT) twice, every
/// byte of it escaped, and room for the rest.
pub(crate) const LINE_LIMIT: usize = 16 << 20;

/// A file being read. Lines end with a line feed and with nothing else.
pub(crate) struct Lines {
    file: BufReader<File>,
    line: Vec<u8>,
    sha256: Sha256,
    /// Bytes read so far.
    pub(crate) size: u64,
    /// Lines read so far.
    pub(crate) count: u64,
}

/// What comes next.
pub(crate) enum Next<'a> {
    /// A line with its line feed; the last one may lack it.
    Line(&'a [u8]),
    /// A line above [`LINE_LIMIT`], passed over.
    TooLong,
    /// Nothing.
    End,
}

impl Lines {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        // A pipe would wait for ever.
        if !std::fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Ok(Self {
            file: BufReader::with_capacity(1 << 16, File::open(path)?),
            line: Vec::new(),
            sha256: Sha256::new(),
            size: 0,
            count: 0,
        })
    }

    pub(crate) fn next(&mut self) -> io::Result<Next<'_>> {
        let mut whole = true;
        loop {
            self.line.clear();
            let read =
                (&mut self.file).take(LINE_LIMIT as u64).read_until(b'\n', &mut self.line)?;
            self.sha256.update(&self.line);
            self.size += read as u64;
            let ended = self.line.ends_with(b"\n") || read < LINE_LIMIT;
            if ended {
                break;
            }
            whole = false;
        }
        if whole && self.line.is_empty() {
            return Ok(Next::End);
        }
        self.count += 1;
        Ok(if whole { Next::Line(&self.line) } else { Next::TooLong })
    }

    /// Size and digest of the whole file.
    pub(crate) fn digest(mut self) -> io::Result<(u64, Hash)> {
        while !matches!(self.next()?, Next::End) {}
        Ok((self.size, Hash(self.sha256.finalize().into())))
    }
}
