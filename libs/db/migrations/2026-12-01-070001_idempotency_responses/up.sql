-- What was answered, as it was sent, and a hash of the request that does not depend on the build.
-- The previous release reads and writes fingerprint and answer only. It may overwrite a row that has expired and leaves
-- these columns as they were: they count only while hashed_at equals created_at.
alter table idempotency_keys
    add column request_hash bytea,
    add column response     text,
    add column hashed_at    timestamptz;
