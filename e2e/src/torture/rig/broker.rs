//! A connection to RabbitMQ.

use std::time::Duration;

use anyhow::{Context, Result};
use lapin::{Connection, ConnectionProperties};
use tokio::time::timeout;

/// How long it may take to greet somebody. One that is starting can take a connection and never say a word, and nothing
/// else ends the wait: heartbeats are agreed on later.
const GREETING: Duration = Duration::from_secs(5);

/// A connection to the broker, past all ways.
///
/// # Errors
/// When it is away, or does not greet in time.
pub async fn connect(amqp_url: &str) -> Result<Connection> {
    let greeted = timeout(
        GREETING,
        // What waits in a queue may be a message that lapin alone cannot read.
        souk_bus::connect(amqp_url, ConnectionProperties::default()),
    );
    Ok(greeted.await.context("The broker does not greet")??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_broker_that_says_nothing_is_not_waited_for() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("amqp://{}", silent.local_addr().unwrap());

        let error = connect(&url).await.unwrap_err();

        assert!(error.to_string().contains("does not greet"), "{error:#}");
    }
}
