//! The archive of an export, written as its parts come in.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};

use actix_web::web::Bytes;
use serde_json::Value;
use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A part of an export.
pub enum Part {
    /// The avatar.
    Picture(Bytes),
    /// What follows is from this service.
    Service(&'static str),
    /// Rows of one kind; those of a kind follow each other.
    Rows(String, Vec<Value>),
    /// That was all.
    Whole,
}

/// Writes a zip archive with a JSON file for each service: `{"orders": [..], ..}`.
pub struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    /// The kind whose list is open.
    kind: Option<String>,
    is_in_service: bool,
}

impl Archive {
    /// Writes what comes in until [`Part::Whole`]; blocks.
    ///
    /// # Errors
    /// When the file cannot be written, or the parts end without that.
    pub fn write(mut parts: mpsc::Receiver<Part>) -> io::Result<File> {
        let mut archive = Self {
            zip: ZipWriter::new(BufWriter::new(tempfile::tempfile()?)),
            kind: None,
            is_in_service: false,
        };
        while let Some(part) = parts.blocking_recv() {
            match part {
                Part::Picture(jpeg) => {
                    archive.zip.start_file("avatar.jpg", options())?;
                    archive.zip.write_all(&jpeg)?;
                }
                Part::Service(name) => archive.begin(name)?,
                Part::Rows(kind, rows) => archive.add(kind, &rows)?,
                Part::Whole => return archive.finish(),
            }
        }
        Err(io::Error::other("the parts of an export broke off"))
    }

    fn begin(&mut self, service: &str) -> io::Result<()> {
        self.end()?;
        self.zip.start_file(format!("{service}.json"), options())?;
        self.is_in_service = true;
        self.zip.write_all(b"{")
    }

    fn add(&mut self, kind: String, rows: &[Value]) -> io::Result<()> {
        let mut is_first = false;
        if self.kind.as_ref() != Some(&kind) {
            if self.kind.is_some() {
                self.zip.write_all(b"],")?;
            }
            serde_json::to_writer(&mut self.zip, &kind)?;
            self.zip.write_all(b":[")?;
            self.kind = Some(kind);
            is_first = true;
        }
        for row in rows {
            if !std::mem::take(&mut is_first) {
                self.zip.write_all(b",")?;
            }
            serde_json::to_writer(&mut self.zip, row)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        if self.kind.take().is_some() {
            self.zip.write_all(b"]")?;
        }
        if std::mem::take(&mut self.is_in_service) {
            self.zip.write_all(b"}")?;
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<File> {
        self.end()?;
        let mut file = self
            .zip
            .finish()?
            .into_inner()
            .map_err(|error| error.into_error())?;
        file.rewind()?;
        Ok(file)
    }
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
}
