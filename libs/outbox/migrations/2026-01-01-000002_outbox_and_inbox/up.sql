-- Events that were decided in this database. The relay publishes them in the order of `seq`.
create table outbox (
    seq             bigint      generated always as identity primary key,
    id              uuid        not null unique,
    exchange        text        not null,
    routing_key     text        not null,
    traceparent     text,
    -- The whole envelope as it goes out.
    body            text        not null,
    created_at      timestamptz not null default now(),
    published_at    timestamptz,
    -- A row that the broker returned or refused waits, so that it does not block those behind it.
    attempts        integer     not null default 0,
    next_attempt_at timestamptz
);

create index outbox_unpublished on outbox (seq) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

-- Which messages took effect here; written in the transaction of the effect.
create table inbox (
    queue      text        not null,
    event_id   uuid        not null,
    handled_at timestamptz not null default now(),
    primary key (queue, event_id)
);

create index inbox_age on inbox (handled_at);
