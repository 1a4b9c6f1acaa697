//! How long rows are kept.

use souk_outbox::RetentionRule;

/// A report covers 366 days at most, and compares them with as many before.
pub const RULES: &[RetentionRule] = &[RetentionRule::new(
    "visits",
    "shop_id, bucket, visitor",
    "bucket < now() - interval '800 days'",
)];
