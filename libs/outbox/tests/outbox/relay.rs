use std::time::Duration;

use souk_contracts::Envelope;
use souk_contracts::events::{ShopViewed, StockChanged, UserCreated};
use souk_db::{Db, DbError, DbTimeouts};
use souk_outbox::{Pending, Relay, enqueue, enqueue_all, prepare_partitions};
use souk_testkit::{SilentProxy, host_of};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::fixture::{EXCHANGE, Failure, Fixture};

const WAITING: &str = "select count(*) from outbox where published_at is null";

async fn tell(fixture: &Fixture, events: usize) {
    for _ in 0..events {
        let event = UserCreated {
            user_id: Uuid::now_v7(),
            is_active: true,
        };
        fixture
            .db
            .transaction::<_, DbError>(async |tx| Ok(enqueue(tx, event, Some(1)).await?))
            .await
            .unwrap();
    }
}

fn relay(fixture: &Fixture, stop: &CancellationToken) -> tokio::task::JoinHandle<()> {
    let relay = Relay::new(fixture.db.clone(), fixture.bus.clone(), "user-svc");
    tokio::spawn(relay.run(stop.clone()))
}

#[tokio::test]
async fn what_is_committed_arrives() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Ok(()));
    let relay = relay(&fixture, &fixture.stop);

    tell(&fixture, 30).await;

    fixture.eventually("select count(*) from effects", 30).await;
    fixture.eventually(WAITING, 0).await;
    fixture.stop.cancel();
    relay.await.unwrap();
    fixture.end().await;
}

#[tokio::test]
async fn what_is_rolled_back_never_leaves() {
    let fixture = Fixture::new().await;
    let event = UserCreated {
        user_id: Uuid::now_v7(),
        is_active: true,
    };

    let refused = fixture
        .db
        .transaction::<(), Failure>(async |tx| {
            enqueue(tx, event, Some(1)).await?;
            Err(Failure::Impossible)
        })
        .await;

    assert!(refused.is_err());
    assert!(fixture.test_db.published().await.is_empty());
    fixture.end().await;
}

/// Tells by one transaction how many pieces there are of some variations.
async fn tell_stock(fixture: &Fixture, stock: &[(Uuid, i32)]) {
    let told = stock.iter().map(|(variation_id, available)| {
        let event = StockChanged {
            variation_id: *variation_id,
            product_id: Uuid::nil(),
            shop_id: Uuid::nil(),
            available: *available,
            stock_version: 100 - i64::from(*available),
        };
        let version = event.stock_version;
        Pending::new(event, Some(version))
    });
    let told = told.collect();
    fixture
        .db
        .transaction::<_, DbError>(async |tx| Ok(enqueue_all(tx, told).await?))
        .await
        .unwrap();
}

#[tokio::test]
async fn of_what_tells_a_whole_state_only_the_newest_leaves() {
    let fixture = Fixture::new().await;
    fixture.consume_stock();
    let (tea, rug) = (Uuid::from_u128(1), Uuid::from_u128(2));
    tell_stock(&fixture, &[(tea, 9), (rug, 5), (tea, 8), (tea, 7)]).await;
    tell(&fixture, 2).await;
    relay(&fixture, &fixture.stop);
    fixture.eventually("select count(*) from effects", 2).await;

    tell_stock(&fixture, &[(tea, 6)]).await;

    fixture.eventually("select count(*) from effects", 3).await;
    fixture.eventually(WAITING, 0).await;
    let told = fixture.test_db.published_of("stock.changed").await;
    let told: Vec<_> = told
        .iter()
        .map(|event| (event.subject.clone(), event.data["available"].as_i64()))
        .collect();
    assert_eq!(
        told,
        [
            (rug.to_string(), Some(5)),
            (tea.to_string(), Some(7)),
            (tea.to_string(), Some(6))
        ]
    );
    assert_eq!(fixture.test_db.published_of("user.created").await.len(), 2);
    fixture.end().await;
}

#[tokio::test]
async fn one_relay_works_and_another_takes_over() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Ok(()));
    let first_stop = CancellationToken::new();
    let first = relay(&fixture, &first_stop);
    tell(&fixture, 5).await;
    fixture.eventually(WAITING, 0).await;
    let second = relay(&fixture, &fixture.stop);

    first_stop.cancel();
    first.await.unwrap();
    tell(&fixture, 5).await;

    fixture.eventually("select count(*) from effects", 10).await;
    fixture.stop.cancel();
    second.await.unwrap();
    fixture.end().await;
}

#[tokio::test]
async fn an_event_that_no_queue_wants_stays_and_blocks_nothing() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Ok(()));
    let mut conn = fixture.db.conn().await.unwrap();
    diesel_async::RunQueryDsl::execute(
        diesel::sql_query(format!(
            "insert into outbox (id, exchange, routing_key, body)
             values (gen_random_uuid(), '{}', 'user.unheard', '{{}}')",
            EXCHANGE.name()
        )),
        &mut conn,
    )
    .await
    .unwrap();

    tell(&fixture, 3).await;
    relay(&fixture, &fixture.stop);

    fixture.eventually("select count(*) from effects", 3).await;
    fixture
        .eventually(
            "select count(*) from outbox where attempts > 0 and published_at is null",
            1,
        )
        .await;
    fixture.end().await;
}

#[tokio::test]
async fn an_event_for_an_exchange_of_a_newer_build_waits_and_goes_nowhere_else() {
    let fixture = Fixture::new().await;
    fixture.consume(|_, _| Ok(()));
    tell(&fixture, 1).await;
    let mut conn = fixture.db.conn().await.unwrap();
    let rename = diesel::sql_query("update outbox set exchange = 'review_events'");
    diesel_async::RunQueryDsl::execute(rename, &mut conn)
        .await
        .unwrap();

    tell(&fixture, 3).await;
    relay(&fixture, &fixture.stop);

    fixture.eventually("select count(*) from effects", 3).await;
    fixture.eventually(WAITING, 1).await;
    let postponed = "select count(*) from outbox where exchange = 'review_events' and attempts > 0
        and next_attempt_at is not null and published_at is null";
    fixture.eventually(postponed, 1).await;
    assert_eq!(fixture.effects().await, 3);
    fixture.end().await;
}

#[tokio::test]
async fn an_event_that_no_reader_takes_is_not_written() {
    let fixture = Fixture::new().await;
    let sample = include_bytes!("../../../contracts/samples/shop.viewed.json");
    let mut huge = Envelope::<ShopViewed>::decode(sample).unwrap().data;
    huge.visitor = "x".repeat(souk_bus::MAX_BODY);

    let refused = fixture
        .db
        .transaction::<_, DbError>(async |tx| Ok(enqueue(tx, huge, Some(1)).await?))
        .await;

    assert!(refused.unwrap_err().is_permanent());
    fixture.end().await;
}

#[tokio::test]
async fn events_of_several_days_leave_and_are_marked() {
    let fixture = Fixture::new().await;
    prepare_partitions(&fixture.db).await.unwrap();
    tell(&fixture, 3).await;
    // One of yesterday, for which there is no partition, and one of tomorrow.
    fixture
        .test_db
        .run_sql("update outbox set id = lowest_id(now() - (seq - 2) * interval '1 day') where seq in (1, 3)")
        .await;
    let relay = relay(&fixture, &fixture.stop);

    fixture.eventually(WAITING, 0).await;

    assert_eq!(fixture.test_db.count("outbox_default").await, 1);
    fixture.stop.cancel();
    relay.await.unwrap();
    fixture.end().await;
}

#[tokio::test]
async fn another_relay_takes_over_from_one_whose_database_has_gone_silent() {
    let fixture = Fixture::new().await;
    let proxy = SilentProxy::before(host_of(fixture.test_db.url())).await;
    let timeouts = DbTimeouts {
        statement: Duration::from_millis(1500),
        idle_lease: Duration::from_millis(1500),
        grace: Duration::from_millis(500),
        ..DbTimeouts::default()
    };
    let db = Db::connect_within(&proxy.through(fixture.test_db.url()), 2, timeouts).unwrap();
    let first = tokio::spawn(Relay::new(db, fixture.bus.clone(), "user-svc").run(fixture.stop.clone()));
    tell(&fixture, 1).await;
    fixture.eventually(WAITING, 0).await;
    let second = relay(&fixture, &fixture.stop);

    proxy.go_silent();
    tell(&fixture, 2).await;

    fixture.eventually(WAITING, 0).await;
    // The first one has given its connection up, and can be stopped.
    fixture.stop.cancel();
    tokio::time::timeout(Duration::from_secs(60), async {
        first.await.unwrap();
        second.await.unwrap();
    })
    .await
    .expect("a relay hangs");
    fixture.end().await;
}
