//! Wires server, relay, consumers and chores.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use anyhow::{Context, anyhow};
use souk_auth::MeshKeys;
use souk_clients::export::ExportClient;
use souk_clients::order::OrderClient;
use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_email::EmailAddress;
use souk_http::Server;
use souk_service::{Process, every};
use utoipa::openapi::{Info, OpenApi};
use uuid::Uuid;

use crate::config::{AdminConfig, Config, DatabaseConfig, MailConfig, NeighbourConfig};
use crate::decoder::PictureDecoder;
use crate::domain::{NewUser, Password};
use crate::flows::{Keeper, MailboxCounts};
use crate::mail::{Mailer, Storefront};
use crate::media::Media;
use crate::{AppState, NAME, consumers, flows, ops, routes, store};

/// Mails on their way at the same time, of one replica.
const SENDERS: usize = 4;
/// How often mails are looked for.
const MAILS: Duration = Duration::from_millis(500);
/// How often erasures that lie still are looked for.
const ERASURES: Duration = Duration::from_secs(5);
/// How often pictures that nobody has are looked for: what a request could not remove at once.
const PICTURES: Duration = Duration::from_secs(60);
/// How often sealed successors of refresh tokens that are past their time are removed.
const SUCCESSORS: Duration = Duration::from_secs(10);

/// Runs the service until the process is told to stop.
///
/// # Errors
/// When a setting makes no sense or the address cannot be listened on.
pub async fn serve(process: Process, config: Config) -> anyhow::Result<()> {
    let state = AppState {
        db: process.db(),
        media: Media::open(&config.media)?,
        decoder: PictureDecoder::this_program()?,
        orders: OrderClient::new(process.client(&config.neighbours.order_svc_url)?),
        shops: ShopClient::new(process.client(&config.neighbours.shop_svc_url)?),
        keepers: keepers(&process, &config.neighbours)?,
    };
    process.publish();
    process.retain(store::retention::RULES);
    process.consume(consumers::shops(process.db(), process.bus()));
    send_mails(&process, &Arc::new(mailer(&config.mail)?));
    do_chores(&process, &state);
    let server = server(state, process.keys());
    process.serve(server, routes::configure).await
}

fn keepers(process: &Process, config: &NeighbourConfig) -> anyhow::Result<Arc<[Keeper]>> {
    config
        .all()
        .into_iter()
        .map(|(name, url)| Ok((name, ExportClient::new(process.client(url)?))))
        .collect()
}

fn send_mails(process: &Process, mailer: &Arc<Mailer>) {
    for _ in 0..SENDERS {
        let (db, mailer) = (process.db(), mailer.clone());
        process.spawn(|stop| {
            every(MAILS, "send mails", stop, move || {
                flows::send_mails(db.clone(), mailer.clone())
            })
        });
    }
}

fn do_chores(process: &Process, state: &AppState) {
    let db = process.db();
    process.spawn(|stop| {
        every(SUCCESSORS, "clear refresh successors", stop, move || {
            flows::clear_successors(db.clone())
        })
    });
    let eraser = routes::erasure::eraser(state);
    process.spawn(|stop| {
        every(ERASURES, "carry on erasures", stop, move || {
            let eraser = eraser.clone();
            async move { eraser.carry_on().await }
        })
    });
    let AppState { db, media, .. } = state.clone();
    process.spawn(|stop| {
        every(PICTURES, "remove pictures", stop, move || {
            let (db, media) = (db.clone(), media.clone());
            async move { flows::remove_pictures(&db, &media).await }
        })
    });
}

/// The way out for mails; says where they go if that is not a server.
fn mailer(config: &MailConfig) -> anyhow::Result<Mailer> {
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

/// What follows the SQL migrations: fills in the canonical forms of addresses. Says what it did, if anything.
///
/// # Errors
/// When the database fails.
#[expect(clippy::print_stdout, reason = "what a command did is its output")]
pub async fn fill_mailboxes(db: Db) -> anyhow::Result<()> {
    let counts = flows::fill_mailboxes(&db).await?;
    let MailboxCounts {
        filled,
        in_conflict,
        without_form,
    } = counts;
    if counts != MailboxCounts::default() {
        println!(
            "E-mail addresses: {filled} filled in, {in_conflict} in conflict, {without_form} without a canonical form"
        );
    }
    Ok(())
}

/// The HTTP side over `state`; tests start it on its own.
pub fn server(state: AppState, keys: MeshKeys) -> Server {
    souk_service::server(NAME, info(), state.db.clone(), keys, routes::INTERNAL)
        .data(Data::new(state))
        .setup(|app| {
            routes::internal::configure(app);
            routes::ended::configure(app);
            routes::internal_addresses::configure(app);
            routes::lookup::configure(app);
            routes::account_status::configure(app);
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
/// When the address or the password is not good enough, or the database fails.
pub async fn create_admin(config: AdminConfig) -> anyhow::Result<()> {
    let db = Db::connect(config.database_url.reveal(), 1)?;
    let email = EmailAddress::parse(&config.admin_email).context("ADMIN_EMAIL")?;
    let password = Password::accept(config.admin_password.reveal().to_owned())?;
    let admin = NewUser {
        email,
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

/// Publishes again which accounts were erased, and answers how many they are.
///
/// # Errors
/// When the database fails; accounts that were published before are published once more by another try.
pub async fn republish_erasures(config: DatabaseConfig) -> anyhow::Result<usize> {
    let db = Db::connect(config.database_url.reveal(), 1)?;
    let (mut after, mut total) = (Uuid::nil(), 0);
    while let Some((last, count)) = db
        .transaction(async |tx| ops::republish_erasures(tx, after).await)
        .await?
    {
        after = last;
        total += count;
    }
    Ok(total)
}

fn info() -> Info {
    souk_service::info("Souk users", "Accounts and profiles.")
}
