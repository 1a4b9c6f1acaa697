-- Mails that wait to be sent. No secret is in them: it is made when the mail is, and sent the next moment.
create table mails (
    id              uuid        primary key,
    purpose         text        not null check (purpose in ('verify_email', 'reset_password')),
    recipient       text        not null check (length(recipient) <= 254),
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    created_at      timestamptz not null default now()
);

-- Asked for again before it was sent, it is the same mail.
create unique index mails_waiting on mails (purpose, lower(recipient));
create index mails_due on mails (next_attempt_at);

-- Secrets that were mailed, as hashes. One per user and purpose: a newer one replaces it, using it removes it.
create table mail_tokens (
    user_id    uuid        not null references users (id) on delete cascade,
    purpose    text        not null check (purpose in ('verify_email', 'reset_password')),
    hash       bytea       not null unique,
    expires_at timestamptz not null,
    primary key (user_id, purpose)
);
