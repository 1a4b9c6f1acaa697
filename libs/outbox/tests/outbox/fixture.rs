//! A database with a table of effects, a broker with one queue, and a consumer that misbehaves on request.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::sql_types::{Array, BigInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use souk_bus::{Bus, Message, Outcome as Sent, Target};
use souk_contracts::events::{StockChanged, UserCreated, UserDeleted};
use souk_contracts::{Envelope, Event, Exchange, Queue, topology};
use souk_db::{Conn, Db, DbError};
use souk_outbox::{
    BatchHandler, Handler, Outcome, ParkedFilter, ParkedKeeper, ParkedMessage, Runner, enqueue, list_parked,
};
use souk_testkit::TestDb;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub static QUEUE: &Queue = &topology::CART_USERS;
pub static STOCK: &Queue = &topology::CART_CATALOGUE;
static QUEUES: [&Queue; 2] = [QUEUE, STOCK];

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("already so")]
    AlreadySo,
    #[error("impossible")]
    Impossible,
    #[error("away")]
    Away,
    #[error("a bug")]
    Bug,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

pub fn settle(failure: &Failure) -> Outcome {
    match failure {
        Failure::AlreadySo => Outcome::Done,
        Failure::Impossible => Outcome::Park,
        Failure::Away => Outcome::Hold,
        Failure::Bug => Outcome::Retry,
        Failure::Db(error) => Outcome::of_database(error),
    }
}

/// Notes each user, then answers what the test asks for.
pub struct Note {
    pub calls: Arc<AtomicUsize>,
    pub answer: fn(usize, Uuid) -> Result<(), Failure>,
}

impl Handler for Note {
    type Event = UserCreated;
    type Error = Failure;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserCreated>) -> Result<(), Failure> {
        let call = AtomicUsize::fetch_add(&self.calls, 1, Ordering::SeqCst);
        diesel::sql_query("insert into effects (user_id) values ($1)")
            .bind::<SqlUuid, _>(event.data.user_id)
            .execute(tx)
            .await?;
        (self.answer)(call, event.data.user_id)
    }
}

/// Notes each user, and never comes back from the nobody: stands for a process that dies of it.
pub struct Deadly(pub Arc<Semaphore>);

impl Handler for Deadly {
    type Event = UserCreated;
    type Error = Failure;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserCreated>) -> Result<(), Failure> {
        if event.data.user_id.is_nil() {
            self.0.add_permits(1);
            std::future::pending::<()>().await;
        }
        note_group(tx, &[event]).await
    }
}

/// Tells an event of its own for each that comes.
pub struct Tell;

impl Handler for Tell {
    type Event = UserCreated;
    type Error = Failure;

    async fn handle(&self, tx: &mut Conn, event: Envelope<UserCreated>) -> Result<(), Failure> {
        let user_id = event.data.user_id;
        Ok(enqueue(tx, UserDeleted { user_id }, Some(2)).await?)
    }
}

/// Notes the subjects of whatever comes, and in how many calls.
pub struct NoteAll(pub Arc<AtomicUsize>);

impl BatchHandler for NoteAll {
    type Event = Value;
    type Error = Failure;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<Value>>) -> Result<(), Failure> {
        AtomicUsize::fetch_add(&self.0, 1, Ordering::SeqCst);
        note_group(tx, &events).await
    }
}

/// Notes events of one type by the group, then refuses the group if the nobody is in it.
pub struct NoteGroups<E>(pub PhantomData<E>);

impl<E: Event> BatchHandler for NoteGroups<E> {
    type Event = E;
    type Error = Failure;

    async fn handle_all(&self, tx: &mut Conn, events: Vec<Envelope<E>>) -> Result<(), Failure> {
        note_group(tx, &events).await?;
        if events
            .iter()
            .any(|event| event.subject == Uuid::nil().to_string())
        {
            return Err(Failure::Impossible);
        }
        Ok(())
    }
}

async fn note_group<T>(tx: &mut Conn, events: &[Envelope<T>]) -> Result<(), Failure> {
    let users: Vec<Uuid> = events
        .iter()
        .map(|event| event.subject.parse().unwrap())
        .collect();
    // One group is one statement, and one more in the sequence.
    diesel::sql_query(
        "with called as materialized (select nextval('calls') as call)
         insert into effects (user_id, kind, call) select unnest($1), $2, call from called",
    )
    .bind::<Array<SqlUuid>, _>(users)
    .bind::<Text, _>(&events[0].kind)
    .execute(tx)
    .await?;
    Ok(())
}

pub struct Fixture {
    pub test_db: TestDb,
    pub db: Db,
    pub bus: Bus,
    pub stop: CancellationToken,
    pub calls: Arc<AtomicUsize>,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct Called {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Array<SqlUuid>)]
    users: Vec<Uuid>,
}

impl Fixture {
    pub async fn new() -> Self {
        let test_db = TestDb::with(vec![souk_db::MIGRATIONS, souk_outbox::MIGRATIONS]).await;
        let db = test_db.db();
        let mut conn = db.conn().await.unwrap();
        for statement in [
            "create sequence calls",
            "create table effects (seq bigserial, user_id uuid, kind text, call bigint)",
        ] {
            diesel::sql_query(statement).execute(&mut conn).await.unwrap();
        }
        let bus = souk_testkit::bus(&QUEUES);
        Self {
            test_db,
            db,
            bus,
            stop: CancellationToken::new(),
            calls: Arc::default(),
        }
    }

    /// Starts a consumer of [`QUEUE`].
    pub fn consume(&self, answer: fn(usize, Uuid) -> Result<(), Failure>) {
        let note = Note {
            calls: self.calls.clone(),
            answer,
        };
        let runner = Runner::new(self.db.clone(), self.bus.clone(), QUEUE, settle).on(note);
        tokio::spawn(runner.run(self.stop.clone()));
    }

    /// Starts a consumer of [`QUEUE`] that tells events of its own.
    pub fn consume_and_tell(&self) {
        let runner = Runner::new(self.db.clone(), self.bus.clone(), QUEUE, settle);
        tokio::spawn(runner.on(Tell).run(self.stop.clone()));
    }

    /// Starts a consumer of [`QUEUE`] that takes whatever comes.
    pub fn consume_all(&self) {
        let runner = Runner::new(self.db.clone(), self.bus.clone(), QUEUE, settle);
        tokio::spawn(runner.on_any(NoteAll(self.calls.clone())).run(self.stop.clone()));
    }

    /// Starts a consumer of [`QUEUE`] that takes events of two types, each by the group.
    pub fn consume_groups(&self) {
        let runner = Runner::new(self.db.clone(), self.bus.clone(), QUEUE, settle)
            .on(NoteGroups::<UserCreated>(PhantomData))
            .on(NoteGroups::<UserDeleted>(PhantomData));
        tokio::spawn(runner.run(self.stop.clone()));
    }

    /// A consumer of [`QUEUE`] as an earlier build has it: it knows one type.
    pub fn old_build(&self) -> Runner<Failure> {
        Runner::new(self.db.clone(), self.bus.clone(), QUEUE, settle)
            .on(NoteGroups::<UserCreated>(PhantomData))
    }

    /// The same of a later build, which knows another one.
    pub fn new_build(&self) -> Runner<Failure> {
        self.old_build().on(NoteGroups::<UserDeleted>(PhantomData))
    }

    /// Starts a runner that can be stopped by itself.
    pub fn start(&self, runner: Runner<Failure>) -> Replica {
        let stop = self.stop.child_token();
        let task = tokio::spawn(runner.run(stop.clone()));
        Replica { stop, task }
    }

    /// Sends events through their exchange, as a relay does.
    pub async fn publish<E: Event>(&self, events: impl IntoIterator<Item = E>) {
        let messages = events.into_iter().map(|event| {
            let envelope = Envelope::new(event, Some(1));
            let body = serde_json::to_vec(&envelope).unwrap();
            Message::of(Target::Exchange(E::EXCHANGE), &envelope, body)
        });
        self.send_all(messages.collect()).await;
    }

    /// All that was parked and kept, newest first.
    pub async fn listed(&self) -> Vec<ParkedMessage> {
        let mut conn = self.db.conn().await.unwrap();
        list_parked(&mut conn, &ParkedFilter::default(), 100)
            .await
            .unwrap()
    }

    /// The broker's name of [`QUEUE`].
    pub fn queue_name(&self) -> String {
        let shown = format!("{:?}", self.bus);
        let namespace = shown.split('"').nth(1).unwrap();
        format!("{namespace}.{}", QUEUE.name)
    }

    /// Starts a consumer of [`STOCK`].
    pub fn consume_stock(&self) {
        let runner = Runner::new(self.db.clone(), self.bus.clone(), STOCK, settle);
        tokio::spawn(
            runner
                .on(NoteGroups::<StockChanged>(PhantomData))
                .run(self.stop.clone()),
        );
    }

    /// The effects by group, in their order: type and users.
    pub async fn groups(&self) -> Vec<(String, Vec<Uuid>)> {
        let mut conn = self.db.conn().await.unwrap();
        let groups: Vec<Called> = diesel::sql_query(
            "select kind, array_agg(user_id order by seq) as users from effects
             group by kind, call order by call",
        )
        .load(&mut conn)
        .await
        .unwrap();
        groups
            .into_iter()
            .map(|group| (group.kind, group.users))
            .collect()
    }

    /// Starts a keeper of what is parked from [`QUEUE`].
    pub fn keep_parked(&self) {
        let keeper = ParkedKeeper::new(self.db.clone(), self.bus.clone(), "cart-svc", vec![QUEUE]);
        tokio::spawn(keeper.run(self.stop.clone()));
    }

    /// Sends bodies straight to the queue.
    pub async fn send(&self, bodies: impl IntoIterator<Item = (Uuid, Vec<u8>)>) {
        let messages = bodies.into_iter().map(|(id, body)| message(id, body)).collect();
        self.send_all(messages).await;
    }

    /// Sends messages wherever they go.
    pub async fn send_all(&self, mut messages: Vec<Message>) {
        let session = self.bus.connect("test").await.unwrap();
        let mut publisher = session.publisher().await.unwrap();
        // A quorum queue that was just declared may refuse what comes first: whoever sends, sends it again.
        for _ in 0..100 {
            let sent = publisher.publish_all(&messages).await.unwrap();
            let mut outcomes = sent.iter();
            messages.retain(|_| outcomes.next() == Some(&Sent::Nacked));
            assert!(
                !sent.iter().any(|outcome| matches!(outcome, Sent::Returned(_))),
                "{sent:?}"
            );
            if messages.is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the broker takes nothing");
    }

    pub async fn count(&self, statement: &str) -> i64 {
        let mut conn = self.db.conn().await.unwrap();
        diesel::sql_query(statement)
            .get_result::<Count>(&mut conn)
            .await
            .unwrap()
            .count
    }

    pub async fn effects(&self) -> i64 {
        self.count("select count(*) from effects").await
    }

    /// Waits until `statement` counts `expected`.
    pub async fn eventually(&self, statement: &str, expected: i64) {
        let mut seen = -1;
        for _ in 0..1600 {
            seen = self.count(statement).await;
            if seen == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{statement} counts {seen}, not {expected}");
    }

    /// The next parked message and its reason.
    pub async fn parked(&self) -> (Vec<u8>, Option<String>) {
        let session = self.bus.connect("test").await.unwrap();
        let mut deliveries = session.consume_parked(QUEUE, 1).await.unwrap();
        let waiting = tokio::time::timeout(Duration::from_secs(40), deliveries.next());
        let delivery = waiting.await.expect("a parked message").unwrap().unwrap();
        delivery.ack().await.unwrap();
        (
            delivery.body.clone(),
            delivery.headers.get("x-parked-reason").cloned(),
        )
    }

    pub async fn end(self) {
        self.stop.cancel();
        self.bus.delete_topology().await.unwrap();
    }
}

/// One process of several.
pub struct Replica {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Replica {
    /// Stops it in good order.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Ends it without a goodbye.
    pub async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

pub fn message(id: Uuid, body: Vec<u8>) -> Message {
    Message {
        target: Target::Queue(QUEUE),
        id: id.to_string(),
        kind: "user.created".into(),
        source: "/user-svc".into(),
        headers: [].into(),
        body,
    }
}

/// A fresh event and its bytes.
pub fn created() -> (Uuid, Vec<u8>) {
    created_for(Uuid::now_v7())
}

/// A fresh event about a user.
pub fn created_for(user_id: Uuid) -> (Uuid, Vec<u8>) {
    let envelope = Envelope::new(
        UserCreated {
            user_id,
            is_active: true,
        },
        Some(1),
    );
    (envelope.id, serde_json::to_vec(&envelope).unwrap())
}

/// An event that the plain consumer has no handler for.
pub fn deleted() -> (Uuid, Vec<u8>) {
    deleted_for(Uuid::now_v7())
}

/// The same about a user.
pub fn deleted_for(user_id: Uuid) -> (Uuid, Vec<u8>) {
    let envelope = Envelope::new(UserDeleted { user_id }, Some(2));
    (envelope.id, serde_json::to_vec(&envelope).unwrap())
}

pub const EXCHANGE: Exchange = Exchange::User;
