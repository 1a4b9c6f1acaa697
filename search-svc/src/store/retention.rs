//! How long rows are kept.

use souk_outbox::RetentionRule;

/// Events may come in any order: the stock of a variation that its product has no more is kept while they can.
pub const RULES: &[RetentionRule] = &[
    RetentionRule::new(
        "stock",
        "variation_id",
        "removed_at < now() - make_interval(days => $1)",
    ),
    RetentionRule::new(
        "maintenance_jobs",
        "id",
        "finished_at < now() - make_interval(days => $1)",
    ),
];
