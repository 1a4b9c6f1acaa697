use shop_svc::domain::ItemStatus;

use crate::app::TestApp;

#[actix_web::test]
async fn an_owner_closes_a_shop_in_any_status_and_once() {
    let app = TestApp::new().await;
    for shop in [
        app.pending().await,
        app.approved().await,
        app.rejected().await,
        app.suspended().await,
    ] {
        let first = shop.owner.delete(&shop.url("")).await;
        let again = shop.owner.delete(&shop.url("")).await;

        assert_eq!((first.status, again.status), (204, 204));
        assert_eq!(app.server.anonymous().get(&shop.url("")).await.status, 404);
        assert_eq!(shop.owner.get(&shop.url("")).await.body["status"], "closed");
    }
    let told = app.db.published_of("shop.deleted").await;
    assert_eq!(told.len(), 4);
    assert_eq!(told[1].version, Some(3));
    assert_eq!(told[1].data.as_object().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_shop_stays_open_while_customers_wait() {
    let app = TestApp::new().await;
    let shop = app.approved().await;
    let (one, two) = (
        shop.item("2026-02-01T12:00:00Z"),
        shop.item("2026-02-02T12:00:00Z"),
    );
    app.ordered(&one).await;
    app.ordered(&two).await;

    let processing = shop.owner.delete(&shop.url("")).await;
    app.moved(&one, ItemStatus::Cancelled).await;
    app.moved(&two, ItemStatus::Shipped).await;
    let shipped = shop.owner.delete(&shop.url("")).await;
    let delivered = shop_svc::domain::NewOrderItem { version: 2, ..two };
    app.moved(&delivered, ItemStatus::Delivered).await;
    let done = shop.owner.delete(&shop.url("")).await;

    assert_eq!(processing.problem(), (409, "unfinished-order-items"));
    assert_eq!(shipped.problem(), (409, "unfinished-order-items"));
    assert!(
        shipped.body["detail"]
            .as_str()
            .unwrap()
            .starts_with("1 order items")
    );
    assert_eq!(done.status, 204);
}

#[actix_web::test]
async fn an_order_accepted_while_closing_stands_and_the_owner_sees_it() {
    let app = TestApp::new().await;
    let shop = app.closed().await;

    app.ordered(&shop.item("2026-02-01T12:00:00Z")).await;

    let items = shop.owner.get(&shop.url("order-items")).await;
    assert_eq!(items.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(shop.owner.delete(&shop.url("")).await.status, 204);
}

#[actix_web::test]
async fn only_its_owner_closes_a_shop() {
    let app = TestApp::new().await;
    let shop = app.approved().await;

    assert_eq!(
        app.someone().delete(&shop.url("")).await.problem(),
        (403, "not-your-shop")
    );
    assert_eq!(
        app.server.admin().delete(&shop.url("")).await.problem(),
        (403, "not-your-shop")
    );
    assert_eq!(
        app.server.anonymous().delete(&shop.url("")).await.problem(),
        (401, "authentication-required")
    );
}
