//! The service in process.

use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use souk_testkit::{Client, TestDb, TestServer};
use user_svc::{MIGRATIONS, app, routes};
use uuid::Uuid;

pub const PASSWORD: &str = "seven brave otters";

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

pub struct Login {
    pub session: Uuid,
    pub refresh: Value,
}

pub struct Registered {
    pub id: Uuid,
    pub email: String,
}

impl TestApp {
    pub async fn new() -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let server = TestServer::start(app::server(db.db(), souk_testkit::mesh_keys()), routes::configure);
        Self { db, server }
    }

    pub fn gateway(&self) -> Client {
        self.server.anonymous()
    }

    pub async fn registered(&self) -> Registered {
        let email = format!("{}@example.org", Uuid::now_v7().simple());
        let response = self.gateway().post("/internal/users", registration(&email)).await;
        assert_eq!(response.status, 201, "{response:?}");
        Registered {
            id: response.body["id"].as_str().unwrap().parse().unwrap(),
            email,
        }
    }

    pub async fn login(&self, email: &str, password: &str) -> souk_testkit::Response {
        let body =
            json!({ "email": email, "password": password, "user_agent": "test", "address": "127.0.0.1" });
        self.gateway().post("/internal/sessions", body).await
    }

    /// A login as the gateway sees it: session and refresh token.
    pub async fn logged_in(&self, user: &Registered) -> Login {
        let grant = self.login(&user.email, PASSWORD).await;
        assert_eq!(grant.status, 201, "{grant:?}");
        Login {
            session: grant.body["session_id"].as_str().unwrap().parse().unwrap(),
            refresh: grant.body["refresh_token"].clone(),
        }
    }

    /// An operator who has a row, as those have who change accounts.
    pub async fn operator(&self) -> Registered {
        let user = self.registered().await;
        self.sql(&format!(
            "update users set is_admin = true where id = '{}'",
            user.id
        ))
        .await;
        user
    }

    /// Runs a statement past the service.
    pub async fn sql(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }

    /// How many rows there are.
    pub async fn count(&self, table: &str) -> i64 {
        let mut conn = self.db.db().conn().await.unwrap();
        let rows = diesel::sql_query(format!("select count(*) as count from {table}"));
        rows.get_result::<Count>(&mut conn).await.unwrap().count
    }

    pub async fn refresh(&self, token: &Value) -> souk_testkit::Response {
        self.gateway()
            .post("/internal/sessions/refresh", json!({ "refresh_token": token }))
            .await
    }
}

pub fn registration(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "first_name": "Aygun", "last_name": "Aliyeva" })
}
