//! Mails that carry a secret, and how often they are tried.

use chrono::Duration;
use uuid::Uuid;

/// How often a mail is tried before it is given up.
const ATTEMPTS: i32 = 12;
const FIRST_PAUSE: Duration = Duration::seconds(5);
const LONGEST_PAUSE: Duration = Duration::hours(1);

/// What a mailed secret is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Shows that the address is the user's.
    VerifyEmail,
    /// Sets a new password.
    ResetPassword,
}

/// A mail that is tried for the `attempts`th time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Id.
    pub id: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// Whom to.
    pub recipient: String,
    /// How often it was taken, this time included.
    pub attempts: i32,
}

/// A mailed secret is not good, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This link was used, replaced by a newer one, or has expired.")]
pub struct MailTokenError(pub Purpose);

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::VerifyEmail, Self::ResetPassword];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }

    /// What the name stands for.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }

    /// How long the secret is good.
    pub fn life(self) -> Duration {
        match self {
            Self::VerifyEmail => Duration::days(3),
            Self::ResetPassword => Duration::minutes(30),
        }
    }
}

impl Mail {
    /// How long to wait after a failure, twice as long each time; `None` when it has been tried often enough.
    pub fn pause(&self) -> Option<Duration> {
        if self.attempts >= ATTEMPTS {
            return None;
        }
        let doublings = u32::try_from(self.attempts.saturating_sub(1)).unwrap_or(0);
        let factor = 2_i32.saturating_pow(doublings);
        Some(
            FIRST_PAUSE
                .checked_mul(factor)
                .unwrap_or(LONGEST_PAUSE)
                .min(LONGEST_PAUSE),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(attempts: i32) -> Option<i64> {
        let mail = Mail {
            id: Uuid::nil(),
            purpose: Purpose::VerifyEmail,
            recipient: "a@example.org".into(),
            attempts,
        };
        mail.pause().map(|pause| pause.num_seconds())
    }

    #[test]
    fn pauses_grow_and_end() {
        assert_eq!(
            [1, 2, 3, 11].map(pause),
            [Some(5), Some(10), Some(20), Some(3600)]
        );
        assert_eq!(pause(12), None);
    }

    #[test]
    fn a_purpose_has_its_name_back() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::named(purpose.as_str()), Some(purpose));
        }
        assert_eq!(Purpose::named("other"), None);
    }
}
