//! `POST /internal/reservations/{id}/release`

use product_svc::domain::ReservationId;
use product_svc::ops;
use serde_json::json;
use souk_clients::product::ReserveOutcome;
use uuid::Uuid;

use super::{held, is_held, line, release, reserve};
use crate::app::TestApp;

#[actix_web::test]
async fn a_release_puts_everything_back_once() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (boots, bag) = (owner.sells(5).await, owner.sells(3).await);
    let id = held(&app, &[line(boots, 2), line(bag, 3)]).await;

    let first = release(&app, id).await;
    let again = release(&app, id).await;

    assert_eq!((first.status, again.status), (204, 204));
    assert_eq!((app.available(boots).await, app.available(bag).await), (5, 3));
    let entries = app.ledger(&owner, boots).await;
    assert_eq!(
        entries[1..],
        [(-2, "reserve".to_owned()), (2, "release".to_owned())]
    );
    assert_eq!(app.db.published_of("stock.changed").await.len(), 4);
}

#[actix_web::test]
async fn what_was_sold_stays_sold() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let id = held(&app, &[line(boots, 2)]).await;
    let sold = async |tx: &mut souk_db::Conn| ops::sell_reservations(tx, &[(ReservationId(id), None)]).await;
    app.db.db().transaction(sold).await.unwrap();

    assert_eq!(release(&app, id).await.status, 204);
    assert_eq!(app.available(boots).await, 3);
    assert!(is_held(&reserve(&app, id, &[line(boots, 2)]).await));
    assert_eq!(app.available(boots).await, 3);
}

#[actix_web::test]
async fn a_release_that_overtakes_its_request_bars_it() {
    let app = TestApp::new().await;
    let boots = app.owner().await.sells(5).await;
    let id = Uuid::now_v7();

    assert_eq!(release(&app, id).await.status, 204);
    assert_eq!(reserve(&app, id, &[line(boots, 2)]).await, ReserveOutcome::Ended);
    assert_eq!(app.available(boots).await, 5);
}

#[actix_web::test]
async fn only_services_release() {
    let app = TestApp::new().await;
    let path = format!("/internal/reservations/{}/release", Uuid::now_v7());

    for client in [app.anyone(), app.customer(), app.server.admin()] {
        assert_eq!(
            client.post(&path, json!(null)).await.problem(),
            (403, "mesh-only")
        );
    }
}
