//! Old rows and partitions.

use diesel::sql_types::{Nullable, Text};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use souk_db::Conn;
use souk_outbox::{EventRetention, RetentionJob, RetentionRule, handled, prepare_partitions};
use souk_testkit::TestDb;
use uuid::Uuid;

/// Makes events of a day that is `days` ago, or ahead if that is negative.
const EVENTS: &str = "
create function id_of(days_ago numeric) returns uuid language sql as
$$ select (left(replace(lowest_id(now() - days_ago * interval '1 day')::text, '-', ''), 12) || '7'
    || substr(md5(random()::text), 1, 19))::uuid $$;
create function partition_of(parent text, days_ago integer) returns void language plpgsql as
$$ declare
    of_day date := (now() at time zone 'utc')::date - days_ago;
    name text := parent || to_char(of_day, '\"_p\"YYYYMMDD');
begin
    execute format('create table %I (like %I including defaults)', name, parent);
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name,
        lowest_id(of_day at time zone 'utc'), lowest_id((of_day + 1) at time zone 'utc'));
end $$;
create function told(days_ago numeric, published interval) returns void language sql as
$$ insert into outbox (id, exchange, routing_key, body, created_at, published_at)
    select id_of(days_ago), 'user_events', 'user.created', '{}', now() - days_ago * interval '1 day', now() - published $$;
create function taken_in(days_ago numeric, handled interval) returns void language sql as
$$ insert into inbox (queue, event_id, handled_at) select 'a.b', id_of(days_ago), now() - handled $$;";

struct Fixture {
    db: TestDb,
}

#[derive(diesel::QueryableByName)]
struct Value {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Fixture {
    async fn new() -> Self {
        let db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
        db.run_sql(EVENTS).await;
        Self { db }
    }

    /// The same with partitions, as after `migrate`.
    async fn partitioned() -> Self {
        let fixture = Self::new().await;
        prepare_partitions(&fixture.db.db()).await.unwrap();
        fixture
    }

    fn job(&self) -> RetentionJob {
        RetentionJob::of_events(self.db.db(), EventRetention::default())
    }

    async fn sweep(&self) -> usize {
        self.job().sweep().await.unwrap()
    }

    async fn value(&self, expression: &str) -> Option<String> {
        let mut conn = self.db.db().conn().await.unwrap();
        value(&mut conn, expression).await
    }

    /// How many partitions of days there are.
    async fn days(&self, parent: &str) -> i64 {
        self.db.count(&format!("event_partitions('{parent}')")).await
    }
}

async fn value(conn: &mut Conn, expression: &str) -> Option<String> {
    let row: Value = diesel::sql_query(format!("select ({expression})::text as value"))
        .get_result(conn)
        .await
        .unwrap();
    row.value
}

#[tokio::test]
async fn sent_and_handled_events_without_a_partition_are_removed_when_they_are_old() {
    let fixture = Fixture::new().await;
    fixture
        .db
        .run_sql(
            "select told(20, '15 days'), told(20, '13 days'), told(20, null), taken_in(20, '15 days'), taken_in(20, '13 days')",
        )
        .await;

    // It makes the partitions, too, and moves none of these there.
    assert_eq!(fixture.sweep().await, 2);

    let left = [
        fixture.db.count("outbox where published_at is null").await,
        fixture.db.count("outbox").await,
        fixture.db.count("inbox").await,
    ];
    assert_eq!(left, [1, 2, 1]);
}

#[tokio::test]
async fn idempotency_keys_are_kept_for_a_day() {
    let fixture = Fixture::new().await;
    fixture
        .db
        .run_sql(
            "insert into idempotency_keys (user_id, key, fingerprint, created_at) values
             (gen_random_uuid(), 'old', '', now() - interval '25 hours'), (gen_random_uuid(), 'young', '', now())",
        )
        .await;

    assert_eq!(fixture.sweep().await, 1);

    assert_eq!(fixture.db.count("idempotency_keys where key = 'young'").await, 1);
}

#[tokio::test]
async fn parked_messages_are_kept_for_90_days_after_the_last_decision() {
    let fixture = Fixture::new().await;
    let kinds = [
        ("waits", "parked", 300, None),
        ("is on its way", "replaying", 300, Some(100)),
        ("was dropped long ago", "dropped", 300, Some(91)),
        ("was replayed long ago", "replayed", 300, Some(91)),
        ("was dropped lately", "dropped", 300, Some(89)),
    ];
    for (kind, state, age, decided) in kinds {
        let decision = decided.map_or_else(String::new, |days| {
            format!(
                "insert into parked_audit (id, parked_id, action, actor_id, at)
                 select gen_random_uuid(), id, 'drop', gen_random_uuid(), now() - interval '{days} days' from parked where kind = '{kind}'"
            )
        });
        fixture
            .db
            .run_sql(&format!(
                "insert into parked (id, queue, kind, reason, payload, first_failed_at, last_failed_at, state)
                 values (gen_random_uuid(), 'a.b', '{kind}', '', convert_to('{kind}', 'UTF8'),
                     now() - interval '{age} days', now() - interval '{age} days', '{state}');
                 {decision}"
            ))
            .await;
    }

    assert_eq!(fixture.sweep().await, 2);

    let left = fixture
        .value("select string_agg(kind, ', ' order by kind) from parked")
        .await;
    assert_eq!(left.as_deref(), Some("is on its way, waits, was dropped lately"));
    assert_eq!(fixture.db.count("parked_audit").await, 2);
}

#[tokio::test]
async fn what_a_message_names_that_may_yet_take_effect_is_kept() {
    static RULES: &[RetentionRule] = &[RetentionRule::new(
        "things",
        "id",
        "at < now() - make_interval(days => $1) and not named_by_parked(id::text)",
    )];
    let fixture = Fixture::new().await;
    fixture
        .db
        .run_sql(
            "create table things (id uuid primary key, at timestamptz default now() - interval '20 days', state text);
             insert into things (id, state) select gen_random_uuid(), state
             from unnest(array['parked', 'replaying', 'replayed', 'dropped']) as state;
             insert into parked (id, queue, reason, payload, state)
             select gen_random_uuid(), 'a.b', '', convert_to('{\"data\":{\"id\":\"' || id || '\"}}', 'UTF8'), state from things;
             insert into things values (gen_random_uuid(), default, 'unnamed'), (gen_random_uuid(), now(), 'young')",
        )
        .await;

    assert_eq!(fixture.db.sweep(RULES).await, 2);

    let left = fixture
        .value("select string_agg(state, ', ' order by state) from things")
        .await;
    assert_eq!(left.as_deref(), Some("parked, replayed, replaying, young"));
}

#[tokio::test]
async fn many_rows_are_removed_by_several_jobs_at_once() {
    static RULES: &[RetentionRule] = &[RetentionRule::new("things", "id", "id > 10")];
    let fixture = Fixture::partitioned().await;
    fixture
        .db
        .run_sql("create table things as select id from generate_series(1, 5010) as id")
        .await;

    let jobs = (0..4).map(|_| async {
        let own = fixture.db.sweep(RULES).await;
        fixture.sweep().await;
        own
    });
    let removed: usize = futures_util::future::join_all(jobs).await.into_iter().sum();

    assert_eq!((removed, fixture.db.count("things").await), (5000, 10));
}

#[tokio::test]
async fn a_rule_that_fails_keeps_no_other_from_its_work() {
    static RULES: &[RetentionRule] = &[
        RetentionRule::new("nothing_of_the_kind", "id", "true"),
        RetentionRule::new("things", "id", "true"),
    ];
    let fixture = Fixture::new().await;
    fixture.db.run_sql("create table things as select 1 as id").await;

    let swept = RetentionJob::new(fixture.db.db(), EventRetention::default(), RULES)
        .sweep()
        .await;

    assert!(swept.is_err());
    assert_eq!(fixture.db.count("things").await, 0);
}

#[tokio::test]
async fn events_lie_in_the_partition_of_their_day_and_ids_of_other_ages_in_the_default_one() {
    let fixture = Fixture::partitioned().await;

    fixture
        .db
        .run_sql(
            "select told(0, '0 seconds'), told(-3, '0 seconds'), taken_in(0, '0 seconds'), taken_in(-3, '0 seconds');
             select told(300, '0 seconds'), taken_in(-30, '0 seconds');
             insert into inbox (queue, event_id) values ('a.b', gen_random_uuid())",
        )
        .await;

    assert_eq!(fixture.days("outbox").await, 4);
    for parent in ["outbox", "inbox"] {
        let lie = format!(
            "select string_agg(distinct p.day - (now() at time zone 'utc')::date || '', ' ') from {parent} t
             join event_partitions('{parent}') p on p.name::regclass = t.tableoid"
        );
        assert_eq!(fixture.value(&lie).await.as_deref(), Some("0 3"), "{parent}");
    }
    let elsewhere = [
        fixture.db.count("outbox_default").await,
        fixture.db.count("inbox_default").await,
    ];
    assert_eq!(elsewhere, [1, 2]);
}

#[tokio::test]
async fn an_event_is_handled_once_whichever_partition_it_lies_in() {
    let fixture = Fixture::partitioned().await;
    let mut conn = fixture.db.db().conn().await.unwrap();
    let insert = "insert into inbox (queue, event_id) select 'a.b', id from ids on conflict do nothing";
    conn.batch_execute(
        "create table ids as select id_of(days) as id from unnest(array[0, -1, -30, 300]) as days
         union all select gen_random_uuid()",
    )
    .await
    .unwrap();

    let first = diesel::sql_query(insert).execute(&mut conn).await.unwrap();
    let again = diesel::sql_query(insert).execute(&mut conn).await.unwrap();

    assert_eq!((first, again), (5, 0));
    let ids = fixture
        .value("select string_agg(id::text, ' ') from ids")
        .await
        .unwrap();
    let ids: Vec<Uuid> = ids.split(' ').map(|id| id.parse().unwrap()).collect();
    assert_eq!(handled(&mut conn, &["a.b"], &ids).await.unwrap().len(), 5);
}

#[tokio::test]
async fn rows_that_came_before_their_partition_move_there() {
    let fixture = Fixture::new().await;
    fixture
        .db
        .run_sql("select told(0, null), taken_in(0, '0 seconds'), taken_in(-2, '0 seconds'), told(3, null)")
        .await;

    fixture.sweep().await;

    let left = [
        fixture.db.count("outbox_default").await,
        fixture.db.count("outbox").await,
        fixture.db.count("inbox_default").await,
        fixture.db.count("inbox").await,
    ];
    assert_eq!(left, [1, 2, 0, 2]);
}

#[tokio::test]
async fn a_day_that_is_over_is_dropped_when_all_of_it_is_sent_or_handled() {
    let fixture = Fixture::partitioned().await;
    for parent in ["outbox", "inbox"] {
        for days_ago in [14, 15, 16, 17] {
            fixture
                .db
                .run_sql(&format!("select partition_of('{parent}', {days_ago})"))
                .await;
        }
    }
    fixture
        .db
        .run_sql(
            "select told(15, '14 days'), told(16, '15 days'), told(16, null), told(17, '1 day');
             select taken_in(15, '14.5 days'), taken_in(16, '13 days'), taken_in(16, '15 days'), taken_in(17, '15 days')",
        )
        .await;

    fixture.sweep().await;

    // Of the 15th day something may still be younger than 14 days to the hour, so it is looked for by its rows.
    let left = "select string_agg((now() at time zone 'utc')::date - day || '', ' ' order by day) from event_partitions";
    let outbox = fixture.value(&format!("{left}('outbox')")).await.unwrap();
    let inbox = fixture.value(&format!("{left}('inbox')")).await.unwrap();
    assert!(
        outbox.starts_with("16 14 0") || outbox.starts_with("16 15 14 0"),
        "{outbox}"
    );
    assert!(
        inbox.starts_with("16 14 0") || inbox.starts_with("16 15 14 0"),
        "{inbox}"
    );
    assert_eq!(fixture.db.count("outbox where published_at is null").await, 1);

    // Once it is sent it goes, and no day before the least that is promised, whatever is asked for.
    fixture.db.run_sql("update outbox set published_at = now()").await;
    fixture.sweep().await;
    assert_eq!(
        fixture.value("select drop_event_partition('outbox', 1)").await,
        None
    );
    let outbox = fixture.value(&format!("{left}('outbox')")).await.unwrap();
    assert!(
        outbox.starts_with("14 0") || outbox.starts_with("15 14 0"),
        "{outbox}"
    );
}

#[tokio::test]
async fn a_partition_in_use_is_left_and_nobody_waits_for_long() {
    let fixture = Fixture::partitioned().await;
    fixture.db.run_sql("select partition_of('outbox', 20)").await;
    let mut reader = fixture.db.db().conn().await.unwrap();
    reader
        .batch_execute("begin; select count(*) from outbox")
        .await
        .unwrap();

    let refused = fixture.job().sweep().await.unwrap_err();

    assert!(refused.is_contention(), "{refused:?}");
    assert_eq!(fixture.days("outbox").await, 5);
    reader.batch_execute("commit").await.unwrap();
    fixture.sweep().await;
    assert_eq!(fixture.days("outbox").await, 4);
}

#[tokio::test]
async fn a_large_default_partition_is_read_without_a_lock_and_gets_partitions_from_the_day_after_tomorrow() {
    let fixture = Fixture::new().await;
    fixture
        .db
        .run_sql(
            "insert into outbox (id, exchange, routing_key, body, published_at)
             select id_of(1), 'user_events', 'user.created', repeat('x', 1800), now() from generate_series(1, 25000)",
        )
        .await;
    let mut conn = fixture.db.db().conn().await.unwrap();
    let step = "select add_event_partitions('outbox', 3)";

    let mut steps = Vec::new();
    for _ in 0..4 {
        steps.push(value(&mut conn, step).await.unwrap());
        // Between the steps, today's events are written.
        fixture.db.run_sql("select told(0, null)").await;
    }

    assert_eq!(steps, ["reserved", "validated", "attached", "none"]);
    assert_eq!(fixture.days("outbox").await, 2);
    assert_eq!(fixture.db.count("outbox").await, 25_004);
}

#[tokio::test]
async fn a_large_default_partition_with_rows_ahead_of_their_time_gets_partitions_too() {
    let fixture = Fixture::new().await;
    fixture
        .db
        .run_sql(
            "insert into outbox (id, exchange, routing_key, body, published_at)
             select id_of(1), 'user_events', 'user.created', repeat('x', 1800), now() from generate_series(1, 25000);
             select told(-2, null)",
        )
        .await;

    fixture.sweep().await;

    let moved = "outbox t join event_partitions('outbox') p on p.name::regclass = t.tableoid";
    assert_eq!(
        (fixture.days("outbox").await, fixture.db.count(moved).await),
        (2, 1)
    );
}

#[tokio::test]
async fn a_role_that_owns_nothing_has_its_partitions_made_and_dropped() {
    let fixture = Fixture::new().await;
    let mut conn = fixture.db.db().conn().await.unwrap();
    let role = format!("service_{}", Uuid::now_v7().simple());
    // Never committed, so the role is gone when the test is.
    conn.batch_execute(&format!(
        "begin; create role {role}; select partition_of('outbox', 20);
         do $$ begin execute format('grant usage on schema %I to {role}', current_schema()); end $$;
         grant select, insert, update, delete on outbox, inbox, outbox_default, inbox_default to {role};
         set local role {role}"
    ))
    .await
    .unwrap();

    let added = value(&mut conn, "select add_event_partitions('outbox', 3)").await;
    let dropped = value(&mut conn, "select drop_event_partition('outbox', 14)").await;
    conn.batch_execute("select count(*) from outbox").await.unwrap();
    let refused = conn.batch_execute("drop table outbox_default").await;

    assert_eq!(added.as_deref(), Some("attached"));
    assert!(dropped.unwrap().starts_with("outbox_p"));
    assert!(refused.unwrap_err().to_string().contains("must be owner"));
}
