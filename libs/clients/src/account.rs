//! Closing an account at a service before it is erased: no order may be placed and no shop opened meanwhile.
//!
//! The asking side counts its attempts; what an older attempt asks is refused, so that one that was thought dead cannot
//! undo what a later one did.

use serde::{Deserialize, Serialize};
use souk_http::ProblemBody;
use uuid::Uuid;
use validator::Validate;

use crate::{ClientError, MeshClient};

/// The slug with which an older attempt is refused.
pub const STALE_ATTEMPT: &str = "stale-attempt";

/// `POST /internal/accounts/{user_id}/close` and `.../reopen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct AccountAttempt {
    /// Counts up with each attempt.
    #[validate(range(min = 1))]
    pub attempt: i64,
}

/// What a service answers to closing an account.
#[derive(Debug, Clone, PartialEq)]
pub enum Closing {
    /// Nothing more can be begun under this account.
    Closed,
    /// There is something that must be finished first.
    Refused(Box<ProblemBody>),
    /// A later attempt is at it.
    Stale,
}

pub(crate) async fn close(mesh: &MeshClient, user_id: Uuid, attempt: i64) -> Result<Closing, ClientError> {
    let path = format!("/internal/accounts/{user_id}/close");
    match mesh.post::<()>(&path, &AccountAttempt { attempt }).await {
        Ok(()) => Ok(Closing::Closed),
        Err(ClientError::Refused(problem)) if problem.slug() == STALE_ATTEMPT => Ok(Closing::Stale),
        Err(ClientError::Refused(problem)) if problem.status == 409 => Ok(Closing::Refused(problem)),
        Err(error) => Err(error),
    }
}

pub(crate) async fn reopen(mesh: &MeshClient, user_id: Uuid, attempt: i64) -> Result<(), ClientError> {
    let path = format!("/internal/accounts/{user_id}/reopen");
    mesh.post(&path, &AccountAttempt { attempt }).await
}
