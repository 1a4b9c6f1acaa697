//! Against a real RabbitMQ: what the code believes of the broker is true.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "tests"
)]

mod consume;
mod declare;
mod depth;
mod harness;
mod hostile;
mod publish;
