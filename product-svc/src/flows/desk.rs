//! The desk where reservations are asked for: a variation that all who wait together want is locked, written and told
//! once, however many they are.

use std::sync::Arc;

use chrono::{Duration, Utc};
use souk_db::{BatchWork, Batcher, Db};
use souk_telemetry::Flow;

use crate::domain::{Outcome, Request, stored};
use crate::{Error, Result, ops, store};

/// Reserves all lines of a request, or none.
pub type Desk = Batcher<Reserving>;

/// Reservations that last for `ttl`.
pub struct Reserving {
    db: Db,
    ttl: Duration,
}

/// A request for a reservation, and what it is part of.
pub struct Asked {
    request: Request,
    flow: Flow,
}

impl Asked {
    /// Asked for by the request under way.
    pub fn now(request: Request) -> Self {
        Self {
            request,
            flow: Flow::current(),
        }
    }
}

impl Reserving {
    /// A desk over `db`.
    pub fn desk(db: Db, ttl: Duration) -> Arc<Desk> {
        Batcher::new(Self { db, ttl })
    }

    async fn reserve(&self, requests: &[Request]) -> Result<Vec<Outcome>> {
        let expires_at = stored(Utc::now() + self.ttl);
        self.db
            .transaction(async |tx| ops::reserve_stock(tx, requests, expires_at).await)
            .await
    }

    /// What was reserved before under this request's id.
    async fn known(&self, request: &Request) -> Result<Option<Outcome>> {
        let mut conn = self.db.conn().await?;
        let known = store::reservations::find(&mut conn, [request.id]).await?.pop();
        Ok(known.map(Outcome::try_from).transpose()?)
    }
}

impl BatchWork for Reserving {
    type Job = Asked;
    type Answer = Outcome;
    type Error = Error;

    const NAME: &'static str = "reservations";

    fn outage(error: &Error) -> Option<Error> {
        error.outage()
    }

    async fn run(&self, asked: &[Asked]) -> Result<Vec<Outcome>> {
        let Some(Asked { flow, .. }) = asked.first() else {
            return Ok(Vec::new());
        };
        let requests: Vec<Request> = asked.iter().map(|one| one.request.clone()).collect();
        match (
            flow.clone().scope(self.reserve(&requests)).await,
            requests.as_slice(),
        ) {
            (Err(error), [request]) if error.violated_unique() == Some(store::reservations::KEY) => {
                let known = self.known(request).await?;
                Ok(vec![known.ok_or(error)?])
            }
            (reserved, _) => reserved,
        }
    }
}
