//! user-svc: accounts, and the sessions behind tokens.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

pub use crate::ended::{Ended, EndedUser, MalformedEnded};
pub use crate::sessions::{ConfirmResetBody, ResetBody, SessionBody, SessionsQuery, VerifyEmailBody};
use crate::{ClientError, MeshClient};

/// A registration.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterBody {
    /// Login name, unique without regard to case. An address that no mail can be sent to is refused, among them those
    /// with a quoted local part or an IP address for a domain.
    #[validate(custom(function = "souk_email::email_address"), length(max = 254))]
    #[schema(max_length = 254, format = "email", example = "aygun@example.org")]
    pub email: String,
    /// At least 10 characters, not among the common ones.
    #[validate(length(min = 10, max = 128))]
    #[schema(min_length = 10, max_length = 128, example = "seven brave otters")]
    pub password: String,
    /// First name.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Aygun")]
    pub first_name: String,
    /// Last name.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100, example = "Aliyeva")]
    pub last_name: String,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 3, max = 32))]
    #[schema(min_length = 3, max_length = 32, example = "+994 12 345 67 89")]
    pub phone_number: Option<String>,
}

/// A user, as its owner and operators see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UserBody {
    /// Id.
    pub id: Uuid,
    /// Login name.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Phone number.
    pub phone_number: Option<String>,
    /// `customer`, `shop_owner` or `admin`.
    #[schema(example = "customer")]
    pub role: String,
    /// Whether the user has an open, approved shop.
    pub is_shop_owner: bool,
    /// Whether the user may log in.
    pub is_active: bool,
    /// Whether the e-mail address was verified.
    pub is_verified: bool,
    /// Whether another account has the same e-mail address in another spelling: this one cannot log in by it until an
    /// administrator gives it another.
    #[serde(default)]
    #[schema(required)]
    pub email_conflict: bool,
    /// Where the avatar is.
    pub avatar_url: Option<String>,
    /// When the user registered.
    pub created_at: DateTime<Utc>,
}

/// An address of a user's book, as it is now; the answer to `GET /internal/users/{user_id}/addresses/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRecord {
    /// Id.
    pub id: Uuid,
    /// Who receives it.
    pub name: String,
    /// Street and house.
    pub line1: String,
    /// What else is needed to find it.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State, province or district.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Whom to call on delivery.
    pub phone_number: Option<String>,
}

/// A login, with what the gateway knows of the client.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct BeginSessionBody {
    /// Login name.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
    /// Password.
    #[validate(length(min = 1, max = 128))]
    pub password: String,
    /// What the client calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// A refresh token to be traded in.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct RefreshSessionBody {
    /// The token.
    #[validate(length(min = 1, max = 512))]
    pub refresh_token: String,
}

/// What a login or a refresh grants.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionGrant {
    /// `sid` of the tokens.
    pub session_id: Uuid,
    /// `sub` of the tokens.
    pub user_id: Uuid,
    /// `role` of the tokens.
    pub role: String,
    /// The next refresh token; it is spent once.
    pub refresh_token: String,
    /// When the session ends unless refreshed.
    pub expires_at: DateTime<Utc>,
    /// When it was granted, by the clock of user-svc's database: what ended before has no part in it.
    pub granted_at: DateTime<Utc>,
}

/// Which sessions or users to tell of: those ended within the last `seconds`, by id, after `after`.
#[derive(Debug, Clone, Serialize, Deserialize, Validate)]
pub struct EndedQuery {
    /// How far to look back.
    #[validate(range(min = 1, max = 86_400))]
    pub seconds: i32,
    /// The last id of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
}

/// A page of sessions that ended lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedSessions {
    /// At most a thousand, by id.
    pub session_ids: Vec<Uuid>,
    /// Whether there is another page.
    pub more: bool,
}

/// A page of users whose tokens ended lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndedUsers {
    /// At most a thousand, by id.
    pub users: Vec<EndedUser>,
    /// Whether there is another page.
    pub more: bool,
}

/// An e-mail address, to find its account; in a body, because addresses in URLs end up in logs.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
pub struct FindByEmailBody {
    /// The address, in whatever spelling.
    #[validate(length(min = 1, max = 254))]
    pub email: String,
}

/// Whether somebody may act under an account; the answer to `GET /internal/users/{user_id}/status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountStatus {
    /// Whether the user may log in; `false` for an account that was deactivated or erased.
    pub is_active: bool,
}

/// Calls user-svc.
#[derive(Clone)]
pub struct UserClient(pub(crate) MeshClient);

impl UserClient {
    /// A client over `mesh`, which knows the address of user-svc.
    pub fn new(mesh: MeshClient) -> Self {
        Self(mesh)
    }

    /// Registers a user.
    ///
    /// # Errors
    /// `email-taken` or failed validation, or user-svc is away.
    pub async fn register(&self, body: &RegisterBody) -> Result<UserBody, ClientError> {
        self.0.post("/internal/users", body).await
    }

    /// Checks a password and begins a session.
    ///
    /// # Errors
    /// `invalid-credentials`, or user-svc is away.
    pub async fn begin_session(&self, body: &BeginSessionBody) -> Result<SessionGrant, ClientError> {
        self.0.post("/internal/sessions", body).await
    }

    /// Trades a refresh token for the next one; a spent one gives the same next one for ten seconds, while that is unused.
    ///
    /// # Errors
    /// `invalid-refresh-token` (with `ended_session` when it was used before), or user-svc is away.
    pub async fn refresh_session(&self, body: &RefreshSessionBody) -> Result<SessionGrant, ClientError> {
        self.0.post("/internal/sessions/refresh", body).await
    }

    /// Ends a session; ending it twice is fine.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn end_session(&self, session_id: Uuid) -> Result<(), ClientError> {
        self.0
            .post(&format!("/internal/sessions/{session_id}/end"), &())
            .await
    }

    /// An address of a user's book; `None` when it is not in there.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn address(&self, user_id: Uuid, id: Uuid) -> Result<Option<AddressRecord>, ClientError> {
        self.0
            .get(&format!("/internal/users/{user_id}/addresses/{id}"))
            .await
    }

    /// Whether somebody may act under an account; `false` when it was deactivated or erased.
    ///
    /// # Errors
    /// When user-svc is away, or is of a build before this call.
    pub async fn is_active(&self, user_id: Uuid) -> Result<bool, ClientError> {
        let path = format!("/internal/users/{user_id}/status");
        match self.0.get::<AccountStatus>(&path).await {
            Ok(status) => Ok(status.is_active),
            Err(ClientError::Refused(problem)) if problem.status == 404 => Err(ClientError::Unavailable {
                service: self.0.address().to_owned(),
                reason: "it does not know this call yet".to_owned(),
            }),
            Err(error) => Err(error),
        }
    }

    /// The account with this e-mail address, if there is one.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn find_by_email(&self, email: &str) -> Result<Option<Uuid>, ClientError> {
        let email = email.to_owned();
        self.0
            .post("/internal/users/by-email", &FindByEmailBody { email })
            .await
    }

    /// Sessions that ended within the last `seconds`, a page at a time.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn ended_sessions(
        &self,
        seconds: i64,
        after: Option<Uuid>,
    ) -> Result<EndedSessions, ClientError> {
        let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
        self.0
            .get(&format!("/internal/sessions/ended?seconds={seconds}{after}"))
            .await
    }
    /// Users whose tokens ended within the last `seconds`, a page at a time.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn ended_users(&self, seconds: i64, after: Option<Uuid>) -> Result<EndedUsers, ClientError> {
        let after = after.map(|id| format!("&after={id}")).unwrap_or_default();
        self.0
            .get(&format!("/internal/users/ended?seconds={seconds}{after}"))
            .await
    }
}
