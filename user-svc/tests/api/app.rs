//! The service in process.

use std::path::Path;

use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use souk_clients::export::ExportClient;
use souk_clients::order::OrderClient;
use souk_clients::shop::ShopClient;
use souk_testkit::{Client, StandIn, TestDb, TestServer};
use tempfile::TempDir;
use user_svc::config::MediaConfig;
use user_svc::decoder::PictureDecoder;
use user_svc::media::Media;
use user_svc::{AppState, MIGRATIONS, NAME, app, routes};
use uuid::Uuid;

use crate::neighbours::Neighbours;

pub const PASSWORD: &str = "seven brave otters";

pub struct TestApp {
    pub db: TestDb,
    pub server: TestServer,
    pub state: AppState,
    pub neighbours: Neighbours,
    pub keepers: StandIn,
    media_dir: TempDir,
}

pub struct Login {
    pub session: Uuid,
    pub refresh: Value,
}

pub struct Registered {
    pub id: Uuid,
    pub email: String,
}

#[derive(diesel::QueryableByName)]
struct Dump {
    #[diesel(sql_type = diesel::sql_types::Text)]
    rows: String,
}

impl TestApp {
    pub async fn new() -> Self {
        Self::with(None).await
    }

    /// The app with its pictures elsewhere than in a directory of its own.
    pub async fn with_media(media: Media) -> Self {
        Self::with(Some(media)).await
    }

    async fn with(media: Option<Media>) -> Self {
        let db = TestDb::new(MIGRATIONS).await;
        let media_dir = TempDir::new().unwrap();
        let in_directory = || {
            let config = MediaConfig {
                media_dir: Some(media_dir.path().display().to_string()),
                ..MediaConfig::default()
            };
            Media::open(&config).unwrap()
        };
        let neighbours = Neighbours::start();
        let keepers = keepers();
        let keeper = |name| (name, ExportClient::new(keepers.client(NAME)));
        let state = AppState {
            db: db.db(),
            media: media.unwrap_or_else(in_directory),
            decoder: PictureDecoder::program(Path::new(env!("CARGO_BIN_EXE_user-svc"))),
            orders: OrderClient::new(neighbours.orders.client(NAME)),
            shops: ShopClient::new(neighbours.shops.client(NAME)),
            keepers: [keeper("order-svc"), keeper("analytics-svc")].into(),
        };
        let server = app::server(state.clone(), souk_testkit::mesh_keys());
        Self {
            db,
            server: TestServer::start(server, routes::configure),
            state,
            neighbours,
            keepers,
            media_dir,
        }
    }

    /// Another replica over the same database.
    pub fn replica(&self) -> TestServer {
        let server = app::server(self.state.clone(), souk_testkit::mesh_keys());
        TestServer::start(server, routes::configure)
    }

    /// How many avatars lie in the directory.
    pub fn stored_pictures(&self) -> usize {
        std::fs::read_dir(self.media_dir.path().join("avatars")).map_or(0, Iterator::count)
    }

    /// All rows of a table as one text.
    pub async fn dump(&self, table: &str) -> String {
        let mut conn = self.db.db().conn().await.unwrap();
        let query = format!("select coalesce(string_agg(t::text, ' '), '') as rows from {table} t");
        let dump: Dump = diesel::sql_query(query).get_result(&mut conn).await.unwrap();
        dump.rows
    }

    /// Runs a statement past the service.
    pub async fn sql(&self, statement: &str) {
        let mut conn = self.db.db().conn().await.unwrap();
        diesel::sql_query(statement).execute(&mut conn).await.unwrap();
    }

    pub fn gateway(&self) -> Client {
        self.server.peer("gateway-itself")
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

    pub async fn refresh(&self, token: &Value) -> souk_testkit::Response {
        self.gateway()
            .post("/internal/sessions/refresh", json!({ "refresh_token": token }))
            .await
    }
}

/// Other services, each of which tells things on two pages and has nothing more.
fn keepers() -> StandIn {
    StandIn::start(|call| {
        let page = match call.path.split_once("?after=").map(|(_, after)| after) {
            None => json!({ "kind": "things", "rows": [1, 2], "next": "b" }),
            Some("b") => json!({ "kind": "things", "rows": [3], "next": "c" }),
            Some(_) => json!({ "kind": "more", "rows": [] }),
        };
        (200, page)
    })
}

pub fn registration(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "first_name": "Aygun", "last_name": "Aliyeva" })
}
