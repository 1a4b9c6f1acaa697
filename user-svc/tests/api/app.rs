//! The service in process.

use serde_json::{Value, json};
use souk_testkit::{Client, TestDb, TestServer};
use user_svc::{MIGRATIONS, app, routes};
use uuid::Uuid;

pub const PASSWORD: &str = "seven brave otters";

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
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

    pub async fn refresh(&self, token: &Value) -> souk_testkit::Response {
        self.gateway()
            .post("/internal/sessions/refresh", json!({ "refresh_token": token }))
            .await
    }
}

pub fn registration(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "first_name": "Aygun", "last_name": "Aliyeva" })
}
