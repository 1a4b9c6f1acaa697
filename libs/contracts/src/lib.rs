//! The wire contract of Souk: events with their envelope, schemas and samples, the exchanges and queues
//! they travel through, and money. Plain data, no I/O.

mod asyncapi;
mod envelope;
mod event;
pub mod events;
mod exchange;
mod money;
mod open_enum;
pub mod topology;

pub use asyncapi::asyncapi;
pub use envelope::{DecodeError, Envelope, SpecVersion};
pub use event::{Event, EventInfo, info, remove_personal_text, schema};
pub use events::EVENTS;
pub use exchange::Exchange;
pub use money::{Currency, InvalidCurrency, Money};
pub use open_enum::{OpenEnum, StoredWord, UnknownWord};
pub use topology::Queue;
