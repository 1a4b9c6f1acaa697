//! Mails as files, for where no mail server is.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// Nobody but this process's user may read it: the links in the mails are secrets.
pub(super) struct Directory(PathBuf);

impl Directory {
    pub fn open(path: &Path) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self(path.to_owned()))
    }

    /// Writes a mail to a file of its own, which has its name when it is whole. By name they stand in order of time.
    pub async fn write(&self, mail: Vec<u8>) -> io::Result<()> {
        let id = Uuid::now_v7();
        let (part, whole) = (
            self.0.join(format!(".{id}.part")),
            self.0.join(format!("{id}.eml")),
        );
        let write = move || {
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&part)?;
            file.write_all(&mail)?;
            file.sync_all()?;
            fs::rename(&part, &whole)
        };
        tokio::task::spawn_blocking(write)
            .await
            .map_err(io::Error::other)?
    }
}
