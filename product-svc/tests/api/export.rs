use souk_testkit::exported;

use crate::app::TestApp;

#[actix_web::test]
async fn an_owner_is_told_the_products_and_every_change_of_stock() {
    let app = TestApp::new().await;
    let (owner, other) = (app.owner().await, app.owner().await);
    let boots = owner.sells(5).await;
    owner.sells(7).await;
    other.sells(9).await;
    assert_eq!(owner.changes_stock(boots, 3, "restock").await.status, 201);

    let kept = exported(&app.server, owner.client.user_id()).await;

    assert_eq!((kept["products"].len(), kept["stock_ledger"].len()), (2, 3));
    assert_eq!(kept["products"][0]["title"], "Winter boots");
    assert_eq!(kept["products"][0]["variations"][0]["stock"]["available"], 8);
    let deltas: i64 = kept["stock_ledger"]
        .iter()
        .map(|entry| entry["delta"].as_i64().unwrap())
        .sum();
    assert_eq!(deltas, 15);
}

#[actix_web::test]
async fn a_long_ledger_is_told_page_by_page() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (boots, shoes) = (owner.sells(5).await, owner.sells(5).await);
    app.run(&format!(
        "insert into stock_ledger (variation_id, delta, reason)
         select v, 1, 'restock' from generate_series(1, 1500) n, unnest(array['{boots}', '{shoes}']::uuid[]) v"
    ))
    .await;

    let kept = exported(&app.server, owner.client.user_id()).await;

    let mut ids: Vec<_> = kept["stock_ledger"]
        .iter()
        .map(|entry| entry["id"].as_i64().unwrap())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 3002);
    let customer = exported(&app.server, app.customer().user_id()).await;
    assert!(customer["products"].is_empty());
}
