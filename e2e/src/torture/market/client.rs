//! Requests that are made again until somebody answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Result, bail};
use reqwest::Method;
use serde_json::Value;
use tokio::time::Instant;

/// How long somebody tries before giving up.
const PATIENCE: Duration = Duration::from_secs(240);
/// How long one try may take.
const TRY: Duration = Duration::from_secs(5);
/// The pause before the next try, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_millis(400));

/// Somebody with an account.
#[derive(Debug)]
pub struct Person {
    /// Who it is.
    pub id: uuid::Uuid,
    /// The login name.
    pub email: String,
    /// The password.
    pub password: String,
    tokens: RwLock<Tokens>,
}

/// A session.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Tokens {
    access_token: String,
    refresh_token: String,
    #[serde(skip, default = "Instant::now")]
    since: Instant,
}

impl Person {
    /// Somebody who has just logged in.
    pub fn new(id: uuid::Uuid, email: String, password: String, tokens: Tokens) -> Self {
        Self {
            id,
            email,
            password,
            tokens: RwLock::new(tokens),
        }
    }

    /// How old the access token is.
    pub fn token_age(&self) -> Duration {
        self.tokens().since.elapsed()
    }

    /// What the next tokens are asked for with.
    pub fn refresh_token(&self) -> String {
        self.tokens().refresh_token
    }

    /// Goes on with these.
    pub fn renew(&self, tokens: Tokens) {
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    fn tokens(&self) -> Tokens {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What to do.
    pub method: Method,
    /// With what.
    pub path: String,
    /// How.
    pub body: Value,
    /// The `Idempotency-Key`.
    pub key: Option<String>,
}

impl Ask {
    /// Something to read.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, Value::Null)
    }

    /// Something to do.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path, body)
    }

    /// Any request.
    pub fn new(method: Method, path: impl Into<String>, body: Value) -> Self {
        Self {
            method,
            path: path.into(),
            body,
            key: None,
        }
    }

    /// The same, once only under this key.
    #[must_use]
    pub fn under(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }
}

/// What somebody was told.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// How many tries before this one nobody answered, or only to say that it cannot be done now.
    pub lost: usize,
}

impl Answer {
    /// The end of a problem's type.
    pub fn slug(&self) -> &str {
        let kind = self.body.get("type").and_then(Value::as_str).unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default()
    }

    /// Whether it was done.
    pub fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

/// The way to the gateway.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    asked: AtomicUsize,
    lost: AtomicUsize,
    broken: Mutex<Vec<String>>,
}

impl Client {
    /// A client of the API at this gateway.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(gateway_url: &str) -> Result<Self> {
        // It wants to know a provider even where no TLS is spoken; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TRY)
            .build()?;
        Ok(Self {
            http,
            base: format!("{gateway_url}/api/v1"),
            seen: Arc::default(),
        })
    }

    /// The HTTP client itself.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Requests sent, and those that nobody answered, so far.
    pub fn counts(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.seen.asked), count(&self.seen.lost))
    }

    /// Answers that no fault explains, since they were last looked at.
    pub fn take_broken(&self) -> Vec<String> {
        std::mem::take(&mut *self.broken())
    }

    /// Asks once; nothing when nobody answers, or only to say that it cannot be done now.
    pub async fn try_ask(&self, who: Option<&Person>, ask: &Ask) -> Option<Answer> {
        self.seen.asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.send(who, ask).await.ok();
        let answer = answer.filter(|answer| answer.status < 500 && answer.status != 429);
        if answer.is_none() {
            self.seen.lost.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    /// Asks until there is an answer.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn ask(&self, who: Option<&Person>, ask: &Ask) -> Result<Answer> {
        let begun = Instant::now();
        let mut pause = PAUSE.0;
        let mut lost = 0;
        loop {
            if let Some(answer) = self.try_ask(who, ask).await {
                return Ok(Answer { lost, ..answer });
            }
            lost += 1;
            if begun.elapsed() > PATIENCE {
                bail!(
                    "{} {} was not answered within {} s, in {lost} tries",
                    ask.method,
                    ask.path,
                    PATIENCE.as_secs()
                );
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    /// Asks until it is done.
    ///
    /// # Errors
    /// When it is refused, or not answered in time.
    pub async fn done(&self, who: Option<&Person>, ask: &Ask) -> Result<Value> {
        let answer = self.ask(who, ask).await?;
        if answer.is_done() {
            Ok(answer.body)
        } else {
            bail!("{} {}: {answer}", ask.method, ask.path)
        }
    }

    async fn send(&self, who: Option<&Person>, ask: &Ask) -> reqwest::Result<Answer> {
        let mut request = self
            .http
            .request(ask.method.clone(), format!("{}{}", self.base, ask.path));
        if let Some(who) = who {
            request = request.bearer_auth(who.tokens().access_token);
        }
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        if !ask.body.is_null() {
            request = request.json(&ask.body);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        if status == 500 {
            self.broken()
                .push(format!("{} {}: {status} {text}", ask.method, ask.path));
        }
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
            lost: 0,
        })
    }

    fn broken(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.seen.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
