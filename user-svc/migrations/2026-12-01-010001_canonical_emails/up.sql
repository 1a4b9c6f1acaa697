-- The form by which mailboxes are compared. SQL cannot make it: `user-svc migrate` fills it after the migrations, also
-- in rows that an older program has added since.
alter table users add column email_canonical text check (length(email_canonical) <= 254);
-- Another account has the same mailbox in another spelling and keeps it; this one has no canonical form and cannot log in.
alter table users add column email_conflict boolean not null default false;

-- Not over erased rows: an older program that erases an account does not know the column.
create unique index users_email_canonical on users (email_canonical) where erased_at is null;
-- What is left to fill. `users_email` stays as long as programs run that know no other.
create index users_email_unfilled on users (id)
    where email_canonical is null and not email_conflict and erased_at is null;
create index users_email_conflict on users (id) where email_conflict;
