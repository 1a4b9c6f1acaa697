//! What tests share. A dev-dependency only.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot be set up fails, and says why"
)]

mod baseline;
mod bus;
mod client;
mod db;
mod export;
mod infra;
mod internal;
mod interruption;
mod proxy;
mod raw;
mod reads;
mod repeat;
mod shapes;
mod stand_in;

pub use bus::bus;
pub use client::{Client, Response, TestServer, mesh_keys};
pub use db::{Published, TestDb};
pub use export::{assert_exports_only, exported};
pub use infra::{Infra, infra};
pub use internal::{ANY_INTERNAL, INTERNAL_CALLS, InternalCalls, SHARED_CALLS, assert_internal_callers};
pub use interruption::Interruption;
pub use proxy::{SilentProxy, host_of};
pub use raw::{RawMessage, RawPublisher, TextProperty, raw_long, raw_nested_tables, raw_short};
pub use reads::Reads;
pub use repeat::Repeat;
pub use shapes::{WrongShape, wrong_shapes};
pub use stand_in::{Call, StandIn, problem};
