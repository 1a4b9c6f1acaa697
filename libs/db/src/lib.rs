//! A service's own Postgres: pool, transactions, idempotency, leases, migrations.

mod batcher;
mod connect;
mod error;
mod export;
mod idempotency;
mod ids;
mod lease;
mod migrate;
mod parts;
mod pool;
mod prepared;
mod reply_deadline;
mod timeouts;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use batcher::{BatchWork, Batcher};
pub use error::DbError;
pub use export::{ExportCursor, Exported, Section, export};
pub use idempotency::{Claim, IdempotencyError, claim, forget_answers, recorded, recorded_reference};
pub use ids::{highest_id, lowest_id};
pub use lease::Lease;
pub use migrate::migrate;
pub use parts::{containing, has_trigram};
pub use pool::{Db, PooledConn};
pub use prepared::{Prepared, prepared};
pub use timeouts::DbTimeouts;

/// A connection to the service's own database.
pub type Conn = diesel_async::AsyncPgConnection;

/// The tables of this crate; run them before the service's own.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
