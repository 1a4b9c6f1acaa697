//! The event log and the figures made of it: dashboards of shops, overview of the market.

mod domain;
mod error;
mod events;
mod ops;
mod store;

pub use error::{Error, Result};
