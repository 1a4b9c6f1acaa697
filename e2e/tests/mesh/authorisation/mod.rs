//! Who may do what: one table, held against the running mesh and against its API document.

mod access;
mod cast;
mod operation;
mod page;
mod props;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::documents::{operations, requires_token};
use crate::mesh::Mesh;
use access::Caller;
use cast::Cast;
use operation::Operation;
use props::look;
use table::TABLE;

const HERE: &str = "e2e/tests/mesh/authorisation/table.rs";

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let mesh = Mesh::shared().await;
    let mut cast = Cast::assemble(&mesh).await;
    let mut wrong = Vec::new();

    for operation in TABLE {
        // The refused first: after them everything must be there still.
        let (let_in, refused): (Vec<_>, Vec<_>) = Caller::ALL
            .into_iter()
            .partition(|caller| operation.access.lets_in(*caller));
        cast.prepare(operation).await;
        let before = look(&mut cast, operation.path()).await;
        wrong.extend(calls(&mut cast, operation, &refused).await);
        if look(&mut cast, operation.path()).await != before {
            wrong.push(format!("{}: has its effect although refused", operation.name));
        }
        wrong.extend(calls(&mut cast, operation, &let_in).await);
    }

    assert!(wrong.is_empty(), "{HERE} says otherwise:\n{}", wrong.join("\n"));
}

/// Lets these call the operation; what is wrong with what they were answered.
async fn calls(cast: &mut Cast<'_>, operation: &Operation, callers: &[Caller]) -> Vec<String> {
    let mut wrong = Vec::new();
    for caller in callers {
        let answer = cast.call(operation, *caller).await;
        if let Err(reason) = operation.access.of(*caller).check(&answer) {
            wrong.push(format!("{}: {} {reason}", operation.name, caller.title()));
        }
    }
    wrong
}

#[tokio::test]
async fn every_operation_is_in_the_table() {
    let mesh = Mesh::shared().await;
    let document: Value = mesh.root().get("/openapi.json").await.ok();
    let described: BTreeMap<String, &Value> = operations(&document);
    let known: BTreeSet<&str> = TABLE.iter().map(|operation| operation.documented()).collect();

    for name in described.keys() {
        assert!(
            known.contains(name.as_str()),
            "Nobody has said who may call {name}: add a row such as `op(\"{name}\", USER)` to {HERE}, \
             then refresh docs/AUTHORISATION.md with UPDATE_AUTHORISATION=1"
        );
    }
    let mut seen = BTreeSet::new();
    for operation in TABLE {
        let name = operation.documented();
        let Some(description) = described.get(name) else {
            panic!("{name} is not in the API document: take its row out of {HERE}, or describe it");
        };
        // The first row is the operation in general.
        if seen.insert(name) {
            assert_eq!(
                requires_token(&document, description),
                operation.access.needs_token(),
                "{name}: `security` in the API document is not what {HERE} says"
            );
        }
    }
}

#[test]
fn the_page_is_the_table() {
    let (path, page) = (page::path(), page::render());
    if std::env::var_os("UPDATE_AUTHORISATION").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();

    assert!(
        kept == page,
        "docs/AUTHORISATION.md is not what {HERE} says: refresh it with UPDATE_AUTHORISATION=1"
    );
}
