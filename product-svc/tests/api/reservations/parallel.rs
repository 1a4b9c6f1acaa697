//! Many at once: nothing is sold twice, nobody waits in a circle, the ledger adds up.

use futures_util::future::join_all;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::json;
use souk_clients::product::{ProductClient, ReserveOutcome};
use uuid::Uuid;

use super::{held, is_held, line, release, reserve};
use crate::app::{Owner, TestApp};

async fn variations(owner: &Owner, count: usize, stock: i32) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(owner.sells(stock).await);
    }
    ids
}

#[actix_web::test]
async fn fifty_buyers_for_the_last_ten_pieces_and_ten_get_one() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(10).await;

    let buyers = (0..50).map(|_| async { reserve(&app, Uuid::now_v7(), &[line(boots, 1)]).await });
    let answers = join_all(buyers).await;

    let (held, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(is_held);
    assert_eq!(held.len(), 10);
    assert!(
        refused
            .iter()
            .all(|outcome| matches!(outcome, ReserveOutcome::Refused(_)))
    );
    assert_eq!(app.available(boots).await, 0);
}

#[actix_web::test]
async fn one_request_sent_many_times_at_once_holds_once() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(10).await;
    let (id, lines) = (Uuid::now_v7(), [line(boots, 2)]);

    let answers = join_all((0..20).map(|_| reserve(&app, id, &lines))).await;

    assert!(answers.iter().all(is_held), "{answers:?}");
    assert_eq!(app.available(boots).await, 8);
}

#[actix_web::test]
async fn overlapping_orders_and_releases_never_wait_in_a_circle() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let ids = variations(&owner, 6, 1000).await;
    let mut random = rand::rngs::StdRng::seed_from_u64(7);
    let orders: Vec<Vec<Uuid>> = (0..120)
        .map(|_| {
            let mut some = ids.clone();
            some.shuffle(&mut random);
            some.truncate(4);
            some
        })
        .collect();

    let buyers = orders.iter().enumerate().map(|(n, order)| {
        let (app, owner) = (&app, &owner);
        async move {
            let id = held(app, &order.iter().map(|id| line(*id, 1)).collect::<Vec<_>>()).await;
            if n % 2 == 0 {
                assert_eq!(release(app, id).await.status, 204);
            }
            if n % 5 == 0 {
                assert_eq!(owner.changes_stock(order[0], 1, "restock").await.status, 201);
            }
        }
    });
    join_all(buyers).await;

    let mut total = 0;
    for id in ids {
        total += app.available(id).await;
    }
    assert_eq!(total, 6 * 1000 - 60 * 4 + 24);
}

#[actix_web::test]
async fn after_anything_that_may_happen_stock_is_the_sum_of_its_ledger() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let ids = variations(&owner, 3, 20).await;
    let mut random = rand::rngs::StdRng::seed_from_u64(42);
    let mut open = Vec::new();

    for _ in 0..150 {
        let id = ids[random.random_range(0..ids.len())];
        match random.random_range(0..5) {
            0 => drop(
                owner
                    .changes_stock(id, random.random_range(-5..=5), "adjust")
                    .await,
            ),
            1 | 2 => {
                let reservation = Uuid::now_v7();
                let lines: Vec<_> = ids
                    .iter()
                    .map(|id| line(*id, random.random_range(1..=4)))
                    .collect();
                if is_held(&reserve(&app, reservation, &lines).await) {
                    open.push(reservation);
                }
            }
            3 if !open.is_empty() => drop(release(&app, open.swap_remove(0)).await),
            _ if !open.is_empty() => {
                let sold = product_svc::domain::ReservationId(open.swap_remove(0));
                let sell = async |tx: &mut souk_db::Conn| {
                    product_svc::ops::sell_reservations(tx, &[(sold, None)]).await
                };
                app.db.db().transaction(sell).await.unwrap();
            }
            _ => {}
        }
        assert!(app.available(id).await >= 0);
    }
}

#[actix_web::test]
async fn a_caller_that_went_away_holds_nothing_for_ever() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(10).await;
    let hasty = |caller| {
        let mesh =
            souk_clients::MeshClient::new(app.server.url(), caller, souk_testkit::mesh_keys()).unwrap();
        ProductClient::new(mesh.timeout(std::time::Duration::from_micros(1)))
    };

    let _ = hasty("cart-svc").lookup(&[boots]).await;
    let id = Uuid::now_v7();
    let _ = hasty("order-svc").release(id).await;

    // Whatever became of the hasty calls, a patient one settles it.
    assert_eq!(release(&app, id).await.status, 204);
    assert_eq!(
        app.server
            .peer("cart-svc")
            .post("/internal/variations/lookup", json!({ "variation_ids": [boots] }))
            .await
            .status,
        200
    );
    assert_eq!(app.available(boots).await, 10);
}
