-- Types of events that wait in a queue and that the build which met them does not know. A process that does not know a
-- type of its queue leaves the queue to one that does; the first that does removes the row.
create table unknown_types (
    queue         text        not null,
    kind          text        not null,
    first_seen_at timestamptz not null default now(),
    -- Set by an operator: builds that do not know the type park its messages and go on.
    parked_since  timestamptz,
    primary key (queue, kind)
);

-- Who had which type parked.
create table unknown_type_audit (
    id       uuid        primary key,
    queue    text        not null,
    kind     text        not null,
    actor_id uuid        not null,
    at       timestamptz not null default now()
);

-- Queues whose messages were returned several times without an answer, by crashes or broken connections: they are read
-- one message at a time, so that only the message in hand is counted as delivered again.
create table fragile_queues (
    queue text        primary key,
    since timestamptz not null default now()
);

-- What kind of failure it was, where it is known: builds before this one do not write it.
alter table parked add column cause text;
