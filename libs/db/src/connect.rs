//! Opening a connection.

use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::SimpleAsyncConnection;
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres::{Config, NoTls};

use crate::reply_deadline::ReplyDeadline;
use crate::{Conn, DbTimeouts};

/// Every statement of ours is sent again and again, and means the same for all its parameters: to plan it each time, as
/// Postgres does when arrays look dearer in general than in particular, costs more than to run it. Nor is it compiled:
/// that takes milliseconds, is done for each run, and for pages of large tables, whose plans know no limit and look dear.
const PLANNING: &str = "set plan_cache_mode = force_generic_plan; set jit = off";

/// A connection that answers, or fails, within `timeouts`.
pub(crate) async fn connect(url: &str, timeouts: &DbTimeouts) -> ConnectionResult<Conn> {
    let opened = tokio::time::timeout(timeouts.connect, open(url, timeouts)).await;
    opened.unwrap_or_else(|_| Err(bad("Postgres did not answer in time")))
}

async fn open(url: &str, timeouts: &DbTimeouts) -> ConnectionResult<Conn> {
    let mut config: Config = url.parse().map_err(bad)?;
    config
        .connect_timeout(timeouts.connect)
        .keepalives_idle(Duration::from_secs(10))
        .keepalives_interval(Duration::from_secs(5))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_secs(25));
    let mut conn = if is_plain_tcp(&config) {
        // The deadline takes the place of TLS in the driver, because only there it lets a stream of ours in. Direct: no
        // word about TLS goes to the server.
        config
            .ssl_mode(SslMode::Require)
            .ssl_negotiation(SslNegotiation::Direct);
        let deadline = ReplyDeadline(timeouts.reply());
        let (client, connection) = config.connect(deadline).await.map_err(bad)?;
        Conn::try_from_client_and_connection(client, connection).await?
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(bad)?;
        Conn::try_from_client_and_connection(client, connection).await?
    };
    conn.batch_execute(&format!("{PLANNING}; {}", timeouts.settings()))
        .await
        .map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Sockets of the same machine do not go silent, and TLS is not spoken here: asked for, it is refused as ever.
fn is_plain_tcp(config: &Config) -> bool {
    let hosts = config.get_hosts();
    config.get_ssl_mode() != SslMode::Require
        && !hosts.is_empty()
        && hosts.iter().all(|host| matches!(host, Host::Tcp(_)))
}

fn bad(error: impl ToString) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}
