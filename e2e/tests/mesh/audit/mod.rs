//! The audit: a mesh that was used is right in every point, and wherever it is made wrong, that is found.

mod harm;
mod story;

use std::collections::BTreeSet;
use std::time::Duration;

use e2e::audit::{self, Check, Databases};
use harm::{HARMS, Harm};
use story::Story;

use crate::mesh::Mesh;
use crate::search::search_job;

/// How long events may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Other tests leave some of these.
const PARKED: &str = "parked messages";

async fn databases(mesh: &Mesh) -> Databases {
    Databases::connect(&mesh.run.postgres_url).await.unwrap()
}

#[tokio::test]
async fn a_mesh_that_was_used_holds_every_invariant() {
    let mesh = Mesh::alone().await;
    Story::take_place(&mesh).await;
    search_job(&mesh, "drift").await;

    let checks = audit::settled(&databases(&mesh).await, PATIENCE).await.unwrap();

    let violated = checks
        .iter()
        .filter(|check| check.name != PARKED && !check.holds());
    assert_eq!(violated.collect::<Vec<_>>(), Vec::<&Check>::new());
    // What waits somewhere has nothing to be counted in a mesh at rest.
    let empty: BTreeSet<_> = checks
        .iter()
        .filter(|check| check.counted == 0)
        .map(|check| check.name)
        .collect();
    let waiting = BTreeSet::from([
        "index queue",
        "outboxes",
        PARKED,
        "rejected documents",
        "reservation times",
        "unknown types",
    ]);
    assert!(empty.is_subset(&waiting), "nothing was looked at in {empty:?}");
}

#[tokio::test]
async fn every_invariant_is_found_broken_when_it_is() {
    let mesh = Mesh::alone().await;
    let story = Story::take_place(&mesh).await;
    let databases = databases(&mesh).await;
    let checks = audit::settled(&databases, PATIENCE).await.unwrap();
    let names: BTreeSet<_> = checks.iter().map(|check| check.name).collect();
    assert_eq!(
        HARMS.iter().map(|harm| harm.check).collect::<BTreeSet<_>>(),
        names
    );

    for harm in HARMS {
        let before = keys(&databases, harm).await;
        harm.is_done(&mesh, &story).await;
        let broken = keys(&databases, harm).await;
        harm.is_mended(&mesh, &story).await;

        // Mended first: a failure here must not leave a broken mesh to the tests behind it.
        let found: Vec<_> = broken.difference(&before).cloned().collect();
        assert_eq!(found, [story.fill(harm.key)], "{}", harm.check);
    }
    let after = audit::settled(&databases, PATIENCE).await.unwrap();
    let violated = after
        .iter()
        .filter(|check| check.name != PARKED && !check.holds());
    assert_eq!(violated.collect::<Vec<_>>(), Vec::<&Check>::new());
}

#[tokio::test]
async fn what_is_wrong_only_for_a_moment_is_not_reported() {
    let mesh = Mesh::alone().await;
    let story = Story::take_place(&mesh).await;
    let databases = databases(&mesh).await;
    audit::settled(&databases, PATIENCE).await.unwrap();
    let harm = HARMS.iter().find(|harm| harm.check == "order totals").unwrap();
    harm.is_done(&mesh, &story).await;

    // It is asked first, so it has been seen broken when somebody else has asked for everything.
    let (checks, seen) = tokio::join!(audit::settled(&databases, PATIENCE), async {
        let seen = audit::look(&databases).await.unwrap();
        harm.is_mended(&mesh, &story).await;
        seen
    });

    let of = |checks: &[Check]| checks.iter().find(|check| check.name == harm.check).cloned();
    assert_eq!(of(&seen).unwrap().violated(), 1);
    assert!(of(&checks.unwrap()).unwrap().holds());
}

async fn keys(databases: &Databases, harm: &Harm) -> BTreeSet<String> {
    let check = audit::look_at(databases, harm.check).await.unwrap().unwrap();
    check
        .violations
        .into_iter()
        .map(|violation| violation.key)
        .collect()
}
