//! Wires server, relay and consumers.

use actix_web::web::Data;
use souk_auth::MeshKeys;
use souk_db::Db;
use souk_http::Server;
use souk_service::Process;
use utoipa::openapi::{Info, OpenApi};

use crate::config::AdminConfig;
use crate::domain::{NewUser, Password};
use crate::{AppState, NAME, consumers, ops, routes};

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(process: Process) -> anyhow::Result<()> {
    process.publish();
    process.consume(consumers::shops(process.db(), process.bus()));
    let server = server(process.db(), process.keys());
    process.serve(server, routes::configure).await
}

/// The HTTP side over `db`; tests start it on its own.
pub fn server(db: Db, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), db.clone(), keys)
        .data(Data::new(AppState { db }))
        .setup(|app| {
            routes::internal::configure(app);
            routes::ended::configure(app);
            routes::internal_addresses::configure(app);
            routes::lookup::configure(app);
        })
}

/// The service's OpenAPI document.
pub fn openapi() -> OpenApi {
    souk_http::openapi(info(), routes::configure)
}

/// Makes the operator.
///
/// # Errors
/// When the password is not good enough or the database fails.
pub async fn create_admin(config: AdminConfig) -> anyhow::Result<()> {
    let db = Db::connect(config.database_url.reveal(), 1)?;
    let password = Password::accept(config.admin_password.reveal().to_owned())?;
    let admin = NewUser {
        email: config.admin_email,
        password_hash: password.hash()?,
        first_name: "Souk".into(),
        last_name: "Operator".into(),
        phone_number: None,
        is_admin: true,
    };
    db.transaction(async |tx| ops::create_admin(tx, &admin).await)
        .await?;
    Ok(())
}

fn info() -> Info {
    souk_service::info("Souk users", "Accounts and profiles.")
}
