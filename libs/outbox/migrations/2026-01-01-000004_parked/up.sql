-- Messages that this service could not handle, drained from its `<queue>.parked` queues. They stay, also when they
-- were replayed or dropped: the payload is what an operator decided about.
create table parked (
    id              uuid        primary key,
    queue           text        not null,
    -- As the sender says; a message that cannot be read may have none.
    event_id        text,
    kind            text,
    reason          text        not null,
    traceparent     text,
    payload         bytea       not null,
    fingerprint     bytea       not null generated always as (sha256(payload)) stored,
    first_failed_at timestamptz not null default now(),
    last_failed_at  timestamptz not null default now(),
    state           text        not null default 'parked'
                                check (state in ('parked', 'replaying', 'replayed', 'dropped'))
);

-- A message drained twice is one row.
create unique index parked_open on parked (queue, fingerprint) where state in ('parked', 'replaying');
create index parked_replaying on parked (id) where state = 'replaying';
create index parked_of_event on parked (event_id);

-- Who replayed or dropped what.
create table parked_audit (
    id        uuid        primary key,
    parked_id uuid        not null references parked (id),
    action    text        not null check (action in ('replay', 'drop')),
    actor_id  uuid        not null,
    at        timestamptz not null default now()
);

create index parked_audit_of_message on parked_audit (parked_id, id);
