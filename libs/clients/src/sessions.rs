//! user-svc: one's own sessions, forgotten passwords, e-mail addresses to be verified.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use souk_http::{Page, PageQuery};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::ClientError;
use crate::user::{Ended, UserClient};

/// A login that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionBody {
    /// Id.
    pub id: Uuid,
    /// What the client called itself at login.
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")]
    pub user_agent: Option<String>,
    /// Where it logged in from.
    #[schema(example = "203.0.113.7")]
    pub address: Option<String>,
    /// When it logged in.
    pub created_at: DateTime<Utc>,
    /// When it last asked for tokens.
    pub last_used_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Which of a user's sessions asks for the list of them; the page stands beside it.
#[derive(Debug, Clone, Deserialize, Validate)]
pub struct SessionsQuery {
    /// Its id.
    pub current: Option<Uuid>,
}

/// Whose password was forgotten.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetBody {
    /// Login name, without regard to case.
    #[validate(email, length(max = 254))]
    #[schema(max_length = 254, format = "email", example = "aygun@example.org")]
    pub email: String,
}

/// A new password and the secret that allows it.
#[derive(Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmResetBody {
    /// What stands behind `#token=` in the mailed link.
    #[validate(length(min = 1, max = 128))]
    #[schema(
        min_length = 1,
        max_length = 128,
        example = "u8J3kq1Zr0Yx7mW2vB9nC4tL6pQ5sD8fG1hJ3kM7wXo"
    )]
    pub token: String,
    /// At least 10 characters, not among the common ones.
    #[validate(length(min = 10, max = 128))]
    #[schema(min_length = 10, max_length = 128, example = "eleven calm herons")]
    pub new_password: String,
}

/// The secret that was mailed to an address.
#[derive(Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailBody {
    /// What stands behind `#token=` in the mailed link.
    #[validate(length(min = 1, max = 128))]
    #[schema(
        min_length = 1,
        max_length = 128,
        example = "u8J3kq1Zr0Yx7mW2vB9nC4tL6pQ5sD8fG1hJ3kM7wXo"
    )]
    pub token: String,
}

impl UserClient {
    /// The living sessions of a user, newest first; `current` is the one that asks.
    ///
    /// # Errors
    /// A cursor that is none, or user-svc is away.
    pub async fn sessions(
        &self,
        user_id: Uuid,
        current: Uuid,
        page: &PageQuery,
    ) -> Result<Page<SessionBody>, ClientError> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("current", &current.to_string());
        query.append_pair("limit", &page.limit().to_string());
        if let Some(cursor) = &page.cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        self.0
            .get(&format!("/internal/users/{user_id}/sessions?{query}"))
            .await
    }

    /// Ends a session of the user; ending it twice is fine.
    ///
    /// # Errors
    /// `not-found` when the user has no such session, or user-svc is away.
    pub async fn end_session_of(&self, user_id: Uuid, session_id: Uuid) -> Result<(), ClientError> {
        let path = format!("/internal/users/{user_id}/sessions/{session_id}/end");
        self.0.post(&path, &()).await
    }

    /// Ends every session of the user.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn end_all_sessions(&self, user_id: Uuid) -> Result<Ended, ClientError> {
        let path = format!("/internal/users/{user_id}/sessions/end");
        self.0.post(&path, &()).await
    }

    /// Has a link for a new password mailed, if there is such an account.
    ///
    /// # Errors
    /// When user-svc is away.
    pub async fn ask_for_reset(&self, body: &ResetBody) -> Result<(), ClientError> {
        self.0.post("/internal/password-resets", body).await
    }

    /// Sets a new password by a mailed secret, and ends every session of the user.
    ///
    /// # Errors
    /// `invalid-reset-token` or failed validation, or user-svc is away.
    pub async fn confirm_reset(&self, body: &ConfirmResetBody) -> Result<Ended, ClientError> {
        self.0.post("/internal/password-resets/confirm", body).await
    }

    /// Has the verification mail sent again.
    ///
    /// # Errors
    /// `email-verified` when there is nothing to verify, or user-svc is away.
    pub async fn ask_for_verification(&self, user_id: Uuid) -> Result<(), ClientError> {
        let path = format!("/internal/users/{user_id}/email-verification");
        self.0.post(&path, &()).await
    }

    /// Verifies an e-mail address by a mailed secret.
    ///
    /// # Errors
    /// `invalid-verification-token`, or user-svc is away.
    pub async fn verify_email(&self, body: &VerifyEmailBody) -> Result<(), ClientError> {
        self.0.post("/internal/email-verifications", body).await
    }
}
