//! `cargo xtask layers`: refuses arrows that the house style does not allow.

mod manifest;
mod source;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::instance::Instance;
use crate::services::SERVICES;

/// Check every service and lib; each wrong arrow is printed as `file:line`.
pub fn check(instance: &Instance) -> Result<()> {
    let mut wrong = Vec::new();
    for service in SERVICES {
        check_sources(&instance.checkout, service.name, &mut wrong)?;
    }
    let packages = packages(&instance.checkout)?;
    for (name, dir) in &packages {
        check_manifest(&instance.checkout, name, dir, &packages, &mut wrong)?;
    }
    for line in &wrong {
        println!("{line}");
    }
    if !wrong.is_empty() {
        bail!("{} arrows point the wrong way", wrong.len());
    }
    println!("layers: every arrow is allowed");
    Ok(())
}

fn check_sources(checkout: &Path, service: &str, wrong: &mut Vec<String>) -> Result<()> {
    let root = checkout.join(service).join("src");
    for file in rust_files(&root)? {
        let from = top_module(file.strip_prefix(&root)?);
        let text = fs::read_to_string(&file).with_context(|| format!("Cannot read {}", file.display()))?;
        for arrow in source::arrows(&text) {
            if !table::module_may_use(&from, &arrow.module) {
                let file = file.strip_prefix(checkout)?.display();
                wrong.push(format!(
                    "{file}:{}: {from} may not use {}",
                    arrow.line, arrow.module
                ));
            }
        }
    }
    Ok(())
}

fn check_manifest(
    checkout: &Path,
    name: &str,
    dir: &Path,
    packages: &[(String, PathBuf)],
    wrong: &mut Vec<String>,
) -> Result<()> {
    let names: Vec<String> = packages.iter().map(|(name, _)| name.clone()).collect();
    let file = dir.join("Cargo.toml");
    for dependency in manifest::dependencies(&fs::read_to_string(&file)?, &names) {
        if !table::package_may_use(name, &dependency.package, dependency.dev) {
            let file = file.strip_prefix(checkout)?.display();
            wrong.push(format!(
                "{file}:{}: {name} may not depend on {}",
                dependency.line, dependency.package
            ));
        }
    }
    Ok(())
}

/// All packages of the workspace, by name.
fn packages(checkout: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for parent in [checkout.to_owned(), checkout.join("libs")] {
        for entry in fs::read_dir(&parent).with_context(|| format!("Cannot read {}", parent.display()))? {
            let dir = entry?.path();
            let Ok(manifest) = fs::read_to_string(dir.join("Cargo.toml")) else {
                continue;
            };
            let name = manifest.lines().find_map(|line| line.strip_prefix("name = "));
            if let Some(name) = name {
                found.push((name.trim_matches('"').to_owned(), dir));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `routes/orders.rs` belongs to `routes`, `error.rs` to `error`.
fn top_module(path: &Path) -> String {
    let first = path
        .components()
        .next()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    first.unwrap_or_default().trim_end_matches(".rs").to_owned()
}

fn rust_files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("Cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_its_top_module() {
        assert_eq!(top_module(Path::new("routes/orders/cancel.rs")), "routes");
        assert_eq!(top_module(Path::new("error.rs")), "error");
    }
}
