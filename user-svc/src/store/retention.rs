//! How long rows are kept.

use souk_outbox::RetentionRule;

/// An ended session is shown in its user's export for a while, and so is known a spent refresh token: shown again, it ends
/// its session.
pub const RULES: &[RetentionRule] = &[
    RetentionRule::new("mail_tokens", "user_id, purpose", "expires_at < now()"),
    RetentionRule::new("ended_users", "user_id", "until < now() - interval '1 day'"),
    RetentionRule::new("refresh_tokens", "hash", "used_at < now() - interval '30 days'"),
    RetentionRule::new(
        "sessions",
        "id",
        "expires_at < now() - interval '30 days' or ended_at < now() - interval '30 days'",
    ),
];
