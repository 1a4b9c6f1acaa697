create table users (
    id            uuid        primary key,
    email         text        not null check (length(email) <= 254),
    password_hash text        not null,
    first_name    text        not null check (length(first_name) between 1 and 100),
    last_name     text        not null check (length(last_name) between 1 and 100),
    phone_number  text        check (length(phone_number) <= 32),
    is_admin      boolean     not null default false,
    is_active     boolean     not null default true,
    is_verified   boolean     not null default false,
    version       bigint      not null default 1,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now()
);

-- The e-mail is the login name, without regard to case.
create unique index users_email on users (lower(email));
