//! The operators' view of all accounts.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, patch};
use serde::Deserialize;
use souk_auth::{Admin, Role};
use souk_clients::user::UserBody;
use souk_email::{EmailAddress, InvalidEmailAddress};
use souk_http::{Json, Page, PageQuery, Path, ProblemBody, Query, Refusals};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use super::ended::telling;
use crate::domain::{Standing, UserFilter};
use crate::{AppState, Error, Result, ops, store};

/// Which users; several narrow the list together.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// With this in the e-mail address, without regard to case.
    #[validate(length(min = 1, max = 254))]
    #[param(min_length = 1, max_length = 254, example = "@example.org")]
    email: Option<String>,
    /// In this role.
    #[param(inline)]
    role: Option<Role>,
    /// In this status.
    #[param(inline)]
    status: Option<UserStatus>,
    /// Whether another account has the same e-mail address in another spelling, so that this one cannot log in by it.
    conflict: Option<bool>,
}

/// Whether a user may log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// May log in.
    Active,
    /// May not.
    Inactive,
}

/// A partial change of an account; what is absent stays.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditUserBody {
    /// `admin`, or what the user is without that: `shop_owner` with an open shop, else `customer`.
    #[schema(inline)]
    role: Option<Role>,
    /// Whether the user may log in.
    is_active: Option<bool>,
    /// Another e-mail address, to which the verification is mailed.
    #[validate(custom(function = "souk_email::email_address"), length(max = 254))]
    #[schema(max_length = 254, format = "email", example = "aygun@example.org")]
    email: Option<String>,
}

impl From<UsersQuery> for UserFilter {
    fn from(query: UsersQuery) -> Self {
        Self {
            email: query.email,
            role: query.role,
            is_active: query.status.map(|status| status == UserStatus::Active),
            conflict: query.conflict,
        }
    }
}

impl TryFrom<EditUserBody> for Standing {
    type Error = InvalidEmailAddress;

    fn try_from(body: EditUserBody) -> Result<Self, InvalidEmailAddress> {
        Ok(Self {
            role: body.role,
            is_active: body.is_active,
            email: body.email.as_deref().map(EmailAddress::parse).transpose()?,
        })
    }
}

/// List users.
///
/// The newest first; administrators only.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(UsersQuery, PageQuery), responses(
    (status = 200, description = "A page", body = Page<UserBody>),
    (status = 403, description = "`admin-only`", body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[get("/users")]
pub async fn list_users(
    state: Data<AppState>,
    _admin: Admin,
    query: Query<UsersQuery>,
    page: Query<PageQuery>,
) -> actix_web::Result<Json<Page<UserBody>>> {
    let after = page.after::<Uuid>()?;
    let filter = query.into_inner().into();
    let mut conn = state.db.conn().await.map_err(Error::from)?;
    let users = store::accounts::list(&mut conn, &filter, after, page.fetch())
        .await
        .map_err(Error::from)?;
    Ok(Json(
        Page::from_rows(users, &page, |user| user.id).map(UserBody::from),
    ))
}

/// Read a user.
///
/// Administrators only.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(("user_id" = Uuid, Path, description = "The user")),
    responses(
    (status = 200, description = "The user", body = UserBody),
    (status = 403, description = "`admin-only`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[get("/users/{user_id}")]
pub async fn get_user(state: Data<AppState>, _admin: Admin, user_id: Path<Uuid>) -> Result<Json<UserBody>> {
    let mut conn = state.db.conn().await?;
    let user = store::users::find(&mut conn, user_id.into_inner())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Json(user.into()))
}

/// Change an account.
///
/// A JSON merge patch; administrators only. A user who may not log in any more loses every session at once; with another
/// role, access tokens die at once and the next refresh tells the new role. Another e-mail address is unverified until its
/// owner opens the link that is mailed to it; sessions go on, and links that were mailed before are void. Asking twice
/// changes nothing.
#[utoipa::path(tag = "users", security(("bearer" = [])), params(("user_id" = Uuid, Path, description = "The user")),
    request_body = EditUserBody, responses(
    (status = 200, description = "The user as it is now", body = UserBody),
    (status = 403, description = "`admin-only`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, description = "`last-admin`, `email-taken`, or `role-follows-shop`: nobody is appointed a shop owner",
        body = ProblemBody, content_type = "application/problem+json"),
    (status = 503, description = "`revocation-unavailable`: changed, but old tokens may be good for a moment",
        body = ProblemBody, content_type = "application/problem+json"),
    Refusals))]
#[patch("/users/{user_id}")]
pub async fn administer_user(
    state: Data<AppState>,
    admin: Admin,
    user_id: Path<Uuid>,
    body: Json<EditUserBody>,
) -> Result<HttpResponse> {
    let (by, id) = (admin.0.user_id, user_id.into_inner());
    let change = Standing::try_from(body.into_inner())?;
    let (user, ended) = state
        .db
        .transaction(async |tx| ops::administer_user(tx, by, id, change).await)
        .await?;
    Ok(telling(HttpResponse::Ok().json(UserBody::from(user)), ended))
}
