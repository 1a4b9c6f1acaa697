//! The contract fixtures of the baseline stay as they are.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::instance::fnv1a;
use crate::services::SERVICES;

/// The list of fixtures.
const LIST: &str = "e2e/upgrade/fixtures";

/// Where fixtures lie.
fn directories() -> Vec<String> {
    let rows = SERVICES
        .iter()
        .filter(|service| service.database().is_some())
        .map(|service| format!("{}/tests/baseline", service.name));
    let contracts = ["libs/clients/samples", "libs/contracts/samples"];
    contracts.map(str::to_owned).into_iter().chain(rows).collect()
}

fn fixtures(checkout: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for directory in directories() {
        for entry in fs::read_dir(checkout.join(&directory))
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = format!("{directory}/{}", entry.file_name().to_string_lossy());
            found.insert(name, format!("{:016x}", fnv1a(&fs::read(entry.path()).unwrap())));
        }
    }
    found
}

fn listed(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(hash, path)| (path.to_owned(), hash.to_owned()))
        .collect()
}

#[test]
fn each_fixture_is_listed_as_it_is() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let listed = listed(&fs::read_to_string(checkout.join(LIST)).unwrap());
    let found = fixtures(checkout);

    let changed: Vec<String> = found
        .iter()
        .filter(|(path, hash)| listed.get(*path) != Some(hash))
        .map(|(path, hash)| format!("{hash} {path}"))
        .collect();
    let gone: Vec<&String> = listed.keys().filter(|path| !found.contains_key(*path)).collect();

    assert!(
        changed.is_empty() && gone.is_empty(),
        "{LIST} says otherwise. If there is a reason, these lines are new:\n{}\nand these are gone: {gone:?}",
        changed.join("\n")
    );
}
