//! One's own account.

use actix_web::web::Data;
use actix_web::{get, patch};
use serde::{Deserialize, Serialize};
use souk_auth::Caller;
use souk_clients::user::UserBody;
use souk_http::{Json, Refusals};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::{ProfileChange, User};
use crate::{AppState, Error, Result, ops, store};

/// A partial change of one's profile; what is absent stays.
#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditMeBody {
    /// New first name.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Aygun")]
    first_name: Option<String>,
    /// New last name.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Mammadova")]
    last_name: Option<String>,
    /// New phone number; `null` removes it.
    #[serde(default, deserialize_with = "souk_http::nullable")]
    #[validate(length(min = 3, max = 32))]
    #[schema(value_type = Option<String>, min_length = 3, max_length = 32)]
    phone_number: Option<Option<String>>,
}

impl From<EditMeBody> for ProfileChange {
    fn from(body: EditMeBody) -> Self {
        Self {
            first_name: body.first_name,
            last_name: body.last_name,
            phone_number: body.phone_number,
        }
    }
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            role: user.role().as_str().to_owned(),
            id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            phone_number: user.phone_number,
            is_shop_owner: user.is_shop_owner,
            is_active: user.is_active,
            is_verified: user.is_verified,
            email_conflict: user.email_conflict,
            avatar_url: user.avatar.map(super::avatars::url),
            created_at: user.created_at,
        }
    }
}

/// Read one's own account.
#[utoipa::path(tag = "users", security(("bearer" = [])), responses((status = 200, description = "The account", body = UserBody), Refusals))]
#[get("/users/me")]
pub async fn get_me(state: Data<AppState>, caller: Caller) -> Result<Json<UserBody>> {
    let mut conn = state.db.conn().await?;
    let user = store::users::find(&mut conn, caller.user_id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Json(user.into()))
}

/// Change one's own account.
///
/// A JSON merge patch: absent fields stay, `null` removes the phone number. Asking twice changes nothing.
#[utoipa::path(tag = "users", security(("bearer" = [])), request_body = EditMeBody,
    responses((status = 200, description = "The account as it is now", body = UserBody), Refusals))]
#[patch("/users/me")]
pub async fn edit_me(
    state: Data<AppState>,
    caller: Caller,
    body: Json<EditMeBody>,
) -> Result<Json<UserBody>> {
    let change = body.into_inner().into();
    let user = state
        .db
        .transaction(async |tx| ops::edit_profile(tx, caller.user_id, change).await)
        .await?;
    Ok(Json(user.into()))
}
