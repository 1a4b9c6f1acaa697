//! Opens the directory of the embedded index, or starts over where it is of no use.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use tantivy::schema::Schema;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::schema::SCHEMA_VERSION;
use crate::index::IndexError;

/// Each schema version has a directory of its own below the configured one.
pub fn open(directory: &Path, schema: &Schema) -> Result<(Index, IndexReader), IndexError> {
    let current = format!("v{SCHEMA_VERSION}");
    fs::create_dir_all(directory)?;
    remove_other_versions(directory, &current)?;
    let path = directory.join(current);
    match existing(&path, schema) {
        Ok(Some(opened)) => return Ok(opened),
        Ok(None) => {}
        Err(error) => tracing::warn!(
            error = %error,
            index.directory = %path.display(),
            "The search index is damaged and will be rebuilt from the tables."
        ),
    }
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => fs::create_dir_all(&path)?,
    }
    let index = Index::create_in_dir(&path, schema.clone())?;
    let reader = reader(&index)?;
    Ok((index, reader))
}

/// The index that is there, if it is whole.
fn existing(path: &Path, schema: &Schema) -> Result<Option<(Index, IndexReader)>, IndexError> {
    if !path.join("meta.json").is_file() {
        return Ok(None);
    }
    let index = Index::open_in_dir(path)?;
    let damaged = index.validate_checksum()?;
    if let Some(file) = damaged.iter().next() {
        let what = std::io::Error::new(ErrorKind::InvalidData, format!("{} is damaged", file.display()));
        return Err(what.into());
    }
    if index.schema() != *schema {
        return Ok(None);
    }
    let reader = reader(&index)?;
    Ok(Some((index, reader)))
}

fn reader(index: &Index) -> tantivy::Result<IndexReader> {
    index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()
}

fn remove_other_versions(directory: &Path, current: &str) -> Result<(), IndexError> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| *name != current) else {
            continue;
        };
        let is_version = name
            .strip_prefix('v')
            .is_some_and(|number| number.parse::<u32>().is_ok());
        if is_version && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
