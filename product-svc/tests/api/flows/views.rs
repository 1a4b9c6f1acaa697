//! `product.viewed`

use std::time::Duration;

use product_svc::domain::{ProductId, ShopId, View};
use product_svc::{flows, ops};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{Owner, PRODUCTS, TestApp, boots, id};

async fn page(owner: &Owner) -> String {
    format!("{PRODUCTS}/{}", id(&owner.adds(boots(json!([]))).await))
}

/// Waits until so many views were told, and answers them.
async fn told(app: &TestApp, count: usize) -> Vec<Value> {
    for _ in 0..200 {
        let told = app.db.published_of("product.viewed").await;
        if told.len() >= count {
            return told.into_iter().map(|event| event.data).collect();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the views were not told");
}

#[actix_web::test]
async fn a_visitor_counts_once_in_half_an_hour() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (one, other) = (page(&owner).await, page(&owner).await);
    let customer = app.customer().visiting("v1");

    for _ in 0..3 {
        assert_eq!(customer.get(&one).await.status, 200);
    }
    app.anyone().visiting("v2").get(&one).await;
    app.anyone().get(&one).await;
    customer.get(&other).await;

    let told = told(&app, 3).await;
    let mut seen: Vec<_> = told
        .iter()
        .map(|view| view["visitor"].as_str().unwrap())
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, ["v1", "v1", "v2"]);
    assert_eq!(told[0]["shop_id"], json!(owner.shop_id));
    assert_eq!(told[0]["user_id"], json!(customer.user_id()));
}

#[actix_web::test]
async fn what_the_public_does_not_see_is_not_counted() {
    let app = TestApp::new().await;
    let owner = app.owner().await;
    let (hidden, shown) = (page(&owner).await, page(&owner).await);
    owner.client.patch(&hidden, json!({ "is_active": false })).await;

    owner.client.clone().visiting("v1").get(&hidden).await;
    app.anyone().visiting(&"v".repeat(129)).get(&shown).await;
    app.anyone().visiting("v2").get(&shown).await;

    let told = told(&app, 1).await;
    assert_eq!((told.len(), &told[0]["visitor"]), (1, &json!("v2")));
}

#[actix_web::test]
async fn replicas_agree_and_half_an_hour_later_it_counts_again() {
    let app = TestApp::new().await;
    let product_id = ProductId(Uuid::now_v7());
    let view = View {
        product_id,
        shop_id: ShopId(Uuid::now_v7()),
        visitor: "v1".into(),
        user_id: None,
    };
    let count = async |minutes: i64| {
        let (views, now) = (vec![view.clone(), view.clone()], chrono::Utc::now());
        app.run(&format!(
            "update product_views set seen_at = now() - interval '{minutes} minutes'"
        ))
        .await;
        app.db
            .db()
            .transaction(async |tx| ops::record_views(tx, views, now).await)
            .await
            .unwrap();
        app.db.published_of("product.viewed").await.len()
    };

    assert_eq!((count(0).await, count(29).await, count(31).await), (1, 1, 2));
    let later = chrono::Utc::now() + chrono::Duration::hours(1);
    let forgotten = app
        .db
        .db()
        .transaction(async |tx| ops::forget_views(tx, later, 10).await)
        .await
        .unwrap();
    assert_eq!(forgotten, 1);
}

fn view(visitor: String) -> View {
    View {
        product_id: ProductId(Uuid::from_u128(7)),
        shop_id: ShopId(Uuid::from_u128(8)),
        visitor,
        user_id: None,
    }
}

#[actix_web::test]
async fn a_stream_of_new_visitors_keeps_no_old_mark() {
    let app = TestApp::new().await;
    app.run(
        "insert into product_views select gen_random_uuid(), 'v' || n, now() - interval '31 minutes'
         from generate_series(1, 2500) n",
    )
    .await;
    let (log, counter) = flows::views(app.db.db());
    let stop = CancellationToken::new();
    let counting = tokio::spawn(counter.sweep_every(Duration::from_millis(1)).run(stop.clone()));

    // The queue is full at every moment.
    let flood = async {
        loop {
            for _ in 0..1000 {
                log.note(view(Uuid::now_v7().to_string()));
            }
            tokio::task::yield_now().await;
        }
    };
    let swept = async {
        while app
            .db
            .count("product_views where seen_at < now() - interval '30 minutes'")
            .await
            > 0
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = flood => {}
        swept = tokio::time::timeout(Duration::from_secs(60), swept) => swept.expect("a sweep among the views"),
    }
    stop.cancel();
    counting.await.unwrap();

    let counted = app.db.published_of("product.viewed").await.len();
    assert_eq!(
        app.db.count("product_views").await,
        i64::try_from(counted).unwrap()
    );
    assert!(counted > 0);
}

#[actix_web::test]
async fn what_waits_when_the_counter_stops_is_counted_and_a_restart_counts_nothing_twice() {
    let app = TestApp::new().await;
    let looked = view("v1".to_owned());

    for _ in 0..2 {
        let (log, counter) = flows::views(app.db.db());
        let stop = CancellationToken::new();
        log.note(looked.clone());
        log.note(looked.clone());
        stop.cancel();
        counter.run(stop).await;
    }

    assert_eq!(app.db.published_of("product.viewed").await.len(), 1);
}
