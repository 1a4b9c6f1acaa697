create index refresh_tokens_used on refresh_tokens (used_at) where used_at is not null;
