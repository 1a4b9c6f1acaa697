//! RabbitMQ: connect, declare the topology of `souk_contracts`, publish with confirms, consume.
//!
//! Nothing here reconnects by itself: when a connection breaks every call on it fails, and its owner asks the
//! [`Bus`] for another [`Session`].

mod bus;
mod consume;
mod declare;
mod depth;
mod error;
mod message;
mod publish;
mod text;
mod wire;

pub use bus::{Bus, Session};
pub use consume::{Deliveries, Delivery};
pub use depth::{Depth, Gauge};
pub use error::{BusError, Result};
pub use message::{CONTENT_TYPE, Message, Target};
pub use publish::{Outcome, Publisher};
pub use text::printable;
pub use wire::{MAX_BODY, connect};
