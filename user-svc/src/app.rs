//! Wires server, relay, consumers and chores.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use anyhow::{Context, anyhow};
use souk_auth::MeshKeys;
use souk_db::Db;
use souk_http::Server;
use souk_service::{Process, every};
use utoipa::openapi::{Info, OpenApi};

use crate::config::{AdminConfig, Config};
use crate::domain::{NewUser, Password};
use crate::mail::{Mailer, Storefront};
use crate::{AppState, NAME, consumers, flows, ops, routes};

/// Mails on their way at the same time, of one replica.
const SENDERS: usize = 4;
/// How often mails are looked for.
const MAILS: Duration = Duration::from_millis(500);
const TIDY: Duration = Duration::from_secs(600);

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    process.publish();
    process.consume(consumers::shops(process.db(), process.bus()));
    do_chores(&process, Arc::new(mailer(&config)?));
    let server = server(process.db(), process.keys());
    process.serve(server, routes::configure).await
}

fn do_chores(process: &Process, mailer: Arc<Mailer>) {
    for _ in 0..SENDERS {
        let (db, mailer) = (process.db(), mailer.clone());
        process.spawn(|stop| {
            every(MAILS, "send mails", stop, move || {
                flows::send_mails(db.clone(), mailer.clone())
            })
        });
    }
    let db = process.db();
    process.spawn(|stop| every(TIDY, "tidy", stop, move || flows::tidy(db.clone())));
}

/// The way out for mails; says where they go if that is not a server.
fn mailer(config: &Config) -> anyhow::Result<Mailer> {
    let from = config
        .mail_from()
        .parse()
        .context("MAIL_FROM is no e-mail address")?;
    let storefront = Storefront::parse(config.storefront_url()).context("STOREFRONT_URL cannot be used")?;
    if let Some(url) = &config.mail_url {
        // The cause may quote the address, and with it the password.
        return Mailer::smtp(url.reveal(), from, storefront)
            .map_err(|_| anyhow!("MAIL_URL is not smtp:// or smtps:// and a host"));
    }
    let dir = config.mail_dir.display();
    tracing::warn!(%dir, "MAIL_URL is not set: mails are written to {dir}");
    Mailer::directory(&config.mail_dir, from, storefront)
        .with_context(|| format!("{dir} cannot be used for mails"))
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
            routes::own_sessions::configure(app);
            routes::secrets::configure(app);
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
