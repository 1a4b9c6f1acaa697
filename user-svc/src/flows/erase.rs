//! Erasing an account, step by step; every step may be the last one before a crash.
//!
//! First it is written down. Then shop-svc and order-svc close the account, each refusing if something is unfinished
//! under it. If all agree, the account is blanked here and everybody is told; if one refuses, the others open it
//! again. What lies still after a crash, or because a service is away, a chore carries on.

use souk_clients::account::Closing;
use souk_clients::order::OrderClient;
use souk_clients::shop::ShopClient;
use souk_db::Db;
use souk_http::ProblemBody;
use souk_telemetry::Flow;
use uuid::Uuid;

use super::avatar;
use super::hashing::hashing;
use crate::domain::{Ended, Erasure, ErasureState, verify};
use crate::media::Media;
use crate::{Error, Result, ops, store};

/// What an erasure needs.
#[derive(Clone)]
pub struct Eraser {
    /// The service's database.
    pub db: Db,
    /// Where avatars are.
    pub media: Media,
    /// Where orders are.
    pub orders: OrderClient,
    /// Where shops are.
    pub shops: ShopClient,
}

/// How far an erasure has come.
#[derive(Debug)]
pub enum Progress {
    /// The account is gone.
    Erased(Ended),
    /// It is written down, and goes on without the caller.
    UnderWay(Ended),
    /// Something must be finished first.
    Refused(Box<ProblemBody>),
    /// One that was refused before has come to its end: the account is open everywhere again.
    GivenUp,
}

impl Eraser {
    /// Erases an account for its owner, who proves it by the password.
    ///
    /// # Errors
    /// [`Error::WrongPassword`]; [`Error::NotFound`] when it is gone already.
    pub async fn erase(&self, user_id: Uuid, password: String) -> Result<Progress> {
        let hash = {
            let mut conn = self.db.conn().await?;
            store::users::find_hash(&mut conn, user_id)
                .await?
                .ok_or(Error::NotFound)?
        };
        if !hashing(move || verify(&hash, &password)).await? {
            return Err(Error::WrongPassword("/password"));
        }
        let begin = async || {
            self.db
                .transaction(async |tx| ops::begin_erasure(tx, user_id).await)
                .await
        };
        while let Some(erasure) = begin().await? {
            match self.go_on(&erasure).await? {
                // Now this one may begin.
                Progress::GivenUp => {}
                progress => return Ok(progress),
            }
        }
        self.leave_to_the_chore(user_id).await
    }

    /// Carries on every erasure that lies still, forward or back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn carry_on(&self) -> Result<()> {
        let next = async || {
            self.db
                .transaction(async |tx| ops::take_over_erasure(tx).await)
                .await
        };
        while let Some(erasure) = next().await? {
            let progress = Flow::begin().scope(self.go_on(&erasure)).await?;
            if let Progress::Refused(problem) = progress {
                tracing::info!(user.id = %erasure.user_id, reason = problem.slug(), "An erasure was refused");
            }
        }
        Ok(())
    }

    async fn go_on(&self, erasure: &Erasure) -> Result<Progress> {
        let went = match erasure.state {
            ErasureState::Closing => self.close(erasure).await,
            ErasureState::Reopening => self.reopen(erasure).await.map(|()| Progress::GivenUp),
        };
        match went {
            Err(Error::Client(error)) => {
                tracing::warn!(%error, user.id = %erasure.user_id, "An erasure waits for a service");
                self.db
                    .transaction(async |tx| ops::rest_erasure(tx, erasure).await)
                    .await?;
                self.leave_to_the_chore(erasure.user_id).await
            }
            went => went,
        }
    }

    /// Forward. The shop comes first: without one, nobody can order from the user any more.
    async fn close(&self, erasure: &Erasure) -> Result<Progress> {
        let (user_id, attempt) = (erasure.user_id, erasure.attempt);
        let closing = match self.shops.close_account(user_id, attempt).await? {
            Closing::Closed => self.orders.close_account(user_id, attempt).await?,
            answer => answer,
        };
        match closing {
            Closing::Closed => self.blank(erasure).await,
            Closing::Refused(problem) => self.turn_back(erasure, problem).await,
            Closing::Stale => Ok(Progress::UnderWay(Ended::default())),
        }
    }

    async fn blank(&self, erasure: &Erasure) -> Result<Progress> {
        let erased = self
            .db
            .transaction(async |tx| ops::erase_user(tx, erasure).await)
            .await?;
        let Some((ended, picture)) = erased else {
            return Ok(Progress::UnderWay(Ended::default()));
        };
        if let Some(id) = picture {
            avatar::remove_now(&self.db, &self.media, id).await;
        }
        Ok(Progress::Erased(ended))
    }

    async fn turn_back(&self, erasure: &Erasure, problem: Box<ProblemBody>) -> Result<Progress> {
        let turned = self
            .db
            .transaction(async |tx| ops::turn_erasure_back(tx, erasure).await)
            .await?;
        if turned && let Err(error) = self.reopen(erasure).await {
            // The refusal stands; the chore opens what is still closed.
            tracing::warn!(error = ?error, user.id = %erasure.user_id, "An account is not open everywhere again yet");
            self.db
                .transaction(async |tx| ops::rest_erasure(tx, erasure).await)
                .await?;
        }
        Ok(Progress::Refused(problem))
    }

    /// Back.
    async fn reopen(&self, erasure: &Erasure) -> Result<()> {
        let (user_id, attempt) = (erasure.user_id, erasure.attempt);
        self.orders.reopen_account(user_id, attempt).await?;
        self.shops.reopen_account(user_id, attempt).await?;
        self.db
            .transaction(async |tx| ops::give_erasure_up(tx, erasure).await)
            .await
    }

    /// Whoever asked to be erased is logged out at once, however long it takes.
    async fn leave_to_the_chore(&self, user_id: Uuid) -> Result<Progress> {
        let ended = self
            .db
            .transaction(async |tx| ops::leave(tx, user_id).await)
            .await?;
        Ok(Progress::UnderWay(ended))
    }
}
