//! Events leave with the transaction that decided them, and take effect once.
//!
//! A writer calls [`enqueue`] in its transaction; the [`Relay`] publishes what was committed. A reader's [`Runner`]
//! records each message in the inbox in the transaction of its effect, so a repeat finds itself there.

mod backlog;
mod erase;
mod inbox;
mod outbox;
mod parked;
mod relay;
mod retention;
mod runner;
mod trace;
mod unknown;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use backlog::Backlog;
pub use erase::{erase_user, erase_written};
pub use outbox::{Pending, enqueue, enqueue_all};
pub use parked::{
    ParkedCause, ParkedDecision, ParkedError, ParkedFilter, ParkedKeeper, ParkedMessage, ParkedState,
    audit_of_parked, count_parked, drop_all_parked, drop_parked, find_parked, list_parked, parked_events,
    replay_all_parked, replay_parked,
};
pub use relay::Relay;
pub use retention::{EventRetention, RetentionJob, RetentionRule, RetentionTooShort, prepare_partitions};
pub use runner::{BatchHandler, Handler, Outcome, Runner};
pub use trace::{HandledEvent, WrittenEvent, handled, written_between};
pub use unknown::{UnknownType, list_unknown_types, park_unknown_type};

/// The tables of this crate; run them after those of `souk_db` and before the service's own.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
