-- Whose access tokens are over if they were granted until then. Kept apart from users: it outlives an erased one.
create table ended_users (
    user_id uuid        primary key,
    until   timestamptz not null
);

create index ended_users_until on ended_users (until);
