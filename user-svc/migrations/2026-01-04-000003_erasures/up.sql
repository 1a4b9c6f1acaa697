-- An erased account stays as an id without anything personal: orders and shops name it.
alter table users add column erased_at timestamptz;

-- Erasures under way. Who goes on with one takes a new attempt, so that whoever was thought dead can change nothing.
create sequence erasure_attempts;

create table erasures (
    user_id    uuid        primary key references users (id),
    -- `closing`: the other services are asked; `reopening`: one has refused.
    state      text        not null check (state in ('closing', 'reopening')),
    attempt    bigint      not null,
    -- Nobody else goes on with it before.
    busy_until timestamptz not null,
    started_at timestamptz not null default now()
);

create index erasures_due on erasures (busy_until);
