use std::time::Duration;

use chrono::Utc;
use serde_json::json;
use shop_svc::domain::View;
use shop_svc::flows;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::{SHOPS, TestApp};

#[actix_web::test]
async fn a_visitor_counts_once_in_half_an_hour() {
    let mut app = TestApp::new().await;
    let shop = app.approved().await;
    let one = app.server.anonymous().visiting("v-1");

    one.get(&shop.url("")).await;
    one.get(&format!("{SHOPS}/caspian-leather")).await;
    let someone = app.someone().visiting("v-2");
    someone.get(&shop.url("")).await;

    let told = app.told_views().await;
    let mut data: Vec<_> = told.iter().map(|event| event.data.clone()).collect();
    data.sort_by_key(|data| data["visitor"].to_string());
    assert_eq!(
        data,
        [
            json!({ "shop_id": shop.id, "visitor": "v-1" }),
            json!({ "shop_id": shop.id, "visitor": "v-2", "user_id": someone.user_id() }),
        ]
    );
    assert!(told.iter().all(|event| event.version.is_none()));
}

#[actix_web::test]
async fn what_is_not_a_visit_does_not_count() {
    let mut app = TestApp::new().await;
    let (shop, hidden) = (app.approved().await, app.pending().await);

    app.server.anonymous().get(&shop.url("")).await;
    shop.owner.clone().visiting("v-1").get(&shop.url("")).await;
    app.server.admin().visiting("v-2").get(&hidden.url("")).await;
    app.server
        .anonymous()
        .visiting(&"v".repeat(201))
        .get(&shop.url(""))
        .await;
    app.server.anonymous().visiting("v-3").get(SHOPS).await;

    assert!(app.told_views().await.is_empty());
}

fn view(visitor: String) -> View {
    View {
        shop_id: Uuid::from_u128(7),
        visitor,
        user_id: None,
        at: Utc::now(),
    }
}

#[actix_web::test]
async fn a_stream_of_new_visitors_keeps_no_old_mark() {
    let app = TestApp::new().await;
    app.run(
        "insert into shop_views select gen_random_uuid(), 'v' || n, now() - interval '31 minutes'
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
            .count("shop_views where seen_at < now() - interval '30 minutes'")
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

    let counted = app.db.published_of("shop.viewed").await.len();
    assert_eq!(app.db.count("shop_views").await, i64::try_from(counted).unwrap());
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

    assert_eq!(app.db.published_of("shop.viewed").await.len(), 1);
}
