//! The end of one's own account.

use actix_web::web::Data;
use actix_web::{HttpResponse, delete};
use serde::Deserialize;
use souk_auth::Caller;
use souk_http::{Json, ProblemBody, Refusals};
use utoipa::{IntoResponses, ToSchema};
use validator::Validate;

use super::ended::telling;
use crate::flows::{Eraser, Progress};
use crate::{AppState, Error, Result};

/// Whoever erases an account proves that it is theirs.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EraseMe)]
pub struct EraseMeBody {
    /// The password.
    #[validate(length(min = 1, max = 128))]
    #[schema(min_length = 1, max_length = 128, example = "seven brave otters")]
    password: String,
}

/// How an erasure is refused.
#[derive(IntoResponses)]
pub enum ErasureRefusals {
    /// `open-shop`, `unfinished-orders`, `unfinished-order-items`, `last-admin`: the account is as it was
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(ProblemBody),
    /// `validation-failed`: also for a wrong password
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(ProblemBody),
}

/// What an erasure needs.
pub fn eraser(state: &AppState) -> Eraser {
    Eraser {
        db: state.db.clone(),
        media: state.media.clone(),
        orders: state.orders.clone(),
        shops: state.shops.clone(),
    }
}

/// Erase one's own account.
///
/// Refused while there is an open shop, an unfinished order, or an item that customers still wait for. Otherwise name,
/// e-mail address, phone number, addresses, avatar, cart and wishlist are gone, orders stay without a name, and every
/// session has ended. 202: a service could not be asked just now; the caller is logged out, and the erasure goes on by
/// itself unless that service refuses.
#[utoipa::path(tag = "users", security(("bearer" = [])), request_body = EraseMeBody,
    responses((status = 204, description = "The account is gone"), (status = 202, description = "It is under way"),
        ErasureRefusals, Refusals))]
#[delete("/users/me")]
pub async fn erase_me(
    state: Data<AppState>,
    caller: Caller,
    body: Json<EraseMeBody>,
) -> Result<HttpResponse> {
    let password = body.into_inner().password;
    match eraser(&state).erase(caller.user_id, password).await? {
        Progress::Erased(ended) => Ok(telling(HttpResponse::NoContent().finish(), ended)),
        Progress::UnderWay(ended) => Ok(telling(HttpResponse::Accepted().finish(), ended)),
        Progress::GivenUp => Ok(HttpResponse::Accepted().finish()),
        Progress::Refused(problem) => Err(Error::ErasureRefused(problem)),
    }
}
