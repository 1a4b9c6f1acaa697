-- What was answered under an Idempotency-Key. The row is written first in the transaction of the effect,
-- so that a parallel retry waits for it and then finds the answer.
create table idempotency_keys (
    user_id     uuid        not null,
    key         text        not null check (length(key) between 1 and 255),
    fingerprint bytea       not null,
    answer      jsonb,
    created_at  timestamptz not null default now(),
    primary key (user_id, key)
);

create index idempotency_keys_age on idempotency_keys (created_at);
