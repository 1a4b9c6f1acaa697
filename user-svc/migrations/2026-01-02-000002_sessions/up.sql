-- A login, and the family of its refresh tokens.
create table sessions (
    id           uuid        primary key,
    user_id      uuid        not null references users (id) on delete cascade,
    user_agent   text        check (length(user_agent) <= 500),
    address      text        check (length(address) <= 64),
    created_at   timestamptz not null default now(),
    last_used_at timestamptz not null default now(),
    expires_at   timestamptz not null,
    ended_at     timestamptz
);

create index sessions_of_user on sessions (user_id) where ended_at is null;

-- Only hashes are kept. A token is used once; a second use ends its session.
create table refresh_tokens (
    hash       bytea       primary key,
    session_id uuid        not null references sessions (id) on delete cascade,
    created_at timestamptz not null default now(),
    used_at    timestamptz
);

create index refresh_tokens_of_session on refresh_tokens (session_id);
