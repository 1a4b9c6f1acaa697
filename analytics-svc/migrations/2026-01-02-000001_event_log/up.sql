-- Append-only. The one exception is an erased account, whose id is replaced wherever it stands.
create table event_log (
    id uuid primary key,
    type text not null,
    source text not null,
    subject text not null,
    time timestamptz not null,
    schema text not null,
    aggregate_version bigint,
    user_id uuid,
    shop_id uuid,
    correlation_id text,
    causation_id text,
    data jsonb not null,
    recorded_at timestamptz not null default now()
);

create index event_log_time on event_log (time, id);
create index event_log_type on event_log (type, time, id);
create index event_log_user on event_log (user_id, time, id) where user_id is not null;
create index event_log_shop on event_log (shop_id, time, id) where shop_id is not null;
