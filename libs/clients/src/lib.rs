//! One typed client per service that others may ask, and the shapes of what they say to each other.
//!
//! The serving side's `/internal` routes use the same structs. A call is signed, carries the running
//! [`souk_telemetry::Flow`] and is limited in time; it never happens inside a transaction.

pub mod account;
pub mod cart;
mod ended;
pub mod export;
mod mesh;
pub mod order;
pub mod parked;
pub mod product;
pub mod report;
mod sessions;
pub mod shop;
pub mod snapshots;
pub mod trace;
pub mod user;

pub use mesh::{ClientError, MeshClient};
pub use souk_http::ProblemBody;
