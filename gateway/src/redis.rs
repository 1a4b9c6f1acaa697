//! One multiplexed connection to Redis: requests that come together travel together.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult,
    ScriptInvocation,
};

/// A request waits this long at most; then Redis counts as away.
const PATIENCE: Duration = Duration::from_millis(500);
/// After a failed attempt, others fail at once for this long instead of queueing up behind a dead address.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection that is made when it is first needed, and driven by whoever needs it first.
pub struct Redis {
    client: Client,
    state: Mutex<State>,
    /// One attempt to connect at a time; the others wait for its outcome.
    connecting: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    connection: Option<MultiplexedConnection>,
    /// Counts connections, so that a failure on an old one does not close its successor.
    generation: u64,
    failed_at: Option<Instant>,
}

impl Redis {
    /// Nothing is connected yet.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            state: Mutex::default(),
            connecting: tokio::sync::Mutex::default(),
        }
    }

    /// Sends one command. It may be sent twice: all of ours can be.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        self.with(|mut connection| async move { command.query_async(&mut connection).await })
            .await
    }

    /// Sends several commands in one round trip.
    pub async fn tell(&self, commands: &Pipeline) -> RedisResult<()> {
        self.with(|mut connection| async move { commands.query_async(&mut connection).await })
            .await
    }

    /// Runs a script, which is sent to Redis only when Redis does not know it. It may run twice, when the
    /// connection was lost before the answer came.
    pub async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> RedisResult<T> {
        self.with(|mut connection| async move { script.invoke_async(&mut connection).await })
            .await
    }

    async fn with<T, F>(&self, send: impl Fn(MultiplexedConnection) -> F) -> RedisResult<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let (connection, generation) = self.connection().await?;
        match send(connection).await {
            Err(error) if is_lost(&error) => self.forget(generation),
            answer => return answer,
        }
        // Redis may have been restarted since the last request: a new connection will do.
        let (connection, generation) = self.connection().await?;
        let answer = send(connection).await;
        if answer.as_ref().err().is_some_and(is_lost) {
            self.forget(generation);
        }
        answer
    }

    async fn connection(&self) -> RedisResult<(MultiplexedConnection, u64)> {
        if let Some(found) = self.present()? {
            return Ok(found);
        }
        let _alone = self.connecting.lock().await;
        if let Some(found) = self.present()? {
            return Ok(found);
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let connected = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match connected {
            Ok(connection) => {
                state.generation += 1;
                state.failed_at = None;
                state.connection = Some(connection.clone());
                Ok((connection, state.generation))
            }
            Err(error) => {
                state.failed_at = Some(Instant::now());
                Err(error)
            }
        }
    }

    fn present(&self) -> RedisResult<Option<(MultiplexedConnection, u64)>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match (&state.connection, state.failed_at) {
            (Some(connection), _) => Ok(Some((connection.clone(), state.generation))),
            (None, Some(failed)) if failed.elapsed() < PAUSE => Err(RedisError::from((
                ErrorKind::Io,
                "Redis was not reachable a moment ago",
            ))),
            (None, _) => Ok(None),
        }
    }

    fn forget(&self, generation: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.generation == generation {
            state.connection = None;
        }
    }
}

fn is_lost(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_connection_dropped()
        || error.is_connection_refusal()
        || error.is_timeout()
}
