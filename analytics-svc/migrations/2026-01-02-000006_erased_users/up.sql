-- Events of an erased account may still be on their way. Only its pseudonym is kept to recognise them.
create table erased_users (
    pseudonym uuid primary key,
    erased_at timestamptz not null default now()
);
