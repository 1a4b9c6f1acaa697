alter table idempotency_keys
    drop column request_hash,
    drop column response,
    drop column hashed_at;
